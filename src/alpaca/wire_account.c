/* wire_account.c: account, positions, activities; clock, sessions, assets. */
#include <stdio.h>
#include <string.h>

#include "alpaca/wire_private.h"
#include "base/money.h"
#include "base/utc.h"
#include "market/new_york.h"

/* ---- positions ---- */

static int64_t size_of(int64_t value)
{
    return value < 0 ? -value : value;
}

enum err wire_read_position(const struct node *node, struct wire_position *out)
{
    struct wire_reader reader = wire_reader(node);
    *out = (struct wire_position){0};
    wire_text(&reader, "symbol", out->symbol, sizeof out->symbol);
    wire_amount(&reader, "qty", &out->qty_e9);
    wire_amount_or_none(&reader, "qty_available", &out->qty_available_e9);
    wire_rounded(&reader, "avg_entry_price", &out->average_price_e9);
    if (wire_value(&reader, "qty_available") == NULL) {
        out->qty_available_e9 = out->qty_e9;
    }
    const struct node *side = wire_value(&reader, "side");
    bool is_short = node_is(side, "short");
    if ((!is_short && !node_is(side, "long")) || (!is_short && out->qty_e9 < 0) ||
        out->qty_e9 == INT64_MIN || out->qty_available_e9 == INT64_MIN) {
        wire_fail(&reader, ERR_FORMAT);
    } else if (is_short) {
        out->qty_e9 = -size_of(out->qty_e9);
        out->qty_available_e9 = -size_of(out->qty_available_e9);
    }
    return reader.err;
}

/* ---- the account ---- */

static void read_blocks(struct wire_reader *reader, struct wire_account *account)
{
    bool trading, whole, by_user;
    wire_flag(reader, "trading_blocked", &trading);
    wire_flag(reader, "account_blocked", &whole);
    wire_flag(reader, "trade_suspended_by_user", &by_user);
    account->blocked = trading || whole || by_user;
}

enum err wire_read_account(const struct node *node, struct wire_account *out)
{
    struct wire_reader reader = wire_reader(node);
    int64_t multiplier_e9;
    *out = (struct wire_account){0};
    wire_text(&reader, "id", out->id, sizeof out->id);
    wire_text(&reader, "account_number", out->number, sizeof out->number);
    wire_text(&reader, "status", out->status, sizeof out->status);
    out->active = strcmp(out->status, "ACTIVE") == 0;
    read_blocks(&reader, out);
    wire_flag_or_false(&reader, "shorting_enabled", &out->shorting);
    wire_rounded(&reader, "cash", &out->cash_e9);
    wire_rounded(&reader, "equity", &out->equity_e9);
    wire_rounded(&reader, "buying_power", &out->buying_power_e9);
    wire_rounded(&reader, "last_equity", &out->last_equity_e9);
    wire_amount(&reader, "multiplier", &multiplier_e9);
    out->multiplier = multiplier_e9 / MONEY_E9;
    if (multiplier_e9 <= 0 || multiplier_e9 % MONEY_E9 != 0) {
        wire_fail(&reader, ERR_FORMAT);
    }
    return reader.err;
}

/* ---- activities ---- */

static bool is_known(const char *type)
{
    static const char *const types[] = {
        "FILL",  "TRANS",   "MISC",   "ACATC",  "ACATS",  "CFEE",  "CGD",    "CSD",
        "CSW",   "DIV",     "DIVCGL", "DIVCGS", "DIVFEE", "DIVFT", "DIVNRA", "DIVROC",
        "DIVTW", "DIVTXEX", "FEE",    "INT",    "INTNRA", "INTTW", "JNL",    "JNLC",
        "JNLS",  "MA",      "NC",     "OPASN",  "OPCA",   "OPCSH", "OPEXC",  "OPEXP",
        "OPTRD", "PTC",     "PTR",    "REORG",  "SPIN",   "SPLIT", "FOPT",   "OCT",
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(types[i], type) == 0) {
            return true;
        }
    }
    return false;
}

/* A type that we do not know may be of any length: what fits is kept, for people. */
static void read_type(struct wire_reader *reader, struct wire_activity *activity)
{
    const char *type = node_text(wire_value(reader, "activity_type"));
    if (type == NULL || *type == '\0') {
        wire_fail(reader, ERR_FORMAT);
        return;
    }
    activity->known = is_known(type);
    activity->trades = strcmp(type, "FILL") == 0;
    (void)snprintf(activity->type, sizeof activity->type, "%s", type);
}

