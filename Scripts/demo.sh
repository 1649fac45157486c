#!/usr/bin/env bash
# Shows logfold at work: one log read by the filter, then a live, rotating log read by the agent. Scripts/demo.sh [PROGRAM]
#
# Takes some seconds, listens on nothing but a socket of its own, and leaves no process behind; what it made
# stays in .build/demo.
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(realpath "${1:-.build/release/logfold}")
recording=Fixtures/corpus/nova/nova-compute-debug.log
out=$PWD/.build/demo
log=$out/log/nova/nova-compute.log
events=$out/events/nova-compute.jsonl.zst
color=never
[ ! -t 1 ] || color=always
agent='' # its process id
# A socket's path must be short, and that of this repository may not be.
socket=$(mktemp -d)

say() { printf '\n# %s\n' "$*"; }

# The first lines of what a command prints. The command is read to its end: a closed pipe would fail it.
first() { sed -n "1,$1p"; }

clean_up() {
    [ -z "$agent" ] || kill "$agent" 2>/dev/null || true
    wait
    rm -rf "$socket"
}

start_agent() {
    cat >"$out/logfold.yaml" <<END
data_dir: $out/data
timezone: UTC
spool: { max_bytes: 64MiB, min_free: 16MiB }
metrics: { listen: "unix:$socket/status" }
inputs:
  nova: { type: file, include: "$out/log/nova/*.log" }
transforms:
  quiet: { type: filter, drop: 'log.level < info and log.logger == "oslo_service.service"' }
sinks:
  local: { type: file, path: "$out/events/{service.name}.jsonl.zst", compression: zstd, flush: 1s }
  errors: { type: file, path: "$out/events/errors.jsonl", condition: log.level >= error }
END
    "$program" run -c "$out/logfold.yaml" 2>"$out/agent.log" &
    agent=$!
    local tries=100
    until "$program" status -c "$out/logfold.yaml" >/dev/null 2>&1; do
        kill -0 "$agent" 2>/dev/null && [ $((tries -= 1)) -gt 0 ] || { cat "$out/agent.log" >&2; return 1; }
        sleep 0.1
    done
}

# What is open when an agent is stopped is left to its next run: the last record is waited for.
settle() {
    local tries=50
    until "$program" status --json -c "$out/logfold.yaml" | grep -q '"events":[0-9]*,"lag_bytes":0,.*"open_folds":0,'; do
        [ $((tries -= 1)) -gt 0 ] || { echo "demo: the last record is still open after five seconds" >&2; return 1; }
        sleep 0.1
    done
}

stop_agent() {
    kill -TERM "$agent"
    local status=0
    wait "$agent" || status=$?
    agent=''
    return $status
}

trap clean_up EXIT
rm -rf "$out"
mkdir -p "$(dirname "$log")"

say "What went wrong in nova-compute: logfold -o pretty --level error nova-compute.log"
"$program" -o pretty --color "$color" --timezone UTC --level error "$recording" | first 12

say "The agent, on a log that is written now and rotated every 200 records: logfold run -c logfold.yaml"
start_agent
sed 's/^/    /' "$out/logfold.yaml"
"$program" replay --into "$log" --speed 60x --max-pause 100ms --rotate rename --every 200 "$recording"

settle
say "What it is doing: logfold status -c logfold.yaml"
"$program" status -c "$out/logfold.yaml"

say "Told to stop, it delivers what it has and gives account of every event"
stop_agent
sed 's/^[^ ]* //' "$out/agent.log" | tail -n 3

say "What it wrote: logfold -o pretty --level warning $(basename "$events")"
"$program" -o pretty --color "$color" --level warning "$events" | first 6

# What the agent has folded, live and over five rotations, is what the filter makes of the whole log.
expected=$("$program" --timezone UTC "$recording" | grep -cv '"log":{[^}]*"level":"debug"[^}]*"logger":"oslo_service.service"')
written=$("$program" "$events" | wc -l)
if [ "$written" -ne "$expected" ]; then
    echo "demo: the agent wrote $written events; the filter makes $expected of the same log" >&2
    exit 1
fi
printf '\n%s events of %s log files, as many as the filter makes of the log in one piece.\n' "$written" \
    "$(find "$(dirname "$log")" -type f | wc -l)"
printf 'The log, the configuration, the events and the agent'\''s own log are in %s\n' "${out#"$PWD"/}"
