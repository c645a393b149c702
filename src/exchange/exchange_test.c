/* exchange_test.c: who fills when and at what price, who is refused why, and that the exchange's
 * own ledger is what a pencil comes to. */
#include "exchange/exchange.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "sys/memory.h"

#define USD(amount)    ((int64_t)(amount)*MONEY_E9)
#define SHARES(amount) ((int64_t)(amount)*MONEY_E9)

enum { INSTRUMENTS = 3, REPORTS_MAX = 64 };

struct market {
    void *memory;
    struct exchange *exchange;
    struct exchange_report said[REPORTS_MAX];
    struct exchange_reports reports;
    int64_t now_ns; /* start of the next bar */
};

static void market_init_with(struct market *market, struct exchange_plan plan)
{
    struct arena arena;
    arena_init_measure(&arena);
    cr_assert_null(exchange_init(&arena, &plan));
    size_t size = arena.used;
    *market = (struct market){.memory = xcalloc_aligned(size), .now_ns = 100 * NS_PER_DAY};
    arena_init(&arena, market->memory, size);
    market->exchange = exchange_init(&arena, &plan);
    market->reports = (struct exchange_reports){.reports = market->said, .capacity = REPORTS_MAX};
}

/* $10,000, $1 a fill, four orders at once; closes stand at $10. */
static void market_init(struct market *market);

static void market_finish(struct market *market)
{
    free(market->memory);
}

/* One minute: bars of the instruments whose open is not 0. The reports before are forgotten. */
static void slice(struct market *market, const int64_t opens_e9[INSTRUMENTS],
                  const int64_t closes_e9[INSTRUMENTS])
{
    struct event bars[INSTRUMENTS];
    int64_t end_ns = market->now_ns + NS_PER_MIN;
    struct slice slice = {.bars = bars, .ts_ns = end_ns};
    for (uint32_t i = 0; i < INSTRUMENTS; i++) {
        if (opens_e9[i] != 0) {
            int64_t high_e9 = opens_e9[i] > closes_e9[i] ? opens_e9[i] : closes_e9[i];
            int64_t low_e9 = opens_e9[i] + closes_e9[i] - high_e9;
            bars[slice.count++] = (struct event){
                .ts_ns = end_ns,
                .src_ns = market->now_ns,
                .kind = EVENT_BAR,
                .version = 1,
                .slots = 1,
                .instrument = i,
                .bar = {opens_e9[i], high_e9, low_e9, closes_e9[i], 1000}
            };
        }
    }
    slice.expected = slice.count;
    market->reports.count = 0;
    exchange_on_slice(market->exchange, &slice, &market->reports);
    market->now_ns = end_ns;
}

static void flat_slice(struct market *market, int64_t price_e9)
{
    const int64_t prices_e9[INSTRUMENTS] = {price_e9, price_e9, price_e9};
    slice(market, prices_e9, prices_e9);
}

static void market_init(struct market *market)
{
    market_init_with(market, (struct exchange_plan){.instrument_count = INSTRUMENTS,
                                                    .orders_max = 4,
                                                    .cash_e9 = USD(10000),
                                                    .commission_e9 = USD(1)});
    flat_slice(market, USD(10));
}

static struct order_request request(uint64_t id, uint32_t instrument, int32_t ratio, int64_t qty_e9)
{
    return (struct order_request){
        .head = {.kind = EVENT_ORDER,
                 .version = 1,
                 .slots = 2,
                 .instrument = instrument,
                 .order = {.order_id = id,
                           .qty_e9 = qty_e9,
                           .type = ORDER_TYPE_MARKET,
                           .time_in_force = TIME_IN_FORCE_GTC,
                           .leg_count = 1}},
        .legs = {{.instrument = instrument, .ratio = ratio}         },
    };
}

