/* synth_tape.c: see synth_tape.h.
 *
 * The price is a real number; bid and ask are the cents around it, as far apart as the symbol's
 * turnover and the volatility of the minute say, and each trade is at the bid or at the ask. The
 * volume of a minute is log-normal around its share of the day, higher when volatility is high and
 * when the price has moved. */
#include "data/synth_tape.h"

#include "base/fmath.h"

#define TICKS_PER_DOLLAR  100.0
#define TICK_E9           INT64_C(10000000)
#define PRICE_MIN         0.02
#define PRICE_MAX         1000000.0
#define VOLUME_MINUTE_MAX 1e9

/* Of a stock that turns over a billion dollars a day, as a share of its price. */
#define SPREAD_AT_BILLION 0.0001
#define SPREAD_MAX        0.01

#define BUSY_KEEP    0.80 /* of a session's log-volume, from one to the next */
#define BUSY_NOISE   0.15
#define HEAT_SHARE   0.75 /* how far volume goes along with volatility */
#define MOVE_SHARE   0.22 /* what each deviation of a minute's return adds to log-volume */
#define NEWS_SHARE   0.15 /* the same for the move of the night, all day */
#define MINUTE_NOISE 0.42
#define MEAN_SIZE    0.79788456080286536 /* E|z| of a normal z */
#define Z_MAX        5.0
#define OPEN_CROSS   2.0 /* volume of the first minute, against its shape */
#define CLOSE_CROSS  5.0

enum { STREAM_SIDES = 32, STREAM_VOLUMES, STREAM_QUOTES };

static const struct synth_shape volume_shape = {1.8, 22, 2.0, 15};
#define VOLUME_SHAPE_MEAN 1.25 /* with both crosses, about: tests hold it to daily_volume */

void synth_tape_start(struct synth_tape *tape, const struct synth_symbol *symbol, uint64_t seed)
{
    const char *name = symbol->instrument.symbol;
    double billions = symbol->daily_volume * symbol->price / 1e9;
    double share = SPREAD_AT_BILLION / fmath_sqrt(billions);
    *tape = (struct synth_tape){
        .seed = seed,
        .symbol = *symbol,
        .sides = synth_random_start(seed, name, STREAM_SIDES),
        .volumes = synth_random_start(seed, name, STREAM_VOLUMES),
        .price = symbol->price,
        .spread = share < SPREAD_MAX ? share : SPREAD_MAX,
    };
}

/* ---- prices ---- */

static void move(struct synth_tape *tape, double r)
{
    double price = tape->price * fmath_exp(r);
    tape->price = price < PRICE_MIN ? PRICE_MIN : price > PRICE_MAX ? PRICE_MAX : price;
}

/* The cents around the price, and a trade at one of them. */
static void trade(struct synth_tape *tape)
{
    double ticks = tape->price * TICKS_PER_DOLLAR;
    double wide = fmath_floor(ticks * tape->spread * tape->heat + 0.5);
    int64_t spread = wide < 1.0 ? 1 : (int64_t)wide;
    int64_t bid = (int64_t)fmath_floor(ticks - (double)(spread - 1) / 2.0);
    tape->bid_ticks = bid < 1 ? 1 : bid;
    tape->ask_ticks = tape->bid_ticks + spread;
    bool buyer = (synth_random_next(&tape->sides) >> 63) != 0;
    int64_t last = buyer ? tape->ask_ticks : tape->bid_ticks;
    tape->last_ticks = last;
    struct event_bar *bar = &tape->bar;
    if (bar->open_e9 == 0) {
        *bar = (struct event_bar){.open_e9 = last, .high_e9 = last, .low_e9 = last};
    }
    bar->high_e9 = last > bar->high_e9 ? last : bar->high_e9;
    bar->low_e9 = last < bar->low_e9 ? last : bar->low_e9;
    bar->close_e9 = last;
}

/* Deviations of a move, without sign and with a limit. */
static double deviations(double r, double deviation)
{
    double size = (r < 0.0 ? -r : r) / deviation;
    return size < Z_MAX ? size : Z_MAX;
}

void synth_tape_open(struct synth_tape *tape, double r, double night)
{
    move(tape, r);
    tape->news = NEWS_SHARE * (deviations(r, night) - MEAN_SIZE);
    tape->busy_x = BUSY_KEEP * tape->busy_x + BUSY_NOISE * synth_random_normal(&tape->volumes);
}

void synth_tape_minute(struct synth_tape *tape, double deviation, double usual)
{
    tape->deviation = deviation;
    tape->heat = deviation / usual;
    tape->minute_r = 0.0;
    trade(tape);
}

void synth_tape_step(struct synth_tape *tape, double r)
{
    tape->minute_r += r;
    move(tape, r);
    trade(tape);
}

/* ---- volume ---- */

void synth_tape_minute_end(struct synth_tape *tape, double since, double left)
{
    double shape = synth_shape_at(&volume_shape, since, left) / VOLUME_SHAPE_MEAN;
    shape *= since < 0.5 ? OPEN_CROSS : left < 0.5 ? CLOSE_CROSS : 1.0;
    double size = deviations(tape->minute_r, tape->deviation);
    double log_volume = tape->busy_x + tape->news + HEAT_SHARE * fmath_log(tape->heat) +
                        MOVE_SHARE * (size - MEAN_SIZE) +
                        MINUTE_NOISE * synth_random_normal(&tape->volumes);
    double mean = tape->symbol.daily_volume / SYNTH_MINUTES_USUAL;
    double volume = fmath_floor(mean * shape * fmath_exp(log_volume) + 0.5);
    volume = volume < 1.0 ? 1.0 : volume > VOLUME_MINUTE_MAX ? VOLUME_MINUTE_MAX : volume;
    tape->bar.volume += (int64_t)volume;
}

/* ---- what others see ---- */

struct event_bar synth_tape_bar(struct synth_tape *tape)
{
    struct event_bar bar = {
        .open_e9 = tape->bar.open_e9 * TICK_E9,
        .high_e9 = tape->bar.high_e9 * TICK_E9,
        .low_e9 = tape->bar.low_e9 * TICK_E9,
        .close_e9 = tape->bar.close_e9 * TICK_E9,
        .volume = tape->bar.volume,
    };
    tape->bar = (struct event_bar){0};
    return bar;
}

/* About a tenth of a minute's volume, in round lots. */
static int64_t quote_size(const struct synth_tape *tape, struct synth_random *random)
{
    double mean = tape->symbol.daily_volume / SYNTH_MINUTES_USUAL / 10.0;
    double lots = mean / 100.0 * fmath_exp(0.7 * synth_random_normal(random) - 0.25);
    return lots < 1.0 ? 100 : 100 * (int64_t)fmath_floor(lots + 0.5);
}

struct synth_quote synth_tape_quote(const struct synth_tape *tape, int64_t ts_ns)
{
    /* A stream for each moment: the quote is the same whoever asks, and however often. */
    struct synth_random random = synth_random_start(tape->seed ^ (uint64_t)ts_ns,
                                                    tape->symbol.instrument.symbol, STREAM_QUOTES);
    struct synth_quote quote = {
        .bid_e9 = tape->bid_ticks * TICK_E9,
        .ask_e9 = tape->ask_ticks * TICK_E9,
    };
    quote.bid_size = quote_size(tape, &random);
    quote.ask_size = quote_size(tape, &random);
    return quote;
}
