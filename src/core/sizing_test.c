/* sizing_test.c: each rule by worked examples, its edges, and random inputs against a plain
 * reckoning in long double and 128 bits. */
#include "core/sizing.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>

#include "base/money.h"

#define USD(amount)    ((int64_t)(amount)*MONEY_E9)
#define SHARES(amount) ((int64_t)(amount)*MONEY_E9)
#define CENTS(amount)  ((int64_t)(amount)*MONEY_E9 / 100)

enum { PERCENT = 10000, ALL = 1000000 };

/* $100,000 in the account; a share at $80, its stop at $76, an ATR of $2.50. */
static const struct sizing_input plain = {
    .equity_e9 = USD(100000), .price_e9 = USD(80), .stop_price_e9 = USD(76), .atr_e9 = CENTS(250)};

static const struct sizing_record fresh = {0};

/* 24 wins of $100 and 16 losses of $60: p = 0.6, b = 5/3, f = 0.6 - 0.4 x 0.6 = 0.36. */
static const struct sizing_record winner = {24, 16, USD(2400), USD(960)};

static struct sizing_result size(struct sizing sizing, struct sizing_input input)
{
    struct sizing_result result;
    memset(&result, 0xa5, sizeof result);
    sizing_quantity(&sizing, &input, &result);
    return result;
}

/* ---- worked examples, each of docs/gates.md among them ---- */

static const struct {
    const char *what;
    struct sizing sizing;
    const struct sizing_record *record;
    int64_t qty_e9;
    enum sizing_reason reason;
    int64_t share_ppm, risk_e9, spend_e9, cap_e9;
} examples[] = {
  /* clang-format off */
    {"always 100", {SIZING_FIXED, SHARES(100), 0, 0, ALL, false}, &fresh,
     SHARES(100), SIZING_REASON_FULL, 0, 0, USD(8000), 0},
    {"always 100, cap 5 %", {SIZING_FIXED, SHARES(100), 0, 5 * PERCENT, ALL, false}, &fresh,
     SHARES(62), SIZING_REASON_CAPPED, 0, 0, USD(5000), USD(5000)},
    {"10 % of equity", {SIZING_EQUITY, 0, 10 * PERCENT, 0, ALL, false}, &fresh,
     SHARES(125), SIZING_REASON_FULL, 10 * PERCENT, 0, USD(10000), 0},
    {"10 % of half of equity", {SIZING_EQUITY, 0, 10 * PERCENT, 0, ALL / 2, false}, &fresh,
     SHARES(62), SIZING_REASON_FULL, 10 * PERCENT, 0, USD(5000), 0},
    {"10 % of half, in fractions", {SIZING_EQUITY, 0, 10 * PERCENT, 0, ALL / 2, true}, &fresh,
     SHARES(62) + SHARES(1) / 2, SIZING_REASON_FULL, 10 * PERCENT, 0, USD(5000), 0},
    {"1 % lost at the stop", {SIZING_RISK, 0, PERCENT, 0, ALL, false}, &fresh,
     SHARES(250), SIZING_REASON_FULL, PERCENT, USD(4), USD(20000), 0},
    {"1 % lost at the stop, cap 10 %", {SIZING_RISK, 0, PERCENT, 10 * PERCENT, ALL, false}, &fresh,
     SHARES(125), SIZING_REASON_CAPPED, PERCENT, USD(4), USD(10000), USD(10000)},
    {"1 % by volatility", {SIZING_VOLATILITY, 0, PERCENT, 0, ALL, false}, &fresh,
     SHARES(200), SIZING_REASON_FULL, PERCENT, USD(5), USD(16000), 0},
    {"1 % by volatility, cap 25 %", {SIZING_VOLATILITY, 0, PERCENT, 25 * PERCENT, ALL, false}, &fresh,
     SHARES(200), SIZING_REASON_FULL, PERCENT, USD(5), USD(16000), USD(25000)},
    {"half-Kelly, no trades yet", {SIZING_HALF_KELLY, 0, 0, 0, ALL, false}, &fresh,
     SHARES(12), SIZING_REASON_FULL, PERCENT, 0, USD(1000), 0},
    {"half-Kelly of 0.36", {SIZING_HALF_KELLY, 0, 0, 0, ALL, false}, &winner,
     SHARES(225), SIZING_REASON_FULL, 18 * PERCENT, 0, USD(18000), 0},
  /* clang-format on */
};

