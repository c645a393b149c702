#!/usr/bin/env bash
# report.sh: the reports of a run: the page is whole HTML that needs nothing else, and what it prints
# is what result.json holds; the tables add up to the same.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

# bars DAYS: a symbol that swings for so many days of minutes apart, so that something is traded.
bars()
{
    awk -v days="$1" 'BEGIN {
        print "symbol,ts_utc,open,high,low,close,volume"
        close_ = 100
        for (day = 1; day <= days; day++) {
            for (minute = 0; minute < 120; minute++) {
                open_ = close_
                close_ += ((minute * 7 + day * 13) % 29 - 14) / 20 + (int(minute / 30) % 2 ? 0.12 : -0.1)
                high = (open_ > close_ ? open_ : close_) + 0.05
                low = (open_ < close_ ? open_ : close_) - 0.05
                printf "TEST,2024-%02d-%02dT%02d:%02d:00Z,%.2f,%.2f,%.2f,%.2f,1000\n", \
                    1 + int((day - 1) / 28), 1 + (day - 1) % 28, 14 + int(minute / 60), minute % 60, \
                    open_, high, low, close_
            }
        }
    }'
}

test_page()
{
    # A config whose name would be markup, were it not escaped.
    local odd='<script>alert(1)<'$'\x01''&"'"'b.yaml"
    cp "$quickstart" "odd.yaml"
    mkdir odd
    cp "$quickstart" "odd/${odd//\//}"
    "$bellwether" backtest -c "odd/${odd//\//}" --data bars.csv --out runs/one >/dev/null
    expect 'a page is written into the run folder' 0 runs/one/tearsheet.html \
        "$bellwether" report tearsheet runs/one
    check 'the page is whole, needs nothing else, and prints what result.json holds' \
        python3 "$root/tests/report_page.py" runs/one/tearsheet.html runs/one/result.json
    "$bellwether" report tearsheet runs/one --out - >again.html
    check 'the same run gives the same page' cmp again.html runs/one/tearsheet.html
    check 'buy and hold is drawn while the data is there' grep -q 'buy and hold +' again.html
    mv bars.csv elsewhere.csv
    "$bellwether" report tearsheet runs/one --out without.html >/dev/null
    mv elsewhere.csv bars.csv
    check 'without the data the page says why it has no buy and hold' \
        grep -q 'No buy and hold beside it: .*bars.csv' without.html
    expect 'a page that cannot be written is an error' 1 'no/such' \
        "$bellwether" report tearsheet runs/one --out no/such/folder/page.html
}

test_tables()
{
    "$bellwether" report daily runs/one --json >daily.json
    "$bellwether" report journal runs/one --json >journal.json
    check 'sessions and trades add up to result.json' \
        python3 "$root/tests/report_tables.py" daily.json journal.json runs/one/result.json
    expect 'the days as text' 0 2024-01-02 "$bellwether" report daily runs/one
    expect 'the trades as text, with reasons' 0 'fast crossed above slow' \
        "$bellwether" report journal runs/one
}

# Runs in which nothing was traded say why, in the summary and on the page.
test_idle()
{
    head -n 40 bars.csv >short.csv
    expect 'a run that never warmed up says so' 0 'still warming up' \
        "$bellwether" backtest -c "$quickstart" --data short.csv --out runs/idle
    "$bellwether" report tearsheet runs/idle --out idle.html >/dev/null
    check 'its page says so, too' grep -q 'Nothing was traded: still warming up' idle.html
    check 'its page is whole' python3 "$root/tests/report_page.py" idle.html runs/idle/result.json
    # shellcheck disable=SC2016 # a dollar sign and quotes of the texts themselves
    sed 's/max_order_notional: \$50,000/max_order_notional: $100/' "$quickstart" >tight.yaml
    expect 'a run whose entries were all refused names the limit and the strategy' 0 \
        'by max-order-notional (1 ma_crossover)' \
        "$bellwether" backtest -c tight.yaml --data bars.csv --out runs/tight
    "$bellwether" report tearsheet runs/tight --out tight.html >/dev/null
    check 'its page lists the refusals' grep -q 'all of this was refused' tight.html
    check 'its page is whole' python3 "$root/tests/report_page.py" tight.html \
        runs/tight/result.json
    "$bellwether" backtest -c "$quickstart" --data bars.csv --no-run-dir --json >bare.json
    check 'without a log the figures that need one are null' \
        python3 -c 'import json; m = json.load(open("bare.json"))["metrics"]
assert m["total_return"] is not None and m["sharpe"] is None and m["trades_closed"] > 0'
}

test_usage()
{
    # shellcheck disable=SC2016
    expect 'a report that there is not' 2 'no report `page`' "$bellwether" report page runs/one
    expect 'a report without a run' 2 'which run?' "$bellwether" report daily
    expect 'a run that there is not' 1 'nowhere' "$bellwether" report daily nowhere
    expect '--json of a page' 2 'result.json' "$bellwether" report tearsheet runs/one --json
}

main()
{
    if ! command -v python3 >/dev/null; then
        skip 'the reports of a run' 'python3 is not there to read the pages'
        exit 0
    fi
    work_folder
    bars 40 >bars.csv
    test_page
    test_tables
    test_idle
    test_usage
    finish
}

main
