/* action_feed.h: the feed of corporate actions, GET /v1beta1/events/corporate-actions: an `insert`
 * for each split and dividend of the venue's list, at 00:00 in New York of its ex-date. The list
 * knows no earlier date of them, and nothing in it is ever corrected. */
#ifndef EXCHANGE_HTTP_ACTION_FEED_H
#define EXCHANGE_HTTP_ACTION_FEED_H

#include "exchange_http/event_log.h"

struct action_feed {
    struct event_log *log; /* NULL: nobody has asked yet */
    size_t rows;           /* of the list, that are in the log */
    struct json_writer json;
};

/* Whatever has become effective by the venue's time goes into the log. */
void action_feed_follow(struct action_feed *feed, const struct venue *venue);
void action_feed_finish(struct action_feed *feed);

/* The cursor of who asks: as event_cursor_read(), and which types and regions. */
bool action_feed_cursor(struct call *call, const struct action_feed *feed,
                        struct event_cursor *cursor);

#endif
