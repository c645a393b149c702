#!/usr/bin/env bash
# bad_input.sh: what is wrong is refused with words that say where, and nothing crashes on it.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

header=symbol,ts_utc,open,high,low,close,volume
at=2019-02-11T14
good_row=SPY,$at:30:00Z,100,101,99,100.5,1000

# refused NAME TEXT FILE [OPTION...]
refused()
{
    local name=$1 text=$2
    shift 2
    expect "$name" 1 "$text" "$bellwether" backtest -c "$workload" --no-run-dir --data "$@"
}

# A CSV of two good rows and what comes in on $1.
rows()
{
    printf '%s\n' "$header" "$good_row" "SPY,$at:31:00Z,100,101,99,100.5,1000" "$@"
}

# NAME|TEXT|ROW: one bad row behind two good ones.
bad_rows="a price that is no number|line 4: open is no number (NaN)|SPY,$at:32:00Z,NaN,101,99,100.5,1
an infinite price|line 4: high is no number (Inf)|SPY,$at:32:00Z,100,Inf,99,100.5,1
a negative price|line 4: a price is not positive|SPY,$at:32:00Z,-1,101,99,100.5,1
a price of zero|line 4: a price is not positive|SPY,$at:32:00Z,0,101,99,100.5,1
a blank price|line 4: open is blank|SPY,$at:32:00Z,,101,99,100.5,1
high below low|line 4: high is below low|SPY,$at:32:00Z,100,98,99,100.5,1
a price with ten decimals|line 4: close is too large or has more than nine decimals|SPY,$at:32:00Z,100,101,99,100.1234567891,1
a time before the one before|line 4: its time is not later|SPY,$at:29:00Z,100,101,99,100.5,1
a time that comes twice|line 4: its time is not later|SPY,$at:31:00Z,100,101,99,100.5,1
a time that is none|line 4: ts_utc is no time|SPY,yesterday,100,101,99,100.5,1
a volume above 1e12|line 4: volume is above 1,000,000,000,000|SPY,$at:32:00Z,100,101,99,100.5,1000000000001
a negative volume|line 4: volume is no whole number|SPY,$at:32:00Z,100,101,99,100.5,-1
a cut line|line 4: the line has 3 fields, the header 7|SPY,$at:32:00Z,100
a symbol that is none|line 4: symbol is not|spy,$at:32:00Z,100,101,99,100.5,1
bytes that are no text|line 4: the line holds bytes that are no plain text|SPY,$at:32:00Z,100,101,99,100.5,1$(printf '\1')"

test_rows()
{
    local name text row
    while IFS='|' read -r name text row; do
        rows "$row" >bad.csv
        refused "$name is refused" "$text" bad.csv
        expect "$name is left out by --skip-bad" 0 '1 bad row' \
            "$bellwether" backtest -c "$workload" --no-run-dir --skip-bad --data bad.csv
    done <<<"$bad_rows"
    rows "SPY,$at:32:00Z,100,101,99,100.5,1000000000000" >good.csv
    expect 'a volume of 1e12 is good' 0 '3 in 3 slices' \
        "$bellwether" backtest -c "$workload" --no-run-dir --data good.csv
}

test_skip_bad()
{
    rows "SPY,$at:32:00Z,0,101,99,100.5,1" "SPY,$at:33:00Z,100,101,99,100.5,1" \
        "SPY,$at:34:00Z,100,98,99,100.5,1" >bad.csv
    expect '--skip-bad counts the rows it leaves out' 0 '2 bad rows left out' \
        "$bellwether" backtest -c "$workload" --no-run-dir --skip-bad --data bad.csv
    expect '--skip-bad lists each with its line' 0 'bad.csv line 6: high is below low' \
        "$bellwether" backtest -c "$workload" --no-run-dir --skip-bad --data bad.csv
    expect 'import --skip-bad counts them' 0 '5, 2 bad ones left out' \
        "$bellwether" data import bad.csv --skip-bad -o skipped.bwbars
}

