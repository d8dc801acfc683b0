resource "vultr_vpc" "inner" {
  region         = "ewr"
  description    = "inner"
  v4_subnet      = "10.40.0.0"
  v4_subnet_mask = 24
}

resource "vultr_nat_gateway" "door" {
  vpc_id = vultr_vpc.inner.id
  label  = var.step == 1 ? "door" : "front door"
  tag    = "edge"
  lifecycle {
    postcondition {
      condition     = self.status == "active" && length(self.public_ips) > 0 && startswith(self.private_ips[0], "10.40.0.")
      error_message = "The gateway must have a public address and one of the network."
    }
  }
}

resource "vultr_nat_gateway_firewall_rule" "web" {
  vpc_id         = vultr_vpc.inner.id
  nat_gateway_id = vultr_nat_gateway.door.id
  protocol       = "tcp"
  subnet         = "192.0.2.1"
  subnet_size    = 24
  port           = "80:90"
  notes          = var.step == 1 ? "first" : "second"
}

resource "vultr_nat_gateway_port_forwarding_rule" "web" {
  vpc_id         = vultr_vpc.inner.id
  nat_gateway_id = vultr_nat_gateway.door.id
  name           = "web"
  protocol       = "both"
  external_port  = var.step == 1 ? 8080 : 8081
  internal_ip    = "10.40.0.20"
  internal_port  = 80
  enabled        = true
}

resource "vultr_instance" "inside" {
  region     = "ewr"
  plan       = "vc2-1c-1gb"
  os_id      = 2136
  label      = "inside"
  vpc_ids    = [vultr_vpc.inner.id]
  vpc_only   = true
  depends_on = [vultr_nat_gateway.door]
  lifecycle {
    postcondition {
      condition     = startswith(self.internal_ip, "10.40.0.")
      error_message = "An instance without a public address must have one of its network."
    }
  }
}
