#!/usr/bin/env bash
# power.sh: ../power_cut.sh with 300 cuts.
set -euo pipefail
exec "$(dirname -- "${BASH_SOURCE[0]}")/../power_cut.sh" 300
