/* closer.c: see closer.h and docs/closer.md. */
#include "core/closer.h"

#include <stddef.h>

#include "base/code_text.h"
#include "base/money.h"
#include "base/utc.h"

enum { PPM = 1000000 };

#define CENT       (MONEY_E9 / 100)
#define SMALL_TICK (MONEY_E9 / 10000) /* below a dollar */

#define CAUSE(name, text)        CASE_TEXT(EXIT_CAUSE_##name, text)
#define NOTICE(name, code, text) CASE_TEXT(NOTICE_##name, text)

CODE_TEXT(exit_cause_text, enum exit_cause, EXIT_CAUSE_LIST(CAUSE), "unknown")
CODE_TEXT(notice_text, enum notice, NOTICE_LIST(NOTICE), "unknown")

/* ---- the plan ---- */

bool closer_has_rules(const struct exit_plan *plan)
{
    return plan->target.unit != EXIT_NONE || plan->stop.unit != EXIT_NONE ||
           plan->trailing.unit != EXIT_NONE || plan->time_limit_ns != 0 ||
           plan->time_limit_bars != 0 || plan->flat_before_close_ns != 0;
}

bool closer_needs_atr(const struct exit_plan *plan)
{
    return plan->target.unit == EXIT_ATR || plan->stop.unit == EXIT_ATR ||
           plan->trailing.unit == EXIT_ATR;
}

bool closer_trails_at_broker(const struct exit_plan *plan)
{
    return plan->at_broker && plan->trailing.unit != EXIT_NONE && plan->stop.unit == EXIT_NONE;
}

void closer_begin(struct exits *exits, int64_t atr_e9)
{
    *exits = (struct exits){.atr_e9 = atr_e9,
                            .time_ns = CLOSER_NEVER_NS,
                            .flat_ns = CLOSER_NEVER_NS,
                            .patience_ns = CLOSER_NEVER_NS,
                            .retry_ns = CLOSER_NEVER_NS,
                            .placed_ns = CLOSER_NEVER_NS};
}

/* ---- prices ---- */

static int64_t tick_e9(int64_t price_e9)
{
    return price_e9 >= MONEY_E9 ? CENT : SMALL_TICK;
}

static int64_t tick_below(int64_t price_e9)
{
    return price_e9 - price_e9 % tick_e9(price_e9);
}

static int64_t tick_above(int64_t price_e9)
{
    int64_t tick = tick_e9(price_e9);
    return tick_below(price_e9 + tick - 1);
}

/* 0: no such rule. What leaves the range is as far as prices go. */
static int64_t distance_e9(const struct exit_distance *distance, int64_t price_e9, int64_t atr_e9)
{
    int64_t base_e9 = distance->unit == EXIT_ATR ? atr_e9 : price_e9;
    int64_t value_e9 = distance->value;
    if (distance->unit == EXIT_NONE) {
        return 0;
    }
    if (distance->unit != EXIT_PRICE &&
        money_mul_div(base_e9, distance->value, PPM, ROUND_DOWN, &value_e9) != ERR_OK) {
        value_e9 = PRICE_E9_MAX;
    }
    value_e9 = value_e9 > PRICE_E9_MAX ? PRICE_E9_MAX : value_e9;
    return value_e9 < CENT ? CENT : value_e9;
}

struct closer_prices closer_prices(const struct exit_plan *plan, int64_t price_e9, int64_t atr_e9)
{
    struct closer_prices prices = {.trail_e9 = distance_e9(&plan->trailing, price_e9, atr_e9)};
    int64_t up_e9 = distance_e9(&plan->target, price_e9, atr_e9);
    int64_t down_e9 = distance_e9(&plan->stop, price_e9, atr_e9);
    if (up_e9 != 0) {
        prices.target_e9 = tick_below(price_e9 + up_e9);
        prices.target_e9 += prices.target_e9 < price_e9 + CENT ? CENT : 0;
    }
    if (down_e9 != 0 && price_e9 > down_e9) { /* a stop at nothing is never met */
        prices.stop_e9 = tick_above(price_e9 - down_e9);
        prices.stop_e9 -= prices.stop_e9 > price_e9 - CENT ? CENT : 0;
        prices.stop_e9 = prices.stop_e9 < 0 ? 0 : prices.stop_e9;
    }
    return prices;
}

int64_t closer_first_stop_e9(const struct exit_plan *plan, int64_t price_e9, int64_t atr_e9)
{
    struct closer_prices prices = closer_prices(plan, price_e9, atr_e9);
    int64_t trail_e9 = prices.trail_e9 != 0 && price_e9 > prices.trail_e9
                           ? tick_above(price_e9 - prices.trail_e9)
                           : 0;
    return prices.stop_e9 > trail_e9 ? prices.stop_e9 : trail_e9;
}

