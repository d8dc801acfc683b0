# Account, users, and things that are known by their text: keys, scripts, domains.
# shellcheck shell=bash

account() {
  json account info
  holds "the account has an address and all permissions" '.account.email != "" and (.account.acls | index("manage_users"))'
  table account info
  json account bandwidth
  holds "bandwidth is counted for the month" '.account_bandwidth.current_month_to_date.timestamp_start | test("^[0-9]+$")'
  table account bandwidth
}

billing() {
  local begun
  json billing history list
  holds "a new account has no history" '(.billing_history // []) | length == 0'
  table billing history list
  json billing invoice list
  holds "nor an invoice" '(.billing_invoices // []) | length == 0'
  table billing invoice list
  refused "an unknown invoice" "Invalid invoice" billing invoice get 123456
  refused "the items of an unknown invoice" "Invalid invoice" billing invoice items 123456
  begun=$(date -u -d '1 hour ago' +%Y-%m-%dT%H:%M:%SZ)
  json script create --name logged --type boot --script '#!/bin/sh'
  directly DELETE "/v2/startup-scripts/$(value .startup_script.id)"
  json logs list --start "$begun" --end "$(date -u -d '1 hour' +%Y-%m-%dT%H:%M:%SZ)" --type startup-scripts --level info
  holds "what happened is told" '.logs | map(.metadata.method) | index("POST") and index("DELETE")'
  table logs list --start "$begun" --end "$(date -u -d '1 hour' +%Y-%m-%dT%H:%M:%SZ)"
  refused "more than thirty days" "end_time" logs list --start 2020-01-01T00:00:00Z --end 2026-01-01T00:00:00Z
}

users() {
  local id
  json user create --email dave@example.com --name Dave --password Correct-Horse-9-Battery --acl dns,firewall --api-enabled
  id=$(value .user.id) || exit 1
  holds "a new user with API access is given a key" '.user.api_key != ""'
  json user get "$id"
  holds "name and permissions read back" '.user.name == "Dave" and (.user.acls | sort) == ["dns", "firewall"] and .user.api_enabled'
  table user list
  says "the user is listed" dave@example.com
  json user update "$id" --name David --api-enabled=false
  json user get "$id"
  holds "changed name and access read back" '.user.name == "David" and (.user.api_enabled | not)'
  json user delete "$id"
  gone "a deleted user" user get "$id"
  refused "an unknown user" "Invalid user" user get "$nowhere"
}

ssh_keys() {
  local id key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGtldHRsZWNvbmZvcm1hbmNla2V5MDEyMzQ1Njc4 dave@example.com"
  json ssh-key create --name laptop --key "$key"
  id=$(value .ssh_key.id) || exit 1
  json ssh-key get "$id"
  holds "a key reads back as sent" '.ssh_key.ssh_key == $key' --arg key "$key"
  json ssh-key update "$id" --name desk
  table ssh-key list
  says "the key is listed with its new name" desk
  json ssh-key delete "$id"
  gone "a deleted key" ssh-key get "$id"
}

scripts() {
  local id
  printf '#!/bin/sh\necho from a file\n' >"$work/script"
  json script create --name hello --type boot --script-file "$work/script"
  id=$(value .startup_script.id) || exit 1
  json script get "$id"
  holds "the text of a file reads back" '(.startup_script.script | @base64d) == "#!/bin/sh\necho from a file\n"'
  # On update this vultr-cli sends the text as it is given: it has to be base64 already.
  json script update "$id" --name hello2 --type boot --script "$(printf '#!/bin/sh\n' | base64)"
  json script get "$id"
  holds "a new name and text read back" '.startup_script.name == "hello2" and (.startup_script.script | @base64d) == "#!/bin/sh\n"'
  table script list
  says "the script is listed" hello2
  json script delete "$id"
  gone "a deleted script" script get "$id"
}

domains() {
  local name=conformance-cli.example
  json dns domain create --domain "$name" --ip 192.0.2.40
  holds "the domain is answered as sent" '.domain.domain == $name' --arg name "$name"
  table dns domain list
  says "the domain is listed" "$name"
  json dns domain dnssec "$name" --enabled
  json dns domain get "$name"
  holds "DNSSEC is on" '.domain.dns_sec == "enabled"'
  json dns domain dnssec-info "$name"
  holds "DNSSEC shows its keys" '.dns_sec | any(contains("DNSKEY"))'
  json dns domain soa-update "$name" --email hostmaster@example.com --ns-primary ns1.vultr.com
  json dns domain soa-info "$name"
  holds "the SOA reads back" '.dns_soa == {"nsprimary": "ns1.vultr.com", "email": "hostmaster@example.com"}'
  json dns domain delete "$name"
  gone "a deleted domain" dns domain get "$name"
}

records() {
  local name=conformance-cli-records.example id
  json dns domain create --domain "$name"
  json dns record create "$name" --name mail --type MX --data mx.example.com --priority 10 --ttl 600
  id=$(value '(.record // .records).id') || exit 1
  json dns record get "$name" "$id"
  holds "a record reads back as sent" '(.record // .records) | .type == "MX" and .data == "mx.example.com" and .priority == 10 and .ttl == 600'
  json dns record update "$name" "$id" --data mx2.example.com --priority 20 --ttl 600 --name mail
  json dns record list "$name"
  holds "the changed record is listed" '.records | any(.data == "mx2.example.com" and .priority == 20)'
  table dns record list "$name"
  json dns record delete "$name" "$id"
  gone "a deleted record" dns record get "$name" "$id"
  json dns domain delete "$name"
}
