/* check.h: CHECK guards promises of the programmer, in every build.
 *
 * A broken invariant (the ledger does not sum to zero, an index outside its table) means that the
 * program no longer knows what is true, so it stops. CHECK never judges input from outside. */
#ifndef BASE_CHECK_H
#define BASE_CHECK_H

/* Says file, line and condition, and aborts. The program provides it (sys/panic.c), so that the
 * pure layers need no library. */
_Noreturn void panic(const char *file, int line, const char *condition);

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (__builtin_expect(!(condition), 0)) {                                                   \
            panic(__FILE__, __LINE__, #condition);                                                 \
        }                                                                                          \
    } while (0)

#endif
