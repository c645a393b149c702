/* verify_test.c: a small made-up run whose log, views and result agree, the lines its streams have,
 * and what verify says when one of them is changed afterwards. */
#include "readers/verify.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/money.h"
#include "base/utc.h"
#include "core/gates.h"
#include "core/ledger.h"
#include "core/trades.h"
#include "log/preamble.h"
#include "market/order.h"
#include "readers/result.h"
#include "readers/views.h"
#include "sys/files.h"
#include "sys/folder_test.h"
#include "sys/memory.h"

static const char config_text[] = "mode: backtest\n"
                                  "calendar: always\n"
                                  "symbols: all\n"
                                  "bar: 1min\n"
                                  "cash: $100,000\n"
                                  "commission: $1\n"
                                  "strategies:\n"
                                  "  - name: ma_crossover\n"
                                  "    parameters: {fast: 10, slow: 30}\n"
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

#define START_NS INT64_C(1549895400000000000) /* 2019-02-11T14:30:00Z */
#define TRADES   3

/* What a run is made of; a test changes a field to make a log that is wrong in itself. */
struct plan {
    uint64_t exec_step;    /* 0: every fill has the same execution id */
    int64_t posted_qty_e9; /* per entry; the fills are of ten shares */
    int64_t fill_qty_e9;
    int64_t cash_off_e9; /* added to what the slices say */
    bool no_end;
    int64_t surplus_e9; /* what of each fill is said to be no order's */
    uint64_t busted[2]; /* executions that are taken back of one more fill, number 50; 0: none */
    bool fills_last;    /* one more fill behind the last slice */
    uint32_t positions_off; /* added to what the slices say */
};

static const struct plan right = {1, 10 * MONEY_E9, 10 * MONEY_E9, 0, false, 0, {0}, false, 0};

/* The run being written. */
struct maker {
    const struct plan *plan;
    struct log *log;
    struct event_slice state;
    uint64_t slices;
    uint64_t execs;
    int64_t now_ns;
};

static void append(struct maker *maker, struct event record, const void *second)
{
    struct event slots[2] = {record};
    slots[0].ts_ns = maker->now_ns;
    slots[0].src_ns = maker->now_ns - 1;
    slots[0].version = 1;
    slots[0].slots = second != NULL ? 2 : 1;
    if (second != NULL) {
        memcpy(&slots[1], second, sizeof slots[1]);
    }
    log_append(maker->log, slots);
}

static void post(struct maker *maker, uint16_t debit, uint16_t credit, int64_t amount_e9,
                 int64_t qty_e9)
{
    struct event record = {.kind = EVENT_POSTING};
    record.posting = (struct event_posting){.amount_e9 = amount_e9, .qty_e9 = qty_e9, .book = 1};
    record.posting.debit = debit;
    record.posting.credit = credit;
    append(maker, record, NULL);
}

static void decide(struct maker *maker, uint64_t order_id, bool buy)
{
    const struct decision_inputs inputs = {
        2, {99500000000, 100250000000}
    };
    struct event record = {.kind = EVENT_DECISION, .flags = buy ? ACT_BUY : ACT_SELL};
    record.decision = (struct event_decision){.order_id = order_id, .book = 1, .reason = 1};
    record.decision.strength_ppm = 500000;
    append(maker, record, &inputs);
}

static void order(struct maker *maker, uint64_t order_id, bool buy)
{
    struct order_request request = {.legs = {{0, buy ? 1 : -1}}};
    struct event record = {.kind = EVENT_ORDER};
    record.flags = buy ? ORDER_ROLE_ENTRY : ORDER_ROLE_EXIT;
    record.order = (struct event_order){.order_id = order_id, .qty_e9 = 10 * MONEY_E9, .book = 1};
    record.order.type = ORDER_TYPE_MARKET;
    record.order.time_in_force = TIME_IN_FORCE_DAY;
    record.order.leg_count = 1;
    maker->state.orders++;
    append(maker, record, request.legs);
}

