/* tape_test.c: the order of slices, with and without ticks along the bars. */
#include "venue/tape.h"

#include <string.h>

#include "exchange_http/made_market_test.h"

static struct tape *tape_of(const struct bars *data, bool along_bars)
{
    const struct tape_plan plan = {.data = data, .seed = 7, .along_bars = along_bars};
    return tape_create(&plan);
}

Test(tape, plain_it_gives_what_the_data_has)
{
    struct bars data = made_bars();
    struct tape *tape = tape_of(&data, false);
    uint64_t count = 0;
    int64_t ts_ns;
    while (tape_peek(tape, &ts_ns)) {
        struct slice slice;
        tape_take(tape, &slice);
        cr_assert_eq(slice.ts_ns, ts_ns);
        cr_assert_eq(slice.ordinal, count++);
        cr_assert_eq(slice.count, MADE_SYMBOLS);
        cr_assert_eq(slice.tick_count, 0);
    }
    cr_assert_eq(count, data.slice_count);
    tape_destroy(tape);
    bars_finish(&data);
}

/* Quotes, then trades, each in instrument order, all at the slice's instant. */
static void check_order(const struct slice *slice)
{
    uint32_t rank = 0;
    for (const struct event *event = slice_ticks(slice); event < slice_end(slice); event++) {
        uint32_t kind = event->kind == EVENT_QUOTE ? 0 : event->kind == EVENT_TRADE_TICK ? 1 : 2;
        uint32_t next = 1 + kind * MADE_SYMBOLS + event->instrument;
        cr_assert_gt(next, rank);
        cr_assert_eq(event->ts_ns, slice->ts_ns);
        rank = next;
    }
}

Test(tape, along_bars_ticks_lie_between_their_ends)
{
    struct bars data = made_bars();
    struct tape *tape = tape_of(&data, true);
    int64_t last_ns = INT64_MIN, ts_ns, shares = 0, volume = 0;
    uint64_t slices = 0, bars = 0;
    while (tape_peek(tape, &ts_ns)) {
        struct slice slice;
        tape_take(tape, &slice);
        cr_assert_gt(slice.ts_ns, last_ns);
        cr_assert_eq(slice.ts_ns, ts_ns);
        cr_assert_eq(slice.tick_count, 2 * MADE_SYMBOLS);
        check_order(&slice);
        last_ns = slice.ts_ns;
        slices++;
        for (const struct event *event = slice_ticks(&slice); event < slice_end(&slice); event++) {
            shares += event->kind == EVENT_TRADE_TICK ? event->trade_tick.size : 0;
            volume += event->kind == EVENT_BAR ? event->bar.volume : 0;
            bars += event->kind == EVENT_BAR;
        }
        cr_assert(slice.count == 0 || (shares == volume && slice.count == MADE_SYMBOLS));
    }
    cr_assert_eq(bars, data.count);
    cr_assert_eq(slices, 60 * data.slice_count);
    tape_destroy(tape);
    bars_finish(&data);
}

Test(tape, a_seek_goes_where_taking_would_have_come)
{
    struct bars data = made_bars();
    for (int along = 0; along < 2; along++) {
        struct tape *walked = tape_of(&data, along == 1);
        struct tape *sought = tape_of(&data, along == 1);
        int64_t to_ns = made_open_ns(1) + 90 * NS_PER_S, ts_ns, other_ns;
        struct slice slice, other;
        while (tape_peek(walked, &ts_ns) && ts_ns <= to_ns) {
            tape_take(walked, &slice);
        }
        tape_seek(sought, to_ns);
        for (int i = 0; i < 200; i++) {
            cr_assert(tape_peek(walked, &ts_ns) && tape_peek(sought, &other_ns));
            cr_assert_eq(ts_ns, other_ns);
            tape_take(walked, &slice);
            tape_take(sought, &other);
            cr_assert_eq(slice.count, other.count);
            cr_assert_eq(slice.tick_count, other.tick_count);
            cr_assert_eq(memcmp(slice_ticks(&slice), slice_ticks(&other),
                                (slice.tick_count + slice.count) * sizeof(struct event)),
                         0);
        }
        tape_seek(sought, INT64_MAX);
        cr_assert(!tape_peek(sought, &other_ns));
        tape_seek(sought, INT64_MIN);
        cr_assert(tape_peek(sought, &other_ns) && other_ns < made_open_ns(0) + 2 * NS_PER_MIN);
        tape_destroy(walked);
        tape_destroy(sought);
    }
    bars_finish(&data);
}

/* Bars of two symbols that overlap: one of the whole minute, one of the half before and after. */
Test(tape, overlapping_bars_never_turn_time_back)
{
    struct event records[6];
    for (int i = 0; i < 6; i++) {
        records[i] = made_bar(0, i / 2, (uint32_t)i % 2);
        if (i % 2 == 0) {
            records[i].ts_ns -= NS_PER_MIN / 2;
            records[i].src_ns -= NS_PER_MIN / 2;
        }
    }
    struct bars data = {.records = records,
                        .count = 6,
                        .instruments = made_instruments,
                        .instrument_count = MADE_SYMBOLS,
                        .bar_ns = NS_PER_MIN};
    struct tape *tape = tape_of(&data, true);
    int64_t last_ns = INT64_MIN, ts_ns, volume = 0;
    while (tape_peek(tape, &ts_ns)) {
        struct slice slice;
        tape_take(tape, &slice);
        cr_assert_gt(slice.ts_ns, last_ns);
        last_ns = slice.ts_ns;
        for (const struct event *event = slice_ticks(&slice); event < slice_end(&slice); event++) {
            volume += event->kind == EVENT_TRADE_TICK ? event->trade_tick.size : 0;
        }
    }
    cr_assert_eq(volume, 2 * (1000 + 1001 + 1002));
    tape_destroy(tape);
}

Test(tape, a_venue_starts_with_quotes_that_stand)
{
    struct bars data = made_bars();
    int64_t start_ns = made_open_ns(1) + 90 * NS_PER_S;
    struct venue *venue = made_venue(&data, start_ns, true);
    const struct market_symbol *symbol = &venue->market.symbols[0];
    cr_assert_eq(symbol->quote.ts_ns, start_ns);
    cr_assert_eq(symbol->trade.ts_ns, start_ns);
    cr_assert_eq(symbol->bar.ts_ns, made_open_ns(1) + NS_PER_MIN);
    cr_assert_eq(symbol->today.bar_count, 1);
    cr_assert_eq(symbol->yesterday.bar.close_e9, made_bar(0, MADE_MINUTES - 1, 0).bar.close_e9);
    venue_advance(venue, start_ns + NS_PER_S);
    cr_assert_eq(symbol->trade.ts_ns, start_ns + NS_PER_S);
    venue_advance(venue, made_open_ns(1) + 2 * NS_PER_MIN);
    cr_assert_eq(symbol->trade.trade_tick.price_e9, made_bar(1, 1, 0).bar.close_e9);
    cr_assert_lt(symbol->trade.trade_tick.size, 1001);
    venue_destroy(venue);
    bars_finish(&data);
}
