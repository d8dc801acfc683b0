#!/usr/bin/env bash
# Stands for a program that takes its endpoint from a setting.
set -euo pipefail
curl --silent --show-error --fail-with-body "$VULTR_API_ENDPOINT/account" \
  --header "Authorization: Bearer $VULTR_API_KEY" | jq -e '.account.balance == 0' >/dev/null
echo "the account owes nothing"
