#!/usr/bin/env bash
# kill_campaign.sh [KILLS [SEED]]: kill -9 at random moments, and not one order lost or doubled.
#
# `bellwether run --once --state` is killed and started again until it ends by itself. What it then
# has done must be what a run without a crash does: every table of the journal, every stream, the
# decision hash and the folded state, byte for byte. That is repeated with fresh state folders until
# KILLS kills have hit a living process (default 20, or KILLS from the environment). The moments are
# random, but each share of them aims at something: the first milliseconds (a log in the making), the
# recovery after the kill before, and the run itself.
#
# A kill ends the process, not the machine: what the disk loses when the power goes is tested with
# injected faults in the log's own tests.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

kills_wanted=${1:-${KILLS:-20}}
seed=${2:-${SEED:-$((EPOCHSECONDS % 32768))}}
bars=7000 # of each of 3 symbols
kills=0 starts=0 rounds=0
declare -A found=([none]=0 [making]=0 [empty]=0 [begun]=0 [ended]=0)

# What a run says of itself, without slot numbers: starts after a kill add records of their own.
tables='deposits|ts_ns,amount_e9
decisions|ts_ns,book,strategy,symbol,act,reason,verdict,gate_value,gate_limit,strength_ppm,confidence_ppm,inputs,order_id
orders|order_id,ts_ns,trade_id,book,strategy,symbol,side,role,type,time_in_force,qty_e9,limit_price_e9,reference_price_e9,leg_count
reports|ts_ns,exchange_ts_ns,kind,order_id,reason
fills|exec_id,ts_ns,exchange_ts_ns,order_id,trade_id,strategy,symbol,side,qty_e9,price_e9,commission_e9
postings|ts_ns,debit,credit,amount_e9,symbol,qty_e9,book,order_id,exec_id
trades|trade_id,state,book,strategy,symbol,qty_e9,cost_e9,realized_e9,opened,closed,entry_qty_e9,entry_value_e9,exit_qty_e9,exit_value_e9,commission_e9
slices|slice,ts_ns,equity_e9,cash_e9,positions,evaluations,orders,fills,traded,decision_hash'

# A pause that starts no process, so that single milliseconds can be hit.
exec {never}<> <(:)
pause_us()
{
    local seconds
    printf -v seconds '%d.%06d' $(($1 / 1000000)) $(($1 % 1000000))
    read -rt "$seconds" -u "$never" || true
}

