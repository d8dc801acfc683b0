# What the scripts here share; each is run with DATA, whose images stay and whose rest is made anew, within namespaces (see apart).
# shellcheck shell=bash
data=$1
work=$(mktemp -d)
failed=0
server=0

# Whatever happens: no machine is left.
over() {
  local process child
  ((server == 0)) || kill -KILL "$server" 2>/dev/null
  for process in $(pgrep -f -- "--directory=$data/machines/"); do
    for child in $(cat "/proc/$process/task/$process/children" 2>/dev/null); do kill -KILL "$child" 2>/dev/null; done
  done
  rm -rf "$work"
}
trap over EXIT

k() { timeout 120 "$KETTLE" --data "$data" "$@"; }

# Starts a server with these options besides the usual ones.
serve() {
  rm -f "$work/url"
  "$KETTLE" serve --data "$data" --machines nspawn --listen 127.0.0.1:0 --ready-file "$work/url" "$@" >>"$work/log" 2>&1 &
  server=$!
  disown
  for _ in {1..200}; do [[ -s $work/url ]] && return; sleep 0.1; done
  tail -n 12 "$work/log" | sed 's/^/      | /'
  echo "FAIL  machines: no server starts"
  exit 1
}

# Ends the server in good order.
ends() {
  kill "$server"
  for _ in {1..100}; do [[ -d /proc/$server ]] || return; sleep 0.1; done
  echo "FAIL  machines: the server does not end"
  failed=1
}

# Runs a command in a machine.
in_it() { local name=$1; shift; k instance ssh "$name" -i "$work/key" -- "$@" </dev/null; }

# When a machine was started, in ticks of its host. (The time of /proc/1 would be that of when somebody looked there first since the
# kernel was last short of memory.)
since() { in_it "$1" "cut -d' ' -f22 /proc/1/stat"; }
# Whether it runs since then still, or was started anew.
goes_on() { [[ -n $2 && $(since "$1") == "$2" ]]; }
is_started_anew() { local now; now=$(since "$1") && [[ -n $2 && -n $now && $now != "$2" ]]; }

check() {
  local what=$1
  shift
  if "$@" >"$work/out" 2>&1; then
    echo "ok    machines: $what"
  else
    echo "FAIL  machines: $what"
    tail -n 8 "$work/out" | sed 's/^/      | /'
    failed=1
  fi
}

# Looks again and again, a quarter of a minute at most where looking takes no time.
soon() {
  local try
  for try in {1..60}; do "$@" && return; sleep 0.25; done
  return 1
}

says() { [[ $("${@:2}") == "$1" ]]; }

refused_with() { ! "${@:2}" 2>"$work/said"; cat "$work/said"; grep -q "$1" "$work/said"; }

new() { k instance create --region ewr --plan vc2-1c-1gb --sshkey-id laptop --wait --timeout 60s "$@"; }

in_ms() { echo $(($(date +%s%N) / 1000000)); }

# Whether there is no process, mount, directory, link or control group of any machine.
nothing() {
  local left space
  left=$(
    pgrep -af -- "--directory=$data/machines/"
    grep -F "$data/" /proc/self/mountinfo
    find "$data"/{machines,volumes,copies} -mindepth 1 2>/dev/null
    for space in "" $(ip netns | cut -d' ' -f1); do ip ${space:+-n "$space"} -br link | grep -oE '^kt([^ @]{12}[ep]|[^ @]{8}b)\>'; done
    # Another Kettle of this host has groups of its own.
    find /sys/fs/cgroup/{,*/}"$(ip netns | cut -d' ' -f1 | head -n 1)" -mindepth 1 -maxdepth 1 -type d 2>/dev/null
  )
  [[ -z $left ]] || { head -n 6 <<<"left: $left"; return 1; }
}

rm -rf "$data"/{machines,networks,volumes,copies} "$data"/kettle.db*
ssh-keygen -q -t ed25519 -N '' -f "$work/key" </dev/null