test_files()
{
    : >empty.csv
    echo "$header" >header.csv
    printf '\177ELF\2\1\0\0\377\376,\0,\n\200\1\n' >junk.csv
    head -c 5000 "$bellwether" >program.csv
    rows | sed "1s/\$/,colour/; 2,\$s/\$/,red/" >column.csv
    sed '1s/,volume//' <(rows) >lacks.csv
    rows | gzip >whole.csv.gz
    head -c 60 whole.csv.gz >cut.csv.gz
    mkdir -p folder
    refused 'an empty file is refused' 'empty.csv is empty' empty.csv
    refused 'a file with only a header is refused' 'has a header and no rows' header.csv
    refused 'binary junk is refused' 'has the unknown column' junk.csv
    refused 'a program is no data' 'bellwether: program.csv' program.csv
    refused 'an unknown column is named' 'the unknown column' column.csv
    refused 'a missing column is named' 'lacks the column' lacks.csv
    refused 'a file that is not there is named' 'cannot open nowhere.csv' nowhere.csv
    refused 'a folder is no file' 'folder is a folder' folder
    refused 'a gzip file that was cut is refused' 'is cut short' cut.csv.gz
}

# import_says NAME STATUS TEXT ARGUMENT...
import_says()
{
    local name=$1 status=$2 text=$3
    shift 3
    expect "$name" "$status" "$text" "$bellwether" data import "$@" -o foreign.bwbars
}

test_foreign_files()
{
    printf '%s\n' 'Date,Close/Last,Volume,Open,High,Low' '02/12/2019,$2.00,5,$1.00,$2.00,$1.00' \
        '02/11/2019,$2.00,5,$1.00,$2.00,$1.00' >HistoricalData_1.csv
    printf '%s\n' 'When;O;H;L;C;V' '2019-02-11 15:31;1;2;1;2;5' '2019-02-11 15:32;1;2;1;2;5' >own.csv
    echo '{"symbol":"SPY","timestamp":"2019-02-11T09:30:00","open":1' >cut.jsonl
    echo '{"bars":[{"t":"2019-02-11T14:30:00Z","o":1' >cut.json
    import_says 'a file that names no symbol is refused' 2 '--symbol AAPL' HistoricalData_1.csv
    import_says '--symbol names it' 0 'SPY 2019-02-11T00:00:00Z 1 2 1 2 5' HistoricalData_1.csv \
        --symbol SPY
    import_says 'an unknown layout says how to name its columns' 1 '--columns time=...' own.csv
    import_says 'a column that is not there is named' 1 'no column `X`' own.csv \
        --columns time=When,open=X,high=H,low=L,close=C,volume=V
    import_says 'columns, zone and stamp as they are said' 0 '2019-02-11T14:30:00Z 1 2 1 2 5' \
        own.csv --columns time=When,open=O,high=H,low=L,close=C,volume=V --tz +01:00 --stamp end
    import_says 'a time zone that is none is bad usage' 2 'no time zone' own.csv --tz Mars/Olympus
    import_says 'a stamp that is none is bad usage' 2 '--stamp is start or end' own.csv --stamp mid
    refused 'a JSON line that is cut is refused' 'cut.jsonl line 1: the line is no whole JSON' cut.jsonl
    refused 'a JSON page that is cut is refused' 'it ends in the middle of a value' cut.json
}

