/* facts_test.c: the statistics against numbers from another program, and the facts of real files
 * and of the synthetic market within the ranges that are stated. */
#include "data/facts.h"

#include <criterion/criterion.h>

#include "data/data_test.h"
#include "data/facts_stats.h"
#include "data/synth.h"

/* Python's statistics module gives the numbers below. */
static const double x[] = {0.5,  -1.25, 2.0,  0.75, -0.5, 3.5,  -2.0, 1.0,
                           0.25, -0.75, 1.5,  -1.0, 0.0,  2.25, -3.0, 0.5,
                           1.25, -0.25, 0.75, -1.5, 2.5,  -0.5, 0.25, 1.75};
static const double y[] = {1.0, 2.5,  1.75, 0.5,  0.25, 4.0, 3.0,  1.5,  0.75, 1.0,  2.0, 1.25,
                           0.5, 2.75, 3.5,  0.75, 1.0,  0.5, 1.25, 1.75, 3.0,  0.25, 0.5, 2.25};
enum { COUNT = sizeof x / sizeof x[0] };

Test(facts, statistics_are_those_of_another_program)
{
    static const uint32_t group[COUNT] = {0};
    struct stats_moments moments = stats_moments(x, COUNT);
    cr_assert_float_eq(moments.mean, 0.3333333333333333, 1e-12);
    cr_assert_float_eq(moments.deviation, 1.4924578907143597, 1e-12);
    cr_assert_float_eq(moments.skew, -0.07093778366144944, 1e-12);
    cr_assert_float_eq(moments.kurtosis, 2.7458612505156155, 1e-12);
    cr_assert_float_eq(stats_correlation(x, y, COUNT), 0.16365910706978182, 1e-12);
    cr_assert_float_eq(stats_autocorrelation(x, group, COUNT, 2), 0.046257539916104165, 1e-12);
    cr_assert_float_eq(stats_lead_correlation(x, group, COUNT, 3), 0.118978374026219, 1e-12);
}

Test(facts, pairs_across_sessions_do_not_count)
{
    uint32_t group[COUNT];
    for (uint32_t i = 0; i < COUNT; i++) {
        group[i] = i; /* every bar its own session: no pair is left */
    }
    double value = stats_autocorrelation(x, group, COUNT, 1);
    cr_assert(value != value, "%f", value);
}

static void expect_in_range(const struct facts *facts, enum fact fact)
{
    const struct fact_row *row = &fact_rows[fact];
    double value = facts->values[fact];
    cr_assert(value >= row->low && value <= row->high, "%s: %f, not %f to %f", row->key, value,
              row->low, row->high);
}

/* Two years of a real index fund lie within every range that a single symbol can tell. */
Test(facts, a_real_file_lies_within_the_ranges)
{
    char *path = shared_file("equity/minute/bars_SPY_5min_2018-2019.csv.gz");
    if (path == NULL) {
        cr_skip("no shared data");
    }
    struct bars bars = {0};
    struct problem problem;
    cr_assert_eq(bars_open(path, NULL, &bars, NULL, &problem), ERR_OK, "%s", problem.text);
    struct facts facts;
    facts_compute(&bars, &facts);
    cr_assert_eq(facts.days, 502);
    cr_assert_eq(facts.bars, 38598);
    for (int i = 0; i < FACT_COUNT; i++) {
        if (i != FACT_BAR_PAIRS && i != FACT_DAY_PAIRS) {
            expect_in_range(&facts, (enum fact)i);
        }
    }
    bars_finish(&bars);
    free(path);
}

static void make(uint64_t seed, uint32_t sessions, int64_t bar_ns, uint32_t count,
                 struct facts *facts)
{
    struct synth_symbol *symbols = synth_symbols_first(seed, count);
    struct synth_session *list = synth_sessions(19724, sessions); /* 2024-01-02 */
    struct synth_plan plan = {seed, symbols, count, list, sessions, bar_ns};
    struct bars bars;
    synth_bars_create(&plan, &bars);
    facts_compute(&bars, facts);
    bars_finish(&bars);
    free(list);
    free(symbols);
}

Test(facts, the_synthetic_market_lies_within_the_ranges)
{
    static const uint64_t seeds[] = {42, 7};
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        struct facts facts;
        make(seeds[i], 252, 5 * NS_PER_MIN, SYNTH_CAST_COUNT, &facts);
        for (int fact = 0; fact < FACT_COUNT; fact++) {
            expect_in_range(&facts, (enum fact)fact);
        }
    }
}

/* Three years, narrower than the ranges. The error of an autocorrelation of returns is about 0.05
 * here: symbols move together, and so do large returns. */
Test(facts, synthetic_days_have_clusters_leverage_and_fat_tails)
{
    struct facts facts;
    make(42, 756, NS_PER_DAY, 10, &facts);
    cr_assert_gt(facts.values[FACT_DAY_SIZES_LAG_1], 0.10);
    cr_assert_gt(facts.values[FACT_DAY_SIZES_LAG_10], 0.04);
    cr_assert_lt(facts.values[FACT_DAY_LEVERAGE], -0.04);
    cr_assert_float_eq(facts.values[FACT_DAY_RETURNS_LAG_1], 0.0, 0.10);
    cr_assert_float_eq(facts.values[FACT_DAY_TAIL], 0.015, 0.005);
    cr_assert(facts.values[FACT_DAY_KURTOSIS] > 5.0 && facts.values[FACT_DAY_KURTOSIS] < 16.0);
    cr_assert(facts.values[FACT_DAY_PAIRS] > 0.2 && facts.values[FACT_DAY_PAIRS] < 0.5);
    cr_assert_float_eq(facts.values[FACT_DAY_NIGHT], 0.52, 0.12);
}
