resource "vultr_ssh_key" "admin" {
  name    = "admin"
  ssh_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGtldHRsZWNvbmZvcm1hbmNla2V5MDEyMzQ1Njc4 admin@example.com"
}

resource "vultr_startup_script" "boot" {
  name   = "boot"
  script = base64encode("#!/bin/sh\n")
}

resource "vultr_vpc" "inner" {
  count       = 2
  region      = "ewr"
  description = "inner ${count.index}"
}

resource "vultr_reserved_ip" "front" {
  region  = "ewr"
  ip_type = "v4"
}

resource "vultr_bare_metal_server" "full" {
  region           = "ewr"
  plan             = "vbm-4c-32gb"
  os_id            = var.step == 1 ? 2136 : 2284
  label            = var.step == 1 ? "full" : "fuller"
  hostname         = "Full-1"
  tags             = var.step == 1 ? ["one", "two"] : ["two", "three"]
  enable_ipv6      = true
  ssh_key_ids      = [vultr_ssh_key.admin.id]
  script_id        = vultr_startup_script.boot.id
  user_data        = "#cloud-config\n"
  user_scheme      = "limited"
  mdisk_mode       = "raid1"
  vpc_id           = vultr_vpc.inner[var.step - 1].id
  activation_email = false
  lifecycle {
    postcondition {
      condition     = self.status != "" && self.main_ip != "" && self.mac_address > 0
      error_message = "The address must be there."
    }
    postcondition {
      condition     = self.ram == "32768 MB" && self.disk == "2x 240GB SSD" && self.cpu_count == 4
      error_message = "The size must be the plan's."
    }
    postcondition {
      condition     = self.v6_main_ip != "" && self.v6_network_size == 64
      error_message = "IPv6 was asked for."
    }
  }
}

resource "vultr_bare_metal_server" "plain" {
  region        = "ewr"
  plan          = "vbm-6c-32gb"
  app_id        = 37
  hostname      = var.step == 1 ? "plain-1" : "plain-2"
  reserved_ipv4 = vultr_reserved_ip.front.id
  lifecycle {
    postcondition {
      condition     = self.main_ip == vultr_reserved_ip.front.subnet && self.os_id == 186
      error_message = "The application must be there, at the reserved address."
    }
  }
}

data "vultr_bare_metal_server" "found" {
  filter {
    name   = "label"
    values = [vultr_bare_metal_server.full.label]
  }
  depends_on = [vultr_bare_metal_server.full]
  lifecycle {
    postcondition {
      condition = (self.id == vultr_bare_metal_server.full.id && self.os_id == vultr_bare_metal_server.full.os_id &&
      self.vpc_id == vultr_vpc.inner[var.step - 1].id && contains(self.features, "ipv6"))
      error_message = "The data source must find the server with its system and network."
    }
  }
}
