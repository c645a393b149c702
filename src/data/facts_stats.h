/* facts_stats.h: the sample statistics that facts.c is made of. NaN where a sample is too small or
 * does not vary. */
#ifndef DATA_FACTS_STATS_H
#define DATA_FACTS_STATS_H

#include <stddef.h>
#include <stdint.h>

struct stats_moments {
    double mean;
    double deviation; /* standard deviation, divided by n */
    double skew;
    double kurtosis; /* 3 for a normal distribution */
};

struct stats_moments stats_moments(const double *x, size_t count);

/* Pearson's. */
double stats_correlation(const double *x, const double *y, size_t count);

/* Of x[i] with x[i + lag], over the pairs that lie in one group. */
double stats_autocorrelation(const double *x, const uint32_t *group, size_t count, size_t lag);

/* Of x[i] with the mean of |x[i + 1]| ... |x[i + ahead]|, where all lie in one group. */
double stats_lead_correlation(const double *x, const uint32_t *group, size_t count, size_t ahead);

#endif
