#!/usr/bin/env bash
# paper.sh: a paper run against the exchange served, as two programs: a day traded to its end, the
# same with kill -9 in between, days on which fills are taken back, what is refused before anything is sent, and where the keys are not.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

# A day over sockets takes seconds, on a loaded machine a minute.
expect_s=300 # shellcheck disable=SC2034

canary_key=PKCANARY7Q2LOCAL
canary_secret=canarySecret9f3bNobodyMaySeeThis
export APCA_API_KEY_ID=$canary_key APCA_API_SECRET_KEY=$canary_secret

# serve OPTION...: a day that moves by steps, and what a run needs to reach it; its keys are in the
# environment.
serve()
{
    serve_exchange --plain-bars --step "$@"
    paper=("$bellwether" run -c paper.yaml --trading-url "http://$http"
        --exchange-admin "http://$admin")
}

# the_books_agree NAME: the last run's cash and fills are the exchange's.
the_books_agree()
{
    local result cash theirs
    result=$(last_run)/result.json
    cash=$(json_field "$result" final_cash)
    theirs=$(ledger cash)
    check "$1: cash is the exchange's" awk -v a="$cash" -v b="$theirs" \
        'BEGIN { exit !(a != "" && a == b) }'
    printf '    cash %s and %s, fills %s, activities %s\n' "$cash" "$theirs" \
        "$(json_field "$result" fills)" "$(ledger activities)"
    check "$1: as many fills as the exchange counts" \
        test "$(json_field "$result" fills)" = "$(ledger activities)"
}

a_day_to_its_end()
{
    serve --data day.bwbars --rate-limit 0
    expect 'a day is traded to its end' 0 '"mode": "paper"' "${paper[@]}" --json --requests-per-minute 100000
    the_books_agree 'a day'
    expect 'its replay verifies every record' 0 'byte for byte' "$bellwether" replay last --verify
    expect 'log, journal, streams and summary agree' 0 'ok   result' "$bellwether" verify last
    end_exchange TERM
}

# money_is_theirs NAME: the last run's cash and equity are the exchange's, and nothing is open.
money_is_theirs()
{
    local result
    result=$(last_run)/result.json
    printf '    equity %s and %s\n' "$(json_field "$result" final_equity)" "$(ledger equity)"
    check "$1: cash is the exchange's" test "$(json_field "$result" final_cash)" = "$(ledger cash)"
    check "$1: equity is the exchange's" \
        test "$(json_field "$result" final_equity)" = "$(ledger equity)"
    check "$1: nothing is open at the exchange" test "$(ledger open_orders)" = 0
    check "$1: it holds nothing" grep -q '"positions":\[\]' <<<"$(curl -s -m 10 "http://$admin/ledger")"
    check "$1: nothing is open here" test "$(json_field "$result" trades_open)" = 0
}

# A day of the example's faults, which take a fill back; and one on which a quarter of all fills are
# taken back, minutes later, and a fifth of what the stream tells is lost.
days_with_busts()
{
    local busted day
    printf '%s\n' 'seed: 5' 'rules:' '  - {what: bust, for: 150s, probability: 25%}' \
        '  - {stream: trading, what: drop, probability: 20%}' >busts.yaml
    for day in "$root/examples/faults.yaml" busts.yaml; do
        rm -rf accounts runs
        serve --data day.bwbars --rate-limit 0 --faults "$day"
        expect "a day of ${day##*/} is traded to its end" 0 '"mode": "paper"' "${paper[@]}" --json \
            --requests-per-minute 100000
        busted=$(grep -c '"status":"busted"' "$(last_run)/trades.jsonl" || true)
        check "${day##*/}: fills were taken back ($busted)" test "$busted" -gt 0
        money_is_theirs "${day##*/}"
        check "${day##*/}: no cash came from nowhere" test -z "$(grep 'cash differs' expect.log)"
        expect "${day##*/}: its replay verifies every record" 0 'byte for byte' \
            "$bellwether" replay last --verify
        expect "${day##*/}: log, journal, streams and summary agree" 0 'ok   result' \
            "$bellwether" verify last
        end_exchange TERM
    done
}

# What a crash between making a log and its first block leaves counts as no log.
an_unfinished_log()
{
    local size
    for size in 8 1048576; do
        serve --data day.bwbars --rate-limit 0
        rm -rf accounts runs
        mkdir -p accounts/paper-PA00000001/log
        chmod -R 700 accounts
        truncate -s "$size" accounts/paper-PA00000001/log/000001.bwlog
        expect "an account whose log was never begun is traded ($size bytes)" 0 '"mode": "paper"' \
            "${paper[@]}" --json --requests-per-minute 100000
        end_exchange TERM
    done
}

