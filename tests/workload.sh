#!/usr/bin/env bash
# workload.sh: the common workload comes to the fills and the equity that every other program that
# ran it came to, to the last digit. The ten million bars are left to BELLWETHER_LONG=1.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

cache=$root/build/bench-data

# NAME|BARS|SYMBOLS|SEED|FILLS|EQUITY|MAX DRAWDOWN
rows='100k|100000|1|42|3917|9995992.375|4481.8125
1m|1000000|1|42|38846|9963654.78125|36646.375
50x100k|100000|50|1000|194579|9806639.75|193722.9375
10m|10000000|1|42|390031|9602133.84375|398269.25'

run_row()
{
    local name=$1 bars=$2 symbols=$3 seed=$4 fills=$5 equity=$6 drawdown=$7 file=$cache/$1.bwbars
    if [[ ! -e $file ]]; then
        "$bellwether" data synth --workload --bars "$bars" --symbols "$symbols" --seed "$seed" \
            --out "$file" >/dev/null
    fi
    if ! "$bellwether" backtest -c "$workload" --no-run-dir --json --data "$file" \
        >result.json 2>error.txt; then
        not_ok "$name: runs" error.txt
        return
    fi
    same "$name: fills" fills "$fills"
    same "$name: final equity" final_equity "$equity"
    same "$name: largest drawdown" max_drawdown "$drawdown"
}

same()
{
    local name=$1 key=$2 expected=$3 got
    got=$(json_field result.json "$key")
    if [[ $got == "$expected" ]]; then
        ok "$name $expected"
    else
        not_ok "$name $expected: it is ${got:-missing}"
    fi
}

main()
{
    local name bars symbols seed fills equity drawdown
    work_folder
    mkdir -p "$cache"
    while IFS='|' read -r name bars symbols seed fills equity drawdown; do
        if [[ $name == 10m && ${BELLWETHER_LONG:-} != 1 ]]; then
            skip "$name: fills, final equity and drawdown" 'only with BELLWETHER_LONG=1'
            continue
        fi
        run_row "$name" "$bars" "$symbols" "$seed" "$fills" "$equity" "$drawdown"
    done <<<"$rows"
    finish
}

main
