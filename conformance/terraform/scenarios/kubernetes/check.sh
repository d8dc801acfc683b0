in_place=(vultr_kubernetes.prod)
imports=("vultr_kubernetes.prod {id} vpc_id enable_firewall") # neither is ever read
paths=("vultr_kubernetes.prod /v2/kubernetes/clusters/{id}")
goes_on=yes # after an upgrade each node is another one