Test(sizing, follows_its_worked_examples)
{
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        struct sizing_input input = plain;
        input.record = *examples[i].record;
        struct sizing_result result = size(examples[i].sizing, input);
        const char *what = examples[i].what;
        cr_expect_eq(result.qty_e9, examples[i].qty_e9, "%s: %" PRId64, what, result.qty_e9);
        cr_expect_eq(result.reason, examples[i].reason, "%s: %s", what,
                     sizing_reason_text(result.reason));
        cr_expect_eq(result.share_ppm, examples[i].share_ppm, "%s: %" PRId64, what,
                     result.share_ppm);
        cr_expect_eq(result.risk_e9, examples[i].risk_e9, "%s", what);
        cr_expect_eq(result.spend_e9, examples[i].spend_e9, "%s: %" PRId64, what, result.spend_e9);
        cr_expect_eq(result.cap_e9, examples[i].cap_e9, "%s", what);
    }
}

/* ---- when there are no shares ---- */

static const struct {
    const char *what;
    struct sizing sizing;
    struct sizing_input input;
    enum sizing_reason reason;
} none[] = {
  /* clang-format off */
#define RULE(kind) {SIZING_##kind, SHARES(5), PERCENT, 0, ALL, true}
    {"no equity", RULE(EQUITY), {0, USD(80), 0, 0, {0}}, SIZING_REASON_NO_EQUITY},
    {"debt", RULE(EQUITY), {-1, USD(80), 0, 0, {0}}, SIZING_REASON_NO_EQUITY},
    {"less than a billionth of equity", {SIZING_EQUITY, 0, PERCENT, 0, 1, true}, {999999, 1, 0, 0, {0}}, SIZING_REASON_NO_EQUITY},
    {"equity out of range", {SIZING_EQUITY, 0, PERCENT, 0, 2 * ALL, true}, {INT64_MAX, USD(80), 0, 0, {0}}, SIZING_REASON_RANGE},
    {"price of nothing", RULE(FIXED), {USD(100), 0, 0, 0, {0}}, SIZING_REASON_RANGE},
    {"price below zero", RULE(EQUITY), {USD(100), -1, 0, 0, {0}}, SIZING_REASON_RANGE},
    {"stop below zero", RULE(RISK), {USD(100), USD(80), -1, 0, {0}}, SIZING_REASON_RANGE},
    {"range below zero", RULE(VOLATILITY), {USD(100), USD(80), 0, -1, {0}}, SIZING_REASON_RANGE},
    {"no stop", RULE(RISK), {USD(100), USD(80), 0, USD(1), {0}}, SIZING_REASON_NO_STOP},
    {"stop at the price", RULE(RISK), {USD(100), USD(80), USD(80), USD(1), {0}}, SIZING_REASON_NO_STOP},
    {"no range yet", RULE(VOLATILITY), {USD(100), USD(80), USD(70), 0, {0}}, SIZING_REASON_NO_ATR},
    {"range out of range", RULE(VOLATILITY), {USD(100), USD(80), 0, INT64_MAX / 2 + 1, {0}}, SIZING_REASON_RANGE},
    {"a budget out of range", {SIZING_EQUITY, 0, 2 * ALL, 0, ALL, true}, {INT64_MAX, USD(80), 0, 0, {0}}, SIZING_REASON_RANGE},
    {"more shares than int64 counts", RULE(EQUITY), {USD(1000000000), 1, 0, 0, {0}}, SIZING_REASON_RANGE},
    {"worth more than int64 counts", RULE(RISK), {USD(100000), USD(9000000), USD(9000000) - 1000, 0, {0}}, SIZING_REASON_RANGE},
    {"a cap out of range", {SIZING_FIXED, SHARES(5), 0, INT64_MAX, ALL, true}, {USD(100), USD(80), 0, 0, {0}}, SIZING_REASON_RANGE},
    {"no edge", RULE(HALF_KELLY), {USD(100), USD(80), 0, 0, {20, 20, USD(10), USD(10)}}, SIZING_REASON_NO_EDGE},
    {"not one whole share", {SIZING_EQUITY, 0, PERCENT, 0, ALL, false}, {USD(2000), USD(185), 0, 0, {0}}, SIZING_REASON_TOO_SMALL},
    {"cut to less than one", {SIZING_FIXED, SHARES(5), 0, PERCENT, ALL, false}, {USD(2000), USD(185), 0, 0, {0}}, SIZING_REASON_TOO_SMALL},
    {"not a billionth", RULE(EQUITY), {50, USD(1), 0, 0, {0}}, SIZING_REASON_TOO_SMALL},
#undef RULE
  /* clang-format on */
};

