#!/usr/bin/env bash
# halts.sh: two days at the exchange served, as two programs, in which it halts symbols again and
# again: no entry goes out there, everything else goes on, and what was sent to be sold is sold when
# trading goes on; the same with kill -9 in between.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

# Two days over sockets take seconds, on a loaded machine minutes.
# shellcheck disable=SC2034 # used by lib.sh
expect_s=300

export APCA_API_KEY_ID=PKHALTS APCA_API_SECRET_KEY=halts

serve()
{
    serve_exchange --plain-bars --step --data days.bwbars --rate-limit 0 --faults halts.yaml
    paper=("$bellwether" run -c paper.yaml --trading-url "http://$http"
        --exchange-admin "http://$admin" --json --requests-per-minute 100000)
}

# count SQL: what it counts in the last run's journal, where `halts` has each halt's symbol, first and
# last slot, and its end.
count()
{
    sqlite3 -readonly "$(last_run)/journal.db" "
        WITH halts AS (
            SELECT b.symbol AS symbol, b.slot AS first, min(e.slot) AS last, e.ts_ns AS end_ns
            FROM conditions b LEFT JOIN conditions e
                ON e.condition = 'halted' AND e.symbol = b.symbol AND e.begins = 0 AND e.slot > b.slot
            WHERE b.condition = 'halted' AND b.begins = 1
            GROUP BY b.slot)
        SELECT count(*) $1"
}

# is NAME COMPARISON NUMBER SQL
is()
{
    local got
    got=$(count "$4")
    check "$1: $got" test "$got" "$2" "$3"
}

# what_halts_do NAME: of the last run.
what_halts_do()
{
    local of_it='o.symbol = h.symbol AND o.slot BETWEEN h.first AND h.last'
    is "$1: halts" -ge 20 'FROM halts'
    is "$1: halts that never end" -eq 0 'FROM halts WHERE last IS NULL'
    is "$1: symbols halted twice at once" -eq 0 "FROM halts o JOIN halts h
        ON o.symbol = h.symbol AND o.first > h.first AND o.first < h.last"
    is "$1: entries refused" -ge 5 "FROM decisions WHERE verdict = 'trading-halted'"
    is "$1: refused where nothing was halted" -eq 0 "FROM decisions o WHERE verdict = 'trading-halted'
        AND NOT EXISTS (SELECT 1 FROM halts h WHERE $of_it)"
    is "$1: entries into a halted symbol" -eq 0 "FROM orders o JOIN halts h ON $of_it
        WHERE o.role = 'entry'"
    is "$1: entries into others meanwhile" -ge 10 "FROM orders o JOIN halts h
        ON o.symbol <> h.symbol AND o.slot BETWEEN h.first AND h.last WHERE o.role = 'entry'"
    is "$1: exits of a halted symbol" -ge 5 "FROM orders o JOIN halts h ON $of_it
        WHERE o.role = 'exit'"
    is "$1: exits of one trade in one halt, beyond the first" -eq 0 "FROM orders o JOIN halts h
        ON $of_it JOIN orders p ON p.trade_id = o.trade_id AND p.slot > o.slot AND p.slot < h.last
        WHERE o.role = 'exit' AND p.role = 'exit'"
    # A bar is filled at as a whole, also that in which the halt ends.
    is "$1: exits sold before trading goes on" -eq 0 "FROM orders o JOIN halts h ON $of_it
        JOIN fills f ON f.order_id = o.order_id
        WHERE o.role = 'exit' AND f.ts_ns < h.end_ns - 60000000000"
    is "$1: exits never sold" -eq 0 "FROM orders o JOIN halts h ON $of_it
        WHERE o.role = 'exit' AND NOT EXISTS (SELECT 1 FROM fills f WHERE f.order_id = o.order_id)"
}

