/* gates.h: the limits between a decision and an order.
 *
 * An entry meets the gates in the order of VERDICT_LIST; the first refusal decides. Gates only read
 * numbers and answer; they never send, store or log. Exits run their own list, which is short: the
 * engine only makes exits that lower a confirmed position, and only an id that has run out stops
 * one.
 *
 * Position and open entries count at full size, exits as not yet filled. */
#ifndef CORE_GATES_H
#define CORE_GATES_H

#include <stdint.h>

#include "core/limits.h"

#define VERDICT_LIST(X)                                                                            \
    X(PASS, "pass", "no gate refused")                                                             \
    X(BAD_VALUE, "bad-value", "the order's worth cannot be computed")                              \
    X(OPPOSITE_BOOK, "opposite-book", "entry against the account's position in the instrument")    \
    X(DAILY_LOSS, "max-daily-loss", "loss since the last session's close reached the limit")       \
    X(ORDERS_PER_SESSION, "max-orders-per-session", "entry orders of this session")                \
    X(OPEN_POSITIONS, "max-open-positions", "instruments held or being entered")                   \
    X(ORDER_NOTIONAL, "max-order-notional", "worth of this order")                                 \
    X(POSITION_NOTIONAL, "max-position-notional", "worth of the instrument with open entries")     \
    X(BUYING_POWER, "buying-power", "cash not yet promised to open entries")                       \
    X(EXIT_ATTEMPTS, "exit-attempts", "exits of one trade that the broker refused")                \
    X(ENTRIES_OFF, "entries-off", "the operator paused new entries")

enum verdict {
#define X(name, text, help) VERDICT_##name,
    VERDICT_LIST(X)
#undef X
        VERDICT_COUNT
};

/* "pass", "max-daily-loss", ...; "unknown" for a number that is no verdict. */
const char *verdict_text(uint8_t verdict);

/* A sentence for people. */
const char *verdict_help(uint8_t verdict);

/* All that the gates may look at. Money in e9. */
struct gate_input {
    const struct limits *limits;
    int64_t order_value_e9; /* reference price x quantity; -1 when it cannot be computed */
    int64_t commission_e9;  /* expected for this order */
    int64_t
        instrument_value_e9;   /* position and open entries of the instrument, without this order */
    int64_t position_qty_e9;   /* the account's, signed */
    int64_t session_equity_e9; /* at the last session's close */
    int64_t equity_e9;         /* now */
    int64_t free_cash_e9;      /* cash less what open entries will need */
    uint32_t open_positions;   /* instruments held or being entered, this one included */
    uint32_t session_entries;  /* entry orders sent in this session, this one included */
};

struct gate_result {
    uint8_t verdict; /* enum verdict */
    int64_t value;   /* what the refusing gate measured: e9 money or a count */
    int64_t limit;   /* what it allows, same unit */
};

/* Asks every gate about an entry. */
struct gate_result gates_entry(const struct gate_input *input);

/* A limit in its own unit: a share is taken of the session's equity, rounded down. */
int64_t limit_value(const struct limit *limit, int64_t session_equity_e9);

#endif
