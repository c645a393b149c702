/* money_test.c: money.c against tables and against a slow form by schoolbook digits. */
#include "base/money.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sys/clock.h"

enum { ROUNDS = 200000 };

/* SplitMix64. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/* SEED=N in the environment repeats a run. */
static uint64_t print_seed(const char *test)
{
    const char *given = getenv("SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)clock_utc_ns();
    (void)fprintf(stderr, "%s: SEED=%" PRIu64 "\n", test, seed);
    return seed;
}

/* Of any size: as many values near zero and near the ends as in between. */
static int64_t random_value(uint64_t *state)
{
    uint64_t bits = next_random(state);
    uint64_t shape = next_random(state);
    int64_t value = (int64_t)(bits >> shape % 64);
    if (shape >> 8 & 1) {
        value = shape >> 9 & 1 ? INT64_MAX - (value & 3) : INT64_MIN + (value & 3);
    }
    return shape >> 10 & 1 ? (int64_t)(0 - (uint64_t)value) : value;
}

/* Version 14 tears wide tables apart. */
/* clang-format off */
static const struct {
    const char *what;
    int64_t a, b, c;
    enum rounding rounding;
    enum err err;
    int64_t want;
} mul_div_cases[] = {
    {"exact", 6, 7, 3, ROUND_DOWN, ERR_OK, 14},
    {"rest down", 7, 1, 2, ROUND_DOWN, ERR_OK, 3},
    {"rest up", 7, 1, 2, ROUND_UP, ERR_OK, 4},
    {"exact is not moved up", 8, 1, 2, ROUND_UP, ERR_OK, 4},
    {"negative down", -7, 1, 2, ROUND_DOWN, ERR_OK, -4},
    {"negative up", -7, 1, 2, ROUND_UP, ERR_OK, -3},
    {"negative divisor", 7, 1, -2, ROUND_DOWN, ERR_OK, -4},
    {"all negative", -7, -1, -2, ROUND_UP, ERR_OK, -3},
    {"half to even, down", 5, 1, 2, ROUND_EVEN, ERR_OK, 2},
    {"half to even, up", 7, 1, 2, ROUND_EVEN, ERR_OK, 4},
    {"negative half to even", -5, 1, 2, ROUND_EVEN, ERR_OK, -2},
    {"negative half to even, away", -7, 1, 2, ROUND_EVEN, ERR_OK, -4},
    {"above half", 8, 1, 3, ROUND_EVEN, ERR_OK, 3},
    {"below half", 7, 1, 3, ROUND_EVEN, ERR_OK, 2},
    {"product beyond 64 bits", INT64_MAX, INT64_MAX, INT64_MAX, ROUND_DOWN, ERR_OK, INT64_MAX},
    {"largest fits", INT64_MAX, 1, 1, ROUND_UP, ERR_OK, INT64_MAX},
    {"smallest fits", INT64_MIN, 1, 1, ROUND_DOWN, ERR_OK, INT64_MIN},
    {"too large", INT64_MAX, 2, 1, ROUND_DOWN, ERR_RANGE, 0},
    {"too small", INT64_MIN, 2, 1, ROUND_DOWN, ERR_RANGE, 0},
    {"smallest turned round", INT64_MIN, 1, -1, ROUND_DOWN, ERR_RANGE, 0},
    {"largest product there is", INT64_MIN, INT64_MIN, INT64_MIN, ROUND_EVEN, ERR_OK, INT64_MIN},
    {"rounded out of range", INT64_MIN, -3, 3, ROUND_UP, ERR_RANGE, 0},
};
/* clang-format on */

Test(money, mul_div_rounds_once_in_the_direction_asked_for)
{
    for (size_t i = 0; i < sizeof mul_div_cases / sizeof mul_div_cases[0]; i++) {
        int64_t out = 77;
        enum err err = money_mul_div(mul_div_cases[i].a, mul_div_cases[i].b, mul_div_cases[i].c,
                                     mul_div_cases[i].rounding, &out);
        int64_t want = mul_div_cases[i].err == ERR_OK ? mul_div_cases[i].want : 77;
        cr_expect_eq(err, mul_div_cases[i].err, "%s", mul_div_cases[i].what);
        cr_expect_eq(out, want, "%s: %" PRId64, mul_div_cases[i].what, out);
    }
}

static uint64_t size_of(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

/* a * b as four digits of 32 bits, lowest first. */
static void slow_multiply(uint64_t a, uint64_t b, uint32_t digits[4])
{
    uint64_t low = (a & UINT32_MAX) * (b & UINT32_MAX);
    uint64_t cross = (a >> 32) * (b & UINT32_MAX) + (low >> 32);
    uint64_t other = (a & UINT32_MAX) * (b >> 32) + (cross & UINT32_MAX);
    uint64_t high = (a >> 32) * (b >> 32) + (cross >> 32) + (other >> 32);
    digits[0] = (uint32_t)low;
    digits[1] = (uint32_t)other;
    digits[2] = (uint32_t)high;
    digits[3] = (uint32_t)(high >> 32);
}

/* The same promise kept slowly: sizes bit by bit, the sign and the rounding afterwards. Returns
 * false when the result does not fit. */
static bool slow_mul_div(int64_t a, int64_t b, int64_t c, enum rounding rounding, int64_t *out)
{
    uint32_t digits[4];
    slow_multiply(size_of(a), size_of(b), digits);
    uint64_t divisor = size_of(c);
    uint64_t rest = 0;
    uint64_t quotient = 0;
    bool lost = false;
    for (int bit = 127; bit >= 0; bit--) {
        rest = rest << 1 | (digits[bit / 32] >> bit % 32 & 1); /* rest < divisor <= 2^63 */
        lost = lost || quotient >> 63 != 0;
        quotient <<= 1;
        if (rest >= divisor) {
            rest -= divisor;
            quotient |= 1;
        }
    }
    bool negative = ((a < 0) != (b < 0)) != (c < 0) && (quotient != 0 || rest != 0 || lost);
    bool away = false;
    if (rest != 0) {
        away = rounding == ROUND_UP ? !negative : negative;
        if (rounding == ROUND_EVEN) {
            uint64_t other = divisor - rest;
            away = rest > other || (rest == other && (quotient & 1) != 0);
        }
    }
    lost = lost || (away && quotient == UINT64_MAX);
    quotient += away ? 1 : 0;
    uint64_t most = negative ? UINT64_C(1) << 63 : INT64_MAX;
    if (lost || quotient > most) {
        return false;
    }
    *out = (int64_t)(negative ? 0 - quotient : quotient);
    return true;
}

Test(money, mul_div_agrees_with_the_slow_form)
{
    uint64_t state = print_seed("mul_div");
    for (int i = 0; i < ROUNDS; i++) {
        int64_t a = random_value(&state);
        int64_t b = random_value(&state);
        int64_t c = random_value(&state);
        enum rounding rounding = (enum rounding)(next_random(&state) % 3);
        int64_t got = 77;
        int64_t want = 77;
        if (c == 0) {
            continue;
        }
        bool fits = slow_mul_div(a, b, c, rounding, &want);
        enum err err = money_mul_div(a, b, c, rounding, &got);
        cr_assert_eq(err, fits ? ERR_OK : ERR_RANGE, "%" PRId64 " * %" PRId64 " / %" PRId64, a, b,
                     c);
        cr_assert_eq(got, want, "%" PRId64 " * %" PRId64 " / %" PRId64 " by %d", a, b, c, rounding);
    }
}

Test(money, notional_is_price_times_quantity)
{
    int64_t cash_e9 = 0;
    cr_expect_eq(money_notional(271239900000, 100 * MONEY_E9, ROUND_UP, &cash_e9), ERR_OK);
    cr_expect_eq(cash_e9, INT64_C(27123990000000));
    cr_expect_eq(money_notional(10000000, 333333333, ROUND_UP, &cash_e9), ERR_OK);
    cr_expect_eq(cash_e9, 3333334);
    cr_expect_eq(money_notional(10000000, -333333333, ROUND_UP, &cash_e9), ERR_OK);
    cr_expect_eq(cash_e9, -3333333, "a short position");
    cr_expect_eq(money_notional(PRICE_E9_MAX, 2000 * MONEY_E9, ROUND_UP, &cash_e9), ERR_RANGE);
    cr_expect_eq(cash_e9, -3333333, "kept");
}

Test(money, add_and_sub_are_exact_or_refuse)
{
    uint64_t state = print_seed("add, sub");
    for (int i = 0; i < ROUNDS; i++) {
        int64_t a = random_value(&state);
        int64_t b = random_value(&state);
        __int128 sum = (__int128)a + b;
        __int128 difference = (__int128)a - b;
        int64_t got = 77;
        bool fits = sum >= INT64_MIN && sum <= INT64_MAX;
        cr_assert_eq(money_add(a, b, &got), fits ? ERR_OK : ERR_RANGE);
        cr_assert_eq(got, fits ? (int64_t)sum : 77);
        got = 77;
        fits = difference >= INT64_MIN && difference <= INT64_MAX;
        cr_assert_eq(money_sub(a, b, &got), fits ? ERR_OK : ERR_RANGE);
        cr_assert_eq(got, fits ? (int64_t)difference : 77);
        const __int128 low = INT64_MIN;
        const __int128 high = INT64_MAX;
        cr_assert_eq(money_add_capped(a, b), sum < low ? low : sum > high ? high : sum);
        cr_assert_eq(money_sub_capped(a, b), difference < low    ? low
                                             : difference > high ? high
                                                                 : difference);
    }
}

static const struct {
    const char *text;
    enum err err;
    int64_t want;
} parse_cases[] = {
    {"0",                                                       ERR_OK,     0                    },
    {"-0",                                                      ERR_OK,     0                    },
    {"1",                                                       ERR_OK,     MONEY_E9             },
    {"+1",                                                      ERR_OK,     MONEY_E9             },
    {"007",                                                     ERR_OK,     7 * MONEY_E9         },
    {"271.2399",                                                ERR_OK,     INT64_C(271239900000)},
    {"-0.5",                                                    ERR_OK,     -500000000           },
    {"0.000000001",                                             ERR_OK,     1                    },
    {"1.0000000000000",                                         ERR_OK,     MONEY_E9             },
    {"9223372036.854775807",                                    ERR_OK,     INT64_MAX            },
    {"-9223372036.854775808",                                   ERR_OK,     INT64_MIN            },
    {"9223372036.854775808",                                    ERR_RANGE,  0                    },
    {"-9223372036.854775809",                                   ERR_RANGE,  0                    },
    {"9223372037",                                              ERR_RANGE,  0                    },
    {"99999999999999999999999999999999999999999999999999",      ERR_RANGE,  0                    },
    {"-99999999999999999999999999999999999999999999.999999999", ERR_RANGE,  0                    },
    {"0.0000000001",                                            ERR_RANGE,  0                    },
    {"0.00000000010",                                           ERR_RANGE,  0                    },
    {"",                                                        ERR_FORMAT, 0                    },
    {"-",                                                       ERR_FORMAT, 0                    },
    {".",                                                       ERR_FORMAT, 0                    },
    {"1.",                                                      ERR_FORMAT, 0                    },
    {".5",                                                      ERR_FORMAT, 0                    },
    {"-.5",                                                     ERR_FORMAT, 0                    },
    {"--1",                                                     ERR_FORMAT, 0                    },
    {"1e5",                                                     ERR_FORMAT, 0                    },
    {"1.5e5",                                                   ERR_FORMAT, 0                    },
    {"1.2.3",                                                   ERR_FORMAT, 0                    },
    {"1,000",                                                   ERR_FORMAT, 0                    },
    {" 1",                                                      ERR_FORMAT, 0                    },
    {"1 ",                                                      ERR_FORMAT, 0                    },
    {"NaN",                                                     ERR_FORMAT, 0                    },
    {"inf",                                                     ERR_FORMAT, 0                    },
    {"0x10",                                                    ERR_FORMAT, 0                    },
    {"1.:",                                                     ERR_FORMAT, 0                    },
    {"1:",                                                      ERR_FORMAT, 0                    },
};

Test(money, parse_reads_plain_decimals_only)
{
    for (size_t i = 0; i < sizeof parse_cases / sizeof parse_cases[0]; i++) {
        int64_t value = 77;
        const char *text = parse_cases[i].text;
        cr_expect_eq(money_parse(text, strlen(text), &value), parse_cases[i].err, "%s", text);
        cr_expect_eq(value, parse_cases[i].err == ERR_OK ? parse_cases[i].want : 77, "%s", text);
    }
}

Test(money, parse_stops_at_the_length_given)
{
    int64_t value = 0;
    cr_expect_eq(money_parse("12.345", 2, &value), ERR_OK);
    cr_expect_eq(value, 12 * MONEY_E9);
    cr_expect_eq(money_parse("12.345", 3, &value), ERR_FORMAT);
    cr_expect_eq(money_parse("12.345", 0, &value), ERR_FORMAT);
}

Test(money, format_writes_no_trailing_zeros)
{
    static const struct {
        int64_t value;
        const char *want;
    } cases[] = {
        {0,                         "0"                    },
        {1,                         "0.000000001"          },
        {-1,                        "-0.000000001"         },
        {MONEY_E9,                  "1"                    },
        {-10 * MONEY_E9,            "-10"                  },
        {INT64_C(9995992375000000), "9995992.375"          },
        {INT64_MAX,                 "9223372036.854775807" },
        {INT64_MIN,                 "-9223372036.854775808"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[MONEY_TEXT_SIZE];
        cr_expect_eq(money_format(cases[i].value, text), strlen(cases[i].want));
        cr_expect_str_eq(text, cases[i].want);
    }
}

Test(money, what_format_writes_parse_reads_back)
{
    uint64_t state = print_seed("round trip");
    for (int i = 0; i < ROUNDS; i++) {
        int64_t value = random_value(&state);
        int64_t back = ~value;
        char text[MONEY_TEXT_SIZE];
        char plain[64];
        size_t length = money_format(value, text);
        cr_assert_eq(length, strlen(text));
        cr_assert_eq(money_parse(text, length, &back), ERR_OK, "%s", text);
        cr_assert_eq(back, value, "%s", text);
        /* printf's digits, all nine decimals */
        (void)snprintf(plain, sizeof plain, "%s%" PRIu64 ".%09" PRIu64, value < 0 ? "-" : "",
                       size_of(value) / (uint64_t)MONEY_E9, size_of(value) % (uint64_t)MONEY_E9);
        cr_assert_eq(strncmp(plain, text, length), 0, "%s %s", plain, text);
        cr_assert_eq(strspn(plain + length, ".0"), strlen(plain + length), "%s %s", plain, text);
    }
}

Test(money, from_double_takes_the_nearest_billionth)
{
    static const struct {
        double value;
        enum err err;
        int64_t want;
    } cases[] = {
        {0.0,                  ERR_OK,    0                           },
        {-0.0,                 ERR_OK,    0                           },
        {0.1,                  ERR_OK,    100000000                   },
        {-271.2399,            ERR_OK,    INT64_C(-271239900000)      },
        {1e-300,               ERR_OK,    0                           },
        {-4.9e-10,             ERR_OK,    0                           },
        {5.1e-10,              ERR_OK,    1                           },
        {-5.1e-10,             ERR_OK,    -1                          },
        {0x1p-10,              ERR_OK,    976562                      }, /* 976562.5 */
        {0x3p-10,              ERR_OK,    2929688                     }, /* 2929687.5 */
        {-0x3p-10,             ERR_OK,    -2929688                    },
        {9223372036.0,         ERR_OK,    INT64_C(9223372036000000000)},
        {0x1.12e0be826d694p33, ERR_OK,    INT64_C(9223372036854774475)},
        {-9223372037.0,        ERR_RANGE, 0                           },
        {9223372037.0,         ERR_RANGE, 0                           },
        {1e300,                ERR_RANGE, 0                           },
        {-1e300,               ERR_RANGE, 0                           },
        {(double)INFINITY,     ERR_RANGE, 0                           },
        {-(double)INFINITY,    ERR_RANGE, 0                           },
        {(double)NAN,          ERR_RANGE, 0                           },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t value = 77;
        cr_expect_eq(money_from_double(cases[i].value, &value), cases[i].err, "%a", cases[i].value);
        cr_expect_eq(value, cases[i].err == ERR_OK ? cases[i].want : 77, "%a: %" PRId64,
                     cases[i].value, value);
    }
}

/* The distance to the next billionth must not be larger than half a billionth, checked exactly by
 * the printed decimals of the double. */
Test(money, from_double_agrees_with_printed_decimals)
{
    uint64_t state = print_seed("from_double");
    for (int i = 0; i < ROUNDS; i++) {
        double value = (double)(int64_t)next_random(&state) / 1e9 / exp2((double)(i % 60));
        char text[80];
        int64_t want = 0;
        int64_t got = 0;
        (void)snprintf(text, sizeof text, "%.9f", value); /* exact, rounds to nearest, even */
        enum err err = money_parse(text, strlen(text), &want);
        cr_assert_eq(money_from_double(value, &got), err, "%s", text);
        cr_assert_eq(got, want, "%a: %s, got %" PRId64, value, text, got);
    }
}
