/* engine_split_test.c: splits and dividends by the numbers of docs/corporate-actions.md. The
 * bench's second engine folds each of them. */
#include "core/engine_split.h"

#include "core/engine_test.h"

#define CENTS(amount) ((int64_t)(amount)*MONEY_E9 / 100)

/* As many books as there are quantities, each entered in the first instrument at the price. */
static void enter(struct bench *bench, struct exit_plan exits, uint32_t books,
                  const int64_t *qty_e9, int64_t price_e9)
{
    struct bench_plan plan = bench_plan_simple(1);
    plan.books = books;
    plan.exits = exits;
    plan.commission_e9 = 0;
    bench_init(bench, &plan);
    for (uint32_t book = 0; book < books; book++) {
        bench->decides.engine->books[book].plan.sizing.qty_e9 = qty_e9[book];
        bench->folds.engine->books[book].plan.sizing.qty_e9 = qty_e9[book];
        uint64_t entry = bench_buy(bench, book, 0, price_e9);
        bench_say(bench, EVENT_ACCEPTED, 0, entry);
        if (!exits.at_broker) {
            bench_fill(bench, 0, entry, qty_e9[book], price_e9);
        }
    }
}

static int64_t cash_e9(const struct bench *bench)
{
    return ledger_cash_e9(&bench->decides.engine->ledger);
}

static int64_t value_e9(const struct bench *bench)
{
    return bench->decides.engine->ledger.value_e9;
}

/* Sells all that the book holds at the price; what the trade earned. */
static int64_t sell(struct bench *bench, uint32_t book, int64_t price_e9)
{
    uint64_t exit = bench_sell(bench, book, 0, price_e9);
    bench_fill(bench, 0, exit, bench_trade(bench, book, 0)->qty_e9, price_e9);
    cr_assert_eq(bench_trade(bench, book, 0)->state, TRADE_CLOSED);
    return bench_trade(bench, book, 0)->realized_e9;
}

Test(engine_split, shares_double_and_prices_halve)
{
    struct bench bench;
    enter(&bench,
          (struct exit_plan){
              .stop = {EXIT_PRICE, USD(2)},
                .target = {EXIT_PRICE, USD(4)}
    },
          1, (int64_t[]){SHARES(100)}, USD(10));
    bench_action(&bench, 0, 2, 1, 0);
    cr_assert_eq(bench_trade(&bench, 0, 0)->exits.stop_e9, USD(8), "not before the broker says so");
    cr_assert_eq(value_e9(&bench), USD(1000));
    bench_cash(&bench, 0, CASH_SPLIT, 0, SHARES(100));
    const struct trade *trade = bench_trade(&bench, 0, 0);
    cr_assert_eq(trade->qty_e9, SHARES(200));
    cr_assert_eq(trade->cost_e9, USD(1000));
    cr_assert_eq(trade->detail.entry_qty_e9, SHARES(200));
    cr_assert_eq(trade->exits.stop_e9, USD(4));
    cr_assert_eq(trade->exits.target_e9, USD(7));
    cr_assert_eq(trade->exits.best_e9, USD(5));
    cr_assert_eq(trade->stop_price_e9, USD(4), "what could be lost");
    cr_assert_eq(value_e9(&bench), USD(1000), "200 at $5");
    bench_slice_at(&bench, USD(5));
    cr_assert_eq(bench.decides.output.send_count, 0);
    bench_slice_at(&bench, USD(4));
    const struct event *exit = bench_answer(&bench, EVENT_ORDER, 0);
    cr_assert_not_null(exit);
    cr_assert_eq(event_order_cause(exit), EXIT_CAUSE_STOP);
    cr_assert_eq(exit->order.qty_e9, SHARES(200));
    bench_finish(&bench);
}

Test(engine_split, a_trailing_stop_goes_on_from_its_best_close)
{
    struct bench bench;
    enter(&bench,
          (struct exit_plan){
              .trailing = {EXIT_PRICE, USD(7)}
    },
          1, (int64_t[]){SHARES(100)}, USD(630));
    bench_slice_at(&bench, USD(644)); /* stop at 637 */
    bench_action(&bench, 0, 7, 1, 0);
    bench_cash(&bench, 0, CASH_SPLIT, 0, SHARES(600));
    cr_assert_eq(bench_trade(&bench, 0, 0)->exits.best_e9, USD(92));
    bench_slice_at(&bench, CENTS(9101));
    cr_assert_eq(bench.decides.output.send_count, 0, "a dollar below the best is 91");
    bench_slice_at(&bench, USD(91));
    cr_assert_eq(bench.decides.output.send_count, 1);
    bench_finish(&bench);
}

