#!/usr/bin/env bash
# metrics.sh: how a running engine stands, for Prometheus: the page is of its format, says what
# `status` says, and is served beside the engine, which need not be there.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

server=''
put_away()
{
    if [[ -n $server ]]; then
        kill -9 "$server" 2>/dev/null || true
    fi
}

format=(python3 "$root/tests/metrics_format.py")

# The format's reader itself: it has to refuse what the format forbids.
test_reader()
{
    local good=$root/tests/golden/metrics.prom name edit
    check 'the page with everything keeps to the format' "${format[@]}" "$good"
    # what is wrong | a sed command that makes it so
    while IFS='|' read -r name edit; do
        sed -E "$edit" "$good" >bad.prom
        if cmp -s "$good" bad.prom; then
            not_ok "$name: nothing was changed"
        else
            expect "refused: $name" 1 '' "${format[@]}" bad.prom
        fi
    done <<'END'
a type is missing|/TYPE bellwether_cash/d
a help is missing|/HELP bellwether_cash/d
a counter without _total|s/bellwether_fills_total/bellwether_fills/
a gauge with _total|s/bellwether_positions/bellwether_positions_total/
a series twice|s/state="RUN"/state="ENTRIES_OFF"/
a value that is none|s/^bellwether_positions 3/bellwether_positions three/
two blanks|s/^bellwether_positions 3/bellwether_positions  3/
a unit that is no base|s/latency_max_seconds/latency_max_milliseconds/
a summary without its count|/latency_seconds_count\{stage="ack"/d
quantiles that fall|s/(quantile="0.5"\} )0.000000008/\19/
another's sample|s/^bellwether_cash_dollars/bellwether_dollars/
END
}

start_run()
{
    local tries
    "$bellwether" run --speed 600 --state state >run.log 2>&1 &
    child=$!
    for ((tries = 0; tries < 100; tries++)); do
        if "$bellwether" status >/dev/null 2>&1; then
            return 0
        fi
        sleep 0.05
    done
    not_ok 'a run answers' run.log
    exit 1
}

stop_run()
{
    kill -s TERM "$child"
    wait "$child" || true
    child=''
}

# series NAME{LABELS}: its value on the page that was got last.
series()
{
    "${format[@]}" value "$1" page.prom
}

test_once()
{
    expect 'without a run it says so' 1 'there is no run' "$bellwether" metrics --once nothing
    expect 'bad usage' 2 'port' "$bellwether" metrics --port 70000
    start_run
    check 'printed once' bash -c "'$bellwether' metrics --once >page.prom"
    check 'the page keeps to the format' "${format[@]}" page.prom
    check 'the state is RUN' test "$(series 'bellwether_state{state="RUN"}')" = 1
    expect 'entries off' 0 ENTRIES_OFF "$bellwether" pause
    "$bellwether" metrics --once >page.prom
    check 'the state is ENTRIES_OFF' test \
        "$(series 'bellwether_state{state="RUN"}')$(series 'bellwether_state{state="ENTRIES_OFF"}')" = 01
    check 'its equity is near what it began with' python3 -c \
        "assert 50000 < $(series bellwether_equity_dollars) < 200000"
    check 'nothing keeps entries shut' test "$(grep -c '^bellwether_not_ready{.*} 0$' page.prom)" = 11
    check 'slices are counted' test "$(series bellwether_slices_total)" -gt 0
    stop_run
}

get()
{
    curl -s -o "$1" -w '%{http_code} %{content_type}\n' "${@:3}" "http://127.0.0.1:$port$2"
}

test_served()
{
    local tries
    : >served.log
    "$bellwether" metrics --port 0 >served.log 2>&1 &
    server=$!
    for ((tries = 0; tries < 100; tries++)); do
        port=$(sed -n 's|.*http://127.0.0.1:\([0-9]*\)/metrics.*|\1|p' served.log)
        [[ -z $port ]] || break
        sleep 0.05
    done
    check 'without an engine the status is 503' test "$(get page.txt /metrics)" = \
        '503 text/plain; charset=utf-8'
    start_run
    check 'with one it is 200' test "$(get page.prom /metrics)" = \
        '200 text/plain; version=0.0.4; charset=utf-8'
    check 'the served page keeps to the format' "${format[@]}" page.prom
    check 'another place is 404' test "$(get page.txt /)" = '404 text/plain; charset=utf-8'
    check 'another method is 405' test "$(get page.txt /metrics -X DELETE)" = \
        '405 text/plain; charset=utf-8'
    expect 'the port is taken' 3 'port' "$bellwether" metrics --port "$port"
    stop_run
    check 'the engine is gone: 503 again' test "$(get page.txt /metrics)" = \
        '503 text/plain; charset=utf-8'
    kill -s TERM "$server"
    check 'SIGTERM ends it with 0' wait "$server"
    server=''
}

main()
{
    work_folder
    if ! command -v python3 >/dev/null || ! command -v curl >/dev/null; then
        skip 'metrics' 'python3 or curl is not here'
        finish
    fi
    test_reader
    test_once
    test_served
    finish
}

main
