# What is in Kafka, and advanced options of databases. `databases.bash` has `running_database`.
# shellcheck shell=bash

kafka() {
  json database create --database-engine kafka --database-engine-version 4.1 --region ewr --label events \
    --plan vultr-dbaas-business-3x-occ-so-2-200-4 --enable-kafka-connect=true
  database=$(value .id) || exit 1
  until_holds "a kafka database runs" '.status == "Running"' database get "$database"
}

database_streams() {
  local database
  kafka
  json database topic create "$database" --name orders --partitions 3 --replication 2 --retention-hours 160 --retention-bytes -1
  json database topic update "$database" orders --partitions 5
  json database topic get "$database" orders
  holds "a topic's zeros change nothing" '.partitions == 5 and .replication == 2 and .retention_hours == 160 and .retention_bytes == -1'
  table database topic list "$database"
  says "it is listed" orders
  refused "a topic without partitions" "partitions" database topic create "$database" --name none --replication 1
  json database quota create "$database" --client-id app --user vultradmin --consumer-byte-rate 12345 --producer-byte-rate 23456 --request-percentage 20
  json database quota update "$database" app vultradmin --request-percentage 40
  json database quota get "$database" app vultradmin
  holds "a quota's zeros change nothing" '.consumer_byte_rate == 12345 and .producer_byte_rate == 23456 and .request_percentage == 40'
  table database quota list "$database"
  says "it is listed" vultradmin
  json database quota delete "$database" app vultradmin
  refused "a deleted quota" "Invalid quota" database quota get "$database" app vultradmin
  connectors
  json database topic delete "$database" orders
  refused "a deleted topic" "Invalid topic name" database topic get "$database" orders
  json database delete "$database"
}

connectors() {
  local class=com.couchbase.connect.kafka.CouchbaseSinkConnector
  table database available-connector list "$database"
  says "connectors that can be made are listed" "$class"
  table database available-connector get-schema "$database" "$class"
  says "what they can be told is listed" couchbase.seed.nodes
  json database connector create "$database" --name search --class "$class" --topics orders \
    --config '{"couchbase.seed.nodes": "db.example.com", "tasks.max": 2}'
  json database connector get "$database" search
  holds "what it was told reads back" '.config == {"couchbase.seed.nodes": "db.example.com", "tasks.max": 2}'
  json database connector update "$database" search --topics orders,returns
  table database connector list "$database"
  says "a change reads back" orders,returns
  until_holds "it runs" '.state == "RUNNING" and (.tasks | length) == 2' database connector get-status "$database" search
  json database connector pause "$database" search
  until_holds "it is paused" '.state == "PAUSED" and .tasks[1].state == "PAUSED"' database connector get-status "$database" search
  json database connector resume "$database" search
  json database connector restart "$database" search
  json database connector restart-task "$database" search 1
  until_holds "it runs again" '.state == "RUNNING" and .tasks[1].state == "RUNNING"' database connector get-status "$database" search
  refused "a task that is none" "Invalid task ID" database connector restart-task "$database" search 2
  refused "a class that is none" "class" database connector create "$database" --name none --class org.example.None --topics orders
  json database connector delete "$database" search
  refused "a deleted connector" "Invalid connector name" database connector get "$database" search
}

database_options() {
  local database
  running_database pg 17 tuned
  json database advanced-option update "$database" --autovacuum-naptime 30 --jit=false --track-io-timing on
  table database advanced-option list "$database"
  says "what can be set is listed" autovacuum_naptime
  json database advanced-option list "$database"
  holds "what is set reads back" '[.. | objects | select(has("autovacuum_naptime")) | .autovacuum_naptime] | index(30) != null'
  refused "a value beyond the bounds" "autovacuum_naptime" database advanced-option update "$database" --autovacuum-naptime 86401
  refused "another engine's option" "sort_buffer_size" database advanced-option update "$database" --sort-buffer-size 65536
  json database delete "$database"
  kafka
  json database advanced-option kafka-rest update "$database" --producer-acks all
  table database advanced-option kafka-rest list "$database"
  says "Kafka REST's options are listed" producer_acks
  json database advanced-option schema-registry update "$database" --leader-eligibility=false
  table database advanced-option schema-registry list "$database"
  says "the schema registry's options are listed" leader_eligibility
  json database advanced-option kafka-connect update "$database" --consumer-max-poll-records 100
  table database advanced-option kafka-connect list "$database"
  says "Kafka Connect's options are listed" consumer_max_poll_records
  json database delete "$database"
}

database_access() {
  local database
  running_database valkey 9.0 cache vultr-dbaas-startup-rp-intel-1-12-2
  json database user create "$database" --username app
  json database user acl update "$database" app --acl-categories +@all,-@dangerous --acl-keys 'cache:*'
  json database user acl update "$database" app --acl-channels 'news:*'
  json database user get "$database" app
  holds "what is not said stays" '.access_control | .acl_categories == ["+@all", "-@dangerous"] and .acl_keys == ["cache:*"] and .acl_channels == ["news:*"]'
  refused "a category that is none" "acl_categories" database user acl update "$database" app --acl-categories +@cats
  json database delete "$database"
}
