#!/usr/bin/env bash
# Runs the Swift toolchain, wherever it is: Scripts/swift.sh build, Scripts/swift.sh test --filter Fold, …
# Scripts/swift.sh --bin prints the folder of its programs.
#
# `swift` in PATH may be another program: Debian's python3-swiftclient, which OpenStack packages pull in, installs
# OpenStack's object storage client under that name. A folder holds a toolchain if it has a swiftc beside its swift and
# that swift says "Swift version". SWIFT_HOME is asked first, then PATH, then the usual places.
set -euo pipefail
shopt -s nullglob
least=6.2

candidates() {
    [ -z "${SWIFT_HOME:-}" ] || printf '%s\n' "$SWIFT_HOME/usr/bin" "$SWIFT_HOME/bin" "$SWIFT_HOME"
    tr ':' '\n' <<<"$PATH"
    local share=${XDG_DATA_HOME:-${HOME:-/root}/.local/share}
    # Where swiftly, Debian's package and people who unpack archives put it; of several versions the last one first.
    printf '%s\n' "$share"/swiftly/bin "$share"/swiftly/toolchains/*/usr/bin "${HOME:-/root}"/.swiftly/bin | sort -Vr
    printf '%s\n' /usr/libexec/swift/bin /usr/libexec/swift/*/bin /usr/lib/swift*/bin | sort -Vr
    printf '%s\n' /opt/*/usr/bin /opt/*/*/usr/bin /opt/*/bin /usr/local/*/usr/bin | sort -Vr
}

# Prints the version of the toolchain in a folder; fails where there is none.
version_in() {
    [ -x "$1/swift" ] && [ -x "$1/swiftc" ] || return 1
    local said
    # Not through a pipe: one that ends early would make the program before it fail.
    said=$("$1/swift" --version 2>/dev/null </dev/null) || return 1
    [[ $said =~ Swift\ version\ ([0-9][0-9.]*) ]] && echo "${BASH_REMATCH[1]}"
}

# All of them first: who reads a pipe only in part leaves its writer with an error to print.
mapfile -t folders < <(candidates)
others=()
for folder in "${folders[@]}"; do
    [ -x "$folder/swift" ] || continue
    if ! version=$(version_in "$folder"); then
        others+=("$folder/swift is another program, such as python-swiftclient's.")
    elif [ "$(printf '%s\n' "$least" "$version" | sort -V | head -n 1)" != "$least" ]; then
        others+=("$folder/swift is Swift $version.")
    elif [ "${1:-}" = --bin ]; then
        echo "$folder"
        exit
    else
        export PATH="$folder:$PATH"
        exec "$folder/swift" "$@"
    fi
done

{
    echo "No Swift toolchain of version $least or later was found."
    [ ${#others[@]} -eq 0 ] || printf '  %s\n' "${others[@]}"
    echo "Get one from https://www.swift.org/install/linux/ and put its usr/bin into PATH, or set SWIFT_HOME to its folder."
} >&2
exit 2
