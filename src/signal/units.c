/* units.c: see units.h. */
#include "signal/units.h"

#include "base/check.h"

int64_t units_split(int64_t price_e9, int64_t numerator, int64_t denominator)
{
    CHECK(numerator > 0 && denominator > 0);
    int64_t split_e9 = 0;
    enum err err = money_mul_div(price_e9, denominator, numerator, ROUND_EVEN, &split_e9);
    CHECK(err == ERR_OK);
    return split_e9;
}
