# Instances: their life, power, changes, addresses, networks, ISO, backup schedule.
# shellcheck shell=bash

# Makes an instance that runs; leaves its id in $instance. More arguments go to vultr-cli, which takes only one source.
server() {
  local label=$1
  shift
  [[ " $* " == *" --app "* ]] || set -- --plan vc2-1c-1gb --os 2136 "$@"
  json instance create --region ewr --label "$label" "$@"
  instance=$(value .instance.id) || exit 1
  up "$label comes up"
}

up() { until_holds "$1" '.instance.status == "active" and .instance.power_status == "running"' instance get "$instance"; }

power_is() { until_holds "$1" ".instance.power_status == \"$2\"" instance get "$instance"; }

life() {
  local instance
  json instance create --region ewr --plan vc2-1c-1gb --os 2136 --label life --host Life-1 --tags one,two --ipv6 --userdata '#cloud-config'
  instance=$(value .instance.id) || exit 1
  holds "the create answer holds the first password" '.instance.default_password != ""'
  up "it comes up"
  holds "what was sent reads back" '.instance | .label == "life" and .hostname == "Life-1" and (.tags | sort) == ["one", "two"] and .os_id == 2136 and .v6_network_size == 64'
  table instance list
  says "the instance is listed" life
  table instance get "$instance"
  table instance user-data get "$instance"
  says "user data reads back decoded" '#cloud-config'
  json instance user-data set "$instance" --text '#new'
  json instance user-data get "$instance"
  holds "new user data reads back" '(.user_data.data | @base64d) == "#new"'
  json instance bandwidth "$instance"
  holds "bandwidth is a table by day" '.bandwidth.bandwidth | type == "object"'
  table instance bandwidth "$instance"
  json instance delete "$instance"
  gone "a deleted instance" instance get "$instance"
  refused "an unknown plan" "Invalid plan" instance create --region ewr --plan vc2-none --os 2136
}

power() {
  local instance
  server power
  json instance stop "$instance"
  power_is "stop stops it" stopped
  json instance start "$instance"
  power_is "start runs it" running
  json instance restart "$instance"
  power_is "restart ends in running" running
  json instance reinstall "$instance" --host reborn
  up "reinstall brings it up again"
  holds "with the new hostname" '.instance.hostname == "reborn"'
  json instance delete "$instance"
}

changes() {
  local instance group
  server changes --tags kept
  json instance label "$instance" --label changed
  json instance get "$instance"
  holds "the label changes and the tags stay" '.instance.label == "changed" and .instance.tags == ["kept"]'
  json instance tags "$instance" --tags one,two
  json instance get "$instance"
  holds "the tags change" '(.instance.tags | sort) == ["one", "two"]'
  json firewall group create --description mine
  group=$(value .firewall_group.id) || exit 1
  json instance update-firewall-group "$instance" --firewall-group-id "$group"
  json instance get "$instance"
  holds "the firewall group is assigned" '.instance.firewall_group_id == $group' --arg group "$group"
  json instance plan list "$instance"
  holds "larger plans are offered, the present one is not" '(.plans | index("vc2-2c-4gb")) and (.plans | index("vc2-1c-1gb") | not)'
  json instance plan upgrade "$instance" --plan vc2-2c-4gb
  until_holds "the plan grows" '.instance | .plan == "vc2-2c-4gb" and .ram == 4096 and .power_status == "running"' instance get "$instance"
  json instance os list "$instance"
  holds "other systems are offered" '.operating_systems | any(.id == 2284)'
  json instance os change "$instance" --os 2284
  until_holds "the system changes" '.instance | .os_id == 2284 and .status == "active" and .power_status == "running"' instance get "$instance"
  json instance delete "$instance"
  json firewall group delete "$group"
  server application --app 29 --plan vc2-4c-8gb
  json instance app list "$instance"
  holds "applications are offered" '.applications | length > 0'
  local app
  app=$(jq -r '[.applications[] | select(.type == "one-click" and .id != 29)][0].id' "$work/out")
  json instance app change "$instance" --app "$app"
  until_holds "the application changes" ".instance | .app_id == $app and .power_status == \"running\"" instance get "$instance"
  json instance delete "$instance"
}

addresses() {
  local instance main more six
  server addresses --ipv6
  json instance get "$instance"
  main=$(value .instance.main_ip) || exit 1
  six=$(value .instance.v6_main_ip) || exit 1
  json instance ipv4 create "$instance" --reboot=false
  json instance ipv4 list "$instance"
  holds "an additional address is listed" '.ipv4s | length == 2'
  more=$(value "[.ipv4s[] | select(.ip != \"$main\")][0].ip") || exit 1
  json instance reverse-dns set-ipv4 "$instance" "$main" --entry www.example.com
  json instance ipv4 list "$instance"
  holds "a reverse name reads back" '.ipv4s | any(.ip == $main and .reverse == "www.example.com")' --arg main "$main"
  json instance reverse-dns default-ipv4 "$instance" "$main"
  json instance ipv4 list "$instance"
  holds "the default one comes back" '.ipv4s | all(.reverse != "www.example.com")'
  json instance ipv4 delete "$instance" "$more"
  json instance ipv4 list "$instance"
  holds "a deleted address is not listed" '.ipv4s | length == 1'
  json instance ipv6 list "$instance"
  holds "one IPv6 network of size 64" '.ipv6s | length == 1 and .[0].network_size == 64'
  json instance reverse-dns set-ipv6 "$instance" "$six" --entry six.example.com
  json instance reverse-dns list-ipv6 "$instance"
  holds "a reverse IPv6 name reads back" '.reverse_ips | any(.reverse == "six.example.com")'
  json instance reverse-dns delete-ipv6 "$instance" "$six"
  json instance reverse-dns list-ipv6 "$instance"
  holds "a deleted one is gone" '(.reverse_ips // []) == []'
  json instance delete "$instance"
}

instance_networks() {
  local instance vpc
  json vpc create --region ewr --description inner --subnet 10.83.0.0 --size 24
  vpc=$(value .vpc.id) || exit 1
  server networks
  json instance vpc attach "$instance" "$vpc"
  until_holds "an attached network gives an inner address" '.instance.internal_ip | startswith("10.83.0.")' instance get "$instance"
  refused "deleting a network in use" "attached to this VPC network" vpc delete "$vpc"
  json instance vpc detach "$instance" "$vpc"
  until_holds "a detached one takes it away" '.instance.internal_ip == ""' instance get "$instance"
  json instance delete "$instance"
  json vpc delete "$vpc"
}

instance_iso() {
  local instance iso
  complete_iso
  server iso-user
  json instance iso attach "$instance" --iso-id "$iso"
  until_holds "the ISO is mounted" '.iso_status.state == "isomounted"' instance iso status "$instance"
  holds "it is the one that was asked for" '.iso_status.iso_id == $iso' --arg iso "$iso"
  refused "deleting an ISO in use" "is still attached to" iso delete "$iso"
  json instance iso detach "$instance"
  until_holds "after the detach none is mounted" '.iso_status.state == "ready"' instance iso status "$instance"
  json instance delete "$instance"
  json iso delete "$iso"
}

schedule() {
  local instance
  server schedule --auto-backup
  json instance backup create "$instance" --type weekly --hour 3 --dow 5
  json instance backup get "$instance"
  holds "the schedule reads back and is enabled" '.backup_schedule | .enabled and .type == "weekly" and .hour == 3 and .dow == 5'
  table instance backup get "$instance"
  json instance delete "$instance"
}
