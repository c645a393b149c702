/* alpaca_compare.c: the broker's positions and cash against ours, after a full round and when the
 * engine has taken every report.
 *
 * What differs may be motion: an execution under way, a snapshot older than a report. So a
 * difference is believed when it was seen twice and nothing of ours moved there for ten seconds
 * (R5), at the first reconciliation at once where no order of ours works; and when the orders that
 * filled for it were looked at, since the exchange may have taken an execution back unheard. It
 * becomes what the account holds beside ours, or cash that we did not move; never a change of our
 * own trades. */
#include <inttypes.h>

#include "base/money.h"
#include "broker/alpaca_private.h"

#define QUIET_NS (10 * NS_PER_S)
#define HEED_NS  (10 * NS_PER_S) /* between two rounds that hints ask for */

enum { TRIES_MAX = 3 }; /* rounds before the first one is believed as it is */

/* An order of ours works there. */
static bool works(struct alpaca *alpaca, uint32_t instrument)
{
    for (const struct tracked *order = orders_first(&alpaca->orders); order != NULL;
         order = orders_next(&alpaca->orders, order)) {
        if (order->instrument == instrument && order->end == WIRE_UNKNOWN && order->doubt == 0) {
            return true;
        }
    }
    return false;
}

static void tell_holding(struct alpaca *alpaca, uint32_t instrument, int64_t qty_e9)
{
    const struct event event = {
        .src_ns = alpaca_now_ns(alpaca),
        .kind = EVENT_HOLDING,
        .instrument = instrument,
        .holding = {.qty_e9 = qty_e9},
    };
    report_queue_add(&alpaca->reports, &event);
    char text[MONEY_TEXT_SIZE];
    (void)money_format(qty_e9, text);
    alpaca_say(alpaca, alpaca->reconcile.known ? "alarm" : "holding",
               "the account holds %s of %.16s beside ours", text,
               alpaca->plan.instruments[instrument].symbol);
}

/* True: it may be motion, and the first reconciliation has to look again. */
static bool compare_holding(struct alpaca *alpaca, uint32_t instrument)
{
    const struct engine *engine = alpaca->plan.engine;
    struct shown_holding *holding = &alpaca->reconcile.holdings[instrument];
    int64_t now_ns = alpaca_now_ns(alpaca);
    int64_t beside_e9 =
        money_sub_capped(holding->shown_e9, engine->ledger.positions[instrument].qty_e9);
    /* What filled beyond our orders is told, whatever came of it. */
    if (beside_e9 == engine->foreign_e9[instrument] && engine->surplus_e9[instrument] == 0) {
        holding->differs = false;
        return false;
    }
    bool twice = holding->differs && holding->differs_e9 == beside_e9;
    bool first = !alpaca->reconcile.known;
    bool quiet = now_ns - holding->active_ns > QUIET_NS;
    holding->asked = holding->asked && twice;
    holding->differs = true;
    holding->differs_e9 = beside_e9;
    if (quiet && !holding->asked) { /* what its orders say comes first */
        holding->asked = true;
        int64_t more_e9 = money_sub_capped(beside_e9, engine->foreign_e9[instrument]);
        if (alpaca_poll_ended(alpaca, instrument, more_e9)) {
            alpaca->reconcile.asks = true;
            return first;
        }
    }
    if ((first && ((quiet && !works(alpaca, instrument)) || twice)) || (twice && quiet)) {
        holding->differs = false;
        tell_holding(alpaca, instrument, beside_e9);
        return false;
    }
    return first;
}

/* ---- cash ---- */

static void say_other(struct alpaca *alpaca, const struct list_plan *plan,
                      const struct wire_activity *activity)
{
    char amount[MONEY_TEXT_SIZE];
    (void)plan;
    (void)money_format(activity->net_amount_e9, amount);
    alpaca_say(alpaca, activity->known ? "activity" : "alarm", "%s%s %s %s (%s)",
               activity->known ? "" : "of a kind that we do not know: ", activity->type,
               activity->symbol, amount, activity->id);
}

static void on_others(struct alpaca *alpaca, const struct list_plan *plan, bool complete)
{
    (void)alpaca;
    (void)plan;
    (void)complete; /* they explain a difference; the account's cash is what counts */
}

static void name_others(struct alpaca *alpaca)
{
    const struct list_plan plan = {
        .kind = LIST_OTHER,
        .after_ns = alpaca_now_ns(alpaca) - 2 * NS_PER_DAY,
        .take_activity = say_other,
        .done = on_others,
    };
    alpaca_list(alpaca, &plan);
}

static bool all_quiet(const struct alpaca *alpaca)
{
    int64_t now_ns = alpaca_now_ns(alpaca);
    for (uint32_t i = 0; i < alpaca->plan.instrument_count; i++) {
        if (now_ns - alpaca->reconcile.holdings[i].active_ns <= QUIET_NS) {
            return false;
        }
    }
    return true;
}

