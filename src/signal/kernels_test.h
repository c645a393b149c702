/* kernels_test.h: every indicator kernel behind one interface, so that one test can ask them all.
 *
 * A kernel is made from three parameters, takes whole bars and answers with one or more outputs.
 * The series kernels take the close; rolling_max the high, rolling_min the low. */
#ifndef SIGNAL_KERNELS_TEST_H
#define SIGNAL_KERNELS_TEST_H

#include <math.h>

#include "market/event.h"
#include "signal/adx.h"
#include "signal/atr.h"
#include "signal/bollinger.h"
#include "signal/deviation.h"
#include "signal/ema.h"
#include "signal/extremes.h"
#include "signal/macd.h"
#include "signal/percentile_rank.h"
#include "signal/returns.h"
#include "signal/rsi.h"
#include "signal/slope.h"
#include "signal/vwap.h"

/* A VWAP with somebody who resets it every `session` bars. */
struct vwap_caller {
    struct vwap vwap;
    uint32_t session;
    uint32_t bars;
};

union state {
    struct adx adx;
    struct atr_simple atr_simple;
    struct atr_wilder atr_wilder;
    struct bollinger bollinger;
    struct deviation deviation;
    struct ema ema;
    struct macd macd;
    struct percentile_rank percentile_rank;
    struct returns returns;
    struct rolling_max rolling_max;
    struct rolling_min rolling_min;
    struct rsi_simple rsi_simple;
    struct rsi_wilder rsi_wilder;
    struct slope slope;
    struct true_range true_range;
    struct vwap_caller vwap;
    struct zscore zscore;
};

struct kernel {
    const char *name;
    uint32_t outputs;
    uint32_t window_min;
    bool exact; /* integers inside: a split is exact where the prices divide */
    /* Differences of rounded numbers may be off by this share of the price (percent count as 100)
     * even where the difference is nearly zero. */
    double slack;
    void (*init)(union state *state, struct arena *arena, const uint32_t p[3]);
    void (*take)(union state *state, const struct event_bar *bar);
    bool (*ready)(const union state *state, uint32_t output);
    double (*value)(const union state *state, uint32_t output);
    void (*rescale)(union state *state, int64_t numerator, int64_t denominator);
};

#define KERNEL_INPUT(kernel, INIT, TAKE)                                                           \
    static void kernel##_on_init(union state *s, struct arena *arena, const uint32_t p[3])         \
    {                                                                                              \
        (void)arena;                                                                               \
        (void)p;                                                                                   \
        INIT;                                                                                      \
    }                                                                                              \
    static void kernel##_on_bar(union state *s, const struct event_bar *bar)                       \
    {                                                                                              \
        TAKE;                                                                                      \
    }

#define KERNEL_SPLIT(kernel)                                                                       \
    static void kernel##_on_split(union state *s, int64_t numerator, int64_t denominator)          \
    {                                                                                              \
        kernel##_rescale(&s->kernel, numerator, denominator);                                      \
    }

#define KERNEL_OUTPUT(kernel, READY, VALUE)                                                        \
    static bool kernel##_is_ready(const union state *s, uint32_t output)                           \
    {                                                                                              \
        (void)output;                                                                              \
        return READY;                                                                              \
    }                                                                                              \
    static double kernel##_output(const union state *s, uint32_t output)                           \
    {                                                                                              \
        (void)output;                                                                              \
        return VALUE;                                                                              \
    }

