# A web server with a disk for its data, a firewall, an address that stays and a name.
terraform {
  required_version = ">= 1.5"
  required_providers {
    vultr = {
      source  = "vultr/vultr"
      version = "~> 2.32"
    }
  }
}

# The key comes from VULTR_API_KEY; `kettle exec` sets it.
provider "vultr" {}

variable "region" {
  type    = string
  default = "ewr"
}

variable "domain" {
  type    = string
  default = "shop.example"
}

variable "open_ports" {
  type    = set(string)
  default = ["80", "443"]
}

data "vultr_os" "debian" {
  filter {
    name   = "name"
    values = ["Debian 12 x64 (bookworm)"]
  }
}

resource "vultr_ssh_key" "deploy" {
  name    = "deploy"
  ssh_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGtldHRsZSBleGFtcGxlIGtleSwgbm90IHNlY3JldCEh deploy@shop.example"
}

resource "vultr_firewall_group" "web" {
  description = "web"
}

resource "vultr_firewall_rule" "open" {
  for_each          = var.open_ports
  firewall_group_id = vultr_firewall_group.web.id
  protocol          = "tcp"
  ip_type           = "v4"
  subnet            = "0.0.0.0"
  subnet_size       = 0
  port              = each.value
}

resource "vultr_instance" "web" {
  region            = var.region
  plan              = "vc2-1c-1gb"
  os_id             = data.vultr_os.debian.id
  label             = "web"
  hostname          = "web.${var.domain}"
  ssh_key_ids       = [vultr_ssh_key.deploy.id]
  firewall_group_id = vultr_firewall_group.web.id
  backups           = "disabled"
}

resource "vultr_reserved_ip" "web" {
  region      = var.region
  ip_type     = "v4"
  label       = "web"
  instance_id = vultr_instance.web.id
}

resource "vultr_block_storage" "data" {
  region               = var.region
  size_gb              = 40
  block_type           = "high_perf"
  label                = "data"
  attached_to_instance = vultr_instance.web.id
}

resource "vultr_dns_domain" "shop" {
  domain = var.domain
}

resource "vultr_dns_record" "www" {
  domain = vultr_dns_domain.shop.id
  name   = "www"
  type   = "A"
  ttl    = 300
  data   = vultr_reserved_ip.web.subnet
}

output "address" {
  value = vultr_reserved_ip.web.subnet
}
