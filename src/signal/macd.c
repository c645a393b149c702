/* macd.c: see macd.h. */
#include "signal/macd.h"

void macd_init(struct macd *macd, uint32_t fast, uint32_t slow, uint32_t signal)
{
    CHECK(fast < slow);
    smooth_init_ema(&macd->fast, fast);
    smooth_init_ema(&macd->slow, slow);
    smooth_init_ema(&macd->signal, signal);
    macd->wait = slow - fast;
}

void macd_rescale(struct macd *macd, int64_t numerator, int64_t denominator)
{
    smooth_rescale(&macd->fast, numerator, denominator);
    smooth_rescale(&macd->slow, numerator, denominator);
    smooth_rescale(&macd->signal, numerator, denominator);
}
