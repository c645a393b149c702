/* journal_test.c: a journal made at once from a log holds what one written record by record does,
 * in whatever order the ids come; what does not fit a table leaves the file as it was. */
#include "readers/journal.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "base/money.h"
#include "base/utc.h"
#include "core/trades.h"
#include "log/preamble.h"
#include "market/order.h"
#include "sys/files.h"
#include "sys/folder_test.h"

#define TRADES 3

static char config_text[] = "mode: backtest\n"
                            "calendar: always\n"
                            "symbols: all\n"
                            "bar: 1min\n"
                            "cash: $100,000\n"
                            "commission: $1\n"
                            "strategies:\n"
                            "  - name: ma_crossover\n"
                            "    frame: 1min\n"
                            "    quantity: 10\n"
                            "limits:\n"
                            "  max_order_notional: $50,000\n"
                            "  max_position_notional: 60%\n"
                            "  max_open_positions: 10 positions\n"
                            "  max_orders_per_session: 500 orders\n"
                            "  max_daily_loss: 2%\n"
                            "  max_exposure: 100%\n"
                            "  max_orders_per_strategy: 500 orders\n"
                            "  min_time_between_entries: 0s\n"
                            "  max_portfolio_heat: 100%\n"
                            "  price_collar: 100%\n";
static char text[] = "test";
static struct instrument instrument = {"AAA"};
static struct preamble preamble = {
    .mode = MODE_BACKTEST,
    .bar_ns = NS_PER_MIN,
    .source = text,
    .build = text,
    .config_path = text,
    .config_bytes = config_text,
    .config_length = sizeof config_text - 1,
    .instruments = &instrument,
    .instrument_count = 1,
};

/* A log in memory, read back, and the names for it. */
struct logged {
    struct log *log;
    struct log_reader *reader;
    struct lookup *lookup;
};

static void append(struct log *log, struct event record, const void *second)
{
    struct event slots[2] = {record};
    slots[0].ts_ns = NS_PER_DAY;
    slots[0].version = 1;
    slots[0].slots = second == NULL ? 1 : 2;
    if (second != NULL) {
        memcpy(&slots[1], second, sizeof slots[1]);
    }
    log_append(log, slots);
}

static void append_trade(struct log *log, uint64_t id, uint8_t state)
{
    const struct trade_detail detail = {.opened_ns = NS_PER_HOUR, .entry_qty_e9 = MONEY_E9};
    struct event record = {.kind = EVENT_TRADE, .flags = state};
    record.trade = (struct event_trade){.trade_id = id, .book = 1};
    append(log, record, &detail);
}

/* Orders, trades and fills whose ids fall while the slots rise. */
static void append_all(struct log *log, int64_t fill_qty_e9, uint64_t exec_step)
{
    for (uint64_t id = TRADES; id > 0; id--) {
        uint64_t order_id = order_id_make(id, ORDER_ROLE_ENTRY, 0);
        const struct order_request request = {.legs = {{0, 1}}};
        struct event record = {.kind = EVENT_ORDER, .flags = ORDER_ROLE_ENTRY};
        record.order = (struct event_order){.order_id = order_id, .qty_e9 = MONEY_E9, .book = 1};
        record.order.leg_count = 1;
        append(log, record, request.legs);
        append_trade(log, id, TRADE_PENDING);
        record = (struct event){.kind = EVENT_FILL};
        record.report = (struct event_report){.order_id = order_id, .exec_id = 1 + id * exec_step};
        record.report.qty_e9 = fill_qty_e9;
        record.report.price_e9 = MONEY_E9;
        append(log, record, NULL);
        append_trade(log, id, TRADE_OPEN);
    }
}

static struct logged make_log(int64_t fill_qty_e9, uint64_t exec_step)
{
    struct logged logged = {0};
    cr_assert(log_create_in_memory(1 << 20, &logged.log, NULL) == ERR_OK);
    preamble_write(logged.log, &preamble);
    append_all(logged.log, fill_qty_e9, exec_step);
    cr_assert(log_end_step(logged.log, false, NULL) == ERR_OK);
    cr_assert(log_flush(logged.log, NULL) == ERR_OK);
    cr_assert(log_reader_open_in_memory(logged.log, &logged.reader, NULL) == ERR_OK);
    cr_assert(lookup_create(&preamble, &logged.lookup, NULL) == ERR_OK);
    const struct event *record;
    while ((record = log_reader_next(logged.reader)) != NULL) {
        lookup_take(logged.lookup, record);
    }
    return logged;
}

