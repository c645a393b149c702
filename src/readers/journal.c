/* journal.c: turns records into rows of journal.db, by prepared statements, many rows a
 * transaction.
 *
 * The file is a view: nothing waits for the disk (synchronous=OFF), because a lost journal is built
 * again from the log. */
#include "readers/journal.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/utc.h"
#include "core/gates.h"
#include "core/ledger.h"
#include "core/trades.h"
#include "readers/explain_words.h"
#include "readers/journal_private.h"
#include "sys/json_writer.h"
#include "sys/memory.h"

/* Rows of a transaction when nobody follows. */
#define ROWS_PER_COMMIT 65536

struct journal {
    const struct lookup *lookup;
    char *path;
    sqlite3 *db;
    sqlite3_stmt *insert[TABLE_COUNT];
    struct json_writer inputs; /* of the decision at hand */
    uint64_t rows;             /* in the open transaction */
    uint64_t slices;           /* so far */
    bool followed;
    bool in_transaction;
    struct problem problem; /* .err is not ERR_OK once something failed */
};

static void fail(struct journal *journal, const char *what)
{
    if (journal->problem.err == ERR_OK) {
        int code = sqlite3_errcode(journal->db);
        enum err err = code == SQLITE_CONSTRAINT ? ERR_DIFFERS
                       : code == SQLITE_FULL     ? ERR_FULL
                                                 : ERR_IO;
        (void)problem_set(&journal->problem, err, "%s: %s: %s", journal->path, what,
                          sqlite3_errmsg(journal->db));
    }
}

static void execute(struct journal *journal, const char *sql)
{
    if (journal->problem.err == ERR_OK &&
        sqlite3_exec(journal->db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        fail(journal, "cannot set up or commit");
    }
}

/* A row in the making: values go in from left to right. Texts must live until row_end(). */
struct row {
    struct journal *journal;
    sqlite3_stmt *statement;
    int column;
};

static struct row row_begin(struct journal *journal, enum journal_table table)
{
    if (!journal->in_transaction) {
        execute(journal, "BEGIN");
        journal->in_transaction = true;
    }
    return (struct row){journal, journal->insert[table], 0};
}

static void row_int(struct row *row, int64_t value)
{
    sqlite3_bind_int64(row->statement, ++row->column, value);
}

/* Ids beyond 2^63 become negative, which the tables' checks refuse. */
static void row_uint(struct row *row, uint64_t value)
{
    row_int(row, (int64_t)value);
}

static void row_text(struct row *row, const char *text)
{
    sqlite3_bind_text(row->statement, ++row->column, text, -1, SQLITE_STATIC);
}

static void row_null(struct row *row)
{
    sqlite3_bind_null(row->statement, ++row->column);
}

static void row_time_text(struct row *row, int64_t ts_ns)
{
    char text[UTC_TEXT_SIZE];
    size_t length = utc_format(ts_ns, text);
    sqlite3_bind_text(row->statement, ++row->column, text, (int)length, SQLITE_TRANSIENT);
}

/* ts_ns and ts */
static void row_time(struct row *row, int64_t ts_ns)
{
    row_int(row, ts_ns);
    row_time_text(row, ts_ns);
}

static void row_end(struct row *row)
{
    struct journal *journal = row->journal;
    if (journal->problem.err == ERR_OK && sqlite3_step(row->statement) != SQLITE_DONE) {
        fail(journal, "a record does not fit its table");
    }
    sqlite3_reset(row->statement);
    journal->rows++;
}

static void run_text(struct journal *journal, const char *key, const char *value)
{
    struct row row = row_begin(journal, TABLE_RUN);
    row_text(&row, key);
    row_text(&row, value);
    row_end(&row);
}

static void run_int(struct journal *journal, const char *key, int64_t value)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%" PRId64, value);
    run_text(journal, key, text);
}

