# The provider refuses an empty result, and a new account has no backups.
data "vultr_backup" "none" {
  filter {
    name   = "status"
    values = ["complete"]
  }
}
