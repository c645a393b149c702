/* quote_sides.c: see quote_sides.h. One pass; what is kept moves towards the front. */
#include "data/quote_sides.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "data/bar_builder.h"
#include "sys/memory.h"

/* What an instrument's last rows left. */
struct standing {
    struct event_quote quote;
    uint64_t latest; /* index of its last quote that was kept, plus 1; 0: none */
};

/* The sides that the row tells replace those that stood; one side ends what it crosses. */
static void take_row(struct event_quote *quote, const struct event *row)
{
    bool tells_bid = row->flags != QUOTE_ROW_ASK;
    bool tells_ask = row->flags != QUOTE_ROW_BID;
    if (tells_bid) {
        quote->bid_e9 = row->quote.bid_e9;
        quote->bid_size = row->quote.bid_size;
    }
    if (tells_ask) {
        quote->ask_e9 = row->quote.ask_e9;
        quote->ask_size = row->quote.ask_size;
    }
    bool crossed = quote->ask_e9 != 0 && quote->bid_e9 > quote->ask_e9;
    if (crossed && tells_bid) {
        quote->ask_e9 = 0;
        quote->ask_size = 0;
    } else if (crossed) {
        quote->bid_e9 = 0;
        quote->bid_size = 0;
    }
}

uint64_t quotes_join_sides(struct event *records, uint64_t count, uint32_t instrument_count)
{
    struct standing *all = xcalloc(instrument_count, sizeof *all);
    uint64_t kept = 0;
    for (uint64_t i = 0; i < count; i++) {
        struct standing *standing = &all[records[i].instrument];
        struct event *latest = standing->latest > 0 ? &records[standing->latest - 1] : NULL;
        take_row(&standing->quote, &records[i]);
        if (latest != NULL && latest->ts_ns == records[i].ts_ns) {
            latest->quote = standing->quote;
        } else if (latest == NULL ||
                   memcmp(&latest->quote, &standing->quote, sizeof latest->quote) != 0) {
            records[kept] = records[i];
            records[kept].flags = 0;
            records[kept].quote = standing->quote;
            standing->latest = ++kept;
        }
    }
    free(all);
    return kept;
}
