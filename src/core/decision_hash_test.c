/* decision_hash_test.c: the hash is the one that its header defines, reckoned here a second time.
 */
#include "core/decision_hash.h"

#include "core/engine_test.h"

/* Numbers reckoned elsewhere, with unbounded integers. */
Test(decision_hash, steps_as_defined)
{
    static const struct {
        uint64_t hash, x, want;
    } cases[] = {
        {UINT64_C(0x42656c6c77657468), UINT64_C(0x0000000000000000), UINT64_C(0x281a8df76d108339)},
        {UINT64_C(0x0000000000000000), UINT64_C(0x0000000000000000), UINT64_C(0x0000000000000000)},
        {UINT64_C(0x42656c6c77657468), UINT64_C(0x0000000000000001), UINT64_C(0xc65207a99f9f55e0)},
        {UINT64_C(0xffffffffffffffff), UINT64_C(0x0000000000000000), UINT64_C(0x61c886458ef1b1df)},
        {UINT64_C(0x0123456789abcdef), UINT64_C(0xfedcba9876543210), UINT64_C(0x61c886458ef1b1df)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_assert_eq(decision_hash_step(cases[i].hash, cases[i].x), cases[i].want, "row %zu", i);
    }
    cr_assert_eq(DECISION_HASH_A, UINT64_C(0xff51afd7ed558ccd));
    cr_assert_eq(DECISION_HASH_B, UINT64_C(0xc4ceb9fe1a85ec53));
    cr_assert_eq(DECISION_HASH_K, UINT64_C(0xd6e8feb86659fd93));
    cr_assert_eq(DECISION_HASH_START, UINT64_C(0x42656c6c77657468));
}

/* ---- the engine's hash against the definition ---- */

#define A UINT64_C(0xff51afd7ed558ccd)
#define B UINT64_C(0xc4ceb9fe1a85ec53)
#define K UINT64_C(0xd6e8feb86659fd93)

static uint64_t step(uint64_t hash, uint64_t x)
{
    uint64_t y = (hash ^ x) * UINT64_C(0x9e3779b97f4a7c15);
    return y ^ (y >> 29);
}

/* Sum of the last `window` of `count` prices. */
static uint64_t sum_of(const int64_t *prices_e9, size_t count, size_t window)
{
    int64_t sum_e9 = 0;
    for (size_t i = 0; i < window; i++) {
        sum_e9 += prices_e9[count - 1 - i];
    }
    return (uint64_t)sum_e9;
}

static uint64_t step_evaluation(uint64_t hash, int64_t ts_ns, uint64_t instrument, uint64_t book,
                                struct decision said, const int64_t *prices_e9, size_t count)
{
    uint64_t x = (uint64_t)ts_ns + (instrument << 32 | book << 16) * B +
                 ((uint64_t)said.reason << 8 | (uint64_t)said.act);
    x = (x + sum_of(prices_e9, count, 2)) * K;
    x = (x + sum_of(prices_e9, count, BENCH_LONGEST)) * K;
    return step(hash, x);
}

/* Every outcome of the slice, in the order of the records. */
static uint64_t step_outcomes(uint64_t hash, const struct bench *bench)
{
    const struct event *decision;
    for (uint32_t i = 0; (decision = bench_answer(bench, EVENT_DECISION, i)) != NULL; i++) {
        uint64_t id = decision->decision.order_id;
        uint64_t qty = id != 0 ? (uint64_t)SHARES(100) : 0;
        hash = step(hash, id * A + qty * B + decision->decision.verdict);
    }
    return hash;
}

/* Prices until every strategy is asked: none of them enters by itself. */
static void warm_up(struct bench *bench, int64_t prices_e9[2][BENCH_LONGEST + 6])
{
    for (uint32_t slice = 0; slice < BENCH_LONGEST; slice++) {
        for (uint32_t i = 0; i < 2; i++) {
            prices_e9[i][slice] = USD(9) + (int64_t)(slice * 5 + i) * 987654321;
            bench->price_e9[i] = prices_e9[i][slice];
        }
        bench_slice(bench);
        cr_assert_eq(bench->decides.engine->decision_hash, DECISION_HASH_START, "nobody was asked");
    }
}

/* Two books on two instruments: holds, entries, an exit and refusals, all of them in the hash. */
Test(decision_hash, holds_all_that_was_decided)
{
    static const enum act acts[6][2][2] = {
        {{ACT_HOLD, ACT_HOLD}, {ACT_HOLD, ACT_HOLD}},
        {{ACT_BUY, ACT_HOLD},  {ACT_HOLD, ACT_SELL}},
        {{ACT_BUY, ACT_BUY},   {ACT_BUY, ACT_HOLD} },
        {{ACT_SELL, ACT_HOLD}, {ACT_HOLD, ACT_BUY} },
        {{ACT_HOLD, ACT_HOLD}, {ACT_HOLD, ACT_HOLD}},
        {{ACT_HOLD, ACT_BUY},  {ACT_BUY, ACT_BUY}  },
    };
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(2);
    plan.books = 2;
    plan.series = true;
    plan.limits.orders_per_session.value = 3;
    bench_init(&bench, &plan);
    int64_t prices_e9[2][BENCH_LONGEST + 6] = {0};
    warm_up(&bench, prices_e9);
    uint64_t want = DECISION_HASH_START;
    for (uint32_t slice = 0; slice < 6; slice++) {
        for (uint32_t i = 0; i < 4; i++) {
            bench_wish(i / 2, i % 2, acts[slice][i / 2][i % 2]);
            bench.price_e9[i % 2] = USD(10) + (int64_t)(slice * 7 + i % 2) * 123456789;
            prices_e9[i % 2][BENCH_LONGEST + slice] = bench.price_e9[i % 2];
        }
        int64_t ts_ns = bench.ts_ns + NS_PER_MIN;
        for (uint32_t asked = 0; asked < 4; asked++) {
            uint32_t i = asked % 2 * 2 + asked / 2; /* instrument by instrument, book by book */
            struct decision said = bench_wishes[i / 2][i % 2];
            want = step_evaluation(want, ts_ns, i % 2, i / 2 + 1, said, prices_e9[i % 2],
                                   BENCH_LONGEST + slice + 1);
        }
        bench_slice(&bench);
        want = step_outcomes(want, &bench);
        cr_assert_eq(bench.decides.engine->decision_hash, want, "slice %u", slice);
        if (slice == 1) {
            bench_fill(&bench, 0, order_id_make(1, ORDER_ROLE_ENTRY, 1), SHARES(100), USD(10));
        }
    }
    cr_assert_gt(bench.decides.engine->counters.refused, 0);
    cr_assert_gt(bench.decides.engine->counters.orders, 3);
    bench_finish(&bench);
}

/* The same wishes and prices, with one thing another: the hash is another. */
Test(decision_hash, differs_when_anything_differs)
{
    enum { NOTHING, REASON, PRICE, TIME, HOLD, CASES };
    uint64_t hashes[CASES];
    for (int i = 0; i < CASES; i++) {
        struct bench bench;
        struct bench_plan plan = bench_plan_simple(1);
        plan.series = true;
        bench_init(&bench, &plan);
        for (int k = 0; k < BENCH_LONGEST; k++) {
            bench_slice_at(&bench, USD(10) + k);
        }
        bench.ts_ns += i == TIME ? 1 : 0;
        bench_wish(0, 0, i == HOLD ? ACT_HOLD : ACT_BUY);
        bench_wishes[0][0].reason = i == REASON ? 0 : 1;
        bench_slice_at(&bench, USD(10) + (i == PRICE ? 1 : 0));
        hashes[i] = bench.decides.engine->decision_hash;
        for (int k = 0; k < i; k++) {
            cr_assert_neq(hashes[k], hashes[i], "%d and %d", k, i);
        }
        bench_finish(&bench);
    }
}