/* The answer to a request that arrives `late_ns` after the next bar's start. */
static const struct exchange_report *ask(struct market *market, const struct order_request *order,
                                         int64_t late_ns)
{
    market->reports.count = 0;
    exchange_on_requests(market->exchange, &order, 1, market->now_ns + late_ns, &market->reports);
    cr_assert_eq(market->reports.count, 1, "one answer to one request");
    return &market->said[0];
}

static void must_accept(struct market *market, uint64_t id, uint32_t instrument, int32_t ratio,
                        int64_t qty_e9)
{
    struct order_request order = request(id, instrument, ratio, qty_e9);
    const struct exchange_report *answer = ask(market, &order, 0);
    cr_assert_eq(answer->event.kind, EVENT_ACCEPTED, "order %" PRIu64 ": %s", id,
                 reject_reason_text(answer->event.flags));
}

static void must_reject(struct market *market, const struct order_request *order,
                        enum reject_reason reason, const char *what)
{
    int64_t cash_e9 = exchange_cash_e9(market->exchange);
    const struct exchange_report *answer = ask(market, order, 0);
    cr_assert_eq(answer->event.kind, EVENT_REJECTED, "%s", what);
    cr_assert_eq(answer->event.flags, reason, "%s: %s", what,
                 reject_reason_text(answer->event.flags));
    cr_assert_eq(answer->event.report.order_id, order->head.order.order_id, "%s", what);
    cr_assert_eq(exchange_cash_e9(market->exchange), cash_e9, "%s", what);
}

/* ---- fills ---- */

Test(exchange, fills_at_the_next_open)
{
    struct market market;
    market_init(&market);
    must_accept(&market, 1, 1, 1, SHARES(100));
    int64_t start_ns = market.now_ns;
    const int64_t opens_e9[] = {USD(50), USD(12), USD(70)};
    const int64_t closes_e9[] = {USD(51), USD(15), USD(71)};
    slice(&market, opens_e9, closes_e9);
    cr_assert_eq(market.reports.count, 1);
    const struct event *fill = &market.said[0].event;
    cr_assert_eq(fill->kind, EVENT_FILL);
    cr_assert_eq(fill->ts_ns, start_ns, "the order waited; the bar's start is the moment");
    cr_assert_eq(fill->src_ns, start_ns);
    cr_assert_eq(fill->slots, 1);
    cr_assert_eq(fill->version, 1);
    cr_assert_eq(fill->instrument, 1);
    cr_assert_eq(fill->report.order_id, 1);
    cr_assert_eq(fill->report.exec_id, 1);
    cr_assert_eq(fill->report.qty_e9, SHARES(100));
    cr_assert_eq(fill->report.price_e9, USD(12));
    cr_assert_eq(fill->report.commission_e9, USD(1));
    cr_assert_eq(market.said[0].cash_e9, USD(10000 - 1200 - 1));
    cr_assert_eq(market.said[0].qty_e9, SHARES(100));
    int64_t equity_e9;
    cr_assert(exchange_equity_e9(market.exchange, &equity_e9));
    cr_assert_eq(equity_e9, USD(10000 - 1200 - 1 + 1500));
    slice(&market, opens_e9, closes_e9);
    cr_assert_eq(market.reports.count, 0, "it filled once");
    market_finish(&market);
}