/* Ten shares at 100 in, at 101.5 out, a dollar of commission each time. */
static void fill(struct maker *maker, uint64_t order_id, bool buy)
{
    int64_t price_e9 = buy ? 100 * MONEY_E9 : 101500000000;
    int64_t cash_e9 = price_e9 * 10;
    struct event record = {.kind = EVENT_FILL};
    maker->execs += maker->plan->exec_step;
    record.report = (struct event_report){.order_id = order_id, .exec_id = 1 + maker->execs};
    record.report.qty_e9 = maker->plan->fill_qty_e9;
    record.report.price_e9 = price_e9;
    record.report.commission_e9 = MONEY_E9;
    append(maker, record, NULL);
    if (maker->plan->surplus_e9 != 0) {
        record = (struct event){.kind = EVENT_NOTICE, .flags = NOTICE_SURPLUS};
        record.notice.trade_id = order_id_trade(order_id);
        record.notice.qty_e9 = maker->plan->surplus_e9;
        record.notice.book = 1;
        append(maker, record, NULL);
    }
    if (buy) {
        post(maker, ACCOUNT_POSITIONS, ACCOUNT_CASH, cash_e9, maker->plan->posted_qty_e9);
    } else {
        post(maker, ACCOUNT_CASH, ACCOUNT_POSITIONS, cash_e9, -10 * MONEY_E9);
    }
    post(maker, ACCOUNT_COMMISSION, ACCOUNT_CASH, MONEY_E9, 0);
    maker->state.fills++;
    maker->state.cash_e9 += (buy ? -cash_e9 : cash_e9) - MONEY_E9;
    maker->state.positions = buy ? 1 : 0;
    struct trade_detail detail = {.opened_ns = START_NS, .entry_qty_e9 = 10 * MONEY_E9};
    detail.closed_ns = buy ? 0 : maker->now_ns;
    detail.commission_e9 = buy ? MONEY_E9 : 2 * MONEY_E9;
    record = (struct event){.kind = EVENT_TRADE, .flags = buy ? TRADE_OPEN : TRADE_CLOSED};
    record.trade = (struct event_trade){.trade_id = order_id_trade(order_id), .book = 1};
    record.trade.realized_e9 = buy ? 0 : 15 * MONEY_E9;
    append(maker, record, &detail);
}

static void post_bust(struct maker *maker, uint16_t debit, uint16_t credit, int64_t amount_e9,
                      int64_t qty_e9)
{
    struct event record = {.kind = EVENT_POSTING, .flags = POSTING_TAKES_BACK};
    record.posting = (struct event_posting){.amount_e9 = amount_e9, .qty_e9 = qty_e9, .book = 1};
    record.posting.order_id = order_id_make(TRADES + 1, ORDER_ROLE_ENTRY, 0);
    record.posting.debit = debit;
    record.posting.credit = credit;
    append(maker, record, NULL);
}

/* A fill that is taken back: as if it had never been. */
static void fill_and_bust(struct maker *maker, uint64_t order_id)
{
    struct event record = {.kind = EVENT_FILL};
    record.report = (struct event_report){
        .order_id = order_id, .exec_id = 50, .qty_e9 = 10 * MONEY_E9, .price_e9 = 100 * MONEY_E9};
    record.report.commission_e9 = MONEY_E9;
    append(maker, record, NULL);
    post(maker, ACCOUNT_POSITIONS, ACCOUNT_CASH, 1000 * MONEY_E9, 10 * MONEY_E9);
    post(maker, ACCOUNT_COMMISSION, ACCOUNT_CASH, MONEY_E9, 0);
    for (int i = 0; i < 2 && maker->plan->busted[i] != 0; i++) {
        record.kind = EVENT_BUSTED;
        record.report.exec_id = maker->plan->busted[i];
        append(maker, record, NULL);
        post_bust(maker, ACCOUNT_CASH, ACCOUNT_POSITIONS, 1000 * MONEY_E9, -10 * MONEY_E9);
        post_bust(maker, ACCOUNT_CASH, ACCOUNT_COMMISSION, MONEY_E9, 0);
    }
}

