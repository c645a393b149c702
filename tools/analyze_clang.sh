#!/usr/bin/env bash
# analyze_clang.sh FOLDER: clang's analyser on every source of src that the build knows, tests left
# out. Any finding fails.
set -euo pipefail

sources()
{
    # The build's own list: what is not compiled is not analysed.
    grep -oE '"file": "[^"]+"' "$folder/compile_commands.json" | cut -d'"' -f4 |
        sed 's|^\(\.\./\)*||' | grep '^src/.*\.c$' | grep -vE '_(test|fuzz)\.c$' | sort -u
}

if [[ ${1:-} == --some ]]; then
    folder=$2
    shift 2
    status=0
    for source in "$@"; do
        facts=(-include tools/analyzer_facts.h)
        if [[ $source == src/sys/problem.c ]]; then
            facts=() # it defines what the facts are about
        fi
        # --analyze compiles nothing, so the flags that change code are of no interest here.
        clang --analyze --analyzer-output text -Xclang -analyzer-werror \
            -Xclang -analyzer-disable-checker=security.insecureAPI.DeprecatedOrUnsafeBufferHandling \
            -std=gnu17 -D_GNU_SOURCE -Isrc -I"$folder/src" -include base/banned.h "${facts[@]}" "$source" || status=1
    done
    exit "$status"
fi
folder=$1
count=$(sources | wc -l)
# xargs, not background jobs: Ctrl-C reaches them.
sources | xargs -P "$(nproc)" -n 4 "${BASH_SOURCE[0]}" --some "$folder"
echo "$count files, no finding"
