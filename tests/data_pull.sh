#!/usr/bin/env bash
# data_pull.sh: bars fetched from the served exchange are the bars that it serves, whatever happens
# on the way; and the keys go nowhere else.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

unset APCA_API_KEY_ID APCA_API_SECRET_KEY ALPACA_API_KEY ALPACA_SECRET_KEY ALPACA_API_SECRET
unset APCA_API_DATA_URL APCA_API_BASE_URL
canary='canary5f21'

# serve OPTION...: the five sessions, as they are after the last one; sets url.
serve()
{
    serve_exchange --data market.bwbars --start 2024-01-09T22:00:00Z --rate-limit 0 "$@"
    url=http://$http
    write_pull
}

# write_pull: ./pull OPTION... asks that exchange, with keys in the environment.
write_pull()
{
    cat >pull <<END
#!/usr/bin/env bash
export APCA_API_KEY_ID=PKTEST APCA_API_SECRET_KEY=$canary
exec "$bellwether" data pull --requests-per-minute 10000 --from 2024-01-02 --to 2024-01-08 \\
    --data-url "$url" "\$@"
END
    chmod 755 pull
}

# shellcheck disable=SC2317 # called by `check`
# same_hash A B: both files hold the same records.
same_hash()
{
    [[ $("$bellwether" data info "$1" | grep '^data hash') == \
        $("$bellwether" data info "$2" | grep '^data hash') ]]
}

all=(--symbols 'SPY,QQQ,AAPL' --symbols 'MSFT,NVDA,TSLA' --symbols 'AMZN,IWM')

test_whole()
{
    expect 'bars of eight symbols are fetched' 0 'bars        15600 of 8 symbols, 1Min' \
        ./pull "${all[@]}" -o got.bwbars
    check 'they are the bars that are served' same_hash market.bwbars got.bwbars
    check 'nothing else is left' test ! -e got.bwbars.part
    if command -v curl >/dev/null; then
        curl -s -H 'APCA-API-KEY-ID: PKTEST' -H "APCA-API-SECRET-KEY: $canary" \
            "$url/v2/stocks/bars?symbols=SPY,QQQ&timeframe=1Day&start=2024-01-02&end=2024-01-08T12:00:00Z" \
            >page.json
        expect 'days of two symbols are fetched' 0 'bars        10 of 2 symbols, 1Day' \
            ./pull --symbols SPY,QQQ --timeframe 1Day -o days.bwbars
        expect 'and a page by hand is imported' 0 'bars        10' "$bellwether" data import \
            page.json -o page.bwbars
        check 'which is the same' same_hash days.bwbars page.bwbars
    else
        skip 'a page by hand' 'curl is not installed'
    fi
    expect 'five minutes are fetched' 0 'bars        390 of 1 symbols, 5Min' \
        ./pull --symbols SPY --timeframe 5Min -o five.bwbars
    expect 'a symbol that is not there is named' 0 'no bars     ZZZ' \
        ./pull --symbols SPY,ZZZ -o some.bwbars
    expect 'and one alone writes nothing' 1 'nothing was written' ./pull --symbols ZZZ -o no.bwbars
    check 'no file of it' test ! -e no.bwbars -a ! -e no.bwbars.part
    expect 'sessions that are missing are named' 0 'bars from 2024-01-02 to 2024-01-08 only' \
        ./pull --symbols SPY --to 2024-01-12 -o more.bwbars
}

test_keys()
{
    printf -- '- key: PKTEST\n  secret: other\n' >accounts.yaml
    chmod 600 accounts.yaml
    expect 'without keys nothing is asked' 1 'no keys of Alpaca; set APCA_API_KEY_ID' \
        "$bellwether" data pull --symbols SPY --from 2024-01-02 --to 2024-01-02 --data-url "$url" \
        -o no.bwbars
    printf 'APCA_API_KEY_ID=PKTEST\nAPCA_API_SECRET_KEY=%s\n' "$canary" >keys
    chmod 644 keys
    expect 'keys that others may read are refused' 3 'chmod 600' ./pull --symbols SPY --keys keys \
        -o no.bwbars
    chmod 600 keys
    expect 'keys from a file' 0 'bars        390 of 1 symbols' ./pull --symbols SPY --keys keys \
        --to 2024-01-02 -o file.bwbars
    expect 'keys go to no other host' 3 'keys are sent to' ./pull --symbols SPY --data-url \
        https://example.com -o no.bwbars
    end_exchange TERM
    serve --accounts accounts.yaml
    expect 'wrong keys are told' 3 'refuses the keys' ./pull --symbols SPY -o no.bwbars
    check 'and never shown' bash -c "! grep -q '$canary' expect.log"
    end_exchange TERM
    serve --free-plan
    expect 'what the plan does not have is told' 3 'recent SIP' ./pull --symbols SPY --feed sip \
        --to 2024-01-10 -o no.bwbars
}

# The second page hangs; whoever waits for it is killed.
test_killed()
{
    local pid tries
    end_exchange TERM
    printf 'rules:\n  - route: GET /v2/stocks/bars\n    what: timeout_before\n    nth: 2\n' >hang.yaml
    serve --faults hang.yaml
    ./pull "${all[@]}" -o again.bwbars >pull.log 2>&1 &
    pid=$!
    for ((tries = 0; tries < 400; tries++)); do
        if [[ -e again.bwbars.part && $(stat -c %s again.bwbars.part) -gt 600000 ]]; then
            break
        fi
        sleep 0.05
    done
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    expect 'what has come is a data set by itself' 0 'recording' "$bellwether" data info \
        again.bwbars.part
    expect 'another request does not go on with it' 3 'was begun for something else' \
        ./pull --symbols SPY -o again.bwbars
    expect 'the same goes on with the second page' 0 'has 10000 bars' ./pull "${all[@]}" \
        -o again.bwbars
    check 'and has it all' same_hash market.bwbars again.bwbars
}

test_garbled()
{
    end_exchange TERM
    cat >garbled.yaml <<'END'
seed: 3
rules:
  - {route: GET /v2/stocks/bars, what: garbled, nth: 1}
  - {route: GET /v2/stocks/bars, what: status, code: 500, nth: 2}
  - {route: GET /v2/stocks/bars, what: cut, bytes: 5000, nth: 4}
END
    serve --faults garbled.yaml
    expect 'pages that are not whole are asked for again' 0 'asking again' ./pull "${all[@]}" \
        -o rough.bwbars
    check 'and what comes is right' same_hash market.bwbars rough.bwbars
}

work_folder
"$bellwether" data synth --market --sessions 5 --seed 11 --from 2024-01-02 --out market.bwbars \
    >synth.log
serve
test_whole
test_keys
test_killed
test_garbled
end_exchange TERM
finish
