#!/usr/bin/env bash
# check_layers.sh: includes in src/ point one way, and a few words stay in their places.
# Tests (_test.c, _test.h, _fuzz.c) may see everything.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

pure='base market signal view core strategy exchange'
# FOLDER: the folders it may include (its own goes without saying). PURE stands for all of `pure`.
arrows='base:
market: base
signal: base market
view: base market signal
core: base market signal view
strategy: base market signal view core
exchange: base market
sys: PURE
config: sys PURE
log: sys config PURE
data: sys config PURE
net: base sys
alpaca: net sys market base
feed: alpaca net data log sys config PURE
broker: alpaca net data log sys config PURE
venue: data config sys base market exchange
exchange_http: venue net data config sys base market exchange
driver: feed broker data log sys config PURE
readers: log config sys PURE
monitor: readers log config sys PURE
cmd: exchange_http venue alpaca net monitor readers driver feed broker data log config sys PURE'

# Prints "FILE:LINE: FOLDER TARGET" for each include between folders of src.
includes()
{
    grep -rnoE --include='*.[ch]' --include='*.cpp' '^[[:space:]]*#[[:space:]]*include[[:space:]]*"[^"]+"' src |
        grep -vE '^[^:]*_(test|fuzz)\.[ch]:' |
        awk -F: '{ split($1, path, "/"); name = $3; gsub(/^[^"]*"|"$/, "", name)
                   n = split(name, target, "/")
                   print $1 ":" $2 ":", path[2], (n > 1 ? target[1] : "(no folder)") }'
}

check_includes()
{
    # The world includes pure headers freely; the pure side never includes the world, because no
    # row of it names a folder below the line.
    includes | awk -v pure="$pure" '
        NR == FNR {
            folder = $1; sub(":", "", folder); may[folder, folder] = 1; known[folder] = 1
            for (i = 2; i <= NF; i++) {
                if ($i != "PURE") { may[folder, $i] = 1; continue }
                n = split(pure, list, " ")
                for (k = 1; k <= n; k++) may[folder, list[k]] = 1
            }
            order[++rows] = folder
            next
        }
        {
            total++
            if (!(($2, $3) in may)) {
                against++
                print $1, $2 ($2 in known ? "" : " (a folder without a row)"), "may not see", $3
            }
            if ($2 != $3 && !(($2, $3) in seen)) { seen[$2, $3] = 1; found[$2] = found[$2] " " $3 }
        }
        END {
            for (i = 1; i <= rows; i++) if (order[i] in found) print order[i] " ->" found[order[i]]
            printf "layers: %d includes, %d against the arrows\n", total, against
            exit against > 0
        }' <(printf '%s\n' "$arrows") -
}

# The lines of src without comments and texts, as FILE:LINE:CODE, tests left out.
code()
{
    # shellcheck disable=SC2016 # awk's own $
    find src -name '*.[ch]*' ! -name '*.in' ! -name '*_test.c' ! -name '*_fuzz.c' -print0 | sort -z |
        xargs -0 awk '
            FNR == 1 { inside = 0 }
            {
                line = $0; out = ""
                gsub(/\\["\\]/, "", line); gsub(/"[^"]*"/, "\"\"", line)
                while (line != "") {
                    if (inside) {
                        at = index(line, "*/")
                        if (at == 0) break
                        line = substr(line, at + 2); inside = 0
                    } else {
                        at = index(line, "/*"); end = index(line, "//")
                        if (end > 0 && (at == 0 || end < at)) { out = out substr(line, 1, end - 1); break }
                        if (at == 0) { out = out line; break }
                        out = out substr(line, 1, at - 1) " "; line = substr(line, at + 2); inside = 1
                    }
                }
                print FILENAME ":" FNR ":" out
            }'
}

# ban WHAT PATTERN PATHS [EXCEPT]: no such code in files whose path matches.
ban()
{
    local what=$1 pattern=$2 paths=$3 except=${4:-^$} found
    found=$(grep -E "^[^:]*${paths}[^:]*:" <<<"$all_code" | grep -vE "^($except):" |
        grep -E "^[^:]*:[0-9]+:.*$pattern" || true)
    if [[ -n $found ]]; then
        printf '%s\n' "$found"
        echo "banned: $what"
        banned=1
    fi
}

status=0
banned=0
check_includes || status=1
all_code=$(code)
word='(^|[^A-Za-z0-9_])'
ban 'a clock read outside sys/clock.c' \
    "$word(clock_gettime|gettimeofday|time|ftime|timespec_get|clock)[[:space:]]*\\(" src/ 'src/sys/clock\.c'
ban 'floating point where money is (N1)' \
    "$word(float|double)([^A-Za-z0-9_]|\$)" 'src/(core|exchange|broker|log)/'
if [[ $status -eq 0 && $banned -eq 0 ]]; then
    exit 0
fi
exit 1
