/* engine_random_test.c: a random market with a moody broker, in which deciding and folding never
 * part. */
#include "core/engine_test.h"

static uint64_t random_next(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t x = *state;
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static uint32_t random_below(uint64_t *state, uint32_t limit)
{
    return (uint32_t)(random_next(state) % limit);
}

struct moody_order {
    uint64_t id;
    uint32_t instrument;
    bool buys;
    bool accepted;
    int64_t rest_e9;
};

/* A broker with its own books, and no law but its mood. */
struct moody {
    struct bench bench;
    uint64_t random;
    struct moody_order orders[BENCH_BOOKS * BENCH_INSTRUMENTS];
    uint32_t count;
    int64_t cash_e9;
    int64_t qty_e9[BENCH_INSTRUMENTS];
    struct event last_fill;
    struct moody_order ghost;             /* canceled or expired, yet it may fill; id 0: none */
    bool busts;                           /* it is outside, and takes executions back */
    int64_t beside_e9[BENCH_INSTRUMENTS]; /* shares that no trade could give or take */
    uint64_t partial, rejected, ended, repeated, late, busted, settled;
};

static void moody_take_orders(struct moody *moody)
{
    const struct output *output = &moody->bench.decides.output;
    for (uint32_t i = 0; i < output->send_count; i++) {
        const struct order_request *request = output->sends[i];
        if (request->head.order.action == ORDER_ACTION_CANCEL) {
            continue; /* it does as it pleases */
        }
        cr_assert_lt(moody->count, BENCH_BOOKS * BENCH_INSTRUMENTS);
        moody->orders[moody->count++] =
            (struct moody_order){.id = request->head.order.order_id,
                                 .instrument = request->legs[0].instrument,
                                 .buys = request->legs[0].ratio > 0,
                                 .rest_e9 = request->head.order.qty_e9};
    }
}

static void moody_slice(struct moody *moody)
{
    struct bench *bench = &moody->bench;
    if (random_below(&moody->random, 40) == 0) {
        bench->ts_ns += (int64_t)random_below(&moody->random, 30) * NS_PER_HOUR;
    }
    for (uint32_t i = 0; i < BENCH_INSTRUMENTS; i++) {
        bench->price_e9[i] =
            random_below(&moody->random, 5) == 0
                ? 0
                : USD(5) + (int64_t)(random_next(&moody->random) % (uint64_t)USD(20));
        for (uint32_t book = 0; book < BENCH_BOOKS; book++) {
            uint32_t act = random_below(&moody->random, 6);
            bench_wish_with_confidence(book, i, act < 3 ? (enum act)act : ACT_HOLD,
                                       random_below(&moody->random, 3));
        }
    }
    bench_slice(bench);
    moody_take_orders(moody);
}

static void moody_forget(struct moody *moody, uint32_t index)
{
    moody->orders[index] = moody->orders[--moody->count];
}

/* What a purchase that was taken back has left of a trade may be less than its exit fills. */
static int64_t booked_e9(const struct moody *moody, const struct event_report *fill)
{
    const struct execution *execution =
        engine_execution(moody->bench.decides.engine, fill->exec_id);
    return moody->busts ? execution->trade_e9 : fill->qty_e9;
}

/* What is booked is paid; the rest is beside our trades. */
static void moody_count_fill(struct moody *moody, bool buys)
{
    const struct event_report *fill = &moody->last_fill.report;
    uint32_t instrument = moody->last_fill.instrument;
    int64_t trade_e9 = booked_e9(moody, fill);
    int64_t beside_e9 = fill->qty_e9 - trade_e9;
    int64_t value_e9 = 0;
    cr_assert_eq(money_notional(fill->price_e9, trade_e9, ROUND_EVEN, &value_e9), ERR_OK);
    moody->cash_e9 -= (trade_e9 > 0 ? fill->commission_e9 : 0) + (buys ? value_e9 : -value_e9);
    moody->qty_e9[instrument] += buys ? fill->qty_e9 : -fill->qty_e9;
    moody->beside_e9[instrument] += buys ? beside_e9 : -beside_e9;
}

/* Fills the order, wholly or in part. */
static void moody_fill(struct moody *moody, struct moody_order *order)
{
    int64_t qty_e9 = order->rest_e9;
    if (random_below(&moody->random, 2) == 0) {
        qty_e9 = 1 + (int64_t)(random_next(&moody->random) % (uint64_t)order->rest_e9);
    }
    int64_t price_e9 = 1 + (int64_t)(random_next(&moody->random) % (uint64_t)USD(30));
    moody->last_fill =
        bench_fill_event(&moody->bench, order->instrument, order->id, qty_e9, price_e9);
    moody->last_fill.report.commission_e9 = random_below(&moody->random, 3);
    bench_take(&moody->bench, &moody->last_fill);
    moody_count_fill(moody, order->buys);
    moody_take_orders(moody);
    order->rest_e9 -= qty_e9;
    moody->partial += order->rest_e9 > 0 ? 1 : 0;
}

/* The order that ended fills all the same, while its trade still knows it (O8, O9). */
static void moody_fill_ghost(struct moody *moody)
{
    struct moody_order *ghost = &moody->ghost;
    struct trade *trade = engine_trade(moody->bench.decides.engine, ghost->instrument, ghost->id);
    if (ghost->rest_e9 > 0 && trade != NULL && trade_order(trade, ghost->id) != NULL) {
        moody_fill(moody, ghost);
        moody->late++;
    }
    ghost->id = 0;
    moody->last_fill.kind = EVENT_NONE;
}

static void moody_end(struct moody *moody, uint32_t index, uint8_t kind)
{
    struct moody_order *order = &moody->orders[index];
    bench_say(&moody->bench, kind, order->instrument, order->id);
    moody_take_orders(moody);
    if (moody->last_fill.report.order_id == order->id) {
        moody->last_fill.kind = EVENT_NONE; /* its trade may be another one soon */
    }
    if (kind == EVENT_REJECTED) {
        moody->rejected++;
    } else {
        moody->ended++;
        moody->ghost = *order;
    }
    moody_forget(moody, index);
}

static void moody_report(struct moody *moody)
{
    uint32_t index = random_below(&moody->random, moody->count);
    struct moody_order *order = &moody->orders[index];
    uint32_t mood = random_below(&moody->random, 10);
    if (mood == 0 && moody->last_fill.kind == EVENT_FILL) {
        bench_take(&moody->bench, &moody->last_fill);
        cr_assert_eq(moody->bench.decides.output.slots, 0);
        moody->repeated++;
    } else if (mood < 3 && !order->accepted) {
        bench_say(&moody->bench, EVENT_ACCEPTED, order->instrument, order->id);
        order->accepted = true;
    } else if (mood < 5) {
        uint32_t way = random_below(&moody->random, 3);
        moody_end(moody, index,
                  (uint8_t)(way == 0   ? EVENT_REJECTED
                            : way == 1 ? EVENT_CANCELED
                                       : EVENT_EXPIRED));
    } else {
        moody_fill(moody, order);
        if (order->rest_e9 == 0) {
            moody_forget(moody, index);
        }
    }
}

/* Takes one of the latest executions back, whatever has become of its trade. */
static void moody_bust(struct moody *moody)
{
    struct bench *bench = &moody->bench;
    const struct engine *engine = bench->decides.engine;
    uint64_t back = random_below(&moody->random, 40);
    const struct execution *execution =
        back < bench->exec_id ? engine_execution(engine, bench->exec_id - back) : NULL;
    if (execution == NULL) {
        return;
    }
    int64_t value_e9 = 0;
    bool bought = order_id_role(execution->order_id) == ORDER_ROLE_ENTRY;
    uint32_t instrument = execution->instrument;
    int64_t before_e9 = engine->surplus_e9[instrument];
    struct event bust = bench_report(bench, EVENT_BUSTED, instrument, execution->order_id);
    bust.report.exec_id = execution->exec_id;
    bust.report.qty_e9 = execution->trade_e9;
    bust.report.price_e9 = execution->price_e9;
    bust.report.commission_e9 = execution->commission_e9;
    cr_assert_eq(money_notional(bust.report.price_e9, bust.report.qty_e9, ROUND_EVEN, &value_e9),
                 ERR_OK);
    moody->cash_e9 += bust.report.commission_e9 + (bought ? value_e9 : -value_e9);
    moody->qty_e9[instrument] -= bought ? execution->qty_e9 : -execution->qty_e9;
    if (moody->last_fill.report.exec_id == bust.report.exec_id) {
        moody->last_fill.kind = EVENT_NONE;
    }
    bench_take(bench, &bust);
    moody->beside_e9[instrument] += engine->surplus_e9[instrument] - before_e9;
    moody_take_orders(moody);
    moody->busted++;
}

/* Somebody sells what is beside our trades, or buys it back, and the account says so. */
static void moody_settle(struct moody *moody)
{
    struct bench *bench = &moody->bench;
    uint32_t instrument = random_below(&moody->random, BENCH_INSTRUMENTS);
    if (moody->beside_e9[instrument] == 0) {
        return;
    }
    struct event holding = bench_report(bench, EVENT_HOLDING, instrument, 0);
    holding.holding.qty_e9 = 0;
    moody->qty_e9[instrument] -= moody->beside_e9[instrument];
    moody->beside_e9[instrument] = 0;
    engine_on_condition(bench->decides.engine, &holding, &bench->decides.output);
    engine_apply(bench->folds.engine, &holding);
    bench_fold_answers(bench);
    bench_assert_same(bench);
    moody_take_orders(moody);
    moody->settled++;
}

static void swap_sides(struct bench *bench)
{
    struct bench_side side = bench->decides;
    bench->decides = bench->folds;
    bench->folds = side;
}

static void moody_step(struct moody *moody)
{
    if (moody->busts && random_below(&moody->random, 8) == 0) {
        moody_bust(moody);
    } else if (moody->busts && random_below(&moody->random, 8) == 0) {
        moody_settle(moody);
    } else if (moody->ghost.id != 0 && random_below(&moody->random, 4) == 0) {
        moody_fill_ghost(moody);
    } else if (moody->count == 0 || random_below(&moody->random, 4) == 0) {
        moody->last_fill.kind = EVENT_NONE;
        moody_slice(moody);
    } else {
        moody_report(moody);
    }
    const struct engine *engine = moody->bench.decides.engine;
    cr_assert_eq(ledger_cash_e9(&engine->ledger), moody->cash_e9);
    for (uint32_t i = 0; i < BENCH_INSTRUMENTS; i++) {
        cr_assert_eq(engine->ledger.positions[i].qty_e9 + moody->beside_e9[i], moody->qty_e9[i]);
    }
    cr_assert_eq(engine->fault, ENGINE_FAULT_NONE);
    /* The engine that only folded decides from here on: its hidden state must be as good. */
    if (random_below(&moody->random, 8) == 0) {
        swap_sides(&moody->bench);
    }
}

/* A condition begins and ends, as in every run with a broker outside. */
static void moody_begin_outside(struct moody *moody)
{
    struct bench *bench = &moody->bench;
    moody->busts = true;
    for (int64_t begins = 1; begins >= 0; begins--) {
        struct event status = bench_report(bench, EVENT_STATUS, INSTRUMENT_NONE, 0);
        status.flags = STATUS_RECONCILING;
        status.status.begins = begins;
        engine_on_condition(bench->decides.engine, &status, &bench->decides.output);
        engine_apply(bench->folds.engine, &status);
    }
}

/* Consistency and the equality of deciding and folding are asserted by the bench at every input;
 * that the ledger is the broker's here. */
static void moody_run(uint64_t seed, uint32_t steps, bool busts)
{
    static struct moody moody;
    struct bench_plan plan = bench_plan_simple(BENCH_INSTRUMENTS);
    plan.books = BENCH_BOOKS;
    plan.series = true;
    plan.cash_e9 = USD(40000);
    plan.limits.open_positions.value = 6;
    plan.limits.orders_per_session.value = 60;
    plan.limits.position_notional = (struct limit){LIMIT_SHARE, 200000};
    plan.limits.daily_loss = (struct limit){LIMIT_SHARE, 300000};
    memset(&moody, 0, sizeof moody);
    moody.random = seed;
    moody.cash_e9 = plan.cash_e9;
    bench_init(&moody.bench, &plan);
    if (busts) {
        moody_begin_outside(&moody);
    }
    for (uint32_t i = 0; i < steps; i++) {
        moody_step(&moody);
    }
    const struct engine_counters *counters = &moody.bench.decides.engine->counters;
    cr_log_info("seed %" PRIu64 ": %" PRIu64 " slices, %" PRIu64 " orders, %" PRIu64
                " fills (%" PRIu64 " in part, %" PRIu64 " repeated), %" PRIu64 " rejected, %" PRIu64
                " ended, %" PRIu64 " filled late, %" PRIu64 " refused",
                seed, counters->slices, counters->orders, counters->fills, moody.partial,
                moody.repeated, moody.rejected, moody.ended, moody.late, counters->refused);
    cr_assert_gt(counters->fills, steps / 10, "seed %" PRIu64, seed);
    cr_assert_gt(moody.partial, 0);
    cr_assert_gt(moody.rejected, 0);
    cr_assert_gt(moody.ended, 0);
    cr_assert_gt(moody.late, 0);
    cr_assert_gt(moody.repeated, 0);
    cr_assert_eq(counters->busts, moody.busted);
    cr_assert(!busts || (moody.busted > steps / 50 && moody.settled > 0 && counters->surpluses > 0),
              "%" PRIu64 " busts, %" PRIu64 " settled", moody.busted, moody.settled);
    cr_assert_gt(counters->refused, 0);
    bench_finish(&moody.bench);
}

#define MOODY_STEPS 3000

Test(engine_random, deciding_and_folding_never_part_seed_1)
{
    moody_run(1, MOODY_STEPS, false);
}

Test(engine_random, deciding_and_folding_never_part_seed_2)
{
    moody_run(2, MOODY_STEPS, false);
}

Test(engine_random, what_is_taken_back_is_as_if_it_had_not_been_seed_3)
{
    moody_run(3, MOODY_STEPS, true);
}

/* Another seed by BELLWETHER_SEED; it is printed with --verbose and on failure. */
Test(engine_random, deciding_and_folding_never_part_seed_of_choice)
{
    const char *text = getenv("BELLWETHER_SEED");
    uint64_t seed = text != NULL ? strtoull(text, NULL, 10) : 20240101;
    moody_run(seed, MOODY_STEPS, false);
    moody_run(seed, MOODY_STEPS, true);
}
