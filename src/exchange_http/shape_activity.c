#include "exchange_http/shape_activity.h"

#include <stdio.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "exchange_http/local_time.h"
#include "exchange_http/shapes.h"
#include "exchange_http/trading_dates.h"

/* ---- what it is ---- */

const char activity_types[] =
    "FILL,TRANS,MISC,ACATC,ACATS,CFEE,CGD,CSD,CSW,DIV,DIVCGL,DIVCGS,DIVFEE,DIVFT,DIVNRA,DIVROC,"
    "DIVTW,DIVTXEX,FEE,INT,INTNRA,INTTW,JNL,JNLC,JNLS,MA,NC,OPASN,OPCA,OPCSH,OPEXC,OPEXP,OPTRD,"
    "PTC,PTR,REORG,SPIN,SPLIT,FOPT,OCT";

const char *activity_type(const struct activity *activity)
{
    if (activity_is_fill(activity)) {
        return "FILL";
    }
    switch ((enum cash_cause)activity->cause) {
    case CASH_DIVIDEND:
        return "DIV";
    case CASH_SPLIT:
        return "SPLIT";
    case CASH_INTEREST:
        return "INT";
    case CASH_RECONCILED:
        break; /* what a client makes of an account, not an exchange */
    }
    return "MISC";
}

const char *activity_sub_type(const struct activity *activity)
{
    if (activity_is_fill(activity)) {
        return NULL;
    }
    switch ((enum cash_cause)activity->cause) {
    case CASH_DIVIDEND:
        return "CDIV";
    case CASH_SPLIT: { /* a reverse split takes shares from a long position, adds to a short one */
        int64_t before_e9 = activity->position_e9 - activity->qty_e9;
        bool grew = before_e9 < 0 ? activity->qty_e9 < 0 : activity->qty_e9 > 0;
        return grew ? "FSPLIT" : "RSPLIT";
    }
    case CASH_INTEREST:
        return activity->amount_e9 < 0 ? "MGN" : "CDT";
    case CASH_RECONCILED:
        break;
    }
    return NULL;
}

static const char *description(const struct activity *activity)
{
    switch ((enum cash_cause)activity->cause) {
    case CASH_DIVIDEND:
        return "Cash Dividend";
    case CASH_SPLIT:
        return "Stock Split";
    case CASH_INTEREST:
        return "Interest";
    case CASH_RECONCILED:
        break;
    }
    return "";
}

static const char *symbol_of(const struct account *account, const struct activity *activity)
{
    const struct bars *data = account->market->data;
    return activity->instrument < data->instrument_count
               ? data->instruments[activity->instrument].symbol
               : "";
}

const char *activity_side(const struct account *account, const struct activity *activity)
{
    const struct served_order *order = account_order(account, activity->order);
    return !order->sells ? "buy" : activity->position_e9 < 0 ? "sell_short" : "sell";
}

/* ---- ids ---- */

void activity_uuid(const struct account *account, const struct activity *activity,
                   char text[UUID_TEXT_SIZE])
{
    uuid_write(account->seed, activity_is_fill(activity) ? UUID_EXECUTION : UUID_ACTIVITY,
               activity->number, text);
}

void activity_id(const struct account *account, const struct activity *activity,
                 char text[ACTIVITY_ID_SIZE])
{
    enum calendar_id calendar = account->market->calendar;
    struct utc_date date = utc_date(local_date(calendar, activity->ts_ns));
    int64_t ms =
        activity_is_fill(activity) ? local_time_of_day(calendar, activity->ts_ns) / NS_PER_MS : 0;
    char uuid[UUID_TEXT_SIZE];
    activity_uuid(account, activity, uuid);
    (void)snprintf(
        text, ACTIVITY_ID_SIZE, "%04u%02u%02u%02u%02u%02u%03u::%s", (unsigned)date.year % 10000,
        (unsigned)date.month % 100, (unsigned)date.day % 100, (unsigned)(ms / 3600000) % 100,
        (unsigned)(ms / 60000 % 60), (unsigned)(ms / 1000 % 60), (unsigned)(ms % 1000), uuid);
}

bool activity_find(const struct account *account, const char *id, uint32_t *index)
{
    const char *separator = strstr(id, "::");
    if (separator == NULL) {
        return false;
    }
    const char *uuid = separator + 2;
    size_t length = strlen(uuid);
    uint64_t number;
    if ((!uuid_read(account->seed, UUID_EXECUTION, uuid, length, &number) &&
         !uuid_read(account->seed, UUID_ACTIVITY, uuid, length, &number)) ||
        number >= account->activity_count) {
        return false;
    }
    *index = (uint32_t)number;
    return true;
}

/* ---- as a row ---- */

static void member_date(struct json_writer *json, const char *key, int32_t date)
{
    char text[LOCAL_DATE_SIZE];
    local_date_write(date, text);
    json_member_string(json, key, text);
}

/* What the order had left when the execution was over. */
static int64_t leaves_e9(const struct served_order *order, const struct activity *activity)
{
    int64_t leaves = order->qty_e9 - activity->cumulative_e9;
    return activity->completes || leaves < 0 ? 0 : leaves;
}

static void member_order(struct json_writer *json, const struct account *account,
                         const struct activity *activity)
{
    char id[UUID_TEXT_SIZE];
    account_order_id(account, activity->order, id);
    json_member_string(json, "order_id", id);
    json_member_string(json, "order_status", activity->completes ? "filled" : "partially_filled");
    json_member_decimal(json, "cum_qty", activity->cumulative_e9);
    json_member_decimal(json, "leaves_qty",
                        leaves_e9(account_order(account, activity->order), activity));
}

