/* broker.h: the port that orders go out by where the broker is not our own exchange in process:
 * requests out, reports in, and word of what stands between us and entries.
 *
 * Reports are EVENT_ACCEPTED ... as the exchange in process gives them: each execution once, with a
 * commission that is known, in an order that the engine's table knows; beside them
 *   EVENT_NO_ANSWER     what became of a request is being looked up (O5)
 *   EVENT_BUSTED        the exchange takes an execution back; once, as it was booked
 *   EVENT_STATUS        a condition begins or ends (enum status_condition)
 *   EVENT_ACCOUNT_CASH  with CASH_RECONCILED, what the account has beside our own doing
 *   EVENT_HOLDING       what the account holds of an instrument beside ours
 * ts_ns is left to whoever takes them. */
#ifndef BROKER_BROKER_H
#define BROKER_BROKER_H

#include <stdint.h>

#include "core/engine.h"

struct broker;

struct broker_ops {
    /* Sends every request of the step, in order. What became of each comes back as a report. */
    void (*carry_out)(struct broker *broker, const struct output *output);
    /* The oldest report not yet taken; NULL: none waits. Valid until the next call. */
    const struct event *(*next_report)(struct broker *broker);
    /* When on_time() wants to be called; INT64_MAX: never. */
    int64_t (*deadline_ns)(const struct broker *broker);
    void (*on_time)(struct broker *broker, int64_t now_ns);
};

/* The first member of every broker. */
struct broker {
    const struct broker_ops *ops;
    int64_t received_mono_ns; /* when the bytes came that the next report follows from, for figures;
                                 0: not known */
};

#endif
