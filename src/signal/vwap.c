/* vwap.c: see vwap.h. */
#include "signal/vwap.h"

void vwap_rescale(struct vwap *vwap, int64_t numerator, int64_t denominator)
{
    vwap->volume = units_split(vwap->volume, denominator, numerator);
}