static void slice(struct maker *maker, bool traded)
{
    struct event record = {.kind = EVENT_SLICE, .flags = traded ? 1 : 0};
    record.instrument = INSTRUMENT_NONE;
    struct event end = {.kind = EVENT_SLICE_END, .slice_end = {.slice = maker->slices}};
    append(maker, (struct event){.kind = EVENT_BAR}, NULL);
    append(maker, end, NULL);
    maker->state.equity_e9 = maker->state.cash_e9 + maker->state.positions * 1000 * MONEY_E9;
    maker->state.evaluations = 2;
    maker->state.decision_hash = maker->state.decision_hash * 31 + 7;
    record.slice = maker->state;
    record.slice.cash_e9 += maker->plan->cash_off_e9;
    record.slice.positions += maker->plan->positions_off;
    append(maker, record, NULL);
    maker->slices++;
    maker->now_ns += NS_PER_MIN;
    cr_assert(log_end_step(maker->log, false, NULL) == ERR_OK);
}

static void make_records(struct maker *maker)
{
    struct event record = {.kind = EVENT_DEPOSIT, .instrument = INSTRUMENT_NONE};
    record.deposit.amount_e9 = 100000 * MONEY_E9;
    append(maker, record, NULL);
    maker->state.cash_e9 = 100000 * MONEY_E9;
    for (uint64_t trade = 1; trade <= TRADES; trade++) {
        for (int half = 0; half < 2; half++) {
            bool buy = half == 0;
            uint64_t id = order_id_make(trade, buy ? ORDER_ROLE_ENTRY : ORDER_ROLE_EXIT, 0);
            decide(maker, id, buy);
            order(maker, id, buy);
            slice(maker, false);
            fill(maker, id, buy);
            slice(maker, true);
        }
    }
    decide(maker, 0, true);
    uint64_t id = order_id_make(TRADES + 1, ORDER_ROLE_ENTRY, 0);
    order(maker, id, true);
    if (maker->plan->busted[0] != 0) {
        fill_and_bust(maker, id);
    }
    record = (struct event){.kind = EVENT_REJECTED, .flags = REJECT_INSUFFICIENT_CASH};
    record.report.order_id = id;
    append(maker, record, NULL);
    slice(maker, false);
    if (maker->plan->fills_last) {
        id = order_id_make(TRADES + 2, ORDER_ROLE_ENTRY, 0);
        decide(maker, id, true);
        order(maker, id, true);
        fill(maker, id, true);
    }
    if (!maker->plan->no_end) {
        append(maker, (struct event){.kind = EVENT_LOG_END}, NULL);
    }
    cr_assert(log_end_step(maker->log, false, NULL) == ERR_OK);
    cr_assert(log_flush(maker->log, NULL) == ERR_OK);
}

static void save_result(const struct maker *maker, const struct preamble *preamble, const char *dir)
{
    struct run_result result = {
        .mode = MODE_BACKTEST,
        .simulated_data = true,
        .decision_hash = maker->state.decision_hash,
        .bars = maker->slices,
        .slices = maker->slices,
        .evaluations = 2 * maker->slices,
        .decisions = 2 * TRADES + (maker->plan->fills_last ? 1 : 0),
        .refused = 1,
        .rejected = 1,
        .orders = maker->state.orders,
        .fills = maker->state.fills,
        .trades_closed = TRADES,
        .trades_won = TRADES,
        .initial_cash_e9 = 100000 * MONEY_E9,
        .final_cash_e9 = maker->state.cash_e9,
        .final_equity_e9 = maker->state.equity_e9,
        .commission_e9 = (int64_t)maker->state.fills * MONEY_E9,
        .log_slots = log_slots(maker->log),
        .log_chain = log_chain(maker->log),
    };
    unsigned char digest[SHA256_SIZE];
    sha256(preamble->config_bytes, preamble->config_length, digest);
    sha256_hex(digest, result.config_hash);
    memcpy(result.data_hash, preamble->data_hash, sizeof result.data_hash);
    cr_assert(result_save(&result, dir, NULL) == ERR_OK);
}

