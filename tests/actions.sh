#!/usr/bin/env bash
# actions.sh: real shares over their splits: Apple's of 1998 to 2021, and by the minute in June 2014.
#
# Raw prices with a file of splits must come to what prices adjusted for those splits come to.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

minutes=$shared/data/equity/minute/bars_AAPL_1min_20140605-20140609.csv.gz
days=$shared/data/equity/daily/bars_AAPL_1day_19980102-20210331.csv.gz

# config NAME CALENDAR BAR STRATEGY-LINES: limits so wide that only jumps and halts refuse.
config()
{
    cat >"$1" <<END
mode: backtest
calendar: $2
symbols: [AAPL]
bar: $3
cash: \$100,000
commission: \$1
strategies:
$4
limits:
  max_order_notional: \$1,000,000,000
  max_position_notional: \$1,000,000,000
  max_exposure: \$1,000,000,000
  max_open_positions: 5 positions
  max_orders_per_session: 1000 orders
  max_orders_per_strategy: 1000 orders
  min_time_between_entries: 0s
  max_daily_loss: 90%
  max_portfolio_heat: \$1,000,000,000
  price_collar: 5%
END
}

# adjusted: the days' prices divided by the splits that came after them.
adjusted()
{
    gzip -cd "$days" | awk -F, -v OFS=, '
        NR == 1 { print; next }
        { by = ($2 < "2000-06-21" ? 2 : 1) * ($2 < "2005-02-28" ? 2 : 1) \
             * ($2 < "2014-06-09" ? 7 : 1) * ($2 < "2020-08-31" ? 4 : 1)
          for (i = 3; i <= 6; i++) $i = sprintf("%.9f", $i / by)
          $7 = sprintf("%.0f", $7 * by)
          print }'
}

# decided FILE: when it did what.
decided()
{
    sed -E 's/.*"ts":"([^"]*)".*"act":"([^"]*)".*/\1 \2/' "$1"
}

equity_of()
{
    sed -nE 's/.*"final_equity": ?"?([0-9.]+).*/\1/p' "$1"
}

# shellcheck disable=SC2317 # check calls it
agree_to_a_cent()
{
    awk -v a="$1" -v b="$2" 'BEGIN { d = a - b; exit !(a > 0 && d < 0.01 && d > -0.01) }'
}

verified()
{
    expect "$1: replay verifies every record" 0 'byte for byte' "$bellwether" replay last --verify
    expect "$1: log, journal, streams and summary agree" 0 'ok   result' "$bellwether" verify last
}

over_days()
{
    printf 'date,symbol,split\n2000-06-21,AAPL,2:1\n2005-02-28,AAPL,2:1\n2014-06-09,AAPL,7:1\n' \
        >splits.csv
    printf '2020-08-31,AAPL,4:1\n' >>splits.csv
    adjusted >adjusted.csv
    config plain.yaml always 1d '  - name: ma_crossover
    parameters: {fast: 20, slow: 50, trigger: level, warmup_bars: 60}
    frame: 1d
    size: {equity: 50%}
    fractional: yes
    exits: {stop: 30%, trailing: 25%, opposite_signal: yes}'
    { cat plain.yaml; echo 'actions: splits.csv'; } >splits.yaml
    expect 'days: raw prices with a file of splits' 0 'hash' \
        "$bellwether" backtest -c splits.yaml --data "$days" --decisions raw.jsonl
    verified 'days with splits'
    cp "$(last_run)/result.json" raw.json
    expect 'days: adjusted prices without one' 0 'hash' \
        "$bellwether" backtest -c plain.yaml --data adjusted.csv --decisions adjusted.jsonl
    cp "$(last_run)/result.json" adjusted.json
    decided raw.jsonl >raw.txt
    decided adjusted.jsonl >adjusted.txt
    check 'days: more than fifty decisions' test "$(wc -l <raw.txt)" -gt 50
    check 'days: the same decisions on the same days' cmp raw.txt adjusted.txt
    check 'days: the same money to a cent' \
        agree_to_a_cent "$(equity_of raw.json)" "$(equity_of adjusted.json)"
    expect 'days: splits that nobody tells of stop entries' 0 'times by price-gap' \
        "$bellwether" backtest -c plain.yaml --data "$days" --no-run-dir
}

over_minutes()
{
    printf 'date,symbol,split\n2014-06-09,AAPL,7:1\n' >seven.csv
    config plain.yaml XNYS 1min '  - name: ma_crossover
    parameters: {fast: 5, slow: 20, trigger: level, warmup_bars: 30}
    frame: 1min
    quantity: 21
    exits: {stop: 1%, target: 2%, held_by: broker, opposite_signal: yes}'
    { cat plain.yaml; echo 'actions: seven.csv'; } >splits.yaml
    rm -rf runs
    expect 'minutes: over the split' 0 '0 refused' \
        "$bellwether" backtest -c splits.yaml --data "$minutes"
    verified 'minutes with a split'
    expect 'minutes: the same day without a word of it' 0 'times by price-gap' \
        "$bellwether" backtest -c plain.yaml --data "$minutes" --no-run-dir
}

main()
{
    if [[ ! -r $minutes || ! -r $days ]]; then
        skip 'Apple over its splits' 'the shared market data is not there'
        exit 0
    fi
    work_folder
    over_days
    over_minutes
    finish
}

main
