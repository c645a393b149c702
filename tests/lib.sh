# shellcheck shell=bash
# lib.sh: what the end-to-end tests share. To be sourced; run by itself it does nothing.
#
# A test script works in a folder of its own that is removed at the end, prints one line per test
# (`ok NAME`, `not ok NAME`, `skip NAME: why`) and ends with `finish`.

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck disable=SC2034 # used by the scripts that source this
{
    bellwether=${BELLWETHER_BIN:-$root/build/bellwether}
    shared=${BELLWETHER_SHARED:-$root/../shared}
    quickstart=$root/examples/quickstart.yaml
    workload=$root/bench/workload.yaml
}
failures=0

# work_folder: makes the folder and goes there.
work_folder()
{
    work=$(mktemp -d -t bellwether-test.XXXXXX)
    trap 'clean_up' EXIT
    cd -- "$work" || exit 1
}

# The process that a script left running is its `child`; one that has more to put away defines
# put_away.
child=''
clean_up()
{
    if [[ -n $child ]]; then
        kill -9 "$child" 2>/dev/null || true
    fi
    if declare -F put_away >/dev/null; then
        put_away || true
    fi
    cd /
    rm -rf -- "$work"
}

ok()
{
    printf 'ok %s\n' "$1"
}

# not_ok NAME [FILE...]: what the files hold is shown, indented, so that it is no test line.
not_ok()
{
    printf 'not ok %s\n' "$1"
    failures=$((failures + 1))
    shift
    if [[ $# -gt 0 ]]; then
        tail -n 20 -- "$@" 2>/dev/null | cut -c1-300 | sed 's/^/    | /'
    fi
}

skip()
{
    printf 'skip %s: %s\n' "$1" "$2"
}

# check NAME COMMAND...: ok when the command succeeds.
check()
{
    local name=$1
    shift
    if "$@" >check.log 2>&1; then
        ok "$name"
    else
        not_ok "$name" check.log
    fi
}

# expect NAME STATUS TEXT COMMAND...: the command ends with STATUS and says TEXT, on either output.
# A crash (a status of a signal) is never expected here.
expect()
{
    local name=$1 status=$2 text=$3 got=0
    shift 3
    timeout "${expect_s:-60}" "$@" >expect.log 2>&1 </dev/null || got=$?
    if [[ $got -ne $status ]]; then
        echo "status $got, expected $status" >>expect.log
        not_ok "$name" expect.log
    elif ! grep -qF -- "$text" expect.log; then
        echo "expected the text: $text" >>expect.log
        not_ok "$name" expect.log
    else
        ok "$name"
    fi
}

# json_field FILE KEY: the value of a top-level member of pretty JSON, without its quotes.
json_field()
{
    sed -n "s/^ *\"$2\": \"\\{0,1\\}\\([^\",]*\\)\"\\{0,1\\},\\{0,1\\}\$/\\1/p" "$1" | head -n 1
}

# last_run: the folder of the newest run of the working folder. Two that began within one second are
# not told apart by their names.
last_run()
{
    local run newest=''
    for run in runs/*; do
        if [[ -z $newest || $run -nt $newest ]]; then
            newest=$run
        fi
    done
    printf '%s\n' "$newest"
}

finish()
{
    [[ $failures -eq 0 ]]
    exit
}
