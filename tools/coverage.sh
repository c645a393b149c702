#!/usr/bin/env bash
# coverage.sh: the unit tests of what guards the money take every branch of it.
#
# Lines with CHECK( or the comment CHECK-LINE are promises that no test can break; lcov leaves them
# out, and we print how many there are.
set -euo pipefail
# shellcheck source=tools/build.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/build.sh"

# FILE and the unit tests that must cover it.
covered='src/base/money.c base/money
src/core/ledger.c core/ledger
src/core/ledger.h core/ledger
src/core/order_states.c core/order_states
src/core/gates.c core/gates
src/core/sizing.c core/sizing'

folder=build-cov
left_out='CHECK\(|CHECK-LINE'

lcov_quiet()
{
    lcov --quiet --rc lcov_branch_coverage=1 --rc lcov_excl_line="$left_out" "$@"
}

# Prints "BRANCHES TAKEN LINES RUN" of FILE in the trace.
numbers()
{
    awk -v file="$PWD/$1" '
        /^SF:/ { ours = substr($0, 4) == file }
        ours && /^BRDA:/ { split($0, f, ","); b++; if (f[4] != "-" && f[4] > 0) t++ }
        ours && /^DA:/ { split($0, f, /[:,]/); l++; if (f[3] > 0) r++ }
        END { print b + 0, t + 0, l + 0, r + 0 }' "$folder/coverage.info"
}

# The places that no test reached, as FILE:LINE.
unreached()
{
    awk -v file="$PWD/$1" -v name="$1" '
        /^SF:/ { ours = substr($0, 4) == file }
        ours && /^BRDA:/ { split($0, f, /[:,]/); if (f[5] == "-" || f[5] == 0) print name ":" f[2] ": a branch" }
        ours && /^DA:/ { split($0, f, /[:,]/); if (f[3] == 0) print name ":" f[2] ": the line" }' \
        "$folder/coverage.info" | sort -t: -k2n -u
}

main()
{
    local file test tests=() targets=() status=0 branches taken lines run checks
    while read -r file test; do
        # A test may cover several files.
        if [[ -f $file && -f src/${test}_test.c && " ${tests[*]} " != *" $test "* ]]; then
            tests+=("$test")
            targets+=("tests/${test//\//_}_test")
        fi
    done <<<"$covered"
    CC=gcc build_configure "$folder" -Dtests=true -Dhardening=false -Doptimization=0 \
        -Db_coverage=true
    if [[ ${#tests[@]} -gt 0 ]]; then
        ninja -C "$folder" "${targets[@]}"
        find "$folder" -name '*.gcda' -delete
        meson test -C "$folder" --no-rebuild "${tests[@]}"
        lcov_quiet --capture --directory "$folder/src" --directory "$folder/tests" --output-file "$folder/coverage.info"
    fi
    while read -r file test; do
        if [[ ! -f $file || ! -f src/${test}_test.c ]]; then
            echo "not ok $file has no test src/${test}_test.c"
            status=1
            continue
        fi
        read -r branches taken lines run < <(numbers "$file")
        checks=$(grep -cE "$left_out" "$file" || true)
        if [[ $lines -gt 0 && $branches -eq "$taken" && $lines -eq "$run" ]]; then
            echo "ok $file: $taken of $branches branches, $run of $lines lines, $checks CHECK lines left out"
        else
            echo "not ok $file: $taken of $branches branches, $run of $lines lines, $checks CHECK lines left out"
            unreached "$file"
            status=1
        fi
    done <<<"$covered"
    return "$status"
}

main "$@"
