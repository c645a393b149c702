/* result_history_test.c: fills find their orders, trades their reasons and their last word. */
#include "readers/result_history.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/money.h"
#include "base/utc.h"
#include "core/gates.h"
#include "core/trades.h"
#include "readers/result_metrics.h"
#include "readers/result_report.h"
#include "sys/files.h"
#include "sys/memory.h"

#define DAY(n) ((n)*NS_PER_DAY)

static struct log *log_at_hand;

static void append(int64_t ts_ns, struct event record, const void *second)
{
    struct event slots[2] = {record};
    slots[0].ts_ns = ts_ns;
    slots[0].src_ns = ts_ns;
    slots[0].version = 1;
    slots[0].slots = second == NULL ? 1 : 2;
    if (second != NULL) {
        memcpy(&slots[1], second, sizeof slots[1]);
    }
    log_append(log_at_hand, slots);
}

static void decide(int64_t ts_ns, uint64_t order_id, uint8_t reason, uint8_t verdict)
{
    const struct decision_inputs none = {0};
    append(ts_ns,
           (struct event){
               .kind = EVENT_DECISION,
               .decision = {.order_id = order_id, .book = 1, .reason = reason, .verdict = verdict}
    },
           &none);
}

static void order(int64_t ts_ns, uint64_t order_id, bool buys, int64_t reference)
{
    const struct order_request request = {.legs = {{.instrument = 0, .ratio = buys ? 1 : -1}}};
    append(ts_ns,
           (struct event){
               .kind = EVENT_ORDER,
               .order = {.order_id = order_id,
                         .qty_e9 = 10 * MONEY_E9,
                         .reference_price_e9 = reference * MONEY_E9,
                         .book = 1,
                         .leg_count = 1}
    },
           request.legs);
}

/* The wish to cancel names the order that it is about. */
static void cancel(int64_t ts_ns, uint64_t order_id)
{
    const struct order_request request = {0};
    append(ts_ns,
           (struct event){
               .kind = EVENT_ORDER, .order = {.order_id = order_id, .action = ORDER_ACTION_CANCEL}
    },
           request.legs);
}

static void report(int64_t ts_ns, uint8_t kind, uint64_t order_id, uint8_t reason, int64_t price)
{
    append(ts_ns,
           (struct event){
               .kind = kind,
               .flags = reason,
               .report = {.order_id = order_id,
                          .qty_e9 = price == 0 ? 0 : 10 * MONEY_E9,
                          .price_e9 = price * MONEY_E9,
                          .commission_e9 = price == 0 ? 0 : MONEY_E9}
    },
           NULL);
}

static void trade(int64_t ts_ns, uint8_t state, int64_t realized, int64_t commission)
{
    const struct trade_detail detail = {.opened_ns = DAY(1),
                                        .closed_ns = state == TRADE_CLOSED ? ts_ns : 0,
                                        .entry_qty_e9 = 10 * MONEY_E9,
                                        .entry_value_e9 = 1010 * MONEY_E9,
                                        .commission_e9 = commission * MONEY_E9};
    append(ts_ns,
           (struct event){
               .kind = EVENT_TRADE,
               .flags = state,
               .trade = {.trade_id = 1, .realized_e9 = realized * MONEY_E9, .book = 1}
    },
           &detail);
}

static void slice(int64_t ts_ns, uint64_t ordinal, int64_t equity, uint32_t positions)
{
    append(ts_ns, (struct event){.kind = EVENT_LOG_SLICE_REF, .slice_end = {.slice = ordinal}},
           NULL);
    append(ts_ns,
           (struct event){
               .kind = EVENT_SLICE,
               .slice = {.equity_e9 = equity * MONEY_E9,
                         .cash_e9 = equity * MONEY_E9,
                         .evaluations = 1,
                         .positions = positions}
    },
           NULL);
}

/* Two days: an entry that the exchange refuses and one that a limit refuses; then a trade whose
 * first exit is canceled and whose target never fills. */
