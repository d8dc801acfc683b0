in_place=(vultr_instance.image)
paths=("vultr_instance.image /v2/instances/{id}" "vultr_instance.application /v2/instances/{id}" "vultr_instance.chain /v2/instances/{id}")