Test(engine_split, a_fraction_is_sold)
{
    struct bench bench;
    enter(&bench, (struct exit_plan){.opposite_signal = true}, 1, (int64_t[]){SHARES(101)}, USD(9));
    int64_t before_e9 = cash_e9(&bench);
    bench_action(&bench, 0, 3, 2, 0);
    bench_cash(&bench, 0, CASH_SPLIT, USD(3), SHARES(50));
    const struct trade *trade = bench_trade(&bench, 0, 0);
    cr_assert_eq(trade->qty_e9, SHARES(151));
    cr_assert_eq(trade->cost_e9, USD(906));
    cr_assert_eq(trade->realized_e9, 0);
    cr_assert_eq(trade->detail.entry_qty_e9, SHARES(151) + MONEY_E9 / 2);
    cr_assert_eq(trade->detail.exit_qty_e9, MONEY_E9 / 2);
    cr_assert_eq(trade->detail.exit_value_e9, USD(3));
    cr_assert_eq(cash_e9(&bench), before_e9 + USD(3));
    cr_assert_eq(value_e9(&bench), USD(906));
    cr_assert_eq(sell(&bench, 0, USD(8)), USD(302));
    bench_finish(&bench);
}

Test(engine_split, books_get_their_own_and_the_last_one_the_fraction)
{
    struct bench bench;
    enter(&bench, (struct exit_plan){.opposite_signal = true}, 2,
          (int64_t[]){SHARES(10), SHARES(11)}, USD(30));
    bench_action(&bench, 0, 3, 2, 0);
    bench_cash(&bench, 0, CASH_SPLIT, USD(10), SHARES(10)); /* 31.5: half a share at $20 */
    cr_assert_eq(bench_trade(&bench, 0, 0)->qty_e9, SHARES(15));
    cr_assert_eq(bench_trade(&bench, 0, 0)->cost_e9, USD(300));
    cr_assert_eq(bench_trade(&bench, 1, 0)->qty_e9, SHARES(16));
    cr_assert_eq(bench_trade(&bench, 1, 0)->cost_e9, USD(320));
    cr_assert_eq(sell(&bench, 0, USD(20)), 0);
    cr_assert_eq(sell(&bench, 1, USD(20)), 0);
    bench_finish(&bench);
}

/* Three books of 3 shares at $8, one for eight: $64. Each should have 0.375 shares, the account has
 * 1.125. The first two are paid $24 each, the last one buys what makes its share whole. */
Test(engine_split, what_is_left_of_small_trades_makes_one_share)
{
    struct bench bench;
    enter(&bench, (struct exit_plan){.opposite_signal = true}, 3,
          (int64_t[]){SHARES(3), SHARES(3), SHARES(3)}, USD(8));
    int64_t before_e9 = cash_e9(&bench);
    bench_action(&bench, 0, 1, 8, 0);
    bench_cash(&bench, 0, CASH_SPLIT, USD(8), SHARES(1) - SHARES(9));
    for (uint32_t book = 0; book < 2; book++) {
        const struct trade *trade = bench_trade(&bench, book, 0);
        cr_assert_eq(trade->state, TRADE_CLOSED);
        cr_assert_eq(trade->exits.cause, EXIT_CAUSE_SPLIT);
        cr_assert_eq(trade->qty_e9 | trade->cost_e9 | trade->realized_e9, 0);
        cr_assert_eq(trade->detail.exit_value_e9, USD(24));
    }
    const struct trade *last = bench_trade(&bench, 2, 0);
    cr_assert_eq(last->qty_e9, SHARES(1));
    cr_assert_eq(last->cost_e9, USD(64));
    cr_assert_eq(last->detail.entry_qty_e9, SHARES(1));
    cr_assert_eq(cash_e9(&bench), before_e9 + USD(8));
    cr_assert_eq(value_e9(&bench), USD(64));
    cr_assert_eq(sell(&bench, 2, USD(70)), USD(6));
    bench_finish(&bench);
}

