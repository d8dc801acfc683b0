in_place=(vultr_database.shop vultr_database.orders vultr_database_user.app vultr_database_connection_pool.web)
# The provider's import of what is within a database cannot work: it reads the database's id from a state that has none yet.
imports=("vultr_database.shop {id} pending_charges latest_backup" "vultr_database.orders {id} pending_charges latest_backup"
  "vultr_database.cache {id} pending_charges latest_backup")
paths=("vultr_database.cache /v2/databases/{id}")
secrets='["password"]'
