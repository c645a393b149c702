/* trades.h: a trade is what one entry decision opened: its orders, what it holds and what it
 * earned.
 *
 * A book has at most one live trade per instrument, so a trade's place in the table is (book,
 * instrument); the place is taken again by the book's next trade there, and until then a closed
 * trade still knows its late fills. Trades sum to the book, books to the account. */
#ifndef CORE_TRADES_H
#define CORE_TRADES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/closer.h"
#include "core/order_states.h"
#include "core/strategy.h"
#include "market/order.h"

#define TRADE_STATE_LIST(X)                                                                        \
    X(NONE, "none")       /* nothing was ever traded in this place */                              \
    X(PENDING, "pending") /* the entry has not filled yet */                                       \
    X(OPEN, "open")                                                                                \
    X(CLOSED, "closed")                                                                            \
    X(VOID, "void") /* the entry ended without a fill */

enum trade_state {
#define X(name, text) TRADE_##name,
    TRADE_STATE_LIST(X)
#undef X
};

const char *trade_state_text(uint8_t state);

struct order {
    uint64_t id; /* 0: never used */
    int64_t qty_e9;
    int64_t filled_e9;
    int64_t reference_price_e9;
    uint8_t state; /* enum order_state */
};

struct trade {
    uint64_t id;
    uint32_t instrument;
    uint16_t book;
    uint8_t state;      /* enum trade_state */
    bool busted;        /* an execution of it was taken back */
    bool counted_won;   /* closed, and its book counts it as won */
    int64_t counted_e9; /* and with that result */
    uint32_t exit_attempts;
    int64_t entered_ns;    /* when its entry was decided */
    int64_t stop_price_e9; /* where its plan ends it with a loss; 0: nowhere */
    int64_t qty_e9;
    int64_t cost_e9;
    int64_t realized_e9; /* before commissions */
    struct trade_detail detail;
    struct order entry;
    struct order exit;   /* of the engine: the latest attempt */
    struct order target; /* protection at the broker: the latest attempt, here and below */
    struct order stop;
    struct exits exits;
};

static inline bool trade_is_live(const struct trade *trade)
{
    return trade->state == TRADE_PENDING || trade->state == TRADE_OPEN;
}

static inline bool order_is_working(const struct order *order)
{
    return order->id != 0 && order->state != ORDER_CLOSED && order->state != ORDER_QUARANTINED;
}

/* Whether an order that closes the trade rests at the broker. */
static inline bool trade_is_protected(const struct trade *trade)
{
    return order_is_working(&trade->target) || order_is_working(&trade->stop);
}

/* Why the gates' sums count a trade. */
enum trade_weight {
    TRADE_ENTERING = 1, /* its entry may still fill */
    TRADE_LIVE = 2,
};

static inline uint8_t trade_weight(const struct trade *trade)
{
    return (uint8_t)((order_is_working(&trade->entry) ? TRADE_ENTERING : 0) |
                     (trade_is_live(trade) ? TRADE_LIVE : 0));
}

/* What a strategy may know: flat, pending (an order is on its way) or long. */
static inline enum holding trade_holding(const struct trade *trade)
{
    if (!trade_is_live(trade)) {
        return HOLDING_FLAT;
    }
    bool waiting = trade->state == TRADE_PENDING || order_is_working(&trade->entry) ||
                   order_is_working(&trade->exit) || trade->exits.wish != EXIT_CAUSE_NONE;
    return waiting ? HOLDING_PENDING : HOLDING_LONG;
}

/* The trade's order of that id, or NULL. */
struct order *trade_order(struct trade *trade, uint64_t order_id);

#endif
