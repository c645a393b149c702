#!/usr/bin/env bash
# crosscheck.sh: our trades beside those of another backtester, on real prices of SPY, one by one.
#
# tests/golden/crosscheck.txt holds what backtesting.py made of the same rules; crosscheck.py beside
# it made the file and says where the two models differ. Compared are the times of entry and exit,
# shares, both prices and the result after commissions, each exactly.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

golden=$root/tests/golden/crosscheck.txt
minutes=$shared/data/equity/minute/bars_SPY_1min_20190211-20190215.csv.gz
fives=$shared/data/equity/minute/bars_SPY_5min_2018-2019.csv.gz
days=$shared/data/equity/daily/bars_SPY_1day_19980102-20210331.csv.gz

# write_config NAME LINE...: the lines go into the strategy.
write_config()
{
    local name=$1
    shift
    cat >"$name.yaml" <<END
mode: backtest
calendar: always
symbols: all
assume_adjusted: yes
cash: \$1,000,000
commission: {per_share: \$0.005, minimum: \$1}
strategies:
  - name: ma_crossover
    parameters: {fast: 10, slow: 30, trigger: cross, warmup_bars: 50}
    quantity: 300
$(printf '    %s\n' "$@")
limits:
  max_order_notional: 100%
  max_position_notional: 100%
  max_exposure: 100%
  max_open_positions: 1 position
  max_orders_per_session: 1000000 orders
  max_orders_per_strategy: 1000000 orders
  min_time_between_entries: 0s
  max_daily_loss: 100%
  max_portfolio_heat: 100%
  price_collar: 10%
END
}

# The closed trades of run $1 as lines of the golden file.
trades_of()
{
    "$bellwether" report journal "$1" --json | python3 -c '
import json, sys
for trade in json.load(sys.stdin)["trades"]:
    entry, leave = trade["entry"], trade["exit"]
    if trade["state"] == "closed":
        figures = "%.4f %.4f %.4f" % tuple(
            float(text) for text in (entry["price"], leave["price"], trade["result"]))
        print(sys.argv[1], entry["time"], leave["time"], entry["qty"], figures)
' "$1"
}

# run_case NAME FILE ROWS LINE...
run_case()
{
    local name=$1 file=$2 rows=$3
    shift 3
    write_config "$name" "$@"
    zcat "$file" | awk -v rows="$rows" 'NR <= rows + 1' >"$name.csv"
    "$bellwether" backtest -c "$name.yaml" --data "$name.csv" --out "$name" >"$name.log"
    trades_of "$name" >"$name.ours"
    grep "^$name " "$golden" >"$name.theirs"
    check "$name: all $(wc -l <"$name.theirs") trades are those of backtesting.py" \
        diff "$name.theirs" "$name.ours"
}

main()
{
    if [[ ! -r $minutes || ! -r $fives || ! -r $days ]]; then
        skip 'trades beside another backtester' 'the shared market data is not there'
        exit 0
    fi
    work_folder
    run_case market "$minutes" 1950 'frame: 1min'
    run_case bracket "$fives" 6000 'frame: 5min' 'exits: {stop: 0.3%, target: 0.6%, held_by: broker}'
    run_case trailing "$fives" 6000 'frame: 5min' 'exits: {trailing: 0.2%}'
    run_case limit "$days" 5849 'frame: 1d' 'entry: {order: limit -50bps, time_in_force: gtc}'
    finish
}

main
