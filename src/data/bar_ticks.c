/* bar_ticks.c: see bar_ticks.h.
 *
 * Of the instants that trade, one is the open, one the close and, in between, one each the high and
 * the low. From one of these to the next the price walks: a step towards it and a random one, on
 * whole cents and held inside of the bar. A trade above the last one is at the ask, one below it at
 * the bid. */
#include "data/bar_ticks.h"

#include <stdbool.h>

#include "base/fmath.h"
#include "base/money.h"
#include "base/utc.h"
#include "data/synth_random.h"

#define CENT_E9        INT64_C(10000000)
#define SUB_CENT_E9    INT64_C(100000)
#define NS_PER_SESSION (390 * NS_PER_MIN)

/* Of a stock that turns over a billion dollars a day, as a share of its price: synth_tape.c. */
#define SPREAD_AT_BILLION 0.0001
#define SPREAD_MAX        0.01

#define LOW_FIRST 0.7 /* how often a rising bar touches its low before its high */
#define WANDER    0.6 /* of a step, in ranges of the bar over the root of its trades */

enum { STREAM_BAR_TICKS = 64 };

/* A bar that is being walked along. */
struct walk {
    struct synth_random random;
    const struct event_bar *bar;
    uint32_t count;  /* instants */
    uint32_t trades; /* of them */
    int64_t spread_e9;
    double lots;      /* mean size of a quote, in round lots */
    uint32_t high_at; /* number of the trade that is the high; 0 and last are open and close */
    uint32_t low_at;
};

/* ---- when ---- */

static int64_t step_ns(const struct event *bar)
{
    int64_t step = (bar->ts_ns - bar->src_ns) / BAR_TICKS_MAX;
    return step < NS_PER_S ? NS_PER_S : step;
}

uint32_t bar_ticks_count(const struct event *bar)
{
    int64_t count = (bar->ts_ns - bar->src_ns) / step_ns(bar);
    return count < 1 ? 1 : count > BAR_TICKS_MAX ? BAR_TICKS_MAX : (uint32_t)count;
}

uint32_t bar_ticks_trade_count(const struct event *bar)
{
    uint32_t count = bar_ticks_count(bar);
    return bar->bar.volume < (int64_t)count ? (uint32_t)bar->bar.volume : count;
}

/* The instant of a trade: the last trade is at the last one, the others spread evenly. */
static uint32_t instant_of(const struct walk *walk, uint32_t trade)
{
    return trade + 1 == walk->trades ? walk->count - 1
                                     : (uint32_t)((uint64_t)trade * walk->count / walk->trades);
}

/* ---- prices ---- */

static int64_t grid_e9(int64_t price_e9)
{
    return price_e9 < SUB_CENT_E9 ? 1 : price_e9 < MONEY_E9 ? SUB_CENT_E9 : CENT_E9;
}

/* The nearest price on the grid inside of the bar; where none lies inside, its low. */
static int64_t price_near(const struct event_bar *bar, double price)
{
    double limited = price < (double)bar->low_e9    ? (double)bar->low_e9
                     : price > (double)bar->high_e9 ? (double)bar->high_e9
                                                    : price;
    int64_t grid = grid_e9((int64_t)limited);
    int64_t near = (int64_t)fmath_floor(limited / (double)grid + 0.5) * grid;
    near = near > bar->high_e9 ? near - grid : near;
    near = near < bar->low_e9 ? near + grid : near;
    return near > bar->high_e9 || near < bar->low_e9 ? bar->low_e9 : near;
}

/* A trade strictly between the first and the last. */
static uint32_t draw_between(struct walk *walk)
{
    uint32_t inside = walk->trades - 2;
    return 1 + (uint32_t)(synth_random_unit(&walk->random) * inside);
}

/* Chooses when high and low are touched; a bar of three trades has room for the farther one. */
static void place_extremes(struct walk *walk)
{
    const struct event_bar *bar = walk->bar;
    walk->high_at = UINT32_MAX;
    walk->low_at = UINT32_MAX;
    if (walk->trades < 3) {
        return;
    }
    uint32_t first = draw_between(walk);
    uint32_t second = draw_between(walk);
    while (second == first && walk->trades > 3) {
        second = draw_between(walk);
    }
    bool rises = bar->close_e9 >= bar->open_e9;
    bool usual = synth_random_unit(&walk->random) < LOW_FIRST;
    uint32_t early = first < second ? first : second;
    uint32_t late = first < second ? second : first;
    walk->low_at = rises == usual ? early : late;
    walk->high_at = rises == usual ? late : early;
    if (walk->trades == 3) {
        bool high = bar->high_e9 - bar->open_e9 >= bar->open_e9 - bar->low_e9;
        walk->high_at = high ? 1 : UINT32_MAX;
        walk->low_at = high ? UINT32_MAX : 1;
    }
}

