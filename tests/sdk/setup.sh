#!/usr/bin/env bash
# setup.sh [FOLDER]: installs the three official SDKs, pinned by version and hash, into FOLDER
# (build-sdk). What is there already is left as it is.
#
# Status 0: all three are there. 75: something could not be had here (no network, no CPython 3.11);
# the last line says what, and tests that need it are to be skipped. Anything else is a failure:
# above all a file whose hash is not the pinned one.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
folder=${1:-$here/../../build-sdk}
unavailable=75

say()
{
    echo "sdk set-up: $*" >&2
}

give_up()
{
    say "$*"
    exit "$unavailable"
}

# in_place NAME FILE...: NAME was installed from just these files.
in_place()
{
    local name=$1
    shift
    [[ -f $folder/$name/.stamp ]] && [[ $(cat "$folder/$name/.stamp") == $(stamp "$@") ]]
}

stamp()
{
    cat -- "$@" | sha256sum
}

# install NAME COMMAND...: runs it; when it fails for want of a network that is no failure.
install()
{
    local name=$1 log
    shift
    log=$(mktemp)
    say "installing $name"
    if ! "$@" >"$log" 2>&1; then
        cat "$log" >&2
        if grep -Eqi 'hash|integrity' "$log"; then
            say "$name: a file is not the pinned one"
            exit 1
        fi
        if grep -Eq 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|NewConnectionError|NameResolutionError|ConnectTimeout|ProxyError|SSLError|SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER|Network is unreachable' "$log"; then
            rm -f "$log"
            give_up "$name is not installed and its registry cannot be reached from here"
        fi
        say "$name: the installation failed; its output is above"
        exit 1
    fi
    rm -f "$log"
}

# The pinned wheels are for one interpreter.
find_python()
{
    local candidate
    for candidate in python3.11 /usr/bin/python3 python3; do
        if "$candidate" -c 'import sys, platform; sys.exit(
                sys.version_info[:2] != (3, 11) or platform.machine() != "x86_64")' 2>/dev/null; then
            echo "$candidate"
            return 0
        fi
    done
    return 1
}

install_python()
{
    local python target=$folder/python lock=$here/python/requirements.txt
    if in_place python "$lock"; then
        return 0
    fi
    python=$(find_python) || give_up 'the pinned Python packages need CPython 3.11 on x86-64'
    "$python" -c 'import ensurepip' 2>/dev/null ||
        give_up 'Python has no ensurepip; install the package python3-venv'
    rm -rf "$target"
    "$python" -m venv "$target"
    install alpaca-py "$target/bin/python" -m pip install --disable-pip-version-check --quiet \
        --retries 2 --only-binary :all: --require-hashes -r "$lock"
    stamp "$lock" >"$target/.stamp"
}

# install_js NAME: what tests/sdk/NAME/package-lock.json says. No script of a package is run.
install_js()
{
    local name=$1 target=$folder/$1 source=$here/$1
    if in_place "$name" "$source/package.json" "$source/package-lock.json"; then
        return 0
    fi
    command -v npm >/dev/null || give_up "$name needs npm; install the package npm"
    rm -rf "$target"
    mkdir -p "$target"
    cp "$source/package.json" "$source/package-lock.json" "$target/"
    install "$name" npm ci --prefix "$target" --ignore-scripts --no-audit --no-fund \
        --omit-lockfile-registry-resolved=true --fetch-retries 1 --loglevel error
    stamp "$source/package.json" "$source/package-lock.json" >"$target/.stamp"
}

mkdir -p "$folder"
folder=$(cd -- "$folder" && pwd)
install_python
install_js js3
install_js js4
