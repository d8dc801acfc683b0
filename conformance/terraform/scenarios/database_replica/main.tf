variable "source_id" {
  type = string
}

resource "vultr_database_replica" "reports" {
  database_id = var.source_id
  region      = "lax"
  label       = var.step == 1 ? "reports" : "read-only"
  tag         = "reads"
  lifecycle {
    postcondition {
      condition = (self.status == "Running" && self.user == "vultradmin" && self.password != "" &&
      self.plan == "vultr-dbaas-startup-cc-1-55-2" && self.plan_replicas == 0)
      error_message = "The replica must run, and open with its source's user."
    }
  }
}
