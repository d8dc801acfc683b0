#!/usr/bin/env bash
# Applies the stack, shows that a second plan has nothing to do, changes it, and takes it down.
#   kettle exec --ephemeral -- ./test.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export TF_INPUT=0 TF_CLI_ARGS="-no-color"

terraform apply -auto-approve
terraform plan -detailed-exitcode >/dev/null || { echo "the second plan is not empty" >&2; exit 1; }

terraform apply -auto-approve -var 'open_ports=["443"]'
[[ $(terraform state list | grep -c '^vultr_firewall_rule.open') == 1 ]] || { echo "port 80 is still open" >&2; exit 1; }

terraform destroy -auto-approve
[[ -z $(terraform state list) ]] || { echo "the destroy left something" >&2; exit 1; }
echo "the stack comes, changes and goes"
