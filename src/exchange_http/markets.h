/* markets.h: the market places that /v3/clock and /v3/calendar know by name. They keep the hours of
 * the exchange served here; those of other countries are not served. */
#ifndef EXCHANGE_HTTP_MARKETS_H
#define EXCHANGE_HTTP_MARKETS_H

#include <stdbool.h>

#include "sys/json_writer.h"

struct public_market {
    const char *acronym;
    const char *mic; /* ISO 10383; NULL: none of its own */
    const char *name;
    bool extended; /* trades before the open and after the close */
};

/* By acronym or market identifier code; NULL when it is not served. */
const struct public_market *market_named(const char *name);

/* The one that is meant when none is named. */
extern const struct public_market *const market_default;

void public_market_json(struct json_writer *json, const struct public_market *market,
                        const char *timezone);

#endif
