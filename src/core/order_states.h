/* order_states.h: the life of an order as a table with every cell filled (reliability O8, O9).
 *
 * What a broker says arrives late, twice, out of order and after a cancel; all of that is legal and
 * has its cell. Partial is "filled > 0", not a state; the broker's own word is data, not a state.
 */
#ifndef CORE_ORDER_STATES_H
#define CORE_ORDER_STATES_H

#include <stdint.h>

#define ORDER_STATE_LIST(X)                                                                        \
    X(INTENT, "intent")           /* decided and in the log, no byte sent */                       \
    X(SENDING, "sending")         /* handed to the broker, no answer yet */                        \
    X(UNKNOWN, "unknown")         /* the outcome is being looked up */                             \
    X(WORKING, "working")         /* the broker has it */                                          \
    X(CANCELING, "canceling")     /* cancel asked for; it may still fill */                        \
    X(REPLACING, "replacing")     /* replace asked for; it may still fill */                       \
    X(CLOSED, "closed")           /* filled, canceled, rejected or expired */                      \
    X(QUARANTINED, "quarantined") /* something that cannot be: a person must look */

enum order_state {
#define X(name, text) ORDER_##name,
    ORDER_STATE_LIST(X)
#undef X
        ORDER_STATE_COUNT
};

#define ORDER_EVENT_LIST(X)                                                                        \
    X(SENT, "sent")                     /* the first byte is about to be written */                \
    X(NOT_SENT, "not-sent")             /* failed before any byte */                               \
    X(NO_ANSWER, "no-answer")           /* timeout, reset, unreadable answer */                    \
    X(ACCEPTED, "accepted")             /* the broker has it */                                    \
    X(REJECTED, "rejected")             /* the broker refused it */                                \
    X(PART_FILLED, "part-filled")       /* an execution that leaves a rest */                      \
    X(FILLED, "filled")                 /* the execution that completes it */                      \
    X(CANCEL_SENT, "cancel-sent")       /* we asked to cancel */                                   \
    X(CANCELED, "canceled")             /* the broker canceled it */                               \
    X(REPLACE_SENT, "replace-sent")     /* we asked to replace */                                  \
    X(REPLACED, "replaced")             /* the broker replaced it by another order */              \
    X(REQUEST_DENIED, "request-denied") /* cancel or replace refused: it works on */               \
    X(EXPIRED, "expired")               /* its time in force ended */                              \
    X(NOT_FOUND, "not-found")           /* authoritative misses: it never reached the broker */    \
    X(FOREIGN_WORD, "foreign-word")     /* a status we do not know */

enum order_event {
#define X(name, text) ORDER_EVENT_##name,
    ORDER_EVENT_LIST(X)
#undef X
        ORDER_EVENT_COUNT
};

enum order_move {
    ORDER_MOVE_TO,     /* a real change */
    ORDER_MOVE_IGNORE, /* a late or repeated message: nothing changes */
    ORDER_MOVE_QUARANTINE,
};

struct order_step {
    uint8_t move; /* enum order_move */
    uint8_t next; /* enum order_state after the step */
};

/* What the event does to an order in that state. */
struct order_step order_state_step(enum order_state state, enum order_event event);

const char *order_state_text(uint8_t state);

#endif