static void read_execution(struct wire_reader *reader, struct wire_activity *activity)
{
    wire_text(reader, "symbol", activity->symbol, sizeof activity->symbol);
    wire_text(reader, "order_id", activity->order_id, sizeof activity->order_id);
    wire_side(reader, &activity->buys);
    wire_amount(reader, "price", &activity->price_e9);
    wire_amount(reader, "qty", &activity->qty_e9);
    wire_amount(reader, "cum_qty", &activity->cum_qty_e9);
    wire_moment(reader, "transaction_time", &activity->ts_ns);
    if (activity->qty_e9 <= 0 || activity->cum_qty_e9 < activity->qty_e9) {
        wire_fail(reader, ERR_FORMAT);
    }
}

static void read_date(struct wire_reader *reader, const char *key, int64_t *day_ns)
{
    char text[16];
    wire_text(reader, key, text, sizeof text);
    if (reader->err == ERR_OK) {
        wire_fail(reader, utc_parse_date(text, strlen(text), day_ns));
    }
}

static void read_entry(struct wire_reader *reader, struct wire_activity *activity)
{
    wire_text_or_none(reader, "symbol", activity->symbol, sizeof activity->symbol);
    wire_rounded_or_none(reader, "price", &activity->price_e9);
    wire_amount_or_none(reader, "qty", &activity->qty_e9);
    wire_rounded_or_none(reader, "net_amount", &activity->net_amount_e9);
    read_date(reader, "date", &activity->ts_ns);
}

enum err wire_read_activity(const struct node *node, struct wire_activity *out)
{
    struct wire_reader reader = wire_reader(node);
    *out = (struct wire_activity){0};
    wire_text(&reader, "id", out->id, sizeof out->id);
    read_type(&reader, out);
    if (out->trades) {
        read_execution(&reader, out);
    } else {
        read_entry(&reader, out);
    }
    return reader.err;
}

/* ---- clock and sessions ---- */

enum err wire_read_clock(const struct node *node, struct wire_clock *out)
{
    struct wire_reader reader = wire_reader(node);
    *out = (struct wire_clock){0};
    wire_moment(&reader, "timestamp", &out->ts_ns);
    wire_flag(&reader, "is_open", &out->is_open);
    wire_moment_or_none(&reader, "next_open", &out->next_open_ns);
    wire_moment_or_none(&reader, "next_close", &out->next_close_ns);
    return reader.err;
}

/* "09:30" on New York's walls that day; "24:00" is the day's end. */
static void read_wall(struct wire_reader *reader, const char *key, int32_t date, int64_t *ts_ns)
{
    char text[8];
    wire_text(reader, key, text, sizeof text);
    if (reader->err != ERR_OK) {
        return;
    }
    for (size_t i = 0; i < 5; i++) {
        if (i == 2 ? text[i] != ':' : text[i] < '0' || text[i] > '9') {
            wire_fail(reader, ERR_FORMAT);
            return;
        }
    }
    int64_t minutes = ((text[0] - '0') * 10 + (text[1] - '0')) * 60;
    int64_t minute = (text[3] - '0') * 10 + (text[4] - '0');
    if (text[5] != '\0' || minute > 59 || minutes + minute > 24 * 60) {
        wire_fail(reader, ERR_FORMAT);
        return;
    }
    *ts_ns = new_york_utc(date, (minutes + minute) * NS_PER_MIN);
}

enum err wire_read_session(const struct node *node, struct wire_session *out)
{
    struct wire_reader reader = wire_reader(node);
    int64_t day_ns = 0;
    *out = (struct wire_session){0};
    read_date(&reader, "date", &day_ns);
    out->date = (int32_t)utc_day_of(day_ns);
    read_wall(&reader, "open", out->date, &out->open_ns);
    read_wall(&reader, "close", out->date, &out->close_ns);
    if (out->open_ns >= out->close_ns) {
        wire_fail(&reader, ERR_FORMAT);
    }
    return reader.err;
}

/* ---- assets ---- */

enum err wire_read_asset(const struct node *node, struct wire_asset *out)
{
    struct wire_reader reader = wire_reader(node);
    *out = (struct wire_asset){0};
    wire_text(&reader, "symbol", out->symbol, sizeof out->symbol);
    const struct node *status = wire_value(&reader, "status");
    if (node_text(status) == NULL) {
        wire_fail(&reader, ERR_FORMAT);
    }
    out->active = node_is(status, "active");
    wire_flag(&reader, "tradable", &out->tradable);
    wire_flag_or_false(&reader, "shortable", &out->shortable);
    wire_flag_or_false(&reader, "fractionable", &out->fractionable);
    return reader.err;
}