int64_t closer_limit_price_e9(int64_t reference_e9, int64_t offset_ppm)
{
    int64_t price_e9 = reference_e9;
    if (money_mul_div(reference_e9, PPM + offset_ppm, PPM, ROUND_DOWN, &price_e9) != ERR_OK ||
        price_e9 > PRICE_E9_MAX) {
        price_e9 = PRICE_E9_MAX;
    }
    price_e9 = tick_below(price_e9);
    return price_e9 > 0 ? price_e9 : SMALL_TICK;
}

/* ---- what happens to the trade ---- */

void closer_take_entry(const struct exit_plan *plan, struct exits *exits, int64_t average_e9,
                       int64_t ts_ns, bool first)
{
    struct closer_prices prices = closer_prices(plan, average_e9, exits->atr_e9);
    if (!plan->at_broker) {
        exits->target_e9 = prices.target_e9;
        exits->stop_e9 = prices.stop_e9;
    }
    exits->trail_e9 = closer_trails_at_broker(plan) ? 0 : prices.trail_e9;
    exits->best_e9 = first || average_e9 > exits->best_e9 ? average_e9 : exits->best_e9;
    if (!first) {
        return;
    }
    exits->fresh = true;
    exits->patience_ns = plan->at_broker ? ts_ns + CLOSER_PATIENCE_NS : CLOSER_NEVER_NS;
    exits->time_ns = plan->time_limit_ns != 0 &&
                             !__builtin_add_overflow(ts_ns, plan->time_limit_ns, &exits->time_ns)
                         ? exits->time_ns
                         : CLOSER_NEVER_NS;
}

int64_t closer_trail_stop_e9(const struct exits *exits)
{
    return exits->trail_e9 != 0 && exits->best_e9 > exits->trail_e9
               ? tick_above(exits->best_e9 - exits->trail_e9)
               : 0;
}

/* Flat by so long before the close; and not later than with an order that can still fill at the
 * open of the session's last bar. */
static void set_flat_time(const struct exit_plan *plan, enum calendar_id calendar,
                          struct exits *exits, const struct event *bar)
{
    struct trading_day day;
    int64_t bar_ns = bar->ts_ns - bar->src_ns;
    if (plan->flat_before_close_ns != 0 && calendar_day_after(calendar, bar->ts_ns - 1, &day)) {
        int64_t before_ns =
            plan->flat_before_close_ns > bar_ns ? plan->flat_before_close_ns : bar_ns;
        exits->flat_ns = day.close_ns - before_ns;
    }
}

/* Counts the finished bars of the book's frame: a frame is finished with a bar that ends with it,
 * or when a bar of a later one comes. */
static void count_frames(enum calendar_id calendar, int64_t frame_ns, struct exits *exits,
                         int64_t end_ns)
{
    struct trading_day day;
    struct frame frame = {end_ns - 1, end_ns}; /* each bar is one, where no frame is told */
    if (frame_ns != 0 && (!calendar_day_at(calendar, end_ns, &day) ||
                          !calendar_frame(&day, frame_ns, end_ns, &frame))) {
        return; /* a bar outside of any frame */
    }
    if (exits->frame_end_ns != frame.end_ns) {
        exits->bars += exits->frame_end_ns != 0 ? 1 : 0;
        exits->frame_end_ns = frame.end_ns;
    }
    if (end_ns == frame.end_ns) {
        exits->bars++;
        exits->frame_end_ns = 0;
    }
}

enum exit_cause closer_take_price(const struct exit_plan *plan, struct exits *exits,
                                  int64_t price_e9)
{
    if (!plan->at_broker && exits->stop_e9 != 0 && price_e9 <= exits->stop_e9) {
        return EXIT_CAUSE_STOP;
    }
    if (price_e9 <= closer_trail_stop_e9(exits)) { /* as it stood before this price */
        return EXIT_CAUSE_TRAILING;
    }
    exits->best_e9 = price_e9 > exits->best_e9 ? price_e9 : exits->best_e9;
    bool reached = !plan->at_broker && exits->target_e9 != 0 && price_e9 >= exits->target_e9;
    return reached ? EXIT_CAUSE_TARGET : EXIT_CAUSE_NONE;
}