# flip FILE OFFSET: one bit of that byte.
flip()
{
    local byte
    byte=$(od -An -tu1 -j "$2" -N 1 "$1")
    printf '%b' "\\x$(printf %02x $((byte ^ 1)))" |
        dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

test_record_file()
{
    "$bellwether" data synth --workload --bars 7000 --symbols 3 --out whole.bwbars >/dev/null
    local offset
    for offset in 20 4100 500000 1344000; do
        cp whole.bwbars flipped.bwbars
        flip flipped.bwbars "$offset"
        refused "a record file with byte $offset changed is damaged" 'is damaged' flipped.bwbars
    done
    for offset in 0 100 4096 700000; do
        head -c "$offset" whole.bwbars >cut.bwbars
        expect "a record file cut to $offset bytes is refused" 1 'bellwether: cut.bwbars' \
            "$bellwether" backtest -c "$workload" --no-run-dir --data cut.bwbars
    done
    cp junk.csv junk.bwbars
    refused 'a file that is called a record file alone is refused as such' \
        'junk.bwbars is no bars file of ours' junk.bwbars
}

# A fresh copy of the good run, in `run`.
fresh_run()
{
    rm -rf run
    cp -r good run
}

test_run_folder()
{
    sed 's/^mode: .*/mode: sim/' "$workload" >workload.yaml
    "$bellwether" run -c workload.yaml --once --data whole.bwbars >/dev/null
    cp -r "$(last_run)" good
    fresh_run
    flip run/log/000001.bwlog 1000000
    expect 'verify calls a changed log damaged, and where' 1 '000001.bwlog, byte' \
        "$bellwether" verify run
    expect 'replay calls a changed log damaged' 1 'a block is not whole' \
        "$bellwether" replay run --verify
    fresh_run
    truncate -s 1000000 run/log/000001.bwlog
    expect 'a log cut short opens again and says how far it got' 0 'the run was cut short after' \
        "$bellwether" replay run --verify
    expect 'verify of a log cut short fails' 1 'FAIL' "$bellwether" verify run
    fresh_run
    truncate -s 0 run/log/000001.bwlog
    expect 'an empty log is no log' 1 'its making was cut short' "$bellwether" replay run
    rm -r run/log
    expect 'a run without a log is named' 1 'there is no log in run/log' "$bellwether" replay run
    fresh_run
    rm run/result.json
    expect 'verify misses a missing summary' 1 'FAIL result' "$bellwether" verify run
    fresh_run
    echo '{}' >>run/trades.jsonl
    expect 'verify sees a line too many' 1 'FAIL trades.jsonl' "$bellwether" verify run
    fresh_run
    sqlite3 run/journal.db 'UPDATE fills SET price_e9 = price_e9 + 1 WHERE exec_id = 5'
    expect 'verify sees a price changed by a billionth' 1 'exec_id 5: price_e9 is' \
        "$bellwether" verify run
    expect 'a run that is not there is named' 1 'there is no run "nowhere"' \
        "$bellwether" verify nowhere
}

# What a crash between making a log and its first block leaves counts as no log.
test_unfinished_log()
{
    local size
    for size in 0 8 4096 1048576; do
        rm -rf state
        mkdir -p state/log
        truncate -s "$size" state/log/000001.bwlog
        expect "a state folder whose log was never begun is begun ($size bytes)" 0 'fills' \
            "$bellwether" run -c workload.yaml --once --data whole.bwbars --state state
    done
}

# refused_config NAME TEXT SED-SCRIPT
refused_config()
{
    sed "$3" "$workload" >bad.yaml
    expect "$1" 2 "$2" "$bellwether" backtest -c bad.yaml --no-run-dir
}

test_config()
{
    refused_config 'an unknown key is named with its place' 'bad.yaml:11:1: error' \
        's/^commission:/comission:/'
    refused_config 'an unknown key has a suggestion' 'did you mean commission?' \
        's/^commission:/comission:/'
    refused_config 'a missing limit is named' 'the key max_daily_loss is missing' \
        '/max_daily_loss/d'
    refused_config 'a bare number is refused with its place' 'bad.yaml:10:7: error' \
        's/^cash: .*/cash: 10000000/'
    refused_config 'a key that stands twice is refused' 'bad.yaml:11:1' \
        '/^cash: /{p;}'
    refused_config 'a frame that the data does not have is refused' 'frame: 1s is finer than bar: 1min' \
        's/frame: 1min .*/frame: 1s/'
    expect 'a config that is not there is named' 2 'nowhere.yaml: error: cannot be read' \
        "$bellwether" backtest -c nowhere.yaml --no-run-dir
    expect 'an unknown option is bad usage' 2 'unrecognized option' "$bellwether" run --nonsense
    expect 'an unknown command is bad usage' 2 'no command' "$bellwether" nonsense
    expect 'no command is bad usage' 2 'Usage' "$bellwether"
    expect 'a speed of nothing is bad usage' 2 '--speed is a number above 0' \
        "$bellwether" run --speed 0
    if [[ -e runs ]] && [[ $(find runs -mindepth 1 -maxdepth 1 | wc -l) -ne "$runs_before" ]]; then
        not_ok 'a refused config leaves no run folder'
    else
        ok 'a refused config leaves no run folder'
    fi
}

main()
{
    work_folder
    test_rows
    test_skip_bad
    test_files
    test_foreign_files
    test_record_file
    test_run_folder
    test_unfinished_log
    runs_before=$(find runs -mindepth 1 -maxdepth 1 | wc -l)
    test_config
    finish
}

main
