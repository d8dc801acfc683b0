# The harness of the vultr-cli suite: calls, checks, waits. To be sourced by `run`.
# It must never hide an exit status of vultr-cli, and never count a command that was not run.
# shellcheck shell=bash

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$work/calls"
: >"$work/config.yaml" # vultr-cli complains without one; the key comes from VULTR_API_KEY
family=""
# What vultr-cli is run by, if by anything.
within=()
export nowhere=00000000-0000-4000-8000-000000000000

ok() { printf 'ok    %s: %s\n' "$family" "$1"; }

# Ends the family (each runs in a subshell): what comes after a failed check would stand on sand.
die() {
  printf 'FAIL  %s: %s\n' "$family" "$1"
  sed 's/^/      | /' "$work/out" "$work/err" 2>/dev/null | tail -n 20
  exit 1
}

# Runs vultr-cli; output in $work/out. Arguments in words, as in the list that `uncalled` compares with.
call() {
  printf '%s\n' "$*" >>"$work/calls"
  "${within[@]}" vultr-cli --config "$work/config.yaml" "${format[@]}" "$@" >"$work/out" 2>"$work/err"
}

# A request without vultr-cli, for what it cannot do.
directly() {
  curl --silent --show-error --fail-with-body --request "$1" --header "Authorization: Bearer $VULTR_API_KEY" \
    "${VULTR_API_ENDPOINT%/v2}$2" >"$work/out" 2>"$work/err" || die "$1 $2 is refused"
}

# A command with JSON output, and one with the tables that people see: both must end with status 0.
json() {
  local format=(--output json)
  call "$@" || die "vultr-cli $* ends with status $?"
}

table() {
  local format=()
  call "$@" || die "vultr-cli $* ends with status $?"
  ok "$1 ${2-} ${3-} prints $(wc -l <"$work/out") lines"
}

# A check on the JSON that was printed last, and a value of it. More arguments go to jq (--arg NAME VALUE).
holds() {
  local what=$1 filter=$2
  shift 2
  jq -e "$@" "$filter" "$work/out" >/dev/null || die "$what"
  ok "$what"
}

value() { jq -er "$1" "$work/out" || die "the answer has no $1" >&2; }

# A check on the text that was printed last.
says() { grep -qF -- "$2" "$work/out" || die "$1: \"$2\" is not in the output"; ok "$1"; }

# A command that must fail, and the words that the refusal must hold.
refused() {
  local what=$1 words=$2 format=()
  shift 2
  if call "$@"; then die "$what should be refused"; fi
  grep -qF -- "$words" "$work/out" "$work/err" || die "$what is refused, but not with: $words"
  ok "$what is refused"
}

# Repeats a command until a filter holds on its JSON.
until_holds() {
  local what=$1 filter=$2 end=$((SECONDS + 30)) format=(--output json)
  shift 2
  until call "$@" && jq -e "$filter" "$work/out" >/dev/null 2>&1; do
    ((SECONDS < end)) || die "$what: not within 30 s"
    sleep 0.1
  done
  ok "$what"
}

# Repeats a command until it says that the thing is not there.
gone() {
  local what=$1 end=$((SECONDS + 30)) format=()
  shift
  until ! call "$@" && grep -q '"status":404' "$work/out" "$work/err"; do
    ((SECONDS < end)) || die "$what: still there after 30 s"
    sleep 0.1
  done
  ok "$what is gone"
}

# Every command below a word, from vultr-cli's own help.
leaves() {
  local below
  below=$(vultr-cli "$@" --help 2>/dev/null | sed -n '/^Available Commands:/,/^$/p' | awk 'NR > 1 && NF { print $1 }')
  if [[ -z $below ]]; then
    printf '%s\n' "$*"
    return
  fi
  local word
  for word in $below; do leaves "$@" "$word"; done
}

# Commands of these families that no check has run.
uncalled() {
  local leaf family
  for family in "$@"; do
    leaves "$family" | while read -r leaf; do
      grep -qE "^$leaf( |\$)" "$work/calls" || printf '%s\n' "$leaf"
    done
  done
}
