/* metrics_trades.h: what a set of trades and fills comes to: of a run, a strategy or a symbol.
 *
 *   struct activity activity = {0};
 *   activity_add_fill(...) for each fill; activity_add_trade(...) for each trade, in the order in
 *   which they closed; then activity_metrics().
 *
 * A trade's result is its price result less its commissions; above zero it is won, below lost. */
#ifndef READERS_METRICS_TRADES_H
#define READERS_METRICS_TRADES_H

#include <stdbool.h>

#include "readers/metrics.h"

/* One execution. */
struct fill_facts {
    int64_t qty_e9; /* > 0 */
    int64_t price_e9;
    int64_t reference_price_e9; /* the close that the order was decided on; 0: not known */
    int64_t commission_e9;
    bool buys;
};

/* One trade as it stands at the end. */
struct trade_facts {
    int64_t realized_e9; /* before commissions */
    int64_t commission_e9;
    int64_t opened_ns;
    int64_t closed_ns;
    bool closed; /* else it still holds something */
};

/* Running sums; begins as zeros. */
struct activity {
    uint64_t fills;
    uint64_t closed;
    uint64_t open;
    uint64_t won;
    uint64_t lost;
    uint64_t losing_streak; /* now */
    uint64_t losing_streak_max;
    int64_t largest_win_e9;
    int64_t largest_loss_e9; /* <= 0 */
    __int128 won_e9;
    __int128 lost_e9; /* <= 0 */
    __int128 realized_e9;
    __int128 commission_e9;
    __int128 held_ns;
    __int128 traded_e9;
    __int128 slippage_e9;  /* cost > 0, gain < 0 */
    __int128 reference_e9; /* what the fills would have been worth at their reference prices */
};

struct activity_metrics {
    bool totals_only; /* fills, trades_lost and losing_streak are not known */
    uint64_t fills;
    uint64_t trades_closed;
    uint64_t trades_open;
    uint64_t trades_won;
    uint64_t trades_lost;
    struct figure win_rate;      /* won / closed */
    struct figure profit_factor; /* what was won / what was lost */
    struct amount average_win;
    struct amount average_loss; /* < 0 */
    struct amount expectancy;   /* mean result of a closed trade */
    struct amount largest_win;
    struct amount largest_loss;
    struct figure average_holding_s;
    uint64_t losing_streak;
    struct amount net_result; /* realized less commission, open trades included */
    struct amount realized;
    struct amount commission;
    struct amount traded;       /* value of all fills */
    struct figure turnover;     /* traded / mean equity at session closes */
    struct amount slippage;     /* against the reference prices; a cost is positive */
    struct figure slippage_bps; /* of the value at the reference prices */
};

/* A trade's result after commissions. */
int64_t trade_result_e9(const struct trade_facts *trade);

void activity_add_fill(struct activity *activity, const struct fill_facts *fill);
void activity_add_trade(struct activity *activity, const struct trade_facts *trade);

/* `mean_equity` is the account's. */
struct activity_metrics activity_metrics(const struct activity *activity,
                                         struct amount mean_equity);

#endif
