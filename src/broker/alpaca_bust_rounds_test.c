/* alpaca_bust_rounds_test.c: executions that the exchange takes back, and the rounds that compare
 * the account afterwards, or find out that one was. */
#include "broker/alpaca_bench_test.h"

/* The exchange takes the entry back. */
Test(alpaca_bust_rounds, a_bust_shuts_entries_until_the_account_agrees)
{
    desk_begin();
    uint64_t entry = held();
    desk_later(30);
    desk_update_of("trade_bust", desk_order("a", entry, "market", true, "filled", 0, NULL), 100);
    desk_take_reports();
    ASSERT_DESK_TOLD("busted entry, +difference");
    cr_expect_eq(bench_trade(&desk.bench, 0, 0)->state, TRADE_VOID);
    desk.cash = "1000000";
    pass(5);
    ASSERT_DESK_TOLD(""); /* the account still shows its shares ... */
    desk.positions = "[]";
    desk.cash = "999000";
    pass(26);
    ASSERT_DESK_TOLD(""); /* ... or its price as paid */
    desk.cash = "1000000";
    pass(31);
    ASSERT_DESK_TOLD("-difference");
    cr_expect_eq(ledger_cash_e9(&desk.bench.decides.engine->ledger), USD(1000000));
    desk_end();
}

/* The process that was told of the fill is gone; the log is not. */
Test(alpaca_bust_rounds, a_bust_after_a_restart)
{
    desk_begin();
    uint64_t entry = held();
    restart();
    pass(30);
    (void)desk_told();
    for (int i = 0; i < 2; i++) { /* told twice */
        desk_update_of("trade_bust", desk_order("a", entry, "market", true, "filled", 0, NULL),
                       100);
    }
    desk_take_reports();
    ASSERT_DESK_TOLD("busted entry, +difference");
    desk.positions = "[]";
    desk.cash = "1000000";
    pass(31);
    ASSERT_DESK_TOLD("-difference");
    cr_expect_eq(bench_trade(&desk.bench, 0, 0)->state, TRADE_VOID);
    cr_expect_eq(ledger_cash_e9(&desk.bench.decides.engine->ledger), USD(1000000));
    desk_end();
}

/* The same, and nobody says so: the account has neither the shares nor paid for them. */
Test(alpaca_bust_rounds, a_bust_that_nobody_told_is_found_by_the_difference)
{
    desk_begin();
    uint64_t entry = held();
    desk_later(30);
    desk.positions = "[]";
    desk.cash = "1000000";
    for (unsigned i = 0; i < 60; i++) {
        (void)desk_answer("GET /v2/orders/a", CLIENT_OK, 200,
                          desk_order("a", entry, "market", true, "filled", 0, NULL));
        pass(1);
    }
    ASSERT_DESK_TOLD("busted entry, +difference, -difference");
    cr_expect_eq(bench_trade(&desk.bench, 0, 0)->state, TRADE_VOID);
    cr_expect_eq(ledger_cash_e9(&desk.bench.decides.engine->ledger), USD(1000000));
    cr_expect_eq(desk.bench.decides.engine->foreign_e9[0], 0);
    desk_end();
}
