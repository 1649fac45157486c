#!/usr/bin/env bash
# Holds the cost of the engine, and of the agent with a sink: instructions per byte of a fixed input, counted by callgrind,
# which do not wobble with the machine.
#
#   Benchmarks/gate.sh [--update] [PROGRAM]
#
# PROGRAM is .build/release/logfold unless given. The input is the services' recordings, one after the other, cut at
# 5,000,000 bytes; start-up is counted on an empty input and subtracted. More than 5 % above Benchmarks/thresholds.json
# fails; --update writes what was counted.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
thresholds=$here/thresholds.json
update=no
[ "${1:-}" = --update ] && { update=yes; shift; }
program=${1:-$here/../.build/release/logfold}
[ -x "$program" ] || { echo "gate: no program at $program (make release, or give its path)" >&2; exit 2; }
command -v valgrind >/dev/null || { echo "gate: valgrind is missing (Debian package valgrind)" >&2; exit 2; }
scratch=$(mktemp -d); trap 'rm -rf "$scratch"' EXIT

size=5000000
services=$here/../Fixtures/corpus
while :; do
    LC_ALL=C; cat "$services"/{cinder,glance,keystone,nova,placement}/*.log >>"$scratch/all"
    [ "$(stat -c %s "$scratch/all")" -lt $size ] || break
done
head -c $size "$scratch/all" >"$scratch/input"; : >"$scratch/empty"

filter() { # OPTION… INPUT
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "${@:1:$#-1}" <"${!#}" >/dev/null \
        2>"$scratch/log" || { cat "$scratch/log" >&2; return 1; }
    awk '/Collected/ { print $NF }' "$scratch/log"
}

agent() { # SINK INPUT
    "$here/chain.py" "$program" "$@"
}

limit_of() { [ -f "$thresholds" ] && sed -n "s/.*\"$1\": *\([0-9.]*\).*/\1/p" "$thresholds" || true; }

failed=no; entries=
check() { # NAME COMMAND…
    local name=$1 whole empty figure limit verdict; shift
    whole=$("$@" "$scratch/input"); empty=$("$@" "$scratch/empty")
    figure=$(awk -v w="$whole" -v e="$empty" -v n=$size 'BEGIN { printf "%.3f", (w - e) / n }')
    entries+="${entries:+,
}  \"$name\": $figure"
    limit=$(limit_of "$name")
    verdict=$(awk -v f="$figure" -v l="${limit:-0}" 'BEGIN {
        if (l == 0) print "no threshold yet"
        else if (f > l * 1.05) printf "FAILED: %.1f %% above %s", (f / l - 1) * 100, l
        else printf "ok: %+.1f %% of %s", (f / l - 1) * 100, l }')
    case $verdict in FAILED*) failed=yes ;; esac
    printf '%-28s %8s instructions per byte  %s\n' "$name" "$figure" "$verdict"
}

check ecs filter
check ecs_no_redact filter --no-redact
check agent_file agent file
check agent_bulk agent bulk
if [ $update = yes ]; then
    printf '{\n%s\n}\n' "$entries" >"$thresholds"
    echo "wrote $thresholds"
elif [ $failed = yes ]; then
    exit 1
fi