static void tell_cash(struct alpaca *alpaca, int64_t amount_e9)
{
    const struct event event = {
        .src_ns = alpaca_now_ns(alpaca),
        .kind = EVENT_ACCOUNT_CASH,
        .flags = CASH_RECONCILED,
        .instrument = INSTRUMENT_NONE,
        .account_cash = {.amount_e9 = amount_e9},
    };
    report_queue_add(&alpaca->reports, &event);
    char text[MONEY_TEXT_SIZE];
    (void)money_format(amount_e9, text);
    alpaca_say(alpaca, "alarm", "the account's cash differs from what our trades make it: %s",
               text);
}

/* Before the first deposit there is nothing to compare with: the driver makes it. */
static void compare_cash(struct alpaca *alpaca)
{
    const struct ledger *ledger = &alpaca->plan.engine->ledger;
    struct reconcile *reconcile = &alpaca->reconcile;
    int64_t differs_e9 = money_sub_capped(alpaca->cash_e9, ledger_cash_e9(ledger));
    if (ledger->balance_e9[ACCOUNT_CAPITAL] == 0 || differs_e9 == 0) {
        reconcile->cash_differs = false;
        return;
    }
    bool twice = reconcile->cash_differs && reconcile->cash_differs_e9 == differs_e9;
    reconcile->cash_differs = true;
    reconcile->cash_differs_e9 = differs_e9;
    if (twice && all_quiet(alpaca)) {
        reconcile->cash_differs = false;
        tell_cash(alpaca, differs_e9);
        name_others(alpaca);
    }
}

/* ---- what the stream lets slip ---- */

void alpaca_hint(struct alpaca *alpaca, uint32_t instrument, int64_t qty_e9)
{
    if (instrument >= alpaca->plan.instrument_count) {
        return;
    }
    struct shown_holding *holding = &alpaca->reconcile.holdings[instrument];
    alpaca->reconcile.hints += holding->hinted ? 0 : 1;
    holding->hinted = true;
    holding->hint_e9 = qty_e9;
}

/* Something may still come of an order of ours there. */
static bool is_open(struct alpaca *alpaca, uint32_t instrument)
{
    for (const struct tracked *order = orders_first(&alpaca->orders); order != NULL;
         order = orders_next(&alpaca->orders, order)) {
        if (order->instrument == instrument && order->state != TRACKED_ENDED) {
            return true;
        }
    }
    return false;
}

/* The engine has taken every report. */
static void heed_hints(struct alpaca *alpaca)
{
    struct reconcile *reconcile = &alpaca->reconcile;
    const struct engine *engine = alpaca->plan.engine;
    int64_t now_ns = alpaca_now_ns(alpaca);
    for (uint32_t i = 0; i < alpaca->plan.instrument_count && reconcile->hints > 0; i++) {
        struct shown_holding *holding = &reconcile->holdings[i];
        if (!holding->hinted) {
            continue;
        }
        holding->hinted = false;
        reconcile->hints--;
        int64_t beside_e9 = money_sub_capped(holding->hint_e9, engine->ledger.positions[i].qty_e9);
        if (beside_e9 != engine->foreign_e9[i] && !is_open(alpaca, i) &&
            now_ns - reconcile->heeded_ns >= HEED_NS) {
            reconcile->heeded_ns = now_ns;
            alpaca_reconcile_want(alpaca);
            alpaca->tend_again = true;
        }
    }
}

/* ---- all of it ---- */

void alpaca_touch(struct alpaca *alpaca, uint32_t instrument)
{
    if (instrument < alpaca->plan.instrument_count) {
        alpaca->reconcile.holdings[instrument].active_ns = alpaca_now_ns(alpaca);
    }
}

/* Cash is ours and so are the holdings of a symbol: whatever was in doubt about its executions. */
static void end_doubts(struct alpaca *alpaca)
{
    const struct engine *engine = alpaca->plan.engine;
    if (ledger_cash_e9(&engine->ledger) != alpaca->cash_e9) {
        return;
    }
    for (uint32_t i = 0; i < alpaca->plan.instrument_count && alpaca->orders.doubts > 0; i++) {
        int64_t beside_e9 = money_sub_capped(alpaca->reconcile.holdings[i].shown_e9,
                                             engine->ledger.positions[i].qty_e9);
        if (beside_e9 == engine->foreign_e9[i] && engine->surplus_e9[i] == 0) {
            orders_agree(&alpaca->orders, i, beside_e9 == 0);
        }
    }
}

void alpaca_compare(struct alpaca *alpaca)
{
    struct reconcile *reconcile = &alpaca->reconcile;
    if (!report_queue_is_empty(&alpaca->reports)) {
        return;
    }
    heed_hints(alpaca);
    if (reconcile->round.stage != ROUND_COMPARE) {
        return;
    }
    bool motion = false;
    reconcile->asks = false;
    for (uint32_t i = 0; i < alpaca->plan.instrument_count; i++) {
        motion = compare_holding(alpaca, i) || motion;
    }
    if (!reconcile->asks) {
        compare_cash(alpaca);
    }
    end_doubts(alpaca);
    reconcile->tries++;
    alpaca_round_complete(alpaca, motion && reconcile->tries < TRIES_MAX);
}
