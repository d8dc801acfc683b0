in_place=(vultr_vpc.given)
imports=("vultr_vpc.given {id}" "vultr_vpc.chosen {id}")
paths=("vultr_vpc.given /v2/vpcs/{id}" "vultr_vpc.chosen /v2/vpcs/{id}")
