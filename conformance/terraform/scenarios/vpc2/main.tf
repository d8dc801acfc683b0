resource "vultr_vpc2" "given" {
  region        = "ewr"
  description   = var.step == 1 ? "given" : "renamed"
  ip_type       = "v4"
  ip_block      = "10.30.0.0"
  prefix_length = 24
}

data "vultr_vpc2" "found" {
  filter {
    name   = "description"
    values = [vultr_vpc2.given.description]
  }
  depends_on = [vultr_vpc2.given]
  lifecycle {
    postcondition {
      condition     = self.id == vultr_vpc2.given.id && self.ip_block == "10.30.0.0" && self.prefix_length == 24
      error_message = "The data source must find the network as it was configured."
    }
  }
}

resource "vultr_instance" "node" {
  region   = "ewr"
  plan     = "vc2-1c-1gb"
  os_id    = 2136
  label    = "vpc2-node"
  vpc2_ids = [vultr_vpc2.given.id]
}
