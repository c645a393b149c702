#include "exchange_http/history_steps.h"

#include <stdlib.h>

#include "base/utc.h"
#include "exchange_http/local_time.h"
#include "exchange_http/trading_dates.h"
#include "sys/memory.h"

int64_t history_equity_e9(const struct account *account, int64_t ts_ns)
{
    uint32_t low = 0;
    uint32_t high = account->equity_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (account->equity[middle].ts_ns <= ts_ns) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low == 0 ? account->plan.cash_e9 : account->equity[low - 1].equity_e9;
}

int64_t history_day_label(enum calendar_id calendar, const struct trading_day *day)
{
    return calendar == CALENDAR_ALWAYS ? day->close_ns
                                       : local_utc(calendar, day->date, 20 * NS_PER_HOUR);
}

static void add_step(struct history_steps *steps, const struct account *account,
                     struct history_step step)
{
    if (step.end_ns < account->created_ns && !steps->before_account) {
        return;
    }
    if (steps->count == steps->capacity) {
        steps->capacity = steps->capacity == 0 ? 64 : 2 * steps->capacity;
        steps->list = xrealloc(steps->list, steps->capacity * sizeof *steps->list);
    }
    step.equity_e9 = steps->before_account ? 0 : history_equity_e9(account, step.end_ns);
    steps->list[steps->count++] = step;
}

/* Steps within [from, to], the last one beginning at `to` at the latest. */
static void add_span(struct history_steps *steps, const struct account *account,
                     const struct history_query *query, int32_t date, int64_t from_ns,
                     int64_t to_ns)
{
    to_ns = to_ns < query->end_ns ? to_ns : query->end_ns;
    for (int64_t left_ns = from_ns; left_ns <= to_ns; left_ns += query->timeframe->ns) {
        add_step(steps, account,
                 (struct history_step){.label_ns = left_ns,
                                       .start_ns = left_ns,
                                       .end_ns = left_ns + query->timeframe->ns,
                                       .date = date});
    }
}

static void add_continuous(struct history_steps *steps, const struct account *account,
                           const struct history_query *query)
{
    enum calendar_id calendar = account->market->calendar;
    int64_t frame_ns = query->timeframe->ns;
    for (int32_t date = query->first_date; date <= query->last_date; date++) {
        int64_t from_ns = local_utc(calendar, date, 0);
        if (from_ns < query->start_ns) { /* back to the frame that holds it */
            from_ns += (query->start_ns - from_ns) / frame_ns * frame_ns;
        }
        add_span(steps, account, query, date, from_ns, local_utc(calendar, date + 1, 0) - 1);
    }
}

static void add_day(struct history_steps *steps, const struct account *account,
                    const struct history_query *query, const struct trading_day *day)
{
    bool extended = query->hours == HISTORY_EXTENDED_HOURS;
    int64_t from_ns = extended ? day->early_open_ns : day->open_ns;
    int64_t to_ns = extended ? day->late_close_ns : day->close_ns;
    if (query->timeframe->ns == NS_PER_DAY) {
        int64_t label_ns = history_day_label(account->market->calendar, day);
        add_step(steps, account,
                 (struct history_step){.label_ns = label_ns,
                                       .start_ns = label_ns - NS_PER_DAY,
                                       .end_ns = label_ns,
                                       .date = day->date});
    } else if (query->start_ns <= to_ns) { /* from its beginning, even where it is asked later */
        add_span(steps, account, query, day->date, from_ns, to_ns);
    }
}

/* ---- what profit is told from ---- */

/* The equity at the end of the last trading day before a date; false when there was no account. */
static bool close_before(const struct account *account, const struct history_query *query,
                         int32_t date, int64_t *equity_e9, int32_t *close_date)
{
    enum calendar_id calendar = account->market->calendar;
    struct trading_day day;
    if (!trading_date_until(calendar, date - 1, &day)) {
        return false;
    }
    int64_t end_ns =
        query->timeframe->ns == NS_PER_DAY ? history_day_label(calendar, &day) : day.close_ns;
    *equity_e9 = history_equity_e9(account, end_ns);
    *close_date = day.date;
    return end_ns >= account->created_ns;
}

static void set_bases(struct history_steps *steps, const struct account *account,
                      const struct history_query *query)
{
    steps->base_e9 = steps->before_account ? 0 : account->plan.cash_e9;
    if (steps->count == 0 || steps->before_account) {
        return;
    }
    steps->base_known =
        close_before(account, query, steps->list[0].date, &steps->base_e9, &steps->base_date);
    if (!steps->base_known) {
        steps->base_e9 = account->plan.cash_e9; /* what it was opened with */
    }
    int64_t base_e9 = steps->base_e9;
    for (size_t i = 0; i < steps->count; i++) {
        struct history_step *step = &steps->list[i];
        int32_t unused;
        if (query->resets && i > 0 && step->date != step[-1].date) {
            (void)close_before(account, query, step->date, &base_e9, &unused);
        }
        step->base_e9 = base_e9;
    }
}

static void add_all(struct history_steps *steps, const struct account *account,
                    const struct history_query *query)
{
    if (query->hours == HISTORY_CONTINUOUS && query->timeframe->ns < NS_PER_DAY) {
        add_continuous(steps, account, query);
        return;
    }
    for (int32_t date = query->first_date; date <= query->last_date; date++) {
        struct trading_day day;
        if (trading_date(account->market->calendar, date, &day)) {
            add_day(steps, account, query, &day);
        }
    }
}

void history_steps_make(struct history_steps *steps, const struct account *account,
                        const struct history_query *query)
{
    *steps = (struct history_steps){0};
    add_all(steps, account, query);
    if (steps->count == 0) {
        steps->before_account = true;
        add_all(steps, account, query);
    }
    set_bases(steps, account, query);
}

void history_steps_finish(struct history_steps *steps)
{
    free(steps->list);
    *steps = (struct history_steps){0};
}
