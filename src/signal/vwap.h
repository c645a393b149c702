/* vwap.h: the average price of a session, weighted by volume.
 *
 *   VWAP = sum(typical * volume) / sum(volume),  typical = (high + low + close) / 3
 *
 * since the last reset; the caller resets it at the start of a session. The sums are exact
 * integers; both divisions wait for the read. Unit: currency. Warm-up: the first bar of the session
 * with a volume; before it the quotient is undefined and not ready. Flat prices give that price.
 * Source: the definition; with bars the typical price stands for the trades' own. */
#ifndef SIGNAL_VWAP_H
#define SIGNAL_VWAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "signal/units.h"

struct vwap {
    __int128 turnover_e9; /* sum of (high + low + close) * volume: three times the typical one */
    int64_t volume;       /* whole shares */
};

static inline void vwap_init(struct vwap *vwap)
{
    *vwap = (struct vwap){0};
}

/* A session begins. */
static inline void vwap_reset(struct vwap *vwap)
{
    vwap_init(vwap);
}

static inline void vwap_take(struct vwap *vwap, int64_t high_e9, int64_t low_e9, int64_t close_e9,
                             int64_t volume)
{
    vwap->turnover_e9 += (__int128)(high_e9 + low_e9 + close_e9) * volume;
    vwap->volume += volume;
}

static inline bool vwap_ready(const struct vwap *vwap)
{
    return vwap->volume > 0;
}

/* Only when ready. */
static inline double vwap_value(const struct vwap *vwap)
{
    CHECK(vwap_ready(vwap));
    return units_from_e9((double)vwap->turnover_e9 / (3.0 * (double)vwap->volume));
}

/* The volume is multiplied and the turnover stays what it was. */
void vwap_rescale(struct vwap *vwap, int64_t numerator, int64_t denominator);

#endif
