#!/usr/bin/env bash
# exchange.sh: the exchange served, from outside: by curl, as any program would.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

keys=(-H 'APCA-API-KEY-ID: PKTEST' -H 'APCA-API-SECRET-KEY: secret')
json=(-H 'Content-Type: application/json')

# ask NAME STATUS TEXT CURL-ARGUMENT...: the answer has that status and that text.
ask()
{
    local name=$1 status=$2 text=$3 got
    shift 3
    got=$(curl -s -m 10 -o answer.json -D head.txt -w '%{http_code}' "$@" || true)
    if [[ $got != "$status" ]]; then
        echo "status $got, expected $status" >>answer.json
        not_ok "$name" answer.json
    elif ! grep -qF -- "$text" answer.json head.txt; then
        echo "expected the text: $text" >>answer.json
        not_ok "$name" answer.json
    else
        ok "$name"
    fi
}

order()
{
    ask "$1" "$2" "$3" "${keys[@]}" "${json[@]}" -d "$4" "$http/v2/orders"
}

test_account()
{
    ask 'any key pair opens an account' 200 '"cash":"100000"' "${keys[@]}" "$http/v2/account"
    ask 'the same key with another secret is refused' 401 '"code":40110000' \
        -H 'APCA-API-KEY-ID: PKTEST' -H 'APCA-API-SECRET-KEY: other' "$http/v2/account"
    ask 'no keys: refused' 401 'unauthorized.' "$http/v2/account"
    ask 'basic authorization does as well' 200 '"status":"ACTIVE"' -u PKTEST:secret \
        "$http/v2/account"
    ask 'every answer has an id' 200 'X-Request-ID: ' "${keys[@]}" "$http/v2/clock"
    ask 'every answer tells the rate limit' 200 'X-RateLimit-Remaining: ' "${keys[@]}" \
        "$http/v2/clock"
}

test_orders()
{
    order 'a market order is taken' 200 '"status":"pending_new"' \
        '{"symbol":"AAPL","qty":"10","side":"buy","type":"market","time_in_force":"day","client_order_id":"one"}'
    ask 'and filled against the quote that stands' 200 '"status":"filled"' "${keys[@]}" \
        "$http/v2/orders:by_client_order_id?client_order_id=one"
    ask 'it is a position' 200 '"qty":"10"' "${keys[@]}" "$http/v2/positions/AAPL"
    order 'the same client id again is refused' 422 'client_order_id must be unique' \
        '{"symbol":"AAPL","qty":"10","side":"buy","type":"market","time_in_force":"day","client_order_id":"one"}'
    order 'more than can be paid is refused with numbers' 403 '"buying_power"' \
        '{"symbol":"AAPL","qty":100000,"side":"buy","type":"market","time_in_force":"day"}'
    order 'a price between two cents is refused' 422 'sub-penny' \
        '{"symbol":"AAPL","qty":1,"side":"buy","type":"limit","limit_price":100.123,"time_in_force":"day"}'
    ask 'the exchange keeps the same books' 200 '"symbol":"AAPL","qty":"10"' "http://$admin/ledger"
    ask 'all positions are closed' 207 '"status":200' -X DELETE "${keys[@]}" "$http/v2/positions"
    ask 'and none is left' 200 '[]' "${keys[@]}" "$http/v2/positions"
}

test_events()
{
    local status=0
    curl -sN -m 2 -o events.txt "${keys[@]}" "$http/v2/events/trades?since=2026-03-16" || status=$?
    if [[ $status == 28 ]] && grep -q '^data: {"event_id":"01.*"event":"fill"' events.txt &&
        grep -q '^: heartbeat' events.txt; then
        ok 'server-sent events tell the past, and go on'
    else
        not_ok "server-sent events: curl says $status" events.txt
    fi
    ask 'an end without a beginning is refused' 422 'since is required' "${keys[@]}" \
        "$http/v2beta1/events/activities?until=2026-03-16"
}

test_bad_requests()
{
    local big
    ask 'no such endpoint' 404 'endpoint not found.' "${keys[@]}" "$http/v2/nothing"
    ask 'no such method' 405 'method not allowed' -X PUT "${keys[@]}" "$http/v2/account"
    order 'a body that is no JSON' 400 'request body format is invalid' '{"symbol":'
    order 'a body that is too deep' 400 'request body format is invalid' \
        "$(printf '[%.0s' {1..200})"
    big=$(head -c 200000 /dev/zero | tr '\0' 'a')
    printf '{"symbol":"%s"}' "$big" >big.json
    ask 'a body that is too large' 413 '' "${keys[@]}" "${json[@]}" -d @big.json "$http/v2/orders"
    ask 'the operator takes no forms of a web page' 415 'application/json' -d 'seconds=1' \
        "http://$admin/advance"
}

