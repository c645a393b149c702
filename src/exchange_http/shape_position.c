/* shape_position.c: a position as section 5.7 has it.
 *
 * Of the day's result, shares that were held at the last close are measured from that close, those
 * that came since from what they cost. Where the data knows no day before, the first price of this
 * one stands for its close. */
#include "base/money.h"
#include "base/utc.h"
#include "exchange_http/listings.h"
#include "exchange_http/shape_text.h"
#include "exchange_http/shapes.h"
#include "market/new_york.h"
#include "venue/account_figures.h"

static int64_t size_of(int64_t amount)
{
    return amount < 0 ? -amount : amount;
}

static int64_t product(int64_t price_e9, int64_t qty_e9)
{
    int64_t value_e9 = 0;
    (void)money_notional(price_e9, qty_e9, ROUND_EVEN, &value_e9);
    return value_e9;
}

/* Whether the last day that the symbol has bars of is over. */
static bool is_past(const struct market *market, const struct market_day *day)
{
    int64_t date = market->calendar == CALENDAR_ALWAYS ? utc_day_of(market->now_ns)
                                                       : new_york_date(market->now_ns);
    return day->bar_count > 0 && day->date < date;
}

static int64_t lastday_price_e9(const struct account *account, uint32_t instrument)
{
    const struct market_day *today = &account->market->symbols[instrument].today;
    int64_t close_e9 = is_past(account->market, today)
                           ? today->bar.close_e9
                           : market_previous_close_e9(account->market, instrument);
    if (close_e9 == 0) {
        close_e9 = today->bar.open_e9;
    }
    return close_e9 != 0 ? close_e9 : exchange_price_e9(account->exchange, instrument);
}

/* What the position is measured against for the day: signed as its quantity is. */
static int64_t day_basis_e9(const struct account *account, uint32_t instrument, int64_t qty_e9,
                            int64_t lastday_e9)
{
    const struct account_book *book = &account->books[instrument];
    int64_t overnight_e9 = product(lastday_e9, book->overnight_e9);
    return qty_e9 < 0 ? overnight_e9 - book->opened_value_e9 : overnight_e9 + book->opened_value_e9;
}

static void member_pair(struct json_writer *json, const char *amount_key, const char *ratio_key,
                        int64_t value_e9, int64_t basis_e9)
{
    json_member_decimal(json, amount_key, value_e9 - basis_e9);
    int64_t size_e9 = size_of(basis_e9);
    member_ratio(json, ratio_key, size_e9 > 0 ? value_e9 - basis_e9 : 0, size_e9 > 0 ? size_e9 : 1);
}

static void shape_names(struct json_writer *json, const struct account *account,
                        uint32_t instrument)
{
    char id[UUID_TEXT_SIZE];
    const char *symbol = account->market->data->instruments[instrument].symbol;
    asset_id(instrument, id);
    json_member_string(json, "asset_id", id);
    json_member_string(json, "symbol", symbol);
    json_member_string(json, "exchange", listing_exchange(symbol));
    json_member_string(json, "asset_class", "us_equity");
    json_member_bool(json, "asset_marginable", account->plan.account.kind == ACCOUNT_KIND_MARGIN);
}

void shape_position(struct json_writer *json, const struct account *account, uint32_t instrument)
{
    const struct exchange *exchange = account->exchange;
    int64_t qty_e9 = exchange_qty_e9(exchange, instrument);
    int64_t price_e9 = exchange_price_e9(exchange, instrument);
    int64_t value_e9 = account_value_e9(account, instrument);
    int64_t lastday_e9 = lastday_price_e9(account, instrument);
    json_begin_object(json);
    shape_names(json, account, instrument);
    json_member_decimal(json, "qty", qty_e9);
    json_member_decimal(json, "qty_available", account_available_e9(account, instrument));
    json_member_decimal(json, "avg_entry_price", exchange_average_cost_e9(exchange, instrument));
    json_member_string(json, "side", qty_e9 < 0 ? "short" : "long");
    json_member_decimal(json, "market_value", value_e9);
    json_member_decimal(json, "cost_basis", exchange_cost_e9(exchange, instrument));
    member_pair(json, "unrealized_pl", "unrealized_plpc", value_e9,
                exchange_cost_e9(exchange, instrument));
    member_pair(json, "unrealized_intraday_pl", "unrealized_intraday_plpc", value_e9,
                day_basis_e9(account, instrument, qty_e9, lastday_e9));
    json_member_decimal(json, "current_price", price_e9);
    json_member_decimal(json, "lastday_price", lastday_e9);
    member_ratio(json, "change_today", lastday_e9 > 0 ? price_e9 - lastday_e9 : 0,
                 lastday_e9 > 0 ? lastday_e9 : 1);
    json_end_object(json);
}
