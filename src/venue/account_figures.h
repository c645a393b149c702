/* account_figures.h: what an account is worth and what it may spend, as Alpaca reckons it.
 *
 * equity = cash + long + short value (short is negative); initial margin is half, maintenance
 * margin 30 % of all positions. Buying power: twice the equity less the initial margin; of a
 * multiplier of 4 what the last session's close left, four times; of 1 the cash. It is never more
 * than the exchange itself will lend. Open orders that open positions lower all of them by their
 * value. */
#ifndef VENUE_ACCOUNT_FIGURES_H
#define VENUE_ACCOUNT_FIGURES_H

#include "venue/account.h"

/* Below this equity an account neither borrows nor sells short. */
#define MARGIN_EQUITY_MIN_E9 (2000 * MONEY_E9)

struct account_figures {
    int64_t cash_e9;
    int64_t equity_e9;
    int64_t long_value_e9;
    int64_t short_value_e9; /* <= 0 */
    int64_t gross_e9;       /* of both, >= 0 */
    int64_t initial_margin_e9;
    int64_t maintenance_e9;
    int64_t held_e9; /* by open orders */
    int64_t buying_power_e9;
    int64_t regt_e9;
    int64_t cash_power_e9; /* for what cannot be bought on margin */
    int64_t options_e9;
    int64_t daytrading_e9;
    uint32_t multiplier;
    bool may_short;
};

void account_figures(const struct account *account, int64_t now_ns,
                     struct account_figures *figures);

/* What a position of the account is worth: signed. */
int64_t account_value_e9(const struct account *account, uint32_t instrument);

#endif
