# shellcheck shell=bash
# build.sh: how every script here makes a build. To be sourced, from the root of the tree.

# The flags are the tree's own: what the caller has in the environment does not leak in.
unset CFLAGS CXXFLAGS CPPFLAGS LDFLAGS CC_LD CXX_LD

# build_quietly LOG COMMAND...: runs it; shows the end of its output only when it fails.
build_quietly()
{
    local log=$1
    shift
    if ! "$@" >"$log" 2>&1 </dev/null; then
        tail -n 40 "$log" >&2
        echo "build: failed; the whole output is in $log" >&2
        return 1
    fi
}

# build_configure FOLDER OPTION...: sets the folder up unless it was set up in just this way.
# A folder made with other options, or carried here from another place, is made anew.
build_configure()
{
    local folder=$1 key
    shift
    # The C++ compiler is the C compiler's sibling: their objects are linked, and optimised, together.
    case ${CC:-gcc} in
    clang*) export CXX=clang++ ;;
    *) export CXX=g++ ;;
    esac
    export CXX_LD=${CC_LD:-}
    [[ -n $CXX_LD ]] || unset CXX_LD
    key="$PWD ${CC:-} ${CC_LD:-} $*"
    if [[ -f $folder/build.ninja && $(cat "$folder/.made-by" 2>/dev/null) == "$key" ]]; then
        return 0
    fi
    rm -rf "$folder"
    meson setup "$folder" "$@" || return 1
    printf '%s\n' "$key" >"$folder/.made-by"
}

# build_configure_main: the optimised build in build/: the program alone, inlined across files.
build_configure_main()
{
    CC=gcc build_configure build -Doptimization=3 -Db_lto=true
}

# build_configure_tests: gcc with the default flags and the unit tests, in build-gcc/.
build_configure_tests()
{
    CC=gcc build_configure build-gcc -Dtests=true
}
