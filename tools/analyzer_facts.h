/* analyzer_facts.h: what clang's analyser cannot see from inside one file.
 * Given to it, and to nothing that is built, behind base/banned.h. */
#ifndef TOOLS_ANALYZER_FACTS_H
#define TOOLS_ANALYZER_FACTS_H

#include "sys/problem.h"

/* Both answer with an error, never with ERR_OK: a function that ends so has failed. */
#define problem_set(problem, error, ...) ((void)problem_set(problem, error, __VA_ARGS__), (error))
#define problem_set_errno(...)           ((void)problem_set_errno(__VA_ARGS__), ERR_IO)

/* What the build passes to build_info.c. */
#define BELLWETHER_VERSION "analysed"
#define BELLWETHER_FLAGS   "none"

#endif
