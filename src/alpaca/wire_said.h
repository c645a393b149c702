/* wire_said.h: which of our orders can be said in Alpaca's words: what wire_write.c and
 * wire_check.c agree on, and all that they share. */
#ifndef ALPACA_WIRE_SAID_H
#define ALPACA_WIRE_SAID_H

#include "alpaca/wire.h"

enum { WIRE_GROUP_MAX = 3 };

/* An order of Alpaca's: the one that is sent, and what goes with it. */
struct wire_said {
    const struct order_request *first;  /* whose name, side, quantity and time it has */
    const struct order_request *target; /* NULL: none; of an OCO it is `first` */
    const struct order_request *stop;   /* NULL: none */
};

/* False: it would come to be another order there, or something of it would be left unsaid. */
bool wire_can_be_said(const char *symbol, const struct order_request *const *requests,
                      uint32_t count, struct wire_said *said);

bool wire_is_limited(uint8_t type);
bool wire_is_stopped(uint8_t type);
const char *wire_class_text(uint8_t order_class);
bool wire_trails_by_percent(const struct order_request *request);

/* Parts per million, fewer than a million, as percent in e9: exact. */
int64_t wire_percent_e9(int64_t ppm);

#endif
