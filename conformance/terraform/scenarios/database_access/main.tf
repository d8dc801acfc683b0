resource "vultr_database" "cache" {
  database_engine         = "valkey"
  database_engine_version = "9.0"
  region                  = "ewr"
  plan                    = "vultr-dbaas-startup-rp-intel-1-12-2"
  label                   = "cache"
}

# An empty list is sent as null: the second step empties one and fills another.
resource "vultr_database_user" "app" {
  database_id = vultr_database.cache.id
  username    = "app"
  password    = "Correct-Horse-7"
  access_control {
    acl_categories = var.step == 1 ? ["+@all"] : ["+@read", "+@connection"]
    acl_channels   = var.step == 1 ? ["news:*"] : []
    acl_commands   = var.step == 1 ? [] : ["-config|set"]
    acl_keys       = ["cache:*"]
  }
  lifecycle {
    postcondition {
      condition = (length(one(self.access_control).acl_channels) == (var.step == 1 ? 1 : 0) &&
      length(one(self.access_control).acl_commands) == (var.step == 1 ? 0 : 1))
      error_message = "A user of Valkey has the rules that were given, and no others."
    }
  }
}