Test(sizing, says_why_there_are_no_shares)
{
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        struct sizing_result result = size(none[i].sizing, none[i].input);
        cr_expect_eq(result.qty_e9, 0, "%s: %" PRId64, none[i].what, result.qty_e9);
        cr_expect_eq(result.reason, none[i].reason, "%s: %s", none[i].what,
                     sizing_reason_text(result.reason));
    }
}

/* "1 % of $2,000 is $20, and a share costs $185." */
Test(sizing, keeps_the_numbers_of_a_size_that_is_too_small)
{
    struct sizing_result result = size((struct sizing){SIZING_EQUITY, 0, PERCENT, 0, ALL, false},
                                       (struct sizing_input){USD(2000), USD(185), 0, 0, {0}});
    cr_assert_eq(result.capital_e9, USD(2000));
    cr_assert_eq(result.share_ppm, PERCENT);
    cr_assert_leq(result.spend_e9, USD(20));
    cr_assert_gt(result.spend_e9, USD(20) - 1000);
}

Test(sizing, lets_a_cap_that_nothing_reaches_alone)
{
    struct sizing sizing = {SIZING_FIXED, SHARES(5), 0, ALL, ALL, false};
    struct sizing_result result = size(sizing, (struct sizing_input){INT64_MAX, 1, 0, 0, {0}});
    cr_assert_eq(result.qty_e9, SHARES(5));
    cr_assert_eq(result.reason, SIZING_REASON_FULL);
    result = size(sizing, (struct sizing_input){USD(400), USD(80), 0, 0, {0}});
    cr_assert_eq(result.qty_e9, SHARES(5), "just at the cap");
    cr_assert_eq(result.reason, SIZING_REASON_FULL);
    result = size(sizing, (struct sizing_input){USD(400) - 1, USD(80), 0, 0, {0}});
    cr_assert_eq(result.qty_e9, SHARES(4));
    cr_assert_eq(result.reason, SIZING_REASON_CAPPED);
}

Test(sizing, measures_the_way_to_a_stop_on_either_side)
{
    struct sizing_input input = plain;
    input.stop_price_e9 = USD(84);
    struct sizing_result result =
        size((struct sizing){SIZING_RISK, 0, PERCENT, 0, ALL, false}, input);
    cr_assert_eq(result.qty_e9, SHARES(250));
    cr_assert_eq(result.risk_e9, USD(4));
}

/* ---- half of Kelly ---- */

