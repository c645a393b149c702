#!/usr/bin/env bash
# explain.sh: what `why`, the decisions, the signals and the summary say of a run whose numbers were
# reckoned by hand.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

# Averages of one and two closes, level, asked from the third bar on. By hand:
#   14:33 close 103, averages 103 and (101 + 103) / 2 = 102: buy, filled at the next open, 104,
#         which is 1 / 103 = 97.1 bps worse than 103
#   14:35 close 100, averages 100 and (105 + 100) / 2 = 102.5: sell, filled at 99, 100 bps worse;
#         the trade: 10 x (99 - 104) - 2 x $1 = -$52
#   14:36 close 99, averages 99 and 99.5: hold; nothing ends between 14:36 and 14:46
bars()
{
    cat <<'CSV'
symbol,ts_utc,open,high,low,close,volume
TEST,2024-01-02T14:30:00Z,100,100,100,100,500
TEST,2024-01-02T14:31:00Z,100,101,100,101,500
TEST,2024-01-02T14:32:00Z,101,103,101,103,500
TEST,2024-01-02T14:33:00Z,104,105,104,105,500
TEST,2024-01-02T14:34:00Z,105,105,100,100,500
TEST,2024-01-02T14:35:00Z,99,99,99,99,500
TEST,2024-01-02T14:45:00Z,99,99,98,98,500
CSV
}

config()
{
    sed -e 's/^mode: .*/mode: backtest/' -e 's/fast: 10 /fast: 1 /' -e 's/slow: 30 /slow: 2 /' \
        -e 's/trigger: cross/trigger: level/' -e 's/warmup_bars: 50/warmup_bars: 2/' \
        -e 's/quantity: 100 /quantity: 10 /' "$quickstart"
}

test_moments()
{
    "$bellwether" backtest -c small.yaml --data bars.csv --out runs/one >one.log
    "$bellwether" why TEST 09:33 --run runs/one >buy.log
    local line
    while IFS= read -r line; do
        check "the buy: $line" grep -qF -- "$line" buy.log
    done <<'LINES'
bar        2024-01-02 09:32 New York to 2024-01-02 09:33 New York, number 3 of the symbol
open 101, high 103, low 101, close 103, volume 500
sma_1 = 103
sma_2 = 102
held       nothing
over: 3 finished bars, asked from number 3 on
answer     buy: fast above slow
size       10 shares at $103.00, the last close: $1,030.00
max-order-notional       passes   $1,030.00, allowed at most $50,000.00
max-position-notional    passes   $1,030.00, allowed at most $60,000.00
buying-power             passes   $1,031.00, allowed at most $100,000.00
filled 10 at 104, 2024-01-02 09:33 New York
97.1 bps worse than the reference price 103, commission $1.00
in the end closed at 2024-01-02 09:35 New York, result -$52.00 after commissions
LINES
    expect 'the sale' 0 'answer     sell: fast not above slow' \
        "$bellwether" why TEST 2024-01-02T14:35:00Z --run runs/one
    expect 'the sale: what was held' 0 \
        'held       10 shares since 2024-01-02 09:33 New York at $104.00 on average' \
        "$bellwether" why TEST 2024-01-02T09:35 --run runs/one
    expect 'a hold has its reason' 0 'answer     hold: no reason to act' \
        "$bellwether" why TEST '2024-01-02 09:34' --run runs/one
    expect 'warm-up says how far it is' 0 'still running: 2 of 3 finished bars' \
        "$bellwether" why TEST 9:32 --run runs/one
    expect 'a time between bars means the one before' 0 'close 99, volume 500' \
        "$bellwether" why TEST 09:40 --run runs/one
    expect 'a time between bars is said to be one' 0 'the one before it ended at 2024-01-02 09:36' \
        "$bellwether" why TEST 09:40:30 --run runs/one
    expect 'a day means its last bar' 0 'close 98, volume 500' \
        "$bellwether" why TEST 2024-01-02 --run runs/one
}

