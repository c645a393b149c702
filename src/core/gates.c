/* gates.c: one function per gate; see gates.h.
 *
 * gates_entry() runs for every entry and inlines all of them: with wide limits it is a row of
 * comparisons, and what a refusal says is worked out only where there is one. Every gate fails
 * closed: what cannot be computed is refused, with INT64_MAX as its value where it has no other. */
#include "core/gates.h"

#include <stddef.h>

#include "base/hot.h"
#include "base/money.h"

/* ---- words ---- */

static const struct {
    const char *text, *help;
    enum gate_unit unit;
    enum gate_rule rule;
} rows[VERDICT_COUNT] = {
#define X(name, text, unit, rule, help) {text, help, GATE_UNIT_##unit, GATE_RULE_##rule},
    VERDICT_LIST(X)
#undef X
};

const char *verdict_text(uint8_t verdict)
{
    return verdict < VERDICT_COUNT ? rows[verdict].text : "unknown";
}

const char *verdict_help(uint8_t verdict)
{
    return verdict < VERDICT_COUNT ? rows[verdict].help : "unknown";
}

enum gate_unit verdict_unit(uint8_t verdict)
{
    return verdict < VERDICT_COUNT ? rows[verdict].unit : GATE_UNIT_NONE;
}

enum gate_rule verdict_rule(uint8_t verdict)
{
    return verdict < VERDICT_COUNT ? rows[verdict].rule : GATE_RULE_NONE;
}

const char *gate_unit_text(enum gate_unit unit)
{
    static const char *const texts[] = {
#define X(name, text) text,
        GATE_UNIT_LIST(X)
#undef X
    };
    return texts[unit];
}

const char *gate_rule_text(enum gate_rule rule)
{
    static const char *const texts[] = {
#define X(name, text) text,
        GATE_RULE_LIST(X)
#undef X
    };
    return texts[rule];
}

/* ---- limits ---- */

/* The row of LIMIT_LIST that each gate looks at; no key: none. */
static const struct {
    const char *key;
    size_t offset;
} limit_rows[VERDICT_COUNT] = {
#define AT(field) offsetof(struct limits, field)
    [VERDICT_COLLAR] = {"price_collar",             AT(collar)            },
    [VERDICT_ENTRY_INTERVAL] = {"min_time_between_entries", AT(entry_interval)    },
    [VERDICT_DAILY_LOSS] = {"max_daily_loss",           AT(daily_loss)        },
    [VERDICT_ORDERS_PER_SESSION] = {"max_orders_per_session",   AT(orders_per_session)},
    [VERDICT_STRATEGY_ORDERS] = {"max_orders_per_strategy",  AT(strategy_orders)   },
    [VERDICT_OPEN_POSITIONS] = {"max_open_positions",       AT(open_positions)    },
    [VERDICT_ORDER_NOTIONAL] = {"max_order_notional",       AT(order_notional)    },
    [VERDICT_POSITION_NOTIONAL] = {"max_position_notional",    AT(position_notional) },
    [VERDICT_EXPOSURE] = {"max_exposure",             AT(exposure)          },
    [VERDICT_PORTFOLIO_HEAT] = {"max_portfolio_heat",       AT(portfolio_heat)    },
#undef AT
};

const char *gate_limit_key(uint8_t verdict)
{
    return verdict < VERDICT_COUNT ? limit_rows[verdict].key : NULL;
}

const struct limit *gate_limit(const struct limits *limits, uint8_t verdict)
{
    if (gate_limit_key(verdict) == NULL) {
        return NULL;
    }
    return (const struct limit *)((const char *)limits + limit_rows[verdict].offset);
}

/* A share of the session's equity. */
static int64_t share_value(int64_t share_ppm, int64_t equity_e9)
{
    int64_t value_e9 = 0; /* no equity, no limit to spend */
    if (equity_e9 > 0) {
        /* equity * ppm / 10^6 without 128 bits: the millions and the rest apart, which is exact. */
        int64_t millions = equity_e9 / 1000000;
        int64_t rest = equity_e9 % 1000000;
        if (__builtin_mul_overflow(millions, share_ppm, &millions) ||
            __builtin_mul_overflow(rest, share_ppm, &rest) ||
            __builtin_add_overflow(millions, rest / 1000000, &value_e9)) {
            value_e9 = 0; /* out of range: refuse */
        }
    }
    return value_e9;
}

int64_t limit_value(const struct limit *limit, int64_t session_equity_e9)
{
    return limit->unit == LIMIT_SHARE ? share_value(limit->value, session_equity_e9) : limit->value;
}

/* ---- arithmetic that stops at the ends of int64 ---- */

static inline bool add(int64_t a, int64_t b, int64_t *sum)
{
    if (__builtin_add_overflow(a, b, sum)) {
        *sum = INT64_MAX;
        return false;
    }
    return true;
}

