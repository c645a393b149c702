/* facts_stats.c: see facts_stats.h. */
#include "data/facts_stats.h"

#include "base/fmath.h"

#define NOT_KNOWN __builtin_nan("")

enum { PAIRS_MIN = 20 };

struct stats_moments stats_moments(const double *x, size_t count)
{
    struct stats_moments moments = {NOT_KNOWN, NOT_KNOWN, NOT_KNOWN, NOT_KNOWN};
    if (count < 2) {
        return moments;
    }
    double sum = 0.0;
    for (size_t i = 0; i < count; i++) {
        sum += x[i];
    }
    double n = (double)count;
    double mean = sum / n;
    double second = 0.0;
    double third = 0.0;
    double fourth = 0.0;
    for (size_t i = 0; i < count; i++) {
        double off = x[i] - mean;
        second += off * off;
        third += off * off * off;
        fourth += off * off * off * off;
    }
    double variance = second / n;
    moments.mean = mean;
    moments.deviation = fmath_sqrt(variance);
    if (variance > 0.0) {
        moments.skew = third / n / (variance * moments.deviation);
        moments.kurtosis = fourth / n / (variance * variance);
    }
    return moments;
}

/* Sums of pairs. The values come near zero (returns, and volumes in units of their mean), so one
 * pass is exact enough. */
struct pairs {
    double n, x, y, xx, yy, xy;
};

static void pairs_add(struct pairs *pairs, double x, double y)
{
    pairs->n += 1.0;
    pairs->x += x;
    pairs->y += y;
    pairs->xx += x * x;
    pairs->yy += y * y;
    pairs->xy += x * y;
}

static double pairs_correlation(const struct pairs *pairs)
{
    double x_variance = pairs->xx - pairs->x * pairs->x / pairs->n;
    double y_variance = pairs->yy - pairs->y * pairs->y / pairs->n;
    if (!(pairs->n >= PAIRS_MIN && x_variance > 0.0 && y_variance > 0.0)) {
        return NOT_KNOWN;
    }
    double covariance = pairs->xy - pairs->x * pairs->y / pairs->n;
    return covariance / fmath_sqrt(x_variance * y_variance);
}

double stats_correlation(const double *x, const double *y, size_t count)
{
    struct pairs pairs = {0};
    for (size_t i = 0; i < count; i++) {
        pairs_add(&pairs, x[i], y[i]);
    }
    return pairs_correlation(&pairs);
}

double stats_autocorrelation(const double *x, const uint32_t *group, size_t count, size_t lag)
{
    struct pairs pairs = {0};
    for (size_t i = 0; i + lag < count; i++) {
        if (group[i] == group[i + lag]) {
            pairs_add(&pairs, x[i], x[i + lag]);
        }
    }
    return pairs_correlation(&pairs);
}

double stats_lead_correlation(const double *x, const uint32_t *group, size_t count, size_t ahead)
{
    struct pairs pairs = {0};
    for (size_t i = 0; i + ahead < count; i++) {
        if (group[i] != group[i + ahead]) {
            continue;
        }
        double sum = 0.0;
        for (size_t k = 1; k <= ahead; k++) {
            sum += x[i + k] < 0.0 ? -x[i + k] : x[i + k];
        }
        pairs_add(&pairs, x[i], sum / (double)ahead);
    }
    return pairs_correlation(&pairs);
}
