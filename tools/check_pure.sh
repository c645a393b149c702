#!/usr/bin/env bash
# check_pure.sh LIBRARY: the pure side is a function of its input. It may call only what a compiler
# itself calls, and the panic hook: no libc, no libm, no clock, no memory.
set -euo pipefail

# memcpy and its kin, their _chk forms, stack protector, libgcc's 128-bit helpers.
allowed='^(memcpy|memmove|memset|memcmp|__mem(cpy|move|set)_chk|__stack_chk_fail'
allowed+='|__u?(div|mod|divmod)ti[34]|__(mul|mulo|ashl|ashr|lshr|neg|cmp|ucmp|add|sub)v?ti[234]'
allowed+='|__(float|floatun)ti[sdtx]f|__fix(uns)?[sdtx]fti|_GLOBAL_OFFSET_TABLE_|panic)$'

library=$1
foreign=$(comm -23 \
    <(nm -u "$library" | awk 'NF == 2 { print $2 }' | sort -u) \
    <(nm --defined-only "$library" | awk 'NF == 3 { print $3 }' | sort -u) |
    grep -vE "$allowed" || true)
if [[ -n $foreign ]]; then
    echo "the pure library calls what it may not:"
    for symbol in $foreign; do
        echo "  $symbol, in $(nm -Au "$library" | awk -v s="$symbol" '$NF == s { sub(/:.*/, "", $1); print $1 }' |
            sort -u | xargs)"
    done
    exit 1
fi
echo "pure: nothing from outside"
