/* gate_input.c: see gate_input.h. Reads const state and changes nothing. */
#include "core/gate_input.h"

#include <assert.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"

#define ONE_EACH UINT64_C(0x0101010101010101) /* in each of eight bytes */

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

/* How many of the eight bytes have the flag set, which is their second bit. */
static uint32_t count_live(uint64_t weights)
{
    static_assert(TRADE_LIVE == 2, "the second bit");
    return (uint32_t)(((weights >> 1 & ONE_EACH) * ONE_EACH) >> 56);
}

/* An exit on its way counts as not filled: what is held stays held. Where no plan has a stop only
 * open entries add to the sums, and other trades are counted without being looked at. */
static void sum_live_trades(const struct engine *engine, uint32_t instrument,
                            struct live_sums *sums)
{
    const size_t places = (size_t)engine->book_count * engine->instrument_count;
    const uint64_t wanted =
        engine->closes ? (TRADE_ENTERING | TRADE_LIVE) * ONE_EACH : TRADE_ENTERING * ONE_EACH;
    for (size_t first = 0; first < places; first += sizeof(uint64_t)) {
        uint64_t weights;
        memcpy(&weights, engine->weights + first, sizeof weights);
        sums->without_stop += count_live(weights);
        for (uint64_t look = weights & wanted; look != 0;) {
            uint32_t byte = (uint32_t)__builtin_ctzll(look) / 8;
            const uint64_t its = UINT64_C(0xff) << 8 * byte;
            sums->without_stop -= count_live(weights & its); /* add_trade() knows better */
            add_trade(engine, &engine->trades[first + byte], instrument, sums);
            look &= ~its;
        }
    }
}

/* The largest jump between two sessions; `always` has none, but for bars of a day. */
static int64_t gap_ppm(const struct engine *engine, uint32_t instrument)
{
    bool has_sessions = engine->calendar != CALENDAR_ALWAYS || engine->view->bar_ns >= NS_PER_DAY;
    return has_sessions && !engine->assume_adjusted ? view_jump_ppm(engine->view, instrument) : 0;
}

/* Whether the symbol was silent too long in the regular session that holds now. */
static bool is_halted(const struct engine *engine, uint32_t instrument, int64_t now_ns,
                      const struct trading_day *day)
{
    int64_t bar_ns = engine->view->bar_ns;
    return bar_ns > 0 && bar_ns < NS_PER_DAY &&
           view_silence_ns(engine->view, instrument, day->open_ns, day->close_ns, now_ns) >
               GATE_SILENCE_BARS_MAX * bar_ns;
}

/* The regular session, or the day's whole span, that now lies in or that comes next. */
static void fill_session(const struct engine *engine, uint32_t instrument, struct gate_input *input)
{
    input->halted = false;
    input->gap_ppm = gap_ppm(engine, instrument);
    input->day_known = calendar_covers(engine->calendar, input->now_ns);
    if (engine->calendar == CALENDAR_ALWAYS) {
        input->session_open_ns = INT64_MIN;
        input->session_close_ns = INT64_MAX;
        return;
    }
    struct trading_day day;
    bool inside = calendar_day_at(engine->calendar, input->now_ns, &day);
    if (inside || calendar_day_after(engine->calendar, input->now_ns, &day)) {
        bool extended = engine->extended_hours;
        input->halted = inside && is_halted(engine, instrument, input->now_ns, &day);
        input->session_open_ns = extended ? day.early_open_ns : day.open_ns;
        input->session_close_ns = extended ? day.late_close_ns : day.close_ns;
    } else {
        input->session_open_ns = INT64_MAX; /* no session will come that we know of */
        input->session_close_ns = INT64_MAX;
    }
}

/* As the Closer has it: no later than a bar before the close. */
static int64_t flat_before_ns(const struct engine *engine, uint32_t book)
{
    int64_t before_ns = engine->books[book].plan.exits.flat_before_close_ns;
    int64_t bar_ns = engine->view->bar_ns;
    return before_ns != 0 && before_ns < bar_ns ? bar_ns : before_ns;
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
    input->flat_before_ns = flat_before_ns(engine, order->book);
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
    input->opposite_entry_qty_e9 = 0;
    fill_order(engine, order, input);
    fill_session(engine, instrument, input);
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
