#include "exchange_http/data_damage.h"

#include "base/utc.h"

static void damage_price(enum fault_damage damage, int64_t *price_e9)
{
    if (damage == FAULT_DAMAGE_SPIKE && *price_e9 < INT64_MAX / 10) {
        *price_e9 *= 10;
    } else if (damage == FAULT_DAMAGE_CRASH) {
        *price_e9 /= 100;
    } else if (damage == FAULT_DAMAGE_ZERO) {
        *price_e9 = 0;
    } else if (damage == FAULT_DAMAGE_NEGATIVE) {
        *price_e9 = -*price_e9;
    }
}

static int64_t damaged_time(enum fault_damage damage, int64_t ts_ns)
{
    return damage == FAULT_DAMAGE_STALE    ? ts_ns - NS_PER_HOUR
           : damage == FAULT_DAMAGE_FUTURE ? ts_ns + NS_PER_HOUR
                                           : ts_ns;
}

/* The lower one above the higher one, even where they were equal. */
static void cross(int64_t *low_e9, int64_t *high_e9)
{
    int64_t low = *low_e9;
    *low_e9 = *high_e9 + *high_e9 / 100;
    *high_e9 = low;
}

void damage_tick(enum fault_damage damage, struct event *tick)
{
    tick->ts_ns = damaged_time(damage, tick->ts_ns);
    if (tick->kind == EVENT_TRADE_TICK) {
        damage_price(damage, &tick->trade_tick.price_e9);
        return;
    }
    damage_price(damage, &tick->quote.bid_e9);
    damage_price(damage, &tick->quote.ask_e9);
    if (damage == FAULT_DAMAGE_CROSSED) {
        cross(&tick->quote.bid_e9, &tick->quote.ask_e9);
    }
}

void damage_bar(enum fault_damage damage, struct frame_bar *bar)
{
    bar->period.start_ns = damaged_time(damage, bar->period.start_ns);
    damage_price(damage, &bar->bar.open_e9);
    damage_price(damage, &bar->bar.high_e9);
    damage_price(damage, &bar->bar.low_e9);
    damage_price(damage, &bar->bar.close_e9);
    if (damage == FAULT_DAMAGE_CROSSED) {
        cross(&bar->bar.low_e9, &bar->bar.high_e9);
    }
}
