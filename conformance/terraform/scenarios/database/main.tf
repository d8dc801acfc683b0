resource "vultr_vpc" "inside" {
  region = "ewr"
}

resource "vultr_database" "shop" {
  database_engine         = "mysql"
  database_engine_version = "8.4"
  region                  = "ewr"
  plan                    = var.step == 1 ? "vultr-dbaas-startup-cc-1-55-2" : "vultr-dbaas-business-cc-1-55-2"
  label                   = var.step == 1 ? "shop" : "carts"
  tag                     = "web"
  vpc_id                  = vultr_vpc.inside.id
  maintenance_dow         = "tuesday"
  maintenance_time        = "02:00"
  backup_hour             = "4"
  backup_minute           = "30"
  trusted_ips             = ["192.0.2.0/24", "198.51.100.7/32"]
  mysql_sql_modes         = ["ANSI", "NO_ZERO_DATE"]
  mysql_slow_query_log    = true
  mysql_long_query_time   = 2
  lifecycle {
    postcondition {
      condition = (self.status == "Running" && self.user == "vultradmin" && self.dbname == "defaultdb" &&
      self.public_host != self.host && strcontains(self.ca_certificate, "BEGIN CERTIFICATE"))
      error_message = "The database must run, in its VPC, with where to connect."
    }
  }
}

# A user who leaves out all that can be left out.
resource "vultr_database" "orders" {
  database_engine         = "pg"
  database_engine_version = var.step == 1 ? "16" : "17"
  region                  = "ewr"
  plan                    = "vultr-dbaas-startup-cc-1-55-2"
  label                   = "orders"
  password                = var.step == 1 ? "Correct-Horse-7" : "Correct-Horse-8"
}

resource "vultr_database" "cache" {
  database_engine         = "valkey"
  database_engine_version = "9.0"
  region                  = "ewr"
  plan                    = "vultr-dbaas-startup-rp-intel-1-12-2"
  label                   = "cache"
  eviction_policy         = "allkeys-lru"
}

resource "vultr_database_user" "app" {
  database_id = vultr_database.shop.id
  username    = "app"
  password    = var.step == 1 ? "Correct-Horse-7" : "Correct-Horse-8"
  encryption  = "mysql_native_password"
}

resource "vultr_database_user" "web" {
  database_id = vultr_database.orders.id
  username    = "web"
}

resource "vultr_database_db" "web" {
  database_id = vultr_database.orders.id
  name        = "web"
}

resource "vultr_database_connection_pool" "web" {
  database_id = vultr_database.orders.id
  name        = "web"
  database    = vultr_database_db.web.name
  username    = vultr_database_user.web.username
  mode        = "transaction"
  size        = var.step == 1 ? 5 : 10
}

data "vultr_database" "shop" {
  filter {
    name   = "label"
    values = [vultr_database.shop.label]
  }
  lifecycle {
    postcondition {
      condition     = self.host == vultr_database.shop.host && self.password == vultr_database.shop.password
      error_message = "The data source must tell what the resource does."
    }
  }
}
