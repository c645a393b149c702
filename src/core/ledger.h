/* ledger.h: the account by double entry: every posting moves one amount from one account to
 * another, so the balances always sum to zero.
 *
 * Equity is cash plus what the positions are worth at their last marks, in integers. Cost is
 * average cost, kept as quantity and total cost. */
#ifndef CORE_LEDGER_H
#define CORE_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hot.h"
#include "base/money.h"
#include "market/event.h"

#define ACCOUNT_LIST(X)                                                                            \
    X(CASH, "cash")                                                                                \
    X(POSITIONS, "positions")                                                                      \
    X(CAPITAL, "capital")                                                                          \
    X(REALIZED, "realized")                                                                        \
    X(COMMISSION, "commission")                                                                    \
    X(DIVIDENDS, "dividends")                                                                      \
    X(INTEREST, "interest")                                                                        \
    X(TRANSFERS, "transfers") /* and all else that moves cash beside our orders */

enum account {
#define X(name, text) ACCOUNT_##name,
    ACCOUNT_LIST(X)
#undef X
        ACCOUNT_COUNT
};

/* "cash", "positions", ...; "unknown" for a number that is no account. */
const char *account_text(uint16_t account);

struct position {
    int64_t qty_e9;   /* signed */
    int64_t cost_e9;  /* of what is held */
    int64_t value_e9; /* qty_e9 at the last mark */
    int64_t whole;    /* qty_e9 in whole shares when it is whole, else 0 */
};

struct ledger {
    int64_t balance_e9[ACCOUNT_COUNT]; /* debits positive; they sum to zero */
    int64_t value_e9;                  /* of all positions at their last marks */
    uint32_t held;                     /* positions that are not zero */
    uint32_t instrument_count;
    struct position *positions;
};

/* Carves the positions from the arena. */
void ledger_init(struct ledger *ledger, struct arena *arena, uint32_t instrument_count);

/* Moves a posting's amount and quantity. ERR_RANGE, with nothing changed, when a balance would
 * leave int64. */
enum err ledger_post(struct ledger *ledger, uint32_t instrument,
                     const struct event_posting *posting);

/* position_value() for any quantity. */
RARELY struct money_result position_value_any(const struct position *position, int64_t price_e9);

/* What a position is worth at a price; ERR_RANGE when that leaves int64. Whole shares, nearly
 * always, need one product and no division. */
static inline enum err position_value(const struct position *position, int64_t price_e9,
                                      int64_t *value_e9)
{
    if (position->whole == 0) {
        struct money_result result = position_value_any(position, price_e9);
        *value_e9 = result.value_e9;
        return result.err;
    }
    return __builtin_mul_overflow(price_e9, position->whole, value_e9) ? ERR_RANGE : ERR_OK;
}

/* Marks a position at a price. ERR_RANGE, with nothing changed, when a value leaves int64. */
static inline enum err ledger_mark(struct ledger *ledger, uint32_t instrument, int64_t price_e9)
{
    struct position *position = &ledger->positions[instrument];
    int64_t value_e9;
    int64_t others_e9;
    int64_t sum_e9;
    if (position_value(position, price_e9, &value_e9) != ERR_OK ||
        __builtin_sub_overflow(ledger->value_e9, position->value_e9, &others_e9) ||
        __builtin_add_overflow(others_e9, value_e9, &sum_e9)) {
        return ERR_RANGE;
    }
    ledger->value_e9 = sum_e9;
    position->value_e9 = value_e9;
    return ERR_OK;
}

static inline int64_t ledger_cash_e9(const struct ledger *ledger)
{
    return ledger->balance_e9[ACCOUNT_CASH];
}

/* Cash plus the marks; ERR_RANGE when the sum leaves int64. */
static inline enum err ledger_equity(const struct ledger *ledger, int64_t *equity_e9)
{
    int64_t sum_e9;
    if (__builtin_add_overflow(ledger_cash_e9(ledger), ledger->value_e9, &sum_e9)) {
        return ERR_RANGE;
    }
    *equity_e9 = sum_e9;
    return ERR_OK;
}

/* The cost that leaves with `qty_e9` of a position by average cost; all of it with all of the
 * quantity. 0 < qty_e9 <= held_qty_e9. */
int64_t ledger_cost_leaving_e9(int64_t held_cost_e9, int64_t held_qty_e9, int64_t qty_e9);

/* Whether the balances sum to zero and the positions to their account. */
bool ledger_is_balanced(const struct ledger *ledger);

#endif
