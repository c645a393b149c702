#!/usr/bin/env bash
# tick_to_order.sh [ROUNDS]: how long it takes from a tick on a WebSocket to the order that follows
# from it, over loopback, server and client on one core: a paper run's own way (bench/tick_client.c)
# beside the minimal C client and the Python client of the shared bench, against one server that
# stamps all three alike (bench/tick_server.c).
#
# The rounds (10) are interleaved, so that whatever else the machine does hits all alike; ratios are
# taken within a round, and the median of the rounds counts. The last part is the durable step: what
# syncing the log before sending adds, beside what a raw preallocated write and fdatasync() of that
# size add in the same place; a raw one by itself, whose processor has nothing else to do, is shown.
#
# The Python client wants the packages websockets and requests: PYTHON names an interpreter that has
# them. The status is 0 when all gates hold, 1 when one does not.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../tests/lib.sh"

build=${BELLWETHER_BUILD:-$root/build}
rounds=${1:-10}
c_max=1.4 python_min=20 sync_max=1.2
ticks=300 gap_us=500 step_bytes=896 core=1
port=21000
pinned=()
server=''
put_away()
{
    if [[ -n $server ]]; then
        kill "$server" 2>/dev/null || true
    fi
}

prepare()
{
    local file
    ninja -C "$build" bench/tick_server bench/tick_client bench/raw_sync >/dev/null
    gcc -D_GNU_SOURCE -O3 -march=x86-64-v2 -ffp-contract=off -w \
        "$shared/bench/lat_client.c" -o lat_client -lm
    core=$(($(nproc) - 1))
    pinned=(taskset -c "$core")
    python=''
    for file in "${PYTHON:-python3}" /usr/bin/python3; do
        if "$file" -c 'import requests, websockets' 2>/dev/null; then
            python=$file
            break
        fi
    done
}

# measure NAME alpaca|plain COMMAND...: a round of it, into NAME.p50 and NAME.p99. PORT in the
# command is the server's.
measure()
{
    local name=$1 speaks=$2 status=0
    shift 2
    port=$((port + 2 < 32000 ? port + 2 : 21000))
    set -- "${@/#PORT/$port}"
    timeout 120 "${pinned[@]}" "$build/bench/tick_server" "$port" "$ticks" "$gap_us" "$speaks" \
        >round.json 2>server.log &
    server=$!
    sleep 0.3
    timeout 120 "${pinned[@]}" "$@" >client.log 2>&1 &
    child=$!
    wait "$server" || status=$?
    server=''
    kill "$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
    child=''
    if [[ $status -ne 0 ]] || ! grep -q "\"ticks\":$ticks,\"lost\":0," round.json; then
        cat round.json server.log client.log >&2
        echo "tick_to_order.sh: $name did not answer every tick" >&2
        exit 1
    fi
    keep "$name" round.json
}

keep()
{
    sed -n 's/.*"p50_us":\([0-9.]*\).*/\1/p' "$2" >>"$1.p50"
    sed -n 's/.*"p99_us":\([0-9.]*\).*/\1/p' "$2" >>"$1.p99"
}

run_round()
{
    measure c plain ./lat_client PORT
    measure ours alpaca "$build/bench/tick_client" PORT
    if [[ -n $python ]]; then
        measure python plain "$python" "$shared/bench/lat_client.py" PORT
    fi
    measure busy alpaca "$build/bench/tick_client" PORT busy
    rm -rf log
    measure durable alpaca "$build/bench/tick_client" PORT log
    measure rawstep alpaca "$build/bench/tick_client" PORT raw
    taskset -c "$core" "$build/bench/raw_sync" raw "$ticks" "$step_bytes" "$gap_us" >raw.json
    keep raw raw.json
}

median()
{
    sort -g "$@" | awk '{ v[NR] = $1 } END { print (NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2) }'
}

row()
{
    printf '  %-34s p50 %8.1f us (%s)   p99 %8.1f us\n' "$1" "$(median "$2.p50")" \
        "$(sort -g "$2.p50" | sed -n '1p;$p' | paste -sd' ' | sed 's/ / .. /')" "$(median "$2.p99")"
}

# gate NAME VALUE RELATION LIMIT
gate()
{
    local verdict=held
    if ! awk -v value="$2" -v limit="$4" "BEGIN { exit !(value $3 limit) }"; then
        verdict='NOT HELD'
        failures=$((failures + 1))
    fi
    printf '  %-34s %8.2f, wanted %s %s: %s\n' "$1" "$2" "$3" "$4" "$verdict"
}

report()
{
    printf '# tick to order, one core, %d rounds of %d ticks\n' "$rounds" "$ticks"
    row 'C client of the shared bench' c
    row 'a paper run, log in memory' ours
    row 'the same with --busy-poll' busy
    [[ -z $python ]] || row 'Python client of the shared bench' python
    row 'a paper run, durable before it sends' durable
    row "raw write and sync in its place" rawstep
    row "raw write and sync by itself, $step_bytes B" raw
    paste ours.p50 c.p50 | awk '{ print $1 / $2 }' >ours_c
    paste durable.p50 ours.p50 rawstep.p50 | awk '{ print ($1 - $2) / ($3 - $2) }' >sync
    paste durable.p50 ours.p50 raw.p50 | awk '{ print ($1 - $2) / $3 }' >alone
    gate 'a paper run / C client' "$(median ours_c)" '<=' "$c_max"
    if [[ -n $python ]]; then
        paste python.p50 ours.p50 | awk '{ print $1 / $2 }' >python_ours
        gate 'Python client / a paper run' "$(median python_ours)" '>=' "$python_min"
        printf '  %-34s %8.2f: what is left of that to anybody on this machine\n' \
            'Python client / C client' "$(paste python.p50 c.p50 | awk '{ print $1 / $2 }' | median)"
    else
        skip 'the Python client' 'no python3 with websockets and requests is here (PYTHON)'
    fi
    gate 'what durable adds / what raw adds' "$(median sync)" '<=' "$sync_max"
    printf '  %-34s %8.2f\n' 'what durable adds / raw by itself' "$(median alone)"
}

main()
{
    local round
    if [[ ! -f $shared/bench/lat_client.c ]]; then
        skip 'tick to order' 'the shared bench is not here'
        exit 0
    fi
    work_folder
    prepare
    for ((round = 0; round < rounds; round++)); do
        run_round
    done
    report
    finish
}

main
