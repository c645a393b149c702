#!/usr/bin/env bash
# real_data.sh: minutes and ticks of real trading, bought and sold, replayed and verified.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

minutes=$shared/data/equity/minute
ticks=$shared/data/equity/tick

# run_one NAME FILE...: each file as one --data.
run_one()
{
    local name=$1 file data=()
    shift
    for file in "$@"; do
        data+=(--data "$file")
    done
    rm -rf runs
    expect "$name: trades and sums up" 0 'bars ' \
        "$bellwether" run -c "$quickstart" --once "${data[@]}"
    cp expect.log summary.txt
    check "$name: the summary counts bars and refusals" \
        grep -Eq 'evaluated, .* refused' summary.txt
    check "$name: the market is real, the fills are not" \
        grep -q '"simulated_market": false' "$(last_run)/result.json"
    expect "$name: replay verifies every record" 0 'byte for byte' \
        "$bellwether" replay last --verify
    expect "$name: log, journal, streams and summary agree" 0 'ok   result' \
        "$bellwether" verify last
    sed -n 's/^  \(bars\|decisions\|orders\) */    /p' summary.txt
}

# backtest_one NAME SLICES FILE...: each file as one --data of a backtest whose log refers to it.
backtest_one()
{
    local name=$1 slices=$2 file data=()
    shift 2
    for file in "$@"; do
        data+=(--data "$file")
    done
    rm -rf runs
    expect "$name: trades and sums up" 0 "in $slices slices" \
        "$bellwether" backtest -c "$quickstart" "${data[@]}"
    expect "$name: replay verifies every record" 0 'byte for byte' \
        "$bellwether" replay last --verify
    expect "$name: log, journal, streams and summary agree" 0 'ok   result' \
        "$bellwether" verify last
}

# The fills of the last run: side, quantity, price.
fills_of_last_run()
{
    cut -d, -f5- "$(last_run)/trades.jsonl"
}

# Quotes beside bars: the decisions are those of the bars, the prices are the quotes'.
quotes_beside_bars()
{
    local days=$1 with_slices=$2
    local bars=$minutes/bars_SPY_1min_$days.csv.gz quotes=$minutes/quotes_SPY_1min_$days.csv.gz
    if [[ ! -r $bars || ! -r $quotes ]]; then
        skip "SPY $days with quotes" 'the shared market data is not there'
        return
    fi
    rm -rf runs
    "$bellwether" backtest -c "$quickstart" --data "$bars" --json >bars.json
    fills_of_last_run >bars.trades
    backtest_one "SPY $days with quotes" "$with_slices" "$bars" "$quotes"
    fills_of_last_run >quotes.trades
    check "SPY $days: quotes change no decision" \
        test "$(hash_of bars.json)" = "$(hash_of "$(last_run)/result.json")"
    check "SPY $days: quotes change the prices" test -n "$(diff bars.trades quotes.trades)"
    run_one "SPY $days with quotes, all in the log" "$bars" "$quotes"
}

hash_of()
{
    grep -o '"decision_hash": *"[0-9a-f]*"' "$1"
}

# A day of IBM's single trades and quotes: bars are built of them; a file made of all is the same.
ticks_alone()
{
    local trades=$ticks/trades_IBM_tick_20131007.csv.gz quotes=$ticks/quotes_IBM_tick_20131007.csv.gz
    if [[ ! -r $trades || ! -r $quotes ]]; then
        skip 'IBM tick by tick' 'the shared market data is not there'
        return
    fi
    expect 'quotes alone come to no run' 2 'strategies decide on bars' \
        "$bellwether" backtest -c "$quickstart" --no-run-dir --data "$quotes"
    backtest_one 'IBM tick by tick' 53,053 "$trades" "$quotes"
    cp "$(last_run)/result.json" text.json
    expect 'import takes trades and quotes' 0 'trades      24291' \
        "$bellwether" data import "$trades" "$quotes" --bar 1min -o ticks.bwbars
    expect 'info tells of trades and quotes' 0 'quotes      39618' "$bellwether" data info ticks.bwbars
    backtest_one 'IBM from the record file' 53,053 ticks.bwbars
    check 'the record file gives the same decisions' \
        test "$(hash_of text.json)" = "$(hash_of "$(last_run)/result.json")"
}

main()
{
    local symbol files=()
    for symbol in SPY QQQ AAPL; do
        files+=("$minutes/bars_${symbol}_1min_20190211-20190215.csv.gz")
    done
    if [[ ! -r ${files[0]} || ! -r ${files[1]} || ! -r ${files[2]} ]]; then
        skip 'real minutes of SPY, QQQ and AAPL' 'the shared market data is not there'
        exit 0
    fi
    work_folder
    run_one 'SPY' "${files[0]}"
    run_one 'QQQ' "${files[1]}"
    run_one 'AAPL' "${files[2]}"
    run_one 'all three in one account' "${files[@]}"
    quotes_beside_bars 20131004-20131009 3,599
    quotes_beside_bars 20230803-20230803 961
    ticks_alone
    finish
}

main
