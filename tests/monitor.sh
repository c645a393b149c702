#!/usr/bin/env bash
# monitor.sh: the terminal view on a pseudo-terminal, and the commands that reach a running engine.
# However a run ends, the terminal is what it was.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

# on_terminal SIZE [ACTION...]: the default run on a terminal; leaves `screen` and `report`.
on_terminal()
{
    local size=$1
    shift
    rm -rf runs
    TERM=xterm-256color LANG=C.UTF-8 LC_ALL='' NO_COLOR=${no_color:-} \
        python3 "$root/tests/monitor_pty.py" "$size" "$@" -- \
        "$bellwether" run --speed 1500 >report 2>&1 || true
}

# reported LINE NAME
reported()
{
    if grep -qx -- "$1" report; then
        ok "$2"
    else
        not_ok "$2" report
    fi
}

test_ends()
{
    local name action status
    # how it ends | the action | the status
    while IFS='|' read -r name action status; do
        on_terminal 80x24 "$action"
        reported "exit $status" "$name ends it with $status"
        reported 'terminal same' "$name: the terminal's settings are what they were"
        reported 'left-screen yes' "$name: the screen is given back, with its cursor"
        check "$name: the log holds together" "$bellwether" replay last --verify
    done <<'END'
q|key=1.5:q|0
Ctrl-C|key=1.5:\x03|0
SIGTERM|signal=1.5:TERM|0
SIGHUP|signal=1.5:HUP|0
a crash|signal=1.5:SEGV|-11
an abort|signal=1.5:ABRT|-6
END
}

test_frames()
{
    local most
    on_terminal 120x40 resize=1.5:80x24 'key=2:+' 'key=2.5:p' 'key=3: ' 'key=4:q'
    reported 'exit 0' 'a run that was steered by keys ends with 0'
    most=$(awk '$1 == "per-second" { print $2 }' report)
    check "at most ten frames a second ($most)" test "$most" -le 11
    check 'there were frames' test "$most" -ge 3
    check 'SIMULATED is on the screen' grep -q ' SIMULATED ' screen
    check 'p turned entries off' grep -q 'ENTRIES_OFF' screen
    check 'space paused the market' grep -q 'market paused' screen
    check '+ doubled the speed' grep -q 'speed 3000x' screen
    expect 'what the keys commanded replays' 0 'byte for byte' "$bellwether" replay last --verify
    no_color=1 on_terminal 80x24 'key=1:q'
    check 'NO_COLOR leaves colours out' bash -c '! grep -qE "\[0?;?3[0-9]m|;3[0-9]m" screen'
}

start()
{
    local tries
    rm -rf runs state
    "$bellwether" run --speed 600 --state state >run.log 2>&1 &
    child=$!
    for ((tries = 0; tries < 100; tries++)); do
        if [[ -S state/control.sock ]]; then
            return 0
        fi
        sleep 0.05
    done
    not_ok 'a run listens at its socket' run.log
    exit 1
}

test_commands()
{
    start
    check 'the socket is its owner'"'"'s alone' test "$(stat -c %a state/control.sock)" = 600
    expect 'status says how the run stands' 0 'state        RUN' "$bellwether" status
    expect 'status says that it is simulated' 0 'SIMULATED' "$bellwether" status last
    expect 'status --json is one object' 0 '{"ok":true,' "$bellwether" status --json
    expect 'pause turns entries off' 0 'state        ENTRIES_OFF' "$bellwether" pause
    expect 'unpause turns them on' 0 'state        RUN' "$bellwether" unpause last
    expect 'pause by path' 0 'ENTRIES_OFF' "$bellwether" pause "$(last_run)" --json
    kill -9 "$child"
    wait "$child" 2>/dev/null || true
    child=''
    expect 'a killed engine does not answer' 1 'no engine is running' "$bellwether" status
    expect 'the log with commands replays' 0 'byte for byte' "$bellwether" replay last --verify
    "$bellwether" run --speed 600 --state state >run.log 2>&1 &
    child=$!
    sleep 1
    expect 'paused and killed, it goes on paused' 0 'ENTRIES_OFF' "$bellwether" status
    kill -s TERM "$child"
    wait "$child" || true
    child=''
    check 'the socket goes with the run' test ! -e state/control.sock
    check 'log, journal, streams and summary agree' "$bellwether" verify last
}

test_elsewhere()
{
    rm -rf runs
    expect 'without a terminal it runs to the end and sums up' 0 'in 390 slices' \
        "$bellwether" run --sessions 1
    expect 'it trades all seven strategies' 0 'strategy 7 volatility_breakout: ' \
        "$bellwether" run --sessions 1
    check 'each of them says what it came to or why not' test 7 = \
        "$(grep -cE '^  strategy [1-7] [a-z_]+: ([0-9,]+ closed, result |no trades, )' expect.log)"
    check 'nothing is held over night' grep -q ', 0 open$' expect.log
    expect 'a seed is a history' 0 'market seed=7 sessions=1' "$bellwether" run --once --seed 7 --sessions 1
    expect '--market and --data exclude each other' 2 'exclude each other' \
        "$bellwether" run --market --data x.csv
    expect 'status without a run says so' 1 'there is no run' "$bellwether" status nothing
}

main()
{
    work_folder
    test_elsewhere
    test_commands
    if command -v python3 >/dev/null && python3 -c 'import pty, os; pty.openpty()' 2>/dev/null; then
        test_ends
        test_frames
    else
        skip 'the terminal view' 'python3 or a pseudo-terminal is not here'
    fi
    finish
}

main