# Who is started again after a crash may have positions, and the broker's gateway trouble.
a_gateway_in_trouble()
{
    rm -rf accounts runs
    cat >trouble.yaml <<'END'
rules:
  - {route: GET /v2/account, what: status, code: 503, nth: 1, burst: 3}
  - {route: GET /v2/clock, what: not_json, code: 502, nth: 1}
END
    serve --data day.bwbars --rate-limit 0 --faults trouble.yaml
    expect 'a gateway in trouble at the start is asked again' 0 '"mode": "paper"' "${paper[@]}" \
        --json --requests-per-minute 100000
    check 'which is said' test "$(grep -c '  start: the broker did not answer: ' expect.log)" = 4
    end_exchange TERM
    echo 'rules: [{route: GET /v2/account, what: status, code: 503, probability: 100%}]' >trouble.yaml
    serve --data day.bwbars --rate-limit 0 --faults trouble.yaml
    expect 'one that stays in it is not waited for' 1 'bellwether: the broker did not answer' \
        "${paper[@]}"
    end_exchange TERM
}

# Killed again and again, and started again each time.
a_day_with_kills()
{
    local kills=0 tries status=1
    rm -rf accounts runs
    serve --data day.bwbars --rate-limit 0
    for ((tries = 0; tries < 60 && status != 0; tries++)); do
        "${paper[@]}" --json --requests-per-minute 100000 >paper.log 2>&1 &
        child=$!
        if [[ $tries -lt 12 ]]; then
            sleep "0.$((RANDOM % 6 + 3))"
            if kill -9 "$child" 2>/dev/null; then kills=$((kills + 1)); fi
        fi
        status=0
        wait "$child" 2>/dev/null || status=$?
        child=''
    done
    if [[ $status -eq 0 ]]; then ok "a day with $kills kills is traded to its end"; else
        not_ok "a day with $kills kills: status $status" paper.log
    fi
    the_books_agree 'after kills'
    expect 'after kills: the replay verifies every record' 0 'byte for byte' \
        "$bellwether" replay last --verify
    end_exchange TERM
}

# Everything that a run needs, looked at without an order; and a run that ends with its session.
before_and_after()
{
    rm -rf accounts runs
    "$bellwether" data synth --market --seed 4 --sessions 2 --symbols SPY,QQQ,AAPL \
        --out two-days.bwbars >/dev/null
    serve --data two-days.bwbars --rate-limit 0
    expect 'preflight: all is there' 0 'ready: ' "$bellwether" preflight -c paper.yaml \
        --trading-url "http://$http"
    check 'preflight: both streams are up' test "$(grep -c 'authorized and subscribed' \
        expect.log)" = 2
    check 'preflight sent no order' test "$(ledger orders)" = 0
    expect 'preflight: a secret that is not the key'"'"'s' 1 'no longer valid' env \
        APCA_API_SECRET_KEY=other "$bellwether" preflight -c paper.yaml --trading-url "http://$http"
    expect 'a run ends when its session has closed' 0 '"slices": 39' "${paper[@]}" --json \
        --requests-per-minute 100000 --until-close
    end_exchange TERM
}

# run_is_up FOLDER: whether the run that was started there has begun to trade.
run_is_up()
{
    local tries
    for ((tries = 0; tries < 200; tries++)); do
        if grep -q 'PAPER: account' "$1/paper.log" 2>/dev/null; then
            return 0
        fi
        sleep 0.05
    done
    return 1
}

# One run per account, wherever it is started.
one_run_each()
{
    local other="$work/elsewhere" pid
    rm -rf accounts runs
    mkdir -p "$other" first
    cp paper.yaml "$other/"
    serve_exchange --data day.bwbars --plain-bars --speed 1
    paper=("$bellwether" run -c "$work/paper.yaml" --trading-url "http://$http")
    (cd first && exec "${paper[@]}" >paper.log 2>&1) &
    child=$!
    check 'a run trades the account' run_is_up first
    cd "$other"
    expect 'a second one from another folder is refused' 3 "$work/first/accounts/paper-" "${paper[@]}"
    check 'and is told which process has it' grep -q "by process $child already" expect.log
    check 'and has made nothing there' test ! -e accounts
    expect 'by another name of the same machine, too' 3 'traded by process' "$bellwether" run \
        -c "$work/paper.yaml" --trading-url "http://${http/127.0.0.1/localhost}"
    kill -9 "$child"
    wait "$child" 2>/dev/null || true
    "${paper[@]}" >paper.log 2>&1 </dev/null &
    child=$!
    check 'once the first is gone, it goes' run_is_up .
    pid=$child
    kill -INT "$pid"
    wait "$pid" 2>/dev/null || true
    child=''
    cd "$work"
    end_exchange TERM
}

