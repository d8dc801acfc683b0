in_place=(vultr_vpc2.given)
imports=("vultr_vpc2.given {id} ip_type") # the provider never reads ip_type
paths=("vultr_instance.node /v2/instances/{id}" "vultr_vpc2.given /v2/vpc2/{id}")
unnoticed=(vultr_vpc2.given) # cannot be deleted behind Terraform's back while the instance is in it
