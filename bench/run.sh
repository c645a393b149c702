#!/usr/bin/env bash
# run.sh [--short] [--json] [--save]: how fast the engine is, beside the fastest loop there is.
#
#   --short   3 rounds on 1,000,000 bars instead of 7 on 10,000,000. ./check runs this: it holds the
#             engine against a bound that only catches a step back
#   --json    the figures as JSON on stdout, and nothing else there
#   --save    writes docs/results/bench.json as well (not with --short)
#
# It measures two runs of the engine: the common workload (bench/workload.yaml), and the same bars
# with everything on (bench/everything.yaml).
#
# The rounds are interleaved, so that whatever else the machine does hits all programs alike; the
# ratio is taken within each round. Both programs run pinned to one core. Time is processor time:
# for the engine from its first event to its last, market place included; for the loop, the loop.
# Whole processes are timed by the wall. Memory is the largest RssAnon of /proc/PID/status, read over
# and over while the program runs (its own start-up included, nothing taken off); the mapped data
# file is not anonymous, so it does not count.
#
# The status is 0 when all gates hold.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../tests/lib.sh"

build=${BELLWETHER_BUILD:-$root/build}
cache=$build/bench-data
bars=10000000 rounds=7 size=10m
short=no json=no save=no
ratio_goal=4.0 ratio_max=4.0 many_max=1.6 process_ms_max=15 start_up_ms_max=3 bytes_max=16
everything_goal=50 everything_max=50 everything_many_max=1.25

usage()
{
    sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
}

parse_arguments()
{
    while [[ $# -gt 0 ]]; do
        case $1 in
        --short) short=yes bars=1000000 rounds=3 size=1m ratio_max=7.5 many_max=2.0 \
            everything_max=100 everything_many_max=1.6 ;;
        --json) json=yes ;;
        --save) save=yes ;;
        --help | -h)
            usage
            exit 0
            ;;
        *)
            usage >&2
            exit 2
            ;;
        esac
        shift
    done
}

# What a person reads: stderr when stdout is for JSON.
say()
{
    local out=1
    if [[ $json == yes ]]; then
        out=2
    fi
    # shellcheck disable=SC2059 # formats are passed through
    printf "$@" >&"$out"
}

pinned()
{
    if command -v taskset >/dev/null; then
        taskset -c "$core" "$@"
    else
        "$@"
    fi
}

make_data()
{
    mkdir -p "$cache"
    synth "100k" 100000 1 42
    synth "$size" "$bars" 1 42
    synth "50x100k" 100000 50 1000
}

synth()
{
    if [[ ! -e $cache/$1.bwbars ]]; then
        "$bellwether" data synth --workload --bars "$2" --symbols "$3" --seed "$4" \
            --out "$cache/$1.bwbars" >/dev/null
    fi
    # Into the page cache: what the disk does is not what is measured.
    cat "$cache/$1.bwbars" >/dev/null
}

# The reference program that the definition of the workload comes with, where it is at hand. It is
# built and fed in the build folder only.
make_ceiling()
{
    ceiling=''
    if [[ -r $shared/bench/ceiling.c && $(uname -m) == x86_64 ]]; then
        local flags=(-O3 -march=x86-64-v2 -ffp-contract=off -w)
        "${CC:-gcc}" "${flags[@]}" "$shared/bench/ceiling.c" -o "$cache/ceiling" -lm
        "${CC:-gcc}" "${flags[@]}" "$shared/bench/gen.c" -o "$cache/gen" -lm
        if [[ ! -e $cache/columns-$size.o.f64 ]]; then
            "$cache/gen" "$bars" 42 "$cache/columns-$size" >/dev/null
        fi
        ceiling=$cache/ceiling
    fi
}

# value KEY: of one line of JSON on stdin.
value()
{
    sed -n "s/.*\"$1\": *\"\\{0,1\\}\\([^\",}]*\\).*/\\1/p" | head -n 1
}

engine()
{
    pinned "$bellwether" backtest -c "$workload" --no-run-dir --json --data "$cache/$1.bwbars"
}

# The same engine with everything on, the log included.
everything()
{
    pinned "$bellwether" backtest -c "$everything" --in-memory --json --data "$cache/$1.bwbars"
}

