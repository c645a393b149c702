/* shape_account.c: the account as section 5.1 has it. Transfers, fees that accrue and the special
 * memorandum account do not exist on a simulated exchange: they are 0. */
#include "base/money.h"
#include "base/utc.h"
#include "exchange_http/shape_text.h"
#include "exchange_http/shapes.h"
#include "venue/account_figures.h"

static void shape_powers(struct json_writer *json, const struct account_figures *figures)
{
    char multiplier[MONEY_TEXT_SIZE];
    (void)money_format(figures->multiplier * MONEY_E9, multiplier);
    json_member_decimal(json, "buying_power", figures->buying_power_e9);
    json_member_decimal(json, "regt_buying_power", figures->regt_e9);
    json_member_decimal(json, "non_marginable_buying_power", figures->cash_power_e9);
    json_member_decimal(json, "options_buying_power", figures->options_e9);
    json_member_decimal(json, "effective_buying_power", figures->buying_power_e9);
    json_member_decimal(json, "daytrading_buying_power", figures->daytrading_e9);
    json_member_string(json, "multiplier", multiplier);
}

static void shape_values(struct json_writer *json, const struct account *account,
                         const struct account_figures *figures)
{
    json_member_decimal(json, "cash", figures->cash_e9);
    json_member_decimal(json, "portfolio_value", figures->equity_e9);
    json_member_decimal(json, "equity", figures->equity_e9);
    json_member_decimal(json, "last_equity", account->last_equity_e9);
    json_member_decimal(json, "long_market_value", figures->long_value_e9);
    json_member_decimal(json, "short_market_value", figures->short_value_e9);
    json_member_decimal(json, "position_market_value", figures->gross_e9);
    json_member_decimal(json, "initial_margin", figures->initial_margin_e9);
    json_member_decimal(json, "maintenance_margin", figures->maintenance_e9);
    json_member_decimal(json, "last_maintenance_margin", account->last_maintenance_e9);
}

/* The day that the `last_*` values are of: where no session has closed yet, the one before the
 * account's first. */
static void member_asof(struct json_writer *json, const struct account *account)
{
    char text[UTC_TEXT_SIZE];
    struct trading_day day = {.date = account->last_date};
    if (day.date == 0 &&
        !calendar_day_before(account->market->calendar, account->created_ns, &day)) {
        member_null(json, "balance_asof");
        return;
    }
    (void)utc_format(day.date * NS_PER_DAY, text);
    text[sizeof "2026-03-13" - 1] = '\0';
    json_member_string(json, "balance_asof", text);
}

static void shape_flags(struct json_writer *json, const struct account *account,
                        const struct account_figures *figures)
{
    json_member_bool(json, "trading_blocked", account->blocks.trading || account->blocks.suspended);
    json_member_bool(json, "transfers_blocked", account->blocks.transfers);
    json_member_bool(json, "account_blocked", account->blocks.account);
    json_member_bool(json, "trade_suspended_by_user", account->settings.suspend_trade);
    json_member_bool(json, "shorting_enabled", figures->may_short);
}

void shape_account(struct json_writer *json, const struct venue *venue,
                   const struct account *account)
{
    static const char *const nothing[] = {"accrued_fees",         "pending_transfer_in",
                                          "pending_transfer_out", "pending_reg_taf_fees",
                                          "intraday_adjustments", "sma"};
    struct account_figures figures;
    account_figures(account, venue->now_ns, &figures);
    json_begin_object(json);
    json_member_string(json, "id", account->id);
    json_member_string(json, "account_number", account->number);
    json_member_string(json, "status", "ACTIVE");
    json_member_string(json, "crypto_status", "ACTIVE");
    json_member_string(json, "currency", "USD");
    shape_values(json, account, &figures);
    shape_powers(json, &figures);
    for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++) {
        json_member_decimal(json, nothing[i], 0);
    }
    member_asof(json, account);
    shape_flags(json, account, &figures);
    json_member_uint(json, "options_approved_level", 0); /* there are no options here yet */
    json_member_uint(json, "options_trading_level", 0);
    json_member_time(json, "created_at", account->created_ns);
    json_member_bool(json, "pattern_day_trader", false); /* a rule that ended in July 2026 */
    json_member_uint(json, "daytrade_count", 0);
    json_end_object(json);
}
