#!/usr/bin/env bash
# fuzz.sh SECONDS: each fuzz target for SECONDS, starting from its saved inputs.
# A finding is kept in build-fuzz/findings/; with its fix it moves to tests/corpus/TARGET/.
set -euo pipefail
# shellcheck source=tools/build.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/build.sh"

folder=build-fuzz

# fuzz_one TARGET SECONDS
fuzz_one()
{
    local target=$1 seconds=$2 log=$folder/$1.log status=0 seeds=() dictionary=() runs
    # New inputs go to the first folder, so saved ones stay as they are.
    mkdir -p "$folder/corpus/$target" "$folder/findings"
    if [[ -d tests/corpus/$target ]]; then
        seeds=("tests/corpus/$target")
    fi
    if [[ -f tests/corpus/$target.dict ]]; then
        dictionary=("-dict=tests/corpus/$target.dict")
    fi
    "$folder/tests/${target}_fuzz" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
        -print_final_stats=1 -artifact_prefix="$folder/findings/$target-" "${dictionary[@]}" \
        "$folder/corpus/$target" "${seeds[@]}" >"$log" 2>&1 || status=$?
    runs=$(awk '/number_of_executed_units/ { print $2 }' "$log")
    if [[ $status -eq 0 ]]; then
        echo "ok fuzz $target: ${runs:-?} runs, $((${#seeds[@]} > 0 ? $(find "${seeds[@]}" -type f | wc -l) : 0)) saved inputs"
    else
        tail -n 40 "$log" | sed 's/^/    /'
        echo "not ok fuzz $target (the log: $log, the input: $folder/findings/$target-*)"
    fi
}

if [[ ${1:-} == --one ]]; then
    fuzz_one "$2" "$3"
    exit 0
fi

seconds=$1
CC=clang build_configure "$folder" -Dfuzz=true -Dhardening=false
ninja -C "$folder"
shopt -s nullglob
targets=("$folder"/tests/*_fuzz)
if [[ ${#targets[@]} -eq 0 ]]; then
    echo "skip fuzz: no targets"
    exit 0
fi
# xargs, not background jobs: Ctrl-C reaches them.
printf '%s\n' "${targets[@]##*/}" | sed 's/_fuzz$//' |
    xargs -P "$(nproc)" -I{} "${BASH_SOURCE[0]}" --one {} "$seconds" | tee "$folder/fuzz.log"
! grep -q '^not ok' "$folder/fuzz.log"
