/* at_risk.h: what a configuration could lose, from its limits, sizes and stops alone.
 *
 * Bounds, not forecasts: each figure is the smallest of the limits that hold it down, and `by` says
 * which one that was. Commissions, slippage and gaps come on top. The equity is taken to be the
 * cash at the start. */
#ifndef CONFIG_AT_RISK_H
#define CONFIG_AT_RISK_H

#include "config/config.h"

struct bound {
    int64_t value; /* money in e9, or a count */
    struct words by;
};

/* What the symbols cost last, where data is at hand; count 0 where it is not. */
struct last_prices {
    uint32_t count;
    const struct instrument *instruments;
    const int64_t *closes_e9; /* 0: none */
};

struct at_risk {
    struct bound daily_loss; /* no entry beyond it */
    struct bound positions;
    struct bound invested;
    struct bound order; /* most that one entry is worth, over all books */
    struct bound trade; /* most that one trade loses at its stop, over all books */
    uint32_t trade_book;
};

void at_risk_reckon(const struct run_config *config, const struct last_prices *prices,
                    struct at_risk *result);

/* The same two figures of one book. */
struct bound at_risk_order(const struct run_config *config, const struct book_config *book,
                           const struct last_prices *prices);
struct bound at_risk_trade(const struct run_config *config, const struct book_config *book,
                           const struct last_prices *prices);

/* Whether a book trades that symbol. */
bool at_risk_trades(const struct run_config *config, const struct book_config *book,
                    const char *symbol);

/* Whether at that price no entry of the book can come to an order, and why, with the numbers. */
bool at_risk_is_blocked(const struct run_config *config, const struct book_config *book,
                        const char *symbol, int64_t price_e9, struct words *why);

#endif
