#!/usr/bin/env bash
# Tests nightly.sh in an account with two instances, one of which has the tag.
#   kettle exec --ephemeral -- ./test.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
unset VULTR_API_ENDPOINT   # so that it goes the way that it goes in earnest: to api.vultr.com
api=https://api.vultr.com/v2

call() {
  curl --silent --show-error --fail-with-body --request "$1" --header "Authorization: Bearer $VULTR_API_KEY" \
    ${3:+--header 'Content-Type: application/json' --data "$3"} "$api$2"
}
count() { call GET /snapshots | jq "[.snapshots[] | select(.description | $1)] | length"; }
same() {
  [[ $2 == "$3" ]] || { echo "FAIL $1: $2, and not $3" >&2; exit 1; }
  echo "ok   $1"
}

for label in shop lab; do
  body=$(jq -n --arg l "$label" '{region: "ewr", plan: "vc2-1c-1gb", os_id: 2136, label: $l,
    tags: (if $l == "shop" then ["nightly"] else [] end)}')
  id=$(call POST /instances "$body" | jq -r .instance.id)
  [[ $label == lab ]] || shop=$id
  until [[ $(call GET "/instances/$id" | jq -r .instance.status) == active ]]; do sleep 0.1; done
done
# One that somebody took by hand.
call POST /snapshots "{\"instance_id\": \"$shop\", \"description\": \"before the sale\"}" >/dev/null

for _ in 1 2 3; do KEEP=2 ./nightly.sh >/dev/null; done
same "the newest two are kept" "$(count 'startswith("nightly ")')" 2
same "they are of the instance with the tag" "$(count "endswith(\"$shop\")")" 2
same "what was taken by hand is left alone" "$(count '. == "before the sale"')" 1
