/* admin.c: the operator's side of the served exchange, on a port of its own: to let time pass, to
 * look at every ledger, to begin again. */
#include <inttypes.h>

#include "base/money.h"
#include "base/utc.h"
#include "exchange_http/routes.h"
#include "exchange_http/serve_faults.h"
#include "exchange_http/shapes.h"
#include "sys/clock.h"
#include "venue/pace.h"

enum { ADVANCE_SLICES_MAX = 10000000 };

static void write_status(struct call *call)
{
    const struct venue *venue = call->venue;
    struct json_writer *json = call->json;
    json_begin_object(json);
    json_member_bool(json, "simulated", true);
    json_member_bool(json, "simulated_market", venue->plan.synthetic);
    json_member_time(json, "now", venue->now_ns);
    json_key(json, "next"); /* when the market has something */
    if (venue_next_ns(venue) == VENUE_NEVER) {
        json_null(json);
    } else {
        json_time(json, venue_next_ns(venue));
    }
    json_member_bool(json, "open", market_is_open(&venue->market));
    json_member_bool(json, "ended", venue->ended);
    json_member_uint(json, "accounts", venue->account_count);
    json_key(json, "speed");
    if (call->pace == NULL || call->pace->speed_e9 == PACE_MAX) {
        json_string(json, call->pace == NULL ? "by hand" : "max");
    } else {
        json_money(json, call->pace->speed_e9);
    }
    json_end_object(json);
}

/* ---- time ---- */

/* Where {"seconds": n}, {"to": TIME}, {"until": TIME} or {"slices": n} lead; false with the refusal
 * sent. */
static bool advance(struct call *call)
{
    int64_t seconds_e9;
    int64_t to_ns;
    int64_t slices;
    if (node_decimal_e9(node_member(call->body, "seconds"), &seconds_e9) == ERR_OK &&
        seconds_e9 >= 0) {
        venue_advance(call->venue, call->venue->now_ns + seconds_e9);
    } else if (node_time(node_member(call->body, "to"), &to_ns) == ERR_OK) {
        venue_advance(call->venue, to_ns);
    } else if (node_time(node_member(call->body, "until"), &to_ns) == ERR_OK) {
        venue_advance_until(call->venue, to_ns);
    } else if (node_int(node_member(call->body, "slices"), &slices) == ERR_OK && slices >= 0 &&
               slices <= ADVANCE_SLICES_MAX) {
        while (slices-- > 0 && venue_step(call->venue)) {
        }
    } else {
        call_fail(call, 422, CODE_BAD_VALUE,
                  "give one of {\"seconds\": 60}, {\"to\": \"2026-03-16T14:00:00Z\"}, "
                  "{\"until\": ...} or {\"slices\": 1}");
        return false;
    }
    return true;
}

static void serve_advance(struct call *call)
{
    if (advance(call)) {
        if (call->pace != NULL) {
            pace_rebase(call->pace, clock_mono_ns());
        }
        write_status(call);
    }
}

static void serve_pace(struct call *call)
{
    int64_t speed_e9;
    const struct node *speed = node_member(call->body, "speed");
    if (node_is(speed, "max")) {
        speed_e9 = PACE_MAX;
    } else if (node_decimal_e9(speed, &speed_e9) != ERR_OK || speed_e9 < 0) {
        call_fail(call, 422, CODE_BAD_VALUE, "give {\"speed\": 1}, 0 to stand still, or \"max\"");
        return;
    }
    if (call->pace != NULL) {
        pace_set(call->pace, speed_e9, clock_mono_ns());
    }
    write_status(call);
}

static void serve_status(struct call *call)
{
    write_status(call);
}

/* ---- ledgers ---- */

static void write_positions(struct json_writer *json, const struct account *account)
{
    json_key(json, "positions");
    json_begin_array(json);
    for (uint32_t i = 0; i < account->plan.instrument_count; i++) {
        int64_t qty_e9 = exchange_qty_e9(account->exchange, i);
        if (qty_e9 != 0) {
            json_begin_object(json);
            json_member_string(json, "symbol", account->market->data->instruments[i].symbol);
            json_member_decimal(json, "qty", qty_e9);
            json_member_decimal(json, "avg_entry_price",
                                exchange_average_cost_e9(account->exchange, i));
            json_end_object(json);
        }
    }
    json_end_array(json);
}

