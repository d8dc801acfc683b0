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
