resource "vultr_ssh_key" "admin" {
  name    = "admin"
  ssh_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGtldHRsZWNvbmZvcm1hbmNla2V5MDEyMzQ1Njc4 admin@example.com\n"
}

resource "vultr_startup_script" "boot" {
  name   = "boot"
  script = base64encode("#!/bin/sh\n")
}

resource "vultr_firewall_group" "open" {
  count       = 2
  description = "group ${count.index}"
}

resource "vultr_vpc" "inner" {
  count       = 2
  region      = "ewr"
  description = "inner ${count.index}"
}

resource "vultr_instance" "full" {
  region            = "ewr"
  plan              = var.step == 1 ? "vc2-1c-1gb" : "vc2-2c-4gb"
  os_id             = 2136
  label             = var.step == 1 ? "full" : "fuller"
  hostname          = "Full-1"
  tags              = var.step == 1 ? ["one", "two"] : ["two", "three"]
  enable_ipv6       = true
  ddos_protection   = var.step == 2
  ssh_key_ids       = [vultr_ssh_key.admin.id]
  script_id         = vultr_startup_script.boot.id
  user_data         = "#cloud-config\n"
  firewall_group_id = vultr_firewall_group.open[var.step - 1].id
  vpc_ids           = var.step == 1 ? [vultr_vpc.inner[0].id] : [vultr_vpc.inner[1].id]
  activation_email  = false
  backups           = var.step == 1 ? "disabled" : "enabled"
  dynamic "backups_schedule" {
    for_each = var.step == 1 ? [] : [1]
    content {
      type = "weekly"
      hour = 3
      dow  = 5
    }
  }
  lifecycle {
    postcondition {
      condition     = self.main_ip != "0.0.0.0"
      error_message = "The address must be there."
    }
    postcondition {
      condition     = self.v6_main_ip != "" && self.v6_network_size == 64 && contains(self.features, "ipv6")
      error_message = "IPv6 was asked for."
    }
  }
}

resource "vultr_instance" "plain" {
  region   = "ewr"
  plan     = "vc2-1c-1gb"
  os_id    = 2284
  hostname = var.step == 1 ? "plain-1" : "plain-2"
}

data "vultr_instance" "found" {
  filter {
    name   = "label"
    values = [vultr_instance.full.label]
  }
  depends_on = [vultr_instance.full]
  lifecycle {
    postcondition {
      condition = (self.id == vultr_instance.full.id && self.plan == vultr_instance.full.plan &&
      contains(self.vpc_ids, vultr_vpc.inner[var.step - 1].id) && self.backups == vultr_instance.full.backups)
      error_message = "The data source must find the instance with its plan, network and backups."
    }
    # Not on the resource: while a change is planned, that still has what it had.
    postcondition {
      condition     = self.ram == (var.step == 1 ? 1024 : 4096) && self.vcpu_count == var.step
      error_message = "The size must be the plan's."
    }
    postcondition {
      condition     = contains(self.features, "ddos_protection") == (var.step == 2)
      error_message = "The protection must be as it was asked for."
    }
  }
}

data "vultr_instances" "all" {
  filter {
    name   = "region"
    values = ["ewr"]
  }
  depends_on = [vultr_instance.full, vultr_instance.plain]
  lifecycle {
    postcondition {
      condition     = toset(self.instances[*].id) == toset([vultr_instance.full.id, vultr_instance.plain.id])
      error_message = "The data source must find both instances."
    }
  }
}