Test(sizing, stakes_half_of_kelly_between_its_bounds)
{
    static const struct {
        const char *what;
        struct sizing_record record;
        int64_t want_ppm;
    } records[] = {
        {"no trades",                  {0, 0, 0, 0},                           10000 },
        {"29 wins",                    {29, 0, USD(29), 0},                    10000 },
        {"29 losses",                  {0, 29, 0, USD(29)},                    10000 },
        {"30 losses",                  {0, 30, 0, USD(30)},                    0     },
        {"30 wins: a quarter at most", {30, 0, USD(30), 0},                    250000},
        {"even odds, even pay",        {15, 15, USD(15), USD(15)},             0     },
        {"even odds, pay 2 : 1",       {15, 15, USD(30), USD(15)},             125000},
        {"the example",                {24, 16, USD(2400), USD(960)},          180000},
        {"40 % won, pay 2 : 1",        {12, 18, USD(24), USD(18)},             50000 },
        {"a trade less than 40 %",     {11, 19, USD(200), USD(19)},            0     },
        {"just below 40 % of many",    {399999, 600001, USD(5), USD(1)},       0     },
        {"40 % of many",               {400000, 600000, USD(5), USD(1)},       160000},
        {"exactly a quarter",          {20, 20, USD(4), 0},                    250000},
        {"just below a quarter",       {499999, 500001, USD(4), 0},            249999},
        {"an edge below a millionth",  {15, 15, USD(1000000), USD(999999)},    0     },
        {"losses above the wins",      {20, 20, USD(5), USD(6)},               0     },
        {"sums that cannot be",        {20, 20, -USD(5), -USD(6)},             0     },
        {"the largest of all",         {UINT32_MAX, UINT32_MAX, INT64_MAX, 0}, 250000},
    };
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        int64_t ppm = sizing_half_kelly_ppm(&records[i].record);
        cr_expect_eq(ppm, records[i].want_ppm, "%s: %" PRId64, records[i].what, ppm);
    }
}

/* ---- random inputs against the formulas as they are written ---- */

static uint64_t random_state = 0x2545f4914f6cdd1d;

static int64_t random_upto(int64_t most)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (int64_t)(random_state % (uint64_t)most) + 1;
}

/* (b p - q) / b with its halves and bounds, in long double. */
static long double kelly(const struct sizing_record *record)
{
    long double trades = (long double)record->wins + record->losses;
    long double p = record->wins / trades;
    long double b = ((long double)record->won_e9 / record->wins) /
                    ((long double)record->lost_e9 / record->losses);
    long double half = p < 0.4L ? 0 : (b * p - (1 - p)) / b / 2;
    return half < 0 ? 0 : half > 0.25L ? 0.25L : half;
}

Test(sizing, agrees_with_kellys_formula_on_random_records)
{
    uint32_t inside = 0;
    for (int round = 0; round < 200000; round++) {
        struct sizing_record record = {(uint32_t)random_upto(5000) + 30,
                                       (uint32_t)random_upto(5000), random_upto(USD(100000)),
                                       random_upto(USD(100000))};
        long double want_ppm = kelly(&record) * 1e6L;
        int64_t ppm = sizing_half_kelly_ppm(&record);
        cr_assert(ppm <= want_ppm + 1e-6L && ppm > want_ppm - 1 - 1e-6L, "round %d: %" PRId64,
                  round, ppm);
        inside += ppm > 0 && ppm < 250000 ? 1 : 0;
    }
    cr_assert_gt(inside, 10000);
}

static __int128 least(__int128 a, __int128 b)
{
    return a < b ? a : b;
}

/* The quantity as SIZING_LIST writes it, before whole shares; -1: none. */
static __int128 reckon(const struct sizing *sizing, const struct sizing_input *input)
{
    __int128 capital = (__int128)input->equity_e9 * sizing->capital_ppm / 1000000;
    __int128 budget = capital * sizing->share_ppm / 1000000;
    __int128 risk = (__int128)input->price_e9 - input->stop_price_e9;
    __int128 per_share = sizing->kind == SIZING_RISK         ? (risk < 0 ? -risk : risk)
                         : sizing->kind == SIZING_VOLATILITY ? 2 * (__int128)input->atr_e9
                                                             : input->price_e9;
    __int128 qty = sizing->kind == SIZING_FIXED ? sizing->qty_e9
                   : per_share == 0             ? -1
                                                : budget * MONEY_E9 / per_share;
    __int128 cap = capital * sizing->cap_ppm / 1000000 * MONEY_E9 / input->price_e9;
    return sizing->cap_ppm > 0 && qty > 0 ? least(qty, cap) : qty;
}

