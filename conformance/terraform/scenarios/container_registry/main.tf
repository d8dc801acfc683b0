resource "vultr_container_registry" "images" {
  name   = "images"
  region = "sjc"
  plan   = var.step == 1 ? "start_up" : "business"
  public = var.step == 2
  lifecycle {
    postcondition {
      condition = (self.urn == "sjc.vultrcr.com/images" && self.root_user["root"] == "true" && self.root_user["password"] != "" &&
      self.storage["used"] == "0.00 GB" && contains(["10.00 GB", "20.00 GB"], self.storage["allowed"]))
      error_message = "The registry must be where it was ordered, with its user and its room."
    }
  }
}

resource "vultr_container_registry" "open" {
  name   = "open"
  region = "ewr"
  plan   = "premium"
  public = true
}

data "vultr_container_registry" "found" {
  filter {
    name   = "name"
    values = [vultr_container_registry.images.name]
  }
  depends_on = [vultr_container_registry.images]
  lifecycle {
    postcondition {
      condition     = self.id == vultr_container_registry.images.id && self.root_user["password"] == vultr_container_registry.images.root_user["password"]
      error_message = "The data source must find the registry with its user."
    }
  }
}
