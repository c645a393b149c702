/* explain_words.c: see explain_words.h. */
#include "readers/explain_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/money.h"
#include "core/strategy.h"
#include "market/new_york.h"

const char *explain_act(uint8_t act)
{
    switch ((enum act)act) {
    case ACT_HOLD:
        return "hold";
    case ACT_BUY:
        return "buy";
    case ACT_SELL:
        return "sell";
    }
    return "unknown";
}

const char *explain_time(int64_t ts_ns, char text[SHOWN_SIZE])
{
    char wall[UTC_TEXT_SIZE];
    (void)snprintf(text, SHOWN_SIZE, "%s New York",
                   text_minute(ts_ns + new_york_offset_ns(ts_ns), wall));
    return text;
}

const char *explain_measure(uint8_t verdict, int64_t value, char text[SHOWN_SIZE])
{
    char exact[MONEY_TEXT_SIZE];
    switch (verdict_unit(verdict)) {
    case GATE_UNIT_MONEY:
        return text_dollars(value, false, text);
    case GATE_UNIT_DURATION:
        return text_duration((struct figure){(double)value / 1e9, NULL}, text);
    case GATE_UNIT_PRICE:
        (void)money_format(value, exact);
        (void)snprintf(text, SHOWN_SIZE, "$%s", exact);
        return text;
    case GATE_UNIT_QUANTITY:
        (void)money_format(value, exact);
        (void)snprintf(text, SHOWN_SIZE, "%s shares", exact);
        return text;
    case GATE_UNIT_PPM:
        (void)snprintf(text, SHOWN_SIZE, "%.1f bps", (double)value / 100);
        return text;
    case GATE_UNIT_COUNT:
    case GATE_UNIT_NONE:
        (void)snprintf(text, SHOWN_SIZE, "%" PRId64, value);
        return text;
    }
    return text;
}

static void write_measure(struct json_writer *json, const char *key, uint8_t verdict, int64_t value,
                          bool decimal)
{
    json_key(json, key);
    switch (verdict_unit(verdict)) {
    case GATE_UNIT_MONEY:
    case GATE_UNIT_PRICE:
    case GATE_UNIT_QUANTITY:
        (decimal ? json_decimal : json_money)(json, value);
        return;
    case GATE_UNIT_DURATION:
        json_money(json, value); /* nanoseconds are billionths of a second */
        return;
    case GATE_UNIT_PPM:
    case GATE_UNIT_COUNT:
    case GATE_UNIT_NONE:
        json_int(json, value);
        return;
    }
}

void explain_gate_json(struct json_writer *json, uint8_t verdict, const struct gate_use *use,
                       bool decimal)
{
    json_begin_object(json);
    json_member_string(json, "gate", verdict_text(verdict));
    json_member_bool(json, "passed", use->passes);
    write_measure(json, "value", verdict, use->value, decimal);
    json_member_string(json, "rule", gate_rule_text(verdict_rule(verdict)));
    write_measure(json, "limit", verdict, use->limit, decimal);
    json_member_string(json, "unit", gate_unit_text(verdict_unit(verdict)));
    json_end_object(json);
}

int64_t explain_slippage_e9(bool buys, int64_t reference_e9, int64_t price_e9)
{
    return buys ? money_sub_capped(price_e9, reference_e9)
                : money_sub_capped(reference_e9, price_e9);
}

const char *explain_slippage(int64_t slippage_e9, int64_t reference_e9, char text[SHOWN_SIZE])
{
    int64_t tenths = 0; /* of a basis point */
    if (slippage_e9 == 0 || reference_e9 <= 0 ||
        money_mul_div(llabs(slippage_e9), 100000, reference_e9, ROUND_EVEN, &tenths) != ERR_OK) {
        (void)snprintf(text, SHOWN_SIZE, "%s", slippage_e9 == 0 ? "at" : "far from");
        return text;
    }
    (void)snprintf(text, SHOWN_SIZE, "%" PRId64 ".%" PRId64 " bps %s", tenths / 10, tenths % 10,
                   slippage_e9 > 0 ? "worse than" : "better than");
    return text;
}
