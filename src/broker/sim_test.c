/* sim_test.c: reports wait in order; after a crash the logged ones are not handed out again, and
 * one that the exchange does not give is noticed. */
#include "broker/sim.h"

#include <criterion/criterion.h>
#include <stddef.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"

#define USD(amount)    ((int64_t)(amount)*MONEY_E9)
#define SHARES(amount) ((int64_t)(amount)*MONEY_E9)

enum { INSTRUMENTS = 2 };

static const int64_t start_ns = 100 * NS_PER_DAY;

static struct sim *make_of(uint32_t instruments)
{
    return sim_create(&(struct exchange_plan){.instrument_count = instruments,
                                              .orders_max = 4,
                                              .cash_e9 = USD(10000),
                                              .commission_e9 = USD(1)});
}

static struct sim *make(void)
{
    return make_of(INSTRUMENTS);
}

/* The bars of the minute with that number, all instruments at one price. */
static void make_bars(struct event *bars, uint32_t instruments, int64_t minute, int64_t price_e9)
{
    for (uint32_t i = 0; i < instruments; i++) {
        bars[i] = (struct event){
            .ts_ns = start_ns + (minute + 1) * NS_PER_MIN,
            .src_ns = start_ns + minute * NS_PER_MIN,
            .kind = EVENT_BAR,
            .version = 1,
            .slots = 1,
            .instrument = i,
            .bar = {price_e9, price_e9, price_e9, price_e9, 1}
        };
    }
}

static void give_slice_of(struct sim *sim, uint32_t instruments, int64_t minute, int64_t price_e9)
{
    struct event bars[INSTRUMENTS];
    make_bars(bars, instruments, minute, price_e9);
    struct slice slice = slice_of(bars, bars + instruments, (uint64_t)minute);
    sim_on_slice(sim, &slice);
}

static void give_slice(struct sim *sim, int64_t minute, int64_t price_e9)
{
    give_slice_of(sim, INSTRUMENTS, minute, price_e9);
}

/* Sends buys of one share of each instrument, ids from `first` on, at the minute's start. */
static void send_buys(struct sim *sim, uint32_t instruments, uint64_t first, int64_t minute)
{
    struct order_request requests[INSTRUMENTS];
    const struct order_request *sends[INSTRUMENTS];
    for (uint32_t i = 0; i < instruments; i++) {
        requests[i] = (struct order_request){
            .head = {.kind = EVENT_ORDER,
                     .version = 1,
                     .slots = 2,
                     .instrument = i,
                     .order = {.order_id = first + i,
                               .qty_e9 = SHARES(1),
                               .type = ORDER_TYPE_MARKET,
                               .leg_count = 1}},
            .legs = {{.instrument = i, .ratio = 1}         },
        };
        sends[i] = &requests[i];
    }
    struct output output = {.sends = sends, .send_count = instruments};
    sim_carry_out(sim, &output, start_ns + minute * NS_PER_MIN);
}

static void send_two(struct sim *sim, uint64_t first, int64_t minute)
{
    send_buys(sim, INSTRUMENTS, first, minute);
}

static void assert_next(struct sim *sim, uint8_t kind, uint64_t order_id)
{
    cr_assert_gt(sim->waiting, 0);
    const struct event *report = sim_next_report(sim, INT64_MIN);
    cr_assert_eq(report->kind, kind, "%s", event_kind_text(report->kind));
    cr_assert_eq(report->report.order_id, order_id);
}

Test(sim, hands_reports_out_in_order)
{
    struct sim *sim = make();
    give_slice(sim, 0, USD(10));
    cr_assert_eq(sim->waiting, 0);
    send_two(sim, 1, 1);
    cr_assert_eq(sim->waiting, 2);
    assert_next(sim, EVENT_ACCEPTED, 1);
    assert_next(sim, EVENT_ACCEPTED, 2);
    cr_assert_eq(sim->waiting, 0);
    give_slice(sim, 1, USD(11));
    cr_assert_eq(sim->waiting, 2);
    assert_next(sim, EVENT_FILL, 1);
    assert_next(sim, EVENT_FILL, 2);
    cr_assert_eq(sim->waiting, 0);
    cr_assert(sim_is_as_logged(sim));
    sim_destroy(sim);
}