/* Whether a trade's price is one of the bar's four, and which. Equal ones need no second touch. */
static bool is_fixed(const struct walk *walk, uint32_t trade, int64_t *price_e9)
{
    const struct event_bar *bar = walk->bar;
    bool touched_high = bar->high_e9 == bar->open_e9 || bar->high_e9 == bar->close_e9;
    bool touched_low = bar->low_e9 == bar->open_e9 || bar->low_e9 == bar->close_e9;
    if (trade + 1 == walk->trades) {
        *price_e9 = bar->close_e9;
    } else if (trade == 0) {
        *price_e9 = bar->open_e9;
    } else if (trade == walk->high_at && !touched_high) {
        *price_e9 = bar->high_e9;
    } else if (trade == walk->low_at && !touched_low) {
        *price_e9 = bar->low_e9;
    } else {
        return false;
    }
    return true;
}

static void walk_prices(struct walk *walk, struct bar_tick *ticks)
{
    const struct event_bar *bar = walk->bar;
    double wander = WANDER * (double)(bar->high_e9 - bar->low_e9) / fmath_sqrt(walk->trades);
    double price = (double)bar->open_e9;
    uint32_t next = 0; /* the fixed price that is walked to */
    int64_t target_e9 = bar->open_e9;
    for (uint32_t i = 0; i < walk->trades; i++) {
        if (i > next || i == 0) {
            next = i;
            while (!is_fixed(walk, next, &target_e9)) {
                next++;
            }
        }
        int64_t price_e9 = target_e9;
        if (i < next) {
            double left = (double)(next - i + 1);
            price += ((double)target_e9 - price) / left +
                     wander * fmath_sqrt((left - 1.0) / left) * synth_random_normal(&walk->random);
            price_e9 = price_near(bar, price);
        }
        price = (double)price_e9;
        ticks[instant_of(walk, i)].price_e9 = price_e9;
    }
}

/* ---- sizes ---- */

/* Shares of all trades: at least one each, the rest in random parts. Volumes beyond what one trade
 * may have are cut in equal parts. */
static void deal_sizes(struct walk *walk, struct bar_tick *ticks)
{
    int64_t trades = walk->trades;
    int64_t volume = walk->bar->volume;
    double parts[BAR_TICKS_MAX];
    double whole = 0.0;
    for (uint32_t i = 0; i < walk->trades; i++) {
        whole += volume > TICK_SIZE_MAX ? 1.0 : -fmath_log(1.0 - synth_random_unit(&walk->random));
        parts[i] = whole;
    }
    int64_t dealt = 0;
    for (uint32_t i = 0; i < walk->trades; i++) {
        bool last = i + 1 == walk->trades;
        int64_t until = last || !(whole > 0.0)
                            ? volume - trades
                            : (int64_t)fmath_floor((double)(volume - trades) * (parts[i] / whole));
        int64_t size = 1 + until - dealt;
        ticks[instant_of(walk, i)].size = size > TICK_SIZE_MAX ? TICK_SIZE_MAX : size;
        dealt = until;
    }
}

/* ---- quotes ---- */

/* About a tenth of a minute's volume, in round lots. */
static int64_t quote_size(struct walk *walk)
{
    double lots = walk->lots * fmath_exp(0.7 * synth_random_normal(&walk->random) - 0.25);
    lots = lots > 1e6 ? 1e6 : lots;
    return lots < 1.0 ? 100 : 100 * (int64_t)fmath_floor(lots + 0.5);
}

/* The sides around a price, one of them as near to it as the grid allows: the ask when a buyer came
 * to it, else the bid; the other way round where only that keeps both inside of the bar. */
