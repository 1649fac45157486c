#!/usr/bin/env bash
# Measures logfold and its peers on one file, in one run, and prints a Markdown table.
#
#   Benchmarks/compare.sh FILE [REPETITIONS]
#
# Figures are megabytes of input per second of CPU time, user and system together, all threads and the children too:
# what a node pays, whatever runs beside it. Of the repetitions the median counts.
#   LOGFOLD     the program (.build/release/logfold)
#   PEERS_ROOT  where rsyslog and syslog-ng are unpacked; without it they are downloaded from Debian and unpacked into a
#               temporary folder. Nothing is installed and no service is started: both run in the foreground, as this
#               user, on this file only, and are ended by their process id.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 1 ] || { sed -n '2,12p' "$0" >&2; exit 2; }
input=$(readlink -f "$1"); repetitions=${2:-3}
logfold=${LOGFOLD:-$here/../.build/release/logfold}
bytes=$(stat -c %s "$input")
scratch=$(mktemp -d); peer=
trap '[ -z "$peer" ] || kill "$peer" 2>/dev/null || true; rm -rf "$scratch"' EXIT

say() { printf '%s\n' "$*" >&2; }

# CPU seconds of a command whose output goes nowhere.
cpu_of_command() {
    local TIMEFORMAT='%U %S'
    { time "$@" <"$input" >/dev/null 2>"$scratch/stderr"; } 2>"$scratch/time" || { cat "$scratch/stderr" >&2; return 1; }
    awk '{ printf "%.3f\n", $1 + $2 }' "$scratch/time"
}

ticks_of() { awk '{ print $14 + $15 + $16 + $17 }' "/proc/$1/stat" 2>/dev/null || echo 0; }

# CPU seconds of a daemon until its output has stood still, and its CPU time with it, for two seconds.
cpu_of_daemon() { # OUTPUT COMMAND…
    local output=$1 before after size=0 grown=0 idle=0 waited=0; shift
    rm -f "$output"
    "$@" >"$scratch/stderr" 2>&1 & peer=$!
    while [ $idle -lt 4 ]; do
        before=$(ticks_of "$peer"); sleep 0.5; after=$(ticks_of "$peer")
        kill -0 "$peer" 2>/dev/null || { cat "$scratch/stderr" >&2; peer=; return 1; }
        grown=$(stat -c %s "$output" 2>/dev/null || echo 0)
        if [ "$grown" -gt 0 ] && [ "$grown" = "$size" ] && [ $((after - before)) -le 1 ]; then
            idle=$((idle + 1))
        else
            idle=0
        fi
        size=$grown; waited=$((waited + 1))
        [ $waited -lt 1200 ] || { say "no end after ten minutes: $1"; break; }
    done
    after=$(ticks_of "$peer"); kill "$peer"; wait "$peer" 2>/dev/null || true; peer=
    awk -v t="$after" -v hz="$(getconf CLK_TCK)" 'BEGIN { printf "%.3f\n", t / hz }'
}

peers_root() {
    if [ -n "${PEERS_ROOT:-}" ]; then echo "$PEERS_ROOT"; return; fi
    local root=$scratch/peers package; mkdir -p "$root"
    for package in rsyslog liblognorm5 libestr0 libfastjson4 syslog-ng-core libivykis0 libpcre3; do
        (cd "$root" && apt-get download -qq "$package" >/dev/null 2>&1) || say "not in this Debian: $package"
    done
    for package in "$root"/*.deb; do [ -e "$package" ] && dpkg -x "$package" "$root"; done
    echo "$root"
}

config() { # NAME
    sed -e "s|@DIR@|$scratch|g" -e "s|@INPUT@|$input|g" -e "s|@RULEBASE@|$here/peers/rsyslog.rulebase|g" \
        "$here/peers/$1.conf.in" >"$scratch/$1.conf"
}

rsyslog() {
    config rsyslog; rm -f "$scratch"/imfile-state*
    LD_LIBRARY_PATH=$libraries cpu_of_daemon "$scratch/rsyslog.json" "$root/usr/sbin/rsyslogd" -n \
        -M "$root/usr/lib/$triplet/rsyslog" -f "$scratch/rsyslog.conf" -i "$scratch/rsyslog.pid"
}

syslog_ng() {
    config syslog-ng; rm -f "$scratch/syslog-ng.persist"
    LD_LIBRARY_PATH=$libraries cpu_of_daemon "$scratch/syslog-ng.json" "$root/usr/sbin/syslog-ng" -F --no-caps \
        --module-path "$root/usr/lib/syslog-ng/3.38" -f "$scratch/syslog-ng.conf" -R "$scratch/syslog-ng.persist" \
        -p "$scratch/syslog-ng.pid" -c "$scratch/syslog-ng.ctl"
}

median() { sort -n | awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)]; else print "-" }'; }

rows=$scratch/rows; : >"$rows"
measure() { # LABEL WHAT-IT-MAKES COMMAND…
    local label=$1 makes=$2 seconds; shift 2
    say "measuring $label"
    seconds=$(for _ in $(seq "$repetitions"); do "$@" || true; done | median)
    printf '%s\t%s\t%s\n' "$label" "$makes" "$seconds" >>"$rows"
}

measure "\`wc -l\`" "a number" cpu_of_command wc -l
measure "\`gzip -1\`" "gzip" cpu_of_command gzip -1 -c
jq -Rc '{message: .}' <"$input" >"$scratch/lines.json"
plain=$input; input=$scratch/lines.json
measure "\`jq -c .\` (each line as \`{message}\`)" "JSON as it came" cpu_of_command jq -c .
input=$plain; rm -f "$scratch/lines.json"
measure "logfold" "ECS events, folded, redacted" cpu_of_command "$logfold"
measure "logfold --no-redact" "ECS events, folded" cpu_of_command "$logfold" --no-redact
root=$(peers_root); triplet=$(uname -m)-linux-gnu
libraries=$root/usr/lib/$triplet:$root/lib/$triplet:$root/usr/lib/syslog-ng:$root/usr/lib/syslog-ng/3.38
if [ -x "$root/usr/sbin/rsyslogd" ]; then
    measure "rsyslog (imfile, mmnormalize, omfile)" "JSON, a line each" rsyslog
else
    say "rsyslog left out: not unpacked"
fi
if [ -x "$root/usr/sbin/syslog-ng" ]; then
    measure "syslog-ng (file, csv-parser, format-json)" "JSON, a line each" syslog_ng
else
    say "syslog-ng left out: not unpacked"
fi

printf '| program | makes | CPU seconds | MB per CPU-second | logfold is |\n|---|---|--:|--:|--:|\n'
awk -F '\t' -v bytes="$bytes" '
    { label[NR] = $1; makes[NR] = $2; cpu[NR] = $3; if ($1 == "logfold") own = $3 }
    END {
        for (i = 1; i <= NR; i++) {
            if (cpu[i] + 0 == 0) { printf "| %s | %s | - | - | - |\n", label[i], makes[i]; continue }
            ratio = own > 0 ? sprintf("%.2f ×", cpu[i] / own) : "-"
            printf "| %s | %s | %.2f | %.0f | %s |\n", label[i], makes[i], cpu[i], bytes / 1e6 / cpu[i], ratio
        }
    }' "$rows"
