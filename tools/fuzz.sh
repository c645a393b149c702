#!/usr/bin/env bash
# fuzz.sh: each fuzz target, starting from its saved inputs (tests/corpus/TARGET/).
#
#   fuzz.sh --runs N [SEED]     the saved inputs and N new ones made of them from SEED (1): the very
#                               same each time, so that a commit that passed passes again
#   fuzz.sh --seconds S [SEED]  S seconds of new inputs, from a seed that is drawn and printed, on
#                               top of what earlier runs found interesting (build-fuzz/corpus/)
#
# A finding is kept in build-fuzz/findings/; with its fix it moves to tests/corpus/TARGET/, whose
# files are unit tests in every build (tools/corpus_main.c).
set -euo pipefail
# shellcheck source=tools/build.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/build.sh"

folder=build-fuzz

# fuzz_one MODE AMOUNT SEED TARGET
fuzz_one()
{
    local mode=$1 amount=$2 seed=$3 target=$4 log=$folder/$4.log status=0 seeds=() options runs saved
    local grown=$folder/corpus/$target same_place=()
    options=("-seed=$seed" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1
        "-artifact_prefix=$folder/findings/$target-")
    if [[ $mode == --runs ]]; then
        # Nothing of earlier runs, of the clock (the limit is for a target that hangs) and of where
        # the kernel puts the program, which the fuzzer's choices depend on.
        grown=$(mktemp -d)
        if [[ $target == cmd_* ]]; then
            amount=$((amount / 10)) # each of its inputs is a whole run, read to the end
        fi
        options+=("-runs=$amount" -max_total_time=300 -reload=0)
        if setarch -R true 2>/dev/null; then
            same_place=(setarch -R)
        fi
    else
        options+=("-max_total_time=$amount")
    fi
    # New inputs go to the first folder, so saved ones stay as they are.
    mkdir -p "$grown" "$folder/findings"
    if [[ -d tests/corpus/$target ]]; then
        seeds=("tests/corpus/$target")
    fi
    if [[ -f tests/corpus/$target.dict ]]; then
        options+=("-dict=tests/corpus/$target.dict")
    fi
    "${same_place[@]}" "$folder/tests/${target}_fuzz" "${options[@]}" "$grown" "${seeds[@]}" \
        >"$log" 2>&1 || status=$?
    runs=$(awk '/number_of_executed_units/ { print $2 }' "$log")
    saved=$([[ ${#seeds[@]} -eq 0 ]] || find "${seeds[@]}" -type f | wc -l)
    if [[ $status -eq 0 ]]; then
        echo "ok fuzz $target: ${runs:-?} runs from seed $seed, ${saved:-0} saved inputs"
    else
        tail -n 40 "$log" | sed 's/^/    /'
        echo "not ok fuzz $target, seed $seed (the log: $log, the input: $folder/findings/$target-*)"
    fi
    if [[ $mode == --runs ]]; then
        rm -rf -- "$grown"
    fi
}

if [[ ${1:-} == --one ]]; then
    shift
    fuzz_one "$@"
    exit 0
fi

mode=${1:-}
if [[ $# -lt 2 || ! $mode =~ ^--(runs|seconds)$ ]]; then
    sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
fi
seed=${3:-1}
if [[ $mode == --seconds ]]; then
    seed=${3:-$((1 + SRANDOM % 2147483647))}
fi
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
    xargs -P "$(nproc)" -I{} "${BASH_SOURCE[0]}" --one "$mode" "$2" "$seed" {} |
    tee "$folder/fuzz.log"
! grep -q '^not ok' "$folder/fuzz.log"
