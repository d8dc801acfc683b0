in_place=('vultr_dns_domain.zone' 'vultr_dns_record.all["a"]' 'vultr_dns_record.all["mx"]')
imports=('vultr_dns_domain.zone {id} ip' 'vultr_dns_record.all["txt"] {domain},{id}' 'vultr_dns_record.all["srv"] {domain},{id}')
paths=('vultr_dns_record.all["txt"] /v2/domains/{domain}/records/{id}' 'vultr_dns_record.all["mx"] /v2/domains/{domain}/records/{id}'
  'vultr_dns_domain.zone /v2/domains/{id}')
