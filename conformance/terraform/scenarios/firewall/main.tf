resource "vultr_firewall_group" "web" {
  description = var.step == 1 ? "web" : "web servers"
}

resource "vultr_firewall_rule" "https" {
  firewall_group_id = vultr_firewall_group.web.id
  protocol          = "tcp"
  ip_type           = "v4"
  subnet            = "0.0.0.0"
  subnet_size       = 0
  port              = "443"
  notes             = var.step == 1 ? "https" : "https for all"
}

resource "vultr_firewall_rule" "range" {
  firewall_group_id = vultr_firewall_group.web.id
  protocol          = "udp"
  ip_type           = "v4"
  subnet            = "192.0.2.0"
  subnet_size       = 24
  port              = "8000:8010"
}

resource "vultr_firewall_rule" "ping" {
  firewall_group_id = vultr_firewall_group.web.id
  protocol          = "icmp"
  ip_type           = "v6"
  subnet            = "2001:0DB8::"
  subnet_size       = 32
}

data "vultr_firewall_group" "found" {
  filter {
    name   = "description"
    values = [vultr_firewall_group.web.description]
  }
  depends_on = [vultr_firewall_rule.https, vultr_firewall_rule.range, vultr_firewall_rule.ping]
  lifecycle {
    postcondition {
      condition     = self.id == vultr_firewall_group.web.id && self.rule_count == 3 && self.instance_count == 0
      error_message = "The data source must find the group, and the group must count its rules."
    }
  }
}
