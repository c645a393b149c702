/* build_info.c: the build's own words; the build passes version, commit and flags. */
#include "cmd/build_info.h"

#include <build_commit.h> /* made by the build */

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

const char *build_info(void)
{
    return "bellwether " BELLWETHER_VERSION ", commit " BELLWETHER_COMMIT ", " COMPILER
           ", " BELLWETHER_FLAGS;
}