/* An order may arrive within a second of the bar's start and still get its open. */
Test(exchange, the_open_window_lasts_one_second)
{
    static const struct {
        const char *what;
        int64_t late_ns;
        bool fills;
    } cases[] = {
        {"long before",         -5 * NS_PER_MIN, true },
        {"at the start",        0,               true },
        {"a nanosecond later",  1,               true },
        {"at the window's end", NS_PER_S,        true },
        {"just after it",       NS_PER_S + 1,    false},
        {"in the middle",       30 * NS_PER_S,   false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct market market;
        market_init(&market);
        struct order_request order = request(1, 0, 1, SHARES(1));
        int64_t start_ns = market.now_ns;
        const struct exchange_report *answer = ask(&market, &order, cases[i].late_ns);
        cr_assert_eq(answer->event.kind, EVENT_ACCEPTED, "%s", cases[i].what);
        cr_assert_eq(answer->event.ts_ns, start_ns + cases[i].late_ns, "%s", cases[i].what);
        flat_slice(&market, USD(11));
        cr_assert_eq(market.reports.count, cases[i].fills ? 1 : 0, "%s", cases[i].what);
        if (cases[i].fills) {
            int64_t late_ns = cases[i].late_ns > 0 ? cases[i].late_ns : 0;
            cr_assert_eq(market.said[0].event.ts_ns, start_ns + late_ns, "%s: never before it came",
                         cases[i].what);
        } else {
            flat_slice(&market, USD(12));
            cr_assert_eq(market.reports.count, 1, "%s: the next bar", cases[i].what);
            cr_assert_eq(market.said[0].event.report.price_e9, USD(12), "%s", cases[i].what);
            cr_assert_eq(market.said[0].event.ts_ns, start_ns + NS_PER_MIN, "%s", cases[i].what);
        }
        market_finish(&market);
    }
}

/* No bar of its instrument, no fill: it waits. */
Test(exchange, an_order_waits_for_a_bar_of_its_instrument)
{
    struct market market;
    market_init(&market);
    must_accept(&market, 1, 2, 1, SHARES(1));
    const int64_t without[] = {USD(10), USD(10), 0};
    for (int i = 0; i < 3; i++) {
        slice(&market, without, without);
        cr_assert_eq(market.reports.count, 0);
    }
    flat_slice(&market, USD(9));
    cr_assert_eq(market.reports.count, 1);
    cr_assert_eq(market.said[0].event.report.price_e9, USD(9));
    market_finish(&market);
}

/* Within an instrument by arrival, instruments by number, execution ids one by one. */
Test(exchange, first_come_first_served)
{
    static const struct {
        uint64_t id;
        uint32_t instrument;
    } asked[] =
        {
            {7, 2},
            {5, 0},
            {9, 2},
            {1, 2},
    },
      want[] = {
          {5, 0},
          {7, 2},
          {9, 2},
          {1, 2},
      };
    struct market market;
    market_init(&market);
    for (int round = 0; round < 3; round++) {
        uint64_t more = 100 * (uint64_t)round;
        for (size_t i = 0; i < 4; i++) {
            must_accept(&market, asked[i].id + more, asked[i].instrument, 1, SHARES(1));
        }
        flat_slice(&market, USD(10));
        cr_assert_eq(market.reports.count, 4);
        for (size_t i = 0; i < 4; i++) {
            cr_assert_eq(market.said[i].event.report.order_id, want[i].id + more, "place %zu", i);
            cr_assert_eq(market.said[i].event.instrument, want[i].instrument, "place %zu", i);
            cr_assert_eq(market.said[i].event.report.exec_id, 4 * (uint64_t)round + i + 1);
        }
    }
    market_finish(&market);
}

/* One that came too late for this open waits; the one before it does not. */
Test(exchange, a_late_order_does_not_hold_up_an_early_one)
{
    struct market market;
    market_init(&market);
    struct order_request early = request(1, 0, 1, SHARES(1));
    struct order_request late = request(2, 0, 1, SHARES(2));
    (void)ask(&market, &early, 0);
    (void)ask(&market, &late, 2 * NS_PER_S);
    flat_slice(&market, USD(10));
    cr_assert_eq(market.reports.count, 1);
    cr_assert_eq(market.said[0].event.report.order_id, 1);
    flat_slice(&market, USD(10));
    cr_assert_eq(market.reports.count, 1);
    cr_assert_eq(market.said[0].event.report.order_id, 2);
    market_finish(&market);
}

/* ---- refusals ---- */

Test(exchange, refuses_with_a_reason)
{
    static const struct {
        const char *what;
        struct {
            uint64_t id;
            uint32_t instrument;
            int32_t ratio;
            int64_t qty_e9;
            uint8_t type;
            uint8_t leg_count;
        } order;
        enum reject_reason reason;
    } cases[] = {
        {"an id in use",               {1, 0, 1, SHARES(1), ORDER_TYPE_MARKET, 1},  REJECT_DUPLICATE_ID},
        {"no such instrument",
         {2, INSTRUMENTS, 1, SHARES(1), ORDER_TYPE_MARKET, 1},
         REJECT_UNKNOWN_INSTRUMENT                                                                     },
        {"no instrument at all",
         {2, INSTRUMENT_NONE, 1, SHARES(1), ORDER_TYPE_MARKET, 1},
         REJECT_UNKNOWN_INSTRUMENT                                                                     },
        {"nothing wanted",             {2, 0, 1, 0, ORDER_TYPE_MARKET, 1},          REJECT_BAD_QUANTITY},
        {"a negative quantity",        {2, 0, 1, -SHARES(1), ORDER_TYPE_MARKET, 1}, REJECT_BAD_QUANTITY},
        {"no leg",                     {2, 0, 1, SHARES(1), ORDER_TYPE_MARKET, 0},  REJECT_BAD_LEGS    },
        {"two legs",                   {2, 0, 1, SHARES(1), ORDER_TYPE_MARKET, 2},  REJECT_BAD_LEGS    },
        {"a ratio of two",             {2, 0, 2, SHARES(1), ORDER_TYPE_MARKET, 1},  REJECT_BAD_LEGS    },
        {"a ratio of none",            {2, 0, 0, SHARES(1), ORDER_TYPE_MARKET, 1},  REJECT_BAD_LEGS    },
        {"another type",               {2, 0, 1, SHARES(1), 99, 1},                 REJECT_UNSUPPORTED },
        {"too dear at the last close",
         {2, 0, 1, SHARES(1000), ORDER_TYPE_MARKET, 1},
         REJECT_INSUFFICIENT_CASH                                                                      },
        {"too dear by the commission",
         {2, 0, 1, SHARES(1000) - MONEY_E9 / 10 + 1, ORDER_TYPE_MARKET, 1},
         REJECT_INSUFFICIENT_CASH                                                                      },
        {"more than numbers hold",
         {2, 0, 1, INT64_MAX, ORDER_TYPE_MARKET, 1},
         REJECT_INSUFFICIENT_CASH                                                                      },
        {"sells what is not held",
         {2, 0, -1, 1, ORDER_TYPE_MARKET, 1},
         REJECT_INSUFFICIENT_POSITION                                                                  },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct market market;
        market_init(&market);
        must_accept(&market, 1, 0, 1, SHARES(1));
        struct order_request order = request(cases[i].order.id, cases[i].order.instrument,
                                             cases[i].order.ratio, cases[i].order.qty_e9);
        order.head.order.type = cases[i].order.type;
        order.head.order.leg_count = cases[i].order.leg_count;
        must_reject(&market, &order, cases[i].reason, cases[i].what);
        market_finish(&market);
    }
}

Test(exchange, takes_what_cash_just_pays)
{
    struct market market;
    market_init(&market);
    must_accept(&market, 1, 0, 1, SHARES(1000) - MONEY_E9 / 10); /* $9,999 and $1 */
    flat_slice(&market, USD(10));
    cr_assert_eq(market.said[0].event.kind, EVENT_FILL);
    cr_assert_eq(exchange_cash_e9(market.exchange), 0);
    market_finish(&market);
}

Test(exchange, has_room_for_so_many_orders)
{
    struct market market;
    market_init(&market);
    for (uint64_t id = 1; id <= 4; id++) {
        must_accept(&market, id, (uint32_t)id % INSTRUMENTS, 1, SHARES(1));
    }
    struct order_request fifth = request(5, 0, 1, SHARES(1));
    must_reject(&market, &fifth, REJECT_TOO_MANY_ORDERS, "the fifth");
    flat_slice(&market, USD(10));
    cr_assert_eq(market.reports.count, 4);
    must_accept(&market, 5, 0, 1, SHARES(1));
    market_finish(&market);
}

/* What is being sold cannot be sold again. */
Test(exchange, sells_what_is_held_and_not_yet_sold)
{
    struct market market;
    market_init(&market);
    must_accept(&market, 1, 0, 1, SHARES(100));
    struct order_request early = request(2, 0, -1, SHARES(100));
    must_reject(&market, &early, REJECT_INSUFFICIENT_POSITION, "bought, not yet held");
    flat_slice(&market, USD(10));
    must_accept(&market, 3, 0, -1, SHARES(60));
    struct order_request over = request(4, 0, -1, SHARES(40) + 1);
    must_reject(&market, &over, REJECT_INSUFFICIENT_POSITION, "60 are being sold");
    must_accept(&market, 5, 0, -1, SHARES(40));
    flat_slice(&market, USD(11));
    cr_assert_eq(market.reports.count, 2);
    cr_assert_eq(exchange_qty_e9(market.exchange, 0), 0);
    cr_assert_eq(market.said[0].qty_e9, SHARES(40), "right after the first of the two");
    cr_assert_eq(market.said[1].event.report.qty_e9, SHARES(40));
    struct order_request rest = request(6, 0, -1, 1);
    must_reject(&market, &rest, REJECT_INSUFFICIENT_POSITION, "all is sold");
    market_finish(&market);
}

/* Ids are remembered while they work and after they ended, across instruments. */
Test(exchange, refuses_duplicates)
{
    struct market market;
    market_init(&market);
    must_accept(&market, 1, 0, 1, SHARES(1));
    struct order_request elsewhere = request(1, 1, 1, SHARES(1));
    must_reject(&market, &elsewhere, REJECT_DUPLICATE_ID, "working, another instrument");
    flat_slice(&market, USD(10));
    struct order_request again = request(1, 0, 1, SHARES(1));
    must_reject(&market, &again, REJECT_DUPLICATE_ID, "filled");
    struct order_request refused = request(2, 0, 1, SHARES(100000));
    must_reject(&market, &refused, REJECT_INSUFFICIENT_CASH, "refused once");
    must_accept(&market, 2, 0, 1, SHARES(1));
    market_finish(&market);
}

/* A working order's id is in use however many other ids come and go. */
Test(exchange, refuses_the_id_of_a_working_order_always)
{
    struct market market;
    market_init(&market);
    must_accept(&market, 1, 2, 1, SHARES(1));
    const int64_t without_2[] = {USD(10), USD(10), 0};
    for (uint64_t id = 2; id < 50000; id++) {
        bool buys = id % 2 == 0;
        must_accept(&market, id, 0, buys ? 1 : -1, 1);
        slice(&market, without_2, without_2);
        cr_assert_eq(market.reports.count, 1);
        if (id % 1000 == 0) { /* commissions would use up the cash */
            struct order_request same = request(1, 2, 1, SHARES(1));
            must_reject(&market, &same, REJECT_DUPLICATE_ID, "same instrument");
        }
        if (exchange_cash_e9(market.exchange) < USD(100)) {
            break;
        }
    }
    struct order_request same = request(1, 2, 1, SHARES(1));
    must_reject(&market, &same, REJECT_DUPLICATE_ID, "same instrument");
    struct order_request elsewhere = request(1, 1, 1, SHARES(1));
    must_reject(&market, &elsewhere, REJECT_DUPLICATE_ID, "another instrument");
    market_finish(&market);
}

/* ---- cash at the open ---- */

Test(exchange, cancels_a_buy_that_the_open_made_too_dear)
{
    struct market market;
    market_init(&market);
    must_accept(&market, 1, 0, 1, SHARES(900));
    flat_slice(&market, USD(12));
    cr_assert_eq(market.reports.count, 1);
    cr_assert_eq(market.said[0].event.kind, EVENT_CANCELED);
    cr_assert_eq(market.said[0].event.flags, REJECT_INSUFFICIENT_CASH);
    cr_assert_eq(market.said[0].event.report.order_id, 1);
    cr_assert_eq(market.said[0].event.report.exec_id, 0);
    cr_assert_eq(market.said[0].event.report.qty_e9, 0);
    cr_assert_eq(exchange_cash_e9(market.exchange), USD(10000));
    cr_assert_eq(exchange_qty_e9(market.exchange, 0), 0);
    flat_slice(&market, USD(8));
    cr_assert_eq(market.reports.count, 0, "canceled is canceled");
    market_finish(&market);
}

/* Each was affordable alone; the second finds the cash gone. A cancel uses no execution id. */
Test(exchange, cash_goes_to_the_first)
{
    struct market market;
    market_init(&market);
    must_accept(&market, 1, 0, 1, SHARES(600));
    must_accept(&market, 2, 0, 1, SHARES(600));
    must_accept(&market, 3, 0, 1, SHARES(300));
    flat_slice(&market, USD(10));
    cr_assert_eq(market.reports.count, 3);
    cr_assert_eq(market.said[0].event.kind, EVENT_FILL);
    cr_assert_eq(market.said[1].event.kind, EVENT_CANCELED);
    cr_assert_eq(market.said[2].event.kind, EVENT_FILL);
    cr_assert_eq(market.said[2].event.report.exec_id, 2);
    cr_assert_eq(exchange_cash_e9(market.exchange), USD(10000 - 6001 - 3001));
    market_finish(&market);
}

/* ---- its own ledger ---- */

/* Whole and fractional shares, three instruments, reckoned by hand. */
Test(exchange, keeps_its_ledger_to_the_billionth)
{
    static const struct {
        const char *what;
        uint32_t instrument;
        int32_t ratio;
        int64_t qty_e9, open_e9;
        int64_t cash_e9, held_e9; /* right after the fill */
    } fills[] = {
        {"ten at 100.015625",                 0, 1,  SHARES(10), 100015625000, USD(10000) - 1000156250000 - USD(1),
         SHARES(10)                                                                                                  },
        {"a third of a share at 3",           1, 1,  333333333,  USD(3),       8998843750000 - 999999999 - USD(1),
         333333333                                                                                                   },
        {"half a billionth of cash: to even", 2, 1,  1,          500000000,    8996843750001 - 0 - USD(1),          1},
        {"four of ten at 99",                 0, -1, SHARES(4),  USD(99),      8995843750001 + USD(396) - USD(1),
         SHARES(6)                                                                                                   },
        {"one and a half billionths: 2",      2, -1, 1,          1500000000,   9390843750001 + 2 - USD(1),          0},
    };
    struct market market;
    market_init(&market);
    for (size_t i = 0; i < sizeof fills / sizeof fills[0]; i++) {
        int64_t opens_e9[INSTRUMENTS] = {0};
        opens_e9[fills[i].instrument] = fills[i].open_e9;
        must_accept(&market, i + 1, fills[i].instrument, fills[i].ratio, fills[i].qty_e9);
        slice(&market, opens_e9, opens_e9);
        cr_assert_eq(market.reports.count, 1, "%s", fills[i].what);
        cr_assert_eq(market.said[0].cash_e9, fills[i].cash_e9, "%s: %" PRId64, fills[i].what,
                     market.said[0].cash_e9);
        cr_assert_eq(market.said[0].qty_e9, fills[i].held_e9, "%s", fills[i].what);
        cr_assert_eq(exchange_cash_e9(market.exchange), fills[i].cash_e9, "%s", fills[i].what);
        cr_assert_eq(exchange_qty_e9(market.exchange, fills[i].instrument), fills[i].held_e9);
    }
    int64_t equity_e9;
    cr_assert(exchange_equity_e9(market.exchange, &equity_e9));
    cr_assert_eq(equity_e9, 9389843750003 + 6 * USD(99) + 999999999);
    market_finish(&market);
}

/* Closes count, opens do not; an instrument without a bar keeps its last close. */
Test(exchange, equity_follows_the_last_closes)
{
    struct market market;
    int64_t equity_e9;
    market_init(&market);
    must_accept(&market, 1, 0, 1, SHARES(100));
    must_accept(&market, 2, 1, 1, SHARES(1) + 500000000);
    flat_slice(&market, USD(10));
    int64_t cash_e9 = USD(10000 - 1000 - 15 - 2);
    const int64_t opens_e9[] = {USD(99), USD(99), USD(99)};
    const int64_t closes_e9[] = {USD(11), USD(20), USD(1)};
    slice(&market, opens_e9, closes_e9);
    cr_assert(exchange_equity_e9(market.exchange, &equity_e9));
    cr_assert_eq(equity_e9, cash_e9 + USD(1100 + 30));
    const int64_t only_0[] = {USD(7), 0, 0};
    slice(&market, only_0, only_0);
    cr_assert(exchange_equity_e9(market.exchange, &equity_e9));
    cr_assert_eq(equity_e9, cash_e9 + USD(700 + 30));
    market_finish(&market);
}

Test(exchange, equity_out_of_range_is_said)
{
    struct market market;
    market_init_with(&market, (struct exchange_plan){.instrument_count = INSTRUMENTS,
                                                     .orders_max = 4,
                                                     .cash_e9 = USD(9000000000)});
    flat_slice(&market, 1000);
    must_accept(&market, 1, 0, 1, SHARES(1000));
    flat_slice(&market, 1000);
    int64_t equity_e9 = 5;
    cr_assert(exchange_equity_e9(market.exchange, &equity_e9));
    flat_slice(&market, USD(8000000));
    cr_assert_not(exchange_equity_e9(market.exchange, &equity_e9));
    market_finish(&market);
}

/* ---- following ---- */

enum { FOLLOWED = 40 };

/* Slices from now on, each instrument in about two of three; the bars' count. */
static uint32_t make_stretch(const struct market *market, struct event bars[FOLLOWED * INSTRUMENTS])
{
    uint32_t count = 0;
    uint64_t state = 5;
    for (int64_t minute = 0; minute < FOLLOWED; minute++) {
        for (uint32_t i = 0; i < INSTRUMENTS; i++) {
            state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            if (i == 0 || (state >> 33) % 3 != 0) {
                int64_t close_e9 = USD(5) + (int64_t)((state >> 33) % 10000000000);
                bars[count++] = (struct event){
                    .ts_ns = market->now_ns + (minute + 1) * NS_PER_MIN,
                    .src_ns = market->now_ns + minute * NS_PER_MIN,
                    .kind = EVENT_BAR,
                    .version = 1,
                    .slots = 1,
                    .instrument = i,
                    .bar = {close_e9, close_e9, close_e9, close_e9, 1}
                };
            }
        }
    }
    return count;
}

static struct slice slice_at(const struct event *bar, const struct event *end)
{
    const struct event *behind = bar;
    while (behind < end && behind->ts_ns == bar->ts_ns) {
        behind++;
    }
    return slice_of(bar, behind, 0);
}

/* Holds whole shares of 0, a fraction of 1 and nothing of 2. */
static void market_init_held(struct market *market)
{
    market_init(market);
    must_accept(market, 1, 0, 1, SHARES(100));
    must_accept(market, 2, 1, 1, 123456789);
    cr_assert_not(exchange_is_quiet(market->exchange));
    flat_slice(market, USD(10));
    cr_assert_eq(market->reports.count, 2);
    cr_assert(exchange_is_quiet(market->exchange));
}

/* The equity after each slice by taking them one by one. */
static uint32_t equities(const struct event *bars, uint32_t count, int64_t equity_e9[FOLLOWED])
{
    struct market market;
    uint32_t slices = 0;
    market_init_held(&market);
    for (const struct event *bar = bars; bar < bars + count;) {
        struct slice slice = slice_at(bar, bars + count);
        exchange_on_slice(market.exchange, &slice, &market.reports);
        cr_assert(exchange_equity_e9(market.exchange, &equity_e9[slices++]));
        bar += slice.count;
    }
    market_finish(&market);
    return slices;
}

Test(exchange, following_is_taking_slice_by_slice)
{
    struct market market;
    struct event bars[FOLLOWED * INSTRUMENTS];
    int64_t equity_e9[FOLLOWED];
    int64_t end_e9;
    market_init_held(&market);
    uint32_t count = make_stretch(&market, bars);
    cr_assert_eq(equities(bars, count, equity_e9), FOLLOWED);
    cr_assert(exchange_follow(market.exchange, bars, bars + count, equity_e9));
    cr_assert(exchange_equity_e9(market.exchange, &end_e9));
    cr_assert_eq(end_e9, equity_e9[FOLLOWED - 1]);
    cr_assert(exchange_follow(market.exchange, bars, bars, equity_e9),
              "nothing differs from nothing");
    /* The closes are taken, too: an order for an instrument that is not held is judged by them. */
    int64_t close_e9 = 0;
    for (uint32_t i = 0; i < count; i++) {
        close_e9 = bars[i].instrument == 2 ? bars[i].bar.close_e9 : close_e9;
    }
    int64_t cash_e9 = exchange_cash_e9(market.exchange) - USD(1);
    int64_t shares = cash_e9 / close_e9;
    struct order_request dear = request(7, 2, 1, SHARES(shares + 1));
    must_reject(&market, &dear, REJECT_INSUFFICIENT_CASH, "one more than cash can pay");
    must_accept(&market, 8, 2, 1, SHARES(shares));
    market_finish(&market);
}

/* A billionth more or less, at any slice. */
Test(exchange, following_finds_one_wrong_equity)
{
    for (uint32_t wrong = 0; wrong < FOLLOWED; wrong++) {
        for (int64_t by = -1; by <= 1; by += 2) {
            struct market market;
            struct event bars[FOLLOWED * INSTRUMENTS];
            int64_t equity_e9[FOLLOWED];
            market_init_held(&market);
            uint32_t count = make_stretch(&market, bars);
            (void)equities(bars, count, equity_e9);
            equity_e9[wrong] += by;
            cr_assert_not(exchange_follow(market.exchange, bars, bars + count, equity_e9),
                          "slice %u", wrong);
            market_finish(&market);
        }
    }
}

/* ---- stamps ---- */

Test(exchange, answers_at_once_with_what_its_books_say)
{
    struct market market;
    market_init(&market);
    struct order_request order = request(77, 2, 1, SHARES(3));
    const struct exchange_report *answer = ask(&market, &order, 12345);
    cr_assert_eq(answer->event.ts_ns, market.now_ns + 12345);
    cr_assert_eq(answer->event.src_ns, market.now_ns + 12345);
    cr_assert_eq(answer->event.kind, EVENT_ACCEPTED);
    cr_assert_eq(answer->event.flags, REJECT_NONE);
    cr_assert_eq(answer->event.instrument, 2);
    cr_assert_eq(answer->event.report.order_id, 77);
    cr_assert_eq(answer->event.report.exec_id, 0);
    cr_assert_eq(answer->event.report.qty_e9, 0);
    cr_assert_eq(answer->cash_e9, USD(10000));
    cr_assert_eq(answer->qty_e9, 0);
    market_finish(&market);
}

Test(exchange, reasons_have_names)
{
    for (uint8_t i = REJECT_NONE; i <= REJECT_TOO_MANY_ORDERS; i++) {
        cr_assert_str_neq(reject_reason_text(i), "unknown");
        cr_assert_gt(strlen(reject_reason_text(i)), 3);
    }
}
