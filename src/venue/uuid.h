/* uuid.h: ids as Alpaca writes them: UUIDs of version 4 in form, a function of (seed, space,
 * number) in fact, so that a run can be repeated and an id leads back to its number. */
#ifndef VENUE_UUID_H
#define VENUE_UUID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "61e69015-8549-4bfd-b9c3-01e75843f47d" and its NUL. */
#define UUID_TEXT_SIZE 37

/* What a number counts; the same number gives another id in each. */
enum uuid_space {
    UUID_ACCOUNT = 1,
    UUID_ORDER,
    UUID_EXECUTION,
    UUID_ASSET,
    UUID_ACTIVITY,
    UUID_WATCHLIST,
    UUID_REQUEST,
    UUID_ACTION,
    UUID_ANNOUNCEMENT,
};

/* Writes the id of a number. `seed` may hold the account, too: venue seed mixed with its index. */
void uuid_write(uint64_t seed, enum uuid_space space, uint64_t number, char text[UUID_TEXT_SIZE]);

/* The number that an id was made of, in either case of letters; false for any text that is none of
 * that seed and space. Numbers below 2^32 only. */
bool uuid_read(uint64_t seed, enum uuid_space space, const char *text, size_t length,
               uint64_t *number);

/* Whether a text has the form of a UUID. */
bool uuid_is(const char *text, size_t length);

#endif
