#!/usr/bin/env bash
# Installs the package on a Debian that systemd has booted, and uses it: Scripts/boot-test.sh [PACKAGE NEXT-PACKAGE]
#
# The Debian is a tree below .build/boot, made once by debootstrap; systemd runs there as process 1 of its own
# namespaces, so nothing of this machine is touched. Without arguments the packages are built from the release build,
# the second one with a higher version. Needs root. What is not tested here: limits of memory and tasks, which no
# controller enforces in such a machine, and LoadCredential=, which needs mounts that it may not make.
set -euo pipefail
cd "$(dirname "$0")/.."
[ "$(id -u)" -eq 0 ] || { echo "boot-test: needs root, for namespaces and mounts" >&2; exit 2; }
Scripts/packages.sh boot deb
here=$PWD
base=$here/.build/boot/base
work=$here/.build/boot/work
cgroup=''
machine='' # process id, seen from outside, of the systemd inside

# --- The machine

# What the package needs, so that it is installed without a network. Of alternatives the first.
make_base() { # PACKAGE
    local include
    include=$(dpkg-deb --field "$1" Depends | tr ',' '\n' | sed 's/|.*//; s/(.*//; s/ //g' | paste -sd ,)
    [ "$(cat "$base/.complete" 2>/dev/null)" != "$include" ] || return 0
    echo "boot-test: making $base" >&2
    rm -rf "$base"
    mkdir -p "$base"
    debootstrap --variant=minbase --include="$include" \
        "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$base" >"$base.log" 2>&1 ||
        { tail -n 20 "$base.log" >&2; exit 2; }
    echo "$include" >"$base/.complete"
}

# Runs in the new namespaces: mounts what systemd expects to find, makes the tree the root and starts systemd.
enter() { # ROOT
    mount --make-rprivate /
    mount --bind "$1" "$1"
    cd "$1"
    mount -t proc proc proc
    # As in any container: what is there of the kernel's settings is the host's.
    mount --bind proc/sys proc/sys
    mount -o remount,ro,bind proc/sys
    mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys
    mount -t cgroup2 cgroup2 sys/fs/cgroup
    local unit node
    # What shows or changes the kernel of the host.
    for unit in sys-kernel-{debug,tracing,config}.mount sys-fs-fuse-connections.mount systemd-udevd.service; do
        ln -sf /dev/null "etc/systemd/system/$unit"
    done
    mount -t tmpfs -o mode=755 tmpfs dev
    mkdir dev/pts dev/shm
    # Without this PrivateDevices= fails.
    ln -s pts/ptmx dev/ptmx
    for node in 'null 1 3' 'zero 1 5' 'full 1 7' 'random 1 8' 'urandom 1 9' 'tty 5 0'; do
        # shellcheck disable=SC2086
        set -- ${node/ / c }
        mknod -m 666 "dev/$1" "$2" "$3" "$4"
    done
    mount -t tmpfs -o mode=1777 tmpfs dev/shm
    mount -t tmpfs -o mode=755 tmpfs run
    mount -t tmpfs -o mode=1777 tmpfs tmp
    mkdir -p .outside
    pivot_root . .outside
    umount -l /.outside
    exec env -i container=logfold PATH=/usr/sbin:/usr/bin:/sbin:/bin /usr/lib/systemd/systemd </dev/null >/dev/null 2>&1
}

boot() {
    local outside parent
    outside=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
    [ -n "$outside" ] || { echo "boot-test: this kernel has no cgroup2 mounted" >&2; exit 2; }
    cgroup=$outside/logfold-boot.$$
    mkdir "$cgroup"
    # The cgroup in which unshare is called is the root of those that the systemd inside sees.
    bash -c 'echo $$ >"$1/cgroup.procs"; exec unshare --mount --pid --fork --uts --ipc --net --cgroup \
        bash -euc "$2; enter \"\$1\"" enter "$3"' boot "$cgroup" "$(declare -f enter)" "$work/root" 2>"$work/boot.log" &
    parent=$!
    until_true 10 "the namespaces are made" found_child "$parent"
    until_true 60 "systemd has booted" booted
}

found_child() { machine=$(pgrep -P "$1" | head -n 1); [ -n "$machine" ]; }

# Units that cannot work in a container do not matter.
booted() { [[ $(inside systemctl is-system-running 2>/dev/null) =~ running|degraded ]]; }

# Runs a command in the machine.
inside() {
    nsenter --target "$machine" --mount --pid --uts --ipc --net --cgroup --root \
        env -i -C / PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@"
}

stop_machine() {
    [ -z "$machine" ] || kill -KILL "$machine" 2>/dev/null || true
    wait 2>/dev/null || true
    [ -z "$cgroup" ] || find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null || true
    machine='' cgroup=''
}

# --- Checks

passed=0

