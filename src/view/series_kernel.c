/* series_kernel.c: each kind of series and its kernel: how it begins, takes a bar, reads, splits.
 *
 * One row for each kernel and one for each kind: several kinds read the same kernel. */
#include "view/series_kernel.h"

#include "base/check.h"

/* ---- kernels ---- */

enum kernel {
    KERNEL_NONE, /* the bar says it all */
    KERNEL_EMA,
    KERNEL_RSI,
    KERNEL_RSI_WILDER,
    KERNEL_TRUE_RANGE,
    KERNEL_ATR,
    KERNEL_ATR_WILDER,
    KERNEL_ZSCORE,
    KERNEL_MACD,
    KERNEL_BOLLINGER,
    KERNEL_MAX_HIGH,
    KERNEL_MAX_LOW,
    KERNEL_MAX_CLOSE,
    KERNEL_MIN_HIGH,
    KERNEL_MIN_LOW,
    KERNEL_MIN_CLOSE,
    KERNEL_VWAP,
    KERNEL_ADX,
    KERNEL_RETURNS,
    KERNEL_SLOPE,
    KERNEL_RANK,
    KERNEL_VOLUMES,
    KERNEL_COUNT
};

struct kernel_row {
    void (*init)(struct series_kernel *k, struct arena *arena);
    void (*rescale)(struct series_kernel *k, int64_t numerator, int64_t denominator);
};

/* A row's two functions, and how its kernel takes a bar; INIT may use `arena` and `n`, the window.
 */
#define KERNEL(name, INIT, TAKE, RESCALE)                                                          \
    static void name##_on_init(struct series_kernel *k, struct arena *arena)                       \
    {                                                                                              \
        const uint32_t n = k->def.window;                                                          \
        (void)arena;                                                                               \
        (void)n;                                                                                   \
        INIT;                                                                                      \
    }                                                                                              \
    static inline void name##_on_bar(struct series_kernel *k, const struct event_bar *bar)         \
    {                                                                                              \
        TAKE;                                                                                      \
    }                                                                                              \
    static void name##_on_split(struct series_kernel *k, int64_t numerator, int64_t denominator)   \
    {                                                                                              \
        RESCALE;                                                                                   \
    }

