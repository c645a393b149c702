/* order_states.c: next[state][event], every cell filled.
 *
 * T(X) moves to X; IGN is legal and changes nothing; QUA cannot happen and needs a person. CLOSED
 * takes late fills: the order keeps its state and the fill counts all the same. Evidence from the
 * broker always beats what we believed: an INTENT that fills was sent. */
#include "core/order_states.h"

#include "base/check.h"

#define T(state)                                                                                   \
    {                                                                                              \
        ORDER_MOVE_TO, ORDER_##state                                                               \
    }
#define IGN                                                                                        \
    {                                                                                              \
        ORDER_MOVE_IGNORE, 0                                                                       \
    }
#define QUA                                                                                        \
    {                                                                                              \
        ORDER_MOVE_QUARANTINE, ORDER_QUARANTINED                                                   \
    }

/* clang-format off */
static const struct order_step table[ORDER_STATE_COUNT][ORDER_EVENT_COUNT] = {
/*                    SENT        NOT_SENT   NO_ANSWER   ACCEPTED    REJECTED   PART_FILLED FILLED     CANCEL_SENT   CANCELED   REPLACE_SENT  REPLACED   REQ_DENIED  EXPIRED    NOT_FOUND  FOREIGN */
[ORDER_INTENT]      = {T(SENDING), T(CLOSED), T(UNKNOWN), T(WORKING), T(CLOSED), T(WORKING), T(CLOSED), QUA,          T(CLOSED), QUA,          T(CLOSED), QUA,        T(CLOSED), T(CLOSED), QUA},
[ORDER_SENDING]     = {QUA,        T(CLOSED), T(UNKNOWN), T(WORKING), T(CLOSED), T(WORKING), T(CLOSED), T(CANCELING), T(CLOSED), QUA,          T(CLOSED), QUA,        T(CLOSED), T(CLOSED), QUA},
[ORDER_UNKNOWN]     = {T(SENDING), QUA,       IGN,        T(WORKING), T(CLOSED), T(WORKING), T(CLOSED), T(CANCELING), T(CLOSED), QUA,          T(CLOSED), QUA,        T(CLOSED), T(CLOSED), QUA},
[ORDER_WORKING]     = {QUA,        QUA,       IGN,        IGN,        T(CLOSED), IGN,        T(CLOSED), T(CANCELING), T(CLOSED), T(REPLACING), T(CLOSED), IGN,        T(CLOSED), QUA,       QUA},
[ORDER_CANCELING]   = {QUA,        T(CLOSED), IGN,        IGN,        T(CLOSED), IGN,        T(CLOSED), IGN,          T(CLOSED), QUA,          T(CLOSED), T(WORKING), T(CLOSED), T(CLOSED), QUA},
[ORDER_REPLACING]   = {QUA,        QUA,       IGN,        IGN,        T(CLOSED), IGN,        T(CLOSED), T(CANCELING), T(CLOSED), QUA,          T(CLOSED), T(WORKING), T(CLOSED), QUA,       QUA},
[ORDER_CLOSED]      = {QUA,        IGN,       IGN,        IGN,        IGN,       IGN,        IGN,       IGN,          IGN,       IGN,          IGN,       IGN,        IGN,       IGN,       QUA},
[ORDER_QUARANTINED] = {QUA,        QUA,       QUA,        QUA,        QUA,       QUA,        QUA,       QUA,          QUA,       QUA,          QUA,       QUA,        QUA,       QUA,       QUA},
};
/* clang-format on */

struct order_step order_state_step(enum order_state state, enum order_event event)
{
    CHECK(state < ORDER_STATE_COUNT && event < ORDER_EVENT_COUNT); /* CHECK-LINE */
    struct order_step step = table[state][event];
    if (step.move == ORDER_MOVE_IGNORE) {
        step.next = (uint8_t)state;
    }
    return step;
}

const char *order_state_text(uint8_t state)
{
    static const char *const texts[] = {
#define X(name, text) text,
        ORDER_STATE_LIST(X)
#undef X
    };
    return state < ORDER_STATE_COUNT ? texts[state] : "unknown code";
}