static void fill_run(struct journal *journal, const struct preamble *preamble)
{
    char created[UTC_TEXT_SIZE];
    (void)utc_format(preamble->created_ns, created);
    run_text(journal, "mode", run_mode_text(preamble->mode));
    run_text(journal, "simulated", "true");
    run_text(journal, "simulated_market",
             lookup_market_is_simulated(journal->lookup) ? "true" : "false");
    run_text(journal, "created", created);
    run_text(journal, "source", preamble->source);
    run_text(journal, "data_hash", preamble->data_hash);
    run_text(journal, "config_path", preamble->config_path);
    run_text(journal, "config_hash", lookup_config(journal->lookup)->config_hash);
    run_text(journal, "config", preamble->config_bytes);
    run_text(journal, "build", preamble->build);
    run_text(journal, "market_in_log", preamble->market_full ? "true" : "false");
    run_int(journal, "bar_ns", preamble->bar_ns);
    run_int(journal, "frame_ns", preamble->frame_ns);
    run_int(journal, "slices", (int64_t)preamble->slice_count);
}

static void fill_instruments(struct journal *journal, const struct preamble *preamble)
{
    for (uint32_t id = 0; id < preamble->instrument_count; id++) {
        struct row row = row_begin(journal, TABLE_INSTRUMENTS);
        row_int(&row, id);
        row_text(&row, preamble->instruments[id].symbol);
        row_end(&row);
    }
}

static void remove_old(const char *path)
{
    static const char *const suffixes[] = {"", "-journal", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        char *file = xasprintf("%s%s", path, suffixes[i]);
        (void)unlink(file); /* most are not there; what stays in the way fails below */
        free(file);
    }
}

