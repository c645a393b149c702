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
    void (*take)(struct series_kernel *k, const struct event_bar *bar);
    void (*rescale)(struct series_kernel *k, int64_t numerator, int64_t denominator);
};

/* A row's three functions; INIT may use `arena` and `n`, the window. */
#define KERNEL(name, INIT, TAKE, RESCALE)                                                          \
    static void name##_on_init(struct series_kernel *k, struct arena *arena)                       \
    {                                                                                              \
        const uint32_t n = k->def.window;                                                          \
        (void)arena;                                                                               \
        (void)n;                                                                                   \
        INIT;                                                                                      \
    }                                                                                              \
    static void name##_on_bar(struct series_kernel *k, const struct event_bar *bar)                \
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

static void volumes_on_bar(struct series_kernel *k, const struct event_bar *bar)
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
        name##_on_init, name##_on_bar, name##_on_split                                             \
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

/* How a kind is read from its kernel, which has just taken the bar. */
#define READ(name, RESULT)                                                                         \
    static value name(const struct series_kernel *k, const struct event *bar)                      \
    {                                                                                              \
        (void)k;                                                                                   \
        (void)bar;                                                                                 \
        return RESULT;                                                                             \
    }
#define NUMBER(name, READY, RESULT)                                                                \
    READ(name, (READY) ? (value){.number = (RESULT)} : series_undefined())
#define PRICE(name, READY, RESULT) READ(name, (value){.price_e9 = (READY) ? (RESULT) : 0})

NUMBER(read_ema, ema_ready(&k->ema), ema_value(&k->ema))
NUMBER(read_rsi, rsi_simple_ready(&k->rsi), rsi_simple_value(&k->rsi))
NUMBER(read_rsi_wilder, rsi_wilder_ready(&k->rsi_wilder), rsi_wilder_value(&k->rsi_wilder))
NUMBER(read_true_range, true_range_ready(&k->true_range), true_range_value(&k->true_range))
NUMBER(read_atr, atr_simple_ready(&k->atr), atr_simple_value(&k->atr))
NUMBER(read_atr_wilder, atr_wilder_ready(&k->atr_wilder), atr_wilder_value(&k->atr_wilder))
NUMBER(read_sd0, deviation_ready(&k->zscore.deviation), deviation_sd0(&k->zscore.deviation))
NUMBER(read_sd1, deviation_ready(&k->zscore.deviation), deviation_sd1(&k->zscore.deviation))
NUMBER(read_zscore0, zscore_ready(&k->zscore), zscore_value(&k->zscore))
/* sd1 = sd0 * sqrt(n / (n - 1)), so the score shrinks by that. */
NUMBER(read_zscore1, zscore_ready(&k->zscore),
       zscore_value(&k->zscore) *
           __builtin_sqrt((double)(k->def.window - 1) / (double)k->def.window))
NUMBER(read_macd_line, macd_line_ready(&k->macd), macd_line(&k->macd))
NUMBER(read_macd_signal, macd_ready(&k->macd), macd_signal(&k->macd))
NUMBER(read_macd_histogram, macd_ready(&k->macd), macd_histogram(&k->macd))
NUMBER(read_bollinger_upper, bollinger_ready(&k->bollinger), bollinger_upper(&k->bollinger))
NUMBER(read_bollinger_lower, bollinger_ready(&k->bollinger), bollinger_lower(&k->bollinger))
NUMBER(read_bollinger_position, bollinger_position_ready(&k->bollinger),
       bollinger_position(&k->bollinger))
NUMBER(read_vwap, vwap_ready(&k->vwap), vwap_value(&k->vwap))
NUMBER(read_adx, adx_ready(&k->adx), adx_value(&k->adx))
NUMBER(read_plus_di, adx_di_ready(&k->adx), adx_plus_di(&k->adx))
NUMBER(read_minus_di, adx_di_ready(&k->adx), adx_minus_di(&k->adx))
NUMBER(read_return, returns_ready(&k->returns), returns_value(&k->returns))
NUMBER(read_slope, slope_ready(&k->slope), slope_value(&k->slope))
NUMBER(read_rank, percentile_rank_ready(&k->rank), percentile_rank_value(&k->rank))
PRICE(read_max, rolling_max_ready(&k->rolling_max), rolling_max_e9(&k->rolling_max))
PRICE(read_min, rolling_min_ready(&k->rolling_min), rolling_min_e9(&k->rolling_min))
PRICE(read_close_ago, true, k->returns.base_e9)
READ(read_volumes, (value){.shares = k->volumes.sum})
READ(read_open, (value){.price_e9 = bar->bar.open_e9})
READ(read_high, (value){.price_e9 = bar->bar.high_e9})
READ(read_low, (value){.price_e9 = bar->bar.low_e9})
READ(read_close, (value){.price_e9 = bar->bar.close_e9})
READ(read_volume, (value){.shares = bar->bar.volume})
READ(read_time, (value){.ts_ns = bar->ts_ns})

