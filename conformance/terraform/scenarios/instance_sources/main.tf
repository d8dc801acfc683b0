data "vultr_application" "gitlab" {
  filter {
    name   = "type"
    values = ["one-click"]
  }
  filter {
    name   = "short_name"
    values = ["gitlab"]
  }
}

resource "vultr_reserved_ip" "main" {
  region  = "ewr"
  ip_type = "v4"
  label   = "main"
}

resource "vultr_instance" "application" {
  region         = "ewr"
  plan           = "vc2-4c-8gb"
  app_id         = data.vultr_application.gitlab.id
  label          = "application"
  reserved_ip_id = vultr_reserved_ip.main.id
  user_scheme    = "limited"
  lifecycle {
    postcondition {
      condition     = self.main_ip == vultr_reserved_ip.main.subnet && self.app_id == tonumber(data.vultr_application.gitlab.id)
      error_message = "The instance must have the reserved address as its main one, and the application."
    }
  }
}

resource "vultr_instance" "image" {
  region   = "ewr"
  plan     = "vc2-2c-4gb"
  image_id = "openlitespeed-wordpress"
  label    = var.step == 1 ? "image" : "picture"
}

resource "vultr_iso_private" "installer" {
  url = "https://images.example.com/installer.iso"
}

resource "vultr_instance" "iso" {
  region = "ewr"
  plan   = "vc2-1c-1gb"
  iso_id = vultr_iso_private.installer.id
  label  = "iso"
}

resource "vultr_instance" "chain" {
  region         = "ewr"
  plan           = "vc2-1c-1gb"
  os_id          = 159
  ipxe_chain_url = "https://images.example.com/boot.ipxe"
  label          = "chain"
}

# The plan's own disk, and a volume to boot from.
resource "vultr_instance" "scratch" {
  region = "ewr"
  plan   = "vx1-g-2c-8g-120s"
  os_id  = 2136
  label  = "scratch"
  block_devices {
    block_id = "local"
  }
  block_devices {
    bootable  = true
    disk_size = 40
    label     = "boot"
  }
}
