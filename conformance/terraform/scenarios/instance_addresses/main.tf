resource "vultr_instance" "host" {
  region      = "ewr"
  plan        = "vc2-1c-1gb"
  os_id       = 2136
  label       = "host"
  enable_ipv6 = true
}

resource "vultr_instance_ipv4" "more" {
  instance_id = vultr_instance.host.id
  reboot      = false
}

resource "vultr_reverse_ipv4" "main" {
  instance_id = vultr_instance.host.id
  ip          = vultr_instance.host.main_ip
  reverse     = var.step == 1 ? "one.example.com" : "two.example.com"
}

resource "vultr_reverse_ipv6" "main" {
  instance_id = vultr_instance.host.id
  ip          = vultr_instance.host.v6_main_ip
  reverse     = "six.example.com"
}

data "vultr_instance_ipv4" "found" {
  filter {
    name   = "ip"
    values = [vultr_instance_ipv4.more.ip]
  }
  lifecycle {
    postcondition {
      condition     = self.instance_id == vultr_instance.host.id
      error_message = "The data source must find the additional address."
    }
  }
}

data "vultr_reverse_ipv4" "found" {
  filter {
    name   = "reverse"
    values = [vultr_reverse_ipv4.main.reverse]
  }
  depends_on = [vultr_reverse_ipv4.main]
  lifecycle {
    postcondition {
      condition     = self.ip == vultr_instance.host.main_ip
      error_message = "The data source must find the address by its reverse name."
    }
  }
}

data "vultr_reverse_ipv6" "found" {
  filter {
    name   = "reverse"
    values = [vultr_reverse_ipv6.main.reverse]
  }
  depends_on = [vultr_reverse_ipv6.main]
  lifecycle {
    postcondition {
      condition     = self.instance_id == vultr_instance.host.id
      error_message = "The data source must find the IPv6 address by its reverse name."
    }
  }
}
