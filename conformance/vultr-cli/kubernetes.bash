# Kubernetes clusters and their node pools.
# shellcheck shell=bash

# Makes a cluster that is active, with a pool of two nodes; leaves their ids in $cluster and $pool.
cluster() {
  json kubernetes create --label prod --region ewr --version v1.36.5+1 \
    --node-pools "quantity:2,plan:vc2-1c-2gb,label:workers,tag:t,node-labels:role=web"
  cluster=$(value .vke_cluster.id) || exit 1
  pool=$(value '.vke_cluster.node_pools[0].id') || exit 1
  until_holds "a cluster becomes active" '.vke_cluster | .status == "active" and .node_pools[0].status == "active"' kubernetes get "$cluster"
}

remove_cluster() {
  json kubernetes delete "$cluster" "$@"
  gone "a deleted cluster" kubernetes get "$cluster"
}

clusters() {
  local cluster pool
  refused "a version that there is not" "Invalid k8 version" kubernetes create --label x --region ewr --version v1.0.0+1 \
    --node-pools "quantity:1,plan:vc2-1c-2gb,label:a"
  cluster
  holds "it reads back as sent" '.vke_cluster | .label == "prod" and .version == "v1.36.5+1" and .node_pools[0].tag == "t"
    and .node_pools[0].labels.role == "web" and (.node_pools[0].nodes | length) == 2'
  table kubernetes get "$cluster"
  says "its table has its name" "$cluster.vultr-k8s.com"
  table kubernetes list
  says "it is listed" "$cluster"
  table kubernetes list --summarize
  says "and in a line, too" "$cluster"
  json kubernetes update "$cluster" --label production
  json kubernetes get "$cluster"
  holds "a new label reads back" '.vke_cluster.label == "production"'
  json kubernetes config "$cluster" --output-file "$work/kubeconfig"
  grep -q '^kind: Config$' "$work/kubeconfig" || die "its kubeconfig is none"
  ok "its kubeconfig is written to a file"
  table kubernetes config "$cluster"
  table kubernetes upgrades list "$cluster"
  says "it can be upgraded" "v1.37.1+1"
  refused "a version that it cannot become" "invalid upgrade version" kubernetes upgrades start "$cluster" --version v1.30.12+1
  json kubernetes upgrades start "$cluster" --version v1.37.1+1
  json kubernetes get "$cluster"
  holds "its new version shows at once" '.vke_cluster.version == "v1.37.1+1"'
  remove_cluster
  refused "a cluster that is gone" "Invalid resource ID" kubernetes config "$cluster"
  cluster
  remove_cluster --delete-resources
}

node_pools() {
  local cluster pool node
  cluster
  json kubernetes node-pool create "$cluster" --label more --plan vc2-2c-4gb --quantity 1 --tag u --auto-scaler --min-nodes 1 --max-nodes 3 \
    --node-labels size=big
  pool=$(value .node_pool.id) || exit 1
  until_holds "a pool becomes active" '.node_pool.status == "active"' kubernetes node-pool get "$cluster" "$pool"
  holds "it reads back as sent" '.node_pool | .label == "more" and .auto_scaler and .max_nodes == 3 and .labels.size == "big"'
  table kubernetes node-pool list "$cluster"
  says "it is listed" "$pool"
  json kubernetes node-pool update "$cluster" "$pool" --quantity 2
  holds "it grows at once" '.node_pool.nodes | length == 2'
  node=$(value '.node_pool.nodes[0].id') || exit 1
  json kubernetes node-pool node recycle "$cluster" "$pool" "$node"
  json kubernetes node-pool get "$cluster" "$pool"
  holds "a recycled node is another one" '.node_pool.nodes | length == 2 and all(.id != $node)' --arg node "$node"
  node=$(value '.node_pool.nodes[0].id') || exit 1
  json kubernetes node-pool node delete "$cluster" "$pool" "$node"
  json kubernetes node-pool get "$cluster" "$pool"
  holds "a deleted node leaves a smaller pool" '.node_pool | .node_quantity == 1 and (.nodes | length) == 1'
  refused "a pool without a node" "\`node_quantity\` must be a positive integer." kubernetes node-pool create "$cluster" --label x --plan vc2-2c-4gb --quantity 0
  json kubernetes node-pool delete "$cluster" "$pool"
  refused "a pool that is gone" "Invalid NodePool ID" kubernetes node-pool get "$cluster" "$pool"
  remove_cluster
}
