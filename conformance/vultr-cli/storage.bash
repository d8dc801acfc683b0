# ISOs, block storage, snapshots, backups.
# shellcheck shell=bash

# Makes an ISO that is complete; leaves its id in $iso.
complete_iso() {
  json iso create --url https://images.example.com/tiny.iso
  iso=$(value .iso.id) || exit 1
  until_holds "the ISO becomes complete" '.iso.status == "complete"' iso get "$iso"
}

isos() {
  local iso
  json iso public
  holds "public ISOs are listed" '.public_isos | length > 0 and all(.id != "" and .name != "")'
  complete_iso
  table iso list
  says "the ISO is listed" tiny.iso
  json iso delete "$iso"
  gone "a deleted ISO" iso get "$iso"
}

blocks() {
  local id instance
  json block-storage create --region ewr --size 50 --label data --block-type high_perf
  id=$(value .block.id) || exit 1
  until_holds "the volume becomes active" '.block.status == "active"' block-storage get "$id"
  json block-storage label "$id" --label more
  json block-storage resize "$id" --size 60
  json block-storage get "$id"
  holds "new label and size read back" '.block | .label == "more" and .size_gb == 60 and .block_type == "high_perf"'
  table block-storage list
  says "the volume is listed" more
  refused "a smaller size" '"status":400' block-storage resize "$id" --size 20
  server block-user
  json block-storage attach "$id" --instance "$instance" --live
  until_holds "an attached volume names its instance" ".block.attached_to_instance == \"$instance\"" block-storage get "$id"
  json block-storage detach "$id" --live
  json block-storage get "$id"
  holds "a detached volume names none" '.block.attached_to_instance == ""'
  json instance delete "$instance"
  json block-storage delete "$id"
  refused "a deleted volume" "Invalid block storage ID" block-storage get "$id"
}

objects() {
  local cluster tier id key
  json object-storage cluster list
  cluster=$(value '.clusters[] | select(.hostname == "ewr1.vultrobjects.com").id') || exit 1
  table object-storage cluster list
  says "the clusters are listed" ewr1.vultrobjects.com
  json object-storage cluster tiers --cluster-id "$cluster"
  tier=$(value '.tiers[] | select(.sales_name == "Standard").id') || exit 1
  table object-storage cluster tiers --cluster-id "$cluster"
  says "the cluster's tiers are listed" tier_008h_0600m
  json object-storage tier list
  holds "a tier names the clusters that offer it" '.tiers[] | select(.id == ($tier | tonumber)).locations | any(.region == "ewr")' \
    --arg tier "$tier"
  table object-storage tier list
  json object-storage create --cluster-id "$cluster" --tier-id "$tier" --label files
  id=$(value .object_storage.id) || exit 1
  until_holds "object storage becomes active" '.object_storage.status == "active"' object-storage get "$id"
  holds "cluster and label read back" '.object_storage | .cluster_id == ($cluster | tonumber) and .label == "files"' --arg cluster "$cluster"
  key=$(value .object_storage.s3_access_key) || exit 1
  json object-storage label "$id" --label more
  table object-storage list
  says "it is listed with its new label" more
  json object-storage regenerate-keys "$id"
  holds "its new key is not the old one" '.s3_credentials.s3_access_key != $key' --arg key "$key"
  refused "a tier that is none" "Invalid tier specified for this location" object-storage create --cluster-id "$cluster" --tier-id 99
  json object-storage delete "$id"
  gone "deleted object storage" object-storage get "$id"
}

snapshots() {
  local id url instance
  server snapshot-source
  json snapshot create --id "$instance" --description kept
  id=$(value .snapshot.id) || exit 1
  until_holds "the snapshot becomes complete" '.snapshot.status == "complete"' snapshot get "$id"
  holds "it remembers its system and its description" '.snapshot.os_id == 2136 and .snapshot.description == "kept"'
  json instance restore "$instance" --snapshot "$id"
  up "it is up again after the restore"
  json instance delete "$instance"
  json snapshot create-url --url https://images.example.com/disk.raw
  url=$(value .snapshot.id) || exit 1
  until_holds "the one from a URL becomes complete" '.snapshot.status == "complete"' snapshot get "$url"
  table snapshot list
  says "the snapshots are listed" "$url"
  for id in "$id" "$url"; do
    json snapshot delete "$id"
    gone "a deleted snapshot" snapshot get "$id"
  done
}

backups() {
  json backups list
  holds "without a schedule there are no backups" '(.backups // []) == []'
  refused "an unknown backup" '"status":404' backups get "$nowhere"
}

inference() {
  local id
  json inference create --label models
  id=$(value .subscription.id) || exit 1
  holds "a subscription has its key" '.subscription.api_key | length == 36'
  json inference update "$id" --label more
  json inference get "$id"
  holds "a new label reads back" '.subscription.label == "more"'
  table inference list
  says "it is listed" "$id"
  json inference usage get "$id"
  holds "nothing of it is used" '.usage.chat.current_tokens == 0 and .usage.audio.tts_characters == 0'
  table inference usage get "$id"
  json inference delete "$id"
  refused "a deleted subscription" "invalid inference ID" inference get "$id"
}
