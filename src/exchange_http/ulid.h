/* ulid.h: ids that sort by time (ULIDs): 48 bits of milliseconds and 80 bits, in base 32.
 *
 * The 80 bits are no random numbers but the running number and a mix of it with the seed: ids of
 * one seed are different, repeat from run to run, and sort by number within a millisecond. */
#ifndef EXCHANGE_HTTP_ULID_H
#define EXCHANGE_HTTP_ULID_H

#include <stdbool.h>
#include <stdint.h>

#define ULID_TEXT_SIZE 27 /* "01ARZ3NDEKTSV4RRFFQ69G5FAV" and its NUL */

/* Moments before 1970 count as 1970. Numbers below 2^40. */
void ulid_write(uint64_t seed, int64_t ts_ns, uint64_t number, char text[ULID_TEXT_SIZE]);

/* Reads one in either case of letters into its upper-case form, which strcmp() puts in order; false
 * for any other text. */
bool ulid_read(const char *text, char ulid[ULID_TEXT_SIZE]);

#endif
