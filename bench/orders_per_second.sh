#!/usr/bin/env bash
# orders_per_second.sh: how many orders a second the served exchange takes, without its rate limit.
#
#   --short   3 rounds of 0.7 s instead of 5 s, held against half of the goal by the exchange's own
#             processor time, which some other work on the machine hardly changes. ./check runs this:
#             it only catches a step back
#
# Limit orders over four kept connections (bench/orders_client.c), each answer checked; an exchange of
# its own for each round, its start not counted. The goal is 20,000 a second, the median of the rounds
# by the wall. Where the exchange, which is never idle here, had less than nine tenths of a processor,
# other work had the rest, and nothing is judged. With --short half of a processor will do; with less
# than that its caches are never warm and what it does beside orders counts for too much, so that its
# processor time says nothing either.
#
# The status is 0 when the gate holds, and when nothing was judged.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../tests/lib.sh"

build=${BELLWETHER_BUILD:-$root/build}
rounds=3 seconds=5 connections=4 short=no
goal=20000 short_goal=10000 share_min=0.9 share_min_short=0.5

# Seconds of processor that the exchange has had.
processor_s()
{
    awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($12 + $13) / hz }' "/proc/$exchange_pid/stat"
}

# Appends to the files rate, own_rate (by its processor time) and share (of a processor).
measure_round()
{
    local before after
    serve_exchange --synth 7 --rate-limit 0
    before=$(processor_s)
    if ! "$build/bench/orders_client" "${http##*:}" "$seconds" "$connections" >orders.json 2>client.log; then
        not_ok 'every order is accepted, every cancel carried out' client.log
        exit 1
    fi
    after=$(processor_s)
    end_exchange TERM
    sed 's/[^0-9. ]//g' orders.json | awk -v own="$(awk "BEGIN { print $after - $before }")" '
        { print $1 / $3 >>"rate"; print $1 / own >>"own_rate"; print own / $3 >>"share" }'
}

# median FILE
median()
{
    sort -g "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# judge NAME FILE LIMIT
judge()
{
    local value
    value=$(median "$2")
    if awk -v value="$value" -v limit="$3" 'BEGIN { exit !(value >= limit) }'; then
        printf 'ok %s: %.0f, at least %d\n' "$1" "$value" "$3"
    else
        not_ok "$(printf '%s: %.0f, at least %d' "$1" "$value" "$3")"
    fi
}

# judge_undisturbed NAME FILE LIMIT SHARE: unless the exchange had less than SHARE of a processor.
judge_undisturbed()
{
    local share
    share=$(median share)
    if awk -v share="$share" -v least="$4" 'BEGIN { exit !(share < least) }'; then
        skip "$1" "the machine is disturbed: the exchange had $(printf '%.2f' "$share") of a processor, not $4"
    else
        judge "$1" "$2" "$3"
    fi
}

main()
{
    local round
    if [[ ${1:-} == --short ]]; then
        short=yes seconds=0.7
    elif [[ $# -gt 0 ]]; then
        sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}" >&2
        exit 2
    fi
    work_folder
    if ! ninja -C "$build" bench/orders_client >build.log 2>&1; then
        cat build.log >&2
        exit 1
    fi
    for ((round = 0; round < rounds; round++)); do
        measure_round
    done
    printf '# orders a second: %.0f, by processor time of the exchange %.0f (it had %.0f %% of one)\n' \
        "$(median rate)" "$(median own_rate)" "$(awk "BEGIN { print 100 * $(median share) }")"
    if [[ $short == yes ]]; then
        judge_undisturbed 'orders a second of processor time' own_rate "$short_goal" \
            "$share_min_short"
    else
        judge_undisturbed 'orders a second' rate "$goal" "$share_min"
    fi
    finish
}

main "$@"