static struct event_quote quote_around(struct walk *walk, int64_t price_e9, bool buyer)
{
    int64_t grid = grid_e9(price_e9);
    int64_t spread = walk->spread_e9 > grid ? walk->spread_e9 / grid * grid : grid;
    int64_t bid = price_e9 / grid * grid;
    int64_t ask = bid < price_e9 ? bid + grid : bid;
    bool room_below = ask - spread >= walk->bar->low_e9;
    bool room_above = bid + spread <= walk->bar->high_e9;
    bool down = room_below == room_above ? buyer : room_below;
    if (ask - bid < spread && down && ask > spread) {
        bid = ask - spread;
    } else if (ask - bid < spread) {
        ask = bid + spread;
    }
    return (struct event_quote){
        .bid_e9 = bid, .ask_e9 = ask, .bid_size = quote_size(walk), .ask_size = quote_size(walk)};
}

/* Instants without a trade show what the last one left. */
static void quote_all(struct walk *walk, struct bar_tick *ticks, int64_t previous_e9)
{
    int64_t last_e9 = previous_e9;
    int64_t price_e9 = walk->bar->open_e9;
    bool buyer = (synth_random_next(&walk->random) >> 63) != 0;
    for (uint32_t i = 0; i < walk->count; i++) {
        price_e9 = ticks[i].size > 0 ? ticks[i].price_e9 : price_e9;
        if (last_e9 > 0 && price_e9 != last_e9) {
            buyer = price_e9 > last_e9;
        }
        ticks[i].price_e9 = price_e9;
        ticks[i].quote = quote_around(walk, price_e9, buyer);
        last_e9 = price_e9;
    }
}

/* As the synthetic market does it: by what turns over, here at the pace of this bar. */
static void set_liquidity(struct walk *walk, int64_t length_ns)
{
    const struct event_bar *bar = walk->bar;
    double shares = bar->volume > 0 ? (double)bar->volume : 1.0;
    double price = (double)bar->close_e9 / 1e9;
    double length = length_ns > 0 ? (double)length_ns : (double)NS_PER_S;
    double billions = shares * price / 1e9 * ((double)NS_PER_SESSION / length);
    double share = SPREAD_AT_BILLION / fmath_sqrt(billions);
    share = share < SPREAD_MAX ? share : SPREAD_MAX;
    int64_t grid = grid_e9(bar->low_e9);
    int64_t steps = (int64_t)fmath_floor((double)bar->close_e9 * share / (double)grid + 0.5);
    walk->spread_e9 = (steps < 1 ? 1 : steps) * grid;
    walk->lots = shares * ((double)NS_PER_MIN / length) / 10.0 / 100.0;
}

uint32_t bar_ticks_make(uint64_t seed, const struct instrument *instrument, const struct event *bar,
                        int64_t previous_close_e9, struct bar_tick ticks[BAR_TICKS_MAX])
{
    struct walk walk = {
        .random =
            synth_random_start(seed ^ (uint64_t)bar->ts_ns, instrument->symbol, STREAM_BAR_TICKS),
        .bar = &bar->bar,
        .count = bar_ticks_count(bar),
        .trades = bar_ticks_trade_count(bar),
    };
    set_liquidity(&walk, bar->ts_ns - bar->src_ns);
    for (uint32_t i = 0; i < walk.count; i++) {
        int64_t before_end_ns = (int64_t)(walk.count - 1 - i) * step_ns(bar);
        ticks[i] = (struct bar_tick){.ts_ns = bar->ts_ns - before_end_ns};
    }
    if (walk.trades > 0) {
        place_extremes(&walk);
        walk_prices(&walk, ticks);
        deal_sizes(&walk, ticks);
    }
    quote_all(&walk, ticks, previous_close_e9);
    return walk.count;
}

/* ---- as events ---- */

static struct event tick_event(const struct bar_tick *tick, uint8_t kind, uint32_t instrument)
{
    return (struct event){.ts_ns = tick->ts_ns,
                          .src_ns = tick->ts_ns,
                          .kind = kind,
                          .version = 1,
                          .slots = 1,
                          .instrument = instrument};
}

struct event bar_tick_quote(const struct bar_tick *tick, uint32_t instrument)
{
    struct event event = tick_event(tick, EVENT_QUOTE, instrument);
    event.quote = tick->quote;
    return event;
}

struct event bar_tick_trade(const struct bar_tick *tick, uint32_t instrument)
{
    struct event event = tick_event(tick, EVENT_TRADE_TICK, instrument);
    event.trade_tick = (struct event_trade_tick){.price_e9 = tick->price_e9, .size = tick->size};
    return event;
}
