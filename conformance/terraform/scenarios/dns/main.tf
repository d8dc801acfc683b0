resource "vultr_dns_domain" "zone" {
  domain  = "conformance-terraform.example"
  ip      = "192.0.2.30"
  dns_sec = var.step == 1 ? "disabled" : "enabled"
}

locals {
  records = {
    a     = { name = "www", type = "A", data = var.step == 1 ? "192.0.2.1" : "192.0.2.2", priority = null, ttl = 600 }
    aaaa  = { name = "www", type = "AAAA", data = "2001:db8::1", priority = null, ttl = 600 }
    cname = { name = "ftp", type = "CNAME", data = "www.example.com", priority = null, ttl = 3600 }
    mx    = { name = "mail", type = "MX", data = "mx.example.com", priority = var.step == 1 ? 10 : 20, ttl = 3600 }
    txt   = { name = "", type = "TXT", data = "\"some <text> & more\"", priority = null, ttl = 3600 }
    srv   = { name = "_sip._tcp", type = "SRV", data = "5 5060 sip.example.com", priority = 1, ttl = 3600 }
    caa   = { name = "", type = "CAA", data = "0 issue \"ca.example.com\"", priority = null, ttl = 3600 }
    sshfp = { name = "host", type = "SSHFP", data = "1 1 abababababababababababababababababababab", priority = null, ttl = 3600 }
    ns    = { name = "sub", type = "NS", data = "ns.example.com", priority = null, ttl = 3600 }
  }
}

resource "vultr_dns_record" "all" {
  for_each = local.records
  domain   = vultr_dns_domain.zone.id
  name     = each.value.name
  type     = each.value.type
  data     = each.value.data
  priority = each.value.priority
  ttl      = each.value.ttl
}

data "vultr_dns_domain" "found" {
  domain     = vultr_dns_domain.zone.domain
  depends_on = [vultr_dns_domain.zone]
  lifecycle {
    postcondition {
      condition     = self.dns_sec == vultr_dns_domain.zone.dns_sec && self.date_created == vultr_dns_domain.zone.date_created
      error_message = "The data source must show the domain as the resource does."
    }
  }
}
