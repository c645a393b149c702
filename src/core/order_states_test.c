/* order_states_test.c: every cell of the table, written out a second time from the rules O1 to O9:
 *
 *   - what the broker says beats what we believed: an order that it accepts, fills, refuses or ends
 *     has been sent, whatever we thought;
 *   - late and repeated words are legal and change nothing; a closed order takes late fills;
 *   - a fill may come before the acknowledgement and after a request to cancel or replace;
 *   - what only we can do (send, cancel, replace) is legal where we would do it, else a fault;
 *   - a status that we do not know, and whatever contradicts itself, needs a person. */
#include "core/order_states.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stddef.h>

enum { STAYS = -1, PERSON = -2 }; /* else the enum order_state that follows */

struct row {
    enum order_state state;
    enum order_event event;
    int next;
};

#define ROW(state, event, next)                                                                    \
    {                                                                                              \
        ORDER_##state, ORDER_EVENT_##event, next                                                   \
    }

static const struct row rows[] = {
    /* Decided and in the log, no byte sent as far as we know. */
    ROW(INTENT, SENT, ORDER_SENDING),
    ROW(INTENT, NOT_SENT, ORDER_CLOSED),
    ROW(INTENT, NO_ANSWER, ORDER_UNKNOWN), /* a crash came between: look it up */
    ROW(INTENT, ACCEPTED, ORDER_WORKING),
    ROW(INTENT, REJECTED, ORDER_CLOSED),
    ROW(INTENT, PART_FILLED, ORDER_WORKING),
    ROW(INTENT, FILLED, ORDER_CLOSED),
    ROW(INTENT, CANCEL_SENT, PERSON),
    ROW(INTENT, CANCELED, ORDER_CLOSED),
    ROW(INTENT, REPLACE_SENT, PERSON),
    ROW(INTENT, REPLACED, ORDER_CLOSED),
    ROW(INTENT, REQUEST_DENIED, PERSON),
    ROW(INTENT, EXPIRED, ORDER_CLOSED),
    ROW(INTENT, NOT_FOUND, ORDER_CLOSED),
    ROW(INTENT, FOREIGN_WORD, PERSON),

    /* On the wire. Sending is never retried (O7). */
    ROW(SENDING, SENT, PERSON),
    ROW(SENDING, NOT_SENT, ORDER_CLOSED),
    ROW(SENDING, NO_ANSWER, ORDER_UNKNOWN),
    ROW(SENDING, ACCEPTED, ORDER_WORKING),
    ROW(SENDING, REJECTED, ORDER_CLOSED),
    ROW(SENDING, PART_FILLED, ORDER_WORKING), /* the fill overtakes the acknowledgement */
    ROW(SENDING, FILLED, ORDER_CLOSED),
    ROW(SENDING, CANCEL_SENT, ORDER_CANCELING),
    ROW(SENDING, CANCELED, ORDER_CLOSED),
    ROW(SENDING, REPLACE_SENT, PERSON),
    ROW(SENDING, REPLACED, ORDER_CLOSED),
    ROW(SENDING, REQUEST_DENIED, PERSON),
    ROW(SENDING, EXPIRED, ORDER_CLOSED),
    ROW(SENDING, NOT_FOUND, ORDER_CLOSED),
    ROW(SENDING, FOREIGN_WORD, PERSON),

    /* Being looked up; after enough misses the same intent may go again with the same id (O5). */
    ROW(UNKNOWN, SENT, ORDER_SENDING),
    ROW(UNKNOWN, NOT_SENT, PERSON),
    ROW(UNKNOWN, NO_ANSWER, STAYS),
    ROW(UNKNOWN, ACCEPTED, ORDER_WORKING),
    ROW(UNKNOWN, REJECTED, ORDER_CLOSED),
    ROW(UNKNOWN, PART_FILLED, ORDER_WORKING),
    ROW(UNKNOWN, FILLED, ORDER_CLOSED),
    ROW(UNKNOWN, CANCEL_SENT, ORDER_CANCELING),
    ROW(UNKNOWN, CANCELED, ORDER_CLOSED),
    ROW(UNKNOWN, REPLACE_SENT, PERSON),
    ROW(UNKNOWN, REPLACED, ORDER_CLOSED),
    ROW(UNKNOWN, REQUEST_DENIED, PERSON),
    ROW(UNKNOWN, EXPIRED, ORDER_CLOSED),
    ROW(UNKNOWN, NOT_FOUND, ORDER_CLOSED),
    ROW(UNKNOWN, FOREIGN_WORD, PERSON),

    /* The broker has it. */
    ROW(WORKING, SENT, PERSON),
    ROW(WORKING, NOT_SENT, PERSON),
    ROW(WORKING, NO_ANSWER, STAYS), /* the stream was faster than the answer */
    ROW(WORKING, ACCEPTED, STAYS),
    ROW(WORKING, REJECTED, ORDER_CLOSED), /* refused after it was accepted (F5) */
    ROW(WORKING, PART_FILLED, STAYS),
    ROW(WORKING, FILLED, ORDER_CLOSED),
    ROW(WORKING, CANCEL_SENT, ORDER_CANCELING),
    ROW(WORKING, CANCELED, ORDER_CLOSED),
    ROW(WORKING, REPLACE_SENT, ORDER_REPLACING),
    ROW(WORKING, REPLACED, ORDER_CLOSED), /* the new order has an id of its own */
    ROW(WORKING, REQUEST_DENIED, STAYS),
    ROW(WORKING, EXPIRED, ORDER_CLOSED),
    ROW(WORKING, NOT_FOUND, PERSON),
    ROW(WORKING, FOREIGN_WORD, PERSON),

    /* Cancel asked for; acknowledged is not canceled (O9). */
    ROW(CANCELING, SENT, PERSON),
    ROW(CANCELING, NOT_SENT, ORDER_CLOSED),
    ROW(CANCELING, NO_ANSWER, STAYS),
    ROW(CANCELING, ACCEPTED, STAYS),
    ROW(CANCELING, REJECTED, ORDER_CLOSED),
    ROW(CANCELING, PART_FILLED, STAYS),
    ROW(CANCELING, FILLED, ORDER_CLOSED),
    ROW(CANCELING, CANCEL_SENT, STAYS), /* a cancel may be repeated (O7) */
    ROW(CANCELING, CANCELED, ORDER_CLOSED),
    ROW(CANCELING, REPLACE_SENT, PERSON),
    ROW(CANCELING, REPLACED, ORDER_CLOSED),
    ROW(CANCELING, REQUEST_DENIED, ORDER_WORKING),
    ROW(CANCELING, EXPIRED, ORDER_CLOSED),
    ROW(CANCELING, NOT_FOUND, ORDER_CLOSED),
    ROW(CANCELING, FOREIGN_WORD, PERSON),

    /* Replace asked for; the old one may still fill (O9). */
    ROW(REPLACING, SENT, PERSON),
    ROW(REPLACING, NOT_SENT, PERSON),
    ROW(REPLACING, NO_ANSWER, STAYS),
    ROW(REPLACING, ACCEPTED, STAYS),
    ROW(REPLACING, REJECTED, ORDER_CLOSED),
    ROW(REPLACING, PART_FILLED, STAYS),
    ROW(REPLACING, FILLED, ORDER_CLOSED),
    ROW(REPLACING, CANCEL_SENT, ORDER_CANCELING),
    ROW(REPLACING, CANCELED, ORDER_CLOSED),
    ROW(REPLACING, REPLACE_SENT, PERSON),
    ROW(REPLACING, REPLACED, ORDER_CLOSED),
    ROW(REPLACING, REQUEST_DENIED, ORDER_WORKING),
    ROW(REPLACING, EXPIRED, ORDER_CLOSED),
    ROW(REPLACING, NOT_FOUND, PERSON),
    ROW(REPLACING, FOREIGN_WORD, PERSON),

    /* Over; late fills and late answers are heard without moving it. An id is never sent again. */
    ROW(CLOSED, SENT, PERSON),
    ROW(CLOSED, NOT_SENT, STAYS),
    ROW(CLOSED, NO_ANSWER, STAYS),
    ROW(CLOSED, ACCEPTED, STAYS),
    ROW(CLOSED, REJECTED, STAYS),
    ROW(CLOSED, PART_FILLED, STAYS),
    ROW(CLOSED, FILLED, STAYS),
    ROW(CLOSED, CANCEL_SENT, STAYS),
    ROW(CLOSED, CANCELED, STAYS),
    ROW(CLOSED, REPLACE_SENT, STAYS),
    ROW(CLOSED, REPLACED, STAYS),
    ROW(CLOSED, REQUEST_DENIED, STAYS),
    ROW(CLOSED, EXPIRED, STAYS),
    ROW(CLOSED, NOT_FOUND, STAYS),
    ROW(CLOSED, FOREIGN_WORD, PERSON),

    /* Only a person ends it. */
    ROW(QUARANTINED, SENT, PERSON),
    ROW(QUARANTINED, NOT_SENT, PERSON),
    ROW(QUARANTINED, NO_ANSWER, PERSON),
    ROW(QUARANTINED, ACCEPTED, PERSON),
    ROW(QUARANTINED, REJECTED, PERSON),
    ROW(QUARANTINED, PART_FILLED, PERSON),
    ROW(QUARANTINED, FILLED, PERSON),
    ROW(QUARANTINED, CANCEL_SENT, PERSON),
    ROW(QUARANTINED, CANCELED, PERSON),
    ROW(QUARANTINED, REPLACE_SENT, PERSON),
    ROW(QUARANTINED, REPLACED, PERSON),
    ROW(QUARANTINED, REQUEST_DENIED, PERSON),
    ROW(QUARANTINED, EXPIRED, PERSON),
    ROW(QUARANTINED, NOT_FOUND, PERSON),
    ROW(QUARANTINED, FOREIGN_WORD, PERSON),
};