# describe RUN FOLDER: all that must be equal, as files.
describe()
{
    local run=$1 folder=$2 table columns
    mkdir -p "$folder"
    while IFS='|' read -r table columns; do
        sqlite3 -readonly "$run/journal.db" "SELECT $columns FROM $table ORDER BY slot" \
            >"$folder/$table"
    done <<<"$tables"
    cp "$run"/*.jsonl "$folder"
    json_field "$run/result.json" decision_hash >"$folder/decision_hash"
    "$bellwether" replay "$run" --dump >"$folder/dump"
    # Tables that came out empty would be equal as well.
    [[ -s $folder/fills && -s $folder/postings && -s $folder/dump && -s $folder/decision_hash ]]
}

start()
{
    local folder=$1
    (cd "$folder" && exec "$bellwether" run -c ../workload.yaml --once --data ../bars.bwbars \
        --state state) >"$folder/run.log" 2>&1 &
    child=$!
    starts=$((starts + 1))
}

# A moment in microseconds. 15-bit RANDOM twice, for steps of a few microseconds.
draw()
{
    local span_us=$1
    moment_us=$(((RANDOM * 32768 + RANDOM) % span_us))
}

# moment FOLDER: while there is no log yet, mostly a moment in which it may be in the making.
moment()
{
    if [[ ! -e $1/state/log/000001.bwlog && $((RANDOM % 4)) -gt 0 ]]; then
        draw 7000
        return
    fi
    case $((RANDOM % 4)) in
    0) draw 8000 ;;              # the program starts and the log is made or opened
    1) draw $((whole_us / 4)) ;; # in the recovery, when the log is long
    *) draw $((whole_us * 5 / 4)) ;;
    esac
}

# What the kill left: no log, one in the making, one without a block, one that goes on, and one that
# had been closed by its clean end when only streams and summary were still being written.
classify()
{
    local first=$1/state/log/000001.bwlog what=begun block
    if [[ ! -e $first ]]; then
        what=none
    elif [[ $(head -c 8 "$first") != BWLOGSEG ]]; then
        what=making
    else
        block=$(tail -c +4097 "$first" | head -c 4 | tr -d '\0')
        if [[ $block != BWBK ]]; then
            what=empty
        elif tail -c 64 "$first" | head -c 4 | grep -q BWBK; then
            what=ended
        fi
    fi
    found[$what]=$((found[$what] + 1))
}

# One start and one kill. Status 0: the run ended by itself.
start_and_kill()
{
    local folder=$1 status=0
    moment "$folder"
    start "$folder"
    pause_us "$moment_us"
    kill -9 "$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || status=$?
    child=''
    if [[ $status -eq 137 ]]; then
        kills=$((kills + 1))
        classify "$folder"
        rm -rf "$folder/runs" # each start makes its run folder anew from the log
        return 1
    fi
    if [[ $status -ne 0 ]]; then
        not_ok "start $starts after $kills kills ended with $status, seed $seed" "$folder/run.log"
        cp -r "$folder" "$keep/failed-$seed" && echo "    | kept: $keep/failed-$seed"
        exit 1
    fi
}

finish_unkilled()
{
    start "$1"
    if ! wait "$child"; then
        not_ok "the last start after $kills kills, seed $seed" "$1/run.log"
        exit 1
    fi
    child=''
}

# One state folder, killed until its run ends by itself or all kills are used up.
round()
{
    local folder=round killed_before=$kills
    rm -rf "$folder" described
    mkdir "$folder"
    until start_and_kill "$folder"; do
        if [[ $kills -ge $kills_wanted ]]; then
            finish_unkilled "$folder"
            break
        fi
    done
    rounds=$((rounds + 1))
    describe "$(last_run_of "$folder")" described
    if ! diff -rq reference described >differences.log; then
        not_ok "round $rounds, $((kills - killed_before)) kills, seed $seed" differences.log
        exit 1
    fi
    (cd "$folder" && "$bellwether" replay last --verify && "$bellwether" verify last) \
        >verify.log 2>&1 || { not_ok "verify after round $rounds, seed $seed" verify.log && exit 1; }
}

last_run_of()
{
    printf '%s/%s\n' "$1" "$(cd "$1" && last_run)"
}

make_reference()
{
    local began folder=unkilled
    sed 's/^mode: .*/mode: sim/' "$workload" >workload.yaml
    "$bellwether" data synth --workload --bars "$bars" --symbols 3 --seed 5 --out bars.bwbars \
        >/dev/null
    mkdir "$folder"
    began=${EPOCHREALTIME/./}
    start "$folder"
    wait "$child"
    child=''
    whole_us=$((${EPOCHREALTIME/./} - began))
    describe "$(last_run_of "$folder")" reference
}

main()
{
    local began=$SECONDS
    keep=${TMPDIR:-/tmp}
    work_folder
    RANDOM=$seed
    make_reference
    starts=0
    while [[ $kills -lt $kills_wanted ]]; do
        round
    done
    ok "$kills kills change nothing: $(wc -l <reference/fills) fills, $((bars * 3)) bars"
    echo "# kill -9: $kills kills, $starts starts, $rounds runs, $((SECONDS - began)) s, seed $seed"
    echo "# the kills left: ${found[none]} no log yet, ${found[making]} one in the making," \
        "${found[empty]} one without a block, ${found[begun]} one that goes on," \
        "${found[ended]} one that had ended"
    finish
}

main
