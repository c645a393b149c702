#include "venue/adjustment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "market/new_york.h"
#include "sys/memory.h"

#define PRICE_GRID_E9 INT64_C(100000)

/* The last close of regular hours at or before a moment; 0 when there is none. */
static int64_t close_before(const struct market *market, uint32_t instrument, int64_t ts_ns)
{
    const struct record_list *bars = &market->symbols[instrument].bars;
    for (uint64_t i = record_list_until(bars, ts_ns); i > 0; i--) {
        const struct event *bar = bars->items[i - 1];
        struct trading_day day;
        if (calendar_day_at(market->calendar, bar->ts_ns, &day) &&
            calendar_is_regular(&day, bar->ts_ns)) {
            return bar->bar.close_e9;
        }
    }
    return 0;
}

/* What one action does to the bars before it. */
static struct adjustment_step step_of(const struct action *action, const struct market *market,
                                      uint32_t instrument, unsigned what)
{
    struct adjustment_step step = {
        .until_ns = new_york_utc(action->date, 0), .price = 1.0, .volume = 1.0};
    if ((what & ADJUST_DIVIDENDS) != 0 && action->cash_e9 > 0) {
        int64_t close_e9 = close_before(market, instrument, step.until_ns);
        if (close_e9 > action->cash_e9) {
            step.price = (double)(close_e9 - action->cash_e9) / (double)close_e9;
        }
    }
    if ((what & ADJUST_SPLITS) != 0) {
        step.price *= (double)action->split_old / (double)action->split_new;
        step.volume = (double)action->split_new / (double)action->split_old;
    }
    return step;
}

void adjustment_init(struct adjustment *adjustment, const struct actions *actions,
                     const struct market *market, uint32_t instrument, unsigned what,
                     int64_t until_ns)
{
    const char *symbol = market->data->instruments[instrument].symbol;
    int32_t today = new_york_date(until_ns);
    *adjustment = (struct adjustment){0};
    for (size_t i = actions == NULL || what == 0 ? 0 : actions->count; i-- > 0;) {
        const struct action *action = &actions->rows[i];
        if (action->date > today || strcmp(action->instrument.symbol, symbol) != 0) {
            continue;
        }
        struct adjustment_step step = step_of(action, market, instrument, what);
        if (adjustment->count > 0) {
            step.price *= adjustment->steps[adjustment->count - 1].price;
            step.volume *= adjustment->steps[adjustment->count - 1].volume;
        }
        adjustment->steps =
            xrealloc(adjustment->steps, (adjustment->count + 1) * sizeof *adjustment->steps);
        adjustment->steps[adjustment->count++] = step;
    }
}

void adjustment_finish(struct adjustment *adjustment)
{
    free(adjustment->steps);
    *adjustment = (struct adjustment){0};
}

static int64_t scale(int64_t price_e9, double factor)
{
    double steps = floor((double)price_e9 * factor / (double)PRICE_GRID_E9 + 0.5);
    return steps < 1.0 ? PRICE_GRID_E9 : (int64_t)steps * PRICE_GRID_E9;
}

void adjustment_apply(const struct adjustment *adjustment, int64_t end_ns, struct event_bar *bar,
                      double *average_e9)
{
    const struct adjustment_step *step = NULL;
    for (uint32_t i = 0; i < adjustment->count && adjustment->steps[i].until_ns >= end_ns; i++) {
        step = &adjustment->steps[i];
    }
    if (step == NULL) {
        return;
    }
    bar->open_e9 = scale(bar->open_e9, step->price);
    bar->high_e9 = scale(bar->high_e9, step->price);
    bar->low_e9 = scale(bar->low_e9, step->price);
    bar->close_e9 = scale(bar->close_e9, step->price);
    bar->volume = (int64_t)floor((double)bar->volume * step->volume + 0.5);
    *average_e9 *= step->price;
}
