/* gate_input.c: see gate_input.h. Reads const state and changes nothing. */
#include "core/gate_input.h"

#include "base/money.h"
#include "base/utc.h"

/* Sums that the account's live trades come to; any that leaves int64 is -1 and stays so. */
struct live_sums {
    int64_t entering_e9;   /* worth of what open entries may still fill */
    int64_t instrument_e9; /* the same in the order's instrument */
    int64_t commission_e9; /* expected for them */
    int64_t heat_e9;       /* of held shares and open entries, to their stops */
    uint32_t without_stop; /* trades of which heat is counted as 0 */
};

static void add(int64_t *sum, int64_t amount)
{
    if (*sum < 0 || amount < 0 || __builtin_add_overflow(*sum, amount, sum)) {
        *sum = -1;
    }
}

/* price x quantity in cash, or -1 when it leaves the range. */
static int64_t value_or_none(int64_t price_e9, int64_t qty_e9)
{
    int64_t value_e9 = -1;
    (void)money_notional(price_e9, qty_e9, ROUND_EVEN, &value_e9); /* out of range leaves -1 */
    return value_e9;
}

/* What the quantity loses on its way from the price to the stop; 0 without one of them, -1 when it
 * leaves the range. */
static int64_t heat_or_none(int64_t price_e9, int64_t stop_price_e9, int64_t qty_e9)
{
    int64_t heat_e9 = -1;
    if (stop_price_e9 == 0 || qty_e9 == 0) {
        return 0;
    }
    (void)gate_heat(price_e9, stop_price_e9, qty_e9, &heat_e9); /* out of range leaves -1 */
    return heat_e9;
}

static void add_trade(const struct engine *engine, const struct trade *trade, uint32_t instrument,
                      struct live_sums *sums)
{
    int64_t entering_e9 = 0; /* shares */
    if (order_is_working(&trade->entry)) {
        entering_e9 = trade->entry.qty_e9 - trade->entry.filled_e9;
        int64_t value_e9 = value_or_none(trade->entry.reference_price_e9, entering_e9);
        add(&sums->entering_e9, value_e9);
        add(&sums->commission_e9, engine->commission_e9);
        if (trade->instrument == instrument) {
            add(&sums->instrument_e9, value_e9);
        }
    }
    if (trade->stop_price_e9 == 0) {
        sums->without_stop++; /* no heat to reckon */
        return;
    }
    int64_t close_e9 = view_close_e9(engine->view, trade->instrument);
    add(&sums->heat_e9, heat_or_none(close_e9, trade->stop_price_e9, trade->qty_e9));
    add(&sums->heat_e9,
        heat_or_none(trade->entry.reference_price_e9, trade->stop_price_e9, entering_e9));
}

/* An exit on its way counts as not filled: what is held stays held. */
static void sum_live_trades(const struct engine *engine, uint32_t instrument,
                            struct live_sums *sums)
{
    const struct trade *trade = engine->trades;
    for (uint32_t i = 0; i < engine->instrument_count && engine->exposed_count > 0; i++) {
        if (engine->live[i] == 0) { /* whoever enters is live */
            trade += engine->book_count;
            continue;
        }
        for (uint32_t book = 0; book < engine->book_count; book++, trade++) {
            if (trade_is_live(trade) || order_is_working(&trade->entry)) {
                add_trade(engine, trade, instrument, sums);
            }
        }
    }
}

/* The regular session, or the day's whole span, that now lies in or that comes next. */
static void fill_session(const struct engine *engine, struct gate_input *input)
{
    input->day_known = calendar_covers(engine->calendar, input->now_ns);
    if (engine->calendar == CALENDAR_ALWAYS) {
        input->session_open_ns = INT64_MIN;
        input->session_close_ns = INT64_MAX;
        return;
    }
    struct trading_day day;
    if (calendar_day_at(engine->calendar, input->now_ns, &day) ||
        calendar_day_after(engine->calendar, input->now_ns, &day)) {
        bool extended = engine->extended_hours;
        input->session_open_ns = extended ? day.early_open_ns : day.open_ns;
        input->session_close_ns = extended ? day.late_close_ns : day.close_ns;
    } else {
        input->session_open_ns = INT64_MAX; /* no session will come that we know of */
        input->session_close_ns = INT64_MAX;
    }
}

static void fill_order(const struct engine *engine, const struct gate_order *order,
                       struct gate_input *input)
{
    int64_t price_e9 = order->reference_price_e9;
    /* A limit above the reference may cost as much. */
    int64_t dearest_e9 = order->limit_price_e9 > price_e9 ? order->limit_price_e9 : price_e9;
    input->order_value_e9 = value_or_none(dearest_e9, order->qty_e9);
    input->commission_e9 = engine->commission_e9;
    input->heat_e9 = heat_or_none(dearest_e9, order->stop_price_e9, order->qty_e9);
    input->reference_price_e9 = price_e9;
    input->limit_price_e9 = order->limit_price_e9;
    input->stop_price_e9 = order->stop_price_e9;
    /* Decided on daily bars means: for the next open. */
    input->waits = order->time_in_force == TIME_IN_FORCE_OPG ||
                   engine->books[order->book].plan.frame_ns >= NS_PER_DAY;
    input->rests = order->type != ORDER_TYPE_MARKET && order->time_in_force == TIME_IN_FORCE_GTC;
    input->now_ns = order->ts_ns;
    input->bar_end_ns = order->ts_ns;
}

void gate_input_fill(const struct engine *engine, const struct gate_order *order,
                     struct gate_input *input)
{
    uint32_t instrument = order->instrument;
    const struct position *position = &engine->ledger.positions[instrument];
    const struct book *book = &engine->books[order->book];
    const struct trade *trade = &engine->trades[engine_place(engine, order->book, instrument)];
    struct live_sums sums = {0};
    sum_live_trades(engine, instrument, &sums);

    /* Field by field: clearing a struct of this size becomes `rep stos` (base/hot.h). */
    input->limits = &engine->limits;
    input->sells = false;
    input->halted = false;
    input->gap_ppm = 0;
    input->opposite_entry_qty_e9 = 0;
    fill_order(engine, order, input);
    fill_session(engine, input);
    input->last_entry_ns = trade->id == 0 ? GATE_NEVER_NS : trade->entered_ns;
    input->session_entries = (uint32_t)engine->counters.session_entries + 1;
    input->book_entries = (uint32_t)book->session_entries + 1;
    input->open_positions = engine->exposed_count + (engine->live[instrument] != 0 ? 0 : 1);
    input->position_qty_e9 = position->qty_e9;
    input->instrument_value_e9 = position->value_e9;
    add(&input->instrument_value_e9, sums.instrument_e9);
    input->exposure_e9 = engine->ledger.value_e9; /* positions are long: their sum is gross */
    add(&input->exposure_e9, sums.entering_e9);
    input->entry_commission_e9 = sums.commission_e9;
    input->open_heat_e9 = sums.heat_e9;
    input->without_stop = sums.without_stop + (order->stop_price_e9 == 0 ? 1 : 0);
    input->session_equity_e9 = engine->session_equity_e9;
    input->multiplier = engine->multiplier;
    if (ledger_equity(&engine->ledger, &input->equity_e9) != ERR_OK) {
        input->order_value_e9 = -1;
    }
}
