# Managed databases, their users, logical databases and pools, and what is made of them.
# shellcheck shell=bash

# Makes a database that runs; leaves its id in $database.
running_database() {
  json database create --database-engine "$1" --database-engine-version "$2" --region ewr \
    --plan "${4:-vultr-dbaas-startup-cc-1-55-2}" --label "$3"
  database=$(value .database.id) || exit 1
  until_holds "a $1 database runs" '.database.status == "Running"' database get "$database"
}

databases() {
  local database
  json database plan list
  holds "plans are listed" '.plans | length > 100'
  table database plan list
  says "plans are listed for people" vultr-dbaas-startup-cc-1-55-2
  running_database valkey 9.0 cache vultr-dbaas-startup-rp-intel-1-12-2
  running_database mysql 8.4 shop
  json database update "$database" --label carts --tag web --maintenance-dow tuesday --cluster-time-zone Europe/London
  table database get "$database"
  says "a change reads back" Europe/London
  table database list
  says "it is listed" carts
  table database usage get "$database"
  refused "a plan that is none" "Invalid plan chosen" database update "$database" --plan none
  json database delete "$database"
  refused "a deleted database" "invalid database ID" database get "$database"
}

database_contents() {
  local database
  running_database pg 17 orders
  json database user create "$database" --username app --password Horse-7
  json database user update "$database" app --password Horse-8
  table database user get "$database" app
  says "another password reads back" Horse-8
  table database user list "$database"
  json database db create "$database" --name shop
  table database db list "$database"
  says "the logical database is listed" shop
  json database connection-pool create "$database" --name web --database shop --username app --mode transaction --size 5
  # vultr-cli puts the flags of this command where they are not sent.
  json database connection-pool update "$database" web --size 7
  table database connection-pool get "$database" web
  table database connection-pool list "$database"
  says "the pool is listed" transaction
  refused "a user of a pool" '"status":400' database user delete "$database" app
  json database connection-pool delete "$database" web
  json database db delete "$database" shop
  json database user delete "$database" app
  refused "a deleted user" "Invalid database user" database user get "$database" app
  json database delete "$database"
}

database_copies() {
  local database replica
  running_database mysql 8.4 orders
  table database backup get "$database"
  json database backup restore "$database" --label restored
  json database backup fork "$database" --label forked --region lax --plan vultr-dbaas-startup-cc-2-80-4
  json database read-replica create "$database" --region lax --label reports
  replica=$(value .database.id) || exit 1
  until_holds "a read replica runs" '.database.status == "Running"' database get "$replica"
  json database read-replica promote "$replica"
  refused "a second promotion" "This is no read replica" database read-replica promote "$replica"
}

database_upkeep() {
  local database
  running_database pg 16 orders
  table database maintenance list "$database"
  table database alert list "$database" --period month
  says "an alert tells of it" MAINTENANCE
  json database maintenance start "$database"
  until_holds "it runs again" '.database.status == "Running"' database get "$database"
  table database version list "$database"
  says "versions go up" 18
  json database version upgrade "$database" --version 18
  until_holds "it runs again" '.database.status == "Running" and .database.database_engine_version == "18"' database get "$database"
  json database migration start "$database" --host db.example.com --port 5432 --username app --password Horse-7 --database shop
  until_holds "a migration ends" '.migration.status == "complete"' database migration get "$database"
  table database migration get "$database"
  json database migration detach "$database"
  refused "a detached migration" '"status":404' database migration get "$database"
}
