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

#include <stdbool.h>
#include <stdint.h>

#include "core/limits.h"

/* What a gate's value and limit are counted in. */
#define GATE_UNIT_LIST(X)                                                                          \
    X(NONE, "none")                                                                                \
    X(MONEY, "money")       /* e9 of the account's currency */                                     \
    X(PRICE, "price")       /* e9 per share */                                                     \
    X(QUANTITY, "quantity") /* e9 shares */                                                        \
    X(COUNT, "count")                                                                              \
    X(DURATION, "duration") /* ns */                                                               \
    X(PPM, "ppm")           /* parts per million of a price */

enum gate_unit {
#define X(name, text) GATE_UNIT_##name,
    GATE_UNIT_LIST(X)
#undef X
};

/* How value and limit stand to each other when the gate lets pass. */
#define GATE_RULE_LIST(X)                                                                          \
    X(NONE, "none")                                                                                \
    X(AT_MOST, "at most")                                                                          \
    X(BELOW, "below")                                                                              \
    X(AT_LEAST, "at least")

enum gate_rule {
#define X(name, text) GATE_RULE_##name,
    GATE_RULE_LIST(X)
#undef X
};

#define VERDICT_LIST(X)                                                                            \
    X(PASS, "pass", NONE, NONE, "no gate refused")                                                 \
    X(BAD_VALUE, "bad-value", MONEY, AT_LEAST, "the order's worth cannot be computed")             \
    X(OPPOSITE_BOOK, "opposite-book", QUANTITY, AT_LEAST,                                          \
      "entry against the account's position in the instrument")                                    \
    X(DAILY_LOSS, "max-daily-loss", MONEY, BELOW,                                                  \
      "loss since the last session's close reached the limit")                                     \
    X(ORDERS_PER_SESSION, "max-orders-per-session", COUNT, AT_MOST,                                \
      "entry orders of this session")                                                              \
    X(OPEN_POSITIONS, "max-open-positions", COUNT, AT_MOST, "instruments held or being entered")   \
    X(ORDER_NOTIONAL, "max-order-notional", MONEY, AT_MOST, "worth of this order")                 \
    X(POSITION_NOTIONAL, "max-position-notional", MONEY, AT_MOST,                                  \
      "worth of the instrument with open entries")                                                 \
    X(BUYING_POWER, "buying-power", MONEY, AT_MOST, "cash not yet promised to open entries")       \
    X(EXIT_ATTEMPTS, "exit-attempts", COUNT, BELOW, "exits of one trade that the broker refused")

enum verdict {
#define X(name, text, unit, rule, help) VERDICT_##name,
    VERDICT_LIST(X)
#undef X
        VERDICT_COUNT
};

/* Gates are the verdicts GATE_FIRST..GATE_LAST. */
#define GATE_FIRST VERDICT_BAD_VALUE
#define GATE_LAST  VERDICT_BUYING_POWER
#define GATE_COUNT (GATE_LAST - GATE_FIRST + 1)

/* "pass", "max-daily-loss", ...; "unknown" for a number that is no verdict. */
const char *verdict_text(uint8_t verdict);

/* A sentence for people. */
const char *verdict_help(uint8_t verdict);

/* What its value and limit are counted in, and how they stand to each other where it passes; NONE
 * for a number that is no verdict. */
enum gate_unit verdict_unit(uint8_t verdict);
enum gate_rule verdict_rule(uint8_t verdict);
const char *gate_unit_text(enum gate_unit unit);
const char *gate_rule_text(enum gate_rule rule);

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

/* What a gate measures of the input, whether it would refuse or not. */
struct gate_use {
    bool passes;
    int64_t value;
    int64_t limit;
};

/* Asks every gate: uses[i] is that of the verdict GATE_FIRST + i. */
void gates_use(const struct gate_input *input, struct gate_use uses[GATE_COUNT]);

/* A limit in its own unit: a share is taken of the session's equity, rounded down. */
int64_t limit_value(const struct limit *limit, int64_t session_equity_e9);

#endif