test_time()
{
    ask 'time stands still until it is told to go' 200 '2026-03-16T14:00:00Z' "http://$admin/status"
    ask 'a minute passes' 200 '2026-03-16T14:01:00Z' "${json[@]}" -d '{"seconds":60}' \
        "http://$admin/advance"
    order 'an order for the evening of another day' 200 '"status":"pending_new"' \
        '{"symbol":"SPY","qty":"1","side":"buy","type":"limit","limit_price":"1","time_in_force":"day","client_order_id":"rests"}'
    ask 'the session passes' 200 '"open":false' "${json[@]}" -d '{"to":"2026-03-16T20:01:00Z"}' \
        "http://$admin/advance"
    ask 'a day order ends with it' 200 '"status":"expired"' "${keys[@]}" \
        "$http/v2/orders:by_client_order_id?client_order_id=rests"
    ask 'everything begins again' 200 '2026-03-16T14:00:00Z' -X POST "${json[@]}" \
        "http://$admin/reset"
    ask 'and there are no accounts' 200 '[]' "http://$admin/ledger"
}

test_start()
{
    expect 'a port that is taken is named' 3 "${http#*:}" \
        "$bellwether" exchange --port "${http#*:}"
    expect 'a data file that is not there is named' 1 'nowhere.csv' \
        "$bellwether" exchange --data nowhere.csv
    expect 'a start that is no time' 2 'not a time' "$bellwether" exchange --start noon
    expect 'data and a synthetic market at once' 2 'either --data or --synth' \
        "$bellwether" exchange --data x.csv --synth 1
    expect 'a symbol that cannot be one' 2 'is no symbol' "$bellwether" exchange --symbols spy
    printf 'rules:\n  - {route: GET *, what: emty}\n' >wrong.yaml
    expect 'a wrong script of faults is shown with its place' 2 \
        'wrong.yaml:2:26: error: what: "emty" is no fault that is known' \
        "$bellwether" exchange --faults wrong.yaml
    expect 'and with a hint' 2 'hint: did you mean empty?' "$bellwether" exchange --faults wrong.yaml
    expect 'a script of faults that is not there' 1 'nowhere.yaml' \
        "$bellwether" exchange --faults nowhere.yaml
    printf 'rules: [{what: halt, symbol: NOPE}]\n' >unknown.yaml
    expect 'a halt of a symbol that is not there' 2 'the symbol NOPE is not in this market' \
        "$bellwether" exchange --faults unknown.yaml
    expect 'what is served can be listed' 0 '/v2/orders' "$bellwether" exchange --routes
}

# The status that curl ends with.
curl_status()
{
    local status=0
    curl -s -o answer.json "$@" || status=$?
    echo "$status"
}

# fails NAME STATUS CURL-ARGUMENT...: curl itself ends with that status.
fails()
{
    local name=$1 wanted=$2 status
    shift 2
    status=$(curl_status "$@")
    if [[ $status == "$wanted" ]]; then ok "$name"; else not_ok "$name: curl says $status"; fi
}

test_faults()
{
    local order='{"symbol":"SPY","qty":"1","side":"buy","type":"market","time_in_force":"day","client_order_id":"lost"}'
    serve_exchange --synth 7 --start 2026-03-16T14:00:00Z --step --faults faults.yaml
    fails 'an order is never answered' 28 -m 1 "${keys[@]}" "${json[@]}" -d "$order" \
        "$http/v2/orders"
    ask 'and was carried out' 200 '"status":"filled"' "${keys[@]}" \
        "$http/v2/orders:by_client_order_id?client_order_id=lost"
    ask 'a page of a load balancer' 502 '<h1>502 Bad Gateway</h1>' "${keys[@]}" "$http/v2/assets"
    fails 'an answer is reset' 56 -m 5 "${keys[@]}" "$http/v2/account"
    fails 'an answer is cut' 18 -m 5 "${keys[@]}" "$http/v2/account"
    ask 'it is told how often each struck' 200 \
        '"what":"timeout_after","route":"POST /v2/orders","occasions":1,"strikes":1' "http://$admin/faults"
    ask 'the script is switched off' 200 '"on":false' "${json[@]}" -d '{"on":false}' "http://$admin/faults"
    ask 'and all is well' 200 '"id"' "${keys[@]}" "$http/v2/account"
    check 'an exchange with faults ends cleanly' end_exchange INT
    serve_exchange --synth 7 --faults "$root/examples/faults.yaml"
    ask 'the example is a script' 200 '"rule":14,"what":"halt","symbol":"AAPL"' "http://$admin/faults"
    check 'it ends cleanly, too' end_exchange INT
}

work_folder
if ! command -v curl >/dev/null; then
    skip 'the exchange served' 'curl is not installed'
    finish
fi
serve_exchange --synth 7 --start 2026-03-16T14:00:00Z --step
test_time
test_account
test_orders
test_events
test_bad_requests
test_start
check 'Ctrl-C ends it cleanly' end_exchange INT
serve_exchange --synth 7
order 'by the wall clock an order is taken, too' 200 '"symbol":"QQQ"' \
    '{"symbol":"QQQ","qty":"1","side":"buy","type":"market","time_in_force":"day"}'
check 'so does SIGTERM' end_exchange TERM
cat >faults.yaml <<'END'
rules:
  - {route: POST /v2/orders, what: timeout_after}
  - {route: GET /v2/assets, what: not_json}
  - {route: GET /v2/account, what: reset, nth: 1}
  - {route: GET /v2/account, what: cut}
END
test_faults
finish
