/* macd.h: moving average convergence and divergence: line, signal and histogram.
 *
 *   line = EMA(fast) - EMA(slow);  signal = EMA(signal) of the line;  histogram = line - signal
 *
 * Source: TA-Lib, MACD. As there, both averages are seeded at the same bar: the fast one by the
 * last `fast` prices of the slow one's first n. Unit: currency. Warm-up: slow bars for the line,
 * slow + signal - 1 for signal and histogram. Flat prices give 0 for all three. */
#ifndef SIGNAL_MACD_H
#define SIGNAL_MACD_H

#include "signal/smooth.h"

struct macd {
    struct smooth fast; /* of e9 prices, as the other two */
    struct smooth slow;
    struct smooth signal;
    uint32_t wait; /* bars until the fast average begins */
};

/* 1 <= fast < slow. */
void macd_init(struct macd *macd, uint32_t fast, uint32_t slow, uint32_t signal);

static inline void macd_take(struct macd *macd, int64_t price_e9)
{
    double price = (double)price_e9;
    smooth_take(&macd->slow, price);
    if (__builtin_expect(macd->wait > 0, 0)) {
        macd->wait--;
        return;
    }
    smooth_take(&macd->fast, price);
    if (__builtin_expect(smooth_ready(&macd->slow), 1)) {
        smooth_take(&macd->signal, macd->fast.value - macd->slow.value);
    }
}

static inline bool macd_line_ready(const struct macd *macd)
{
    return smooth_ready(&macd->slow);
}

/* Signal and histogram are there, too. */
static inline bool macd_ready(const struct macd *macd)
{
    return smooth_ready(&macd->signal);
}

/* Only when macd_line_ready(). */
static inline double macd_line(const struct macd *macd)
{
    return units_from_e9(smooth_value(&macd->fast) - smooth_value(&macd->slow));
}

/* Only when ready. */
static inline double macd_signal(const struct macd *macd)
{
    return units_from_e9(smooth_value(&macd->signal));
}

/* Only when ready. */
static inline double macd_histogram(const struct macd *macd)
{
    return macd_line(macd) - macd_signal(macd);
}

void macd_rescale(struct macd *macd, int64_t numerator, int64_t denominator);

#endif
