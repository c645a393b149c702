/* result_report.h: a run in tables: day by day, and trade by trade; for people and as JSON. */
#ifndef READERS_RESULT_REPORT_H
#define READERS_RESULT_REPORT_H

#include <stdio.h>

#include "readers/result_history.h"

/* What happened in one session. */
struct session_row {
    int64_t open_ns; /* which session: its first nanosecond */
    int64_t equity_e9;
    int64_t change_e9;    /* of the equity, since the session before */
    struct figure change; /* the same as a share */
    uint64_t fills;
    uint64_t trades_closed;
    uint64_t trades_won;
    int64_t realized_e9;   /* of the trades that closed, less their commissions */
    int64_t commission_e9; /* of the fills */
};

/* A row for each session that has an equity point; the caller's to free(). */
struct session_row *report_sessions(const struct history *history);

/* Average price of an entry or exit: value / quantity; 0 where nothing filled. */
int64_t trade_price_e9(int64_t value_e9, int64_t qty_e9);

/* Why a trade was entered, and why it was left: the strategy's reason, or "target" or "stop" where
 * that protection filled. Valid as long as the history. */
const char *trade_entry_reason(const struct history *history, const struct history_trade *trade);
const char *trade_exit_reason(const struct history *history, const struct history_trade *trade);

/* `run` names it in the heading. */
void report_daily(const struct history *history, const char *run, FILE *out);
void report_daily_json(const struct history *history, const char *run, FILE *out);
void report_journal(const struct history *history, const char *run, FILE *out);
void report_journal_json(const struct history *history, const char *run, FILE *out);

#endif
