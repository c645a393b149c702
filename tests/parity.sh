#!/usr/bin/env bash
# parity.sh: the same config over the same bars as a backtest, as a simulation, and as a paper run
# through real sockets: one hash of decisions and one of fills.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

# A day over sockets takes seconds, on a loaded machine a minute.
expect_s=300 # shellcheck disable=SC2034

minutes=$shared/data/equity/minute
work_folder

# config SYMBOLS: examples/paper.yaml for these.
config()
{
    sed "s/^symbols: .*/symbols: [$1]/" "$root/examples/paper.yaml" >paper.yaml
}

# parity NAME FILE...: equal, and something was traded.
parity()
{
    local name=$1 file data=()
    shift
    for file in "$@"; do
        data+=(--data "$file")
    done
    expect "$name: three runs, one hash" 0 'parity: equal' \
        "$bellwether" parity -c paper.yaml "${data[@]}"
    check "$name: something was traded" \
        awk '$1 == "paper" && $4 > 0 { found = 1 } END { exit !found }' expect.log
    grep -E '^(backtest|paper) ' expect.log | sed 's/^/    /'
}

if [[ -d $minutes ]]; then
    config SPY
    parity 'SPY, 2023-08-03' "$minutes/bars_SPY_1min_20230803-20230803.csv.gz"
    config AAPL
    parity 'AAPL, June 2014, raw over its split' "$minutes/bars_AAPL_1min_20140605-20140609.csv.gz"
    config 'SPY, QQQ, AAPL'
    parity 'SPY, QQQ and AAPL, a week of February 2019' \
        "$minutes"/bars_{SPY,QQQ,AAPL}_1min_20190211-20190215.csv.gz
else
    skip 'parity on real days' "$minutes is not there"
fi
for share in 0.05% 0.01%; do
    "$bellwether" data synth --market --seed 1 --sessions 1 --symbols SPY,QQQ,AAPL \
        --out day-1.bwbars >/dev/null
    sed "s/^  account: margin 2x/&\n  max_volume_share: $share/; s/limit 10bps/market/; \
        s/time_in_force: day/time_in_force: gtc/" "$root/examples/paper.yaml" >paper.yaml
    parity "fills in parts, $share of the volume" day-1.bwbars
done
for seed in 1 2 3 4 5; do
    "$bellwether" data synth --market --seed "$seed" --sessions 1 --symbols SPY,QQQ,AAPL \
        --out "day-$seed.bwbars" >/dev/null
    config 'SPY, QQQ, AAPL'
    parity "synthetic day of seed $seed" "day-$seed.bwbars"
done

sed 's/^commission: .*/commission: $1/' paper.yaml >costly.yaml
expect 'commissions are not on the wire, and that is said' 2 "commission: \$0" \
    "$bellwether" parity -c costly.yaml --data day-1.bwbars
sed 's/^  account: margin 2x/  latency: 2s\n&/' paper.yaml >late.yaml
expect 'latency falls into bars, and that is said' 2 'latency: 0s' \
    "$bellwether" parity -c late.yaml --data day-1.bwbars
finish
