#!/usr/bin/env bash
# kill.sh: the campaign of ../kill_campaign.sh with 300 kills.
set -euo pipefail
exec "$(dirname -- "${BASH_SOURCE[0]}")/../kill_campaign.sh" 300
