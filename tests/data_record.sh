#!/usr/bin/env bash
# data_record.sh: what the stream of the served exchange says is recorded, through kills and losses.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

unset APCA_API_KEY_ID APCA_API_SECRET_KEY ALPACA_API_KEY ALPACA_SECRET_KEY ALPACA_API_SECRET
unset APCA_API_DATA_URL APCA_API_BASE_URL
recorder=''

# shellcheck disable=SC2317 # called by clean_up
put_away()
{
    if [[ -n $recorder ]]; then
        kill -9 "$recorder" 2>/dev/null || true
    fi
}

# serve OPTION...: a session whose time moves by steps; sets url.
serve()
{
    serve_exchange --data market.bwbars --start 2024-01-02T14:29:00Z --rate-limit 0 --step "$@"
    url=http://$http
}

# record OPTION...: begins, and waits until it records; what it says is in record.log.
record()
{
    local tries
    : >record.log
    APCA_API_KEY_ID=PKTEST APCA_API_SECRET_KEY=secret "$bellwether" data record --data-url "$url" \
        "$@" >record.log 2>&1 &
    recorder=$!
    for ((tries = 0; tries < 200; tries++)); do
        if grep -q 'recording to' record.log; then
            return 0
        fi
        sleep 0.05
    done
    not_ok 'the recording begins' record.log
    exit 1
}

# ended NAME STATUS TEXT: the recorder ends by itself, within seconds.
ended()
{
    local status=0 tries
    for ((tries = 0; tries < 200; tries++)); do
        kill -0 "$recorder" 2>/dev/null || break
        sleep 0.05
    done
    if kill -0 "$recorder" 2>/dev/null; then
        echo 'it does not end' >>record.log
        status=-1
    else
        wait "$recorder" || status=$?
    fi
    recorder=''
    if [[ $status -eq $2 ]] && grep -qF -- "$3" record.log; then
        ok "$1"
    else
        echo "status $status, expected $2 and: $3" >>record.log
        not_ok "$1" record.log
    fi
}

# to TIME: the market's time passes.
to()
{
    curl -s -m 20 -H 'Content-Type: application/json' -d "{\"to\":\"$1\"}" "http://$admin/advance" \
        >advance.json
}

hash_of()
{
    "$bellwether" data info "$1" | sed -n 's/^data hash *//p'
}

# A session in two pieces, between which the recorder was killed.
test_bars()
{
    local tries
    record --symbols SPY --only bars --until 2024-01-02T21:00:00Z -o tape
    to 2024-01-02T18:00:00Z
    for ((tries = 0; tries < 100; tries++)); do
        if "$bellwether" data info tape 2>/dev/null | grep -q '^bars *210 '; then
            break
        fi
        sleep 0.1
    done
    kill -9 "$recorder"
    wait "$recorder" 2>/dev/null || true
    recorder=''
    expect 'what was recorded is there after a kill' 0 'bars        210 at 210 times' \
        "$bellwether" data info tape
    record --symbols SPY --only bars --until 2024-01-02T21:00:00Z -o tape
    to 2024-01-02T21:00:00Z
    ended 'it goes on and ends when it is told to' 0 '390 records are in tape'
    expect 'the session is fetched as well' 0 'bars        390' \
        env APCA_API_KEY_ID=PKTEST APCA_API_SECRET_KEY=secret \
        "$bellwether" data pull --symbols SPY --from 2024-01-02 --to 2024-01-02 \
        --data-url "$url" -o pulled.bwbars
    check 'the recording holds the same bars' test "$(hash_of tape)" = "$(hash_of pulled.bwbars)"
    expect 'a recording of other symbols is not mixed with it' 3 'begun for something else' \
        env APCA_API_KEY_ID=PKTEST APCA_API_SECRET_KEY=secret \
        "$bellwether" data record --symbols QQQ --data-url "$url" -o tape
}

test_ticks()
{
    record --symbols SPY,QQQ -o ticks
    to 2024-01-03T14:40:00Z
    sleep 2
    kill -INT "$recorder"
    ended 'Ctrl-C ends it cleanly' 0 'recorded    20 bars'
    expect 'quotes are there' 0 'quotes      ' "$bellwether" data info ticks
    expect 'it becomes a record file' 0 'trades      ' "$bellwether" data import ticks \
        -o ticks.bwbars
    check 'of the same records' test "$(hash_of ticks)" = "$(hash_of ticks.bwbars)"
}

test_losses()
{
    local tries
    end_exchange TERM
    printf 'rules:\n  - {stream: data, what: disconnect, nth: 3}\n' >lossy.yaml
    serve --faults lossy.yaml
    record --symbols SPY --only bars --until 2024-01-02T15:00:00Z -o lossy
    to 2024-01-02T14:35:00Z
    for ((tries = 0; tries < 200; tries++)); do
        if [[ $(grep -c 'recording to' record.log) -ge 2 ]]; then
            break
        fi
        sleep 0.05
    done
    to 2024-01-02T15:00:00Z
    ended 'a stream that was lost is listened to again' 0 'gaps        the stream was lost 1 times'
    printf -- '- key: PKTEST\n  secret: other\n' >accounts.yaml
    chmod 600 accounts.yaml
    end_exchange TERM
    serve --accounts accounts.yaml
    expect 'wrong keys end it' 3 'refuses the stream' \
        env APCA_API_KEY_ID=PKTEST APCA_API_SECRET_KEY=secret \
        "$bellwether" data record --symbols SPY --data-url "$url" -o refused
}

work_folder
if ! command -v curl >/dev/null; then
    skip 'recording a stream' 'curl is not installed'
    finish
fi
"$bellwether" data synth --market --sessions 2 --seed 11 --from 2024-01-02 --symbols SPY,QQQ \
    --out market.bwbars >synth.log
serve
test_bars
test_ticks
test_losses
end_exchange TERM
finish
