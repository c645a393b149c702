/* gates.h: the limits between a decision and an order.
 *
 * An entry meets the gates in the order of GATE_LIST; the first refusal decides. Gates only read
 * numbers and answer; they never send, store or log. A gate that cannot compute refuses. Exits run
 * their own list, which is short: the engine only makes exits that lower a confirmed position, and
 * only an id that has run out stops one.
 *
 * Position and open entries count at full size, exits as not yet filled. */
#ifndef CORE_GATES_H
#define CORE_GATES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
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

/* One row per gate, in the order they are asked: first what the order is, then the market, then
 * what was done before, then amounts, the smallest to the largest. Name, text, unit of value and
 * limit, rule between the two, and a sentence for people about the value. */
#define GATE_LIST(X)                                                                               \
    X(BAD_VALUE, "bad-value", MONEY, AT_LEAST, "worth of the order; -1 when it is out of range")   \
    X(TICK, "off-tick", PRICE, AT_MOST,                                                            \
      "what a limit or stop price has beyond a whole tick: 1 cent from $1, $0.0001 below")         \
    X(COLLAR, "price-collar", PPM, AT_MOST, "distance of the limit price from the reference")      \
    X(UNKNOWN_DAY, "unknown-day", COUNT, AT_LEAST, "1 when the calendar knows the day")            \
    X(SESSION_CLOSED, "session-closed", DURATION, AT_MOST,                                         \
      "time until the session's open or since its close; orders for the next open may wait")       \
    X(SESSION_ENDING, "session-ending", DURATION, AT_LEAST,                                        \
      "time left in the session for a market or day order, or until the plan is flat")             \
    X(HALTED, "symbol-halted", COUNT, AT_MOST,                                                     \
      "1 when the symbol had no bar for more than two bar lengths of the regular session, now or " \
      "before the bar decided on")                                                                 \
    X(PRICE_GAP, "price-gap", PPM, AT_MOST,                                                        \
      "largest jump between two sessions so far that no corporate action explains")                \
    X(OPPOSITE_BOOK, "opposite-book", QUANTITY, AT_MOST,                                           \
      "the account's position and open entries the other way in the instrument")                   \
    X(DUPLICATE, "duplicate", COUNT, AT_MOST,                                                      \
      "entries that the book already made in the instrument on this bar")                          \
    X(ENTRY_INTERVAL, "min-time-between-entries", DURATION, AT_LEAST,                              \
      "time since the book's last entry in the instrument")                                        \
    X(DAILY_LOSS, "max-daily-loss", MONEY, BELOW, "loss since the last session's close")           \
    X(ORDERS_PER_SESSION, "max-orders-per-session", COUNT, AT_MOST,                                \
      "entry orders of this session, with this one")                                               \
    X(STRATEGY_ORDERS, "max-orders-per-strategy", COUNT, AT_MOST,                                  \
      "entry orders of the book in this session, with this one")                                   \
    X(OPEN_POSITIONS, "max-open-positions", COUNT, AT_MOST,                                        \
      "instruments held or being entered, with this one")                                          \
    X(ORDER_NOTIONAL, "max-order-notional", MONEY, AT_MOST, "worth of this order")                 \
    X(POSITION_NOTIONAL, "max-position-notional", MONEY, AT_MOST,                                  \
      "worth of the instrument's position and open entries, with this one")                        \
    X(EXPOSURE, "max-exposure", MONEY, AT_MOST,                                                    \
      "worth of all positions and open entries, with this one")                                    \
    X(PORTFOLIO_HEAT, "max-portfolio-heat", MONEY, AT_MOST,                                        \
      "what is lost when every open trade and entry, with this one, ends at its stop")             \
    X(BUYING_POWER, "buying-power", MONEY, AT_MOST, "worth and commission of this order")