/* One output, X_ready() and X_value(). */
#define KERNEL_PLAIN(kernel, INIT, TAKE)                                                           \
    KERNEL_INPUT(kernel, INIT, TAKE)                                                               \
    KERNEL_SPLIT(kernel)                                                                           \
    KERNEL_OUTPUT(kernel, kernel##_ready(&s->kernel), kernel##_value(&s->kernel))

/* ... of the closes, with a ring. */
#define KERNEL_CLOSES(kernel)                                                                      \
    KERNEL_PLAIN(kernel, kernel##_init(&s->kernel, arena, p[0]),                                   \
                 kernel##_take(&s->kernel, bar->close_e9))

#define HIGH_LOW_CLOSE bar->high_e9, bar->low_e9, bar->close_e9

KERNEL_CLOSES(percentile_rank)
KERNEL_CLOSES(returns)
KERNEL_CLOSES(rsi_simple)
KERNEL_CLOSES(slope)
KERNEL_CLOSES(zscore)
KERNEL_PLAIN(ema, ema_init(&s->ema, p[0]), ema_take(&s->ema, bar->close_e9))
KERNEL_PLAIN(rsi_wilder, rsi_wilder_init(&s->rsi_wilder, p[0]),
             rsi_wilder_take(&s->rsi_wilder, bar->close_e9))
KERNEL_PLAIN(true_range, true_range_init(&s->true_range),
             true_range_take(&s->true_range, HIGH_LOW_CLOSE))
KERNEL_PLAIN(atr_simple, atr_simple_init(&s->atr_simple, arena, p[0]),
             atr_simple_take(&s->atr_simple, HIGH_LOW_CLOSE))
KERNEL_PLAIN(atr_wilder, atr_wilder_init(&s->atr_wilder, p[0]),
             atr_wilder_take(&s->atr_wilder, HIGH_LOW_CLOSE))
KERNEL_PLAIN(rolling_max, rolling_max_init(&s->rolling_max, arena, p[0]),
             rolling_max_take(&s->rolling_max, bar->high_e9))
KERNEL_PLAIN(rolling_min, rolling_min_init(&s->rolling_min, arena, p[0]),
             rolling_min_take(&s->rolling_min, bar->low_e9))

KERNEL_INPUT(deviation, deviation_init(&s->deviation, arena, p[0]),
             deviation_take(&s->deviation, bar->close_e9))
KERNEL_SPLIT(deviation)
KERNEL_OUTPUT(deviation, deviation_ready(&s->deviation),
              output == 0 ? deviation_sd0(&s->deviation) : deviation_sd1(&s->deviation))

KERNEL_INPUT(bollinger, bollinger_init(&s->bollinger, arena, p[0], (double)p[1]),
             bollinger_take(&s->bollinger, bar->close_e9))
KERNEL_SPLIT(bollinger)
KERNEL_OUTPUT(bollinger,
              output == 2 ? bollinger_position_ready(&s->bollinger)
                          : bollinger_ready(&s->bollinger),
              output == 2   ? bollinger_position(&s->bollinger)
              : output == 0 ? bollinger_upper(&s->bollinger)
                            : bollinger_lower(&s->bollinger))

/* The line has values before the signal, but the library gives all three together. */
KERNEL_INPUT(macd, macd_init(&s->macd, p[0], p[1], p[2]), macd_take(&s->macd, bar->close_e9))
KERNEL_SPLIT(macd)
KERNEL_OUTPUT(macd, macd_ready(&s->macd),
              output == 0   ? macd_line(&s->macd)
              : output == 1 ? macd_signal(&s->macd)
                            : macd_histogram(&s->macd))

KERNEL_INPUT(adx, adx_init(&s->adx, p[0]), adx_take(&s->adx, HIGH_LOW_CLOSE))
KERNEL_SPLIT(adx)
KERNEL_OUTPUT(adx, output == 0 ? adx_ready(&s->adx) : adx_di_ready(&s->adx),
              output == 0   ? adx_value(&s->adx)
              : output == 1 ? adx_plus_di(&s->adx)
                            : adx_minus_di(&s->adx))

static void vwap_on_init(union state *s, struct arena *arena, const uint32_t p[3])
{
    (void)arena;
    vwap_init(&s->vwap.vwap);
    s->vwap.session = p[0];
    s->vwap.bars = 0;
}

static void vwap_on_bar(union state *s, const struct event_bar *bar)
{
    if (s->vwap.bars++ % s->vwap.session == 0) {
        vwap_reset(&s->vwap.vwap);
    }
    vwap_take(&s->vwap.vwap, HIGH_LOW_CLOSE, bar->volume);
}

static void vwap_on_split(union state *s, int64_t numerator, int64_t denominator)
{
    vwap_rescale(&s->vwap.vwap, numerator, denominator);
}

KERNEL_OUTPUT(vwap, vwap_ready(&s->vwap.vwap), vwap_value(&s->vwap.vwap))

#define KERNEL_ROW(kernel, outputs, window_min, exact, slack)                                      \
    {                                                                                              \
#kernel, outputs, window_min, exact, slack, kernel##_on_init, kernel##_on_bar,             \
            kernel##_is_ready, kernel##_output, kernel##_on_split                                  \
    }

static const struct kernel kernels[] = {
    KERNEL_ROW(ema, 1, 1, false, 0.0),
    KERNEL_ROW(macd, 3, 1, false, 1e-14),
    KERNEL_ROW(rsi_simple, 1, 1, true, 0.0),
    KERNEL_ROW(rsi_wilder, 1, 1, false, 0.0),
    KERNEL_ROW(true_range, 1, 1, true, 0.0),
    KERNEL_ROW(atr_simple, 1, 1, true, 0.0),
    KERNEL_ROW(atr_wilder, 1, 1, false, 0.0),
    KERNEL_ROW(deviation, 2, 2, true, 0.0),
    KERNEL_ROW(zscore, 1, 1, true, 0.0),
    KERNEL_ROW(bollinger, 3, 1, true, 1e-16),
    KERNEL_ROW(rolling_max, 1, 1, true, 0.0),
    KERNEL_ROW(rolling_min, 1, 1, true, 0.0),
    KERNEL_ROW(vwap, 1, 1, true, 0.0),
    KERNEL_ROW(adx, 3, 2, false, 1e-14),
    KERNEL_ROW(returns, 1, 1, true, 0.0),
    KERNEL_ROW(slope, 1, 2, true, 0.0),
    KERNEL_ROW(percentile_rank, 1, 1, true, 0.0),
};

enum { KERNELS = sizeof kernels / sizeof kernels[0] };

/* got is want but for `share` of it and the kernel's slack at this price. */
static inline bool nearly(const struct kernel *kernel, double got, double want, double share,
                          int64_t price_e9)
{
    double price = (double)price_e9 / 1e9;
    return fabs(got - want) <= share * fabs(want) + kernel->slack * (price > 100.0 ? price : 100.0);
}

#endif
