in_place=(vultr_kubernetes.prod vultr_kubernetes_node_pools.more)
imports=("vultr_kubernetes.prod {id} enable_firewall" "vultr_kubernetes_node_pools.more {cluster_id}+{id} user_data") # which is never read
paths=("vultr_kubernetes_node_pools.more /v2/kubernetes/clusters/{cluster_id}/node-pools/{id}")
