#!/usr/bin/env bash
# power_cut.sh [CUTS]: a paper run whose power is cut at each of CUTS places of a day (16, or CUTS from
# the environment), started again, and traded to its end.
#
# Places are counted in calls of the kernel (power_cut.c), so that they are between any two steps: a
# log in the making, an order in the log and not on the disk, on the disk and not sent, sent and not
# answered. Half the cuts come before the call, half behind it; what was not synced is lost, in half of them
# by chance sector by sector. At the end of the day the books have to be the exchange's, fill by fill in
# number and in cash to the last cent, nothing may be left open, and the log has to give the same decisions
# again. Most days end as the day without a cut; one whose order was in the log and not sent has that order
# given up.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

cuts=${1:-${CUTS:-16}}
limit_s=120
beginning=60 # calls, until the log is made and the first orders are looked for; each fifth cut is there
export APCA_API_KEY_ID=PKPOWER APCA_API_SECRET_KEY=power

serve()
{
    rm -rf accounts runs
    serve_exchange --plain-bars --step --data day.bwbars --rate-limit 0
    paper=("$bellwether" run -c paper.yaml --trading-url "http://$http" --exchange-admin "http://$admin"
        --json --requests-per-minute 100000)
}

# ours, theirs: fills, cash and what is open at the end of the day, by the last run and by the exchange.
ours()
{
    local result
    result=$(last_run)/result.json
    printf '%s fills, cash %s, %s open\n' "$(json_field "$result" fills)" \
        "$(json_field "$result" final_cash)" "$(json_field "$result" trades_open)"
}

theirs()
{
    printf '%s fills, cash %s, %s open\n' "$(ledger activities)" "$(ledger cash)" \
        "$(curl -s -m 10 "http://$admin/ledger" | grep -o '"qty"' | wc -l)"
}

# The day without a cut; sets calls and wanted.
whole_day()
{
    serve
    LD_PRELOAD=$work/power_cut.so CUT_COUNT=$work/count timeout "$limit_s" "${paper[@]}" >paper.log 2>&1
    calls=$(<count)
    whole=$(ours)
    end_exchange TERM
}

# cut_at PLACE WHEN LOSES
cut_at()
{
    local status=0 got
    serve
    LD_PRELOAD=$work/power_cut.so CUT_AT=$1 CUT_WHEN=$2 CUT_LOSES=$3 timeout "$limit_s" \
        "${paper[@]}" >cut.log 2>&1 || status=$?
    if [[ $status -ne 137 ]]; then
        not_ok "the power is cut at call $1 of $calls: status $status" cut.log
        end_exchange TERM
        return
    fi
    status=0
    timeout "$limit_s" "${paper[@]}" >again.log 2>&1 || status=$?
    got=$(ours)
    if [[ $status -eq 0 && $got == "$(theirs)" && $got == *', 0 open' ]] &&
        "$bellwether" replay last --verify >replay.log 2>&1; then
        survived=$((survived + 1))
        [[ $got != "$whole" ]] || same=$((same + 1))
    else
        not_ok "cut $2 call $1 of $calls ($3 unsynced is lost): status $status, $got; the exchange has $(theirs)" \
            again.log replay.log
    fi
    end_exchange TERM
}

main()
{
    local i place tried=0
    local -a when=(before after before after) loses=(all all some some)
    survived=0 same=0
    work_folder
    gcc -D_GNU_SOURCE -std=gnu17 -O1 -Wall -Wextra -Werror -shared -fPIC "$root/tests/power_cut.c" \
        -o power_cut.so
    "$bellwether" data synth --market --seed 3 --sessions 1 --symbols SPY,QQQ,AAPL --out day.bwbars \
        >/dev/null
    cp "$root/examples/paper.yaml" .
    mkdir -m 700 runtime
    export XDG_RUNTIME_DIR=$work/runtime
    whole_day
    check "the day has trades, and calls to be cut at: $whole, $calls calls" \
        test "$calls" -gt 500 -a "${whole#0 fills}" = "$whole"
    for ((i = 0; i < cuts; i++)); do
        place=$((i * calls / cuts + 1 + RANDOM % (calls / cuts)))
        [[ $((i % 5)) -ne 0 ]] || place=$((RANDOM % beginning + 1))
        cut_at "$place" "${when[i % 4]}" "${loses[i % 4]}"
        tried=$((tried + 1))
    done 2>/dev/null # the shell tells of each kill
    check "after $survived of $tried cuts the books are the exchange's; $same days are the same as without" \
        test "$survived" -eq "$tried"
    finish
}

main