/* All that can become of a decision: the gates, and refusals that come from elsewhere. */
#define VERDICT_LIST(X)                                                                            \
    X(PASS, "pass", NONE, NONE, "no gate refused")                                                 \
    GATE_LIST(X)                                                                                   \
    X(NO_SIZE, "no-size", MONEY, AT_LEAST, "what sizing would spend, where one share costs more")  \
    X(EXIT_ATTEMPTS, "exit-attempts", COUNT, BELOW, "exits of one trade that the broker refused")  \
    X(ENTRIES_OFF, "entries-off", NONE, NONE, "the operator paused new entries")                   \
    X(NOT_READY, "not-ready", NONE, NONE,                                                          \
      "the conditions that keep entries shut, a bit for each: see `bellwether status`")            \
    X(FOREIGN, "not-ours", QUANTITY, AT_MOST, "shares in the account that are not ours")           \
    X(UNKNOWN_ORDER, "unknown-order", COUNT, AT_MOST,                                              \
      "orders in this symbol whose outcome is being looked up")                                    \
    X(MISSING, "not-there", QUANTITY, AT_MOST,                                                     \
      "shares of ours that the account has not: nothing is left for the exit to sell")             \
    X(TRADING_HALTED, "trading-halted", NONE, NONE, "trading in the symbol is halted or paused")   \
    X(UNPROTECTED, "unprotected", COUNT, AT_MOST,                                                  \
      "trades of this symbol for which nothing rests at the broker, against their plan")

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

/* The row of the limits that the gate looks at, and its config key; NULL when the gate needs
 * none. */
const struct limit *gate_limit(const struct limits *limits, uint8_t verdict);
const char *gate_limit_key(uint8_t verdict);

/* A jump between two sessions above this stops the symbol's entries, for the rest of the run: what
 * came before it is of another measure, as far back as anybody looks. */
#define GATE_GAP_PPM_MAX 350000

/* A symbol without a bar for longer than so many bar lengths, in the regular session, is taken for
 * halted: its price is too old, or the first one after a pause. */
#define GATE_SILENCE_BARS_MAX 2

/* `last_entry_ns` of a book that never entered. */
#define GATE_NEVER_NS INT64_MIN

/* All that the gates may look at. Money and prices in e9, moments in ns of UTC. */
struct gate_input {
    const struct limits *limits;

    /* The order. */
    int64_t order_value_e9;     /* reference price x quantity; -1 when it cannot be computed */
    int64_t commission_e9;      /* expected for this order */
    int64_t heat_e9;            /* lost when it ends at its stop: gate_heat(); 0 without a stop */
    int64_t reference_price_e9; /* > 0 */
    int64_t limit_price_e9;     /* 0: none */
    int64_t stop_price_e9;      /* 0: none */
    bool sells;                 /* a short entry */

    /* The market. */
    bool day_known;           /* to the calendar */
    bool halted;              /* no bar of the symbol for longer than GATE_SILENCE_BARS_MAX */
    bool waits;               /* for the next open, by its time in force or its frame */
    bool rests;               /* neither a market nor a day order: may outlive the session */
    int64_t now_ns;           /* of the decision */
    int64_t bar_end_ns;       /* of the bar that was decided on */
    int64_t session_open_ns;  /* the session's first and last moment, extended hours included */
    int64_t session_close_ns; /* where allowed; INT64_MIN and INT64_MAX where it never ends */
    int64_t flat_before_ns;   /* the plan ends the trade so long before that; 0: it does not */
    int64_t gap_ppm;          /* of the largest at a session's start so far, no corporate action
                               * behind it; >= 0 */

    /* What was done before. */
    int64_t last_entry_ns;    /* of the book in the instrument; GATE_NEVER_NS: none */
    uint32_t session_entries; /* entry orders of this session, this one included */
    uint32_t book_entries;    /* those of the book */
    uint32_t open_positions;  /* instruments held or being entered, this one included */

    /* The account, without this order. */
    int64_t position_qty_e9;       /* in the instrument, signed */
    int64_t opposite_entry_qty_e9; /* open entries the other way in the instrument, >= 0 */
    int64_t instrument_value_e9;   /* position and open entries of the instrument, both >= 0 */
    int64_t exposure_e9;           /* positions and open entries of all instruments, all >= 0 */
    int64_t entry_commission_e9;   /* expected for the open entries */
    int64_t open_heat_e9;          /* gate_heat() over open trades and entries */
    int64_t session_equity_e9;     /* at the last session's close */
    int64_t equity_e9;             /* now */
    uint32_t multiplier;           /* of equity that may be in the market: 1, 2 or 4 */
    uint32_t without_stop;         /* trades and entries that heat counts as 0 */
};

struct gate_result {
    uint8_t verdict; /* enum verdict */
    int64_t value;   /* what the refusing gate measured, in its unit */
    int64_t limit;   /* what it allows, same unit */
};

/* Asks the gates about an entry; the first refusal, or PASS with zeros. */
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

/* |price - stop| x quantity, rounded up: what is lost at the stop. ERR_RANGE when it leaves
 * int64. */
enum err gate_heat(int64_t price_e9, int64_t stop_price_e9, int64_t qty_e9, int64_t *heat_e9);

#endif