static const char *const event_names[ORDER_EVENT_COUNT] = {
#define X(name, text) text,
    ORDER_EVENT_LIST(X)
#undef X
};

Test(order_states, every_cell_does_as_the_rules_say)
{
    bool seen[ORDER_STATE_COUNT][ORDER_EVENT_COUNT] = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        struct order_step step = order_state_step(row->state, row->event);
        enum order_move move = row->next == STAYS    ? ORDER_MOVE_IGNORE
                               : row->next == PERSON ? ORDER_MOVE_QUARANTINE
                                                     : ORDER_MOVE_TO;
        int next = row->next == STAYS    ? (int)row->state
                   : row->next == PERSON ? (int)ORDER_QUARANTINED
                                         : row->next;
        const char *state = order_state_text((uint8_t)row->state);
        cr_expect_eq(step.move, move, "%s on %s", state, event_names[row->event]);
        cr_expect_eq((int)step.next, next, "%s on %s", state, event_names[row->event]);
        cr_expect_not(seen[row->state][row->event], "%s on %s stands twice", state,
                      event_names[row->event]);
        seen[row->state][row->event] = true;
    }
    cr_assert_eq(sizeof rows / sizeof rows[0], (size_t)ORDER_STATE_COUNT * ORDER_EVENT_COUNT,
                 "a cell is missing here");
}

