/* serve_announcements.c: splits and dividends, as the old route for corporate actions tells them,
 * from the list that the venue was given. It knows ex-dates alone: other dates are null, and asking
 * by them finds nothing. A row of the list with a split and a dividend is two announcements. */
#include <string.h>
#include <strings.h>

#include "base/money.h"
#include "exchange_http/local_time.h"
#include "exchange_http/name_list.h"
#include "exchange_http/routes_account.h"

enum { RANGE_DAYS_MAX = 90 };

enum part { PART_DIVIDEND, PART_SPLIT, PART_COUNT };

static const char *const part_types[PART_COUNT] = {"dividend", "split"};

struct announcement {
    const struct action *action;
    enum part part;
    uint64_t number; /* for its id: row times PART_COUNT, and the part */
};

static size_t action_count(const struct venue *venue)
{
    return venue->plan.actions == NULL ? 0 : venue->plan.actions->count;
}

/* False where the row has no such part. */
static bool announcement_at(const struct venue *venue, uint64_t number,
                            struct announcement *announcement)
{
    if (number / PART_COUNT >= action_count(venue)) {
        return false;
    }
    const struct action *action = &venue->plan.actions->rows[number / PART_COUNT];
    enum part part = (enum part)(number % PART_COUNT);
    *announcement = (struct announcement){action, part, number};
    return part == PART_DIVIDEND ? action->cash_e9 > 0 : action->split_new != action->split_old;
}

/* ---- shape ---- */

static const char *sub_type(const struct announcement *announcement)
{
    const struct action *action = announcement->action;
    return announcement->part == PART_DIVIDEND     ? "cash"
           : action->split_new < action->split_old ? "reverse_split"
                                                   : "stock_split";
}

static void member_null(struct json_writer *json, const char *key)
{
    json_key(json, key);
    json_null(json);
}

static void shape(struct call *call, const struct announcement *announcement)
{
    struct json_writer *json = call->json;
    const struct action *action = announcement->action;
    bool split = announcement->part == PART_SPLIT;
    char id[UUID_TEXT_SIZE];
    char ex_date[LOCAL_DATE_SIZE];
    uuid_write(0, UUID_ANNOUNCEMENT, announcement->number, id);
    local_date_write(action->date, ex_date);
    json_begin_object(json);
    json_member_string(json, "id", id);
    json_member_string(json, "corporate_action_id", id);
    json_member_string(json, "ca_type", part_types[announcement->part]);
    json_member_string(json, "ca_sub_type", sub_type(announcement));
    json_member_string(json, "initiating_symbol", action->instrument.symbol);
    json_member_string(json, "initiating_original_cusip", "");
    json_member_string(json, "target_symbol", action->instrument.symbol);
    json_member_string(json, "target_original_cusip", "");
    member_null(json, "declaration_date");
    json_member_string(json, "ex_date", ex_date);
    member_null(json, "record_date");
    member_null(json, "payable_date");
    json_member_decimal(json, "cash", split ? 0 : action->cash_e9);
    json_member_decimal(json, "old_rate", (split ? action->split_old : 1) * MONEY_E9);
    json_member_decimal(json, "new_rate", (split ? action->split_new : 1) * MONEY_E9);
    json_end_object(json);
}

/* ---- the list ---- */

struct wanted {
    bool parts[PART_COUNT];
    int32_t since, until;
    const char *symbol; /* NULL: any */
    bool nothing;       /* asks by what the list does not know */
};

static bool read_types(struct call *call, struct wanted *wanted)
{
    const char *list = call_query(call, "ca_types");
    if (list == NULL || *list == '\0') {
        call_fail(call, 422, CODE_BAD_VALUE, "ca_types is required");
        return false;
    }
    static const char *const others[] = {"merger", "spinoff", "reorg"};
    for (char type[LIST_NAME_SIZE]; name_list_next(&list, type);) {
        bool known = false;
        for (size_t i = 0; i < PART_COUNT; i++) {
            bool same = strcasecmp(type, part_types[i]) == 0;
            wanted->parts[i] = wanted->parts[i] || same;
            known = known || same;
        }
        for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
            known = known || strcasecmp(type, others[i]) == 0;
        }
        if (!known) {
            call_fail(call, 422, CODE_BAD_VALUE, "invalid ca_types: %s", type);
            return false;
        }
    }
    return true;
}

static bool read_date(struct call *call, const char *name, int32_t *date)
{
    bool present;
    int64_t unused_ns;
    if (!call_query_time(call, name, &present, &unused_ns)) {
        return false;
    }
    if (!present) {
        call_fail(call, 422, CODE_BAD_VALUE, "%s is required", name);
        return false;
    }
    return local_date_read(call_query(call, name), date);
}

static bool read_wanted(struct call *call, struct wanted *wanted)
{
    if (!read_types(call, wanted) || !read_date(call, "since", &wanted->since) ||
        !read_date(call, "until", &wanted->until)) {
        return false;
    }
    if (wanted->until < wanted->since || wanted->until - wanted->since > RANGE_DAYS_MAX) {
        call_fail(call, 422, CODE_BAD_VALUE, "date range must be 0 to %d days", RANGE_DAYS_MAX);
        return false;
    }
    const char *cusip = call_query(call, "cusip");
    const char *type = call_query(call, "date_type");
    const char *symbol = call_query(call, "symbol");
    if (type != NULL && *type != '\0' &&
        !name_list_has("declaration_date,ex_date,record_date,payable_date", type)) {
        call_fail(call, 422, CODE_BAD_VALUE, "invalid date_type: %s", type);
        return false;
    }
    wanted->symbol = symbol != NULL && *symbol != '\0' ? symbol : NULL;
    wanted->nothing = (cusip != NULL && *cusip != '\0') ||
                      (type != NULL && *type != '\0' && strcmp(type, "ex_date") != 0);
    return true;
}

static bool matches(const struct wanted *wanted, const struct announcement *announcement)
{
    const struct action *action = announcement->action;
    return !wanted->nothing && wanted->parts[announcement->part] && action->date >= wanted->since &&
           action->date <= wanted->until &&
           (wanted->symbol == NULL || strcmp(wanted->symbol, action->instrument.symbol) == 0);
}

void serve_announcements(struct call *call)
{
    struct wanted wanted = {0};
    if (!read_wanted(call, &wanted)) {
        return;
    }
    json_begin_array(call->json);
    uint64_t count = (uint64_t)action_count(call->venue) * PART_COUNT;
    for (uint64_t number = 0; number < count; number++) {
        struct announcement announcement;
        if (announcement_at(call->venue, number, &announcement) &&
            matches(&wanted, &announcement)) {
            shape(call, &announcement);
        }
    }
    json_end_array(call->json);
}

void serve_announcement(struct call *call)
{
    const char *id = call->arguments[0];
    uint64_t number;
    struct announcement announcement;
    if (!uuid_read(0, UUID_ANNOUNCEMENT, id, strlen(id), &number) ||
        !announcement_at(call->venue, number, &announcement)) {
        call_fail(call, 404, CODE_NOT_FOUND, "announcement not found for %s", id);
        return;
    }
    shape(call, &announcement);
}
