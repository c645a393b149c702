/* metrics_trades.c: see metrics_trades.h. All sums are exact, in 128 bits. */
#include "readers/metrics_trades.h"

#include "base/money.h"
#include "base/utc.h"

static const char no_trades[] = "no closed trade";
static const char no_wins[] = "no winning trade";
static const char no_losses[] = "no losing trade";
static const char no_fills[] = "no fills";

/* price x quantity, rounded as the ledger rounds it. */
static int64_t value_e9(int64_t price_e9, int64_t qty_e9)
{
    int64_t value_e9 = 0;
    /* What filled was worth an int64, or the engine had stopped. */
    (void)money_notional(price_e9, qty_e9, ROUND_EVEN, &value_e9);
    return value_e9;
}

void activity_add_fill(struct activity *activity, const struct fill_facts *fill)
{
    int64_t traded_e9 = value_e9(fill->price_e9, fill->qty_e9);
    activity->fills++;
    activity->traded_e9 += traded_e9;
    if (fill->reference_price_e9 > 0) {
        int64_t reference_e9 = value_e9(fill->reference_price_e9, fill->qty_e9);
        activity->reference_e9 += reference_e9;
        __int128 dearer_e9 = (__int128)traded_e9 - reference_e9;
        activity->slippage_e9 += fill->buys ? dearer_e9 : -dearer_e9;
    }
}

int64_t trade_result_e9(const struct trade_facts *trade)
{
    return money_sub_capped(trade->realized_e9, trade->commission_e9);
}

static void add_result(struct activity *activity, int64_t result_e9)
{
    if (result_e9 > 0) {
        activity->won++;
        activity->won_e9 += result_e9;
    } else if (result_e9 < 0) {
        activity->lost++;
        activity->lost_e9 += result_e9;
    }
    activity->losing_streak = result_e9 < 0 ? activity->losing_streak + 1 : 0;
    if (activity->losing_streak > activity->losing_streak_max) {
        activity->losing_streak_max = activity->losing_streak;
    }
    if (result_e9 > activity->largest_win_e9) {
        activity->largest_win_e9 = result_e9;
    }
    if (result_e9 < activity->largest_loss_e9) {
        activity->largest_loss_e9 = result_e9;
    }
}

void activity_add_trade(struct activity *activity, const struct trade_facts *trade)
{
    activity->realized_e9 += trade->realized_e9;
    activity->commission_e9 += trade->commission_e9;
    if (!trade->closed) {
        activity->open++;
        return;
    }
    activity->closed++;
    activity->held_ns += (__int128)trade->closed_ns - trade->opened_ns;
    add_result(activity, trade_result_e9(trade));
}

static struct figure profit_factor(const struct activity *activity)
{
    if (activity->closed == 0) {
        return figure_none(no_trades);
    }
    return figure_ratio(activity->won_e9, -activity->lost_e9, no_losses);
}

static struct figure turnover(const struct activity *activity, struct amount mean_equity)
{
    if (mean_equity.why != NULL) {
        return figure_none(mean_equity.why);
    }
    return mean_equity.e9 > 0 ? figure_ratio(activity->traded_e9, mean_equity.e9, "")
                              : figure_none("mean equity is not above zero");
}

struct activity_metrics activity_metrics(const struct activity *activity, struct amount mean_equity)
{
    __int128 result_e9 = activity->won_e9 + activity->lost_e9;
    __int128 held_s = (__int128)activity->closed * NS_PER_S;
    return (struct activity_metrics){
        .fills = activity->fills,
        .trades_closed = activity->closed,
        .trades_open = activity->open,
        .trades_won = activity->won,
        .trades_lost = activity->lost,
        .win_rate = figure_ratio(activity->won, activity->closed, no_trades),
        .profit_factor = profit_factor(activity),
        .average_win = amount_mean(activity->won_e9, activity->won, no_wins),
        .average_loss = amount_mean(activity->lost_e9, activity->lost, no_losses),
        .expectancy = amount_mean(result_e9, activity->closed, no_trades),
        .largest_win =
            activity->won > 0 ? amount_of(activity->largest_win_e9) : amount_none(no_wins),
        .largest_loss =
            activity->lost > 0 ? amount_of(activity->largest_loss_e9) : amount_none(no_losses),
        .average_holding_s = figure_ratio(activity->held_ns, held_s, no_trades),
        .losing_streak = activity->losing_streak_max,
        .net_result = amount_of(activity->realized_e9 - activity->commission_e9),
        .realized = amount_of(activity->realized_e9),
        .commission = amount_of(activity->commission_e9),
        .traded = amount_of(activity->traded_e9),
        .turnover = turnover(activity, mean_equity),
        .slippage =
            activity->reference_e9 > 0 ? amount_of(activity->slippage_e9) : amount_none(no_fills),
        .slippage_bps =
            figure_ratio(activity->slippage_e9 * 10000, activity->reference_e9, no_fills),
    };
}