static void write_ledger(struct call *call, const struct account *account)
{
    struct json_writer *json = call->json;
    int64_t equity_e9 = 0;
    json_begin_object(json);
    json_member_string(json, "id", account->id);
    json_member_string(json, "account_number", account->number);
    json_member_string(json, "key", account->key); /* the name of the pair, not its secret */
    json_member_decimal(json, "cash", exchange_cash_e9(account->exchange));
    json_key(json, "equity");
    if (exchange_equity_e9(account->exchange, &equity_e9)) {
        json_decimal(json, equity_e9);
    } else {
        json_null(json);
    }
    json_member_decimal(json, "buying_power",
                        exchange_buying_power_e9(account->exchange, call->venue->now_ns));
    json_member_uint(json, "orders", account->order_count);
    json_member_uint(json, "open_orders", account->open_count);
    json_member_uint(json, "activities", account->activity_count);
    write_positions(json, account);
    json_end_object(json);
}

static void serve_ledger(struct call *call)
{
    json_begin_array(call->json);
    for (uint32_t i = 0; i < call->venue->account_count; i++) {
        write_ledger(call, call->venue->accounts[i]);
    }
    json_end_array(call->json);
}

/* Every order there ever was, the oldest first. */
static void write_orders(struct json_writer *json, const struct account *account)
{
    json_key(json, "orders");
    json_begin_array(json);
    for (uint32_t i = 0; i < account->order_count; i++) {
        shape_order(json, account, account_order(account, i), false);
    }
    json_end_array(json);
}

static void serve_snapshot(struct call *call)
{
    struct json_writer *json = call->json;
    json_begin_object(json);
    json_key(json, "status");
    write_status(call);
    json_key(json, "accounts");
    json_begin_array(json);
    for (uint32_t i = 0; i < call->venue->account_count; i++) {
        json_begin_object(json);
        json_key(json, "ledger");
        write_ledger(call, call->venue->accounts[i]);
        write_orders(json, call->venue->accounts[i]);
        json_end_object(json);
    }
    json_end_array(json);
    json_end_object(json);
}

/* ---- accounts ---- */

static void serve_open_account(struct call *call)
{
    const char *key = node_text(node_member(call->body, "key"));
    const char *secret = node_text(node_member(call->body, "secret"));
    int64_t cash_e9 = call->venue->plan.exchange.cash_e9;
    const struct node *cash = node_member(call->body, "cash");
    if (key == NULL || secret == NULL || key[0] == '\0' || secret[0] == '\0' ||
        (cash != NULL && (node_decimal_e9(cash, &cash_e9) != ERR_OK || cash_e9 < 0))) {
        call_fail(call, 422, CODE_BAD_VALUE,
                  "give {\"key\": \"...\", \"secret\": \"...\"} and, if it shall be other than "
                  "usual, \"cash\": \"100000\"");
        return;
    }
    const struct account *account = venue_open_account(call->venue, key, secret, cash_e9);
    if (account == NULL) {
        call_fail(call, 422, CODE_UNACCEPTABLE,
                  "the key is taken or too long, or there are already %" PRIu32 " accounts",
                  call->venue->plan.accounts_max);
        return;
    }
    write_ledger(call, account);
}

/* ---- beginning again ---- */

static void serve_reset(struct call *call)
{
    venue_reset(call->venue);
    if (call->pace != NULL) {
        pace_rebase(call->pace, clock_mono_ns());
    }
    write_status(call);
}

static const struct route rows[] = {
    {"GET",  "/status",   serve_status,        BUDGET_TRADING},
    {"POST", "/advance",  serve_advance,       BUDGET_TRADING},
    {"POST", "/pace",     serve_pace,          BUDGET_TRADING},
    {"GET",  "/ledger",   serve_ledger,        BUDGET_TRADING},
    {"GET",  "/snapshot", serve_snapshot,      BUDGET_TRADING},
    {"POST", "/accounts", serve_open_account,  BUDGET_TRADING},
    {"GET",  "/faults",   serve_faults,        BUDGET_TRADING},
    {"POST", "/faults",   serve_faults_change, BUDGET_TRADING},
    {"POST", "/reset",    serve_reset,         BUDGET_TRADING},
};

const struct route_table admin_routes = {rows, sizeof rows / sizeof *rows};
