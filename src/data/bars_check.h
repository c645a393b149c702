/* bars_check.h: the promises of bars.h, checked record by record. */
#ifndef DATA_BARS_CHECK_H
#define DATA_BARS_CHECK_H

#include "base/utc.h"
#include "data/bars.h"

/* The longest bar. */
#define BAR_NS_MAX (366 * NS_PER_DAY)

/* A check under way over records that come in pieces. bar_ns 0: there are no bars. */
struct bars_check {
    uint32_t instrument_count;
    int64_t bar_ns;
    uint64_t count;       /* good records so far */
    uint64_t slice_count; /* distinct ts_ns among them */
    uint64_t quote_count;
    uint64_t trade_count;
    int64_t last_ts_ns;
    int64_t last_rank; /* bars_rank() of the last one, counted so that a bar's is its instrument */
};

void bars_check_init(struct bars_check *check, uint32_t instrument_count, int64_t bar_ns);

/* NULL when all are good, else a constant text for the first that is not; check->count is then its
 * index over all pieces. */
const char *bars_check_records(struct bars_check *check, const struct event *records,
                               uint64_t count);

/* NULL when the instruments are valid symbols in strictly alphabetical order. */
const char *bars_instruments_fault(const struct instrument *instruments, uint32_t count);

/* NULL when a whole data set keeps the promises of bars.h; for tests. */
const char *bars_fault(const struct bars *bars);

#endif
