#!/usr/bin/env bash
# setup.sh [run|check]: installs what is missing to build and run, or also to check.
# Works on a fresh Debian 12, as root or with sudo. Silent and quick when nothing is missing.
set -euo pipefail

# PACKAGE: why.
run_packages='gcc: compiles the program
g++: compiles the file that meets simdjson
libc6-dev: headers of the C library
meson: describes the build
ninja-build: runs the build
pkg-config: finds the libraries
zlib1g-dev: reads gzip files
libsqlite3-dev: writes the journal
libfyaml-dev: reads the configuration
nettle-dev: SHA-256
libuv1-dev: event loop of the network
libcurl4-openssl-dev: HTTP client
libmicrohttpd-dev: HTTP server
libwslay-dev: frames of WebSockets
libsimdjson-dev: tokens of JSON messages
libssl-dev: TLS in front of the HTTP server'

check_packages='clang: second compiler, sanitizers, analyser
clang-format: layout of the sources
libclang-rt-14-dev: sanitizers and fuzzer
llvm: readable sanitizer reports, link-time optimisation
lld: link-time optimisation with clang
libcriterion-dev: unit tests
musl-tools: a second C library, which must decide the same
lcov: branch coverage
git: the commit that a result belongs to
curl: asks the served exchange in tests
sqlite3: questions to the journal in tests
python3-venv: the Python SDK in tests'

wanted()
{
    printf '%s\n' "$run_packages"
    if [[ $1 == check ]]; then
        printf '%s\n' "$check_packages"
        # Node often comes from elsewhere, with npm in it, and Debian's would be in its way.
        if ! command -v npm >/dev/null; then
            printf '%s\n' 'npm: the JavaScript SDKs in tests'
        fi
    fi
}

# Prints the packages of the list on stdin that are not installed, each with its reason.
missing()
{
    local list installed
    list=$(cat)
    # shellcheck disable=SC2016 # dpkg's own $
    # An unknown package makes dpkg-query fail and is simply not in its answer.
    installed=$(cut -d: -f1 <<<"$list" |
        xargs dpkg-query -W -f='${Package} ${db:Status-Status}\n' 2>/dev/null || true)
    awk -F: 'NR == FNR { split($0, word, " "); if (word[2] == "installed") have[word[1]] = 1; next }
             !($1 in have)' <(printf '%s\n' "$installed") <(printf '%s\n' "$list")
}

as_root()
{
    if [[ $(id -u) -eq 0 ]]; then
        "$@"
    else
        sudo "$@"
    fi
}

apt()
{
    as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -qq -y \
        -o Dpkg::Use-Pty=0 "$@" </dev/null
}

# Output only when it fails: what was asked for is listed before.
install_packages()
{
    local log
    log=$(mktemp)
    # A fresh system has no package lists, and old lists name files that are gone.
    if ! compgen -G '/var/lib/apt/lists/*Packages*' >/dev/null ||
        ! apt install --no-install-recommends "$@" >"$log" 2>&1; then
        if ! { apt update && apt install --no-install-recommends "$@"; } >"$log" 2>&1; then
            cat "$log" >&2
            rm -f "$log"
            return 1
        fi
    fi
    rm -f "$log"
}

main()
{
    local set=${1:-run} list names
    if [[ $set != run && $set != check ]]; then
        echo "usage: tools/setup.sh [run|check]" >&2
        return 2
    fi
    if ! command -v dpkg-query >/dev/null; then
        echo "setup: this is no Debian system; going on with what is installed" >&2
        return 0
    fi
    list=$(wanted "$set" | missing)
    if [[ -z $list ]]; then
        return 0
    fi
    echo "setup: installing these Debian packages, and what they need:" >&2
    awk -F': ' '{ printf "  %-20s %s\n", $1, $2 }' <<<"$list" >&2
    mapfile -t names < <(cut -d: -f1 <<<"$list")
    if [[ $(id -u) -ne 0 ]] && ! command -v sudo >/dev/null; then
        echo "setup: neither root nor sudo; as root, run: apt-get install ${names[*]}" >&2
        return 1
    fi
    if ! install_packages "${names[@]}"; then
        echo "setup: the installation failed; its output is above" >&2
        return 1
    fi
}

main "$@"
