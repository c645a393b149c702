#include "venue/account_figures.h"

#include "base/money.h"

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Of what leaves int64 the old value stays: such an account has no buying power anyway. */
static int64_t sum(int64_t a, int64_t b)
{
    (void)money_add(a, b, &a);
    return a;
}

static int64_t difference(int64_t a, int64_t b)
{
    (void)money_sub(a, b, &a);
    return a;
}

static int64_t times(int64_t amount_e9, int64_t factor, int64_t divisor)
{
    int64_t result_e9 = 0;
    (void)money_mul_div(amount_e9, factor, divisor, ROUND_EVEN, &result_e9);
    return result_e9;
}

/* What is left of an amount beside what open orders hold. */
static int64_t beside(int64_t amount_e9, int64_t held_e9)
{
    int64_t left_e9 = difference(amount_e9, held_e9);
    return left_e9 > 0 ? left_e9 : 0;
}

int64_t account_value_e9(const struct account *account, uint32_t instrument)
{
    int64_t value_e9 = 0;
    (void)money_notional(exchange_price_e9(account->exchange, instrument),
                         exchange_qty_e9(account->exchange, instrument), ROUND_EVEN, &value_e9);
    return value_e9;
}

static void add_positions(const struct account *account, struct account_figures *figures)
{
    for (uint32_t i = 0; i < account->plan.instrument_count; i++) {
        if (exchange_qty_e9(account->exchange, i) == 0) {
            continue;
        }
        int64_t value_e9 = account_value_e9(account, i);
        int64_t *side_e9 = value_e9 < 0 ? &figures->short_value_e9 : &figures->long_value_e9;
        *side_e9 = sum(*side_e9, value_e9);
    }
    figures->gross_e9 = difference(figures->long_value_e9, figures->short_value_e9);
    figures->equity_e9 =
        sum(figures->cash_e9, sum(figures->long_value_e9, figures->short_value_e9));
}

/* Which multiple of its equity the account may hold. */
static uint32_t multiplier_of(const struct account *account, int64_t equity_e9)
{
    uint32_t multiplier = account->plan.account.multiplier;
    uint32_t most = account->settings.max_margin_multiplier;
    if (account->plan.account.kind != ACCOUNT_KIND_MARGIN || multiplier == 0 ||
        equity_e9 < MARGIN_EQUITY_MIN_E9) {
        return 1;
    }
    return multiplier < most ? multiplier : most;
}

/* Before what open orders hold. */
static int64_t power_e9(const struct account *account, const struct account_figures *figures)
{
    int64_t margin_e9 =
        difference(times(figures->equity_e9, figures->multiplier, 1), figures->gross_e9);
    if (figures->multiplier == 1) {
        return least(figures->cash_e9, margin_e9);
    }
    if (figures->multiplier == 2) {
        return margin_e9;
    }
    return least(times(difference(account->last_equity_e9, account->last_maintenance_e9), 4, 1),
                 margin_e9);
}

/* The exchange says what is left; what it began with is known. */
static int64_t held_e9(const struct account *account, const struct account_figures *figures,
                       int64_t left_e9)
{
    uint32_t multiplier = account->plan.account.multiplier;
    int64_t all_e9 = difference(times(figures->equity_e9, multiplier == 0 ? 1 : multiplier, 1),
                                figures->gross_e9);
    return difference(all_e9, left_e9);
}

void account_figures(const struct account *account, int64_t now_ns, struct account_figures *figures)
{
    *figures = (struct account_figures){.cash_e9 = exchange_cash_e9(account->exchange)};
    int64_t left_e9 = exchange_buying_power_e9(account->exchange, now_ns);
    add_positions(account, figures);
    figures->initial_margin_e9 = times(figures->gross_e9, 1, 2);
    figures->maintenance_e9 = account_maintenance_e9(account);
    figures->multiplier = multiplier_of(account, figures->equity_e9);
    bool cash = account->plan.account.kind == ACCOUNT_KIND_CASH;
    figures->held_e9 =
        cash ? difference(figures->cash_e9, left_e9) : held_e9(account, figures, left_e9);
    figures->buying_power_e9 =
        cash ? left_e9 : beside(power_e9(account, figures), figures->held_e9);
    int64_t free_e9 = difference(figures->equity_e9, figures->initial_margin_e9);
    figures->options_e9 = beside(free_e9, figures->held_e9);
    figures->regt_e9 =
        cash ? figures->buying_power_e9 : beside(times(free_e9, 2, 1), figures->held_e9);
    figures->cash_power_e9 = beside(figures->cash_e9, figures->held_e9);
    figures->daytrading_e9 = figures->multiplier == 4 ? figures->buying_power_e9 : 0;
    figures->may_short = account->plan.account.kind == ACCOUNT_KIND_MARGIN &&
                         account->plan.account.shorting && !account->settings.no_shorting &&
                         figures->equity_e9 >= MARGIN_EQUITY_MIN_E9;
}
