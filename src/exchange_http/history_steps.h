/* history_steps.h: an account's equity in steps of time: label, value, and the value that its
 * profit is told from. */
#ifndef EXCHANGE_HTTP_HISTORY_STEPS_H
#define EXCHANGE_HTTP_HISTORY_STEPS_H

#include "exchange_http/history_query.h"
#include "venue/account.h"

struct history_step {
    int64_t label_ns;
    int64_t start_ns, end_ns; /* (start, end] */
    int64_t equity_e9;        /* at its end */
    int64_t base_e9;
    int32_t date; /* the day that it belongs to */
};

struct history_steps {
    struct history_step *list; /* owned */
    size_t count;
    size_t capacity;
    bool before_account; /* all of them lie before it was opened, and it was worth nothing */
    int64_t base_e9;     /* what the first day's profit is told from */
    bool base_known;     /* it is the equity at the close of ... */
    int32_t base_date;
};

/* The caller ends it with history_steps_finish(). */
void history_steps_make(struct history_steps *steps, const struct account *account,
                        const struct history_query *query);
void history_steps_finish(struct history_steps *steps);

/* When a day is added in steps of days: 20:00 in New York, or the day's end. */
int64_t history_day_label(enum calendar_id calendar, const struct trading_day *day);

/* What the account was worth at a moment: by the last bars before it, or its first cash. */
int64_t history_equity_e9(const struct account *account, int64_t ts_ns);

#endif
