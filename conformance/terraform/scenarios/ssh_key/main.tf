locals {
  key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGtldHRsZWNvbmZvcm1hbmNla2V5MDEyMzQ1Njc4 carol@example.com\n"
}

resource "vultr_ssh_key" "laptop" {
  name    = var.step == 1 ? "laptop" : "desk"
  ssh_key = local.key
}

data "vultr_ssh_key" "found" {
  filter {
    name   = "name"
    values = [vultr_ssh_key.laptop.name]
  }
  depends_on = [vultr_ssh_key.laptop]
  lifecycle {
    postcondition {
      condition     = self.id == vultr_ssh_key.laptop.id && self.ssh_key == local.key
      error_message = "The data source must find the key, byte for byte as it was sent."
    }
  }
}

# What was done a moment ago is in the account's log.
data "vultr_logs" "of_keys" {
  start_time    = timeadd(plantimestamp(), "-1h")
  end_time      = timeadd(plantimestamp(), "1h")
  resource_type = "ssh-keys"
  depends_on    = [vultr_ssh_key.laptop]
  lifecycle {
    postcondition {
      condition     = self.total_count > 0 && self.results[0].user_name != "" && self.results[0].level == "info"
      error_message = "The log must tell of the key."
    }
  }
}
