#!/usr/bin/env bash
# wire.sh: a hundred thousand messages between a paper run and the exchange served, a fifth of them
# spoilt (src/cmd/paper_campaign_test.c); both sides' books are the same. BELLWETHER_SEED repeats a
# run.
set -euo pipefail

log=$(mktemp)
trap 'rm -f "$log"' EXIT
if BELLWETHER_EVENTS=100000 build-gcc/tests/cmd_paper_campaign_test >"$log" 2>&1; then
    echo 'ok a hundred thousand messages over the wire'
    grep '^# ' "$log" # said by ./check
else
    tail -n 20 "$log" | sed 's/^/    | /'
    echo 'not ok a hundred thousand messages over the wire'
    exit 1
fi
