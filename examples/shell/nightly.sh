#!/usr/bin/env bash
# Takes a snapshot of every instance with the tag `nightly`, waits until each is whole, and keeps the newest KEEP of each instance.
#   VULTR_API_KEY=... KEEP=7 ./nightly.sh
set -euo pipefail
: "${VULTR_API_KEY:?the key of the account}"
api=${VULTR_API_ENDPOINT:-https://api.vultr.com/v2}
keep=${KEEP:-7}

call() {
  curl --silent --show-error --fail-with-body --max-time 60 --request "$1" \
    --header "Authorization: Bearer $VULTR_API_KEY" ${3:+--header 'Content-Type: application/json' --data "$3"} "$api$2"
}

# All items of a list, one a line, over all pages.
list() {
  local cursor="" page
  while :; do
    page=$(call GET "$1?per_page=100&cursor=$cursor")
    jq -c ".$2[]" <<<"$page"
    cursor=$(jq -r '.meta.links.next' <<<"$page")
    [[ -n $cursor ]] || return 0
  done
}

whole() {
  local deadline=$((SECONDS + 3600)) status
  while ((SECONDS < deadline)); do
    status=$(call GET "/snapshots/$1" | jq -r .snapshot.status)
    [[ $status == complete ]] && return 0
    sleep 1
  done
  echo "snapshot $1 is still $status after an hour" >&2
  return 1
}

list /instances instances | jq -r 'select(.tags | index("nightly")) | "\(.id) \(.label)"' |
  while read -r id label; do
    name="nightly $id"
    made=$(call POST /snapshots "$(jq -n --arg i "$id" --arg d "$name" '{instance_id: $i, description: $d}')" | jq -r .snapshot.id)
    whole "$made"
    echo "$label: snapshot $made"
    # Only once the new one is there.
    list /snapshots snapshots | jq -s -r --arg d "$name" --argjson keep "$keep" \
      'map(select(.description == $d)) | sort_by(.date_created, .id) | reverse | .[$keep:][].id' |
      while read -r old; do
        call DELETE "/snapshots/$old" >/dev/null
        echo "$label: deleted $old"
      done
  done