what_stays()
{
    expect "$1: its replay decides the same" 0 'byte for byte' "$bellwether" replay last --verify
    expect "$1: log, journal and summary agree" 0 'ok   result' "$bellwether" verify last
    check "$1: cash is the exchange's" test "$(json_field "$(last_run)/result.json" final_cash)" = \
        "$(curl -s -m 10 "http://$admin/ledger" | sed 's/.*"cash":"\([^"]*\)".*/\1/')"
}

days_to_their_end()
{
    local when
    serve
    expect 'two days are traded to their end' 0 '"mode": "paper"' "${paper[@]}"
    cp expect.log run.log
    what_halts_do 'two days'
    what_stays 'two days'
    check 'it was said' grep -q 'trading in SPY is halted: no entries there' run.log
    expect 'gates count it' 0 'trading-halted' "$bellwether" gates --run last
    when=$(sqlite3 -readonly "$(last_run)/journal.db" "SELECT symbol || ' ' || ts FROM decisions
        WHERE verdict = 'trading-halted' LIMIT 1")
    # shellcheck disable=SC2086 # a symbol and a time
    expect 'why tells it' 0 'trading-halted' "$bellwether" why --run last $when
    end_exchange TERM
}

# A start takes over what the log says is halted.
days_with_kills()
{
    local kills=0 tries status=1
    rm -rf accounts runs
    serve
    for ((tries = 0; tries < 60 && status != 0; tries++)); do
        "${paper[@]}" >paper.log 2>&1 &
        child=$!
        if [[ $tries -lt 12 ]]; then
            sleep "0.$((RANDOM % 6 + 3))"
            if kill -9 "$child" 2>/dev/null; then kills=$((kills + 1)); fi
        fi
        status=0
        wait "$child" 2>/dev/null || status=$?
        child=''
    done
    if [[ $status -eq 0 ]]; then ok "two days with $kills kills are traded to their end"; else
        not_ok "two days with $kills kills: status $status" paper.log
    fi
    is 'with kills: halts' -ge 20 'FROM halts'
    is 'with kills: halts that never end' -eq 0 'FROM halts WHERE last IS NULL'
    is 'with kills: entries into a halted symbol' -eq 0 "FROM orders o JOIN halts h
        ON o.symbol = h.symbol AND o.slot BETWEEN h.first AND h.last WHERE o.role = 'entry'"
    what_stays 'with kills'
    end_exchange TERM
}

work_folder
mkdir -m 700 runtime
export XDG_RUNTIME_DIR=$work/runtime
"$bellwether" data synth --market --seed 3 --sessions 2 --symbols SPY,QQQ,AAPL --out days.bwbars \
    >/dev/null
cat >halts.yaml <<'END'
seed: 5
rules:
  - {what: halt, symbol: SPY, for: 4min, probability: 8%}
  - {what: halt, symbol: QQQ, for: 6min, probability: 6%}
END
# Bars of five minutes, so that there is something to decide on in a halt of a part of them.
cat >paper.yaml <<'END'
mode: paper
calendar: XNYS
symbols: [SPY, QQQ, AAPL]
bar: 5min
cash: $100,000
commission: $0
exchange: {account: margin 2x}
strategies:
  - name: quick_test
    parameters: {threshold: 0.00005, warmup_bars: 2}
    frame: 5min
    capital: 50%
    size: {equity: 10%}
    exits: {stop: 0.3%, time_limit: 10min}
  - name: momentum
    parameters: {lookback: 1, warmup_bars: 5}
    frame: 5min
    capital: 50%
    size: {equity: 10%}
    exits: {stop: 0.3%, time_limit: 10min}
limits:
  max_order_notional: 100%
  max_position_notional: 100%
  max_exposure: 200%
  max_open_positions: 10 positions
  max_orders_per_session: 100000 orders
  max_orders_per_strategy: 100000 orders
  min_time_between_entries: 0s
  max_daily_loss: 100%
  max_portfolio_heat: 100%
  price_collar: 500bps
END
days_to_their_end
days_with_kills
finish