/* later - earlier, or the end of int64 that it lies behind. */
static inline int64_t time_between(int64_t earlier_ns, int64_t later_ns)
{
    int64_t ns;
    if (__builtin_sub_overflow(later_ns, earlier_ns, &ns)) {
        return later_ns > earlier_ns ? INT64_MAX : INT64_MIN;
    }
    return ns;
}

/* |a - b|; ERR_RANGE when that leaves int64. */
static enum err distance_between(int64_t a, int64_t b, int64_t *distance)
{
    return a > b ? money_sub(a, b, distance) : money_sub(b, a, distance);
}

enum err gate_heat(int64_t price_e9, int64_t stop_price_e9, int64_t qty_e9, int64_t *heat_e9)
{
    int64_t distance_e9;
    enum err err = distance_between(price_e9, stop_price_e9, &distance_e9);
    return err == ERR_OK ? money_notional(distance_e9, qty_e9, ROUND_UP, heat_e9) : err;
}

/* ---- the gates: each fills value and limit and says whether the entry may pass ---- */

/* What could not be computed is negative, whatever field it is in. */
static inline bool check_BAD_VALUE(const struct gate_input *input, int64_t *value, int64_t *limit)
{
    int64_t signs = input->commission_e9 | input->heat_e9 | input->reference_price_e9 |
                    input->limit_price_e9 | input->stop_price_e9 | input->gap_ppm |
                    input->opposite_entry_qty_e9 | input->instrument_value_e9 | input->exposure_e9 |
                    input->entry_commission_e9 | input->open_heat_e9;
    *value = signs < 0 ? -1 : input->order_value_e9;
    *limit = 1;
    return *value >= 1;
}

/* US rule 612 of Regulation NMS: no finer than a cent from one dollar on, else $0.0001. */
static inline int64_t beyond_tick_e9(int64_t price_e9)
{
    return price_e9 >= MONEY_E9 ? price_e9 % (MONEY_E9 / 100) : price_e9 % (MONEY_E9 / 10000);
}

static inline bool check_TICK(const struct gate_input *input, int64_t *value, int64_t *limit)
{
    *limit = 0;
    *value = 0;
    if (input->limit_price_e9 != 0) {
        *value = beyond_tick_e9(input->limit_price_e9);
    }
    if (*value == 0 && input->stop_price_e9 != 0) {
        *value = beyond_tick_e9(input->stop_price_e9);
    }
    return *value == 0;
}

/* In parts per million, rounded up, so that no distance above the limit shows as the limit. */
static inline bool check_COLLAR(const struct gate_input *input, int64_t *value, int64_t *limit)
{
    *limit = input->limits->collar.value;
    *value = 0;
    if (input->limit_price_e9 == 0) {
        return true;
    }
    int64_t distance_e9;
    *value = INT64_MAX;
    return input->reference_price_e9 > 0 &&
           distance_between(input->limit_price_e9, input->reference_price_e9, &distance_e9) ==
               ERR_OK &&
           money_mul_div(distance_e9, 1000000, input->reference_price_e9, ROUND_UP, value) ==
               ERR_OK &&
           *value <= *limit;
}

static inline bool check_UNKNOWN_DAY(const struct gate_input *input, int64_t *value, int64_t *limit)
{
    *value = input->day_known ? 1 : 0;
    *limit = 1;
    return input->day_known;
}

static inline bool check_SESSION_CLOSED(const struct gate_input *input, int64_t *value,
                                        int64_t *limit)
{
    *limit = 0;
    *value = 0;
    if (input->now_ns < input->session_open_ns) {
        *value = time_between(input->now_ns, input->session_open_ns);
    } else if (input->now_ns > input->session_close_ns) {
        *value = time_between(input->session_close_ns, input->now_ns);
    }
    return *value == 0 || input->waits;
}

static inline bool check_SESSION_ENDING(const struct gate_input *input, int64_t *value,
                                        int64_t *limit)
{
    bool rests = input->rests && input->flat_before_ns == 0;
    *limit = input->flat_before_ns + 1;
    *value = time_between(input->now_ns, input->session_close_ns);
    return *value >= *limit || input->waits || rests;
}

static inline bool check_HALTED(const struct gate_input *input, int64_t *value, int64_t *limit)
{
    *value = input->halted ? 1 : 0;
    *limit = 0;
    return !input->halted;
}

static inline bool check_PRICE_GAP(const struct gate_input *input, int64_t *value, int64_t *limit)
{
    *value = input->gap_ppm;
    *limit = GATE_GAP_PPM_MAX;
    return *value <= *limit;
}

static inline bool check_OPPOSITE_BOOK(const struct gate_input *input, int64_t *value,
                                       int64_t *limit)
{
    int64_t against_e9 = input->position_qty_e9; /* of a sale: what is held */
    *limit = 0;
    *value = INT64_MAX;
    if (!input->sells && __builtin_sub_overflow(0, input->position_qty_e9, &against_e9)) {
        return false;
    }
    return add(against_e9 > 0 ? against_e9 : 0, input->opposite_entry_qty_e9, value) && *value == 0;
}