/* Words of the broker that tell of an order's fate never lead back to a state before it. */
Test(order_states, the_end_is_the_end_until_a_person_looks)
{
    for (int event = 0; event < ORDER_EVENT_COUNT; event++) {
        struct order_step closed = order_state_step(ORDER_CLOSED, (enum order_event)event);
        struct order_step held = order_state_step(ORDER_QUARANTINED, (enum order_event)event);
        cr_expect(closed.next == ORDER_CLOSED || closed.next == ORDER_QUARANTINED, "%s",
                  event_names[event]);
        cr_expect_eq(held.next, ORDER_QUARANTINED, "%s", event_names[event]);
    }
}

/* A fill that completes an order ends it from wherever it was, also before the acknowledgement and
 * after a cancel request. */
Test(order_states, a_fill_counts_wherever_it_comes)
{
    for (int state = ORDER_INTENT; state < ORDER_QUARANTINED; state++) {
        cr_expect_eq(order_state_step((enum order_state)state, ORDER_EVENT_FILLED).next,
                     ORDER_CLOSED, "%s", order_state_text((uint8_t)state));
        cr_expect_neq(order_state_step((enum order_state)state, ORDER_EVENT_PART_FILLED).move,
                      ORDER_MOVE_QUARANTINE, "%s", order_state_text((uint8_t)state));
    }
}

Test(order_states, have_names)
{
    static const char *const want[ORDER_STATE_COUNT] = {"intent",  "sending",    "unknown",
                                                        "working", "canceling",  "replacing",
                                                        "closed",  "quarantined"};
    for (uint8_t i = 0; i < ORDER_STATE_COUNT; i++) {
        cr_assert_str_eq(order_state_text(i), want[i]);
    }
    cr_assert_str_eq(order_state_text(ORDER_STATE_COUNT), "unknown code");
    cr_assert_str_eq(order_state_text(UINT8_MAX), "unknown code");
}
