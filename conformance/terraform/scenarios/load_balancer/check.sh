in_place=(vultr_load_balancer.front vultr_load_balancer.plain)
imports=("vultr_load_balancer.front {id} ssl" "vultr_load_balancer.plain {id}") # certificates are never read
paths=("vultr_load_balancer.front /v2/load-balancers/{id}" "vultr_load_balancer.plain /v2/load-balancers/{id}")