static void make_records(void)
{
    const uint64_t lost = order_id_make(2, ORDER_ROLE_ENTRY, 1);
    const uint64_t entry = order_id_make(1, ORDER_ROLE_ENTRY, 1);
    const uint64_t first = order_id_make(1, ORDER_ROLE_EXIT, 1);
    const uint64_t second = order_id_make(1, ORDER_ROLE_EXIT, 2);
    const uint64_t target = order_id_make(1, ORDER_ROLE_TARGET, 1);
    append(0, (struct event){.kind = EVENT_DEPOSIT, .deposit = {.amount_e9 = 1000 * MONEY_E9}},
           NULL);
    decide(DAY(1), lost, 1, VERDICT_PASS);
    order(DAY(1), lost, true, 100);
    decide(DAY(1), 0, 1, VERDICT_ORDER_NOTIONAL);
    report(DAY(1), EVENT_REJECTED, lost, REJECT_INSUFFICIENT_CASH, 0);
    decide(DAY(1), entry, 1, VERDICT_PASS);
    order(DAY(1), entry, true, 100);
    slice(DAY(1), 0, 1000, 0);
    report(DAY(1), EVENT_FILL, entry, 0, 101);
    trade(DAY(1), TRADE_OPEN, 0, 1);
    decide(DAY(2), target, 4, VERDICT_PASS);
    order(DAY(2), target, false, 200);
    decide(DAY(2), first, 3, VERDICT_PASS);
    order(DAY(2), first, false, 104);
    cancel(DAY(2), first);
    report(DAY(2), EVENT_CANCELED, first, 0, 0);
    decide(DAY(2), second, 2, VERDICT_PASS);
    order(DAY(2), second, false, 105);
    report(DAY(2), EVENT_FILL, second, 0, 103);
    trade(DAY(2), TRADE_CLOSED, 20, 2);
    slice(DAY(2), 1, 1018, 0);
    append(DAY(2), (struct event){.kind = EVENT_LOG_END}, NULL);
}

static void write_log(const char *dir, void (*records)(void))
{
    char *config;
    size_t length;
    cr_assert_eq(file_read("examples/quickstart.yaml", PREAMBLE_TEXT_MAX, &config, &length, NULL),
                 ERR_OK);
    struct instrument symbol = {"TEST"};
    struct preamble preamble = {.mode = MODE_BACKTEST,
                                .bar_ns = NS_PER_DAY,
                                .source = (char[]){"file test"},
                                .build = (char[]){""},
                                .config_path = (char[]){"quickstart.yaml"},
                                .config_bytes = config,
                                .config_length = length,
                                .instruments = &symbol,
                                .instrument_count = 1};
    cr_assert_eq(log_create(dir, NULL, NULL, &log_at_hand, NULL), ERR_OK);
    preamble_write(log_at_hand, &preamble);
    records();
    cr_assert_eq(log_end_step(log_at_hand, false, NULL), ERR_OK);
    cr_assert_eq(log_close(log_at_hand, NULL), ERR_OK);
    free(config);
}

struct fixture {
    char dir[40];
    struct log_reader *reader;
    struct preamble preamble;
    struct history *history;
    struct problem problem;
};

static enum err open_history(struct fixture *fixture, void (*records)(void))
{
    *fixture = (struct fixture){.dir = "/tmp/bellwether-history-test-XXXXXX"};
    cr_assert_not_null(mkdtemp(fixture->dir));
    write_log(fixture->dir, records);
    cr_assert_eq(log_reader_open(fixture->dir, &fixture->reader, &fixture->problem), ERR_OK);
    cr_assert_eq(preamble_read(fixture->reader, &fixture->preamble, &fixture->problem), ERR_OK);
    return history_create(fixture->reader, &fixture->preamble, &fixture->history,
                          &fixture->problem);
}

static void close_history(struct fixture *fixture)
{
    static const char *const names[] = {"000001.bwlog", "lock"};
    history_destroy(fixture->history);
    preamble_finish(&fixture->preamble);
    log_reader_close(fixture->reader);
    for (int i = 0; i < 2; i++) {
        char *path = xasprintf("%s/%s", fixture->dir, names[i]);
        (void)unlink(path);
        free(path);
    }
    cr_expect_eq(rmdir(fixture->dir), 0);
}