test_refusal()
{
    sed 's/max_order_notional: \$50,000/max_order_notional: $1,000/' small.yaml >tight.yaml
    "$bellwether" backtest -c tight.yaml --data bars.csv --out runs/tight --decisions tight.jsonl \
        >tight.log
    expect 'a refusal has the numbers of its gate' 0 \
        'max-order-notional       REFUSES  $1,030.00, allowed at most $1,000.00' \
        "$bellwether" why TEST 09:33 --run runs/tight
    expect 'the report of signals says why not' 0 \
        'refused by max-order-notional: $1,030.00, allowed at most $1,000.00' \
        "$bellwether" report signals runs/tight
    check 'a run without trades names the command that counts the answers' \
        grep -qF 'why --summary --run runs/tight' tight.log
    check 'its summary says which signals it gave' \
        grep -qF '2 times fast above slow (1 ma_crossover)' tight.log
    expect 'the answers are counted' 0 '2  buy refused by max-order-notional: fast above slow' \
        "$bellwether" why --summary --run runs/tight
    expect 'holds are counted' 0 '3  hold: no reason to act' "$bellwether" why --summary TEST --run runs/tight
    check 'the refused decision has the gate with its numbers' grep -qF \
        '"verdicts":[{"gate":"max-order-notional","passed":false,"value":1030,"rule":"at most","limit":1000,' \
        tight.jsonl
}

test_modes()
{
    "$bellwether" run --once -c small.yaml --data bars.csv --decisions sim.jsonl >/dev/null
    "$bellwether" backtest -c small.yaml --data bars.csv --out runs/again --decisions back.jsonl \
        >/dev/null
    check 'a simulation decides as the backtest did' cmp sim.jsonl back.jsonl
    expect 'a log that holds its market needs no data file' 0 'answer     buy: fast above slow' \
        "$bellwether" why TEST 09:33
    expect 'without a run folder there is no log to read' 2 'which --no-run-dir does not keep' \
        "$bellwether" backtest -c small.yaml --data bars.csv --no-run-dir --decisions no.jsonl
    mv bars.csv elsewhere.csv
    expect 'data that is gone is named' 1 'bars.csv' "$bellwether" why TEST 09:33 --run runs/one
    mv elsewhere.csv bars.csv
}

test_usage()
{
    expect 'an unknown symbol, and the nearest' 1 'did you mean TEST?' \
        "$bellwether" why TSET 09:33 --run runs/one
    expect 'a time outside the run' 1 'its first bar ended at 2024-01-02 09:31 New York' \
        "$bellwether" why TEST 09:30 --run runs/one
    expect 'a time behind the run' 1 'outside the run' \
        "$bellwether" why TEST 2024-01-02T14:46:01Z --run runs/one
    expect 'a strategy that the run has not' 1 'did you mean ma_crossover' \
        "$bellwether" why TEST 09:33 --run runs/one --strategy ma_crosover
    expect 'no time' 2 'is no time' "$bellwether" why TEST yesterday --run runs/one
    expect 'no run' 1 'nowhere' "$bellwether" why TEST 09:33 --run nowhere
    expect 'no words at all' 2 'which symbol' "$bellwether" why
}

# The streams against the journal and against each other.
test_streams()
{
    "$bellwether" backtest -c "$workload" --data w.bwbars --out runs/w --decisions w.jsonl >/dev/null
    "$bellwether" data signals -c "$workload" --data w.bwbars --out signals.jsonl >signals.log
    "$bellwether" report signals runs/w --json >rows.json
    "$bellwether" why S000 2024-01-02T03:00:00Z --run runs/w --json >why.json
    check 'decisions equal the journal row by row, signals the orders, the report the fills' \
        python3 "$root/tests/explain_streams.py" runs/w/journal.db w.jsonl signals.jsonl rows.json \
        why.json
    check 'nothing is left of the log that signals were made of' \
        test -z "$(find . -maxdepth 1 -name 'signals.jsonl.*')"
    expect 'signals need a place that can be written' 1 'no/such' \
        "$bellwether" data signals -c "$workload" --data w.bwbars --out no/such/file.jsonl
}

main()
{
    work_folder
    bars >bars.csv
    config >small.yaml
    test_moments
    test_refusal
    test_modes
    test_usage
    "$bellwether" data synth --workload --bars 3000 --symbols 2 --seed 5 --out w.bwbars >/dev/null
    if command -v python3 >/dev/null; then
        test_streams
    else
        skip 'streams against the journal' 'python3 is not there to compare them'
    fi
    finish
}

main
