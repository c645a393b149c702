/* broker.h: the port to whoever holds the account: requests go out, reports come back.
 *
 * A broker that keeps a ledger of its own can be asked whether it agrees with the engine's. */
#ifndef BROKER_BROKER_H
#define BROKER_BROKER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/engine.h"
#include "market/event.h"

struct broker;

struct broker_ops {
    /* In simulation the market moves here: the slice reaches the market place before the engine. */
    void (*on_slice)(struct broker *broker, const struct slice *slice);
    /* Sends every request of the step. What became of each comes back as a report. */
    void (*carry_out)(struct broker *broker, const struct output *output, int64_t now_ns);
    /* The oldest report not yet taken, valid until the next call; only while `waiting` > 0. */
    const struct event *(*next_report)(struct broker *broker);
    /* Whether the broker's ledger right after the last report taken is the engine's now. */
    bool (*agrees_after_report)(const struct broker *broker, const struct engine *engine);
    /* Whether cash, equity and the positions of the slice's instruments are the same at its end. */
    bool (*agrees_after_slice)(const struct broker *broker, const struct engine *engine,
                               const struct slice *slice);
    /* Whether cash, equity and every position are the same now, after a slice. */
    bool (*agrees)(const struct broker *broker, const struct engine *engine);
    void (*destroy)(struct broker *broker);
};

/* First member of every broker. */
struct broker {
    const struct broker_ops *ops;
    uint32_t waiting; /* reports not yet taken */
};

#endif
