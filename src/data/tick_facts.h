/* tick_facts.h: what the quotes and trades of a data set come to, by symbol. */
#ifndef DATA_TICK_FACTS_H
#define DATA_TICK_FACTS_H

#include "data/bars.h"

struct tick_facts {
    uint64_t quotes;
    uint64_t one_sided; /* quotes with nobody on one side */
    uint64_t locked;    /* bid equals ask */
    uint64_t two_sided; /* the rest and the locked ones: what the spread is reckoned of */
    double spread_bps;  /* their mean spread, in hundredths of a percent of the middle */
    uint64_t trades;
    uint64_t volume_only; /* trades that make no price */
    uint64_t volume;      /* shares of all trades */
    int64_t first_ns;     /* of the first and the last tick; of no meaning without any */
    int64_t last_ns;
};

/* One for each instrument; the caller frees them. NULL where there are no ticks. */
struct tick_facts *tick_facts_create(const struct bars *bars);

#endif
