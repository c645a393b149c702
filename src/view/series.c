/* series.c: the kinds of series as data: their names, units, ranges and warm-up. */
#include "view/series.h"

#include "base/check.h"
#include "signal/sma.h"
#include "signal/units.h"
#include "view/series_kernel.h"

static const struct {
    const char *text;
    enum series_unit unit;
    uint32_t window_min;
} kinds[SERIES_KIND_END] = {
#define X(code, text, unit, window_min, help)                                                      \
    [SERIES_##code] = {text, SERIES_UNIT_##unit, window_min},
    SERIES_KIND_LIST(X)
#undef X
};

static bool is_macd(enum series_kind kind)
{
    return kind == SERIES_MACD_LINE || kind == SERIES_MACD_SIGNAL || kind == SERIES_MACD_HISTOGRAM;
}

static bool is_bollinger(enum series_kind kind)
{
    return kind == SERIES_BOLLINGER_UPPER || kind == SERIES_BOLLINGER_LOWER ||
           kind == SERIES_BOLLINGER_POSITION;
}

static bool in_range(uint32_t value, uint32_t minimum, uint32_t maximum)
{
    return value >= minimum && value <= maximum;
}

enum err series_def_check(const struct series_def *def)
{
    if (def->kind <= SERIES_NOTHING || def->kind >= SERIES_KIND_END) {
        return ERR_RANGE;
    }
    uint32_t minimum = kinds[def->kind].window_min;
    bool fits = minimum == 0 || in_range(def->window, minimum, SERIES_WINDOW_MAX);
    if (is_macd(def->kind)) {
        fits = fits && in_range(def->second, def->window + 1, SERIES_WINDOW_MAX) &&
               in_range(def->third, 1, SERIES_WINDOW_MAX);
    } else if (is_bollinger(def->kind)) {
        fits = fits && in_range(def->second, 1, 100000);
    }
    return fits ? ERR_OK : ERR_RANGE;
}

bool series_def_equal(const struct series_def *a, const struct series_def *b)
{
    return a->kind == b->kind && a->window == b->window && a->second == b->second &&
           a->third == b->third && a->frame_ns == b->frame_ns;
}

uint32_t series_def_bars(const struct series_def *def)
{
    uint32_t n = kinds[def->kind].window_min > 0 ? def->window : 1;
    switch (def->kind) {
    case SERIES_RSI:
    case SERIES_RSI_WILDER:
    case SERIES_TRUE_RANGE:
    case SERIES_ATR:
    case SERIES_ATR_WILDER:
    case SERIES_PLUS_DI:
    case SERIES_MINUS_DI:
    case SERIES_RETURN:
    case SERIES_CLOSE_AGO:
    case SERIES_PERCENTILE_RANK:
        return n + 1;
    case SERIES_ADX:
        return 2 * n;
    case SERIES_MACD_LINE:
        return def->second;
    case SERIES_MACD_SIGNAL:
    case SERIES_MACD_HISTOGRAM:
        return def->second + def->third - 1;
    case SERIES_TIME:
        return 0; /* nothing ended before the first bar: that is known, too */
    case SERIES_SMA:
    case SERIES_EMA:
    case SERIES_SD0:
    case SERIES_SD1:
    case SERIES_ZSCORE0:
    case SERIES_ZSCORE1:
    case SERIES_BOLLINGER_UPPER:
    case SERIES_BOLLINGER_LOWER:
    case SERIES_BOLLINGER_POSITION:
    case SERIES_MAX_HIGH:
    case SERIES_MAX_LOW:
    case SERIES_MAX_CLOSE:
    case SERIES_MIN_HIGH:
    case SERIES_MIN_LOW:
    case SERIES_MIN_CLOSE:
    case SERIES_VWAP:
    case SERIES_SLOPE:
    case SERIES_VOLUME_SMA:
    case SERIES_OPEN:
    case SERIES_HIGH:
    case SERIES_LOW:
    case SERIES_CLOSE:
    case SERIES_VOLUME:
    case SERIES_NOTHING:
    case SERIES_KIND_END:
        break;
    }
    return n;
}

enum series_unit series_unit(enum series_kind kind)
{
    CHECK(kind > SERIES_NOTHING && kind < SERIES_KIND_END);
    return kinds[kind].unit;
}

const char *series_kind_text(enum series_kind kind)
{
    CHECK(kind > SERIES_NOTHING && kind < SERIES_KIND_END);
    return kinds[kind].text;
}

/* Halves to even, as everywhere. */
static int64_t number_e9(double number)
{
    const double limit_e9 = 9.2e18;
    double value_e9 = number * 1e9;
    if (value_e9 != value_e9) {
        return 0;
    }
    if (value_e9 >= limit_e9 || value_e9 <= -limit_e9) {
        return value_e9 > 0 ? INT64_MAX : -INT64_MAX;
    }
    int64_t whole = (int64_t)value_e9;
    double rest = value_e9 - (double)whole;
    if (rest > 0.5 || (rest == 0.5 && whole % 2 != 0)) {
        return whole + 1;
    }
    return rest < -0.5 || (rest == -0.5 && whole % 2 != 0) ? whole - 1 : whole;
}

int64_t series_value_e9(const struct series_def *def, union series_value value)
{
    int64_t result_e9 = INT64_MAX; /* stays where a product leaves the range */
    switch (series_unit(def->kind)) {
    case SERIES_UNIT_SUM:
        return sma_mean_e9(value.sum_e9, def->window);
    case SERIES_UNIT_PRICE:
    case SERIES_UNIT_TIME:
        return value.price_e9;
    case SERIES_UNIT_SHARES:
        (void)money_mul_div(value.shares, MONEY_E9, 1, ROUND_EVEN, &result_e9);
        return result_e9;
    case SERIES_UNIT_SHARES_SUM:
        (void)money_mul_div(value.shares, MONEY_E9, def->window, ROUND_EVEN, &result_e9);
        return result_e9;
    case SERIES_UNIT_MONEY:
    case SERIES_UNIT_RATIO:
        return number_e9(value.number);
    }
    return 0;
}

union series_value series_value_rescaled(const struct series_def *def, union series_value value,
                                         int64_t numerator, int64_t denominator)
{
    switch (series_unit(def->kind)) {
    case SERIES_UNIT_SUM:
    case SERIES_UNIT_PRICE:
        value.price_e9 = units_split(value.price_e9, numerator, denominator);
        break;
    case SERIES_UNIT_SHARES:
    case SERIES_UNIT_SHARES_SUM:
        value.shares = units_split(value.shares, denominator, numerator);
        break;
    case SERIES_UNIT_MONEY:
        if (value.number == value.number) { /* the undefined keeps its bits */
            value.number = units_split_double(value.number, numerator, denominator);
        }
        break;
    case SERIES_UNIT_TIME:
    case SERIES_UNIT_RATIO:
        break;
    }
    return value;
}
