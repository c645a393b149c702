#!/usr/bin/env bash
# random.sh: random plans on a random market place, a million events (src/driver/closer_test.c), and
# random orders of every kind at the exchange alone, ten million (src/exchange/random_test.c).
# BELLWETHER_SEED repeats a run.
set -euo pipefail

# campaign NAME EVENTS PROGRAM: without --tap, which would drop what the test says of itself.
campaign()
{
    local log
    log=$(mktemp)
    if BELLWETHER_EVENTS=$2 "$3" >"$log" 2>&1; then
        echo "ok $1"
    else
        grep -v '^# seed ' "$log" | tail -n 20 | sed 's/^/    | /'
        echo "not ok $1"
        failed=1
    fi
    grep '^# ' "$log" | grep -v '^# seed ' || true # said by ./check
    rm -f "$log"
}

failed=0
campaign 'random plans through engine and exchange' 1000000 build-gcc/tests/driver_closer_test
campaign 'random orders at the exchange' 10000000 build-gcc/tests/exchange_random_test
exit "$failed"
