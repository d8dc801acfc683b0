# Firewalls, VPCs with their NAT gateways, VPC 2.0, reserved addresses.
# shellcheck shell=bash

firewalls() {
  local group rule
  json firewall group create --description web
  group=$(value .firewall_group.id) || exit 1
  json firewall group update "$group" --description "web servers"
  json firewall rule create "$group" --ip-type v4 --protocol tcp --subnet 192.0.2.0 --size 24 --port 8000:8010 --notes apps
  rule=$(value .firewall_rule.id) || exit 1
  json firewall rule get "$group" "$rule"
  holds "a rule reads back as sent" '.firewall_rule | .port == "8000:8010" and .subnet == "192.0.2.0" and .subnet_size == 24 and .notes == "apps"'
  json firewall rule list "$group"
  holds "the rule is listed" '.firewall_rules | length == 1'
  json firewall group get "$group"
  holds "the group counts its rule" '.firewall_group | .description == "web servers" and .rule_count == 1'
  table firewall group list
  says "the group is listed" "web servers"
  table firewall rule list "$group"
  json firewall rule delete "$group" "$rule"
  refused "a deleted rule" "Firewall rule ID not found" firewall rule get "$group" "$rule"
  json firewall group delete "$group"
  gone "a deleted group" firewall group get "$group"
}

vpcs() {
  local id
  json vpc create --region ewr --description inner --subnet 10.80.0.0 --size 24
  id=$(value .vpc.id) || exit 1
  json vpc update "$id" --description renamed
  json vpc get "$id"
  holds "the network reads back" '.vpc | .description == "renamed" and .v4_subnet == "10.80.0.0" and .v4_subnet_mask == 24'
  table vpc list
  says "the network is listed" renamed
  json vpc delete "$id"
  refused "a deleted network" "Invalid VPC ID" vpc get "$id"
}

# Makes a network with a NAT gateway that is active; leaves their ids in $vpc and $nat.
gateway() {
  json vpc create --region ewr --description nat --subnet 10.81.0.0 --size 24
  vpc=$(value .vpc.id) || exit 1
  json vpc nat-gateway create "$vpc" --label out --tag edge
  nat=$(value .nat_gateway.id) || exit 1
  until_holds "the NAT gateway becomes active" '.nat_gateway.status == "active"' vpc nat-gateway get "$vpc" "$nat"
}

remove_gateway() {
  json vpc nat-gateway delete "$vpc" "$nat"
  gone "a deleted NAT gateway" vpc nat-gateway get "$vpc" "$nat"
  json vpc delete "$vpc"
}

nat_gateways() {
  local vpc nat
  gateway
  json vpc nat-gateway update "$vpc" "$nat" --label door --tag edge
  json vpc nat-gateway get "$vpc" "$nat"
  holds "a new label reads back" '.nat_gateway | .label == "door" and .tag == "edge" and (.public_ips | length) > 0'
  table vpc nat-gateway list "$vpc"
  says "the gateway is listed" door
  remove_gateway
}

nat_rules() {
  local vpc nat rule forward
  gateway
  json vpc nat-gateway firewall-rule create "$vpc" "$nat" --protocol tcp --port 80 --subnet 192.0.2.0 --subnet-size 24 --notes first
  rule=$(value .firewall_rule.id) || exit 1
  json vpc nat-gateway firewall-rule update "$vpc" "$nat" "$rule" --notes second
  json vpc nat-gateway firewall-rule get "$vpc" "$nat" "$rule"
  holds "a firewall rule reads back with its new notes" '.firewall_rule | .notes == "second" and .port == "80" and .subnet_size == 24'
  table vpc nat-gateway firewall-rule list "$vpc" "$nat"
  json vpc nat-gateway firewall-rule delete "$vpc" "$nat" "$rule"
  gone "a deleted firewall rule" vpc nat-gateway firewall-rule get "$vpc" "$nat" "$rule"
  json vpc nat-gateway port-forwarding-rule create "$vpc" "$nat" --name web --description "to a" --internal-ip 10.81.0.9 \
    --protocol tcp --external-port 8080 --internal-port 80 --enabled
  forward=$(value .port_forwarding_rule.id) || exit 1
  json vpc nat-gateway port-forwarding-rule update "$vpc" "$nat" "$forward" --name web --description "to b" --internal-ip 10.81.0.9 \
    --protocol tcp --external-port 8081 --internal-port 80 --enabled=false
  json vpc nat-gateway port-forwarding-rule get "$vpc" "$nat" "$forward"
  holds "a forwarding rule reads back changed" '.port_forwarding_rule | .external_port == 8081 and (.enabled | not) and .description == "to b"'
  table vpc nat-gateway port-forwarding-rule list "$vpc" "$nat"
  json vpc nat-gateway port-forwarding-rule delete "$vpc" "$nat" "$forward"
  gone "a deleted forwarding rule" vpc nat-gateway port-forwarding-rule get "$vpc" "$nat" "$forward"
  remove_gateway
}

