#!/usr/bin/env bash
# validate.sh: `validate` says what a config means and could lose, `init` writes one that it accepts.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

bars()
{
    printf '%s\n' symbol,ts_utc,open,high,low,close,volume \
        AAPL,2019-02-11T14:30:00Z,184,186,183,184,1000 AAPL,2019-02-11T14:31:00Z,184,186,183,185,1000 \
        SPY,2019-02-11T14:30:00Z,19,21,18,19,1000 SPY,2019-02-11T14:31:00Z,19,21,18,19.5,1000
}

# small SED-SCRIPT: the quickstart with $2,000 that buys for 1 % of it, changed by the script.
small()
{
    # shellcheck disable=SC2016 # dollar signs of the text itself
    sed -e 's/^cash: .*/cash: $2,000/' -e 's/quantity: .*/size: {equity: 1%}/' -e "$1" "$quickstart"
}

test_examples()
{
    local file
    for file in "$root"/examples/*.yaml "$root"/bench/workload.yaml; do
        [[ $file != */faults.yaml ]] || continue # a script for the exchange
        expect "validate accepts $(basename "$file")" 0 'most this config can lose today: $' \
            "$bellwether" validate -c "$file"
    done
    expect "a paper run's cash and fills are the broker's" 0 "broker     Alpaca's paper account" \
        "$bellwether" validate -c "$root/examples/paper.yaml"
}

# shellcheck disable=SC2016 # dollar signs of the texts themselves
test_money()
{
    expect 'the money sentence' 0 \
        'today: $2,000; per trade $50,000; at most 10 positions, $100,000 invested' \
        "$bellwether" validate -c "$quickstart"
    small '' >small.yaml
    expect 'no order can result where a share costs more than the size' 0 \
        '1% of $2,000 is $20, AAPL costs $185' "$bellwether" validate -c small.yaml --data bars.csv
    expect 'it says for how many' 0 'no order can result for 1 of 2 pairs' \
        "$bellwether" validate -c small.yaml --data bars.csv
    small 's/equity: 1%/equity: 0.5%/' >smaller.yaml
    expect 'a config that can trade nothing is told so' 0 'THIS CONFIG TRADES NOTHING' \
        "$bellwether" validate -c smaller.yaml --data bars.csv
    expect 'a config that can trade all is told so' 0 'every strategy can trade each of its symbols' \
        "$bellwether" validate -c "$quickstart" --data bars.csv
    "$bellwether" validate -c small.yaml --data bars.csv --json >small.json
    check 'JSON holds the same figures' python3 - small.json <<'PYTHON'
import json, sys
said = json.load(open(sys.argv[1]))
assert said["most"]["lost_today"]["value"] == "40", said
assert said["most"]["lost_per_trade"]["value"] == "20", said
assert said["most"]["positions"]["value"] == 2, said
assert [row["symbol"] for row in said["no_order_possible"]] == ["AAPL"], said
assert said["limits"]["price_collar"] == "0.5%", said
PYTHON
}

test_data()
{
    small 's/^symbols: all/symbols: [AAPL, MSFT]/' >symbols.yaml
    expect 'a symbol that the data does not hold is refused' 1 'MSFT' \
        "$bellwether" validate -c symbols.yaml --data bars.csv
    small 's/frame: 1min/frame: 30s/; s/^bar: .*//' >frame.yaml
    expect 'a frame finer than the data is refused' 2 'works on 30s bars, the data holds 1min bars' \
        "$bellwether" validate -c frame.yaml --data bars.csv
    small '/^bar: /d; s/quantity.*//; s/    frame: 1min/    symbols: [QQQ]\n    frame: 1min/' >book.yaml
    expect 'a symbol of one strategy that the data does not hold is refused' 2 'names QQQ' \
        "$bellwether" validate -c book.yaml --data bars.csv
    small 's/^bar: .*/tz: Mars\/Olympus/' >zone.yaml
    expect 'a zone that the machine does not know is refused' 2 'knows no time zone' \
        "$bellwether" validate -c zone.yaml --data bars.csv
    small 's/^bar: .*/actions: nowhere.csv/' >actions.yaml
    expect 'an actions file that is not there is named' 1 'nowhere.csv' \
        "$bellwether" validate -c actions.yaml
    expect 'validate wants a config' 2 'Give -c FILE' "$bellwether" validate
    expect 'a config that is not there is named' 2 'nowhere.yaml: error: cannot be read' \
        "$bellwether" validate -c nowhere.yaml
}

test_init()
{
    expect 'init writes a config without asking where there is no terminal' 0 \
        'written: new/bellwether.yaml' "$bellwether" init new
    expect 'validate accepts it' 0 'may run' "$bellwether" validate -c new/bellwether.yaml
    cp new/bellwether.yaml before.yaml
    expect 'init replaces nothing' 2 'is there already' "$bellwether" init new
    check 'what was there stays as it was' cmp before.yaml new/bellwether.yaml
    expect 'init says that nothing needs keys yet' 0 'No key file' "$bellwether" init
    check 'without a folder it writes here' test -f bellwether.yaml
    expect 'init takes one folder' 2 'one folder is enough' "$bellwether" init a b
    expect 'init names a folder that cannot be made' 1 'bars.csv' "$bellwether" init bars.csv/x
}

