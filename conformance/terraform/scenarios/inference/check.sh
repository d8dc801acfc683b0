in_place=(vultr_inference.models)
imports=("vultr_inference.models {id}")
paths=("vultr_inference.models /v2/inference/{id}")