/* A whole run folder; the working directory becomes one for it alone. */
static void make_run(const struct plan *plan)
{
    folder_enter();
    struct instrument instrument = {"AAA"};
    char source[] = "workload seed=1 bars=13 symbols=1";
    char build[] = "test";
    char path[] = "config.yaml";
    char config[sizeof config_text];
    memcpy(config, config_text, sizeof config);
    struct preamble preamble = {
        .mode = MODE_BACKTEST,
        .market_full = true,
        .created_ns = START_NS,
        .bar_ns = NS_PER_MIN,
        .data_hash = "00ff",
        .source = source,
        .build = build,
        .config_path = path,
        .config_bytes = config,
        .config_length = sizeof config - 1,
        .instruments = &instrument,
        .instrument_count = 1,
    };
    struct problem problem = {0};
    struct views *views = NULL;
    struct maker maker = {.plan = plan, .now_ns = START_NS};
    cr_assert(folder_make("run", NULL) == ERR_OK);
    cr_assert(views_create("run", &preamble, &views, &problem) == ERR_OK, "%s", problem.text);
    cr_assert(log_create("run/log", views_take, views, &maker.log, NULL) == ERR_OK);
    preamble_write(maker.log, &preamble);
    make_records(&maker);
    save_result(&maker, &preamble, "run");
    cr_assert(log_close(maker.log, NULL) == ERR_OK);
    (void)views_close(views, NULL); /* a wrong plan makes rows that the tables refuse */
    cr_assert(file_replace("run/config.yaml", config_text, sizeof config - 1, NULL) == ERR_OK);
}

/* Verify finds a difference, and its report has this text. */
static void expect_found(const char *text)
{
    char *report = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&report, &length);
    struct problem problem = {0};
    enum err err = verify_run("run", "test", out, &problem);
    cr_assert(fclose(out) == 0);
    if (text == NULL) {
        cr_assert(err == ERR_OK, "%s%s", report, problem.text);
        cr_assert(strstr(report, "FAIL") == NULL);
    } else {
        cr_assert(err == ERR_DIFFERS || err == ERR_DAMAGED, "%s", text);
        cr_assert(strstr(report, "FAIL") != NULL && problem.text[0] != '\0');
        cr_assert(strstr(report, text) != NULL, "%s is missing in\n%s", text, report);
    }
    free(report);
}

