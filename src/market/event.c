/* event.c: names of events and commands, the end of a slice, and what makes a bar, a
 * quote or a trade bad. */
#include "market/event.h"

#include "base/code_text.h"
#include "base/money.h"

#define VOLUME_MAX INT64_C(1000000000000)

#define KIND(name, code, text)    CASE_TEXT(EVENT_##name, text)
#define COMMAND(name, code, text) CASE_TEXT(COMMAND_##name, text)

CODE_TEXT(event_kind_text, enum event_kind, CASE_TEXT(EVENT_NONE, "none") EVENT_KIND_LIST(KIND),
          "unknown")
CODE_TEXT(command_text, enum command, COMMAND_LIST(COMMAND), "unknown")

#define CONDITION(name, code, text, meaning) CASE_TEXT(STATUS_##name, text)
#define MEANING(name, code, text, meaning)   CASE_TEXT(STATUS_##name, meaning)

CODE_TEXT(status_condition_text, enum status_condition, STATUS_CONDITION_LIST(CONDITION), "unknown")
CODE_TEXT(status_condition_meaning, enum status_condition, STATUS_CONDITION_LIST(MEANING),
          "unknown")

struct event slice_end_event(const struct slice *slice)
{
    return (struct event){
        .ts_ns = slice->ts_ns,
        .src_ns = slice->ts_ns,
        .kind = EVENT_SLICE_END,
        .version = 1,
        .slots = 1,
        .flags = slice->past ? SLICE_END_PAST : 0,
        .instrument = INSTRUMENT_NONE,
        .slice_end = {.slice = slice->ordinal, .expected = slice->expected, .seen = slice->count}
    };
}

void slice_from_end(struct slice *slice, const struct event *end)
{
    slice->ts_ns = end->ts_ns;
    slice->ordinal = end->slice_end.slice;
    slice->expected = end->slice_end.expected;
    slice->past = end->flags == SLICE_END_PAST;
}

struct slice slice_of_mixed(const struct event *first, const struct event *end, uint64_t ordinal)
{
    const struct event *bars = first;
    while (bars < end && event_is_tick(bars->kind)) {
        bars++;
    }
    uint32_t count = (uint32_t)(end - bars);
    return (struct slice){.bars = bars,
                          .count = count,
                          .expected = count,
                          .ts_ns = first->ts_ns,
                          .ordinal = ordinal,
                          .tick_count = (uint32_t)(bars - first)};
}

const char *event_bar_fault(const struct event_bar *bar)
{
    if (bar->open_e9 <= 0 || bar->high_e9 <= 0 || bar->low_e9 <= 0 || bar->close_e9 <= 0) {
        return "a price is not positive";
    }
    if (bar->high_e9 > PRICE_E9_MAX || bar->open_e9 > PRICE_E9_MAX || bar->low_e9 > PRICE_E9_MAX ||
        bar->close_e9 > PRICE_E9_MAX) {
        return "a price is above 9,000,000";
    }
    if (bar->high_e9 < bar->low_e9) {
        return "high is below low";
    }
    if (bar->open_e9 < bar->low_e9 || bar->open_e9 > bar->high_e9) {
        return "open lies outside low..high";
    }
    if (bar->close_e9 < bar->low_e9 || bar->close_e9 > bar->high_e9) {
        return "close lies outside low..high";
    }
    if (bar->volume < 0) {
        return "volume is negative";
    }
    if (bar->volume > VOLUME_MAX) {
        return "volume is above 1,000,000,000,000";
    }
    return NULL;
}

static const char *side_fault(int64_t price_e9, int64_t size)
{
    if (price_e9 < 0) {
        return "a price is negative";
    }
    if (price_e9 > PRICE_E9_MAX) {
        return "a price is above 9,000,000";
    }
    if (size < 0 || size > TICK_SIZE_MAX) {
        return "a size is outside 0..1,000,000,000";
    }
    return price_e9 == 0 && size != 0 ? "a size has no price" : NULL;
}

const char *event_quote_fault(const struct event_quote *quote)
{
    const char *fault = side_fault(quote->bid_e9, quote->bid_size);
    if (fault == NULL) {
        fault = side_fault(quote->ask_e9, quote->ask_size);
    }
    if (fault != NULL) {
        return fault;
    }
    if (quote->bid_e9 == 0 && quote->ask_e9 == 0) {
        return "neither side has a price";
    }
    bool crossed = quote->bid_e9 > quote->ask_e9 && quote->ask_e9 != 0;
    return crossed ? "the quote is crossed: bid is above ask" : NULL;
}

const char *event_trade_tick_fault(const struct event_trade_tick *trade)
{
    if (trade->price_e9 <= 0) {
        return "the price is not positive";
    }
    if (trade->price_e9 > PRICE_E9_MAX) {
        return "the price is above 9,000,000";
    }
    return trade->size < 1 || trade->size > TICK_SIZE_MAX ? "the size is outside 1..1,000,000,000"
                                                          : NULL;
}

const char *event_last_price_fault(const struct event_last_price *price)
{
    bool possible = price->price_e9 > 0 && price->price_e9 <= PRICE_E9_MAX;
    return possible ? NULL : "it is outside of the range of prices";
}
