/* series_kernel.h: the kernel behind a series, for the files of view/. */
#ifndef VIEW_SERIES_KERNEL_H
#define VIEW_SERIES_KERNEL_H

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
#include "view/view.h"

struct series_kernel {
    struct series_def def;
    union {
        struct ema ema;
        struct rsi_simple rsi;
        struct rsi_wilder rsi_wilder;
        struct true_range true_range;
        struct atr_simple atr;
        struct atr_wilder atr_wilder;
        struct zscore zscore; /* deviations, too */
        struct macd macd;
        struct bollinger bollinger;
        struct rolling_max rolling_max;
        struct rolling_min rolling_min;
        struct vwap vwap;
        struct adx adx;
        struct returns returns;
        struct slope slope;
        struct percentile_rank rank;
        struct {
            struct ring values;
            int64_t sum;
        } volumes;
    };
};

/* Carves what the kernel keeps from the arena; `kernel` is NULL when the arena measures. The def is
 * one that series_def_check() passes, of any kind but SMA. */
void series_kernel_init(struct series_kernel *kernel, const struct series_def *def,
                        struct arena *arena);

/* How a kernel of that kind takes a finished bar. */
series_take *series_kernel_take(enum series_kind kind);

/* A trading day begins. */
void series_kernel_begin_day(struct series_kernel *kernel);

/* A split (signal/units.h): `numerator` new shares for `denominator` old ones. */
void series_kernel_rescale(struct series_kernel *kernel, int64_t numerator, int64_t denominator);

/* A value as it would have been had the split come before it. */
union series_value series_value_rescaled(const struct series_def *def, union series_value value,
                                         int64_t numerator, int64_t denominator);

#endif
