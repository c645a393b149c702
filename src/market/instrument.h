/* instrument.h: what can be traded. Ids are stable numbers 0, 1, 2, ...; the symbol is a name. */
#ifndef MARKET_INSTRUMENT_H
#define MARKET_INSTRUMENT_H

#include <assert.h>
#include <stdint.h>

#define SYMBOL_SIZE 16 /* with its NUL */

/* The most instruments one run may hold. */
#define INSTRUMENTS_MAX 65536

struct instrument {
    char symbol[SYMBOL_SIZE]; /* upper-case letters, digits, '.', '-'; NUL-padded */
};

static_assert(sizeof(struct instrument) == 16, "stored in bar files");

#endif
