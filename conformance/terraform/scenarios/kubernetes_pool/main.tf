# It names no VPC, and gets one. The second step takes the lines of its autoscaler out.
resource "vultr_kubernetes" "prod" {
  region  = "ewr"
  label   = "pools"
  version = "v1.36.5+1"

  node_pools {
    label         = "first"
    plan          = "vc2-1c-2gb"
    node_quantity = 1
    auto_scaler   = var.step == 1 ? true : null
    min_nodes     = var.step == 1 ? 1 : null
    max_nodes     = var.step == 1 ? 3 : null
  }
}

data "vultr_vpc" "own" {
  filter {
    name   = "description"
    values = ["VPC of Kubernetes cluster ${vultr_kubernetes.prod.label}"]
  }
  lifecycle {
    postcondition {
      condition     = self.region == "ewr" && self.v4_subnet_mask == 20
      error_message = "The cluster must have a VPC of its own."
    }
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
