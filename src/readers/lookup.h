/* lookup.h: what the numbers in a log's records are called, and the orders seen so far. Shared by
 * the views; fed with every record before the views take it. */
#ifndef READERS_LOOKUP_H
#define READERS_LOOKUP_H

#include <stdbool.h>

#include "log/preamble.h"
#include "market/order.h"

struct lookup;

struct known_order {
    uint64_t order_id; /* 0: an empty place of the table */
    int64_t ts_ns;     /* of its ORDER record */
    int64_t qty_e9;
    uint32_t instrument; /* the first leg's */
    uint16_t book;
    bool buys; /* the first leg's direction */
};

/* Parses the preamble's config again; the preamble is borrowed. `*lookup` is the caller's to
 * lookup_destroy(). */
enum err lookup_create(const struct preamble *preamble, struct lookup **lookup,
                       struct problem *problem);
void lookup_destroy(struct lookup *lookup);

/* Remembers an ORDER; passes other records over. */
void lookup_take(struct lookup *lookup, const struct event *record);

/* NULL when no such order was seen. Valid until the next lookup_take(). */
const struct known_order *lookup_order(const struct lookup *lookup, uint64_t order_id);

/* Texts for any number, "unknown" for those that mean nothing here; valid as long as the lookup. */
const char *lookup_symbol(const struct lookup *lookup, uint32_t instrument);
const char *lookup_strategy(const struct lookup *lookup, uint16_t book);
const char *lookup_reason(const struct lookup *lookup, uint16_t book, uint8_t reason);

/* The name of the strategy's n-th declared series, "sma_20", in `text`. */
#define SERIES_NAME_SIZE 24
const char *lookup_series(const struct lookup *lookup, uint16_t book, uint32_t n,
                          char text[SERIES_NAME_SIZE]);

/* What a decision's n-th input came to, as a person reads it; 0 when there is no such series. */
int64_t lookup_input_e9(const struct lookup *lookup, uint16_t book, uint32_t n, uint64_t bits);

const struct run_config *lookup_config(const struct lookup *lookup);

/* The market itself is made up; fills are simulated in every mode there is so far. */
bool lookup_market_is_simulated(const struct lookup *lookup);

#endif
