/* trades_test.c: what a strategy may know of a trade follows from its state and its orders. */
#include "core/trades.h"

#include <criterion/criterion.h>

Test(trades, have_states_with_names)
{
    static const char *const want[] = {"none", "pending", "open", "closed", "void"};
    for (uint8_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        cr_assert_str_eq(trade_state_text(i), want[i]);
    }
    cr_assert_str_eq(trade_state_text(99), "unknown");
}

Test(trades, live_while_pending_or_open)
{
    static const bool want[] = {[TRADE_NONE] = false,
                                [TRADE_PENDING] = true,
                                [TRADE_OPEN] = true,
                                [TRADE_CLOSED] = false,
                                [TRADE_VOID] = false};
    for (uint8_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        cr_assert_eq(trade_is_live(&(struct trade){.state = i}), want[i], "%s",
                     trade_state_text(i));
    }
}

Test(trades, orders_work_from_intent_to_the_end)
{
    for (uint8_t state = 0; state < ORDER_STATE_COUNT; state++) {
        bool over = state == ORDER_CLOSED || state == ORDER_QUARANTINED;
        cr_assert_eq(order_is_working(&(struct order){.id = 1, .state = state}), !over, "%s",
                     order_state_text(state));
        cr_assert_not(order_is_working(&(struct order){.id = 0, .state = state}), "never used");
    }
}

Test(trades, hold_what_the_strategy_may_know)
{
    const struct order none = {0};
    const struct order works = {.id = 7, .state = ORDER_WORKING};
    const struct order over = {.id = 7, .state = ORDER_CLOSED};
    const struct order held_up = {.id = 7, .state = ORDER_QUARANTINED};
    const struct {
        const char *what;
        enum trade_state state;
        struct order entry, exit;
        enum holding want;
    } cases[] = {
        {"nothing ever",              TRADE_NONE,    none,    none,  HOLDING_FLAT   },
        {"entry on its way",          TRADE_PENDING, works,   none,  HOLDING_PENDING},
        {"entry over, nothing said",  TRADE_PENDING, over,    none,  HOLDING_PENDING},
        {"open, entry still working", TRADE_OPEN,    works,   none,  HOLDING_PENDING},
        {"open",                      TRADE_OPEN,    over,    none,  HOLDING_LONG   },
        {"open, exit on its way",     TRADE_OPEN,    over,    works, HOLDING_PENDING},
        {"open, an exit failed",      TRADE_OPEN,    over,    over,  HOLDING_LONG   },
        {"open, entry held up",       TRADE_OPEN,    held_up, none,  HOLDING_LONG   },
        {"closed",                    TRADE_CLOSED,  over,    over,  HOLDING_FLAT   },
        {"void",                      TRADE_VOID,    over,    none,  HOLDING_FLAT   },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct trade trade = {
            .state = (uint8_t)cases[i].state, .entry = cases[i].entry, .exit = cases[i].exit};
        cr_assert_eq(trade_holding(&trade), cases[i].want, "%s", cases[i].what);
    }
}

Test(trades, find_their_orders_by_id)
{
    static const enum order_role roles[] = {ORDER_ROLE_ENTRY, ORDER_ROLE_EXIT, ORDER_ROLE_TARGET,
                                            ORDER_ROLE_STOP};
    struct trade trade = {0};
    struct order *const orders[] = {&trade.entry, &trade.exit, &trade.target, &trade.stop};
    for (size_t i = 0; i < 4; i++) {
        cr_assert_null(trade_order(&trade, order_id_make(7, roles[i], 1)));
        orders[i]->id = order_id_make(7, roles[i], 1);
    }
    for (size_t i = 0; i < 4; i++) {
        cr_assert_eq(trade_order(&trade, order_id_make(7, roles[i], 1)), orders[i]);
        cr_assert_null(trade_order(&trade, order_id_make(7, roles[i], 2)), "another attempt");
        cr_assert_null(trade_order(&trade, order_id_make(8, roles[i], 1)), "another trade");
    }
    cr_assert_null(trade_order(&trade, 0));
    cr_assert_null(trade_order(&trade, order_id_make(7, (enum order_role)15, 1)), "no such role");
    struct trade empty = {0};
    cr_assert_null(trade_order(&empty, 0));
}

/* Trades count up to 2^48, attempts to 4,095: parts of an id never touch. */
Test(trades, make_ids_that_can_be_taken_apart)
{
    static const uint64_t ids[] = {1, 2, 4095, 65536, (UINT64_C(1) << 48) - 1};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        for (uint32_t attempt = 1; attempt < 4096; attempt += 1023) {
            uint64_t entry = order_id_make(ids[i], ORDER_ROLE_ENTRY, attempt);
            uint64_t exit = order_id_make(ids[i], ORDER_ROLE_EXIT, attempt);
            cr_assert_neq(entry, exit);
            cr_assert_eq(order_id_trade(entry), ids[i]);
            cr_assert_eq(order_id_trade(exit), ids[i]);
            cr_assert_eq(order_id_role(entry), ORDER_ROLE_ENTRY);
            cr_assert_eq(order_id_role(exit), ORDER_ROLE_EXIT);
        }
    }
}
