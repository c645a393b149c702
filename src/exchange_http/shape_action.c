#include "exchange_http/shape_action.h"

#include "base/money.h"
#include "base/utc.h"
#include "exchange_http/local_time.h"
#include "exchange_http/shape_text.h"
#include "venue/uuid.h"

const char *const action_names[ACTION_NAMES] = {
    "cash_dividend",
    "forward_split",
    "reverse_split",
    "stock_dividend",
    "spin_off",
    "cash_merger",
    "stock_merger",
    "stock_and_cash_merger",
    "unit_split",
    "redemption",
    "name_change",
    "worthless_removal",
    "rights_distribution",
    "partial_call",
    "reorganization",
};

const char *const action_event_names[ACTION_NAMES] = {
    "cash_dividend_corporateaction_event",
    "forward_split_corporateaction_event",
    "reverse_split_corporateaction_event",
    "stock_dividend_corporateaction_event",
    "spin_off_corporateaction_event",
    "cash_merger_corporateaction_event",
    "stock_merger_corporateaction_event",
    "stock_and_cash_merger_corporateaction_event",
    "unit_split_corporateaction_event",
    "redemption_corporateaction_event",
    "name_change_corporateaction_event",
    "worthless_removal_corporateaction_event",
    "rights_distribution_corporateaction_event",
    "equity_partial_call_corporateaction_event",
    "reorganization_corporateaction_event",
};

bool action_is(const struct action *action, enum action_type type)
{
    switch (type) {
    case TYPE_CASH_DIVIDEND:
        return action->cash_e9 > 0;
    case TYPE_FORWARD_SPLIT:
        return action->split_new > action->split_old;
    case TYPE_REVERSE_SPLIT:
        return action->split_new < action->split_old;
    case TYPE_COUNT:
        break;
    }
    return false;
}

static void write_rates(struct json_writer *json, const struct action *action,
                        enum action_type type, bool as_text)
{
    if (type == TYPE_CASH_DIVIDEND) {
        if (as_text) {
            json_member_decimal(json, "rate", action->cash_e9);
        } else {
            json_member_money(json, "rate", action->cash_e9);
        }
        json_member_bool(json, "special", false);
        json_member_bool(json, "foreign", false);
    } else if (as_text) {
        json_member_decimal(json, "new_rate", action->split_new * MONEY_E9);
        json_member_decimal(json, "old_rate", action->split_old * MONEY_E9);
    } else {
        json_member_uint(json, "new_rate", (uint64_t)action->split_new);
        json_member_uint(json, "old_rate", (uint64_t)action->split_old);
    }
}

static void write_action(struct json_writer *json, const struct venue *venue, size_t row,
                         enum action_type type, bool as_text)
{
    const struct action *action = &venue->plan.actions->rows[row];
    char id[UUID_TEXT_SIZE];
    char date[LOCAL_DATE_SIZE];
    uuid_write(venue->plan.seed, UUID_ACTION, row * TYPE_COUNT + type, id);
    local_date_write(action->date, date);
    json_begin_object(json);
    json_member_string(json, "id", id);
    json_member_string(json, "symbol", action->instrument.symbol);
    if (type == TYPE_REVERSE_SPLIT) {
        json_member_string(json, "old_cusip", "");
        json_member_string(json, "new_cusip", "");
    } else {
        json_member_string(json, "cusip", "");
    }
    write_rates(json, action, type, as_text);
    json_member_string(json, "ex_date", date);
    json_member_string(json, "process_date", date);
    json_end_object(json);
}

void shape_action(struct json_writer *json, const struct venue *venue, size_t row,
                  enum action_type type)
{
    write_action(json, venue, row, type, false);
}

void shape_action_event(struct json_writer *json, const struct venue *venue, size_t row,
                        enum action_type type, int64_t ts_ns)
{
    json_begin_object(json);
    member_moment(json, "at", ts_ns);
    json_member_string(json, "action", "insert");
    json_member_string(json, "event_type", action_event_names[type]);
    json_member_string(json, "region", "us");
    json_key(json, "ca");
    write_action(json, venue, row, type, true);
    json_end_object(json);
}
