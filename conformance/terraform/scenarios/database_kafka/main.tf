resource "vultr_database" "events" {
  database_engine         = "kafka"
  database_engine_version = "4.1"
  region                  = "ewr"
  plan                    = "vultr-dbaas-business-3x-occ-so-2-200-4"
  label                   = "events"
  enable_kafka_connect    = true
}

resource "vultr_database_user" "alice" {
  database_id = vultr_database.events.id
  username    = "alice"
  password    = "Correct-Horse-7"
  permission  = var.step == 1 ? "read" : "readwrite"
  lifecycle {
    postcondition {
      condition     = self.permission == (var.step == 1 ? "read" : "readwrite") && self.password == "Correct-Horse-7"
      error_message = "A user has the permission and the password that were given."
    }
  }
}

resource "vultr_database_topic" "orders" {
  database_id     = vultr_database.events.id
  name            = "orders"
  partitions      = var.step == 1 ? 3 : 5
  replication     = 2
  retention_hours = var.step == 1 ? 160 : 120
  retention_bytes = -1
}

# What does not change is sent as 0, and stays.
resource "vultr_database_quota" "app" {
  database_id        = vultr_database.events.id
  client_id          = "app"
  user               = vultr_database_user.alice.username
  consumer_byte_rate = var.step == 1 ? 12345 : 54321
  producer_byte_rate = 23456
  request_percentage = 20
}

# Its configuration is compared as text.
resource "vultr_database_connector" "search" {
  database_id = vultr_database.events.id
  name        = "search"
  class       = "io.aiven.kafka.connect.opensearch.OpensearchSinkConnector"
  topics      = vultr_database_topic.orders.name
  config = jsonencode({
    "batch.size"     = var.step == 1 ? 100 : 200
    "connection.url" = "https://search.example.com"
    "key.ignore"     = true
    "tasks.max"      = "2"
  })
}
