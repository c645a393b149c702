#!/usr/bin/env bash
# setup.sh FOLDER SDK...: installs SDKs (alpaca-py, js-v3, js-v4, go, java), pinned by version and hash,
# into FOLDER. What is there already is left as it is.
#
# Status 0: they are there. 75: something could not be had here (no network, no CPython 3.11, no go);
# the last line says what, and tests that need it are to be skipped. Anything else is a failure:
# above all a file whose hash is not the pinned one.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
folder=$1
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
        if grep -Eqi 'hash|integrity|checksum|SECURITY ERROR' "$log"; then
            say "$name: a file is not the pinned one"
            exit 1
        fi
        if grep -Eq 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|NewConnectionError|NameResolutionError|ConnectTimeout|ProxyError|SSLError|SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER|Network is unreachable|no such host|connection refused|i/o timeout|Unknown host|Could not transfer' "$log"; then
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

# install_go: the modules that go.mod names, against the checksums of go.sum, and the steps built with
# them. They lie in FOLDER; the toolchain is the one that is here.
install_go()
{
    local target=$folder/go source=$here/go
    if in_place go "$source"/*; then
        return 0
    fi
    command -v go >/dev/null || give_up 'go needs the toolchain of Go, 1.21 or later'
    rm -rf "$target"
    mkdir -p "$target"
    install go env GOTOOLCHAIN=local GOFLAGS='-mod=readonly -modcacherw' GOCACHE="$target/cache" \
        GOMODCACHE="$target/modules" CGO_ENABLED=0 go build -C "$source" -o "$target/steps" .
    stamp "$source"/* >"$target/.stamp"
}

# install_java: the jars of what pom.xml names, against the checksums of SHA256SUMS, which has all of
# them, and the steps built with them.
install_java()
{
    local target=$folder/java source=$here/java
    local plugin=org.apache.maven.plugins:maven-dependency-plugin:3.6.1
    if in_place java "$source"/*; then
        return 0
    fi
    javac --release 17 --version >/dev/null 2>&1 || give_up 'java needs a JDK, 17 or later'
    command -v mvn >/dev/null || give_up 'java needs Maven; install the package maven'
    rm -rf "$target"
    mkdir -p "$target/steps"
    install java mvn --batch-mode --quiet --strict-checksums -f "$source/pom.xml" \
        -Dmaven.repo.local="$target/repository" "$plugin:copy-dependencies" \
        -DoutputDirectory="$target/jars"
    if ! (cd "$target/jars" && sha256sum --quiet -c "$source/SHA256SUMS" >&2 &&
        diff <(printf '%s\n' *.jar) <(sed 's/^[^ ]* *//' "$source/SHA256SUMS") >&2); then
        say 'java: a file is not the pinned one'
        exit 1
    fi
    install java javac --release 17 -d "$target/steps" -cp "$target/jars/*" "$source"/*.java
    stamp "$source"/* >"$target/.stamp"
}

mkdir -p "$folder"
folder=$(cd -- "$folder" && pwd)
shift
for sdk in "$@"; do
    case $sdk in
    alpaca-py) install_python ;;
    js-v3) install_js js3 ;;
    js-v4) install_js js4 ;;
    go) install_go ;;
    java) install_java ;;
    *)
        say "$sdk: no such SDK"
        exit 2
        ;;
    esac
done
