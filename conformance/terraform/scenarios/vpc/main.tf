resource "vultr_vpc" "given" {
  region         = "ewr"
  description    = var.step == 1 ? "given" : "renamed"
  v4_subnet      = "10.20.0.0"
  v4_subnet_mask = 24
}

resource "vultr_vpc" "chosen" {
  region = "ewr"
  lifecycle {
    postcondition {
      condition     = self.v4_subnet != "" && self.v4_subnet_mask > 0
      error_message = "Without a subnet, one must be chosen."
    }
  }
}

data "vultr_vpc" "found" {
  filter {
    name   = "description"
    values = [vultr_vpc.given.description]
  }
  depends_on = [vultr_vpc.given]
  lifecycle {
    postcondition {
      condition     = self.id == vultr_vpc.given.id && self.v4_subnet == "10.20.0.0" && self.v4_subnet_mask == 24
      error_message = "The data source must find the network as it was configured."
    }
  }
}
