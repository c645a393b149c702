/* shape_asset.c: an instrument as one of Alpaca's assets. What the data does not tell, a company's
 * name above all, is made of what it does tell, the same at every call. */
#include <stdio.h>
#include <string.h>

#include "exchange_http/listings.h"
#include "exchange_http/shapes.h"

/* The maintenance that account_maintenance_e9() asks for, in percent. */
#define MARGIN_PERCENT 30
#define TEXT_OF(value) #value
#define TEXT(value)    TEXT_OF(value)

void asset_id(uint32_t instrument, char text[UUID_TEXT_SIZE])
{
    uuid_write(0, UUID_ASSET, instrument, text);
}

bool asset_find(const struct market *market, const char *symbol_or_id, uint32_t *instrument)
{
    uint64_t number;
    if (market_find(market, symbol_or_id, instrument)) {
        return true;
    }
    if (!uuid_read(0, UUID_ASSET, symbol_or_id, strnlen(symbol_or_id, UUID_TEXT_SIZE), &number) ||
        number >= market->data->instrument_count) {
        return false;
    }
    *instrument = (uint32_t)number;
    return true;
}

static void member_name(struct json_writer *json, const struct venue *venue, const char *symbol)
{
    char name[64];
    (void)snprintf(name, sizeof name, "%s%s", symbol, venue->plan.synthetic ? " (simulated)" : "");
    json_member_string(json, "name", name);
}

static void member_null(struct json_writer *json, const char *key)
{
    json_key(json, key);
    json_null(json);
}

void shape_asset(struct json_writer *json, const struct venue *venue, uint32_t instrument)
{
    const char *symbol = venue->market.data->instruments[instrument].symbol;
    const struct account_plan *account = &venue->plan.exchange.account;
    bool margin = account->kind == ACCOUNT_KIND_MARGIN;
    bool shortable = margin && account->shorting;
    char id[UUID_TEXT_SIZE];
    asset_id(instrument, id);
    json_begin_object(json);
    json_member_string(json, "id", id);
    json_member_string(json, "class", "us_equity");
    json_member_string(json, "exchange", listing_exchange(symbol));
    json_member_string(json, "symbol", symbol);
    member_name(json, venue, symbol);
    json_member_string(json, "status", "active");
    json_member_bool(json, "tradable", true);
    json_member_bool(json, "marginable", margin);
    json_member_bool(json, "shortable", shortable);
    json_member_bool(json, "easy_to_borrow", shortable);
    json_member_string(json, "borrow_status", shortable ? "easy_to_borrow" : "hard_to_borrow");
    json_member_bool(json, "fractionable", true);
    json_member_uint(json, "maintenance_margin_requirement", MARGIN_PERCENT);
    json_member_string(json, "margin_requirement_long", TEXT(MARGIN_PERCENT));
    json_member_string(json, "margin_requirement_short", TEXT(MARGIN_PERCENT));
    json_key(json, "attributes");
    json_begin_array(json);
    json_end_array(json);
    member_null(json, "cusip");
    json_end_object(json);
}
