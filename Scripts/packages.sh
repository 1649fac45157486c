#!/usr/bin/env bash
# Sees to the Debian packages that are needed for something: Scripts/packages.sh build|test|servers|gate|deb|units|boot|bench …
#
# Says which are missing and installs them: directly as root, else by sudo; where neither is possible it prints the
# command and exits with 2. On other systems it says what is needed and goes on.
set -euo pipefail

wanted() {
    case $1 in
    build) echo git make pkg-config libpcre2-dev zlib1g-dev libdeflate-dev libisal-dev libzstd-dev libyaml-dev libcurl4-openssl-dev ;;
    test) echo tzdata zstd ;;
    servers) echo kcat ;;
    gate) echo valgrind python3 ;;
    deb) echo dpkg-dev ;;
    units) echo systemd ;;
    boot) echo debootstrap util-linux ;;
    bench) echo jq python3 ;;
    *) echo "packages: '$1' is not one of build, test, servers, gate, deb, units, boot, bench" >&2; exit 2 ;;
    esac
}

# A program that is there is good enough, whatever package it came from.
is_there() {
    case $1 in
    git | make | pkg-config | zstd | valgrind | jq | python3 | debootstrap | kcat) command -v "$1" >/dev/null && return ;;
    esac
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

needed=()
for purpose in "$@"; do
    list=$(wanted "$purpose")
    read -ra more <<<"$list"
    needed+=("${more[@]}")
done
if ! command -v dpkg-query >/dev/null; then
    echo "This is not a Debian system. What Debian calls ${needed[*]} is needed here too." >&2
    exit 0
fi

missing=()
for package in "${needed[@]}"; do is_there "$package" || missing+=("$package"); done
[ ${#missing[@]} -gt 0 ] || exit 0
echo "Missing Debian packages: ${missing[*]}" >&2

install=(apt-get install --yes --no-install-recommends "${missing[@]}")
as=()
if [ "$(id -u)" -ne 0 ]; then
    # Without a terminal nobody can give sudo a password.
    if command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
        as=(sudo)
    else
        printf 'Install them with:\n    apt-get update && %s\n' "${install[*]}" >&2
        exit 2
    fi
fi
echo "+ ${as[*]:+${as[*]} }${install[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
# A list that cannot be refreshed may still be good enough.
"${as[@]}" apt-get update -qq >&2 || true
"${as[@]}" "${install[@]}" -qq >&2 || {
    echo "packages: ${missing[*]} could not be installed" >&2
    exit 2
}
