#!/usr/bin/env bash
# plain_build.sh COMPILER FLAG FOLDER: FOLDER/plain out of tests/one_hash/plain.c and the sources that
# need nothing but a C library, without Meson, so that any compiler and its library will do.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

compiler=$1 flag=$2 folder=$3
rm -rf -- "$folder"
mkdir -p "$folder"
# quick_test is a strategy. Sources that use other libraries are left out with what they do.
{
    find src/{base,market,signal,view,core,strategy,exchange,sys,log,feed,broker,driver,data} \
        -name '*.c' | grep -vE '_(test|fuzz)\.c$'
    echo src/strategy/quick_test.c
    echo tests/one_hash/plain.c
} | xargs grep -LE '#include <(zlib|nettle)' | sort | while read -r file; do
    "$compiler" -std=gnu17 "$flag" -ffp-contract=off -fno-strict-aliasing -fno-math-errno \
        -D_GNU_SOURCE -Isrc -include base/banned.h -ffunction-sections -fdata-sections \
        -c "$file" -o "$folder/${file//\//_}.o"
done
# Functions that nobody calls go, and with them the names that they miss.
"$compiler" -Wl,--gc-sections -o "$folder/plain" "$folder"/*.o
