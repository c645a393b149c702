#!/usr/bin/env bash
# real_data.sh: minutes of real trading, bought and sold, replayed and verified.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

minutes=$shared/data/equity/minute

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
    finish
}

main
