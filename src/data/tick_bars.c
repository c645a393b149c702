/* tick_bars.c: see tick_bars.h. One pass over the trades in the order of time. */
#include "data/tick_bars.h"

#include <stdlib.h>

#include "base/utc.h"
#include "sys/memory.h"

/* An instrument's bar as far as it is known. */
struct forming {
    struct event bar; /* kind NONE: no price in this interval yet */
    int64_t start_ns; /* of the interval; of no meaning while there was no trade */
    int64_t volume;
    bool begun;
    bool has_bars; /* it needs none */
};

struct build {
    int64_t bar_ns;
    struct forming *forming; /* by instrument */
    struct event *bars;
    uint64_t count;
    uint64_t capacity;
};

const char *tick_bars_length_fault(int64_t bar_ns)
{
    bool whole = bar_ns > 0 && bar_ns <= NS_PER_DAY / 2 && NS_PER_DAY % bar_ns == 0;
    return whole ? NULL : "bars are built of trades in lengths that divide a day, up to 12h";
}

static void finish_bar(struct build *build, struct forming *forming)
{
    if (forming->bar.kind == EVENT_BAR) {
        if (build->count == build->capacity) {
            build->capacity = build->capacity * 2 + 1024;
            build->bars = xrealloc(build->bars, build->capacity * sizeof *build->bars);
        }
        forming->bar.bar.volume = forming->volume;
        build->bars[build->count++] = forming->bar;
    }
    forming->bar.kind = EVENT_NONE;
    forming->volume = 0;
}

static void take_price(const struct build *build, struct forming *forming,
                       const struct event *trade)
{
    int64_t price_e9 = trade->trade_tick.price_e9;
    struct event_bar *bar = &forming->bar.bar;
    if (forming->bar.kind == EVENT_NONE) {
        forming->bar = (struct event){
            .ts_ns = forming->start_ns + build->bar_ns,
            .src_ns = forming->start_ns,
            .kind = EVENT_BAR,
            .version = 1,
            .slots = 1,
            .instrument = trade->instrument,
            .bar = {price_e9, price_e9, price_e9, price_e9, 0}
        };
        return;
    }
    bar->high_e9 = price_e9 > bar->high_e9 ? price_e9 : bar->high_e9;
    bar->low_e9 = price_e9 < bar->low_e9 ? price_e9 : bar->low_e9;
    bar->close_e9 = price_e9;
}

static void take_trade(struct build *build, const struct event *trade)
{
    struct forming *forming = &build->forming[trade->instrument];
    int64_t day_ns = utc_day_of(trade->ts_ns) * NS_PER_DAY;
    int64_t start_ns = trade->ts_ns - (trade->ts_ns - day_ns) % build->bar_ns;
    if (forming->has_bars) {
        return;
    }
    if (!forming->begun || forming->start_ns != start_ns) {
        finish_bar(build, forming);
        forming->start_ns = start_ns;
        forming->begun = true;
    }
    if ((trade->flags & TRADE_TICK_VOLUME_ONLY) == 0) {
        take_price(build, forming, trade);
    }
    forming->volume += trade->trade_tick.size; /* 2^32 trades of the largest size fit */
}

/* The sum of volumes may be too large for a bar. */
static enum err check(const struct build *build, const struct bars *bars, struct problem *problem)
{
    for (uint64_t i = 0; i < build->count; i++) {
        const struct event *bar = &build->bars[i];
        const char *fault = event_bar_fault(&bar->bar);
        if (fault != NULL) {
            char start[UTC_TEXT_SIZE];
            (void)utc_format(bar->src_ns, start);
            return problem_set(problem, ERR_FORMAT,
                               "the trades of %s at %s make no good bar: %s; take shorter bars",
                               bars->instruments[bar->instrument].symbol, start, fault);
        }
    }
    return ERR_OK;
}

enum err tick_bars_build(const struct bars *bars, int64_t bar_ns, struct event **built,
                         uint64_t *count, struct problem *problem)
{
    struct build build = {.bar_ns = bar_ns,
                          .forming = xcalloc(bars->instrument_count, sizeof *build.forming)};
    for (uint64_t i = 0; i < bars->count; i++) {
        bool bar = bars->records[i].kind == EVENT_BAR;
        build.forming[bars->records[i].instrument].has_bars |= bar;
    }
    for (uint64_t i = 0; i < bars->count; i++) {
        if (bars->records[i].kind == EVENT_TRADE_TICK) {
            take_trade(&build, &bars->records[i]);
        }
    }
    for (uint32_t i = 0; i < bars->instrument_count; i++) {
        finish_bar(&build, &build.forming[i]);
    }
    free(build.forming);
    enum err err = check(&build, bars, problem);
    if (err != ERR_OK) {
        free(build.bars);
        return err;
    }
    *built = build.bars;
    *count = build.count;
    return ERR_OK;
}