/* As much as can wait at once, many times over: the queue begins anew each time. */
Test(sim, has_room_for_a_round_of_everything)
{
    struct sim *sim = make();
    give_slice(sim, 0, USD(10));
    for (int64_t minute = 1; minute < 500; minute++) {
        uint64_t first = (uint64_t)minute * 10;
        send_two(sim, first, minute);
        send_two(sim, first + 2, minute);
        for (uint64_t i = 0; i < 4; i++) {
            assert_next(sim, EVENT_ACCEPTED, first + i);
        }
        give_slice(sim, minute, USD(1));
        assert_next(sim, EVENT_FILL, first);
        assert_next(sim, EVENT_FILL, first + 2);
        assert_next(sim, EVENT_FILL, first + 1);
        assert_next(sim, EVENT_FILL, first + 3);
        cr_assert_eq(sim->waiting, 0);
    }
    sim_destroy(sim);
}

/* Received now; or when the market place said it, if that is later. */
Test(sim, stamps_a_report_with_the_moment_it_is_received)
{
    struct sim *sim = make();
    give_slice(sim, 0, USD(10));
    send_two(sim, 1, 1);
    int64_t said_ns = start_ns + NS_PER_MIN;
    const struct event *early = sim_next_report(sim, said_ns - 5);
    cr_assert_eq(early->ts_ns, said_ns);
    cr_assert_eq(early->src_ns, said_ns);
    const struct event *late = sim_next_report(sim, said_ns + 5);
    cr_assert_eq(late->ts_ns, said_ns + 5);
    cr_assert_eq(late->src_ns, said_ns, "when it was said stays");
    sim_destroy(sim);
}

/* ---- following and agreeing ---- */

/* A sim that holds one share of each instrument; the last slice was minute 1. */
static struct sim *make_held(void)
{
    struct sim *sim = make();
    cr_assert(sim_is_quiet(sim));
    give_slice(sim, 0, USD(10));
    cr_assert(sim_is_quiet(sim));
    send_two(sim, 1, 1);
    cr_assert_not(sim_is_quiet(sim), "answers wait");
    assert_next(sim, EVENT_ACCEPTED, 1);
    assert_next(sim, EVENT_ACCEPTED, 2);
    cr_assert_not(sim_is_quiet(sim), "orders work");
    give_slice(sim, 1, USD(10));
    cr_assert_not(sim_is_quiet(sim), "fills wait");
    assert_next(sim, EVENT_FILL, 1);
    cr_assert_not(sim_is_quiet(sim), "one fill waits");
    assert_next(sim, EVENT_FILL, 2);
    cr_assert(sim_is_quiet(sim));
    return sim;
}

enum { FOLLOWED = 5 };

/* A stretch that a sim follows: what it trades and holds, the slices of minutes 2 to 6 at $11 to
 * $15, and the equity that they leave it with. */
struct stretch {
    const char *what;
    uint32_t instruments;
    bool holds; /* one share of each, bought at $10 */
    struct event bars[FOLLOWED * INSTRUMENTS];
    int64_t equity_e9[FOLLOWED];
};

static void make_stretch(struct stretch *stretch)
{
    const uint32_t instruments = stretch->instruments;
    const int64_t held = stretch->holds ? instruments : 0;
    for (int64_t k = 0; k < FOLLOWED; k++) {
        make_bars(&stretch->bars[k * instruments], instruments, 2 + k, USD(11 + k));
        stretch->equity_e9[k] = USD(10000) + held * (USD(11 + k) - USD(10) - USD(1));
    }
}

/* A sim where the stretch begins; the last slice was minute 1. */
static struct sim *make_before(const struct stretch *stretch)
{
    const uint32_t instruments = stretch->instruments;
    struct sim *sim = make_of(instruments);
    give_slice_of(sim, instruments, 0, USD(10));
    if (stretch->holds) {
        send_buys(sim, instruments, 1, 1);
    }
    give_slice_of(sim, instruments, 1, USD(10));
    while (sim->waiting > 0) {
        (void)sim_next_report(sim, INT64_MIN);
    }
    cr_assert(sim_is_quiet(sim));
    return sim;
}

/* Whether it agrees on the first so many slices, the first of them taken before or not. */
static bool follows(const struct stretch *stretch, bool opened, uint32_t slices)
{
    struct sim *sim = make_before(stretch);
    if (opened) {
        struct slice slice = slice_of(stretch->bars, stretch->bars + stretch->instruments, 2);
        sim_on_slice(sim, &slice);
    }
    bool agrees = sim_follow(sim, opened ? stretch->instruments : 0, stretch->bars,
                             stretch->bars + slices * stretch->instruments, stretch->equity_e9);
    cr_assert_eq(sim->waiting, 0);
    sim_destroy(sim);
    return agrees;
}

