/* fmath.c: see fmath.h.
 *
 * Both exp and log take the power of two out exactly and sum a series for the rest: exp of at most
 * ln(2)/2, log of a number between sqrt(1/2) and sqrt(2). ln(2) is kept in two parts, the first so
 * short that its product with any exponent is exact. */
#include "base/fmath.h"

#include <stdint.h>
#include <string.h>

#define LN2_HIGH 0x1.62e42feep-1         /* 33 bits */
#define LN2_LOW  0x1.a39ef35793c76p-33   /* the rest */
#define LN2_INV  0x1.71547652b82fep+0    /* 1 / ln(2) */
#define SQRT2    0x1.6a09e667f3bcdp+0    /* the square root of 2 */
#define EXP_MAX  0x1.62e42fefa39efp+9    /* above: infinity */
#define EXP_MIN  (-0x1.74910d52d3052p+9) /* below: less than half of the smallest double */
#define INFINITE (__builtin_inf())

double fmath_floor(double x)
{
    /* From 2^52 on every double is whole. The comparison is false for NaN. */
    if (!(x > -4503599627370496.0 && x < 4503599627370496.0)) {
        return x;
    }
    double whole = (double)(int64_t)x;
    return whole > x ? whole - 1.0 : whole;
}

double fmath_sqrt(double x)
{
    return __builtin_sqrt(x);
}

/* 2 to the power k, for -1022 <= k <= 1023. */
static double power_of_two(int64_t k)
{
    uint64_t bits = (uint64_t)(k + 1023) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

double fmath_exp(double x)
{
    if (!(x >= EXP_MIN && x <= EXP_MAX)) {
        return x > EXP_MAX ? INFINITE : x < EXP_MIN ? 0.0 : x;
    }
    double k = fmath_floor(x * LN2_INV + 0.5);
    double high = x - k * LN2_HIGH; /* exact */
    double low = k * LN2_LOW;
    double r = high - low;
    double sum = 0.0;
    for (int n = 14; n >= 3; n--) { /* r^2/6 + r^3/24 + ... without the first three terms */
        sum = (sum + 1.0) * r / n;
    }
    /* exp(r) - 1 = high + (r^2/2 (1 + sum) - low): what is small is summed first. */
    double rest = r * r * 0.5 * (1.0 + sum) - low;
    double value = 1.0 + (high + rest);
    int64_t exponent = (int64_t)k;
    if (exponent < -1021 || exponent > 1022) { /* in two steps, each a normal power */
        int64_t half = exponent / 2;
        return value * power_of_two(half) * power_of_two(exponent - half);
    }
    return value * power_of_two(exponent);
}

double fmath_log(double x)
{
    if (!(x > 0.0 && x < INFINITE)) {
        return x == 0.0 ? -INFINITE : x < 0.0 ? __builtin_nan("") : x;
    }
    int64_t exponent = 0;
    if (x < 0x1p-1022) { /* subnormal: made normal first */
        x *= 0x1p54;
        exponent = -54;
    }
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    exponent += (int64_t)(bits >> 52) - 1023;
    bits = (bits & UINT64_C(0x000fffffffffffff)) | UINT64_C(0x3ff0000000000000);
    double m;
    memcpy(&m, &bits, sizeof m);
    if (m > SQRT2) {
        m *= 0.5;
        exponent++;
    }
    /* log(1 + f) with s = f / (2 + f) is 2s + 2s^3/3 + 2s^5/5 + ..., and 2s = f - s f. */
    double f = m - 1.0;
    double s = f / (2.0 + f);
    double square = s * s;
    double sum = 0.0;
    for (int n = 23; n >= 3; n -= 2) {
        sum = (sum + 2.0 / n) * square;
    }
    double k = (double)exponent;
    double half_square = 0.5 * f * f; /* f - s f = f - (f^2/2 - s f^2/2) */
    return k * LN2_HIGH - ((half_square - (s * (half_square + sum) + k * LN2_LOW)) - f);
}
