/* adjustment.h: bars of the past as if the splits and dividends since then had always been.
 *
 * A split divides the prices before its ex-date and multiplies the volumes; a cash dividend lowers
 * the prices before it by its share of the last close before. Only what is effective by now counts:
 * nobody can be told of the next split. Prices are rounded to hundredths of a cent. */
#ifndef VENUE_ADJUSTMENT_H
#define VENUE_ADJUSTMENT_H

#include "data/actions.h"
#include "venue/market.h"

#define ADJUST_SPLITS    1U
#define ADJUST_DIVIDENDS 2U

/* What bars that end at or before a moment are multiplied by. */
struct adjustment_step {
    int64_t until_ns;
    double price;
    double volume;
};

struct adjustment {
    struct adjustment_step *steps; /* newest first; each has those before it in it */
    uint32_t count;                /* 0: bars stay as they are */
};

/* Of one symbol, with the actions that are effective by until_ns; `actions` may be NULL. The caller
 * ends it with adjustment_finish(). */
void adjustment_init(struct adjustment *adjustment, const struct actions *actions,
                     const struct market *market, uint32_t instrument, unsigned what,
                     int64_t until_ns);
void adjustment_finish(struct adjustment *adjustment);

/* Adjusts a bar of the data that ended at that time, and its average price. */
void adjustment_apply(const struct adjustment *adjustment, int64_t end_ns, struct event_bar *bar,
                      double *average_e9);

#endif
