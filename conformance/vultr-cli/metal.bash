# Bare metal: servers, their changes, addresses and networks.
# shellcheck shell=bash

# Makes a server that is active; leaves its id in $metal. More arguments go to vultr-cli.
metal_server() {
  local label=$1
  shift
  [[ " $* " == *" --app "* ]] || set -- --os 2136 "$@"
  json bare-metal create --region ewr --plan vbm-4c-32gb --label "$label" "$@"
  metal=$(value .bare_metal.id) || exit 1
  metal_up "$label comes up"
}

metal_up() { until_holds "$1" '.bare_metal.status == "active"' bare-metal get "$metal"; }

metal() {
  local metal
  json bare-metal create --region ewr --plan vbm-4c-32gb --os 2136 --label metal --hostname Metal-1 --tags one,two --ipv6 yes \
    --notify yes --userdata '#cloud-config' --mdisk_mode raid1 --persistent_pxe
  metal=$(value .bare_metal.id) || exit 1
  holds "a new server is pending without an address" '.bare_metal | .status == "pending" and .main_ip == "" and .default_password != ""'
  metal_up "it becomes active"
  holds "what was sent reads back" '.bare_metal | .label == "metal" and (.tags | sort) == ["one", "two"] and .os_id == 2136 and .v6_network_size == 64'
  holds "it has its plan's size" '.bare_metal | .ram == "32768 MB" and .disk == "2x 240GB SSD" and .cpu_count == 4 and .mac_address > 0'
  table bare-metal list
  says "the server is listed" metal
  table bare-metal get "$metal"
  json bare-metal vnc "$metal"
  json bare-metal bandwidth "$metal"
  table bare-metal user-data get "$metal"
  says "user data reads back decoded" '#cloud-config'
  json bare-metal user-data set "$metal" --text '#new'
  json bare-metal user-data get "$metal"
  holds "new user data reads back" '(.user_data.data | @base64d) == "#new"'
  local command
  for command in halt start reboot; do
    json bare-metal "$command" "$metal"
    metal_up "after $command it is active"
  done
  json bare-metal reinstall "$metal"
  metal_up "reinstall brings it up again"
  json bare-metal delete "$metal"
  gone "a deleted server" bare-metal get "$metal"
  refused "a plan of instances" "Invalid plan" bare-metal create --region ewr --plan vc2-1c-1gb --os 2136
  refused "a region without the plan" "not available in the selected region" bare-metal create --region ams --plan vbm-4c-32gb --os 2136
}

metal_changes() {
  local metal app image
  metal_server changes --tags kept
  json bare-metal tags "$metal" --tags one,two
  json bare-metal get "$metal"
  holds "the tags change, the label stays" '.bare_metal | (.tags | sort) == ["one", "two"] and .label == "changes"'
  json bare-metal os list "$metal"
  holds "other systems are offered" '.os | any(.id == 2284)'
  # 3.10.0 gives two flags of this command the same letter, and panics before it asks anybody.
  refused "os change, by vultr-cli itself," "unable to redefine 'o' shorthand" bare-metal os change "$metal" --os 2284
  json bare-metal app list "$metal"
  app=$(jq -r '[.applications[] | select(.type == "one-click")][0].id' "$work/out")
  image=$(jq -r '[.applications[] | select(.type == "marketplace")][0].image_id' "$work/out")
  json bare-metal app change "$metal" --app "$app"
  until_holds "the application changes" ".bare_metal | .app_id == $app and .status == \"active\"" bare-metal get "$metal"
  json bare-metal image change "$metal" --image "$image"
  until_holds "the image changes" ".bare_metal | .image_id == \"$image\" and .status == \"active\"" bare-metal get "$metal"
  json bare-metal delete "$metal"
}

metal_networks() {
  local metal network
  metal_server networks --ipv6 yes
  json bare-metal ipv4 "$metal"
  holds "its main address is listed" '.ipv4s | length == 1 and .[0].type == "main_ip"'
  json bare-metal ipv6 "$metal"
  holds "its IPv6 address is listed" '.ipv6s | length == 1 and .[0].network_size == 64'
  json vpc2 create --region ewr --description metal --ip-type v4 --ip-block 10.68.0.0 --prefix-length 24
  network=$(value .vpc.id) || exit 1
  json bare-metal vpc2 attach "$metal" --vpc-id "$network" --ip-address 10.68.0.9
  json bare-metal vpc2 list "$metal"
  holds "it is in the network with the address that it chose" '.vpcs | length == 1 and .[0].ip_address == "10.68.0.9"'
  json vpc2 nodes list "$network"
  holds "the network lists it" '.nodes | any(.id == $metal)' --arg metal "$metal"
  refused "deleting a network in use" "attached to this VPC 2.0 network" vpc2 delete "$network"
  json bare-metal vpc2 detach "$metal" --vpc-id "$network"
  json bare-metal delete "$metal"
  json vpc2 delete "$network"
}