static void prepare(struct journal *journal)
{
    for (int i = 0; i < TABLE_COUNT && journal->problem.err == ERR_OK; i++) {
        if (sqlite3_prepare_v3(journal->db, journal_insert[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &journal->insert[i], NULL) != SQLITE_OK) {
            fail(journal, "cannot prepare");
        }
    }
}

static void set_up(struct journal *journal, const struct preamble *preamble)
{
    remove_old(journal->path);
    if (sqlite3_open_v2(journal->path, &journal->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK) {
        fail(journal, "cannot make it");
        return;
    }
    /* Written in one go there is nothing to roll back to: half a view is thrown away. */
    execute(journal, journal->followed ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF"
                                       : "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
                                         "PRAGMA locking_mode=EXCLUSIVE");
    execute(journal, journal_schema);
    prepare(journal);
    if (journal->problem.err == ERR_OK) {
        fill_run(journal, preamble);
        fill_instruments(journal, preamble);
        journal_commit(journal);
    }
}

enum err journal_create(const char *run_dir, const struct lookup *lookup,
                        const struct preamble *preamble, bool followed, struct journal **out,
                        struct problem *problem)
{
    struct journal *journal = xcalloc(1, sizeof *journal);
    journal->lookup = lookup;
    journal->followed = followed;
    journal->path = xasprintf("%s/%s", run_dir, JOURNAL_FILE);
    json_init(&journal->inputs, false);
    set_up(journal, preamble);
    if (journal->problem.err != ERR_OK) {
        return journal_close(journal, problem);
    }
    *out = journal;
    return ERR_OK;
}

static void take_deposit(struct journal *journal, const struct event *record, uint64_t slot)
{
    struct row row = row_begin(journal, TABLE_DEPOSITS);
    row_uint(&row, slot);
    row_time(&row, record->ts_ns);
    row_int(&row, record->deposit.amount_e9);
    row_end(&row);
}

/* {"sma_10":99.95,"sma_20":100.1} */
static const char *inputs_text(struct journal *journal, const struct event *record)
{
    struct decision_inputs inputs;
    memcpy(&inputs, record + 1, sizeof inputs);
    json_reset(&journal->inputs);
    json_begin_object(&journal->inputs);
    for (uint32_t i = 0; i < inputs.count && i < DECISION_INPUTS_MAX; i++) {
        char name[24];
        json_key(&journal->inputs, lookup_series(journal->lookup, record->decision.book, i, name));
        json_money(&journal->inputs,
                   lookup_input_e9(journal->lookup, record->decision.book, i, inputs.bits[i]));
    }
    json_end_object(&journal->inputs);
    return journal->inputs.text;
}

static void take_decision(struct journal *journal, const struct event *record, uint64_t slot)
{
    const struct event_decision *decision = &record->decision;
    struct row row = row_begin(journal, TABLE_DECISIONS);
    row_uint(&row, slot);
    row_time(&row, record->ts_ns);
    row_int(&row, decision->book);
    row_text(&row, lookup_strategy(journal->lookup, decision->book));
    row_text(&row, lookup_symbol(journal->lookup, record->instrument));
    row_text(&row, explain_act(record->flags));
    row_text(&row, lookup_reason(journal->lookup, decision->book, decision->reason));
    row_text(&row, verdict_text(decision->verdict));
    row_int(&row, decision->value);
    row_int(&row, decision->limit);
    row_int(&row, decision->strength_ppm);
    row_int(&row, decision->confidence_ppm);
    row_text(&row, inputs_text(journal, record));
    if (decision->order_id != 0) {
        row_uint(&row, decision->order_id);
    } else {
        row_null(&row);
    }
    row_end(&row);
}

static void take_order(struct journal *journal, const struct event *record, uint64_t slot)
{
    struct order_request request;
    memcpy(&request, record, sizeof request);
    const struct event_order *order = &record->order;
    struct row row = row_begin(journal, TABLE_ORDERS);
    row_uint(&row, order->order_id);
    row_uint(&row, slot);
    row_time(&row, record->ts_ns);
    row_uint(&row, order_id_trade(order->order_id));
    row_int(&row, order->book);
    row_text(&row, lookup_strategy(journal->lookup, order->book));
    row_text(&row, lookup_symbol(journal->lookup, request.legs[0].instrument));
    row_text(&row, request.legs[0].ratio > 0 ? "buy" : "sell");
    row_text(&row, order_role_text(event_order_role(record)));
    row_text(&row, order_type_text(order->type));
    row_text(&row, time_in_force_text(order->time_in_force));
    row_int(&row, order->qty_e9);
    row_int(&row, order->limit_price_e9);
    row_int(&row, order->reference_price_e9);
    row_int(&row, order->leg_count);
    row_end(&row);
}

static void take_fill(struct journal *journal, const struct event *record, uint64_t slot)
{
    const struct event_report *report = &record->report;
    const struct known_order *order = lookup_order(journal->lookup, report->order_id);
    struct row row = row_begin(journal, TABLE_FILLS);
    row_uint(&row, report->exec_id);
    row_uint(&row, slot);
    row_time(&row, record->ts_ns);
    row_int(&row, record->src_ns);
    row_uint(&row, report->order_id);
    row_uint(&row, order_id_trade(report->order_id));
    row_text(&row, lookup_strategy(journal->lookup, order != NULL ? order->book : 0));
    row_text(&row, lookup_symbol(journal->lookup, record->instrument));
    /* A fill of no order that we know has no side, and the table refuses it. */
    row_text(&row, order == NULL ? NULL : order->buys ? "buy" : "sell");
    row_int(&row, report->qty_e9);
    row_int(&row, report->price_e9);
    row_int(&row, report->commission_e9);
    row_end(&row);
}

static bool says_why(const struct event *report)
{
    bool may = report->kind == EVENT_REJECTED || report->kind == EVENT_CANCELED ||
               report->kind == EVENT_CANCEL_REJECTED;
    return may && report->flags != REJECT_NONE;
}

static void take_report(struct journal *journal, const struct event *record, uint64_t slot)
{
    struct row row = row_begin(journal, TABLE_REPORTS);
    row_uint(&row, slot);
    row_time(&row, record->ts_ns);
    row_int(&row, record->src_ns);
    row_text(&row, event_kind_text(record->kind));
    row_uint(&row, record->kind == EVENT_ACCOUNT_CASH ? 0 : record->report.order_id);
    row_text(&row, says_why(record) ? reject_reason_text(record->flags) : NULL);
    row_end(&row);
}

static void take_posting(struct journal *journal, const struct event *record, uint64_t slot)
{
    const struct event_posting *posting = &record->posting;
    struct row row = row_begin(journal, TABLE_POSTINGS);
    row_uint(&row, slot);
    row_time(&row, record->ts_ns);
    row_text(&row, account_text(posting->debit));
    row_text(&row, account_text(posting->credit));
    row_int(&row, posting->amount_e9);
    row_text(&row, record->instrument == INSTRUMENT_NONE
                       ? NULL
                       : lookup_symbol(journal->lookup, record->instrument));
    row_int(&row, posting->qty_e9);
    row_int(&row, posting->book);
    row_uint(&row, posting->order_id);
    row_uint(&row, posting->exec_id);
    row_end(&row);
}

static void row_time_or_null(struct row *row, int64_t ts_ns)
{
    if (ts_ns == 0) {
        row_null(row);
    } else {
        row_time_text(row, ts_ns);
    }
}

static void take_trade(struct journal *journal, const struct event *record, uint64_t slot)
{
    const struct event_trade *trade = &record->trade;
    struct trade_detail detail;
    memcpy(&detail, record + 1, sizeof detail);
    struct row row = row_begin(journal, TABLE_TRADES);
    row_uint(&row, trade->trade_id);
    row_uint(&row, slot);
    row_text(&row, trade_state_text(record->flags));
    row_int(&row, trade->book);
    row_text(&row, lookup_strategy(journal->lookup, trade->book));
    row_text(&row, lookup_symbol(journal->lookup, record->instrument));
    row_int(&row, trade->qty_e9);
    row_int(&row, trade->cost_e9);
    row_int(&row, trade->realized_e9);
    row_time_or_null(&row, detail.opened_ns);
    row_time_or_null(&row, detail.closed_ns);
    row_int(&row, detail.entry_qty_e9);
    row_int(&row, detail.entry_value_e9);
    row_int(&row, detail.exit_qty_e9);
    row_int(&row, detail.exit_value_e9);
    row_int(&row, detail.commission_e9);
    row_end(&row);
}

static void take_slice(struct journal *journal, const struct event *record, uint64_t slot)
{
    const struct event_slice *slice = &record->slice;
    char hash[24];
    (void)snprintf(hash, sizeof hash, "%016" PRIx64, slice->decision_hash);
    struct row row = row_begin(journal, TABLE_SLICES);
    row_uint(&row, journal->slices++);
    row_uint(&row, slot);
    row_time(&row, record->ts_ns);
    row_int(&row, slice->equity_e9);
    row_int(&row, slice->cash_e9);
    row_int(&row, slice->positions);
    row_int(&row, slice->evaluations);
    row_int(&row, slice->orders);
    row_int(&row, slice->fills);
    row_int(&row, record->flags & 1);
    row_text(&row, hash);
    row_end(&row);
}

void journal_take(struct journal *journal, const struct event *record, uint64_t slot)
{
    if (journal->problem.err != ERR_OK) {
        return;
    }
    if (event_is_report(record->kind)) {
        take_report(journal, record, slot);
    }
    if (record->kind == EVENT_FILL) {
        take_fill(journal, record, slot);
    } else if (record->kind == EVENT_DEPOSIT) {
        take_deposit(journal, record, slot);
    } else if (record->kind == EVENT_DECISION) {
        take_decision(journal, record, slot);
    } else if (record->kind == EVENT_ORDER && record->order.action != ORDER_ACTION_CANCEL) {
        take_order(journal, record, slot); /* a cancel names an order that is there already */
    } else if (record->kind == EVENT_POSTING) {
        take_posting(journal, record, slot);
    } else if (record->kind == EVENT_TRADE) {
        take_trade(journal, record, slot);
    } else if (record->kind == EVENT_SLICE) {
        take_slice(journal, record, slot);
    }
}

static void commit(struct journal *journal)
{
    if (journal->in_transaction) {
        execute(journal, "COMMIT");
        journal->in_transaction = false;
        journal->rows = 0;
    }
}

void journal_commit(struct journal *journal)
{
    if (journal->followed || journal->rows >= ROWS_PER_COMMIT) {
        commit(journal);
    }
}

enum err journal_close(struct journal *journal, struct problem *problem)
{
    commit(journal);
    for (int i = 0; i < TABLE_COUNT; i++) {
        sqlite3_finalize(journal->insert[i]);
    }
    if (journal->followed) {
        /* Without it a reader would need to write beside the file. */
        execute(journal, "PRAGMA journal_mode=DELETE");
    }
    if (sqlite3_close(journal->db) != SQLITE_OK) {
        fail(journal, "cannot close");
    }
    struct problem first = journal->problem;
    json_finish(&journal->inputs);
    free(journal->path);
    free(journal);
    if (first.err != ERR_OK && problem != NULL) {
        *problem = first;
    }
    return first.err;
}
