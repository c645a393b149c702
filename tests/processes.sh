#!/usr/bin/env bash
# processes.sh: signals, a second instance, folders that cannot be written, a disk that is full.
# Whatever ends a run, its log opens again and replays.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

# shellcheck disable=SC2317 # clean_up calls it
put_away()
{
    if [[ -n ${mounted:-} ]]; then
        umount "$mounted"
    fi
}

# start SPEED [OPTION...]: a run in the background that would take minutes, already trading.
# Signals a shell ignores in its children come back with env: Ctrl-C must reach the program.
start()
{
    local speed=$1 tries
    shift
    rm -rf runs state
    env --default-signal=INT "$bellwether" run -c workload.yaml --data bars.bwbars --speed "$speed" \
        --state state "$@" >run.log 2>&1 &
    child=$!
    for ((tries = 0; tries < 100; tries++)); do
        if compgen -G 'runs/*/trades.jsonl' >/dev/null && [[ -s $(last_run)/trades.jsonl ]]; then
            return 0
        fi
        sleep 0.05
    done
    not_ok 'a run begins to trade' run.log
    exit 1
}

# end STATUS-WANTED NAME: waits for the run, at most ten seconds.
end()
{
    local wanted=$1 name=$2 status=0 tries
    for ((tries = 0; tries < 100; tries++)); do
        if ! kill -0 "$child" 2>/dev/null; then
            break
        fi
        sleep 0.1
    done
    if kill -0 "$child" 2>/dev/null; then
        kill -9 "$child"
    fi
    # What the shell says of a killed child would look like a failure.
    wait "$child" 2>/dev/null || status=$?
    child=''
    if [[ $status -eq $wanted ]]; then
        ok "$name"
    else
        echo "status $status, expected $wanted" >>run.log
        not_ok "$name" run.log
    fi
}

holds_together()
{
    expect "$1: replay verifies every record" 0 'byte for byte' \
        "$bellwether" replay last --verify
    if [[ ${2:-} == verify ]]; then
        expect "$1: log, journal, streams and summary agree" 0 'ok   result' \
            "$bellwether" verify last
    fi
}

test_signals()
{
    local signal
    for signal in INT TERM; do
        start 6000
        kill -s "$signal" "$child"
        end 0 "SIG$signal ends a run cleanly"
        check "SIG$signal: the summary says that it was stopped" \
            grep -q 'stopped before the end of the data' run.log
        holds_together "SIG$signal" verify
        expect "SIG$signal: the run goes on from there to its end" 0 'going on after slice' \
            "$bellwether" run -c workload.yaml --data bars.bwbars --once --state state
        holds_together "SIG$signal, gone on" verify
    done
}

# The second signal counts only while the first is being obeyed: stopped, the program has both.
test_two_signals()
{
    start 6000
    kill -s STOP "$child"
    kill -s INT "$child"
    kill -s TERM "$child"
    kill -s CONT "$child"
    end 130 'a second signal ends it at once, with 130'
    holds_together 'a second signal'
}

test_second_instance()
{
    start 6000
    expect 'a second instance on a state folder is refused' 3 "is in use by process $child" \
        "$bellwether" run -c workload.yaml --data bars.bwbars --once --state state
    check 'the refused instance leaves no run folder' test "$(find runs -mindepth 1 -maxdepth 1 | wc -l)" -eq 1
    expect 'the log of a running engine can be read' 0 'cut short after' \
        "$bellwether" replay last --verify
    kill -s INT "$child"
    end 0 'the first instance ends as if nothing had been'
    holds_together 'after a second instance' verify
    sed 's/fast: 10 /fast: 11 /' workload.yaml >other.yaml
    expect 'a state folder takes no other config' 3 'belongs to a run with another config' \
        "$bellwether" run -c other.yaml --data bars.bwbars --once --state state
    "$bellwether" data synth --workload --bars 3000 --seed 9 --out other.bwbars >/dev/null
    expect 'a state folder takes no other data' 3 'belongs to a run with other data' \
        "$bellwether" run -c workload.yaml --data other.bwbars --once --state state
}

# Killed while it trades: the next start goes on.
test_killed()
{
    start 6000
    kill -9 "$child"
    end 137 'kill -9 ends it'
    holds_together 'killed'
    expect 'after kill -9 the run goes on to its end' 0 'going on after slice' \
        "$bellwether" run -c workload.yaml --data bars.bwbars --once --state state
    holds_together 'killed, gone on' verify
}

