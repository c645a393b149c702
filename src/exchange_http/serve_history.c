/* serve_history.c: what the account was worth, in steps of time.
 *
 * As the vendor's own answers have it: a step is labelled with its left edge and tells the equity
 * at its end; the last step of a session begins at its close. A day is labelled 20:00 in New York,
 * when it is added. Profit is that of the day so far, and of a whole day in steps of days; without
 * resets it is told from the base value. The past begins with the account; where all that is asked
 * for lies before that, its steps are there and worth 0, as is the base value. */
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "exchange_http/history_query.h"
#include "exchange_http/history_steps.h"
#include "exchange_http/local_time.h"
#include "exchange_http/name_list.h"
#include "exchange_http/routes_account.h"
#include "exchange_http/shape_activity.h"

/* Shares of equity are told with six decimals. */
#define SHARE_UNIT_E9 (MONEY_E9 / 1000000)

static int64_t profit_e9(const struct history_step *step)
{
    int64_t profit = 0;
    (void)money_sub(step->equity_e9, step->base_e9, &profit);
    return profit;
}

static int64_t profit_share_e9(const struct history_step *step)
{
    int64_t units = 0;
    if (step->base_e9 != 0) {
        (void)money_mul_div(profit_e9(step), 1000000, step->base_e9, ROUND_EVEN, &units);
    }
    int64_t share_e9 = 0;
    (void)money_mul_div(units, SHARE_UNIT_E9, 1, ROUND_EVEN, &share_e9);
    return share_e9;
}

static int64_t equity_e9(const struct history_step *step)
{
    return step->equity_e9;
}

static void write_array(struct json_writer *json, const char *key,
                        const struct history_steps *steps,
                        int64_t (*value)(const struct history_step *step))
{
    json_key(json, key);
    json_begin_array(json);
    for (size_t i = 0; i < steps->count; i++) {
        json_money(json, value(&steps->list[i]));
    }
    json_end_array(json);
}

static void write_times(struct json_writer *json, const struct history_steps *steps)
{
    json_key(json, "timestamp");
    json_begin_array(json);
    for (size_t i = 0; i < steps->count; i++) {
        json_int(json, steps->list[i].label_ns / NS_PER_S);
    }
    json_end_array(json);
}

/* ---- cash ---- */

/* What moved by entries of that type within each step. */
static void write_flow(struct json_writer *json, const struct account *account,
                       const struct history_steps *steps, const char *type)
{
    uint32_t next = 0;
    json_key(json, type);
    json_begin_array(json);
    for (size_t i = 0; i < steps->count; i++) {
        int64_t sum_e9 = 0;
        int64_t from_ns = i == 0 ? steps->list[0].start_ns : steps->list[i - 1].end_ns;
        for (; next < account->activity_count &&
               account->activities[next].ts_ns <= steps->list[i].end_ns;
             next++) {
            const struct activity *activity = &account->activities[next];
            if (activity->ts_ns > from_ns && !activity_is_fill(activity) &&
                strcmp(activity_type(activity), type) == 0) {
                (void)money_add(sum_e9, activity->amount_e9, &sum_e9);
            }
        }
        json_money(json, sum_e9);
    }
    json_end_array(json);
}

static bool has_flow(const struct account *account, const struct history_steps *steps,
                     const char *type)
{
    for (uint32_t i = 0; i < account->activity_count && steps->count > 0; i++) {
        const struct activity *activity = &account->activities[i];
        if (!activity_is_fill(activity) && strcmp(activity_type(activity), type) == 0 &&
            activity->ts_ns > steps->list[0].start_ns &&
            activity->ts_ns <= steps->list[steps->count - 1].end_ns) {
            return true;
        }
    }
    return false;
}

/* The types that are named, or all that occur. */
static void write_flows(struct json_writer *json, const struct account *account,
                        const struct history_steps *steps, const char *types)
{
    const char *list = activity_types;
    json_key(json, "cashflow");
    json_begin_object(json);
    for (char type[LIST_NAME_SIZE]; name_list_next(&list, type);) {
        if (types == NULL ? has_flow(account, steps, type) : name_list_has(types, type)) {
            write_flow(json, account, steps, type);
        }
    }
    json_end_object(json);
}

void serve_history(struct call *call)
{
    struct history_query query;
    if (!history_query_read(call, &query)) {
        return;
    }
    struct history_steps steps;
    history_steps_make(&steps, call->account, &query);
    json_begin_object(call->json);
    write_times(call->json, &steps);
    write_array(call->json, "equity", &steps, equity_e9);
    write_array(call->json, "profit_loss", &steps, profit_e9);
    write_array(call->json, "profit_loss_pct", &steps, profit_share_e9);
    json_member_money(call->json, "base_value", steps.base_e9);
    if (steps.base_known) {
        char date[LOCAL_DATE_SIZE];
        local_date_write(steps.base_date, date);
        json_member_string(call->json, "base_value_asof", date);
    }
    json_member_string(call->json, "timeframe", query.timeframe->name);
    if (query.flows) {
        write_flows(call->json, call->account, &steps, query.flow_types);
    }
    json_end_object(call->json);
    history_steps_finish(&steps);
}