static void write_fill(struct json_writer *json, const struct account *account,
                       const struct activity *activity)
{
    json_member_time(json, "transaction_time", activity->ts_ns);
    json_member_string(json, "type", activity->completes ? "fill" : "partial_fill");
    json_member_decimal(json, "price", activity->price_e9);
    json_member_decimal(json, "qty", activity->qty_e9);
    json_member_string(json, "side", activity_side(account, activity));
    json_member_string(json, "symbol", symbol_of(account, activity));
    member_order(json, account, activity);
}

/* A dividend's quantity is the shares that it was paid for, a split's the shares that it brought.
 */
static void write_entry(struct json_writer *json, const struct account *account,
                        const struct activity *activity)
{
    json_member_string(json, "activity_sub_type", activity_sub_type(activity));
    member_date(json, "date", local_date(account->market->calendar, activity->ts_ns));
    json_member_decimal(json, "net_amount", activity->amount_e9);
    json_member_string(json, "description", description(activity));
    json_member_string(json, "symbol", symbol_of(account, activity));
    int64_t per_share_e9;
    if (activity->cause == CASH_SPLIT) {
        json_member_decimal(json, "qty", activity->qty_e9);
    } else if (activity->cause == CASH_DIVIDEND && activity->position_e9 != 0 &&
               money_mul_div(activity->amount_e9, MONEY_E9, activity->position_e9, ROUND_EVEN,
                             &per_share_e9) == ERR_OK) {
        json_member_decimal(json, "qty", activity->position_e9);
        json_member_decimal(json, "per_share_amount", per_share_e9);
    }
    json_member_string(json, "status", "executed");
    json_member_string(json, "currency", "USD");
    json_member_time(json, "created_at", activity->ts_ns);
}

void shape_activity(struct json_writer *json, const struct account *account,
                    const struct activity *activity)
{
    char id[ACTIVITY_ID_SIZE];
    activity_id(account, activity, id);
    json_begin_object(json);
    json_member_string(json, "id", id);
    json_member_string(json, "account_id", account->id);
    json_member_string(json, "activity_type", activity_type(activity));
    if (activity_is_fill(activity)) {
        write_fill(json, account, activity);
    } else {
        write_entry(json, account, activity);
    }
    json_end_object(json);
}

/* ---- as an event ---- */

static void write_trade_details(struct json_writer *json, const struct account *account,
                                const struct activity *activity)
{
    const struct served_order *order = account_order(account, activity->order);
    char id[UUID_TEXT_SIZE];
    asset_id(activity->instrument, id);
    json_member_string(json, "asset_id", id);
    json_member_string(json, "symbol", symbol_of(account, activity));
    json_member_string(json, "client_order_id", order->client_order_id);
    json_member_string(json, "execution_type", "fill");
    json_member_string(json, "side", order->sells ? "sell" : "buy");
    json_member_decimal(json, "commission", -activity->amount_e9);
    member_order(json, account, activity);
}

/* When it settles: a trade by the market's rule, cash at once. */
static int32_t settle_date(const struct account *account, const struct activity *activity)
{
    enum calendar_id calendar = account->market->calendar;
    int32_t date = local_date(calendar, activity->ts_ns);
    struct trading_day day;
    if (activity_is_fill(activity) && trading_date_until(calendar, date, &day)) {
        (void)settlement_date(calendar, &day, &date); /* behind the calendar's end: that day */
    }
    return date;
}

/* What a trade moved: paid for a purchase, got for a sale, less its commission. */
static int64_t net_amount_e9(const struct account *account, const struct activity *activity)
{
    int64_t value_e9 = 0;
    int64_t net_e9 = activity->amount_e9;
    if (activity_is_fill(activity) &&
        money_notional(activity->price_e9, activity->qty_e9, ROUND_EVEN, &value_e9) == ERR_OK) {
        bool sells = account_order(account, activity->order)->sells;
        (void)money_add(net_e9, sells ? value_e9 : -value_e9, &net_e9);
    }
    return net_e9;
}

void shape_activity_event(struct json_writer *json, const struct account *account,
                          const struct activity *activity)
{
    char uuid[UUID_TEXT_SIZE];
    activity_uuid(account, activity, uuid);
    bool fill = activity_is_fill(activity);
    json_begin_object(json);
    json_member_time(json, "at", activity->ts_ns);
    json_member_string(json, "activity_type", activity_type(activity));
    if (!fill) {
        json_member_string(json, "activity_subtype", activity_sub_type(activity));
    }
    json_member_time(json, "executed_at", activity->ts_ns);
    json_member_string(json, "status", "executed");
    member_date(json, "settle_date", settle_date(account, activity));
    json_member_string(json, "currency", "USD");
    json_member_string(json, "ref_id", uuid);
    json_member_decimal(json, "net_amount", net_amount_e9(account, activity));
    if (fill) {
        json_member_decimal(json, "price", activity->price_e9);
        json_member_decimal(json, "qty", activity->qty_e9);
    }
    json_key(json, "details");
    json_begin_object(json);
    if (fill) {
        write_trade_details(json, account, activity);
    } else {
        json_member_string(json, "symbol", symbol_of(account, activity));
        json_member_string(json, "description", description(activity));
    }
    json_end_object(json);
    json_end_object(json);
}