# start_backtest FILE: one in the background, held by a signal once its folder has the file.
start_backtest()
{
    rm -rf runs
    env --default-signal=INT "$bellwether" backtest -c workload.yaml --data many.bwbars \
        >run.log 2>&1 &
    child=$!
    until compgen -G "runs/*/$1" >/dev/null || ! kill -0 "$child" 2>/dev/null; do
        :
    done
    kill -s STOP "$child"
    check "a backtest is held when it has its $1" test ! -e "$(last_run)/journal.db"
}

# A backtest's views are made when it is over, also when a signal ended it.
test_backtest()
{
    "$bellwether" data synth --workload --bars 500000 --symbols 3 --seed 5 --out many.bwbars >/dev/null
    start_backtest log/000001.bwlog
    kill -s INT "$child"
    kill -s CONT "$child"
    end 0 'SIGINT ends a backtest cleanly'
    check 'SIGINT, backtest: the summary says that it was stopped' \
        grep -q 'stopped before the end of the data' run.log
    holds_together 'SIGINT, backtest' verify
    start_backtest journal.db.new
    kill -9 "$child"
    end 137 'kill -9 ends a backtest'
    check 'a killed backtest leaves no half journal' test ! -e "$(last_run)/journal.db"
    holds_together 'a backtest killed at its journal'
    expect 'verify misses the journal of a killed backtest' 1 'journal.db is missing' \
        "$bellwether" verify last
    rm -rf runs many.bwbars
}

# mount_small SIZE: a file system of its own, in `small`.
mount_small()
{
    mkdir -p small
    if [[ $(id -u) -eq 0 ]] && mount -t tmpfs -o "size=$1" tmpfs small 2>/dev/null; then
        mounted=$PWD/small
        return 0
    fi
    return 1
}

unmount_small()
{
    umount "$mounted"
    mounted=''
}

test_full_disk()
{
    if mount_small 1m; then
        (cd small && expect_in .. 'a full disk' 1 'No space left on device' \
            "$bellwether" run -c ../workload.yaml --data ../bars.bwbars --once)
        unmount_and_replay
    else
        skip 'a full disk' 'no file system can be mounted here'
    fi
    # Room for the log and the streams of a backtest, not for its journal.
    if mount_small 5m; then
        (cd small && expect_in .. 'a disk too full for the journal' 1 'journal.db.new: ' \
            "$bellwether" backtest -c ../workload.yaml --data ../bars.bwbars)
        check 'a disk too full for the journal: there is no half of one' \
            test -z "$(find small -name 'journal.db*')"
        unmount_and_replay
    fi
    (
        ulimit -f 300 # KiB
        expect_in . 'a file limit' 1 'File too large' \
            "$bellwether" run -c workload.yaml --data bars.bwbars --once
    )
    holds_together 'after a file limit'
}

# expect, with its own log kept off the disk that is full.
expect_in()
{
    local folder=$1 name=$2 status=$3 text=$4 got=0 said
    shift 4
    said=$("$@" 2>&1 </dev/null) || got=$?
    if [[ $got -eq $status && $said == *"$text"* ]]; then
        ok "$name ends the run with words"
    else
        not_ok "$name ends the run with words (status $got: ${said:0:300})"
        : >"$folder/failed"
    fi
}

unmount_and_replay()
{
    # What the full disk holds is read where it lies; only the answers go elsewhere.
    (
        cd small
        if "$bellwether" replay last --verify >../full.log 2>&1; then
            ok 'after a full disk: replay verifies every record'
        else
            not_ok 'after a full disk: replay verifies every record' ../full.log
            : >../failed
        fi
    )
    unmount_small
}

test_read_only()
{
    if ! mount_small 1m; then
        skip 'a read-only folder' 'no file system can be mounted here'
        return
    fi
    mount -o remount,ro small
    expect 'a state folder that cannot be written is named' 1 'Read-only file system' \
        "$bellwether" run -c workload.yaml --data bars.bwbars --once --state small/state
    expect 'an output folder that cannot be written is named' 1 'Read-only file system' \
        "$bellwether" backtest -c workload.yaml --data bars.bwbars --out small/run
    unmount_small
}

main()
{
    work_folder
    sed 's/^mode: .*/mode: sim/' "$workload" >workload.yaml
    "$bellwether" data synth --workload --bars 7000 --symbols 3 --seed 5 --out bars.bwbars >/dev/null
    test_signals
    test_two_signals
    test_second_instance
    test_killed
    test_backtest
    rm -rf runs state
    test_full_disk
    test_read_only
    if [[ -e failed ]]; then
        failures=$((failures + 1)) # of a subshell
    fi
    finish
}

main
