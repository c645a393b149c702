/* shape_action.h: splits and dividends of the venue's list in Alpaca's words for market data: as
 * the list of corporate actions tells them, and as events of their feed. */
#ifndef EXCHANGE_HTTP_SHAPE_ACTION_H
#define EXCHANGE_HTTP_SHAPE_ACTION_H

#include "sys/json_writer.h"
#include "venue/venue.h"

/* A row can be a dividend and a split at once; each of the two is an action of its own. */
enum action_type { TYPE_CASH_DIVIDEND, TYPE_FORWARD_SPLIT, TYPE_REVERSE_SPLIT, TYPE_COUNT };

/* All that Alpaca has, ours first; of the others nothing ever happened here. */
enum { ACTION_NAMES = 15 };
extern const char *const action_names[ACTION_NAMES];       /* as the list asks for them */
extern const char *const action_event_names[ACTION_NAMES]; /* and the feed */

bool action_is(const struct action *action, enum action_type type);

/* Row `row` of the venue's list, which is of that type. */
void shape_action(struct json_writer *json, const struct venue *venue, size_t row,
                  enum action_type type);

/* The same as a mutation of the feed at that moment: it was inserted. */
void shape_action_event(struct json_writer *json, const struct venue *venue, size_t row,
                        enum action_type type, int64_t ts_ns);

#endif
