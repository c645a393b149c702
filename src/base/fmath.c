/* fmath.c: see fmath.h. */
#include "base/fmath.h"

#include <stdint.h>

double fmath_floor(double x)
{
    /* From 2^52 on every double is whole. The comparison is false for NaN. */
    if (!(x > -4503599627370496.0 && x < 4503599627370496.0)) {
        return x;
    }
    double whole = (double)(int64_t)x;
    return whole > x ? whole - 1.0 : whole;
}