Test(result_history, a_trade_has_its_last_state_and_the_reasons_of_its_orders)
{
    struct fixture fixture;
    cr_assert_eq(open_history(&fixture, make_records), ERR_OK, "%s", fixture.problem.text);
    const struct history *history = fixture.history;
    cr_assert_eq(history->trade_count, 1, "the rejected entry opened none");
    const struct history_trade *trade_row = &history->trades[0];
    cr_expect(trade_row->facts.closed);
    cr_expect_eq(trade_row->facts.realized_e9, 20 * MONEY_E9);
    cr_expect_eq(trade_row->entry_reason, 1);
    cr_expect_eq(trade_row->exit_reason, 2, "of the exit that filled");
    cr_expect_str_eq(trade_exit_reason(history, trade_row), "fast crossed below slow");
    cr_expect_eq(history->fill_count, 2);
    cr_expect(history->fills[0].facts.buys && !history->fills[1].facts.buys);
    cr_expect_eq(history->fills[1].facts.reference_price_e9, 105 * MONEY_E9);
    cr_expect(history->ended && history->every_slice);
    cr_expect_eq(history->equity.session_count, 2);
    close_history(&fixture);
}

Test(result_history, refusals_are_counted_by_who_said_no)
{
    struct fixture fixture;
    cr_assert_eq(open_history(&fixture, make_records), ERR_OK, "%s", fixture.problem.text);
    struct run_metrics *metrics = run_metrics_create(fixture.history);
    cr_assert_eq(metrics->refusal_count, 2);
    cr_expect(!metrics->refusals[0].by_exchange && metrics->refusals[1].by_exchange);
    cr_expect_str_eq(metrics->refusals[0].reason, "max-order-notional");
    cr_expect_str_eq(metrics->refusals[1].reason, "not enough cash");
    cr_expect_eq(metrics->strategies[0].acted, 5);
    cr_expect_eq(metrics->strategies[0].refused, 1);
    cr_expect_eq(metrics->strategies[0].rejected, 1);
    /* Bought a dollar dearer, sold two dollars cheaper than decided on, ten shares each. */
    cr_expect_eq(metrics->total.slippage.e9, 30 * MONEY_E9);
    cr_expect_eq(metrics->unrealized.e9, 0);
    cr_expect_eq(metrics->symbol_count, 1);
    run_metrics_destroy(metrics);
    close_history(&fixture);
}

Test(result_history, what_fills_between_two_sessions_counts_to_the_later)
{
    struct fixture fixture;
    cr_assert_eq(open_history(&fixture, make_records), ERR_OK, "%s", fixture.problem.text);
    struct session_row *rows = report_sessions(fixture.history);
    cr_expect_eq(rows[0].fills, 0);
    cr_expect_eq(rows[1].fills, 2);
    cr_expect_eq(rows[1].trades_closed, 1);
    cr_expect_eq(rows[1].realized_e9, 18 * MONEY_E9);
    cr_expect_eq(rows[1].change_e9, 18 * MONEY_E9);
    cr_expect_eq(rows[1].commission_e9, 2 * MONEY_E9);
    free(rows);
    close_history(&fixture);
}

static void make_foreign_fill(void)
{
    report(DAY(1), EVENT_FILL, order_id_make(9, ORDER_ROLE_ENTRY, 1), 0, 101);
}

Test(result_history, a_fill_of_no_order_is_refused)
{
    struct fixture fixture;
    cr_expect_eq(open_history(&fixture, make_foreign_fill), ERR_FORMAT);
    cr_expect_not_null(strstr(fixture.problem.text, "never sent"));
    close_history(&fixture);
}

static void make_target(void)
{
    const uint64_t entry = order_id_make(1, ORDER_ROLE_ENTRY, 1);
    const uint64_t target = order_id_make(1, ORDER_ROLE_TARGET, 1);
    order(DAY(1), entry, true, 100);
    order(DAY(1), target, false, 100);
    report(DAY(1), EVENT_FILL, entry, 0, 101);
    trade(DAY(1), TRADE_OPEN, 0, 1);
    report(DAY(1), EVENT_FILL, target, 0, 103);
    trade(DAY(1), TRADE_CLOSED, 20, 2);
}

Test(result_history, a_trade_that_met_its_target_says_so)
{
    struct fixture fixture;
    cr_assert_eq(open_history(&fixture, make_target), ERR_OK, "%s", fixture.problem.text);
    const struct history *history = fixture.history;
    cr_assert_eq(history->trade_count, 1);
    cr_expect_str_eq(trade_exit_reason(history, &history->trades[0]), "target");
    cr_expect(!history->ended);
    close_history(&fixture);
}
