/* data_damage.h: market data that are bad on purpose, as they go out: wrong prices, wrong times. */
#ifndef EXCHANGE_HTTP_DATA_DAMAGE_H
#define EXCHANGE_HTTP_DATA_DAMAGE_H

#include "venue/faults.h"
#include "venue/frames.h"

/* Nothing is done to it with FAULT_DAMAGE_NONE. */
void damage_tick(enum fault_damage damage, struct event *tick);
void damage_bar(enum fault_damage damage, struct frame_bar *bar);

#endif
