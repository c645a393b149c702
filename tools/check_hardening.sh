#!/usr/bin/env bash
# check_hardening.sh PROGRAM: what the flags promised, seen in the binary.
set -euo pipefail

program=$1
status=0

# must WHAT PATTERN READELF-OPTION
must()
{
    # Not grep -q: it would close the pipe, and readelf's complaint would be our failure.
    if readelf -W "$3" "$program" | grep -E -- "$2" >/dev/null; then
        echo "ok $1"
    else
        echo "not ok $1"
        status=1
    fi
}

must_not()
{
    if readelf -W "$3" "$program" | grep -E -- "$2" >/dev/null; then
        echo "not ok $1"
        status=1
    else
        echo "ok $1"
    fi
}

must 'position independent (PIE)' 'FLAGS_1.*\bPIE\b' -d
must 'all symbols bound at start (NOW)' 'FLAGS_1.*\bNOW\b' -d
must 'relocations read-only (RELRO)' 'GNU_RELRO' -l
must 'stack not executable (NX)' 'GNU_STACK.* RW ' -l
must_not 'no segment both writable and executable' 'LOAD.* RWE ' -l
must_not 'no relocations in code (TEXTREL)' 'TEXTREL' -d
must_not 'no search path for libraries' 'R(UN)?PATH' -d
must 'stack protector' '__stack_chk_fail' --dyn-syms
must 'fortified calls' '__[a-z]+_chk\b' --dyn-syms
if [[ $(uname -m) == x86_64 ]]; then
    # Not by the IBT note: the linker drops it, as Debian's own start files do not carry it.
    if objdump -d --no-show-raw-insn --disassemble=main "$program" | grep endbr64 >/dev/null; then
        echo 'ok marked jump targets (CET)'
    else
        echo 'not ok marked jump targets (CET)'
        status=1
    fi
fi
exit "$status"