enum exit_cause closer_take_bar(const struct exit_plan *plan, enum calendar_id calendar,
                                int64_t frame_ns, struct exits *exits, const struct event *bar)
{
    if (exits->fresh) {
        exits->fresh = false;
        set_flat_time(plan, calendar, exits, bar);
    }
    if (plan->time_limit_bars != 0) {
        count_frames(calendar, frame_ns, exits, bar->ts_ns);
    }
    enum exit_cause cause = closer_take_price(plan, exits, bar->bar.close_e9);
    if (cause != EXIT_CAUSE_NONE) {
        return cause;
    }
    if (plan->time_limit_bars != 0 && exits->bars >= plan->time_limit_bars) {
        return EXIT_CAUSE_TIME;
    }
    return closer_take_time(exits, bar->ts_ns);
}

enum exit_cause closer_take_time(const struct exits *exits, int64_t ts_ns)
{
    if (ts_ns >= exits->flat_ns) {
        return EXIT_CAUSE_FLAT;
    }
    return ts_ns >= exits->time_ns ? EXIT_CAUSE_TIME : EXIT_CAUSE_NONE;
}

struct band closer_band(const struct exit_plan *plan, const struct exits *exits)
{
    if (plan->time_limit_bars != 0 || (exits->fresh && plan->flat_before_close_ns != 0)) {
        return BAND_ALWAYS;
    }
    struct band band = {closer_trail_stop_e9(exits), INT64_MAX};
    if (!plan->at_broker) {
        band.low_e9 = exits->stop_e9 > band.low_e9 ? exits->stop_e9 : band.low_e9;
        band.high_e9 = exits->target_e9 != 0 ? exits->target_e9 : INT64_MAX;
    }
    if (exits->trail_e9 != 0 && exits->best_e9 < band.high_e9) {
        band.high_e9 = exits->best_e9 + 1; /* a new best close moves the stop */
    }
    return band;
}

int64_t closer_due_ns(const struct exits *exits, bool entry_works)
{
    if (exits->wish != EXIT_CAUSE_NONE) {
        return exits->retry_ns;
    }
    int64_t due_ns = exits->time_ns < exits->flat_ns ? exits->time_ns : exits->flat_ns;
    due_ns = exits->retry_ns < due_ns ? exits->retry_ns : due_ns;
    return entry_works && exits->patience_ns < due_ns ? exits->patience_ns : due_ns;
}

/* ---- steps that come to nothing ---- */

void closer_want(struct exits *exits, enum exit_cause cause)
{
    if (exits->wish == EXIT_CAUSE_NONE) { /* another row of steps begins */
        exits->failures = 0;
        exits->told = false;
        exits->retry_ns = CLOSER_NEVER_NS;
    }
    exits->wish = (uint8_t)cause;
}

static void wait(struct exits *exits, int64_t ts_ns)
{
    static const int64_t waits_s[] = CLOSER_WAITS_S;
    const size_t last = sizeof waits_s / sizeof waits_s[0] - 1;
    const size_t at = exits->failures < last ? exits->failures : last;
    exits->retry_ns = ts_ns + waits_s[at] * NS_PER_S;
    if (exits->failures < UINT8_MAX) {
        exits->failures++;
    }
}

void closer_step_failed(struct exits *exits, int64_t ts_ns)
{
    if (!closer_waits(exits)) {
        wait(exits, ts_ns);
    }
}

void closer_protection_ended(struct exits *exits, uint16_t attempt, bool refused, int64_t ts_ns)
{
    if (attempt != exits->attempts || attempt == exits->ended) {
        return; /* said twice, or late */
    }
    exits->ended = attempt;
    bool stood = exits->placed_ns != CLOSER_NEVER_NS && ts_ns - exits->placed_ns >= CLOSER_STOOD_NS;
    if (stood) {
        exits->failures = 0;
        exits->refusals = 0;
        return;
    }
    if (refused) {
        exits->refusals++; /* given up long before the count ends */
    }
    if (!closer_gives_up(exits)) {
        wait(exits, ts_ns);
    }
}

bool closer_gives_up(const struct exits *exits)
{
    return exits->refusals > CLOSER_RETRIES;
}

static void scale(int64_t *price_e9, int64_t new_shares, int64_t old_shares)
{
    if (money_mul_div(*price_e9, old_shares, new_shares, ROUND_EVEN, price_e9) != ERR_OK) {
        *price_e9 = PRICE_E9_MAX;
    }
}

void closer_split(struct exits *exits, int64_t new_shares, int64_t old_shares)
{
    scale(&exits->target_e9, new_shares, old_shares);
    scale(&exits->stop_e9, new_shares, old_shares);
    scale(&exits->trail_e9, new_shares, old_shares);
    scale(&exits->best_e9, new_shares, old_shares);
    scale(&exits->atr_e9, new_shares, old_shares);
}
