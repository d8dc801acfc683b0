in_place=(vultr_database_topic.orders vultr_database_quota.app vultr_database_connector.search vultr_database_user.alice)
# The provider reads none of them by an id that names its database.
imports=()
kafka='/v2/databases/{database_id}'
paths=("vultr_database_topic.orders $kafka/topics/{name}" "vultr_database_quota.app $kafka/quotas/{client_id}/{user}"
  "vultr_database_connector.search $kafka/connectors/{name}")
# Any error stops the provider's refresh, one that says that a thing is gone as well.
unnoticed=(vultr_database_topic.orders vultr_database_quota.app vultr_database_connector.search)
secrets='["password"]'
