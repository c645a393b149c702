#!/usr/bin/env bash
# stages.sh: the stages of ./check, in order. `tools/stages.sh NAME` runs one, from the root of the
# tree; ./check sources the table and does the timing, logging and counting.
#
# A stage succeeds or fails by its status. One that runs many tests counts them with `tally`; what
# the reader of ./check should see goes through `note`.
set -euo pipefail

# NAME|TITLE|WHEN
stages='format|clang-format leaves every file unchanged|
layers|includes point one way; clock and floats stay in their places|
gcc|gcc: build and unit tests|
pure|the pure library calls nothing from outside|
hardening|the program carries its hardening|
clang|clang: build and unit tests|
asan|ASan, UBSan, LSan: build and unit tests|
analyzers|gcc -fanalyzer on the pure side, clang --analyze on everything|
coverage|every branch of money, ledger and order states|
fuzz|fuzz targets: saved inputs, and new ones from a fixed seed|
e2e|end to end: tests/*.sh|
sdk|the official Alpaca SDKs, unchanged, on our exchange|
hash|one decision hash: strategies, orders; compilers, processors|
bench|short benchmark|
fuzz-long|fuzz targets, ten minutes each, from a new seed|long
campaigns|campaigns: tests/long/*.sh|long'

stage_names()
{
    cut -d'|' -f1 <<<"$stages"
}
stage_known()
{
    stage_names | grep -x -- "$1" >/dev/null
}
stage_title()
{
    awk -F'|' -v name="$1" '$1 == name { print $2 }' <<<"$stages"
}
stage_is_long()
{
    grep -q "^$1|.*|long\$" <<<"$stages"
}
stage_list()
{
    awk -F'|' '{ printf "%-10s %s%s\n", $1, $2, ($3 == "long" ? " (--long)" : "") }' <<<"$stages"
}

# tally FILE: counts its TAP lines; a skipped test is `ok ... # SKIP` or `skip NAME: why`.
tally()
{
    awk '/^ok / { if (/# SKIP/) s++; else p++ } /^not ok / { f++ } /^skip / { s++ }
         END { print p + 0, f + 0, s + 0 }' "$1" >>"${COUNTS:-/dev/null}"
}

note()
{
    printf '%s\n' "$*"
    printf '%s\n' "$*" >>"${NOTES:-/dev/null}"
}

# run_counted COMMAND...: its TAP lines are counted; its remarks (`# ...`) are shown, or, when it
# makes none, what was `ok`.
run_counted()
{
    local out status=0
    out=$(mktemp)
    "$@" >"$out" || status=$?
    cat "$out"
    tally "$out"
    if ! grep '^# ' "$out"; then
        sed -n 's/^ok //p' "$out"
    fi | sed 's/^# //' >>"${NOTES:-/dev/null}"
    rm -f "$out"
    return "$status"
}

# Builds all of FOLDER and runs its unit tests, or those named.
unit_tests()
{
    local folder=$1 status=0
    shift
    ninja -C "$folder"
    meson test -C "$folder" --no-rebuild "$@" || status=$?
    cat "$folder/meson-logs/testlog.txt"
    tally "$folder/meson-logs/testlog.txt"
    return "$status"
}

stage_format()
{
    local files
    mapfile -t files < <(find src tests bench tools -name '*.[ch]' -o -name '*.cpp' | sort)
    clang-format --dry-run -Werror "${files[@]}"
    note "${#files[@]} files"
}

stage_layers()
{
    tools/check_layers.sh
    note "$(tools/check_layers.sh | tail -n 1)"
}

stage_gcc()
{
    build_configure_tests
    unit_tests build-gcc
}

stage_pure()
{
    build_configure_tests
    ninja -C build-gcc src/libpure.a
    tools/check_pure.sh build-gcc/src/libpure.a
}

stage_hardening()
{
    ninja -C build bellwether bellwether-net
    tools/check_hardening.sh build/bellwether
}

stage_clang()
{
    CC=clang build_configure build-clang -Dtests=true
    unit_tests build-clang
}

# -O1 keeps the reports readable. They go to files, because criterion drops what its workers say,
# and because it takes no notice of a leak found as a worker ends.
stage_asan()
{
    local reports=$PWD/build-asan-reports status=0 leaks
    CC=clang build_configure build-asan -Dtests=true -Dhardening=false -Doptimization=1 \
        -Db_sanitize=address,undefined -Dc_args=-fno-sanitize-recover=all
    rm -rf "$reports"
    mkdir -p "$reports"
    ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:log_path=$reports/report \
        UBSAN_OPTIONS=print_stacktrace=1:log_path=$reports/report unit_tests build-asan || status=$?
    if [[ -n $(ls "$reports") ]]; then
        cat "$reports"/*
        status=1
        leaks=$(grep -l LeakSanitizer "$reports"/* | wc -l)
        echo "0 $leaks 0" >>"${COUNTS:-/dev/null}" # the others are failed tests already
    fi
    return "$status"
}

stage_analyzers()
{
    CC=gcc build_configure build-analyzer -Dc_args=-fanalyzer
    ninja -C build-analyzer src/libpure.a
    build_configure_tests
    ninja -C build-gcc -t compdb >/dev/null
    tools/analyze_clang.sh build-gcc
}

stage_coverage()
{
    run_counted tools/coverage.sh
}

stage_fuzz()
{
    run_counted tools/fuzz.sh --runs 30000
}

stage_fuzz_long()
{
    run_counted tools/fuzz.sh --seconds 600
}

# Runs each script; its lines `ok NAME`, `not ok NAME`, `skip NAME: why` are the tests.
run_scripts()
{
    local script log status all=0
    for script in "$@"; do
        log=$(mktemp)
        status=0
        echo "== $script"
        timeout 1800 bash "$script" >"$log" 2>&1 || status=$?
        # A script that stops before it could say what failed has failed all the same.
        if [[ $status -ne 0 ]] && ! grep -q '^not ok ' "$log"; then
            echo "not ok $script (status $status)" >>"$log"
        fi
        cat "$log"
        tally "$log"
        sed -n 's/^# //p' "$log" >>"${NOTES:-/dev/null}"
        if grep -q '^not ok ' "$log"; then
            all=1
        fi
        rm -f "$log"
    done
    return "$all"
}

scripts_of()
{
    local folder=$1 scripts
    shopt -s nullglob
    scripts=("$folder"/*.sh)
    if [[ ${#scripts[@]} -eq 0 ]]; then
        skip_stage "$folder has no scripts"
        return 0
    fi
    ninja -C build bellwether bellwether-net
    BELLWETHER_BIN=$PWD/build/bellwether BELLWETHER_SHARED=${BELLWETHER_SHARED:-$PWD/../shared} \
        run_scripts "${scripts[@]}"
}

skip_stage()
{
    note "skipped: $*"
    echo "0 0 1" >>"${COUNTS:-/dev/null}"
}

stage_e2e()
{
    scripts_of tests
}

stage_sdk()
{
    local sdks=()
    if [[ ${LONG:-no} == yes ]]; then
        sdks=(--long)
    fi
    ninja -C build bellwether bellwether-net
    BELLWETHER_BIN=$PWD/build/bellwether BELLWETHER_SHARED=${BELLWETHER_SHARED:-$PWD/../shared} \
        run_counted tests/sdk/run.sh ${sdks[@]+"${sdks[@]}"}
}

stage_campaigns()
{
    build_configure_tests
    ninja -C build-gcc tests/driver_closer_test tests/exchange_random_test
    scripts_of tests/long
}

stage_hash()
{
    if [[ ! -f bench/workload.yaml ]]; then
        skip_stage 'bench/workload.yaml is not there'
        return 0
    fi
    run_counted tools/hash_matrix.sh
}

stage_bench()
{
    local status=0
    if [[ ! -x bench/run.sh ]]; then
        skip_stage 'bench/run.sh is not there'
        return 0
    fi
    ninja -C build bellwether bellwether-net
    run_counted bench/run.sh --short || status=$?
    BELLWETHER_BIN=$PWD/build/bellwether run_counted bench/orders_per_second.sh --short || status=$?
    return "$status"
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
    # shellcheck source=tools/build.sh
    source tools/build.sh
    "stage_${1//-/_}"
fi