static void change_journal(const char *sql)
{
    sqlite3 *db = NULL;
    cr_assert(sqlite3_open("run/journal.db", &db) == SQLITE_OK);
    cr_assert(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
    cr_assert(sqlite3_close(db) == SQLITE_OK);
}

/* Puts `to` in place of the first `from`, of the same length. */
static void change_file(const char *path, const char *from, const char *to)
{
    char *bytes = NULL;
    size_t length = 0;
    cr_assert(file_read(path, 1 << 20, &bytes, &length, NULL) == ERR_OK);
    char *at = memmem(bytes, length, from, strlen(from));
    cr_assert(at != NULL, "%s in %s", from, path);
    memcpy(at, to, strlen(to));
    cr_assert(file_replace(path, bytes, length, NULL) == ERR_OK);
    free(bytes);
}

static void expect_line(const char *path, const char *line)
{
    char *bytes = NULL;
    size_t length = 0;
    cr_assert(file_read(path, 1 << 20, &bytes, &length, NULL) == ERR_OK);
    cr_assert(strstr(bytes, line) != NULL, "%s is missing in\n%s", line, bytes);
    free(bytes);
}

Test(verify, a_run_that_agrees_passes)
{
    make_run(&right);
    expect_found(NULL);
    expect_found(NULL);
    folder_leave();
}

/* A run at a broker may be stopped between a fill and the next slice. */
Test(verify, a_fill_behind_the_last_slice_counts)
{
    struct plan plan = right;
    plan.fills_last = true;
    make_run(&plan);
    expect_found(NULL);
    folder_leave();
}

/* A broker outside filled more than was ordered; the rest was told, and not booked. */
Test(verify, a_surplus_is_no_trades)
{
    static const struct plan plan = {
        1, 10 * MONEY_E9, 13 * MONEY_E9, 0, false, 3 * MONEY_E9, {0}, false, 0};
    make_run(&plan);
    struct problem problem = {0};
    cr_assert_eq(verify_run("run", "test", stderr, &problem), ERR_OK, "%s", problem.text);
    folder_leave();
}

static struct plan with_busts(uint64_t first, uint64_t second)
{
    struct plan plan = right;
    plan.busted[0] = first;
    plan.busted[1] = second;
    return plan;
}

Test(verify, what_was_taken_back_is_no_fill)
{
    struct plan plan = with_busts(50, 0);
    make_run(&plan);
    struct problem problem = {0};
    cr_assert_eq(verify_run("run", "test", stderr, &problem), ERR_OK, "%s", problem.text);
    folder_leave();
}

Test(views, streams_have_their_lines)
{
    make_run(&right);
    expect_line("run/equity.jsonl",
                "{\"timestamp\":\"2019-02-11T14:30:00Z\",\"update_type\":\"INIT\","
                "\"mode\":\"backtest\",\"simulated\":true,\"cash\":100000,"
                "\"portfolio_value\":100000,\"buying_power\":100000,\"positions\":0,"
                "\"trades_executed\":0}\n");
    expect_line("run/updates.jsonl",
                "{\"timestamp\":\"2019-02-11T14:31:00Z\",\"update_type\":\"TRADE\","
                "\"mode\":\"backtest\",\"simulated\":true,\"cash\":98999,"
                "\"portfolio_value\":99999,\"buying_power\":98999,\"positions\":1,"
                "\"trades_executed\":1}\n");
    expect_line("run/trades.jsonl",
                "{\"timestamp\":\"2019-02-11T14:33:00Z\","
                "\"signal_timestamp\":\"2019-02-11T14:32:00Z\",\"order_id\":73728,"
                "\"symbol\":\"AAA\",\"side\":\"sell\",\"qty\":10,\"filled_price\":101.5,"
                "\"commission\":1,\"status\":\"filled\",\"strategy\":\"ma_crossover\","
                "\"trade_id\":1}\n");
    expect_line("run/trades.jsonl",
                "\"filled_price\":null,\"commission\":0,\"status\":\"rejected\","
                "\"strategy\":\"ma_crossover\",\"trade_id\":4,\"reason\":\"not enough cash\"}\n");
    folder_leave();
}

Test(verify, names_what_was_changed_in_the_journal)
{
    static const struct {
        const char *sql;
        const char *found;
    } cases[] = {
        {"UPDATE fills SET price_e9 = price_e9 + 1 WHERE exec_id = 4",
         "table fills, exec_id 4: price_e9 is 100000000001, by the log 100000000000"                                  },
        {"DELETE FROM postings WHERE slot = (SELECT max(slot) FROM postings)",
         "table postings ends before the log's after 11 rows"                                                         },
        {"INSERT INTO run VALUES ('zzz', '')",                                 "table run goes on when the log's ends"},
        {"UPDATE decisions SET inputs = '{}'",                                 "inputs is {}"                         },
        {"ALTER TABLE slices ADD COLUMN more INTEGER",                         "table sqlite_master"                  },
        {"DROP TABLE trades",                                                  "sqlite_master"                        },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make_run(&right);
        change_journal(cases[i].sql);
        expect_found(cases[i].found);
        folder_leave();
    }
}

Test(verify, names_what_was_changed_in_other_files)
{
    static const struct {
        const char *path;
        const char *from;
        const char *to;
        const char *found;
    } cases[] = {
        {"run/equity.jsonl",  "98999",                    "98998",                    "equity.jsonl: line 3"            },
        {"run/updates.jsonl", "TRADE",                    "TICK\"",                   "updates.jsonl: line 3"           },
        {"run/trades.jsonl",  "sell",                     "buyy",                     "trades.jsonl: line 2"            },
        {"run/result.json",   "\"fills\": 6",             "\"fills\": 7",             "result: fills is 7, by the log 6"},
        {"run/result.json",   "\"log_chain\": \"",        "\"log_chein\": \"",        "log_chain is missing"            },
        {"run/result.json",   "\"final_equity\": \"1000", "\"final_equity\": \"1001",
         "result: final_equity"                                                                                         },
        {"run/result.json",   "{",                        "[",                        "no JSON"                         },
        {"run/config.yaml",   "100,000",                  "100,001",                  "config: config.yaml has hash"    },
        {"run/journal.db",    "SQLite",                   "SQLight",                  "journal"                         },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make_run(&right);
        change_file(cases[i].path, cases[i].from, cases[i].to);
        expect_found(cases[i].found);
        folder_leave();
    }
}

Test(verify, names_what_is_missing)
{
    static const char *const names[] = {"journal.db", "equity.jsonl", "result.json", "config.yaml"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        make_run(&right);
        char *path = xasprintf("run/%s", names[i]);
        cr_assert(unlink(path) == 0);
        expect_found(names[i]);
        free(path);
        folder_leave();
    }
    struct problem problem = {0};
    cr_assert(verify_run("nowhere", "test", stderr, &problem) == ERR_NOT_FOUND);
}

Test(verify, finds_a_log_that_is_wrong_in_itself)
{
    static const struct {
        struct plan plan;
        const char *found;
    } cases[] = {
        {{0, 10 * MONEY_E9, 10 * MONEY_E9, 0, false, 0, {0}, false, 0},
         "fills: execution 1 came twice"             },
        {{1, 11 * MONEY_E9, 10 * MONEY_E9, 0, false, 0, {0}, false, 0},
         "positions: AAA is 3 by the ledger, 0 by"   },
        {{1, 10 * MONEY_E9, 11 * MONEY_E9, 0, false, 0, {0}, false, 0},
         "was filled beyond its quantity"            },
        {{1, 10 * MONEY_E9, 10 * MONEY_E9, 1, false, 0, {0}, false, 0},
         "slice's cash is not what the postings come"},
        {{1, 10 * MONEY_E9, 10 * MONEY_E9, 0, true, 0, {0}, false, 0},
         "log: cut short; whole up to 2019-02-11T14" },
        {{1, 10 * MONEY_E9, 13 * MONEY_E9, 0, false, 2 * MONEY_E9, {0}, false, 0},
         "was filled beyond its quantity"            },
        {{1, 10 * MONEY_E9, 13 * MONEY_E9, 0, false, 14 * MONEY_E9, {0}, false, 0},
         "a surplus that is none of the"             },
        {{1, 10 * MONEY_E9, 10 * MONEY_E9, 0, false, 0, {50, 50}, false, 0},
         "execution 50 was taken back twice"         },
        {{1, 10 * MONEY_E9, 10 * MONEY_E9, 0, false, 0, {51}, false, 0},
         "51 was taken back and never came"          },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make_run(&cases[i].plan);
        expect_found(cases[i].found);
        folder_leave();
    }
    struct plan counts = right;
    counts.positions_off = 1;
    make_run(&counts);
    expect_found("the slice counts other positions than the fills come to");
    folder_leave();
}

Test(verify, says_how_far_a_torn_log_got)
{
    make_run(&right);
    int fd = open("run/log/000001.bwlog", O_WRONLY | O_APPEND);
    cr_assert(fd >= 0 && write(fd, "torn", 4) == 4);
    close(fd);
    expect_found("slots), then 4 bytes that are no whole block");
    folder_leave();
}

/* ---- a run of another build ---- */

/* What another build says of the run, which the caller frees. */
static char *report_by(const char *build, enum err wanted, struct problem *problem)
{
    char *report = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&report, &length);
    enum err err = verify_run("run", build, out, problem);
    cr_assert(fclose(out) == 0);
    cr_assert_eq(err, wanted, "%s", report);
    return report;
}

