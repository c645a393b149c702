/* bar_ticks_test.c: what ticks along a bar keep of it, over bars of many kinds. */
#include "data/bar_ticks.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "data/synth_random.h"
#include "data/workload.h"

#define CENT INT64_C(10000000)

static const struct instrument aapl = {"AAPL"};

static struct event bar_of(int64_t length_ns, struct event_bar prices)
{
    int64_t start_ns = INT64_C(1773667800) * NS_PER_S;
    return (struct event){.ts_ns = start_ns + length_ns,
                          .src_ns = start_ns,
                          .kind = EVENT_BAR,
                          .version = 1,
                          .slots = 1,
                          .bar = prices};
}

static void check_quote(const struct event *bar, const struct bar_tick *tick)
{
    const struct event_quote *quote = &tick->quote;
    int64_t grid = bar->bar.low_e9 < MONEY_E9 ? CENT / 100 : CENT;
    cr_assert_null(event_quote_fault(quote));
    cr_assert_lt(quote->bid_e9, quote->ask_e9);
    cr_assert_eq(quote->bid_e9 % grid, 0);
    cr_assert_eq(quote->ask_e9 % grid, 0);
    cr_assert_leq(quote->bid_e9, tick->price_e9);
    cr_assert_geq(quote->ask_e9, tick->price_e9);
    cr_assert_eq(quote->bid_size % 100, 0);
    cr_assert_eq(quote->ask_size % 100, 0);
    cr_assert_gt(quote->bid_size, 0);
    cr_assert_gt(quote->ask_size, 0);
    cr_assert_leq(quote->ask_e9 - quote->bid_e9, quote->ask_e9 / 50 + grid);
}

static void check_trade(const struct event *bar, const struct bar_tick *tick)
{
    const struct event_trade_tick trade = {.price_e9 = tick->price_e9, .size = tick->size};
    const int64_t ends[] = {bar->bar.open_e9, bar->bar.high_e9, bar->bar.low_e9, bar->bar.close_e9};
    bool fixed = false;
    for (size_t i = 0; i < 4; i++) {
        fixed = fixed || ends[i] == tick->price_e9;
    }
    cr_assert_null(event_trade_tick_fault(&trade));
    cr_assert(tick->price_e9 >= bar->bar.low_e9 && tick->price_e9 <= bar->bar.high_e9);
    cr_assert(fixed || tick->price_e9 % (tick->price_e9 < MONEY_E9 ? CENT / 100 : CENT) == 0);
}

/* All that bar_ticks.h says of one bar. */
static uint32_t check_bar(uint64_t seed, const struct event *bar, int64_t before_e9)
{
    struct bar_tick ticks[BAR_TICKS_MAX];
    uint32_t count = bar_ticks_make(seed, &aapl, bar, before_e9, ticks);
    cr_assert_eq(count, bar_ticks_count(bar));
    uint32_t trades = 0;
    int64_t volume = 0, high_e9 = 0, low_e9 = INT64_MAX, first_e9 = 0, last_e9 = 0;
    for (uint32_t i = 0; i < count; i++) {
        cr_assert_gt(ticks[i].ts_ns, i == 0 ? bar->src_ns : ticks[i - 1].ts_ns);
        check_quote(bar, &ticks[i]);
        if (ticks[i].size > 0) {
            check_trade(bar, &ticks[i]);
            first_e9 = trades++ == 0 ? ticks[i].price_e9 : first_e9;
            last_e9 = ticks[i].price_e9;
            high_e9 = last_e9 > high_e9 ? last_e9 : high_e9;
            low_e9 = last_e9 < low_e9 ? last_e9 : low_e9;
            volume += ticks[i].size;
        }
    }
    cr_assert_eq(ticks[count - 1].ts_ns, bar->ts_ns);
    cr_assert_eq(trades, bar_ticks_trade_count(bar));
    cr_assert_eq(volume, bar->bar.volume);
    cr_assert(trades == 0 || (ticks[count - 1].size > 0 && last_e9 == bar->bar.close_e9));
    cr_assert(trades < 2 || first_e9 == bar->bar.open_e9);
    cr_assert(trades < 4 || (high_e9 == bar->bar.high_e9 && low_e9 == bar->bar.low_e9));
    return trades;
}

Test(bar_ticks, a_minute_has_sixty_trades_and_keeps_its_bar)
{
    struct event bar = bar_of(NS_PER_MIN, (struct event_bar){2119 * 10 * CENT, 21260 * CENT,
                                                             21170 * CENT, 21240 * CENT, 183422});
    cr_assert_eq(check_bar(7, &bar, 21180 * CENT), 60);
}

