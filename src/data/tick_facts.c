/* tick_facts.c: see tick_facts.h. */
#include "data/tick_facts.h"

#include "sys/memory.h"

static void take_quote(struct tick_facts *facts, const struct event_quote *quote)
{
    facts->quotes++;
    if (quote->bid_e9 == 0 || quote->ask_e9 == 0) {
        facts->one_sided++;
        return;
    }
    facts->two_sided++;
    facts->locked += quote->bid_e9 == quote->ask_e9;
    double spread = (double)(quote->ask_e9 - quote->bid_e9);
    double middle = (double)(quote->ask_e9 + quote->bid_e9) / 2.0;
    facts->spread_bps += spread / middle * 10000.0;
}

static void take_trade(struct tick_facts *facts, const struct event *trade)
{
    facts->trades++;
    facts->volume += (uint64_t)trade->trade_tick.size;
    facts->volume_only += (trade->flags & TRADE_TICK_VOLUME_ONLY) != 0;
}

struct tick_facts *tick_facts_create(const struct bars *bars)
{
    if (bars_tick_count(bars) == 0) {
        return NULL;
    }
    struct tick_facts *all = xcalloc(bars->instrument_count, sizeof *all);
    for (uint64_t i = 0; i < bars->count; i++) {
        const struct event *record = &bars->records[i];
        struct tick_facts *facts = &all[record->instrument];
        if (!event_is_tick(record->kind)) {
            continue;
        }
        facts->first_ns = facts->quotes + facts->trades == 0 ? record->ts_ns : facts->first_ns;
        facts->last_ns = record->ts_ns;
        if (record->kind == EVENT_QUOTE) {
            take_quote(facts, &record->quote);
        } else {
            take_trade(facts, record);
        }
    }
    for (uint32_t i = 0; i < bars->instrument_count; i++) {
        all[i].spread_bps = all[i].two_sided > 0 ? all[i].spread_bps / (double)all[i].two_sided : 0;
    }
    return all;
}
