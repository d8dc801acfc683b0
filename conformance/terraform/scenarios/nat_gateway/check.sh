in_place=(vultr_nat_gateway.door vultr_nat_gateway_firewall_rule.web vultr_nat_gateway_port_forwarding_rule.web)
# The provider's import of the two kinds of rules cannot work: it has no way to name the network and the gateway.
imports=("vultr_nat_gateway.door {vpc_id}_{id}")
paths=("vultr_nat_gateway_firewall_rule.web /v2/vpcs/{vpc_id}/nat-gateway/{nat_gateway_id}/global/firewall-rules/{id}"
  "vultr_nat_gateway_port_forwarding_rule.web /v2/vpcs/{vpc_id}/nat-gateway/{nat_gateway_id}/global/port-forwarding-rules/{id}"
  "vultr_instance.inside /v2/instances/{id}" "vultr_nat_gateway.door /v2/vpcs/{vpc_id}/nat-gateway/{id}" "vultr_vpc.inner /v2/vpcs/{id}")
# No answer tells the provider that a gateway or a rule of it is gone; the network is in use.
unnoticed=(vultr_nat_gateway.door vultr_nat_gateway_firewall_rule.web vultr_nat_gateway_port_forwarding_rule.web vultr_vpc.inner)