# answer FOLDER TEXT: init at a terminal, answered with the lines of the text.
answer()
{
    printf '%b' "$2" | timeout 60 script -qec "$bellwether init $1" /dev/null >answer.log 2>&1
}

test_questions()
{
    if ! script -qec true /dev/null >/dev/null 2>&1; then
        skip 'init at a terminal' 'there is no script(1) or no pseudo-terminal'
        return
    fi
    answer asked '$50,000\nbars.csv\nma_crossover\n0.5%\n3%\n' || true
    check 'answers stand in the file' grep -q '^cash: \$50,000 ' asked/bellwether.yaml
    check 'a data file gives its symbols' grep -q '^symbols: \[AAPL, SPY\]' asked/bellwether.yaml
    check 'a data file gives its bar' grep -q '^bar: 1min' asked/bellwether.yaml
    expect 'validate accepts the answers' 0 '0.5% of the equity' \
        "$bellwether" validate -c asked/bellwether.yaml --data bars.csv
    answer again '50000\n$60,000\nSPY, QQQ\n\n\n\n' || true
    check 'a bare number is asked again' grep -q '^cash: \$60,000 ' again/bellwether.yaml
    check 'an empty answer is the default' grep -q 'name: ma_crossover' again/bellwether.yaml
    answer ended '$1,000\n\004' || true
    check 'an end of the answers writes nothing' test ! -e ended/bellwether.yaml
}

# A strategy trades only the symbols that it names; the others are another strategy's.
test_symbols()
{
    awk -F, 'NR == 1 { print; next } { for (i = 0; i < 60; i++) printf "%s,2019-02-11T%02d:%02d:00Z,%s,%s,%s,%s,%s\n", \
        $1, 14 + int((30 + i) / 60), (30 + i) % 60, $3, $4, $5, $6, $7 }' \
        <(printf '%s\n' h,h,h,h,h,h,h AAPL,x,184,186,183,184,1000 SPY,x,19,21,18,19,1000) |
        sed '1s/.*/symbol,ts_utc,open,high,low,close,volume/' >two.csv
    small 's/    quantity: .*//; s/  - name: ma_crossover/  - name: quick_test\n    symbols: [SPY]/
        /^    parameters:/,/warmup_bars/d; s/^cash: .*/cash: $100,000/' >spy.yaml
    expect 'validate says which symbols a strategy trades' 0 'on 1min bars of SPY' \
        "$bellwether" validate -c spy.yaml --data two.csv
    expect 'it counts only those' 0 'at most 1 position,' "$bellwether" validate -c spy.yaml
    "$bellwether" backtest -c spy.yaml --data two.csv --out runs/spy --json >spy.json
    check 'the strategy is asked about its own symbol only' \
        grep -qE '"evaluations": *10,' spy.json
    expect 'why says that a symbol is not its own' 0 'trades other symbols of the run' \
        "$bellwether" why AAPL 10:20 --run runs/spy
    expect 'why --json, too' 0 '"outcome": "other-symbols"' \
        "$bellwether" why AAPL 10:20 --run runs/spy --json
    expect 'gates read such a config' 0 'max-order-notional' "$bellwether" gates -c spy.yaml
    check 'the run replays' "$bellwether" replay runs/spy --verify
}

# seed_of FILE: the exchange's seed in a result.
seed_of()
{
    sed -n 's/.*"exchange_seed": *"\([0-9]*\)".*/\1/p' "$1"
}

# Without a seed one is drawn and told; with that one the same happens again.
test_seed()
{
    local drawn
    sed '/^  seed:/d' "$root/examples/mock_broker.yaml" >chance.yaml
    "$bellwether" run --once -c chance.yaml --json >chance.json
    drawn=$(seed_of chance.json)
    check 'a seed is drawn' test "${drawn:-0}" -gt 0
    sed "s/^exchange:/&\n  seed: $drawn/" chance.yaml >again.yaml
    "$bellwether" run --once -c again.yaml --json >again.json
    check 'the config can say it' test "$(seed_of again.json)" = "$drawn"
    check 'then the same happens' test "$(grep -o '"decision_hash": *"[0-9a-f]*"' chance.json)" = \
        "$(grep -o '"decision_hash": *"[0-9a-f]*"' again.json)"
    "$bellwether" run --once -c chance.yaml --json >other.json
    check 'another run draws another one' test "$(seed_of other.json)" != "$drawn"
    expect 'the summary tells it' 0 'drawn; the same again: exchange: {seed: ' \
        "$bellwether" run --once -c chance.yaml
    check 'a run with a drawn seed replays' "$bellwether" replay last --verify
    "$bellwether" run -c chance.yaml --state state --speed 30000 >run.log 2>&1 &
    sleep 1
    kill -9 $! && wait $! 2>/dev/null || true
    expect 'killed, it goes on with the same seed' 0 'drawn; the same again' \
        "$bellwether" run --once -c chance.yaml --state state
    check 'and replays as one run' "$bellwether" replay last --verify
    "$bellwether" run --once -c "$quickstart" --json >plain.json
    check 'without chance there is no seed' grep -q '"exchange_seed": *null' plain.json
}

main()
{
    work_folder
    bars >bars.csv
    test_examples
    test_money
    test_data
    test_init
    test_questions
    test_symbols
    test_seed
    finish
}

main
