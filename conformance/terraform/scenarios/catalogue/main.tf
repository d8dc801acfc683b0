data "vultr_account" "mine" {
  lifecycle {
    postcondition {
      condition     = self.email != "" && contains(self.acl, "manage_users")
      error_message = "The account must have an address and all permissions."
    }
  }
}

data "vultr_region" "ewr" {
  filter {
    name   = "city"
    values = ["New Jersey"]
  }
  lifecycle {
    postcondition {
      condition     = self.id == "ewr" && self.country == "US" && contains(self.options, "ddos_protection")
      error_message = "New Jersey is ewr."
    }
  }
}

data "vultr_os" "debian" {
  filter {
    name   = "name"
    values = ["Debian 12 x64 (bookworm)"]
  }
  lifecycle {
    postcondition {
      condition     = self.id == "2136" && self.family == "debian"
      error_message = "Debian 12 is number 2136."
    }
  }
}

data "vultr_plan" "small" {
  filter {
    name   = "id"
    values = ["vc2-1c-1gb"]
  }
  lifecycle {
    postcondition {
      condition     = self.ram == 1024 && self.monthly_cost == 5 && contains(self.locations, "ewr")
      error_message = "The plan must have its size, price and places."
    }
  }
}

data "vultr_bare_metal_plan" "metal" {
  filter {
    name   = "id"
    values = ["vbm-4c-32gb"]
  }
  lifecycle {
    postcondition {
      condition     = self.cpu_count > 0 && self.ram > 0
      error_message = "The plan must have its size."
    }
  }
}

data "vultr_application" "gitlab" {
  filter {
    name   = "short_name"
    values = ["gitlab"]
  }
  lifecycle {
    postcondition {
      condition     = self.type == "one-click" && self.vendor == "vultr"
      error_message = "GitLab is a one-click application."
    }
  }
}

data "vultr_iso_public" "rescue" {
  filter {
    name   = "name"
    values = ["SystemRescue"]
  }
  lifecycle {
    postcondition {
      condition     = self.id != "" && self.description != ""
      error_message = "The image must have an id and a description."
    }
  }
}