Test(bar_ticks, every_kind_of_bar_keeps_its_promises)
{
    static const int64_t lengths[] = {NS_PER_S / 2,   NS_PER_S,    10 * NS_PER_S, NS_PER_MIN,
                                      5 * NS_PER_MIN, NS_PER_HOUR, NS_PER_DAY,    61 * NS_PER_S};
    struct synth_random random = synth_random_start(11, "bars", 1);
    for (int i = 0; i < 20000; i++) {
        int64_t cents = 1 + (int64_t)(synth_random_next(&random) % (i % 3 == 0 ? 99 : 40000));
        int64_t range = 1 + (int64_t)(synth_random_next(&random) % 60);
        int64_t grid = i % 3 == 0 ? CENT / 100 : CENT; /* a third are below a dollar */
        struct event_bar prices = {.low_e9 = cents * (i % 3 == 0 ? 100 : 1) * grid};
        prices.high_e9 = prices.low_e9 + (range - 1) * grid;
        if (i % 3 == 0 && prices.high_e9 >= MONEY_E9) {
            prices.high_e9 = prices.low_e9;
        } else if (i % 3 != 0) { /* whole dollars above: no bar lies across one */
            prices.low_e9 += 100 * CENT;
            prices.high_e9 += 100 * CENT;
        }
        int64_t steps = (prices.high_e9 - prices.low_e9) / grid + 1;
        prices.open_e9 =
            prices.low_e9 + (int64_t)(synth_random_next(&random) % (uint64_t)steps) * grid;
        prices.close_e9 =
            prices.low_e9 + (int64_t)(synth_random_next(&random) % (uint64_t)steps) * grid;
        prices.volume = (int64_t)(synth_random_next(&random) % (i % 5 == 0 ? 70 : 20000000));
        struct event bar = bar_of(lengths[i % 8], prices);
        (void)check_bar((uint64_t)i, &bar, i % 2 == 0 ? 0 : prices.open_e9 - CENT / 100);
    }
}

Test(bar_ticks, few_shares_trade_in_few_places)
{
    static const uint32_t expected[] = {0, 1, 2, 3, 4, 5};
    for (int64_t volume = 0; volume < 6; volume++) {
        struct event bar =
            bar_of(NS_PER_MIN, (struct event_bar){10000 * CENT, 10020 * CENT, 9990 * CENT,
                                                  10010 * CENT, volume});
        cr_assert_eq(check_bar(3, &bar, 0), expected[volume]);
    }
}

Test(bar_ticks, prices_off_the_cents_stay_at_the_bars_own_four)
{
    struct bars data;
    workload_create(500, 42, 2, &data); /* multiples of 1/128 dollar */
    for (uint64_t i = 0; i < data.count; i++) {
        (void)check_bar(42, &data.records[i], 0);
    }
    bars_finish(&data);
}

Test(bar_ticks, the_same_question_has_the_same_answer)
{
    static const struct instrument other = {"MSFT"};
    struct bar_tick first[BAR_TICKS_MAX], second[BAR_TICKS_MAX];
    struct event bar = bar_of(NS_PER_MIN, (struct event_bar){10000 * CENT, 10080 * CENT,
                                                             9950 * CENT, 10010 * CENT, 9000});
    (void)bar_ticks_make(5, &aapl, &bar, 0, first);
    (void)bar_ticks_make(5, &aapl, &bar, 0, second);
    cr_assert_eq(memcmp(first, second, sizeof first), 0);
    (void)bar_ticks_make(6, &aapl, &bar, 0, second);
    cr_assert_neq(memcmp(first, second, sizeof first), 0);
    (void)bar_ticks_make(5, &other, &bar, 0, second);
    cr_assert_neq(memcmp(first, second, sizeof first), 0);
}

Test(bar_ticks, a_giant_volume_is_cut_in_equal_trades)
{
    struct event bar =
        bar_of(NS_PER_DAY, (struct event_bar){10000 * CENT, 10080 * CENT, 9950 * CENT, 10010 * CENT,
                                              INT64_C(30000000030)});
    cr_assert_eq(check_bar(5, &bar, 0), 60);
}

Test(bar_ticks, busy_stocks_have_the_narrower_spread)
{
    struct bar_tick ticks[BAR_TICKS_MAX];
    int64_t spread_e9[2];
    for (int i = 0; i < 2; i++) {
        struct event bar =
            bar_of(NS_PER_MIN, (struct event_bar){50000 * CENT, 50200 * CENT, 49900 * CENT,
                                                  50010 * CENT, i == 0 ? 100000 : 50});
        (void)bar_ticks_make(5, &aapl, &bar, 0, ticks);
        spread_e9[i] = ticks[30].quote.ask_e9 - ticks[30].quote.bid_e9;
    }
    cr_assert_lt(spread_e9[0], 5 * CENT);
    cr_assert_gt(spread_e9[1], 10 * CENT);
}
