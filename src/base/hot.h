/* hot.h: two words for the compiler about the path of an event.
 *
 * HOT_LOOP inlines everything that the function calls, across files where the build optimises at
 * link time. RARELY keeps what happens once in many bars (an order, a fault, a log) out of it
 * (not `cold`: that would make it small instead of quick). */
#ifndef BASE_HOT_H
#define BASE_HOT_H

#define HOT_LOOP __attribute__((flatten, hot, noinline))
#define RARELY   __attribute__((noinline))

#endif
