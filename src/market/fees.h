/* fees.h: what regulators take of a trade in US equities, by dated tables. */
#ifndef MARKET_FEES_H
#define MARKET_FEES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* SEC fee and FINRA trading activity fee of one fill, both on sales only, each rounded up to the
 * cent as brokers charge them. ERR_RANGE when an amount does not fit. */
enum err fees_of_fill(int64_t ts_ns, bool buys, int64_t qty_e9, int64_t price_e9, int64_t *fees_e9);

#endif
