#!/usr/bin/env bash
# storage.sh: a paper run against the exchange served whose log can be written no more, and one whose
# disk has little room: entries stop, exits do not, and the next start knows what was done meanwhile.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

expect_s=300 # shellcheck disable=SC2034
export APCA_API_KEY_ID=PKSTORAGE APCA_API_SECRET_KEY=storage

mounted=''
put_away()
{
    if [[ -n $mounted ]]; then umount "$mounted"; fi
}

# serve: days that move by steps, and what a run needs to reach them.
serve()
{
    serve_exchange --plain-bars --step --data "$work/days.bwbars" --rate-limit 0
    paper=("$bellwether" run -c "$work/paper.yaml" --trading-url "http://$http"
        --exchange-admin "http://$admin" --requests-per-minute 100000)
}

# start: the run in the background. What it says goes through a pipe: a limit on its files is none on
# that.
start()
{
    "${paper[@]}" > >(cat >paper.log) 2>&1 </dev/null &
    child=$!
}

# said TEXT: the run has said so; its last words may still be in the pipe.
said()
{
    local tries
    for ((tries = 0; tries < 50; tries++)); do
        if grep -q "$1" paper.log; then return 0; fi
        sleep 0.1
    done
    return 1
}

# until_status TEXT: whether a status of the run says so before the run ends.
until_status()
{
    local deadline=$((SECONDS + 200))
    while [[ $SECONDS -lt $deadline ]]; do
        if "$bellwether" status --json 2>/dev/null | grep -qE "$1"; then return 0; fi
        kill -0 "$child" 2>/dev/null || return 1
        sleep 0.02
    done
    return 1
}

# end NAME STATUS: the run in the background ends with it.
end()
{
    local status=0
    wait "$child" || status=$?
    child=''
    check "$1" test "$status" = "$2"
}

# sent SIDE: so many orders of that side the exchange has had from us.
sent()
{
    curl -s -m 10 -H "APCA-API-KEY-ID: $APCA_API_KEY_ID" \
        -H "APCA-API-SECRET-KEY: $APCA_API_SECRET_KEY" \
        "http://$http/v2/orders?status=all&limit=500&nested=false" | grep -o "\"side\":\"$1\"" |
        wc -l
}

ledger()
{
    curl -s -m 10 "http://$admin/ledger" | sed "s/.*\"$1\":\"\{0,1\}\([^\",}]*\)\"\{0,1\}.*/\1/"
}

# The log fails while something is held; the run is ended by the market's end, days later.
a_log_that_fails()
{
    local bought result
    serve
    start
    check 'something is held' until_status '"positions": *[1-9]'
    prlimit --pid "$child" --fsize=1024
    check 'the status says that the log cannot be written' until_status '"storage"'
    bought=$(sent buy)
    end 'the run goes on to its end, and fails then' 1
    check 'it said so at once, and what to do' said 'STORAGE FAULT: .*000001.bwlog.*end this'
    check 'and again as its last word' said '^bellwether: the log takes nothing more'
    check 'nothing was bought after that' test "$(sent buy)" = "$bought"
    check 'what was held is sold' test "$(ledger positions)" = '[]'
    expect 'the next start finds what was sold' 0 "it is in the log now" "${paper[@]}"
    result=$(last_run)/result.json
    check 'its cash is the exchange'"'"'s' test "$(json_field "$result" final_cash)" = \
        "$(ledger cash)"
    check 'and so is the number of fills' test "$(json_field "$result" fills)" = \
        "$(ledger activities)"
    expect 'its replay verifies every record' 0 'byte for byte' "$bellwether" replay last --verify
    expect 'log, journal, streams and summary agree' 0 'ok   result' "$bellwether" verify last
    end_exchange TERM
}

# A file system of its own, whose size is changed while the run goes.
a_disk_with_little_room()
{
    mkdir small
    if [[ $(id -u) -ne 0 ]] || ! mount -t tmpfs -o size=150m tmpfs small 2>/dev/null; then
        skip 'a disk with little room' 'no file system can be mounted here'
        return
    fi
    mounted=$work/small
    cd small
    serve_exchange --plain-bars --data "$work/days.bwbars" --speed 1
    paper=("$bellwether" run -c "$work/paper.yaml" --trading-url "http://$http")
    start
    check 'little room stops entries' until_status '"disk-space"'
    check 'and is said' said 'MB are free where the log lies: no entries'
    mount -o remount,size=450m "$mounted"
    check 'more room lets them in, within a minute' until_status '"not_ready": *\[[^]d]*\]'
    check 'and is said, too' said 'entries may go out again'
    kill -INT "$child"
    end 'it ends well' 0
    end_exchange TERM
    cd "$work"
    umount "$mounted"
    mounted=''
}

# The log's next piece is not to be had, long before a write fails.
a_log_without_its_next_piece()
{
    rm -rf accounts runs
    serve_exchange --plain-bars --data days.bwbars --speed 1
    paper=("$bellwether" run -c "$work/paper.yaml" --trading-url "http://$http")
    (
        ulimit -f 500 # KiB; a piece of the log is 1 MiB
        exec "${paper[@]}" 2>&1 </dev/null
    ) > >(cat >paper.log) &
    child=$!
    check 'a piece that is not to be had stops entries' until_status '"disk-space"'
    check 'and is said' said 'its next piece is not to be had'
    kill -INT "$child"
    end 'it ends well' 0
    end_exchange TERM
}

work_folder
mkdir -m 700 runtime
export XDG_RUNTIME_DIR=$work/runtime
"$bellwether" data synth --market --seed 3 --sessions 8 --symbols SPY,QQQ,AAPL --out days.bwbars \
    >/dev/null
cp "$root/examples/paper.yaml" .
a_log_that_fails
a_disk_with_little_room
a_log_without_its_next_piece
finish