/* A billionth too much or too little in any slice; one instrument has a path of its own. */
Test(sim, follows_and_finds_one_wrong_equity)
{
    struct stretch stretches[] = {
        {.what = "one instrument, flat", .instruments = 1},
        {                                  .what = "one instrument, holding",              .instruments = 1,    .holds = true},
        {                                  .what = "two instruments, flat",              .instruments = 2                },
        { .what = "two instruments, holding",                 .instruments = 2,                                 .holds = true},
    };
    for (size_t i = 0; i < sizeof stretches / sizeof stretches[0]; i++) {
        struct stretch *stretch = &stretches[i];
        make_stretch(stretch);
        for (int opened = 0; opened < 2; opened++) {
            cr_expect(follows(stretch, opened == 1, FOLLOWED), "%s", stretch->what);
            for (int wrong = 0; wrong < FOLLOWED; wrong++) {
                for (int by = -1; by <= 1; by += 2) {
                    stretch->equity_e9[wrong] += by;
                    cr_expect_not(follows(stretch, opened == 1, FOLLOWED), "%s: slice %d, %+d",
                                  stretch->what, wrong, by);
                    stretch->equity_e9[wrong] -= by;
                }
            }
        }
    }
}

/* What it stands at behind the stretch is what the next one begins with. */
Test(sim, goes_on_from_where_it_followed_to)
{
    for (int holds = 0; holds < 2; holds++) {
        struct stretch stretch = {.instruments = 1, .holds = holds == 1};
        make_stretch(&stretch);
        struct sim *sim = make_before(&stretch);
        const struct event *const end = stretch.bars + FOLLOWED;
        int64_t equity_e9 = 0;
        cr_assert(sim_follow(sim, 0, stretch.bars, end, stretch.equity_e9));
        cr_assert(exchange_equity_e9(sim->exchange, &equity_e9));
        cr_assert_eq(equity_e9, stretch.equity_e9[FOLLOWED - 1]);
        give_slice_of(sim, 1, 7, USD(20));
        cr_assert(exchange_equity_e9(sim->exchange, &equity_e9));
        cr_assert_eq(equity_e9, USD(10000) + holds * (USD(20) - USD(10) - USD(1)));
        sim_destroy(sim);
    }
}

/* A stretch of nothing but the slice that was opened. */
Test(sim, follows_the_opened_slice_alone)
{
    for (uint32_t instruments = 1; instruments <= INSTRUMENTS; instruments++) {
        struct stretch stretch = {.instruments = instruments, .holds = true};
        make_stretch(&stretch);
        cr_assert(follows(&stretch, true, 1));
        stretch.equity_e9[0]--;
        cr_assert_not(follows(&stretch, true, 1));
    }
}

/* The engine's side of a comparison: what a sim that holds one of each at $10 agrees with. */
static struct engine engine_side(struct position positions[INSTRUMENTS])
{
    for (int i = 0; i < INSTRUMENTS; i++) {
        positions[i] = (struct position){.qty_e9 = SHARES(1)};
    }
    struct engine engine = {.instrument_count = INSTRUMENTS,
                            .ledger = {.positions = positions},
                            .equity_e9 = USD(10000 - 2)};
    engine.ledger.balance_e9[ACCOUNT_CASH] = USD(10000 - 2 - 20);
    return engine;
}

/* A billionth of anything is a disagreement; of what is not in the slice only for sim_agrees(). */
Test(sim, agrees_to_the_billionth)
{
    struct position positions[INSTRUMENTS];
    struct engine engine = engine_side(positions);
    struct sim *sim = make_held();
    struct event bar = {.instrument = 1};
    struct slice slice = {.bars = &bar, .count = 1};
    int64_t *const all[] = {&engine.ledger.balance_e9[ACCOUNT_CASH], &engine.equity_e9,
                            &positions[1].qty_e9, &positions[0].qty_e9};
    cr_assert(sim_agrees(sim, &engine));
    cr_assert(sim_agrees_after_slice(sim, &engine, &slice));
    cr_assert(sim_agrees_after_report(sim, &engine));
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        for (int64_t by = -1; by <= 1; by += 2) {
            *all[i] += by;
            cr_assert_not(sim_agrees(sim, &engine), "amount %zu", i);
            cr_assert_eq(sim_agrees_after_slice(sim, &engine, &slice), i == 3, "amount %zu", i);
            /* The last report was instrument 1's fill; it says nothing of equity. */
            cr_assert_eq(sim_agrees_after_report(sim, &engine), i == 1 || i == 3, "amount %zu", i);
            *all[i] -= by;
        }
    }
    sim_destroy(sim);
}