Test(engine_split, an_entry_that_works_takes_its_new_measure_at_once)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(1);
    plan.entry = (struct entry_plan){ORDER_TYPE_LIMIT, -10000, TIME_IN_FORCE_GTC}; /* 1 % below */
    plan.exits.stop = (struct exit_distance){EXIT_PRICE, USD(1)};
    bench_init(&bench, &plan);
    uint64_t entry = bench_buy(&bench, 0, 0, USD(10));
    bench_say(&bench, EVENT_ACCEPTED, 0, entry);
    bench_action(&bench, 0, 2, 1, 0);
    const struct trade *trade = bench_trade(&bench, 0, 0);
    cr_assert_eq(trade->entry.qty_e9, SHARES(200));
    cr_assert_eq(trade->entry.reference_price_e9, CENTS(495));
    cr_assert_eq(trade->stop_price_e9, CENTS(445), "0.50 below");
    bench_fill(&bench, 0, entry, SHARES(200), CENTS(495));
    cr_assert_eq(trade->qty_e9, SHARES(200));
    cr_assert_eq(trade->state, TRADE_OPEN);
    bench_finish(&bench);
}

/* 100 asked for, 40 filled; three for two: 60 held, 90 to come. */
Test(engine_split, an_entry_that_is_partly_filled_goes_on_in_new_shares)
{
    struct bench bench;
    struct bench_plan plan = bench_plan_simple(1);
    bench_init(&bench, &plan);
    uint64_t entry = bench_buy(&bench, 0, 0, USD(12));
    bench_say(&bench, EVENT_ACCEPTED, 0, entry);
    bench_fill(&bench, 0, entry, SHARES(40), USD(12));
    bench_action(&bench, 0, 3, 2, 0);
    bench_cash(&bench, 0, CASH_SPLIT, 0, SHARES(20));
    const struct trade *trade = bench_trade(&bench, 0, 0);
    cr_assert_eq(trade->entry.filled_e9, SHARES(60));
    cr_assert_eq(trade->entry.qty_e9, SHARES(150));
    bench_fill(&bench, 0, entry, SHARES(90), USD(8));
    cr_assert_eq(trade->qty_e9, SHARES(150));
    cr_assert_eq(trade->cost_e9, USD(1200));
    cr_assert(!order_is_working(&trade->entry));
    bench_finish(&bench);
}

/* Sold half before the split: the average of the rest stays true. */
Test(engine_split, what_was_sold_before_counts_in_new_shares)
{
    struct bench bench;
    enter(&bench, (struct exit_plan){.opposite_signal = true}, 1, (int64_t[]){SHARES(100)},
          USD(10));
    uint64_t exit = bench_sell(&bench, 0, 0, USD(12));
    bench_say(&bench, EVENT_ACCEPTED, 0, exit);
    bench_fill(&bench, 0, exit, SHARES(40), USD(12));
    bench_action(&bench, 0, 2, 1, 0);
    bench_cash(&bench, 0, CASH_SPLIT, 0, SHARES(60));
    const struct trade *trade = bench_trade(&bench, 0, 0);
    cr_assert_eq(trade->detail.entry_qty_e9, SHARES(200));
    cr_assert_eq(trade->detail.exit_qty_e9, SHARES(80));
    cr_assert_eq(trade->qty_e9, SHARES(120));
    cr_assert_eq(trade->exit.qty_e9 - trade->exit.filled_e9, SHARES(120));
    bench_fill(&bench, 0, exit, SHARES(120), USD(7));
    cr_assert_eq(trade->state, TRADE_CLOSED);
    cr_assert_eq(trade->realized_e9, USD(40 * 2 + 120 * 2));
    bench_finish(&bench);
}

/* The exits at the broker are the exchange's to scale; a fill of the new quantity closes the trade.
 */
