in_place=(vultr_database_replica.reports)
imports=("vultr_database_replica.reports {id} database_id mysql_sql_modes pending_charges latest_backup")
paths=("vultr_database_replica.reports /v2/databases/{id}")
# The source is made by hand: the provider (2.32.0) cannot read a database that has replicas. It puts `pending_charges` into
# `read_replicas`, whose schema has none.
before_apply() {
  local order='{"database_engine": "pg", "database_engine_version": "17", "region": "ewr", "label": "orders", "plan": "vultr-dbaas-startup-cc-1-55-2"}'
  api POST /v2/databases "$order" 201 || die "the source cannot be made: $(cat answer)"
  TF_VAR_source_id=$(jq -r .database.id answer)
  export TF_VAR_source_id
}