Test(sizing, agrees_with_a_plain_reckoning_on_random_inputs)
{
    uint32_t sized = 0;
    for (int round = 0; round < 300000; round++) {
        struct sizing sizing = {(enum sizing_kind)(random_upto(4) - 1),
                                SHARES(random_upto(1000)),
                                random_upto(ALL),
                                random_upto(3) == 1 ? 0 : random_upto(ALL),
                                random_upto(ALL),
                                random_upto(2) == 1};
        struct sizing_input input = {random_upto(USD(10000000)),
                                     random_upto(USD(5000)),
                                     random_upto(USD(5000)),
                                     random_upto(USD(100)),
                                     {0}};
        struct sizing_result result = size(sizing, input);
        __int128 qty = reckon(&sizing, &input);
        if (qty < 0 || qty > INT64_MAX || qty * input.price_e9 / MONEY_E9 > INT64_MAX) {
            cr_assert_eq(result.qty_e9, 0, "round %d", round);
            continue;
        }
        int64_t want = (int64_t)(sizing.fractional ? qty : qty - qty % MONEY_E9);
        cr_assert_eq(result.qty_e9, want, "round %d: %" PRId64 ", not %" PRId64, round,
                     result.qty_e9, want);
        sized += want > 0 ? 1 : 0;
    }
    cr_assert_gt(sized, 100000);
}

/* ---- faults of the configuration ---- */

Test(sizing, refuses_rules_that_the_exits_cannot_feed)
{
    static const struct {
        enum sizing_kind kind;
        enum exit_unit stop;
        uint32_t atr_window;
        const char *fault; /* a part of the text */
    } pairs[] = {
        {SIZING_FIXED,      EXIT_NONE,  0,  NULL         },
        {SIZING_EQUITY,     EXIT_NONE,  0,  NULL         },
        {SIZING_HALF_KELLY, EXIT_NONE,  0,  NULL         },
        {SIZING_RISK,       EXIT_NONE,  14, "stop: 2ATR" },
        {SIZING_RISK,       EXIT_PRICE, 0,  NULL         },
        {SIZING_RISK,       EXIT_PPM,   0,  NULL         },
        {SIZING_RISK,       EXIT_ATR,   14, NULL         },
        {SIZING_RISK,       EXIT_ATR,   0,  "exits: {atr"},
        {SIZING_VOLATILITY, EXIT_NONE,  14, NULL         },
        {SIZING_VOLATILITY, EXIT_NONE,  0,  "exits: {atr"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct sizing sizing = {.kind = pairs[i].kind};
        struct exit_plan exits = {
            .stop = {pairs[i].stop, 1},
              .atr_window = pairs[i].atr_window
        };
        const char *fault = sizing_fault(&sizing, &exits);
        cr_expect(fault == NULL ? pairs[i].fault == NULL
                                : pairs[i].fault != NULL && strstr(fault, pairs[i].fault) != NULL,
                  "row %zu: %s", i, fault == NULL ? "no fault" : fault);
    }
}

Test(sizing, has_words_for_its_reasons)
{
    for (int i = 0; i <= SIZING_REASON_RANGE; i++) {
        cr_expect_gt(strlen(sizing_reason_text((enum sizing_reason)i)), 8);
    }
    cr_assert_str_eq(sizing_reason_text((enum sizing_reason)(SIZING_REASON_RANGE + 1)), "unknown");
}
