in_place=(vultr_container_registry.images)
imports=("vultr_container_registry.images {id} plan region" "vultr_container_registry.open {id} plan region")
paths=("vultr_container_registry.images /v2/registry/{id}" "vultr_container_registry.open /v2/registry/{id}")
