/* bars_check.c: see bars_check.h. Every record of every file passes here, so it is one pass without
 * calls for good records. */
#include "data/bars_check.h"

#include <string.h>

#include "base/hot.h"
#include "base/money.h"
#include "data/bar_file.h"
#include "data/bars_sort.h"
#include "data/symbol_table.h"

void bars_check_init(struct bars_check *check, uint32_t instrument_count, int64_t bar_ns)
{
    *check = (struct bars_check){
        .instrument_count = instrument_count,
        .bar_ns = bar_ns,
        .last_ts_ns = INT64_MIN,
        .last_rank = INT64_MIN,
    };
}

/* Names what is wrong with a bar on its own. */
static const char *bar_fault(const struct bars_check *check, const struct event *record)
{
    if (record->kind != EVENT_BAR || record->version != 1 || record->slots != 1 ||
        record->flags != 0) {
        return "it is no bar, quote or trade of version 1";
    }
    if (record->instrument >= check->instrument_count) {
        return "its instrument is not in the table";
    }
    if (record->ts_ns < EVENT_TS_NS_MIN || record->ts_ns > EVENT_TS_NS_MAX) {
        return "its time lies outside the years 1700 to 2201";
    }
    if (record->src_ns != record->ts_ns - check->bar_ns) {
        return "its start and end are not one bar length apart";
    }
    return event_bar_fault(&record->bar);
}

/* The same of a quote or a trade. */
static const char *tick_fault(const struct bars_check *check, const struct event *record)
{
    bool quote = record->kind == EVENT_QUOTE;
    const uint64_t *unused = record->trade_tick.unused;
    if (record->version != 1 || record->slots != 1 ||
        (record->flags & ~(quote ? 0 : TRADE_TICK_VOLUME_ONLY)) != 0 ||
        (quote ? record->quote.unused : unused[0] | unused[1] | unused[2]) != 0) {
        return "it is no quote or trade of version 1";
    }
    if (record->instrument >= check->instrument_count) {
        return "its instrument is not in the table";
    }
    if (record->ts_ns < EVENT_TS_NS_MIN || record->ts_ns > EVENT_TS_NS_MAX) {
        return "its time lies outside the years 1700 to 2201";
    }
    if (record->src_ns > record->ts_ns || record->src_ns < record->ts_ns - BAR_NS_MAX) {
        return "its time lies before the interval that it closes, or too far behind";
    }
    return quote ? event_quote_fault(&record->quote) : event_trade_tick_fault(&record->trade_tick);
}

/* Takes one quote or trade; NULL, or what is wrong with it. Files have them rarely, so that their
 * checks stay out of the way of bars. */
RARELY static const char *take_tick(struct bars_check *check, const struct event *record)
{
    const char *fault = tick_fault(check, record);
    int64_t rank = (int64_t)bars_rank(record) - BARS_RANK_BAR;
    if (fault != NULL) {
        return fault;
    }
    if (record->ts_ns < check->last_ts_ns) {
        return "it is earlier than the record before";
    }
    if (record->ts_ns == check->last_ts_ns && rank < check->last_rank) {
        return "its kind or instrument does not follow the one before at the same time";
    }
    check->slice_count += record->ts_ns > check->last_ts_ns;
    check->last_ts_ns = record->ts_ns;
    check->last_rank = rank;
    check->count++;
    check->quote_count += record->kind == EVENT_QUOTE;
    check->trade_count += record->kind == EVENT_TRADE_TICK;
    return NULL;
}

/* Takes bars up to the first record that is no good one, which it names, or to the end. */
HOT_LOOP static const char *take_bars(struct bars_check *check, const struct event *records,
                                      uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        const struct event *record = &records[i];
        const char *fault = bar_fault(check, record);
        if (fault != NULL) {
            return fault;
        }
        if (record->ts_ns > check->last_ts_ns) {
            check->slice_count++;
        } else if (record->ts_ns < check->last_ts_ns) {
            return "it is earlier than the record before";
        } else if (record->instrument <= check->last_rank) {
            return "its instrument does not follow the one before at the same time";
        }
        check->last_ts_ns = record->ts_ns;
        check->last_rank = record->instrument;
        check->count++;
    }
    return NULL;
}

const char *bars_check_records(struct bars_check *check, const struct event *records,
                               uint64_t count)
{
    const uint64_t before = check->count;
    const char *fault;
    while ((fault = take_bars(check, records + (check->count - before),
                              count - (check->count - before))) != NULL) {
        const struct event *record = &records[check->count - before];
        if (record->kind == EVENT_QUOTE || record->kind == EVENT_TRADE_TICK) {
            fault = take_tick(check, record);
        }
        if (fault != NULL) {
            return fault;
        }
    }
    return NULL;
}

const char *bars_instruments_fault(const struct instrument *instruments, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!symbol_is_valid(&instruments[i])) {
            return "a symbol is not " SYMBOL_ALLOWED;
        }
        if (i > 0 && symbol_compare(&instruments[i - 1], &instruments[i]) >= 0) {
            return "the symbols are not in alphabetical order";
        }
    }
    return NULL;
}

const char *bars_fault(const struct bars *bars)
{
    if (bars->instrument_count < 1 || bars->instrument_count > INSTRUMENTS_MAX ||
        bars->bar_ns < 0 || bars->bar_ns > BAR_NS_MAX || bars->count < 1) {
        return "a count or the bar length is out of range";
    }
    const char *fault = bars_instruments_fault(bars->instruments, bars->instrument_count);
    if (fault != NULL) {
        return fault;
    }
    struct bars_check check;
    bars_check_init(&check, bars->instrument_count, bars->bar_ns);
    fault = bars_check_records(&check, bars->records, bars->count);
    if (fault != NULL) {
        return fault;
    }
    char hash[SHA256_HEX_SIZE];
    bar_records_hash(bars->records, bars->count, hash);
    if (strcmp(hash, bars->data_hash) != 0) {
        return "the data hash is not that of the records";
    }
    if (check.quote_count != bars->quote_count || check.trade_count != bars->trade_count ||
        (bars->bar_ns == 0) != (bars_bar_count(bars) == 0)) {
        return "the counts of quotes, trades and bars are wrong";
    }
    return check.slice_count == bars->slice_count ? NULL : "the count of slices is wrong";
}
