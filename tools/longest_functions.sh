#!/usr/bin/env bash
# longest_functions.sh: the ten longest functions of src, and how much lies in each folder.
# It relies on the layout that clang-format keeps: a body opens with `{` and closes with `}` alone
# in the first column.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

functions()
{
    # shellcheck disable=SC2016 # awk's own $
    find src '(' -name '*.c' -o -name '*.cpp' ')' -print0 | xargs -0 awk '
        FNR == 1 { head = ""; begun = 0; open = 0 }
        # The last line that starts in the first column and has a parenthesis names the function.
        /^[A-Za-z_].*\(/ && !/;[[:space:]]*$/ { head = $0; begun = FNR }
        /^{$/ && head != "" { open = FNR }
        /^}/ {
            if (open > 0 && $0 == "}") {
                name = head
                sub(/^__attribute__\(\([^)]*(\([^)]*\))?\)\)[[:space:]]*/, "", name)
                # Test(suite, name) is a function too.
                if (name !~ /^(Parameterized)?Test/) {
                    sub(/\(.*/, "", name); sub(/.*[[:space:]*]/, "", name)
                }
                print FNR - begun + 1 "\t" FILENAME "\t" name
            }
            head = ""; open = 0
        }'
}

all=$(functions)
echo 'The longest functions (tests left out):'
grep -vE '_(test|fuzz)\.c' <<<"$all" | sort -rn | head -n 10 |
    awk -F'\t' '{ printf "%5d  %-36s %s\n", $1, $2, $3 }'
grep -vE '_(test|fuzz)\.c' <<<"$all" | cut -f1 | sort -n |
    awk '{ v[NR] = $1 } END { if (NR) printf "\n%d functions, the middle one has %d lines\n", NR, v[int((NR + 1) / 2)] }'

printf '\n%-14s %6s %7s %6s %7s\n' folder files lines tests lines
for folder in src/*/; do
    find "$folder" -name '*.[ch]' -print0 | xargs -0 -r wc -l | awk -v folder="${folder%/}" '
        $2 == "total" { next }
        $2 ~ /_(test|fuzz)\.c$/ { tests++; tested += $1; next }
        { files++; lines += $1 }
        END { if (files + tests) printf "%-14s %6d %7d %6d %7d\n", folder, files, lines, tests, tested }'
done
