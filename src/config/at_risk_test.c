/* at_risk_test.c: the figures of `validate`, reckoned by hand. */
#include "config/at_risk.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "base/money.h"

#define E9 MONEY_E9

static const struct last_prices no_prices = {0};

/* One book with those lines, in an account of $100,000; `limits` overrides lines of the limits. */
static struct run_config make(const char *cash, const char *exchange, const char *book,
                              const char *position, const char *order)
{
    char text[4096];
    struct run_config config;
    struct problem problem = {.text = ""};
    (void)snprintf(text, sizeof text,
                   "mode: sim\ncalendar: always\nsymbols: all\ncash: %s\ncommission: $0\n"
                   "exchange: {%s}\nstrategies:\n  - name: ma_crossover\n%s"
                   "limits:\n  max_order_notional: %s\n  max_position_notional: %s\n"
                   "  max_exposure: 400%%\n  max_open_positions: 3 positions\n"
                   "  max_orders_per_session: 9 orders\n  max_orders_per_strategy: 9 orders\n"
                   "  min_time_between_entries: 0s\n  max_daily_loss: 2.5%%\n"
                   "  max_portfolio_heat: 100%%\n  price_collar: 1%%\n",
                   cash, exchange, book, order, position);
    cr_assert_eq(config_parse("t.yaml", text, strlen(text), &config, &problem), ERR_OK, "%s",
                 problem.text);
    return config;
}

static void expect_bound(const char *what, const struct bound *bound, int64_t value_e9,
                         const char *by)
{
    cr_expect_eq(bound->value, value_e9, "%s: %lld", what, (long long)bound->value);
    cr_expect_not_null(strstr(bound->by.text, by), "%s: %s", what, bound->by.text);
}

Test(at_risk, the_account_is_bounded_by_the_tightest_limit)
{
    struct at_risk risk;
    struct run_config config = make("$100,000", "", "    quantity: 1\n", "20%", "$50,000");
    at_risk_reckon(&config, &no_prices, &risk);
    expect_bound("daily loss", &risk.daily_loss, 2500 * E9, "max_daily_loss: 2.5% of $100,000");
    expect_bound("positions", &risk.positions, 3, "max_open_positions");
    expect_bound("invested", &risk.invested, 60000 * E9, "3 times max_position_notional");
    expect_bound("order", &risk.order, 20000 * E9, "max_position_notional");
    config_finish(&config);
    config = make("$100,000", "account: margin 2x", "    quantity: 1\n", "300%", "300%");
    at_risk_reckon(&config, &no_prices, &risk);
    expect_bound("margin", &risk.invested, 200000 * E9, "2 times the cash");
    config_finish(&config);
    config = make("$100,000", "", "    quantity: 1\n", "300%", "300%");
    at_risk_reckon(&config, &no_prices, &risk);
    expect_bound("cash", &risk.invested, 100000 * E9, "the cash of $100,000");
    config_finish(&config);
}

/* Version 14 tears wide tables apart. */
/* clang-format off */
Test(at_risk, a_trade_loses_what_its_stop_and_size_leave)
{
    static const struct {
        const char *what, *book;
        int64_t loss_e9;
        const char *by;
    } cases[] = {
        {"no stop", "    quantity: 100\n", 50000 * E9, "there is no stop"},
        {"a share of the price", "    quantity: 100\n    exits: {stop: 2%}\n", 1000 * E9,
         "stop: 2% of an order of $50,000"},
        {"dollars a share", "    quantity: 100\n    exits: {stop: $2.50}\n", 250 * E9,
         "stop: $2.50 times 100 shares"},
        {"ATR of a quantity", "    quantity: 100\n    exits: {stop: 2ATR}\n", 50000 * E9,
         "known only at the entry"},
        {"risk", "    size: {risk: 1%}\n    exits: {stop: 2ATR}\n", 1000 * E9, "risk: 1%"},
        {"risk of a part", "    capital: 50%\n    size: {risk: 1%}\n    exits: {stop: 2ATR}\n",
         500 * E9, "risk: 1%"},
        {"volatility", "    size: {volatility: 1%}\n    exits: {stop: 3ATR}\n", 1500 * E9,
         "two ATR are 1%"},
        {"equity", "    size: {equity: 10%}\n    exits: {stop: 5%}\n", 500 * E9,
         "order of $10,000"},
        {"cap", "    size: {risk: 5%, cap: 4%}\n    exits: {stop: 50%}\n", 2000 * E9, "cap: 4%"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct run_config config = make("$100,000", "", cases[i].book, "60%", "$50,000");
        struct bound trade = at_risk_trade(&config, &config.books[0], &no_prices);
        expect_bound(cases[i].what, &trade, cases[i].loss_e9, cases[i].by);
        config_finish(&config);
    }
}
/* clang-format on */

static const struct instrument instruments[] = {{"AAPL"}, {"SPY"}};
static const int64_t closes_e9[] = {185 * MONEY_E9, 271 * MONEY_E9};
static const struct last_prices prices = {2, instruments, closes_e9};

Test(at_risk, prices_bound_orders_and_positions)
{
    struct at_risk risk;
    struct run_config config = make("$100,000", "", "    quantity: 100\n", "60%", "$50,000");
    at_risk_reckon(&config, &prices, &risk);
    expect_bound("order", &risk.order, 27100 * E9, "100 shares at $271");
    expect_bound("positions", &risk.positions, 2, "2 symbols");
    config_finish(&config);
}

/* Version 14 tears wide tables apart. */
/* clang-format off */
Test(at_risk, says_when_no_order_can_result)
{
    static const struct {
        const char *cash, *book, *why; /* NULL: an order can result */
    } cases[] = {
        {"$2,000", "    size: {equity: 1%}\n", "1% of $2,000 is $20, AAPL costs $185"},
        {"$18,500", "    size: {equity: 1%}\n", NULL},
        {"$18,499", "    size: {equity: 1%}\n", "1% of $18,499 is $184.99, AAPL costs $185"},
        {"$2,000", "    fractional: yes\n    size: {equity: 1%}\n", NULL},
        {"$2,000", "    size: {half_kelly: yes}\n", "1% of $2,000 is $20"},
        {"$2,000", "    size: {risk: 1%}\n    exits: {stop: 10%}\n", NULL},
        {"$2,000", "    size: {risk: 1%}\n    exits: {stop: 20%}\n", "1% of $2,000 is $20"},
        {"$2,000", "    size: {risk: 1%, cap: 5%}\n    exits: {stop: 10%}\n", "AAPL costs $185"},
        {"$2,000", "    size: {risk: 1%}\n    exits: {stop: 2ATR}\n", NULL},
        {"$2,000", "    quantity: 10\n", NULL},
        {"$2,000", "    quantity: 11\n",
         "11 shares of AAPL at $185 are $2,035, more than the cash of $2,000 allows"},
        {"$400,000", "    quantity: 300\n",
         "300 shares of AAPL at $185 are $55,500, more than max_order_notional: $50,000 allows"},
        {"$2,000", "    quantity: 1\n    exits: {stop: $185}\n", "no price is left to stop at"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct run_config config = make(cases[i].cash, "", cases[i].book, "400%", "$50,000");
        struct words why = {"order"};
        bool blocked =
            at_risk_is_blocked(&config, &config.books[0], "AAPL", 185 * MONEY_E9, &why);
        cr_expect_eq(blocked, cases[i].why != NULL, "%s with %s: %s", cases[i].book, cases[i].cash,
                     why.text);
        cr_expect(!blocked || strstr(why.text, cases[i].why) != NULL, "%s", why.text);
        config_finish(&config);
    }
}
/* clang-format on */
