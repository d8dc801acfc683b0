# What the runners of suites share (conformance/run, examples/run): where the binary is, what a suite answers with, and the lines
# at the end that say what was shown and what was not. A runner sets $here, the folder of its suites, before it takes this in.
#   KETTLE=path/to/kettle          the binary (default: target/release/kettle)
KETTLE=$(realpath -m "${KETTLE:-$here/../target/release/kettle}")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/kettle-conformance
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# A real key or address in the environment must never be used here.
unset VULTR_API_KEY VULTR_API_ENDPOINT
# Terraform warns at every command of a configuration file that does not exist.
[[ -e ${TF_CLI_CONFIG_FILE-} ]] || unset TF_CLI_CONFIG_FILE
export KETTLE PYTHONDONTWRITEBYTECODE=1 CHECKPOINT_DISABLE=1

# Statuses of a suite: passed, failed, skipped. The reason of a skip or a failure is in $reason.
readonly PASS=0 FAIL=1 SKIP=77
reason=""

skip() { reason=$1; return "$SKIP"; }

fail() { reason=$1; return "$FAIL"; }

# Package registries have bad moments; a command that asks them gets three tries.
retried() {
  local try
  for try in 1 2 3; do
    "$@" && return 0
    echo "try $try of 3 failed: $*" >&2
    sleep $((try * 5))
  done
  return 1
}

# Skips a suite for the first of these programs that is not there.
has() {
  local tool
  for tool; do
    command -v "$tool" >/dev/null || { skip "there is no $tool on PATH"; return; }
  done
}

# Makes the virtual environment of what DIRECTORY/requirements.txt asks for, once; leaves its path in $venv.
python_environment() {
  has python3 || return
  venv=$cache/${1//\//-}-$({ cat "$here/$1/requirements.txt"; python3 --version; } | sha256sum | cut -c1-16)
  if [[ ! -e $venv/ready ]]; then
    python3 -m venv --clear "$venv" || { fail "python3 cannot make a virtual environment"; return; }
    retried "$venv/bin/pip" install --quiet --requirement "$here/$1/requirements.txt" ||
      { fail "pip cannot install requirements.txt"; return; }
    touch "$venv/ready"
  fi
}

# Prepares DIRECTORY, a copy of a configuration, for Terraform, where Vultr's provider can be had.
terraform_init() {
  local directory=$1
  (cd "$directory" && terraform init -input=false -no-color) >"$directory.log" 2>&1 && return
  cat "$directory.log"
  if grep -qE 'Failed to query available provider packages|Failed to install provider' "$directory.log"; then
    skip "terraform init does not find Vultr's provider, neither in Terraform's local folders nor in its registry"
  else
    fail "terraform init fails"
  fi
}

# Prints what a suite said of what failed; its end, where no line of it says so.
what_failed() {
  printf '\n== %s, what failed\n' "$1"
  grep -A8 '^FAIL' "$2" | head -n 60 || true
  grep -q '^FAIL' "$2" || tail -n 20 "$2"
}

# Runs the suites that are named, or all; a suite is a function NAME_suite. Ends the program.
#   run_suites WHAT-THEY-ARE "ALL THEIR NAMES" [NAME ...]
run_suites() {
  local what=$1 all=$2 each status summary=() worst=0
  shift 2
  if [[ ! -x $KETTLE ]]; then
    echo "FAIL: there is no kettle at $KETTLE; build it (cargo build --release) or set KETTLE" >&2
    exit 1
  fi
  for each in ${*:-$all}; do
    if [[ " $all " != *" $each "* ]]; then
      echo "there is no suite $each; there are $all" >&2
      exit 2
    fi
  done
  for each in ${*:-$all}; do
    printf '\n== %s\n' "$each"
    reason=""
    { "${each//-/_}_suite"; } > >(tee "$scratch/$each.said") 2>&1
    status=$?
    wait "$!" # until all of it has been written
    case $status in
      "$PASS") summary+=("PASS     $each") ;;
      "$SKIP") summary+=("SKIPPED  $each: $reason  <-- NOTHING WAS SHOWN WITH THIS") ;;
      *) summary+=("FAIL     $each: ${reason:-see above}"); worst=1; what_failed "$each" "$scratch/$each.said" >>"$scratch/failures" ;;
    esac
  done
  # Once more at the end, where it is found: hundreds of lines may have followed.
  cat "$scratch/failures" 2>/dev/null
  printf '\n== %s\n' "$what"
  printf '%s\n' "${summary[@]}"
  exit "$worst"
}
