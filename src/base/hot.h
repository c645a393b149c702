/* hot.h: words for the compiler about the path of an event.
 *
 * HOT_LOOP inlines everything that the function calls, across files where the build optimises at
 * link time. RARELY keeps what happens once in many bars (an order, a fault, a log) out of it
 * (not `cold`: that would make it small instead of quick). */
#ifndef BASE_HOT_H
#define BASE_HOT_H

/* Clears a 64-byte slot, aligned to 16, with four wide stores. Records are made in their place,
 * cleared and then set field by field: an initialiser is built aside and copied, which makes the
 * processor wait until its narrow stores can be read as wide ones, and clearing several slots at
 * once becomes `rep stos`, which takes as long as all the rest. */
static inline void clear_slot(void *place)
{
    typedef long long wide __attribute__((vector_size(16), may_alias));
    wide *at = place;
    at[0] = (wide){0, 0};
    at[1] = (wide){0, 0};
    at[2] = (wide){0, 0};
    at[3] = (wide){0, 0};
}

/* A local that is set field by field before it is read: builds that clear every local leave it. */
#define UNSET __attribute__((uninitialized))

#define HOT_LOOP __attribute__((flatten, hot, noinline))
#define RARELY   __attribute__((noinline))

/* A way out of a long row of questions: the compiler takes the other answer for the usual one. It
 * would otherwise take each for a toss of a coin, and the end of the row for never reached. */
#define WAY_OUT __attribute__((noinline, cold))

#endif
