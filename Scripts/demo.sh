#!/usr/bin/env bash
# Shows what logfold does with real logs: Scripts/demo.sh [PROGRAM]
set -euo pipefail
cd "$(dirname "$0")/.."
program=${1:-.build/release/logfold}
out=.build/demo
color=never
[ ! -t 1 ] || color=always
mkdir -p "$out"
logs=(Fixtures/corpus/{nova,cinder,glance,keystone,placement}/*.log)

say() { printf '\n# %s\n' "$*"; }

# The first lines of what a command prints. The command is read to its end: a closed pipe would fail it.
first() { sed -n "1,$1p"; }

say "What went wrong in nova-compute: logfold -o pretty --level error"
"$program" -o pretty --color "$color" --timezone UTC --level error Fixtures/corpus/nova/nova-compute-debug.log | first 30

say "The same as events: logfold --level error, the first line"
"$program" --timezone UTC --level error Fixtures/corpus/nova/nova-compute-debug.log | first 1

say "All of it: logfold --stats over ${#logs[@]} log files of five services"
"$program" --timezone UTC --stats "${logs[@]}" >"$out/events.jsonl"
printf '\n%s events, %s bytes of JSON in %s\n' "$(wc -l <"$out/events.jsonl")" "$(wc -c <"$out/events.jsonl")" \
    "$out/events.jsonl"
