in_place=(vultr_firewall_group.web)
replaced=(vultr_firewall_rule.https) # the provider replaces a rule whatever changes in it
# The rules are changed after their group was read, and that dates the group anew.
imports=("vultr_firewall_group.web {id} date_modified" "vultr_firewall_rule.https {firewall_group_id},{id}"
  "vultr_firewall_rule.range {firewall_group_id},{id}" "vultr_firewall_rule.ping {firewall_group_id},{id}")
paths=("vultr_firewall_rule.range /v2/firewalls/{firewall_group_id}/rules/{id}"
  "vultr_firewall_rule.ping /v2/firewalls/{firewall_group_id}/rules/{id}"
  "vultr_firewall_rule.https /v2/firewalls/{firewall_group_id}/rules/{id}"
  "vultr_firewall_group.web /v2/firewalls/{id}")
# Without their group, the rules have other errors than the one that the provider takes for "gone".
unnoticed=(vultr_firewall_group.web)
