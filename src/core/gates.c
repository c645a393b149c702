/* gates.c: one row per gate; see gates.h. Every gate fails closed: what cannot be computed is
 * refused. */
#include "core/gates.h"

#include <stddef.h>

#include "base/money.h"

const char *verdict_text(uint8_t verdict)
{
    static const char *const texts[] = {
#define X(name, text, unit, rule, help) text,
        VERDICT_LIST(X)
#undef X
    };
    return verdict < VERDICT_COUNT ? texts[verdict] : "unknown";
}

const char *verdict_help(uint8_t verdict)
{
    static const char *const texts[] = {
#define X(name, text, unit, rule, help) help,
        VERDICT_LIST(X)
#undef X
    };
    return verdict < VERDICT_COUNT ? texts[verdict] : "unknown";
}

enum gate_unit verdict_unit(uint8_t verdict)
{
    static const uint8_t units[] = {
#define X(name, text, unit, rule, help) GATE_UNIT_##unit,
        VERDICT_LIST(X)
#undef X
    };
    return verdict < VERDICT_COUNT ? (enum gate_unit)units[verdict] : GATE_UNIT_NONE;
}

enum gate_rule verdict_rule(uint8_t verdict)
{
    static const uint8_t rules[] = {
#define X(name, text, unit, rule, help) GATE_RULE_##rule,
        VERDICT_LIST(X)
#undef X
    };
    return verdict < VERDICT_COUNT ? (enum gate_rule)rules[verdict] : GATE_RULE_NONE;
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

int64_t limit_value(const struct limit *limit, int64_t session_equity_e9)
{
    if (limit->unit != LIMIT_SHARE) {
        return limit->value;
    }
    int64_t value_e9 = 0; /* no equity, no limit to spend */
    if (session_equity_e9 > 0) {
        /* equity * ppm / 10^6 without 128 bits: the millions and the rest apart, which is exact. */
        int64_t millions = session_equity_e9 / 1000000;
        int64_t rest = session_equity_e9 % 1000000;
        if (__builtin_mul_overflow(millions, limit->value, &millions) ||
            __builtin_mul_overflow(rest, limit->value, &rest) ||
            __builtin_add_overflow(millions, rest / 1000000, &value_e9)) {
            value_e9 = 0; /* out of range: refuse */
        }
    }
    return value_e9;
}

/* Each gate fills value and limit and says whether the entry may pass. */
typedef bool gate_check(const struct gate_input *input, int64_t *value, int64_t *limit);

static bool check_value(const struct gate_input *input, int64_t *value, int64_t *limit)
{
    *value = input->order_value_e9;
    *limit = 1;
    return input->order_value_e9 >= 1;
}

static bool check_opposite(const struct gate_input *input, int64_t *value, int64_t *limit)
{
    *value = input->position_qty_e9;
    *limit = 0;
    return input->position_qty_e9 >= 0;
}

static bool check_daily_loss(const struct gate_input *input, int64_t *value, int64_t *limit)
{
    *limit = limit_value(&input->limits->daily_loss, input->session_equity_e9);
    return money_sub(input->session_equity_e9, input->equity_e9, value) == ERR_OK &&
           *value < *limit;
}

static bool check_orders(const struct gate_input *input, int64_t *value, int64_t *limit)
{
    *value = input->session_entries;
    *limit = input->limits->orders_per_session.value;
    return *value <= *limit;
}

static bool check_positions(const struct gate_input *input, int64_t *value, int64_t *limit)
{
    *value = input->open_positions;
    *limit = input->limits->open_positions.value;
    return *value <= *limit;
}

static bool check_order_notional(const struct gate_input *input, int64_t *value, int64_t *limit)
{
    *value = input->order_value_e9;
    *limit = limit_value(&input->limits->order_notional, input->session_equity_e9);
    return *value <= *limit;
}

static bool check_position_notional(const struct gate_input *input, int64_t *value, int64_t *limit)
{
    *limit = limit_value(&input->limits->position_notional, input->session_equity_e9);
    return money_add(input->instrument_value_e9, input->order_value_e9, value) == ERR_OK &&
           *value <= *limit;
}

static bool check_buying_power(const struct gate_input *input, int64_t *value, int64_t *limit)
{
    *limit = input->free_cash_e9;
    return money_add(input->order_value_e9, input->commission_e9, value) == ERR_OK &&
           *value <= *limit;
}

/* NULL: not a gate of entries. */
static gate_check *const checks[VERDICT_COUNT] = {
    [VERDICT_BAD_VALUE] = check_value,
    [VERDICT_OPPOSITE_BOOK] = check_opposite,
    [VERDICT_DAILY_LOSS] = check_daily_loss,
    [VERDICT_ORDERS_PER_SESSION] = check_orders,
    [VERDICT_OPEN_POSITIONS] = check_positions,
    [VERDICT_ORDER_NOTIONAL] = check_order_notional,
    [VERDICT_POSITION_NOTIONAL] = check_position_notional,
    [VERDICT_BUYING_POWER] = check_buying_power,
};

void gates_use(const struct gate_input *input, struct gate_use uses[GATE_COUNT])
{
    for (uint8_t verdict = GATE_FIRST; verdict <= GATE_LAST; verdict++) {
        struct gate_use *use = &uses[verdict - GATE_FIRST];
        use->passes = checks[verdict](input, &use->value, &use->limit);
    }
}

struct gate_result gates_entry(const struct gate_input *input)
{
    for (uint8_t verdict = VERDICT_PASS + 1; verdict < VERDICT_COUNT; verdict++) {
        struct gate_result refusal = {.verdict = verdict};
        if (checks[verdict] != NULL && !checks[verdict](input, &refusal.value, &refusal.limit)) {
            return refusal;
        }
    }
    return (struct gate_result){.verdict = VERDICT_PASS};
}
