#!/usr/bin/env bash
# Builds the Debian package from a release build: Scripts/deb.sh [VERSION [PROGRAM [FOLDER]]]
#
# VERSION is the program's own where it is empty or not given, PROGRAM .build/release/logfold, FOLDER .build/deb. The
# path of the package is printed. The same sources give the same package: times are those of the last commit, or
# SOURCE_DATE_EPOCH.
set -euo pipefail
cd "$(dirname "$0")/.."
version=${1:-$(sed -n 's/.*current = "\(.*\)"/\1/p' Sources/logfold/CommandLine/Version.swift)}
# 1.0.0-rc.1 comes before 1.0.0 also by Debian's order.
version=${version/-/\~}-1
program=${2:-.build/release/logfold}
out=${3:-.build/deb}
[ -x "$program" ] || { echo "deb: there is no program '$program'; make release builds it" >&2; exit 2; }
architecture=$(dpkg --print-architecture)
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
maintainer="${DEBFULLNAME:-The logfold authors} <${DEBEMAIL:-logfold@localhost}>"
umask 022
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/debian/logfold

# A build for tests has a sink that speaks to whoever asks for it.
printf 'preset: kolla\nsinks: { judge: { type: test, socket: /nowhere } }\n' >"$work/test.yaml"
if "$program" check -c "$work/test.yaml" >/dev/null 2>&1; then
    echo "deb: '$program' is a build for tests; make release builds one without the trait TestSinks" >&2
    exit 2
fi
mkdir -p "$root/DEBIAN"

put() { # MODE SOURCE TARGET
    install -D -m "$1" "$2" "$root/$3"
}

zipped() { # SOURCE TARGET
    mkdir -p "$(dirname "$root/$2")"
    gzip -9nc "$1" >"$root/$2"
}

put_program() {
    put 755 "$program" usr/bin/logfold
    put 644 Packaging/logfold.yaml etc/logfold/logfold.yaml
    put 644 Packaging/logfold.service usr/lib/systemd/system/logfold.service
    put 644 Packaging/logfold.sysusers usr/lib/sysusers.d/logfold.conf
}

# The program writes these itself, from its tables of options.
put_pages() {
    local pages page command
    mkdir -p "$root"/usr/share/{bash-completion/completions,zsh/vendor-completions,fish/vendor_completions.d}
    "$program" completions bash >"$root/usr/share/bash-completion/completions/logfold"
    "$program" completions zsh >"$root/usr/share/zsh/vendor-completions/_logfold"
    "$program" completions fish >"$root/usr/share/fish/vendor_completions.d/logfold.fish"
    # Its own page names all others in its last line.
    mapfile -t pages < <("$program" man | tail -n 1 | sed 's/\\f.//g; s/\\//g' | grep -o 'logfold-[a-z-]*[a-z]')
    [ ${#pages[@]} -gt 0 ] || { echo "deb: no man pages found" >&2; return 1; }
    "$program" man >"$work/page"
    zipped "$work/page" usr/share/man/man1/logfold.1.gz
    for page in "${pages[@]}"; do
        command=${page#logfold-}
        "$program" man "$command" >"$work/page"
        zipped "$work/page" "usr/share/man/man1/$page.1.gz"
    done
}

put_documents() {
    local documents=usr/share/doc/logfold document
    put 644 Packaging/deb/copyright "$documents/copyright"
    put 644 README.md "$documents/README.md"
    for document in configuration presets conditions spool observability schema redaction custom-formats inputs/file \
        sinks/file sinks/console sinks/elasticsearch sinks/logstash sinks/monasca; do
        put 644 "Docs/$document.md" "$documents/$document.md"
    done
    for document in Config/*.yaml; do put 644 "$document" "$documents/examples/$(basename "$document")"; done
    for document in Packaging/logfold.service.d/*.conf; do
        put 644 "$document" "$documents/examples/$(basename "$document")"
    done
    zipped CHANGELOG.md "$documents/changelog.gz"
    printf 'logfold (%s) unstable; urgency=medium\n\n  * See changelog.gz.\n\n -- %s  %s\n' "$version" \
        "$maintainer" "$(LC_ALL=C date -uR -d "@$SOURCE_DATE_EPOCH")" >"$work/changelog"
    zipped "$work/changelog" "$documents/changelog.Debian.gz"
}

# The libraries that the program is linked with, as packages with their least versions.
libraries() {
    printf 'Source: logfold\n\nPackage: logfold\nArchitecture: any\n' >"$work/debian/control"
    (cd "$work" && dpkg-shlibdeps -O -Sdebian/logfold -e debian/logfold/usr/bin/logfold) | sed -n 's/^shlibs:Depends=//p'
}

put_control() {
    local depends size script
    depends=$(libraries)
    [ -n "$depends" ] || { echo "deb: the program needs no library, which cannot be" >&2; return 1; }
    size=$(du -k --apparent-size --exclude=DEBIAN -s "$root" | cut -f 1)
    sed -e "s|@VERSION@|$version|" -e "s|@ARCHITECTURE@|$architecture|" -e "s|@MAINTAINER@|$maintainer|" \
        -e "s|@SIZE@|$size|" -e "s|@DEPENDS@|$depends|" Packaging/deb/control.in >"$root/DEBIAN/control"
    echo /etc/logfold/logfold.yaml >"$root/DEBIAN/conffiles"
    for script in postinst prerm postrm; do put 755 "Packaging/deb/$script" "DEBIAN/$script"; done
    (cd "$root" && find . -type f ! -path './DEBIAN/*' ! -path './etc/*' -printf '%P\0' | LC_ALL=C sort -z |
        xargs -0 md5sum) >"$work/md5sums"
    put 644 "$work/md5sums" DEBIAN/md5sums
}

put_program
put_pages
put_documents
put_control
find "$root" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
package=$out/logfold_${version}_$architecture.deb
dpkg-deb --build --root-owner-group -Zxz "$root" "$package" >&2
# Where lintian is not installed nothing is checked. That a made-up address is none is known.
if command -v lintian >/dev/null; then
    tags=initial-upload-closes-no-bugs
    [ -n "${DEBEMAIL:-}" ] || tags+=,bogus-mail-host,bogus-mail-host-in-debian-changelog
    lintian --fail-on error,warning --suppress-tags "$tags" --allow-root "$package" >&2
fi
echo "$package"
