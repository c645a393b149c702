/* made_market_test.h: a small market for tests: AAPL and SPY, a bar a minute over whole sessions,
 * at prices that a reader can compute. */
#ifndef EXCHANGE_HTTP_MADE_MARKET_TEST_H
#define EXCHANGE_HTTP_MADE_MARKET_TEST_H

#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/money.h"
#include "base/utc.h"
#include "sys/memory.h"
#include "venue/venue.h"

#define CENT_E9 (MONEY_E9 / 100)

enum { MADE_MINUTES = 390, MADE_DAYS = 3, MADE_SYMBOLS = 2 };

static const struct instrument made_instruments[MADE_SYMBOLS] = {{"AAPL"}, {"SPY"}};
/* Friday, Monday, Tuesday; the first before summer time would differ, all are in it. */
static const char *const made_dates[MADE_DAYS] = {"2026-03-13", "2026-03-16", "2026-03-17"};

static inline int64_t made_open_ns(int day)
{
    int64_t day_ns;
    cr_assert_eq(utc_parse_date(made_dates[day], 10, &day_ns), ERR_OK);
    return day_ns + 13 * NS_PER_HOUR + 30 * NS_PER_MIN;
}

/* Bar number `i` of the day: opens at 200 + day dollars and i cents (SPY at 500), rises by a cent,
 * reaches two cents above and one below; volume 1000 + i. */
static inline struct event made_bar(int day, int i, uint32_t instrument)
{
    int64_t open_e9 = (200 + day + 300 * (int64_t)instrument) * MONEY_E9 + i * CENT_E9;
    int64_t start_ns = made_open_ns(day) + i * NS_PER_MIN;
    return (struct event){
        .ts_ns = start_ns + NS_PER_MIN,
        .src_ns = start_ns,
        .kind = EVENT_BAR,
        .version = 1,
        .slots = 1,
        .instrument = instrument,
        .bar = {open_e9, open_e9 + 2 * CENT_E9, open_e9 - CENT_E9, open_e9 + CENT_E9, 1000 + i}
    };
}

static inline struct bars made_bars(void)
{
    struct bars data = {.instruments = made_instruments,
                        .instrument_count = MADE_SYMBOLS,
                        .bar_ns = NS_PER_MIN,
                        .slice_count = (uint64_t)MADE_DAYS * MADE_MINUTES};
    struct event *records =
        xcalloc((size_t)MADE_DAYS * MADE_MINUTES * MADE_SYMBOLS, sizeof *records);
    for (int day = 0; day < MADE_DAYS; day++) {
        for (int i = 0; i < MADE_MINUTES; i++) {
            for (uint32_t instrument = 0; instrument < MADE_SYMBOLS; instrument++) {
                records[data.count++] = made_bar(day, i, instrument);
            }
        }
    }
    data.records = records;
    data.memory = records;
    return data;
}

/* From start_ns on; accounts open themselves and have $100,000, on margin, and may sell short. */
static inline struct venue_plan made_plan(const struct bars *data, int64_t start_ns)
{
    return (struct venue_plan){
        .data = data,
        .seed = 7,
        .start_ns = start_ns,
        .calendar = CALENDAR_XNYS,
        .exchange = {.orders_max = 64,
                     .cash_e9 = 100000 * MONEY_E9,
                     .account = {.kind = ACCOUNT_KIND_MARGIN,
                                 .multiplier = 2,
                                 .shorting = true,
                                 .holds = true}},
        .accounts_max = 4,
        .accounts_open_themselves = true,
    };
}

/* The bars themselves, or quotes and trades along them too. */
static inline struct venue *made_venue(const struct bars *data, int64_t start_ns, bool along_bars)
{
    struct venue_plan plan = made_plan(data, start_ns);
    plan.ticks_along_bars = along_bars;
    return venue_create(&plan);
}

#endif
