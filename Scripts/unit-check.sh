#!/usr/bin/env bash
# Checks the systemd units: Scripts/unit-check.sh
#
# `systemd-analyze verify` must have nothing to say about the unit, alone and with each drop-in (its exit status says
# nothing), and `systemd-analyze security` must find the exposure no worse than 2.0.
set -euo pipefail
cd "$(dirname "$0")/.."
Scripts/packages.sh units
threshold=20 # tenths
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
units=$root/etc/systemd/system

# A root of its own: what verify says of the units of this machine is not ours.
mkdir -p "$units/logfold.service.d" "$root/usr/bin"
cp Packaging/logfold.service "$units/"
printf '#!/bin/sh\n' >"$root/usr/bin/logfold"
chmod +x "$root/usr/bin/logfold"
failed=0

verify() { # NAME
    local said
    # Targets and slices that this root lacks are said by unit; only lines that name ours count.
    said=$(systemd-analyze verify --root="$root" --recursive-errors=no --man=no "$units/logfold.service" 2>&1 |
        grep -i 'logfold' || true)
    [ -n "$said" ] || { echo "verify, $1: nothing to say"; return; }
    printf 'verify, %s:\n%s\n' "$1" "$said"
    failed=1
}

exposure() { # NAME THRESHOLD
    local said
    if said=$(systemd-analyze security --offline=true --root="$root" --threshold="$2" --no-pager logfold.service 2>&1)
    then
        printf 'security, %s: %s\n' "$1" "$(tail -n 1 <<<"$said")"
    else
        printf 'security, %s:\n%s\n' "$1" "$said"
        failed=1
    fi
}

verify 'the unit alone'
exposure 'the unit alone' "$threshold"
version=$(systemctl --version | sed -n '1s/systemd \([0-9]*\).*/\1/p')
for drop_in in Packaging/logfold.service.d/*.conf; do
    name=$(basename "$drop_in")
    if [ "$name" = notify-reload.conf ] && [ "$version" -lt 253 ]; then
        echo "$name: skipped, systemd $version does not know it"
        continue
    fi
    cp "$drop_in" "$units/logfold.service.d/"
    verify "with $name"
    exposure "with $name" "$threshold"
    rm "$units/logfold.service.d/$name"
done
exit $failed