/* ---- after a crash ---- */

/* The reports of two orders accepted and filled, as a log would hold them. */
static void logged_reports(struct event logged[4])
{
    struct sim *sim = make();
    give_slice(sim, 0, USD(10));
    send_two(sim, 1, 1);
    logged[0] = *sim_next_report(sim, INT64_MIN);
    logged[1] = *sim_next_report(sim, INT64_MIN);
    give_slice(sim, 1, USD(11));
    logged[2] = *sim_next_report(sim, INT64_MIN);
    logged[3] = *sim_next_report(sim, INT64_MIN);
    sim_destroy(sim);
}

/* The same market again, with so many of the reports logged. */
static void run_again(struct sim *sim, const struct event logged[4], int count)
{
    give_slice(sim, 0, USD(10));
    send_two(sim, 1, 1);
    for (int i = 0; i < count && i < 2; i++) {
        sim_expect(sim, &logged[i]);
    }
    for (int i = 2; i < count; i++) {
        sim_expect(sim, &logged[i]); /* fills are logged before their slice */
    }
}

Test(sim, does_not_hand_out_what_is_logged)
{
    struct event logged[4];
    logged_reports(logged);
    for (int count = 0; count <= 4; count++) {
        struct sim *sim = make();
        run_again(sim, logged, count);
        cr_assert_eq(sim->waiting, count < 2 ? 2U - (uint32_t)count : 0U, "%d logged", count);
        for (int i = count; i < 2; i++) {
            assert_next(sim, EVENT_ACCEPTED, (uint64_t)i + 1);
        }
        give_slice(sim, 1, USD(11));
        for (int i = count < 2 ? 2 : count; i < 4; i++) {
            assert_next(sim, EVENT_FILL, (uint64_t)i - 1);
        }
        cr_assert_eq(sim->waiting, 0, "%d logged", count);
        cr_assert(sim_is_as_logged(sim), "%d logged", count);
        sim_destroy(sim);
    }
}

/* When we received a report is ours to say, not the exchange's. */
Test(sim, knows_a_report_that_was_received_later)
{
    struct event logged[4];
    logged_reports(logged);
    logged[0].ts_ns += 5 * NS_PER_S;
    struct sim *sim = make();
    run_again(sim, logged, 1);
    cr_assert_eq(sim->waiting, 1);
    cr_assert(sim_is_as_logged(sim));
    sim_destroy(sim);
}

Test(sim, notices_a_report_that_the_exchange_does_not_give)
{
    static const struct {
        const char *what;
        size_t offset;
    } cases[] = {
        {"its time",       offsetof(struct event, src_ns)              },
        {"its kind",       offsetof(struct event, kind)                },
        {"its reason",     offsetof(struct event, flags)               },
        {"its instrument", offsetof(struct event, instrument)          },
        {"its order",      offsetof(struct event, report.order_id)     },
        {"its execution",  offsetof(struct event, report.exec_id)      },
        {"its quantity",   offsetof(struct event, report.qty_e9)       },
        {"its price",      offsetof(struct event, report.price_e9)     },
        {"its commission", offsetof(struct event, report.commission_e9)},
    };
    struct event logged[4];
    logged_reports(logged);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct event forged[4];
        memcpy(forged, logged, sizeof forged);
        ((unsigned char *)&forged[3])[cases[i].offset] ^= 1;
        struct sim *sim = make();
        run_again(sim, forged, 4);
        cr_assert(sim_is_as_logged(sim), "%s: not known yet", cases[i].what);
        give_slice(sim, 1, USD(11));
        cr_assert_not(sim_is_as_logged(sim), "%s", cases[i].what);
        sim_destroy(sim);
    }
}

/* More reports are logged than there was room for at first. */
Test(sim, expects_any_number_of_reports)
{
    struct sim *first = make();
    struct sim *again = make();
    give_slice(first, 0, USD(10));
    give_slice(again, 0, USD(10));
    for (int64_t minute = 1; minute < 300; minute++) {
        send_two(first, (uint64_t)minute * 10, minute);
        send_two(again, (uint64_t)minute * 10, minute);
        for (int i = 0; i < 4; i++) {
            if (i == 2) {
                give_slice(first, minute, USD(1));
            }
            sim_expect(again, sim_next_report(first, INT64_MIN));
        }
        give_slice(again, minute, USD(1));
        cr_assert_eq(again->waiting, 0);
        cr_assert(sim_is_as_logged(again));
    }
    sim_destroy(first);
    sim_destroy(again);
}