/* Kernels of the close whose functions follow the usual form. */
#define CLOSE_KERNEL(kernel, INIT)                                                                 \
    KERNEL(kernel, INIT, kernel##_take(&k->kernel, bar->close_e9),                                 \
           kernel##_rescale(&k->kernel, numerator, denominator))
#define RANGE_KERNEL(kernel, INIT)                                                                 \
    KERNEL(kernel, INIT, kernel##_take(&k->kernel, bar->high_e9, bar->low_e9, bar->close_e9),      \
           kernel##_rescale(&k->kernel, numerator, denominator))
#define EXTREME_KERNEL(kernel, price)                                                              \
    KERNEL(kernel##_##price, kernel##_init(&k->kernel, arena, n),                                  \
           kernel##_take(&k->kernel, bar->price##_e9),                                             \
           kernel##_rescale(&k->kernel, numerator, denominator))

#define rsi_take     rsi_simple_take
#define rsi_rescale  rsi_simple_rescale
#define atr_take     atr_simple_take
#define atr_rescale  atr_simple_rescale
#define rank_take    percentile_rank_take
#define rank_rescale percentile_rank_rescale

CLOSE_KERNEL(ema, ema_init(&k->ema, n))
CLOSE_KERNEL(rsi, rsi_simple_init(&k->rsi, arena, n))
CLOSE_KERNEL(rsi_wilder, rsi_wilder_init(&k->rsi_wilder, n))
CLOSE_KERNEL(zscore, zscore_init(&k->zscore, arena, n))
CLOSE_KERNEL(macd, macd_init(&k->macd, n, k->def.second, k->def.third))
CLOSE_KERNEL(bollinger, bollinger_init(&k->bollinger, arena, n, (double)k->def.second / 1000.0))
CLOSE_KERNEL(returns, returns_init(&k->returns, arena, n))
CLOSE_KERNEL(slope, slope_init(&k->slope, arena, n))
CLOSE_KERNEL(rank, percentile_rank_init(&k->rank, arena, n))
RANGE_KERNEL(true_range, true_range_init(&k->true_range))
RANGE_KERNEL(atr, atr_simple_init(&k->atr, arena, n))
RANGE_KERNEL(atr_wilder, atr_wilder_init(&k->atr_wilder, n))
RANGE_KERNEL(adx, adx_init(&k->adx, n))
EXTREME_KERNEL(rolling_max, high)
EXTREME_KERNEL(rolling_max, low)
EXTREME_KERNEL(rolling_max, close)
EXTREME_KERNEL(rolling_min, high)
EXTREME_KERNEL(rolling_min, low)
EXTREME_KERNEL(rolling_min, close)
KERNEL(vwap, vwap_init(&k->vwap),
       vwap_take(&k->vwap, bar->high_e9, bar->low_e9, bar->close_e9, bar->volume),
       vwap_rescale(&k->vwap, numerator, denominator))

static void volumes_on_init(struct series_kernel *k, struct arena *arena)
{
    k->volumes.sum = 0;
    ring_init(&k->volumes.values, arena, k->def.window);
}

static inline void volumes_on_bar(struct series_kernel *k, const struct event_bar *bar)
{
    k->volumes.sum += bar->volume - ring_push(&k->volumes.values, bar->volume);
}

/* Volumes go the other way than prices. */
static void volumes_on_split(struct series_kernel *k, int64_t numerator, int64_t denominator)
{
    struct ring *values = &k->volumes.values;
    ring_rescale(values, denominator, numerator);
    k->volumes.sum = 0;
    for (uint32_t i = 0; i < values->size; i++) {
        k->volumes.sum += values->values[i];
    }
}

#define ROW(name)                                                                                  \
    {                                                                                              \
        name##_on_init, name##_on_split                                                            \
    }

static const struct kernel_row kernels[KERNEL_COUNT] = {
    [KERNEL_EMA] = ROW(ema),
    [KERNEL_RSI] = ROW(rsi),
    [KERNEL_RSI_WILDER] = ROW(rsi_wilder),
    [KERNEL_TRUE_RANGE] = ROW(true_range),
    [KERNEL_ATR] = ROW(atr),
    [KERNEL_ATR_WILDER] = ROW(atr_wilder),
    [KERNEL_ZSCORE] = ROW(zscore),
    [KERNEL_MACD] = ROW(macd),
    [KERNEL_BOLLINGER] = ROW(bollinger),
    [KERNEL_MAX_HIGH] = ROW(rolling_max_high),
    [KERNEL_MAX_LOW] = ROW(rolling_max_low),
    [KERNEL_MAX_CLOSE] = ROW(rolling_max_close),
    [KERNEL_MIN_HIGH] = ROW(rolling_min_high),
    [KERNEL_MIN_LOW] = ROW(rolling_min_low),
    [KERNEL_MIN_CLOSE] = ROW(rolling_min_close),
    [KERNEL_VWAP] = ROW(vwap),
    [KERNEL_ADX] = ROW(adx),
    [KERNEL_RETURNS] = ROW(returns),
    [KERNEL_SLOPE] = ROW(slope),
    [KERNEL_RANK] = ROW(rank),
    [KERNEL_VOLUMES] = ROW(volumes),
};

/* ---- kinds ---- */

typedef union series_value value;

/* How a kind is read from its kernel once that has taken the bar. */
#define TAKE(name, kernel, RESULT)                                                                 \
    static value name(struct series_kernel *k, const struct event *bar)                            \
    {                                                                                              \
        kernel##_on_bar(k, &bar->bar);                                                             \
        return RESULT;                                                                             \
    }
#define NUMBER(name, kernel, READY, RESULT)                                                        \
    TAKE(name, kernel, (READY) ? (value){.number = (RESULT)} : series_undefined())
#define PRICE(name, kernel, READY, RESULT)                                                         \
    TAKE(name, kernel, (value){.price_e9 = (READY) ? (RESULT) : 0})
#define MAX(name, kernel)                                                                          \
    PRICE(name, kernel, rolling_max_ready(&k->rolling_max), rolling_max_e9(&k->rolling_max))
#define MIN(name, kernel)                                                                          \
    PRICE(name, kernel, rolling_min_ready(&k->rolling_min), rolling_min_e9(&k->rolling_min))

/* Kinds that the bar itself tells. */
#define TOLD(name, RESULT)                                                                         \
    static value name(struct series_kernel *k, const struct event *bar)                            \
    {                                                                                              \
        (void)k;                                                                                   \
        return RESULT;                                                                             \
    }

NUMBER(take_ema, ema, ema_ready(&k->ema), ema_value(&k->ema))
NUMBER(take_rsi, rsi, rsi_simple_ready(&k->rsi), rsi_simple_value(&k->rsi))
NUMBER(take_rsi_wilder, rsi_wilder, rsi_wilder_ready(&k->rsi_wilder),
       rsi_wilder_value(&k->rsi_wilder))
NUMBER(take_true_range, true_range, true_range_ready(&k->true_range),
       true_range_value(&k->true_range))
NUMBER(take_atr, atr, atr_simple_ready(&k->atr), atr_simple_value(&k->atr))
NUMBER(take_atr_wilder, atr_wilder, atr_wilder_ready(&k->atr_wilder),
       atr_wilder_value(&k->atr_wilder))
NUMBER(take_sd0, zscore, deviation_ready(&k->zscore.deviation), deviation_sd0(&k->zscore.deviation))
NUMBER(take_sd1, zscore, deviation_ready(&k->zscore.deviation), deviation_sd1(&k->zscore.deviation))
NUMBER(take_zscore0, zscore, zscore_ready(&k->zscore), zscore_value(&k->zscore))
/* sd1 = sd0 * sqrt(n / (n - 1)), so the score shrinks by that. */
NUMBER(take_zscore1, zscore, zscore_ready(&k->zscore),
       zscore_value(&k->zscore) *
           __builtin_sqrt((double)(k->def.window - 1) / (double)k->def.window))
NUMBER(take_macd_line, macd, macd_line_ready(&k->macd), macd_line(&k->macd))
NUMBER(take_macd_signal, macd, macd_ready(&k->macd), macd_signal(&k->macd))
NUMBER(take_macd_histogram, macd, macd_ready(&k->macd), macd_histogram(&k->macd))
NUMBER(take_bollinger_upper, bollinger, bollinger_ready(&k->bollinger),
       bollinger_upper(&k->bollinger))
NUMBER(take_bollinger_lower, bollinger, bollinger_ready(&k->bollinger),
       bollinger_lower(&k->bollinger))
NUMBER(take_bollinger_position, bollinger, bollinger_position_ready(&k->bollinger),
       bollinger_position(&k->bollinger))
NUMBER(take_vwap, vwap, vwap_ready(&k->vwap), vwap_value(&k->vwap))
NUMBER(take_adx, adx, adx_ready(&k->adx), adx_value(&k->adx))
NUMBER(take_plus_di, adx, adx_di_ready(&k->adx), adx_plus_di(&k->adx))
NUMBER(take_minus_di, adx, adx_di_ready(&k->adx), adx_minus_di(&k->adx))
NUMBER(take_return, returns, returns_ready(&k->returns), returns_value(&k->returns))
NUMBER(take_slope, slope, slope_ready(&k->slope), slope_value(&k->slope))
NUMBER(take_rank, rank, percentile_rank_ready(&k->rank), percentile_rank_value(&k->rank))
MAX(take_max_high, rolling_max_high)
MAX(take_max_low, rolling_max_low)
MAX(take_max_close, rolling_max_close)
MIN(take_min_high, rolling_min_high)
MIN(take_min_low, rolling_min_low)
MIN(take_min_close, rolling_min_close)
PRICE(take_close_ago, returns, true, k->returns.base_e9)
TAKE(take_volumes, volumes, (value){.shares = k->volumes.sum})
TOLD(take_open, (value){.price_e9 = bar->bar.open_e9})
TOLD(take_high, (value){.price_e9 = bar->bar.high_e9})
TOLD(take_low, (value){.price_e9 = bar->bar.low_e9})
TOLD(take_close, (value){.price_e9 = bar->bar.close_e9})
TOLD(take_volume, (value){.shares = bar->bar.volume})
TOLD(take_time, (value){.ts_ns = bar->ts_ns})

static const struct kind_row {
    enum kernel kernel;
    series_take *take;
} rows[SERIES_KIND_END] = {
    [SERIES_EMA] = {KERNEL_EMA,        take_ema               },
    [SERIES_RSI] = {KERNEL_RSI,        take_rsi               },
    [SERIES_RSI_WILDER] = {KERNEL_RSI_WILDER, take_rsi_wilder        },
    [SERIES_TRUE_RANGE] = {KERNEL_TRUE_RANGE, take_true_range        },
    [SERIES_ATR] = {KERNEL_ATR,        take_atr               },
    [SERIES_ATR_WILDER] = {KERNEL_ATR_WILDER, take_atr_wilder        },
    [SERIES_SD0] = {KERNEL_ZSCORE,     take_sd0               },
    [SERIES_SD1] = {KERNEL_ZSCORE,     take_sd1               },
    [SERIES_ZSCORE0] = {KERNEL_ZSCORE,     take_zscore0           },
    [SERIES_ZSCORE1] = {KERNEL_ZSCORE,     take_zscore1           },
    [SERIES_MACD_LINE] = {KERNEL_MACD,       take_macd_line         },
    [SERIES_MACD_SIGNAL] = {KERNEL_MACD,       take_macd_signal       },
    [SERIES_MACD_HISTOGRAM] = {KERNEL_MACD,       take_macd_histogram    },
    [SERIES_BOLLINGER_UPPER] = {KERNEL_BOLLINGER,  take_bollinger_upper   },
    [SERIES_BOLLINGER_LOWER] = {KERNEL_BOLLINGER,  take_bollinger_lower   },
    [SERIES_BOLLINGER_POSITION] = {KERNEL_BOLLINGER,  take_bollinger_position},
    [SERIES_MAX_HIGH] = {KERNEL_MAX_HIGH,   take_max_high          },
    [SERIES_MAX_LOW] = {KERNEL_MAX_LOW,    take_max_low           },
    [SERIES_MAX_CLOSE] = {KERNEL_MAX_CLOSE,  take_max_close         },
    [SERIES_MIN_HIGH] = {KERNEL_MIN_HIGH,   take_min_high          },
    [SERIES_MIN_LOW] = {KERNEL_MIN_LOW,    take_min_low           },
    [SERIES_MIN_CLOSE] = {KERNEL_MIN_CLOSE,  take_min_close         },
    [SERIES_VWAP] = {KERNEL_VWAP,       take_vwap              },
    [SERIES_ADX] = {KERNEL_ADX,        take_adx               },
    [SERIES_PLUS_DI] = {KERNEL_ADX,        take_plus_di           },
    [SERIES_MINUS_DI] = {KERNEL_ADX,        take_minus_di          },
    [SERIES_RETURN] = {KERNEL_RETURNS,    take_return            },
    [SERIES_CLOSE_AGO] = {KERNEL_RETURNS,    take_close_ago         },
    [SERIES_SLOPE] = {KERNEL_SLOPE,      take_slope             },
    [SERIES_PERCENTILE_RANK] = {KERNEL_RANK,       take_rank              },
    [SERIES_VOLUME_SMA] = {KERNEL_VOLUMES,    take_volumes           },
    [SERIES_OPEN] = {KERNEL_NONE,       take_open              },
    [SERIES_HIGH] = {KERNEL_NONE,       take_high              },
    [SERIES_LOW] = {KERNEL_NONE,       take_low               },
    [SERIES_CLOSE] = {KERNEL_NONE,       take_close             },
    [SERIES_VOLUME] = {KERNEL_NONE,       take_volume            },
    [SERIES_TIME] = {KERNEL_NONE,       take_time              },
};

/* ---- */

static const struct kernel_row *kernel_of(const struct series_def *def)
{
    CHECK(rows[def->kind].take != NULL);
    return &kernels[rows[def->kind].kernel];
}

void series_kernel_init(struct series_kernel *kernel, const struct series_def *def,
                        struct arena *arena)
{
    struct series_kernel measured; /* rings are carved all the same */
    struct series_kernel *k = kernel != NULL ? kernel : &measured;
    const struct kernel_row *row = kernel_of(def);
    *k = (struct series_kernel){.def = *def};
    if (row->init != NULL) {
        row->init(k, arena);
    }
}

series_take *series_kernel_take(enum series_kind kind)
{
    return rows[kind].take;
}

void series_kernel_begin_day(struct series_kernel *kernel)
{
    if (kernel->def.kind == SERIES_VWAP) {
        vwap_reset(&kernel->vwap);
    }
}

void series_kernel_rescale(struct series_kernel *kernel, int64_t numerator, int64_t denominator)
{
    const struct kernel_row *row = kernel_of(&kernel->def);
    if (row->rescale != NULL) {
        row->rescale(kernel, numerator, denominator);
    }
}
