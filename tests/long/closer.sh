#!/usr/bin/env bash
# closer.sh: random plans on a random market place, a million events (src/driver/closer_test.c).
set -euo pipefail
BELLWETHER_EVENTS=1000000 exec build-gcc/tests/driver_closer_test --tap