static void end_log(struct logged *logged)
{
    lookup_destroy(logged->lookup);
    log_reader_close(logged->reader);
    cr_assert(log_close(logged->log, NULL) == ERR_OK);
}

static void write_as_it_comes(const struct logged *logged, const char *dir)
{
    struct journal *journal = NULL;
    cr_assert(folder_make(dir, NULL) == ERR_OK);
    cr_assert(journal_create(dir, logged->lookup, &preamble, &journal, NULL) == ERR_OK);
    const struct event *record;
    uint64_t slot = 0;
    log_reader_rewind(logged->reader);
    while ((record = log_reader_next(logged->reader)) != NULL) {
        journal_take(journal, record, slot);
        slot += record->slots;
        journal_commit(journal);
    }
    cr_assert(journal_close(journal, NULL) == ERR_OK);
}

/* The first value of the query's first row. */
static int64_t ask(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    cr_assert(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK);
    cr_assert(sqlite3_exec(db, "ATTACH 'flow/journal.db' AS flow", NULL, NULL, NULL) == SQLITE_OK);
    cr_assert(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK, "%s",
              sqlite3_errmsg(db));
    cr_assert(sqlite3_step(statement) == SQLITE_ROW);
    int64_t value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    cr_assert(sqlite3_close(db) == SQLITE_OK);
    return value;
}

Test(journal, made_at_once_is_what_was_written_as_it_came)
{
    static const char *const tables[] = {"run",     "instruments", "orders",
                                         "reports", "fills",       "trades"};
    struct logged logged = make_log(MONEY_E9, 1);
    folder_enter();
    write_as_it_comes(&logged, "flow");
    cr_assert(folder_make("once", NULL) == ERR_OK);
    cr_assert(journal_make("once", logged.lookup, &preamble, logged.reader, NULL) == ERR_OK);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        char sql[256];
        (void)snprintf(sql, sizeof sql,
                       "SELECT (SELECT count(*) FROM (SELECT * FROM main.%s EXCEPT SELECT * FROM "
                       "flow.%s)) * 1000 + (SELECT count(*) FROM flow.%s)",
                       tables[i], tables[i], tables[i]);
        int64_t rows = i == 0 ? 14 : i == 1 ? 1 : TRADES;
        cr_assert(ask("once/journal.db", sql) == rows, "table %s", tables[i]);
        (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM main.%s", tables[i]);
        cr_assert(ask("once/journal.db", sql) == rows, "table %s", tables[i]);
    }
    cr_assert(ask("once/journal.db", "SELECT count(*) FROM trades WHERE state = 'open'") == TRADES);
    cr_assert(ask("once/journal.db", "SELECT integrity_check = 'ok' FROM pragma_integrity_check"));
    folder_leave();
    end_log(&logged);
}

Test(journal, what_does_not_fit_leaves_the_file_as_it_was)
{
    static const struct {
        int64_t fill_qty_e9;
        uint64_t exec_step;
        const char *says;
    } cases[] = {
        {MONEY_E9, 0, "UNIQUE constraint failed: fills.exec_id"},
        {0,        1, "CHECK constraint failed: qty_e9 > 0"    },
    };
    struct logged good = make_log(MONEY_E9, 1);
    folder_enter();
    write_as_it_comes(&good, "flow");
    cr_assert(folder_make("once", NULL) == ERR_OK);
    cr_assert(journal_make("once", good.lookup, &preamble, good.reader, NULL) == ERR_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct logged bad = make_log(cases[i].fill_qty_e9, cases[i].exec_step);
        struct problem problem = {0};
        enum err err = journal_make("once", bad.lookup, &preamble, bad.reader, &problem);
        cr_assert(err == ERR_DIFFERS && problem.err == err);
        cr_assert(strstr(problem.text, "a record does not fit table fills (slot ") != NULL);
        cr_assert(strstr(problem.text, cases[i].says) != NULL, "%s", problem.text);
        cr_assert(access("once/journal.db.new", F_OK) != 0);
        cr_assert(ask("once/journal.db", "SELECT count(*) FROM fills") == TRADES);
        end_log(&bad);
    }
    folder_leave();
    end_log(&good);
}

Test(journal, a_folder_that_is_not_there_is_named)
{
    struct logged logged = make_log(MONEY_E9, 1);
    struct problem problem = {0};
    enum err err = journal_make("nowhere", logged.lookup, &preamble, logged.reader, &problem);
    cr_assert(err == ERR_IO);
    cr_assert(strstr(problem.text, "nowhere/journal.db") != NULL, "%s", problem.text);
    end_log(&logged);
}