vpc2() {
  local id instance
  json vpc2 create --region ewr --description older --ip-type v4 --ip-block 10.82.0.0 --prefix-length 24
  id=$(value .vpc.id) || exit 1
  json vpc2 update "$id" --description renamed
  json vpc2 get "$id"
  holds "the network reads back" '.vpc | .description == "renamed" and .ip_block == "10.82.0.0" and .prefix_length == 24'
  table vpc2 list
  says "the network is listed" renamed
  server vpc2-node
  json vpc2 nodes attach "$id" --nodes "$instance"
  until_holds "an attached node is listed" ".nodes | any(.id == \"$instance\")" vpc2 nodes list "$id"
  json vpc2 nodes detach "$id" --nodes "$instance"
  until_holds "a detached node is not" '(.nodes // []) == []' vpc2 nodes list "$id"
  json instance vpc2 attach "$instance" "$id"
  until_holds "a network attached from the instance is listed" ".vpcs | any(.id == \"$id\")" instance vpc2 list "$instance"
  json instance vpc2 detach "$instance" "$id"
  until_holds "a network detached from the instance is not" '(.vpcs // []) == []' instance vpc2 list "$instance"
  json instance delete "$instance"
  json vpc2 delete "$id"
  refused "a deleted network" "Invalid VPC 2.0 ID" vpc2 get "$id"
}

reserved_ips() {
  local id kept instance main
  json reserved-ip create --region ewr --type v4 --label front
  id=$(value .reserved_ip.id) || exit 1
  json reserved-ip update "$id" --label back
  table reserved-ip list
  says "the address is listed with its new label" back
  server reserved-user
  json reserved-ip attach "$id" --instance-id "$instance"
  json reserved-ip get "$id"
  holds "an attached address names its instance" '.reserved_ip.instance_id == $instance' --arg instance "$instance"
  json reserved-ip detach "$id"
  json reserved-ip get "$id"
  holds "a detached address names none" '.reserved_ip.instance_id == ""'
  json instance get "$instance"
  main=$(value .instance.main_ip) || exit 1
  json reserved-ip convert --ip "$main" --label kept
  holds "an instance's address can be converted" '.reserved_ip.subnet == $main' --arg main "$main"
  kept=$(value .reserved_ip.id) || exit 1
  json instance delete "$instance"
  until_holds "it outlives its instance" '.reserved_ip.instance_id == ""' reserved-ip get "$kept"
  # vultr-cli 3.10.0 sends a detach here, and no deletion: an attached address is detached, a detached one is refused.
  server reserved-user-2
  json reserved-ip attach "$id" --instance-id "$instance"
  json reserved-ip delete "$id"
  json reserved-ip get "$id"
  holds "vultr-cli's delete detaches an address" '.reserved_ip.instance_id == ""'
  json reserved-ip delete "$id"
  json reserved-ip get "$id"
  holds "and leaves a detached one as it is" '.reserved_ip.instance_id == ""'
  for id in "$id" "$kept"; do
    directly DELETE "/v2/reserved-ips/$id"
    refused "a deleted address" "Invalid reserved-ip ID" reserved-ip get "$id"
  done
  json instance delete "$instance"
}