# Appends one round's seconds to the files fused, one, many, everything_one, everything_many and
# reference, each program once.
measure_round()
{
    # The yardsticks run three times in a process and the last counts: then every page and every
    # branch is known, which flatters them.
    pinned "$build/bench/fused" "$cache/$size.bwbars" 3 | tail -n 1 >fused.json
    engine "$size" >one.json
    engine 50x100k >many.json
    everything "$size" >everything_one.json
    everything 50x100k >everything_many.json
    value cpu_s <fused.json >>fused
    value engine_cpu_s <everything_one.json >>everything_one
    value engine_cpu_s <everything_many.json >>everything_many
    value engine_cpu_s <one.json >>one
    value engine_cpu_s <many.json >>many
    if [[ -n $ceiling ]]; then
        pinned "$ceiling" fused_eq 3 "$cache/columns-$size" | tail -n 1 >reference.json
        value cpu_s <reference.json >>reference
    fi
    if [[ $(value fills <fused.json) != "$(value fills <one.json)" ||
        $(value final_equity <fused.json) != "$(value final_equity <one.json)" ]]; then
        not_ok 'engine and loop come to the same' fused.json one.json
        exit 1
    fi
}

# summary FILE: "MEDIAN MIN MAX" of its numbers.
summary()
{
    sort -g "$1" | awk '{ v[NR] = $1 }
        END { m = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2; print m, v[1], v[NR] }'
}

# ns_per_bar FILE BARS OUT
ns_per_bar()
{
    awk -v bars="$2" '{ printf "%.3f\n", $1 * 1e9 / bars }' "$1" >"$3"
}

# Milliseconds of wall time of each of 20 whole processes, pinned, one line each.
time_process()
{
    local out=$1 began i
    shift
    : >"$out"
    for ((i = 0; i < 20; i++)); do
        rm -rf out
        began=${EPOCHREALTIME/./}
        pinned "$@" >/dev/null
        awk -v us="$((${EPOCHREALTIME/./} - began))" 'BEGIN { printf "%.2f\n", us / 1000 }' >>"$out"
    done
}

# The largest RssAnon in kB while the command ran.
peak_anonymous()
{
    local child name key number peak=0 seen
    "$@" >/dev/null &
    child=$!
    while :; do
        seen='' name=''
        {
            while read -r key number _; do
                case $key in
                Name:) name=$number ;;
                RssAnon:) seen=$number ;;
                esac
            done <"/proc/$child/status"
        } 2>/dev/null || break # it has ended
        if [[ -z $seen ]]; then
            break
        fi
        # Between fork and exec the child is still this shell.
        if [[ $name == "$(basename_of "$1")" && $seen -gt $peak ]]; then
            peak=$seen
        fi
    done
    wait "$child"
    echo "$peak"
}

