/* units.h: how prices enter and leave the indicator kernels; the one place of conversion.
 *
 * Kernels take int64 e9 prices, 1..PRICE_E9_MAX. Such a price is below 2^53, so as a double it is
 * still exact. What a kernel keeps is in billionths, integer or double; only a read divides by 1e9.
 *
 * Split: `numerator` new shares for `denominator` old ones. Past prices become
 * price * denominator / numerator, to the nearest billionth, halves to the even one; volumes go the
 * other way. That prices stay in 1..PRICE_E9_MAX is the caller's promise. */
#ifndef SIGNAL_UNITS_H
#define SIGNAL_UNITS_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/money.h"

/* With it n * sum(price^2) stays below 2^127 and a sum of prices below 2^63. */
#define SIGNAL_WINDOW_MAX 1000

static_assert(PRICE_E9_MAX < INT64_C(1) << 53, "a price is exact as a double");
static_assert(INT64_MAX / SIGNAL_WINDOW_MAX >= PRICE_E9_MAX, "a window's sum fits");

/* Billionths of a currency unit as currency units. */
static inline double units_from_e9(double value_e9)
{
    return value_e9 / 1e9;
}

/* Zero for what has all but faded. A recursive average of zeros would otherwise end among the
 * subnormal numbers, which are slow and never reach zero. */
static inline double units_faded(double value)
{
    return __builtin_fabs(value) < 1e-300 ? 0.0 : value;
}

/* Where the share of two such averages in their sum is asked for, the sum is nothing while each of
 * them is still far above its own end: else the one that ends first would turn the share. */
static inline bool units_nothing(double sum)
{
    return sum < 1e-280;
}

/* A price, or a sum of prices, as it would have been had the split come before it. */
int64_t units_split(int64_t price_e9, int64_t numerator, int64_t denominator);

/* The same for what a recursive kernel keeps. */
static inline double units_split_double(double price_e9, int64_t numerator, int64_t denominator)
{
    return price_e9 * (double)denominator / (double)numerator;
}

#endif
