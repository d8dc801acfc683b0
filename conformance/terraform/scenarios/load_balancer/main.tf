resource "vultr_vpc" "inner" {
  region         = "ewr"
  description    = "behind the load balancer"
  v4_subnet      = "10.60.0.0"
  v4_subnet_mask = 24
}

resource "vultr_instance" "backend" {
  count   = 2
  region  = "ewr"
  plan    = "vc2-1c-1gb"
  os_id   = 2136
  label   = "backend-${count.index}"
  vpc_ids = [vultr_vpc.inner.id]
}

# Everything that the provider knows. The second step changes each part, and leaves the network.
resource "vultr_load_balancer" "front" {
  region              = "ewr"
  label               = var.step == 1 ? "front" : "front door"
  nodes               = var.step == 1 ? 1 : 3
  balancing_algorithm = var.step == 1 ? "roundrobin" : "leastconn"
  vpc                 = var.step == 1 ? vultr_vpc.inner.id : null
  http_version        = var.step == 1 ? 3 : 2
  ssl_redirect        = var.step == 2
  proxy_protocol      = var.step == 2
  cookie_name         = var.step == 1 ? "stay" : "stay-longer"
  attached_instances  = var.step == 1 ? vultr_instance.backend[*].id : reverse(vultr_instance.backend[*].id)

  forwarding_rules {
    frontend_protocol = "http"
    frontend_port     = 80
    backend_protocol  = "http"
    backend_port      = 8080
  }
  forwarding_rules {
    frontend_protocol = "https"
    frontend_port     = var.step == 1 ? 443 : 8443
    backend_protocol  = "http"
    backend_port      = 8080
  }
  health_check {
    protocol         = "http"
    port             = 8080
    path             = var.step == 1 ? "/up" : "/health"
    response_timeout = 1
  }
  firewall_rules {
    port    = 80
    ip_type = "v4"
    source  = "192.0.2.9/24"
  }
  firewall_rules {
    port    = 80
    ip_type = "v6"
    source  = var.step == 1 ? "2001:db8::/32" : "cloudflare"
  }
  ssl {
    private_key = join("\n", ["-----BEGIN PRIVATE KEY-----", "bm8ga2V5", "-----END PRIVATE KEY-----"])
    certificate = join("\n", ["-----BEGIN CERTIFICATE-----", "bm8gY2VydGlmaWNhdGU=", "-----END CERTIFICATE-----"])
  }
  lifecycle {
    postcondition {
      condition     = self.status == "active" && self.has_ssl && self.ipv4 != "" && self.ipv6 != ""
      error_message = "The load balancer must be active, with its addresses and the certificate that was given."
    }
  }
}

# As little as the provider lets one say, besides what goes again in the second step.
resource "vultr_load_balancer" "plain" {
  region          = "ewr"
  auto_ssl_domain = var.step == 1 ? "www.example.com" : null
  global_regions  = var.step == 1 ? ["ams"] : ["ams", "sgp"]
  forwarding_rules {
    frontend_protocol = "tcp"
    frontend_port     = 2222
    backend_protocol  = "tcp"
    backend_port      = 22
  }
  lifecycle {
    postcondition {
      condition = (self.balancing_algorithm == "roundrobin" && self.health_check[0].path == "/" &&
      self.health_check[0].check_interval == 15 && length(self.attached_instances) == 0)
      error_message = "What is not asked for must have the defaults."
    }
  }
}

data "vultr_load_balancer" "found" {
  filter {
    name   = "label"
    values = [vultr_load_balancer.front.label]
  }
  lifecycle {
    postcondition {
      condition = (self.id == vultr_load_balancer.front.id && self.nodes == vultr_load_balancer.front.nodes &&
      self.ipv4 == vultr_load_balancer.front.ipv4 && length(self.forwarding_rules) == 2)
      error_message = "The data source must find the load balancer as it is."
    }
  }
}

resource "vultr_firewall_group" "inside" {
  description = "behind the load balancer"
}

# It goes with its load balancer.
resource "vultr_firewall_rule" "from_plain" {
  firewall_group_id = vultr_firewall_group.inside.id
  protocol          = "tcp"
  ip_type           = "v4"
  subnet            = "0.0.0.0"
  subnet_size       = 0
  port              = "22"
  source            = vultr_load_balancer.plain.id
}