basename_of()
{
    local name=${1##*/}
    printf '%s' "${name:0:15}"
}

measure()
{
    local round
    for ((round = 0; round < rounds; round++)); do
        measure_round
    done
    time_process process "$bellwether" backtest -c "$workload" --no-run-dir --json \
        --data "$cache/100k.bwbars"
    time_process process_folder "$bellwether" backtest -c "$workload" --out out --json \
        --data "$cache/100k.bwbars"
    time_process start_up "$bellwether" --version
    anonymous_kb=$(peak_anonymous "$bellwether" backtest -c "$workload" --no-run-dir --json \
        --data "$cache/$size.bwbars")
}

evaluate()
{
    local name
    ns_per_bar fused "$bars" fused_ns
    ns_per_bar one "$bars" one_ns
    ns_per_bar many 5000000 many_ns
    paste fused_ns one_ns | awk '{ printf "%.3f\n", $2 / $1 }' >ratio
    paste one_ns many_ns | awk '{ printf "%.3f\n", $2 / $1 }' >many_ratio
    ns_per_bar everything_one "$bars" everything_ns
    ns_per_bar everything_many 5000000 everything_many_ns
    awk '{ printf "%.3f\n", 1000 / $1 }' everything_ns >everything_million
    paste everything_ns everything_many_ns | awk '{ printf "%.3f\n", $2 / $1 }' \
        >everything_many_ratio
    if [[ -n $ceiling ]]; then
        ns_per_bar reference "$bars" reference_ns
        paste reference_ns fused_ns | awk '{ printf "%.3f\n", $2 / $1 }' >reference_ratio
    fi
    bytes=$(awk -v kb="$anonymous_kb" -v bars="$bars" 'BEGIN { printf "%.2f", kb * 1024 / bars }')
    : >figures
    for name in fused_ns reference_ns reference_ratio one_ns ratio many_ns many_ratio everything_ns \
        everything_million everything_many_ns everything_many_ratio process process_folder \
        start_up; do
        if [[ -s $name ]]; then
            echo "$name $(summary "$name")" >>figures
        fi
    done
}

# line NAME FORMAT TEXT: a figure with its smallest and largest.
line()
{
    local median min max
    if read -r _ median min max < <(grep "^$1 " figures); then
        # shellcheck disable=SC2059 # the format is ours
        say "  %-37s $2 %-8s ($2 .. $2)\n" "$4" "$median" "$3" "$min" "$max"
    fi
}

print_figures()
{
    say '# common workload, %d bars, %d rounds, core %s, %s\n' "$bars" "$rounds" "$core" \
        "$("$bellwether" --version)"
    line fused_ns '%8.2f' 'ns/bar' 'fused loop with equity'
    line reference_ns '%8.2f' 'ns/bar' 'the same, reference program'
    line reference_ratio '%8.2f' '' 'our loop / reference program'
    line one_ns '%8.2f' 'ns/bar' 'bellwether, 1 symbol'
    line ratio '%8.2f' '' 'bellwether / fused loop'
    line many_ns '%8.2f' 'ns/bar' 'bellwether, 50 symbols x 100k'
    line many_ratio '%8.2f' '' '50 symbols / 1 symbol'
    line everything_ns '%8.2f' 'ns/bar' 'everything on, 1 symbol'
    line everything_million '%8.2f' 'M bars/s' 'the same, million bars a second'
    line everything_many_ns '%8.2f' 'ns/bar' 'everything on, 50 symbols x 100k'
    line everything_many_ratio '%8.2f' '' '50 symbols / 1 symbol, everything on'
    line process '%8.2f' 'ms' 'whole process, 100k bars'
    line process_folder '%8.2f' 'ms' 'the same, with its run folder'
    line start_up '%8.2f' 'ms' 'a process that only says its version'
    say '  %-37s %8.2f bytes    (%d kB in all)\n' 'anonymous memory per bar' "$bytes" "$anonymous_kb"
}

# gate NAME VALUE LIMIT
gate()
{
    if awk -v value="$2" -v limit="$3" 'BEGIN { exit !(value > 0 && value <= limit) }'; then
        say 'ok %s: %s, at most %s\n' "$1" "$2" "$3"
    else
        say 'not ok %s: %s, at most %s\n' "$1" "$2" "$3"
        failures=$((failures + 1))
    fi
}

median_of()
{
    awk -v name="$1" '$1 == name { printf "%.2f", $2 }' figures
}

least_of()
{
    awk -v name="$1" '$1 == name { printf "%.2f", $3 }' figures
}

# The quickest of them: what it takes when nobody else is at work. Somebody is always at work where
# even a process that only says its version is slow: then nothing can be said.
gate_process()
{
    local name='milliseconds of a process on 100,000 bars' start_up
    start_up=$(least_of start_up)
    if awk -v value="$start_up" -v limit="$start_up_ms_max" 'BEGIN { exit !(value > limit) }'; then
        say 'skip %s: the machine is disturbed: saying its version took %s ms, at best\n' "$name" \
            "$start_up"
    else
        gate "$name" "$(least_of process)" "$process_ms_max"
    fi
}

check_gates()
{
    gate "bellwether / fused loop at $bars bars" "$(median_of ratio)" "$ratio_max"
    gate '50 symbols / 1 symbol' "$(median_of many_ratio)" "$many_max"
    gate 'nanoseconds a bar with everything on' "$(median_of everything_ns)" "$everything_max"
    gate '50 symbols / 1 symbol with everything on' "$(median_of everything_many_ratio)" \
        "$everything_many_max"
    gate_process
    gate 'bytes of anonymous memory per bar' "$bytes" "$bytes_max"
    if [[ $short == yes ]]; then
        say '# engine %s times the fused loop; the gate of %s is judged at 10M bars, without --short\n' \
            "$(median_of ratio)" "$ratio_goal"
        say '# everything on: %s ns a bar; the gate of %s is judged there, too\n' \
            "$(median_of everything_ns)" "$everything_goal"
    fi
}

write_json()
{
    local name median min max
    printf '{\n  "date": "%s",\n  "version": "%s",\n' "$(date -u +%Y-%m-%d)" \
        "$("$bellwether" --version)"
    printf '  "processor": "%s",\n' "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)"
    printf '  "bars": %d,\n  "rounds": %d,\n' "$bars" "$rounds"
    while read -r name median min max; do
        printf '  "%s": {"median": %s, "min": %s, "max": %s},\n' "$name" "$median" "$min" "$max"
    done <figures
    printf '  "anonymous_kb": %d,\n  "anonymous_bytes_per_bar": %s,\n' "$anonymous_kb" "$bytes"
    printf '  "gates_failed": %d\n}\n' "$failures"
}

main()
{
    parse_arguments "$@"
    core=$(($(nproc) - 1))
    everything=$root/bench/everything.yaml
    work_folder
    if ! ninja -C "$build" bench/fused >build.log 2>&1; then
        cat build.log >&2
        exit 1
    fi
    make_data
    make_ceiling
    measure
    evaluate
    print_figures
    check_gates
    if [[ $json == yes ]]; then
        write_json
    fi
    if [[ $save == yes && $short == no ]]; then
        mkdir -p "$root/docs/results"
        write_json >"$root/docs/results/bench.json"
        say 'written: docs/results/bench.json\n'
    fi
    finish
}

main "$@"
