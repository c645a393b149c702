/* venue_fuzz.h: the venue that inputs of lines are tried on: one account, of $100,000 on margin,
 * that may sell short, on 2026-03-16 from 9:30 in New York. */
#ifndef EXCHANGE_HTTP_VENUE_FUZZ_H
#define EXCHANGE_HTTP_VENUE_FUZZ_H

#include <stdint.h>
#include <string.h>

#include "base/check.h"
#include "base/money.h"
#include "base/utc.h"
#include "venue/venue.h"

#define FUZZ_START_NS (INT64_C(1773667800) * NS_PER_S)

static inline struct venue *fuzz_venue(const struct bars *data, const struct actions *actions)
{
    const struct venue_plan plan = {
        .data = data,
        .actions = actions,
        .seed = 7,
        .start_ns = FUZZ_START_NS,
        .calendar = CALENDAR_XNYS,
        .exchange = {.orders_max = 16,
                     .account = {.kind = ACCOUNT_KIND_MARGIN,
                                 .multiplier = 2,
                                 .shorting = true,
                                 .holds = true}},
        .accounts_max = 1,
    };
    struct venue *venue = venue_create(&plan);
    CHECK(venue_open_account(venue, "PK", "secret", 100000 * MONEY_E9) != NULL);
    return venue;
}

typedef void fuzz_take_line(struct venue *venue, const uint8_t *line, size_t length);

/* Each line of the input, without its end. */
static inline void fuzz_lines(struct venue *venue, const uint8_t *bytes, size_t size,
                              fuzz_take_line *take)
{
    for (size_t at = 0; at < size;) {
        const uint8_t *end = memchr(bytes + at, '\n', size - at);
        size_t length = end == NULL ? size - at : (size_t)(end - (bytes + at));
        take(venue, bytes + at, length);
        at += length + 1;
    }
}

#endif
