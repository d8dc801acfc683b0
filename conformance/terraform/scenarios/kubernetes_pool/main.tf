resource "vultr_kubernetes" "prod" {
  region  = "ewr"
  label   = "pools"
  version = "v1.36.5+1"

  node_pools {
    label         = "first"
    plan          = "vc2-1c-2gb"
    node_quantity = 1
  }
}

# Everything that the provider knows of a further pool. The second step changes what it changes in place.
resource "vultr_kubernetes_node_pools" "more" {
  cluster_id    = vultr_kubernetes.prod.id
  label         = "more"
  plan          = "vc2-2c-4gb"
  tag           = var.step == 1 ? "blue" : ""
  node_quantity = var.step == 1 ? 2 : 1
  auto_scaler   = var.step == 2
  min_nodes     = 1
  max_nodes     = var.step == 1 ? 1 : 4
  user_data     = "#!/bin/sh\n"
  labels {
    key   = "example.com/role"
    value = var.step == 1 ? "db" : "cache"
  }
  dynamic "taints" {
    for_each = var.step == 1 ? ["NoSchedule"] : ["PreferNoSchedule", "NoExecute"]
    content {
      key    = "only-${taints.key}"
      value  = ""
      effect = taints.value
    }
  }
  lifecycle {
    postcondition {
      condition     = self.status == "active" && length(self.nodes) > 0
      error_message = "The pool must be active, with its nodes."
    }
  }
}