# What is refused, before any order.
what_is_refused()
{
    serve --data day.bwbars --accounts accounts.yaml --tls
    expect 'no keys' 1 'APCA_API_KEY_ID' env -u APCA_API_KEY_ID -u APCA_API_SECRET_KEY "$bellwether" run -c paper.yaml --trading-url "http://$http"
    expect 'wrong keys' 3 'refuses the keys' "${paper[@]}"
    expect 'a blocked account' 3 'blocked' env APCA_API_KEY_ID=PKBLOCKED \
        APCA_API_SECRET_KEY=blocked "$bellwether" run -c paper.yaml --trading-url "http://$http" \
        --exchange-admin "http://$admin"
    expect 'the live host in a paper run' 3 'real money' "$bellwether" run -c paper.yaml \
        --trading-url https://api.alpaca.markets
    expect 'a host that keys are not sent to' 3 'not to https://example.com' "$bellwether" run -c paper.yaml --trading-url https://example.com
    expect 'a certificate signed by itself' 1 'certificate' "$bellwether" run \
        -c paper.yaml --trading-url "https://$tls"
    expect 'mode live' 3 'guardian' "$bellwether" run -c paper.yaml --mode live
    expect 'nobody there' 1 'did not answer' "$bellwether" run -c paper.yaml \
        --trading-url http://127.0.0.1:1
    sed 's/^symbols: .*/symbols: [SPY, NOSUCH]/' paper.yaml >unknown.yaml
    expect 'a symbol that the broker does not know' 3 'NOSUCH' env APCA_API_KEY_ID=PKGOOD \
        APCA_API_SECRET_KEY=good "$bellwether" run -c unknown.yaml --trading-url "http://$http" \
        --exchange-admin "http://$admin"
    printf 'APCA_API_KEY_ID=%s\nAPCA_API_SECRET_KEY=%s\n' "$canary_key" "$canary_secret" >keys.env
    chmod 644 keys.env
    expect 'a key file that others may read' 3 'keys.env' "$bellwether" run -c paper.yaml \
        --keys keys.env --trading-url "http://$http"
    end_exchange TERM
}

# The keys are in nothing that is written, shown or left behind.
no_canary()
{
    local found=0 file
    serve --data day.bwbars --rate-limit 0
    ulimit -c unlimited || true
    "${paper[@]}" --requests-per-minute 100000 >canary.out 2>&1 &
    child=$!
    sleep 0.5
    tr '\0' '\n' <"/proc/$child/cmdline" >cmdline.txt 2>/dev/null || true
    ps axww -o args= >processes.txt
    kill -ABRT "$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
    child=''
    curl -s "http://$admin/snapshot" >snapshot.json
    while IFS= read -r file; do
        if grep -qaF -e "$canary_secret" "$file"; then
            echo "the secret is in $file" >>canary.log
            found=1
        fi
    done < <(find . -type f ! -name keys.env)
    if grep -qaF -e "$canary_key" -r runs accounts canary.out processes.txt cmdline.txt; then
        echo 'the key is in what the run wrote' >>canary.log
        found=1
    fi
    check 'the canary is in no log, journal, page, message, core or process list' test "$found" = 0
    check 'a killed run leaves no core' test -z "$(find . -name 'core*' -type f)"
    end_exchange TERM
}

work_folder
mkdir -m 700 runtime
export XDG_RUNTIME_DIR=$work/runtime
"$bellwether" data synth --market --seed 3 --sessions 1 --symbols SPY,QQQ,AAPL --out day.bwbars \
    >/dev/null
cp "$root/examples/paper.yaml" .
cat >accounts.yaml <<'END'
- key: PKGOOD
  secret: good
- key: PKBLOCKED
  secret: blocked
  trading_blocked: yes
END
chmod 600 accounts.yaml
a_day_to_its_end
days_with_busts
an_unfinished_log
a_gateway_in_trouble
a_day_with_kills
before_and_after
one_run_each
what_is_refused
no_canary
finish
