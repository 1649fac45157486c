#!/usr/bin/env bash
# Fuzzes the parsers: Scripts/fuzz.sh [SECONDS [TARGET…]]
#
# Each target of Fuzz/ runs for SECONDS (60) over the seeds in .build/fuzz/seeds/<target>, which are made on the first
# run from Fixtures/ and from what was found before (Fuzz/findings), with address sanitizer and all of Swift's own checks. A finding ends the run with exit 1; its input
# stays in .build/fuzz/<target>-crash-….
#
# SwiftPM cannot build for libFuzzer, so the modules are compiled here, each whole, with coverage.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd); cd "$here"
seconds=${1:-60}; shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || for file in Fuzz/*Target.swift; do
    name=$(basename "$file" Target.swift); targets+=("${name,,}")
done
out=.build/fuzz; mkdir -p "$out"
swiftc=${SWIFTC:-swiftc}
flags=(-swift-version 6 -O -wmo -parse-as-library -package-name logfold -sanitize=fuzzer,address
    -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault
    -enable-upcoming-feature MemberImportVisibility -I "$out" -I Sources/System/CPCRE2
    -I Sources/System/CYAML -I Sources/System/CLinux -I Sources/System/CZlib -I Sources/System/CDeflate
    -I Sources/System/CIsal -I Sources/System/CZstd)

module() { # NAME
    mapfile -t files < <(find "Sources/$1" -name '*.swift' | LC_ALL=C sort)
    "$swiftc" "${flags[@]}" -module-name "$1" -emit-module -emit-module-path "$out/$1.swiftmodule" \
        -emit-object -o "$out/$1.o" "${files[@]}"
}

source_of() { # TARGET
    local file
    for file in Fuzz/*Target.swift; do
        [ "$(basename "${file,,}" target.swift)" != "$1" ] || { echo "$file"; return; }
    done
    echo "fuzz: no target $1" >&2; exit 2
}

# What a target is built with beside the modules: files of one that is too large for it.
beside() { # TARGET
    [ "$1" != acks ] || printf '%s\n' Sources/LogfoldSinks/Logstash/{AckReader,WindowsInFlight}.swift
}

# Small pieces of real logs: the beginnings of each recording, and its tracebacks.
seed() { # TARGET
    local folder=$out/seeds/$1 file number=0
    [ ! -d "$folder" ] || return 0
    mkdir -p "$folder"
    if [ "$1" = config ]; then
        find Fixtures/config -name '*.yaml' -exec cp -t "$folder" {} +
        return
    fi
    if [ "$1" = spool ]; then
        # The last byte says whether checksums are made right.
        for file in Fixtures/spool/*; do { cat "$file"; printf '\001'; } >"$folder/$(basename "$file")"; done
        return
    fi
    if [ "$1" = acks ]; then
        # Two windows of 3 and 5 events: in parts, kept alive, all at once, too many, and no acknowledgement.
        printf '\003\002\002\0042A\0\0\0\0022A\0\0\0\0002A\0\0\0\0032A\0\0\0\005' >"$folder/parts"
        printf '\377\002\002\0042A\0\0\0\0032A\0\0\0\006' >"$folder/beyond"
        printf '\000\001\0002A\0\0\0\001HTTP/1.1 400' >"$folder/nonsense"
        return
    fi
    # What the first line of a seed may be: conditions, and a key and a pattern to mask by.
    local first=('log.level >= warning and not (service.name in ["nova-api"] or message contains "a\"b")'
        "message matches '(?i)error|\\d+$' or error.type exists" 'http.response.status_code >= 500' 'password'
        "@timestamp < '2026-11-23T08:00:00.5Z' and tags contains 'a'" 'openstack.extra.args.0 == 1.5e3' '(?<=req-)[0-9a-f-]+'
        'log.level == "level 35" or labels.x != true and logfold.flags not in ["late"]')
    while read -r file; do
        number=$((number + 1))
        case $1 in
        json) [[ $file == *json* ]] || continue; head -n 3 "$file" | tail -n 1 | head -c 4096 >"$folder/$number" ;;
        conditions)
            { echo "${first[number % ${#first[@]}]}"; head -c 1500 "$file"; } >"$folder/$number"
            ;;
        framing) { printf '\001'; head -c 1500 "$file"; } >"$folder/$number" ;;
        *)
            head -c 2000 "$file" >"$folder/$number"
            { grep -a -m 1 -A 12 'Traceback (most' "$file" || true; } | head -c 3000 >"$folder/$number-traceback"
            ;;
        esac
    done < <(find Fixtures/corpus -type f ! -name '*.truth.jsonl' | LC_ALL=C sort)
    find "$folder" -size 0 -delete
    # What fuzzing has found before stays fixed.
    [ ! -d "Fuzz/findings/$1" ] || cp "Fuzz/findings/$1"/* "$folder"
}

echo "building ${targets[*]}" >&2
module LogfoldCore
module LogfoldParsing
module LogfoldConfig
for name in LogfoldIO LogfoldCompression LogfoldSpool; do module "$name"; done
export SWIFT_BACKTRACE=enable=no
failed=0
for target in "${targets[@]}"; do
    seed "$target"
    mapfile -t more < <(beside "$target")
    "$swiftc" "${flags[@]}" -module-name Fuzz -o "$out/$target" Fuzz/FuzzInput.swift Fuzz/EngineRun.swift \
        "$(source_of "$target")" "${more[@]}" \
        "$out"/Logfold{Spool,Compression,IO,Config,Parsing,Core}.o -lpcre2-8 -lyaml -lz -ldeflate -lisal -lzstd 2>&1 | { grep -v 'Cannot export local symbol' || true; }
    mkdir -p "$out/corpus/$target"
    echo "fuzzing $target for $seconds s" >&2
    "$out/$target" -max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$out/$target-" "$out/corpus/$target" "$out/seeds/$target" >"$out/$target.log" 2>&1 ||
        { tail -n 30 "$out/$target.log" >&2; failed=1; }
    grep -a 'stat::number_of_executed_units\|cov: ' "$out/$target.log" | tail -n 2 >&2 || true
done
exit $failed
