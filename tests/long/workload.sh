#!/usr/bin/env bash
# workload.sh: ../workload.sh with its ten million bars.
set -euo pipefail
BELLWETHER_LONG=1 exec "$(dirname -- "${BASH_SOURCE[0]}")/../workload.sh"
