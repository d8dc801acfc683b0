# A shop: two web servers behind a load balancer, with a firewall, a volume, a domain and a bucket. It is applied once without a
# certificate, and once more with one (see README.md).
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

variable "ssh_key" {
  type = string
}

variable "tls" {
  type    = object({ certificate = string, private_key = string })
  default = null
}

resource "vultr_ssh_key" "me" {
  name    = "me"
  ssh_key = var.ssh_key
}

resource "vultr_firewall_group" "web" {
  description = "web servers"
}

resource "vultr_firewall_rule" "ssh" {
  firewall_group_id = vultr_firewall_group.web.id
  protocol          = "tcp"
  ip_type           = "v4"
  subnet            = "0.0.0.0"
  subnet_size       = 0
  port              = "22"
}

# Nobody but the load balancer sees what the servers serve.
resource "vultr_firewall_rule" "http" {
  firewall_group_id = vultr_firewall_group.web.id
  protocol          = "tcp"
  ip_type           = "v4"
  subnet            = "0.0.0.0"
  subnet_size       = 0
  port              = "80"
  source            = vultr_load_balancer.front.id
}

resource "vultr_instance" "web" {
  count             = 2
  region            = "ewr"
  plan              = "vc2-1c-1gb"
  os_id             = 2136
  label             = "web${count.index}"
  hostname          = "web${count.index}"
  ssh_key_ids       = [vultr_ssh_key.me.id]
  firewall_group_id = vultr_firewall_group.web.id
}

resource "vultr_block_storage" "orders" {
  region               = "ewr"
  size_gb              = 40
  block_type           = "storage_opt"
  label                = "orders"
  attached_to_instance = vultr_instance.web[0].id
  live                 = true
}

resource "vultr_load_balancer" "front" {
  region             = "ewr"
  label              = "front"
  attached_instances = vultr_instance.web[*].id
  ssl_redirect       = var.tls != null

  forwarding_rules {
    frontend_protocol = "http"
    frontend_port     = 80
    backend_protocol  = "http"
    backend_port      = 80
  }
  dynamic "forwarding_rules" {
    for_each = var.tls == null ? [] : ["https"]
    content {
      frontend_protocol = forwarding_rules.value
      frontend_port     = 443
      backend_protocol  = "http"
      backend_port      = 80
    }
  }
  health_check {
    protocol       = "http"
    port           = 80
    path           = "/"
    check_interval = 1
  }
  dynamic "ssl" {
    for_each = var.tls == null ? [] : [var.tls]
    content {
      private_key = ssl.value.private_key
      certificate = ssl.value.certificate
    }
  }
}

resource "vultr_dns_domain" "shop" {
  domain = "shop.example"
}

resource "vultr_dns_record" "web" {
  count  = 2
  domain = vultr_dns_domain.shop.domain
  name   = vultr_instance.web[count.index].hostname
  type   = "A"
  data   = vultr_instance.web[count.index].main_ip
}

resource "vultr_dns_record" "www" {
  domain = vultr_dns_domain.shop.domain
  name   = "www"
  type   = "A"
  data   = vultr_load_balancer.front.ipv4
}

resource "vultr_object_storage" "files" {
  cluster_id = 2
  tier_id    = 2
  label      = "files"
}

resource "vultr_object_storage_bucket" "pictures" {
  object_storage_id = vultr_object_storage.files.id
  name              = "shop-pictures"
}

output "bucket" {
  sensitive = true
  value = {
    hostname   = vultr_object_storage.files.s3_hostname
    access_key = vultr_object_storage.files.s3_access_key
    secret_key = vultr_object_storage.files.s3_secret_key
  }
}
