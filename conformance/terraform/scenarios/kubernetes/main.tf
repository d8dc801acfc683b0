resource "vultr_vpc" "inner" {
  region         = "ewr"
  description    = "of the cluster"
  v4_subnet      = "10.61.0.0"
  v4_subnet_mask = 24
}

# Everything that the provider knows. The second step changes what it changes in place: the pool, and the version.
resource "vultr_kubernetes" "prod" {
  region              = "ewr"
  label               = var.step == 1 ? "prod" : "production"
  version             = var.step == 1 ? "v1.36.5+1" : "v1.37.1+1"
  vpc_id              = vultr_vpc.inner.id
  ha_controlplanes    = true
  enable_firewall     = true
  oidc_issuer_url     = "https://id.example"
  oidc_client_id      = var.step == 1 ? "kubernetes" : "k8s"
  oidc_username_claim = "email"
  oidc_groups_claim   = "groups"

  node_pools {
    label         = "workers"
    plan          = "vc2-1c-2gb"
    node_quantity = var.step == 1 ? 1 : 2
    auto_scaler   = var.step == 2
    min_nodes     = 1
    max_nodes     = var.step == 1 ? 1 : 3
    user_data     = "#!/bin/sh\necho ready\n"
    labels {
      key   = "role"
      value = var.step == 1 ? "web" : "db"
    }
    labels {
      key   = "stays"
      value = "as-it-is"
    }
    taints {
      key    = "role"
      value  = "web"
      effect = var.step == 1 ? "NoSchedule" : "NoExecute"
    }
  }
  lifecycle {
    postcondition {
      condition = (self.status == "active" && self.ip != "0.0.0.0" && self.firewall_group_id != "" &&
        self.node_pools[0].tag == "tf-vke-default" && length(self.node_pools[0].nodes) > 0 &&
      strcontains(base64decode(self.kube_config), self.client_certificate))
      error_message = "The cluster must be active with its nodes, its firewall group and its kubeconfig."
    }
  }
}

data "vultr_kubernetes" "found" {
  filter {
    name   = "label"
    values = [vultr_kubernetes.prod.label]
  }
  lifecycle {
    postcondition {
      condition = (self.id == vultr_kubernetes.prod.id && self.version == vultr_kubernetes.prod.version && self.ha_controlplanes &&
      self.kube_config == vultr_kubernetes.prod.kube_config && self.node_pools[0].label == "workers")
      error_message = "The data source must find the cluster as it is."
    }
  }
}
