resource "vultr_instance" "user" {
  count  = 2
  region = "ewr"
  plan   = "vc2-1c-1gb"
  os_id  = 2136
  label  = "reserved-user-${count.index}"
}

resource "vultr_reserved_ip" "free" {
  region  = "ewr"
  ip_type = "v4"
  label   = var.step == 1 ? "free" : ""
}

resource "vultr_reserved_ip" "six" {
  region  = "ewr"
  ip_type = "v6"
  label   = "six"
}

resource "vultr_reserved_ip" "moving" {
  region      = "ewr"
  ip_type     = "v4"
  label       = "moving"
  instance_id = vultr_instance.user[var.step - 1].id
}

data "vultr_reserved_ip" "found" {
  filter {
    name   = "label"
    values = ["moving"]
  }
  depends_on = [vultr_reserved_ip.moving]
  lifecycle {
    postcondition {
      condition     = self.id == vultr_reserved_ip.moving.id && self.instance_id == vultr_instance.user[var.step - 1].id
      error_message = "The data source must find the address with the instance that it is attached to."
    }
  }
}