static const struct kind_row {
    enum kernel kernel;
    value (*read)(const struct series_kernel *k, const struct event *bar);
} rows[SERIES_KIND_END] = {
    [SERIES_EMA] = {KERNEL_EMA,        read_ema               },
    [SERIES_RSI] = {KERNEL_RSI,        read_rsi               },
    [SERIES_RSI_WILDER] = {KERNEL_RSI_WILDER, read_rsi_wilder        },
    [SERIES_TRUE_RANGE] = {KERNEL_TRUE_RANGE, read_true_range        },
    [SERIES_ATR] = {KERNEL_ATR,        read_atr               },
    [SERIES_ATR_WILDER] = {KERNEL_ATR_WILDER, read_atr_wilder        },
    [SERIES_SD0] = {KERNEL_ZSCORE,     read_sd0               },
    [SERIES_SD1] = {KERNEL_ZSCORE,     read_sd1               },
    [SERIES_ZSCORE0] = {KERNEL_ZSCORE,     read_zscore0           },
    [SERIES_ZSCORE1] = {KERNEL_ZSCORE,     read_zscore1           },
    [SERIES_MACD_LINE] = {KERNEL_MACD,       read_macd_line         },
    [SERIES_MACD_SIGNAL] = {KERNEL_MACD,       read_macd_signal       },
    [SERIES_MACD_HISTOGRAM] = {KERNEL_MACD,       read_macd_histogram    },
    [SERIES_BOLLINGER_UPPER] = {KERNEL_BOLLINGER,  read_bollinger_upper   },
    [SERIES_BOLLINGER_LOWER] = {KERNEL_BOLLINGER,  read_bollinger_lower   },
    [SERIES_BOLLINGER_POSITION] = {KERNEL_BOLLINGER,  read_bollinger_position},
    [SERIES_MAX_HIGH] = {KERNEL_MAX_HIGH,   read_max               },
    [SERIES_MAX_LOW] = {KERNEL_MAX_LOW,    read_max               },
    [SERIES_MAX_CLOSE] = {KERNEL_MAX_CLOSE,  read_max               },
    [SERIES_MIN_HIGH] = {KERNEL_MIN_HIGH,   read_min               },
    [SERIES_MIN_LOW] = {KERNEL_MIN_LOW,    read_min               },
    [SERIES_MIN_CLOSE] = {KERNEL_MIN_CLOSE,  read_min               },
    [SERIES_VWAP] = {KERNEL_VWAP,       read_vwap              },
    [SERIES_ADX] = {KERNEL_ADX,        read_adx               },
    [SERIES_PLUS_DI] = {KERNEL_ADX,        read_plus_di           },
    [SERIES_MINUS_DI] = {KERNEL_ADX,        read_minus_di          },
    [SERIES_RETURN] = {KERNEL_RETURNS,    read_return            },
    [SERIES_CLOSE_AGO] = {KERNEL_RETURNS,    read_close_ago         },
    [SERIES_SLOPE] = {KERNEL_SLOPE,      read_slope             },
    [SERIES_PERCENTILE_RANK] = {KERNEL_RANK,       read_rank              },
    [SERIES_VOLUME_SMA] = {KERNEL_VOLUMES,    read_volumes           },
    [SERIES_OPEN] = {KERNEL_NONE,       read_open              },
    [SERIES_HIGH] = {KERNEL_NONE,       read_high              },
    [SERIES_LOW] = {KERNEL_NONE,       read_low               },
    [SERIES_CLOSE] = {KERNEL_NONE,       read_close             },
    [SERIES_VOLUME] = {KERNEL_NONE,       read_volume            },
    [SERIES_TIME] = {KERNEL_NONE,       read_time              },
};

/* ---- */

static const struct kernel_row *kernel_of(const struct series_def *def)
{
    CHECK(rows[def->kind].read != NULL);
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

union series_value series_kernel_take(struct series_kernel *kernel, const struct event *bar)
{
    const struct kernel_row *row = kernel_of(&kernel->def);
    if (row->take != NULL) {
        row->take(kernel, &bar->bar);
    }
    return rows[kernel->def.kind].read(kernel, bar);
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
