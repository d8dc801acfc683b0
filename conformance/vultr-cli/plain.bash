# Each command that makes something with its required flags alone: what a client adds by itself must be taken, too.
# shellcheck shell=bash

plain_names() {
  local name=conformance-cli-plain.example id
  json script create --name plain --script '#!/bin/sh'
  id=$(value .startup_script.id) || exit 1
  json script delete "$id"
  json user create --email plain@example.com --name Plain --password Correct-Horse-9-Battery
  id=$(value .user.id) || exit 1
  json user delete "$id"
  json dns domain create --domain "$name"
  json dns record create "$name" -t A -n www -d 192.0.2.1
  holds "a record without a priority has -1" '(.record // .records) | .name == "www" and .priority == -1'
  id=$(value '(.record // .records).id') || exit 1
  json dns record update "$name" "$id" --data 192.0.2.2
  json dns record get "$name" "$id"
  holds "what was not sent stays" '(.record // .records) | .data == "192.0.2.2" and .name == "www" and .priority == -1'
  json dns record create "$name" -t A -n "www2.$name" -d 192.0.2.1
  holds "a name in full reads without its domain" '(.record // .records).name == "www2"'
  refused "a mail server without a priority" "Priority should be set when type is MX or SRV." \
    dns record create "$name" -t MX -n mail -d mail.example.com
  json dns domain delete "$name"
}

plain_networks() {
  local id
  json firewall group create --description plain
  id=$(value .firewall_group.id) || exit 1
  json firewall rule create "$id" --ip-type v4 --protocol icmp --subnet 192.0.2.0 --size 24
  holds "a rule without a port has none" '(.firewall_rule.port // "") == ""'
  json firewall group delete "$id"
  json vpc create --region EWR
  holds "a region in capitals is the same region" '.vpc.region == "ewr"'
  id=$(value .vpc.id) || exit 1
  json vpc delete "$id"
  json vpc2 create --region ewr
  id=$(value .vpc.id) || exit 1
  json vpc2 delete "$id"
  json reserved-ip create --region ewr --type v4
  id=$(value .reserved_ip.id) || exit 1
  # vultr-cli 3.10.0 sends a detach where it says delete.
  directly DELETE "/v2/reserved-ips/$id"
  json load-balancer create --region ewr
  id=$(value .load_balancer.id) || exit 1
  json load-balancer delete "$id"
}

plain_storage() {
  local id
  json block-storage create --region ewr --size 50
  id=$(value .block.id) || exit 1
  json block-storage delete "$id"
  json iso create --url https://images.example.com/plain.iso
  id=$(value .iso.id) || exit 1
  json iso delete "$id"
  json snapshot create-url --url https://images.example.com/plain.raw
  holds "a snapshot from a URL has a description" '.snapshot.description == "plain.raw"'
  id=$(value .snapshot.id) || exit 1
  json snapshot delete "$id"
  json object-storage create --cluster-id 2 --tier-id 1
  id=$(value .object_storage.id) || exit 1
  json object-storage delete "$id"
}

plain_servers() {
  local instance metal id
  json instance create --region ewr --plan vc2-1c-1gb --os 2136
  instance=$(value .instance.id) || exit 1
  up "an instance without a label comes up"
  holds "its console has an address" '.instance.kvm | test("^https?://")'
  json snapshot create --id "$instance"
  id=$(value .snapshot.id) || exit 1
  json snapshot delete "$id"
  json instance delete "$instance"
  refused "an instance that was just deleted" "Server is pending destruction" instance get "$instance"
  refused "a custom system that nothing starts" "Please upload select a valid ISO" \
    instance create --region ewr --plan vc2-1c-1gb --os 159
  json bare-metal create --region ewr --plan vbm-4c-32gb --os 2136
  metal=$(value .bare_metal.id) || exit 1
  metal_up "a bare metal server without a label becomes active"
  json bare-metal delete "$metal"
}

# What needs no key. Each is answered by a server of its own, which is all that there is in the network that vultr-cli gets.
plain_keyless() {
  local within=("$KETTLE" exec --ephemeral --offline --)
  json apps list
  holds "applications are listed" '.applications | any(.short_name == "docker")'
  json marketplace app list-variables openlitespeed-wordpress
  json os list
  holds "systems are listed" '.os | any(.id == 2136)'
  json plans list
  holds "plans are listed" '.plans | any(.id == "vc2-1c-1gb")'
  json plans metal
  json regions list
  holds "regions are listed" '.regions | any(.id == "ewr")'
  json regions availability ewr
  json kubernetes versions
  table os list
}