/* An entry after the bar's end was made on this bar. */
static inline bool check_DUPLICATE(const struct gate_input *input, int64_t *value, int64_t *limit)
{
    bool entered =
        input->last_entry_ns != GATE_NEVER_NS && input->last_entry_ns >= input->bar_end_ns;
    *value = entered ? 1 : 0;
    *limit = 0;
    return !entered;
}

static inline bool check_ENTRY_INTERVAL(const struct gate_input *input, int64_t *value,
                                        int64_t *limit)
{
    *limit = input->limits->entry_interval.value;
    *value = input->last_entry_ns == GATE_NEVER_NS
                 ? INT64_MAX
                 : time_between(input->last_entry_ns, input->now_ns);
    return *value >= *limit;
}

static inline bool check_DAILY_LOSS(const struct gate_input *input, int64_t *value, int64_t *limit)
{
    *limit = limit_value(&input->limits->daily_loss, input->session_equity_e9);
    if (__builtin_sub_overflow(input->session_equity_e9, input->equity_e9, value)) {
        *value = INT64_MAX; /* also of what would look like a gain */
        return false;
    }
    return *value < *limit;
}

static inline bool check_ORDERS_PER_SESSION(const struct gate_input *input, int64_t *value,
                                            int64_t *limit)
{
    *value = input->session_entries;
    *limit = input->limits->orders_per_session.value;
    return *value <= *limit;
}

static inline bool check_STRATEGY_ORDERS(const struct gate_input *input, int64_t *value,
                                         int64_t *limit)
{
    *value = input->book_entries;
    *limit = input->limits->strategy_orders.value;
    return *value <= *limit;
}

static inline bool check_OPEN_POSITIONS(const struct gate_input *input, int64_t *value,
                                        int64_t *limit)
{
    *value = input->open_positions;
    *limit = input->limits->open_positions.value;
    return *value <= *limit;
}

static inline bool check_ORDER_NOTIONAL(const struct gate_input *input, int64_t *value,
                                        int64_t *limit)
{
    *value = input->order_value_e9;
    *limit = limit_value(&input->limits->order_notional, input->session_equity_e9);
    return *value <= *limit;
}

static inline bool check_POSITION_NOTIONAL(const struct gate_input *input, int64_t *value,
                                           int64_t *limit)
{
    *limit = limit_value(&input->limits->position_notional, input->session_equity_e9);
    return add(input->instrument_value_e9, input->order_value_e9, value) && *value <= *limit;
}

static inline bool check_EXPOSURE(const struct gate_input *input, int64_t *value, int64_t *limit)
{
    *limit = limit_value(&input->limits->exposure, input->session_equity_e9);
    return add(input->exposure_e9, input->order_value_e9, value) && *value <= *limit;
}

static inline bool check_PORTFOLIO_HEAT(const struct gate_input *input, int64_t *value,
                                        int64_t *limit)
{
    *limit = limit_value(&input->limits->portfolio_heat, input->session_equity_e9);
    return add(input->open_heat_e9, input->heat_e9, value) && *value <= *limit;
}

/* With a multiplier of 1 what is left of equity is the cash that no open entry will need. */
static inline bool check_BUYING_POWER(const struct gate_input *input, int64_t *value,
                                      int64_t *limit)
{
    bool known = add(input->order_value_e9, input->commission_e9, value);
    if (__builtin_mul_overflow(input->equity_e9, (int64_t)input->multiplier, limit) ||
        __builtin_sub_overflow(*limit, input->exposure_e9, limit) ||
        __builtin_sub_overflow(*limit, input->entry_commission_e9, limit)) {
        *limit = INT64_MIN;
        return false;
    }
    return known && *value <= *limit;
}

/* ---- all of them ---- */

static WAY_OUT struct gate_result refuse(uint8_t verdict, int64_t value, int64_t limit)
{
    return (struct gate_result){.verdict = verdict, .value = value, .limit = limit};
}

struct gate_result gates_entry(const struct gate_input *input)
{
    int64_t value;
    int64_t limit;
#define X(name, text, unit, rule, help)                                                            \
    if (!check_##name(input, &value, &limit)) {                                                    \
        return refuse(VERDICT_##name, value, limit);                                               \
    }
    GATE_LIST(X)
#undef X
    return (struct gate_result){.verdict = VERDICT_PASS};
}

void gates_use(const struct gate_input *input, struct gate_use uses[GATE_COUNT])
{
    struct gate_use *use = uses;
#define X(name, text, unit, rule, help)                                                            \
    use->passes = check_##name(input, &use->value, &use->limit);                                   \
    use++;
    GATE_LIST(X)
#undef X
}