pass() { passed=$((passed + 1)); echo "ok: $*"; }

fail() {
    echo "FAILED: $*" >&2
    [ ! -s "$work/boot.log" ] || cat "$work/boot.log" >&2
    if [ -n "$machine" ]; then
        inside systemctl --no-pager --full status logfold.service >&2 || true
        inside journalctl --no-pager -n 40 -u logfold.service >&2 || true
    fi
    exit 1
}

# Asks again until a command succeeds, for so many seconds at most.
until_true() { # SECONDS WHAT COMMAND…
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@"; do
        [ $SECONDS -lt $end ] || fail "$what: not within the time"
        sleep 0.05
    done
}

check() { # WHAT COMMAND…
    local what=$1
    shift
    "$@" || fail "$what"
    pass "$what"
}

property() { inside systemctl show --property="$1" --value logfold.service; }
is_active() { [ "$(property ActiveState)/$(property SubState)" = active/running ]; }
has_other_pid() { local pid; pid=$(property MainPID); [ "$pid" != "$1" ] && [ "$pid" != 0 ] && is_active; }
signal() { inside sh -c "kill -s $1 $2"; }
owner_of() { inside stat -c %U:%G:%a "$1"; }
lacks() { local path; for path; do [ ! -e "$work/root$path" ] || { echo "$path is there" >&2; return 1; }; done; }

# --- Records with a number each, written as a service writes them, and the events that come of them

log=/var/log/nova/nova-compute.log

write_records() { # FIRST LAST
    inside sh -c '
        i=$1
        while [ "$i" -le "$2" ]; do
            printf "%s.000 77 INFO nova.compute.manager [-] record %s\n" "$(date "+%F %T")" "$i" >>"$3"
            i=$((i + 1))
        done' sh "$1" "$2" "$log"
}

# The numbers of all events delivered, sorted, each once however often it was delivered. The program reads its own
# files; the last member may still be open.
delivered() {
    inside sh -c 'logfold --grep "record [0-9]+" /var/log/logfold/nova-compute.jsonl* 2>/dev/null || true' |
        sed -n 's/.*"record \([0-9]*\)".*/\1/p' | sort -un
}

# Events delivered more than once under different ids would be new events to everybody who stores them.
has_one_id_each() {
    local pairs
    pairs=$(inside sh -c 'logfold --grep "record [0-9]+" /var/log/logfold/nova-compute.jsonl* 2>/dev/null || true' |
        sed -n 's/.*"record \([0-9]*\)".*"id":"\([0-9a-f]*\)".*/\1 \2/p; s/.*"id":"\([0-9a-f]*\)".*"record \([0-9]*\)".*/\2 \1/p' |
        sort -u)
    [ -n "$pairs" ] && [ -z "$(cut -d ' ' -f 1 <<<"$pairs" | uniq -d)" ]
}

has_delivered() { [ "$(delivered)" = "$(seq 1 "$1")" ]; }

# --- The life of an installation

test_install() {
    inside dpkg --install /tmp/first.deb >"$work/install.log" 2>&1 || { cat "$work/install.log" >&2; fail install; }
    pass "the package is installed"
    until_true 20 "the service is active after the installation" is_active
    pass "the service is active"
    check "it is enabled" [ "$(inside systemctl is-enabled logfold.service)" = enabled ]
    check "it runs as its own user" [ "$(inside stat -c %U "/proc/$(property MainPID)")" = logfold ]
    check "its folder of positions is its own" [ "$(owner_of /var/lib/logfold)" = logfold:logfold:750 ]
    check "its folder of events is its own" [ "$(owner_of /var/log/logfold)" = logfold:logfold:750 ]
    check "the configuration is one that check accepts" inside logfold check -c /etc/logfold/logfold.yaml
    check "the manual is there" test -s "$work/root/usr/share/man/man1/logfold.1.gz"
}

test_delivery() {
    inside install -d -m 750 -g adm /var/log/nova
    inside install -m 640 -g adm /dev/null "$log"
    write_records 1 200
    until_true 30 "200 records are delivered" has_delivered 200
    pass "what a service writes is delivered"
}

test_reload() {
    local pid
    pid=$(property MainPID)
    echo 'fold_memory: 9MiB' >>"$work/root/etc/logfold/logfold.yaml"
    check "reload answers" inside systemctl reload logfold.service
    check "the same process goes on" [ "$(property MainPID)" = "$pid" ]
    check "it is active after the reload" is_active
    cp "$work/root/etc/logfold/logfold.yaml" "$work/good.yaml"
    echo 'sinkz: {}' >>"$work/root/etc/logfold/logfold.yaml"
    if inside systemctl reload logfold.service 2>/dev/null; then fail "a reload with a wrong configuration succeeded"; fi
    pass "a reload with a wrong configuration fails"
    check "and changes nothing" [ "$(property MainPID)/$(property ActiveState)" = "$pid/active" ]
    cp "$work/good.yaml" "$work/root/etc/logfold/logfold.yaml"
    check "the next reload answers again" inside systemctl reload logfold.service
}