static void expect_said(char *report, const char *text)
{
    cr_expect(strstr(report, text) != NULL, "%s is missing in\n%s", text, report);
}

Test(verify, names_the_build_of_a_run_that_is_not_its_own)
{
    struct problem problem = {0};
    make_run(&right);
    char *report = report_by("newer", ERR_OK, &problem);
    cr_expect(strncmp(report, "note build: the run is of test; this is newer. ", 47) == 0, "%s",
              report);
    cr_expect_null(strstr(report, "FAIL"));
    cr_expect_null(strstr(report, "skip"));
    free(report);
    report = report_by("test", ERR_OK, &problem);
    cr_expect_null(strstr(report, "note"), "%s", report);
    free(report);
    folder_leave();
}

Test(verify, leaves_out_what_another_build_made_otherwise)
{
    struct problem problem = {0};
    make_run(&right);
    change_journal(
        "ALTER TABLE fills ADD COLUMN colour TEXT; DROP TABLE trades; CREATE TABLE old (a)");
    expect_found("FAIL journal: table sqlite_master");
    char *report = report_by("newer", ERR_OK, &problem);
    cr_expect_null(strstr(report, "FAIL"), "%s", report);
    expect_said(report,
                "skip journal: table fills is made otherwise by the run's build, and not compared");
    expect_said(report, "skip journal: table trades is made by this build alone, and not compared");
    expect_said(report,
                "skip journal: table old is made by the run's build alone, and not compared");
    expect_said(report, "ok   journal: ");
    free(report);
    folder_leave();
}

