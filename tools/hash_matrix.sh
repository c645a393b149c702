#!/usr/bin/env bash
# hash_matrix.sh [BARS]: the same decisions from every compiler, optimisation and processor.
#
# Builds gcc and clang x -O2 and -O3 x LTO off and on; each runs the common workload as it is and
# with glibc held to an old processor. All decision hashes must be equal, and every build must
# replay the first build's run record by record. The same goes for the configurations in
# tests/one_hash/cases.txt: every strategy, order, exit and kind of slippage. Order types that no
# configuration sends (stop-limit, replacements) are those of the exchange's random test, whose
# reports must be the same, byte for byte. What needs nothing but a C library runs with glibc and
# with musl: every strategy under eight plans (tests/one_hash/plain.c).
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
# shellcheck source=tools/build.sh
source tools/build.sh

folder=$PWD/build-hash
bars=${1:-100000}
old_processor=glibc.cpu.hwcaps=-FMA,-AVX2_Usable,-FMA_Usable,-AVX2,-FMA4
variants='gcc-O2 gcc-O3 gcc-O2-lto gcc-O3-lto clang-O2 clang-O3 clang-O2-lto clang-O3-lto'

build_one()
{
    local variant=$1 options=(-Ddebug=false -Dtests=true)
    export CC=${variant%%-*}
    case $variant in
    *-O2*) options+=(-Doptimization=2) ;;
    *-O3*) options+=(-Doptimization=3) ;;
    esac
    if [[ $variant == *-lto ]]; then
        options+=(-Db_lto=true)
        if [[ $CC == clang ]]; then
            export CC_LD=lld
        fi
    fi
    build_configure "$folder/$variant" "${options[@]}"
    ninja -C "$folder/$variant" -j 1 bellwether tests/exchange_random_test
}

hash_of()
{
    local variant=$1 tunables=$2
    GLIBC_TUNABLES=$tunables "$folder/$variant/bellwether" backtest -c bench/workload.yaml \
        --no-run-dir --json --data "$folder/workload.bwbars" |
        grep -oE '"decision_hash": *"[^"]+"' | cut -d'"' -f4
}

# The hash of all reports of the exchange's random test, in one word (--tap would drop what it says).
reports_of()
{
    local said
    said=$(GLIBC_TUNABLES=$2 "$folder/$1/tests/exchange_random_test" 2>&1) || return 1
    grep -o 'reports [0-9a-f]*' <<<"$said" | sha256sum | cut -c1-16
}

# expect WHAT HASH: the first one sets the standard.
expect()
{
    if [[ -n $2 && $2 == "${standard:=$2}" ]]; then
        echo "ok $1: $2"
    else
        echo "not ok $1: ${2:-no hash}, expected ${standard:-one}"
        status=1
    fi
}

# Every strategy and plan with two C libraries.
run_plain()
{
    local compiler
    if ! xargs -P "$(nproc)" -I{} tools/plain_build.sh {} -O2 "$folder/plain-{}" \
        <<<$'gcc\nmusl-gcc'; then
        echo 'not ok a build without Meson failed'
        return 1
    fi
    for compiler in gcc musl-gcc; do
        if ! "$folder/plain-$compiler/plain" >"$folder/plain-$compiler.txt"; then
            echo "not ok every strategy and plan, $compiler"
            return 1
        fi
    done
    if cmp "$folder/plain-gcc.txt" "$folder/plain-musl-gcc.txt"; then
        echo "ok $(wc -l <"$folder/plain-gcc.txt") strategies and plans with glibc and with musl"
    else
        diff "$folder/plain-gcc.txt" "$folder/plain-musl-gcc.txt" | head -n 20
        echo 'not ok every strategy and plan with glibc and with musl'
        return 1
    fi
}

if [[ ${1:-} == --one ]]; then
    build_one "$2" >"$folder/$2.log" 2>&1
    exit 0
fi

status=0 standard=''
mkdir -p "$folder"
# xargs, not background jobs: Ctrl-C reaches them.
if ! xargs -n 1 -P "$(nproc)" "${BASH_SOURCE[0]}" --one <<<"$variants"; then
    tail -n 20 "$folder"/*.log
    echo 'not ok a build failed'
    exit 1
fi
first=${variants%% *}
"$folder/$first/bellwether" data synth --workload --bars "$bars" --seed 42 \
    --out "$folder/workload.bwbars"
rm -rf "$folder/run"
"$folder/$first/bellwether" backtest -c bench/workload.yaml --data "$folder/workload.bwbars" \
    --out "$folder/run" >"$folder/run.log" 2>&1 || { cat "$folder/run.log"; exit 1; }
for variant in $variants; do
    expect "$variant" "$(hash_of "$variant" '' || true)"
    expect "$variant, old processor" "$(hash_of "$variant" "$old_processor" || true)"
    if "$folder/$variant/bellwether" replay "$folder/run" --verify >"$folder/replay.log" 2>&1; then
        echo "ok $variant replays the run of $first"
    else
        cat "$folder/replay.log"
        echo "not ok $variant replays the run of $first"
        status=1
    fi
done
workload_standard=$standard
standard=''
for variant in $variants; do
    expect "$variant, random orders of every kind" "$(reports_of "$variant" '' || true)"
    expect "$variant, random orders, old processor" \
        "$(reports_of "$variant" "$old_processor" || true)"
done
# shellcheck disable=SC2086 # a word for each build
python3 tests/one_hash/run.py "$folder" $variants || status=1
if command -v musl-gcc >/dev/null; then
    run_plain || status=1
else
    echo 'skip strategies and plans with musl: there is no musl-gcc (package musl-tools)'
fi
if [[ $status -eq 0 ]]; then
    echo "# $workload_standard from $(wc -w <<<"$variants") builds on two kinds of processor, $bars bars"
fi
exit "$status"
