# Container registries and CDNs.
# shellcheck shell=bash

# Tells that an image was pushed to a registry, as Docker would by doing it.
push_image() {
  curl --silent --show-error --fail-with-body --header "Authorization: Bearer $VULTR_API_KEY" --data "$2" \
    "${VULTR_API_ENDPOINT%/v2}/_kettle/pushed/$1" >"$work/out" 2>"$work/err" || die "the image cannot be pushed"
}

registries() {
  local id digest
  json container-registry plans
  holds "a plan has its price and room" '.plans.business | .monthly_price == 5 and .max_storage_mb == 20480'
  table container-registry plans
  json container-registry regions
  holds "a region names its host" '.regions | any(.name == "sjc" and .urn == "sjc.vultrcr.com")'
  table container-registry regions
  json container-registry create --name vultrcli --region sjc --public=false --plan start_up
  id=$(value .registry.id) || exit 1
  json container-registry get "$id"
  holds "the registry reads back at once" '.registry | .urn == "sjc.vultrcr.com/vultrcli" and .public == false and .root_user.root'
  table container-registry get "$id"
  says "its root user is shown" "ROOT USER"
  # It sends an empty plan where none is given.
  json container-registry update "$id" --public=true
  json container-registry get "$id"
  holds "it is public, and its plan is what it was" '.registry | .public and .storage.allowed.gb == 10'
  table container-registry list
  says "it is listed" vultrcli
  refused "a name with a hyphen" '"status":400' container-registry create --name my-registry --region sjc --public=false --plan start_up
  table container-registry credentials docker "$id" --expiry-seconds 60 --read-write=true
  says "the credentials are for the region's host" sjc.vultrcr.com
  push_image "$id" '{"repository": "web", "tag": "v1", "size": 1048576}'
  table container-registry repository list "$id"
  says "what was pushed is listed" vultrcli/web
  json container-registry repository update "$id" --image-name web --description shop
  json container-registry repository get "$id" --image-name web
  holds "the repository is described" '.repository | .description == "shop" and .artifact_count == 1'
  json container-registry repository artifact list "$id" web
  digest=$(value '.artifacts[0].digest') || exit 1
  table container-registry repository artifact list "$id" web
  json container-registry repository artifact get "$id" web "$digest"
  holds "the artifact has its tag" '.artifact.tags[0].name == "v1"'
  json container-registry repository artifact delete "$id" web "$digest"
  gone "a deleted artifact" container-registry repository artifact get "$id" web "$digest"
  json container-registry repository delete "$id" --image-name web
  gone "a deleted repository" container-registry repository get "$id" --image-name web
  json container-registry delete "$id"
  refused "a deleted registry" "Invalid container registry ID" container-registry get "$id"
}

cdns() {
  local id url form=()
  json cdn pull create --label site --scheme https --domain www.example.com --gzip
  id=$(value .pull_zone.id) || exit 1
  until_holds "the pull zone becomes active" '.pull_zone.status == "active"' cdn pull get "$id"
  json cdn pull update "$id" --cors --block-ai
  holds "what is given changes" '.pull_zone | .cors and .gzip and .block_ai and .label == "site"'
  table cdn pull list
  says "it is listed" www.example.com
  # govultr asks for the zone itself: nothing is purged.
  json cdn pull purge "$id"
  refused "an origin that is no domain" '"status":400' cdn pull create --label x --scheme https --domain x
  json cdn pull delete "$id"
  gone "a deleted pull zone" cdn pull get "$id"

  json cdn push create --label files
  id=$(value .push_zone.id) || exit 1
  until_holds "the push zone becomes active" '.push_zone.status == "active"' cdn push get "$id"
  json cdn push update "$id" --label more --regions ewr,fra
  holds "its label and regions change" '.push_zone | .label == "more" and .regions == ["ewr", "fra"]'
  table cdn push list
  says "it is listed" more
  json cdn push create-endpoint "$id" --name hello.txt --size 5
  url=$(value '[.. | objects | select(has("url"))][0].url') || exit 1
  while IFS=$'\t' read -r name text; do form+=(--form-string "$name=$text"); done \
    < <(jq -r '[.. | objects | select(has("policy"))][0] | to_entries[] | [.key, .value] | @tsv' "$work/out")
  printf hello >"$work/hello.txt"
  curl --silent --show-error --fail-with-body "${form[@]}" --form "file=@$work/hello.txt" "$url" >"$work/out" 2>"$work/err" || die "the form leads nowhere"
  ok "a file is uploaded with the form"
  table cdn push list-files "$id"
  says "the file is listed" hello.txt
  json cdn push get-file "$id" hello.txt
  holds "it reads back" '[.. | objects | select(.name? == "hello.txt")][0].size == 5'
  # govultr never sends this request.
  json cdn push delete-file "$id" hello.txt
  json cdn push delete "$id"
  gone "a deleted push zone" cdn push get "$id"
}
