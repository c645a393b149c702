/* shape_activity.h: entries of an account's history as Alpaca writes them: executions (FILL), and
 * cash that moved without one (DIV, SPLIT, INT). */
#ifndef EXCHANGE_HTTP_SHAPE_ACTIVITY_H
#define EXCHANGE_HTTP_SHAPE_ACTIVITY_H

#include "sys/json_writer.h"
#include "venue/account.h"

/* "20260316143801942::" and a UUID and its NUL. */
#define ACTIVITY_ID_SIZE (19 + UUID_TEXT_SIZE)

/* Every type that the vendor has, as a list with commas. */
extern const char activity_types[];

static inline bool activity_is_fill(const struct activity *activity)
{
    return activity->order != NO_SERVED_ORDER;
}

/* "FILL", "DIV", "SPLIT", "INT". */
const char *activity_type(const struct activity *activity);

/* "CDIV", "FSPLIT", ...; NULL: it has none. */
const char *activity_sub_type(const struct activity *activity);

/* Of a fill: "buy", "sell", "sell_short". */
const char *activity_side(const struct account *account, const struct activity *activity);

/* The execution's id, or that of the entry. */
void activity_uuid(const struct account *account, const struct activity *activity,
                   char text[UUID_TEXT_SIZE]);

/* Time in New York and UUID: what pages go on from. The time of an entry that is no execution is
 * that of its day. */
void activity_id(const struct account *account, const struct activity *activity,
                 char text[ACTIVITY_ID_SIZE]);

/* The place in the account's list that an id stands for; false when it is none of the account's. */
bool activity_find(const struct account *account, const char *id, uint32_t *index);

/* One row of GET /v2/account/activities. */
void shape_activity(struct json_writer *json, const struct account *account,
                    const struct activity *activity);

/* What GET /v2beta1/events/activities sends of one, without its `event_id`, which the log of events
 * adds. */
void shape_activity_event(struct json_writer *json, const struct account *account,
                          const struct activity *activity);

#endif
