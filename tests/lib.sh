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

# The processes that a script leaves running are its `child` and the exchange served; one that has
# more to put away defines put_away.
child='' exchange_pid=''
clean_up()
{
    local pid
    for pid in $child $exchange_pid; do
        kill -9 "$pid" 2>/dev/null || true
    done
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

# serve_exchange OPTION...: the exchange in the background, on free ports; returns when it listens.
# Sets exchange_pid, and http, admin and tls (empty without --tls) as host:port. An exchange that does
# not listen within 20 seconds ends the script, which shows exchange.log.
serve_exchange()
{
    local deadline=$((SECONDS + 20)) places
    : >places.json
    "$bellwether" exchange --json --port 0 --admin-port 0 "$@" >places.json 2>exchange.log &
    exchange_pid=$!
    until IFS= read -r places <places.json; do # a whole line
        if ! kill -0 "$exchange_pid" 2>/dev/null || [[ $SECONDS -ge $deadline ]]; then
            not_ok 'the exchange begins to listen' exchange.log
            exit 1
        fi
        sleep 0.05
    done
    # shellcheck disable=SC2034 # used by the scripts that source this
    {
        http=$(place_of http "$places")
        admin=$(place_of admin "$places")
        tls=$(place_of tls "$places")
    }
}

# place_of NAME LINE: where the exchange says that it listens for NAME.
place_of()
{
    sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" <<<"$2"
}

# ledger FIELD: of the exchange's one account, from its own books.
ledger()
{
    curl -s -m 10 "http://$admin/ledger" | sed "s/.*\"$1\":\"\{0,1\}\([^\",}]*\)\"\{0,1\}.*/\1/"
}

# end_exchange SIGNAL: told to end by it, it does so with status 0; else exchange.log is said.
end_exchange()
{
    local status=0
    kill -s "$1" "$exchange_pid"
    wait "$exchange_pid" || status=$?
    exchange_pid=''
    if [[ $status -ne 0 ]]; then
        echo "the exchange ended with status $status"
        tail -n 20 exchange.log
    fi >&2
    return "$status"
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