test_watchdog() {
    local pid folder=/etc/systemd/system/logfold.service.d
    inside mkdir -p "$folder"
    printf '[Service]\nWatchdogSec=2s\n' >"$work/root$folder/watchdog.conf"
    inside systemctl daemon-reload
    inside systemctl restart logfold.service
    pid=$(property MainPID)
    # It keeps the watchdog content for a few of its periods.
    sleep 5
    check "a healthy process is left alone" [ "$(property MainPID)" = "$pid" ]
    signal STOP "$pid"
    until_true 40 "a process that hangs is replaced" has_other_pid "$pid"
    pass "a process that hangs is replaced"
    inside rm -r "$folder"
    inside systemctl daemon-reload
    inside systemctl restart logfold.service
    write_records 201 400
    until_true 30 "400 records are delivered" has_delivered 400
    pass "nothing is lost by that"
}

test_kill() {
    local pid
    pid=$(property MainPID)
    signal KILL "$pid"
    until_true 20 "a process that was killed is started again" has_other_pid "$pid"
    pass "a process that was killed is started again"
}

test_upgrade() {
    local pid writer
    pid=$(property MainPID)
    write_records 401 2000 &
    writer=$!
    inside dpkg --install /tmp/next.deb >"$work/upgrade.log" 2>&1 || { cat "$work/upgrade.log" >&2; fail upgrade; }
    until_true 20 "the new program runs after the upgrade" has_other_pid "$pid"
    pass "the new program runs after the upgrade"
    wait "$writer"
    until_true 30 "2,000 records are delivered" has_delivered 2000
    pass "nothing is lost by the upgrade"
    check "what was delivered twice has the same id" has_one_id_each
    check "the configuration that was changed stays" grep -q 'fold_memory: 9MiB' "$work/root/etc/logfold/logfold.yaml"
}

test_disabled() {
    inside systemctl disable --now logfold.service 2>/dev/null
    inside dpkg --install /tmp/next.deb >/dev/null 2>&1 || fail "the second installation"
    check "a service that was disabled stays so" [ "$(inside systemctl is-enabled logfold.service)" = disabled ]
    check "and is not started" [ "$(property ActiveState)" = inactive ]
    inside systemctl enable --now logfold.service 2>/dev/null
}

test_remove() {
    inside dpkg --remove logfold >/dev/null 2>&1 || fail remove
    check "the program is gone" lacks /usr/bin/logfold /usr/lib/systemd/system/logfold.service
    check "nothing of it runs" [ -z "$(inside find /proc -maxdepth 1 -user logfold)" ]
    check "its events and positions stay" test -d "$work/root/var/lib/logfold" -a -d "$work/root/var/log/logfold"
    inside dpkg --purge logfold >/dev/null 2>&1 || fail purge
    check "a purge leaves nothing" lacks /etc/logfold /var/lib/logfold /var/log/logfold \
        /etc/systemd/system/multi-user.target.wants/logfold.service
}

# In a tree where nothing runs, as when an image is built.
test_chroot() {
    local tree=$work/chroot
    cp -a "$base" "$tree"
    cp "$1" "$tree/tmp/logfold.deb"
    chroot "$tree" dpkg --install /tmp/logfold.deb >"$work/chroot.log" 2>&1 ||
        { cat "$work/chroot.log" >&2; fail "the installation where systemd does not run"; }
    check "it installs where systemd does not run" test -x "$tree/usr/bin/logfold"
    check "and is enabled for the next boot" test -L "$tree/etc/systemd/system/multi-user.target.wants/logfold.service"
    chroot "$tree" dpkg --purge logfold >/dev/null 2>&1 || fail "the purge where systemd does not run"
    check "and can be purged there" test ! -e "$tree/etc/logfold"
    rm -rf "$tree"
}

trap stop_machine EXIT
first=${1:-$(Scripts/deb.sh 2>/dev/null)}
make_base "$first"
rm -rf "$work"
mkdir -p "$work"
next=${2:-$(Scripts/deb.sh "$(dpkg-deb --field "$first" Version | sed 's/-1$//')+next" .build/release/logfold "$work")}
cp -a "$base" "$work/root"
test_chroot "$first"
boot
pass "systemd has booted"
inside install -m 644 /dev/stdin /tmp/first.deb <"$first"
inside install -m 644 /dev/stdin /tmp/next.deb <"$next"
test_install
test_delivery
test_reload
test_watchdog
test_kill
test_upgrade
test_disabled
test_remove
echo "boot-test: $passed checks passed"