Test(verify, finds_what_was_changed_in_a_run_of_another_build)
{
    struct problem problem = {0};
    make_run(&right);
    change_journal(
        "ALTER TABLE decisions ADD COLUMN colour TEXT; UPDATE fills SET price_e9 = price_e9 + 1");
    char *report = report_by("newer", ERR_DIFFERS, &problem);
    expect_said(report, "skip journal: table decisions is made otherwise");
    expect_said(report, "FAIL journal: table fills, ");
    cr_expect_not_null(strstr(problem.text, "(the run is of test: verify it with that build"), "%s",
                       problem.text);
    free(report);
    folder_leave();
}

Test(views, can_be_made_anew_from_the_log)
{
    make_run(&right);
    struct log_reader *reader = NULL;
    struct preamble preamble;
    cr_assert(unlink("run/journal.db") == 0 && unlink("run/trades.jsonl") == 0);
    cr_assert(log_reader_open("run/log", &reader, NULL) == ERR_OK);
    cr_assert(preamble_read(reader, &preamble, NULL) == ERR_OK);
    preamble.mode = MODE_SIM; /* followed while written; the streams then say sim */
    struct views *views = NULL;
    cr_assert(views_create("run", &preamble, &views, NULL) == ERR_OK);
    cr_assert(views_close(views, NULL) == ERR_OK);
    preamble.mode = MODE_BACKTEST;
    cr_assert(views_rebuild("run", reader, &preamble, NULL) == ERR_OK);
    preamble_finish(&preamble);
    log_reader_close(reader);
    expect_found(NULL);
    folder_leave();
}

Test(views, a_record_cut_short_is_refused)
{
    make_run(&right);
    struct log_reader *reader = NULL;
    struct preamble preamble;
    struct views *views = NULL;
    struct problem problem = {0};
    cr_assert(log_reader_open("run/log", &reader, NULL) == ERR_OK);
    cr_assert(preamble_read(reader, &preamble, NULL) == ERR_OK);
    cr_assert(views_create("run", &preamble, &views, NULL) == ERR_OK);
    struct event record = {.kind = EVENT_ORDER, .slots = 1};
    views_take(views, &record, 1);
    cr_assert(views_close(views, &problem) == ERR_FORMAT);
    cr_assert_not_null(strstr(problem.text, "order"));
    preamble_finish(&preamble);
    log_reader_close(reader);
    folder_leave();
}
