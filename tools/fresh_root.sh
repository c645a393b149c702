#!/usr/bin/env bash
# fresh_root.sh [--shared DIR] FOLDER [COMMAND]: the proof that a bare Debian 12 is enough.
#
# Makes a minimal bookworm system in FOLDER (new or empty; about 2 GB at the end), clones this
# repository's last commit into it, and runs there `./run --once` and `./check`, or COMMAND.
# As root. Package sources and apt settings are those of this machine. --shared gives the data
# folder, seen beside the clone; without it the tests that need it are skipped.
set -euo pipefail

usage='usage: tools/fresh_root.sh [--shared DIR] FOLDER [COMMAND]'
repository=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
shared=''
mounts=()

# The address that apt has here for Debian itself, from either kind of list.
mirror()
{
    {
        awk '/^URIs:/ { print $2 }' /etc/apt/sources.list.d/*.sources 2>/dev/null || true
        awk '$1 == "deb" { sub(/^deb +(\[[^]]*\] +)?/, ""); print $1 }' \
            /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null || true
    } | grep -E '/debian/?$' | head -n 1
}

unmount_all()
{
    local i
    for ((i = ${#mounts[@]} - 1; i >= 0; i--)); do
        umount -l "${mounts[i]}" || true
    done
    mounts=()
}

# bind FROM TO
bind()
{
    mkdir -p "$2"
    mount --bind "$1" "$2"
    mounts+=("$2")
}

# Name servers, proxies, certificates: how this machine reaches its packages.
copy_network_settings()
{
    local file
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
    rm -f "$root"/etc/apt/sources.list
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.sources \
        /etc/apt/sources.list.d/debian*.list /etc/apt/apt.conf /etc/apt/apt.conf.d/*; do
        # Not what container images add to save space or time: the point is a plain system.
        if [[ -f $file && $file != */docker-* ]]; then
            cp --parents "$file" "$root"
        fi
    done
    # Lists may refer to keyrings by name.
    if [[ -d /usr/share/keyrings ]]; then
        mkdir -p "$root/usr/share/keyrings"
        cp -n /usr/share/keyrings/* "$root/usr/share/keyrings/"
    fi
    rm -rf "$root"/var/lib/apt/lists/*
}

inside()
{
    # A bare environment: no locale, no settings of ours.
    env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM="${TERM:-dumb}" \
        http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" \
        chroot "$root" /bin/bash -c "cd /srv/bellwether && $1"
}

timed()
{
    local began=$SECONDS status=0
    echo "== $1"
    inside "$1" || status=$?
    echo "== $1: status $status, $((SECONDS - began)) s"
    return "$status"
}

main()
{
    local status=0
    if [[ ${1:-} == --shared && $# -ge 2 ]]; then
        shared=$(realpath -- "$2")
        shift 2
    fi
    if [[ $# -lt 1 || $# -gt 2 || $1 == -* ]]; then
        echo "$usage" >&2
        return 2
    fi
    if [[ $(id -u) -ne 0 ]] || ! command -v debootstrap >/dev/null; then
        echo 'fresh_root: needs root and debootstrap' >&2
        return 2
    fi
    mkdir -p "$1"
    root=$(realpath -- "$1")
    if [[ -n $(ls -A "$root") ]]; then
        echo "fresh_root: $root is not empty" >&2
        return 2
    fi
    trap unmount_all EXIT
    trap 'exit 130' INT TERM
    debootstrap --variant=minbase bookworm "$root" "$(mirror)" >"$root.debootstrap.log" ||
        { tail -n 20 "$root.debootstrap.log" >&2; return 1; }
    rm -f "$root.debootstrap.log"
    copy_network_settings
    mkdir -p "$root/proc" "$root/dev"
    mount -t proc proc "$root/proc"
    mounts+=("$root/proc")
    bind /dev "$root/dev"
    bind /dev/shm "$root/dev/shm"
    bind /dev/pts "$root/dev/pts"
    git clone -q "$repository" "$root/srv/bellwether"
    if [[ -n $shared ]]; then
        bind "$shared" "$root/srv/shared"
        mount -o remount,bind,ro "$root/srv/shared"
    fi
    if [[ $# -eq 2 ]]; then
        timed "$2" || status=1
    else
        timed './run --once' || status=1
        timed './check' || status=1
    fi
    return "$status"
}

main "$@"