Test(engine_split, a_bracket_holds_over_the_split)
{
    struct bench bench;
    enter(&bench,
          (struct exit_plan){
              .stop = {EXIT_PRICE, USD(1)},
                .target = {EXIT_PRICE, USD(2)},
                .at_broker = true
    },
          1, (int64_t[]){SHARES(100)}, USD(10));
    const struct trade *trade = bench_trade(&bench, 0, 0);
    uint64_t target = trade->target.id;
    uint64_t stop = trade->stop.id;
    bench_say(&bench, EVENT_ACCEPTED, 0, target);
    bench_say(&bench, EVENT_ACCEPTED, 0, stop);
    bench_fill(&bench, 0, trade->entry.id, SHARES(100), USD(10));
    bench_action(&bench, 0, 3, 2, 0);
    bench_cash(&bench, 0, CASH_SPLIT, 0, SHARES(50));
    cr_assert_eq(trade->target.qty_e9, SHARES(150));
    cr_assert_eq(trade->stop.qty_e9, SHARES(150));
    cr_assert_eq(trade->exits.target_e9, USD(8));
    cr_assert_eq(trade->exits.stop_e9, USD(6));
    bench_fill(&bench, 0, target, SHARES(150), USD(8));
    bench_say(&bench, EVENT_CANCELED, 0, stop);
    cr_assert_eq(trade->state, TRADE_CLOSED);
    cr_assert_eq(trade->realized_e9, USD(200));
    cr_assert_eq(bench.decides.engine->counters.unprotected, 0);
    bench_finish(&bench);
}

Test(engine_split, a_dividend_is_the_accounts)
{
    struct bench bench;
    enter(&bench,
          (struct exit_plan){
              .stop = {EXIT_PRICE, USD(1)}
    },
          1, (int64_t[]){SHARES(100)}, USD(10));
    int64_t before_e9 = cash_e9(&bench);
    bench_action(&bench, 0, 1, 1, CENTS(25));
    bench_cash(&bench, 0, CASH_DIVIDEND, USD(25), 0);
    cr_assert_eq(cash_e9(&bench), before_e9 + USD(25));
    cr_assert_eq(bench_trade(&bench, 0, 0)->exits.stop_e9, USD(9), "prices stay");
    cr_assert_eq(bench_trade(&bench, 0, 0)->realized_e9, 0);
    bench_finish(&bench);
}

Test(engine_split, a_report_that_nothing_announced_ends_the_run)
{
    struct bench bench;
    enter(&bench, (struct exit_plan){.opposite_signal = true}, 1, (int64_t[]){SHARES(100)},
          USD(10));
    bench_cash(&bench, 0, CASH_SPLIT, 0, SHARES(100));
    cr_assert_eq(bench.decides.engine->fault, ENGINE_FAULT_SPLIT);
    bench_finish(&bench);
    enter(&bench, (struct exit_plan){.opposite_signal = true}, 1, (int64_t[]){SHARES(100)},
          USD(10));
    bench_action(&bench, 0, 2, 1, 0);
    bench_cash(&bench, 0, CASH_SPLIT, 0, SHARES(100));
    bench_cash(&bench, 0, CASH_SPLIT, 0, SHARES(200));
    cr_assert_eq(bench.decides.engine->fault, ENGINE_FAULT_SPLIT, "and so does its repetition");
    bench_finish(&bench);
}

/* 200 old shares become 400; what the report adds to the 200 leaves less than none, or no number.
 */
Test(engine_split, a_report_of_impossible_shares_or_cash_ends_the_run)
{
    static const struct {
        int64_t cash_e9, qty_e9;
    } rows[] = {
        {0,             -SHARES(201)},
        {0,             INT64_MAX   },
        {INT64_MAX,     SHARES(200) },
        {INT64_MIN + 1, SHARES(200) },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench bench;
        enter(&bench, (struct exit_plan){.opposite_signal = true}, 2,
              (int64_t[]){SHARES(100), SHARES(100)}, USD(10));
        bench_action(&bench, 0, 2, 1, 0);
        bench_cash(&bench, 0, CASH_SPLIT, rows[i].cash_e9, rows[i].qty_e9);
        cr_expect_eq(bench.decides.engine->fault, ENGINE_FAULT_RANGE, "row %zu", i);
        bench_finish(&bench);
    }
}

/* The first book's 200 are more than what is left of all: nothing is booked for the last one, and
 * the ledgers' comparison ends the run. */
Test(engine_split, a_report_of_too_few_shares_books_no_negative_trade)
{
    struct bench bench;
    enter(&bench, (struct exit_plan){.opposite_signal = true}, 2,
          (int64_t[]){SHARES(100), SHARES(100)}, USD(10));
    bench_action(&bench, 0, 2, 1, 0);
    bench_cash(&bench, 0, CASH_SPLIT, 0, -SHARES(100));
    cr_assert_eq(bench_trade(&bench, 0, 0)->qty_e9, SHARES(200));
    cr_assert_eq(bench_trade(&bench, 1, 0)->qty_e9, SHARES(100));
    bench_finish(&bench);
}
