in_place=(vultr_instance.full)
replaced=(vultr_instance.plain) # another hostname means another instance to the provider
# What the provider does not read: the first password, the two switches, and what is only used when an instance is made.
# Tags that were never given are null to Terraform after an apply, and empty when they are read.
imports=("vultr_instance.full {id} default_password enable_ipv6 ddos_protection activation_email script_id ssh_key_ids user_data vpc_ids reserved_ip_id timeouts"
  "vultr_instance.plain {id} default_password ddos_protection tags activation_email script_id ssh_key_ids user_data vpc_ids reserved_ip_id timeouts")
paths=("vultr_instance.plain /v2/instances/{id}" "vultr_instance.full /v2/instances/{id}"
  "vultr_firewall_group.open[0] /v2/firewalls/{id}" "vultr_vpc.inner[0] /v2/vpcs/{id}")
