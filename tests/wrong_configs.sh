#!/usr/bin/env bash
# wrong_configs.sh: some two hundred configurations that cannot be meant (wrong_configs/cases.txt):
# each is refused before anything starts, with its place, its key and a remedy.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

main()
{
    work_folder
    if ! python3 "$root/tests/wrong_configs/run.py" "$bellwether" \
        "$root/tests/wrong_configs/cases.txt"; then
        failures=$((failures + 1))
    fi
    finish
}

main
