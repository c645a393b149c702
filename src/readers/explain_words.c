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

enum explain_unit explain_unit_of(uint8_t verdict)
{
    switch ((enum verdict)verdict) {
    case VERDICT_BAD_VALUE:
    case VERDICT_DAILY_LOSS:
    case VERDICT_ORDER_NOTIONAL:
    case VERDICT_POSITION_NOTIONAL:
    case VERDICT_BUYING_POWER:
        return EXPLAIN_UNIT_MONEY;
    case VERDICT_OPPOSITE_BOOK:
        return EXPLAIN_UNIT_SHARES;
    case VERDICT_PASS:
    case VERDICT_ORDERS_PER_SESSION:
    case VERDICT_OPEN_POSITIONS:
    case VERDICT_EXIT_ATTEMPTS:
    case VERDICT_COUNT:
        return EXPLAIN_UNIT_COUNT;
    }
    return EXPLAIN_UNIT_COUNT;
}

static const char *unit_text(enum explain_unit unit)
{
    static const char *const texts[] = {"count", "money", "shares"};
    return texts[unit];
}

const char *explain_measure(uint8_t verdict, int64_t value, char text[SHOWN_SIZE])
{
    char shares[MONEY_TEXT_SIZE];
    switch (explain_unit_of(verdict)) {
    case EXPLAIN_UNIT_MONEY:
        return text_dollars(value, false, text);
    case EXPLAIN_UNIT_SHARES:
        (void)money_format(value, shares);
        (void)snprintf(text, SHOWN_SIZE, "%s shares", shares);
        return text;
    case EXPLAIN_UNIT_COUNT:
        (void)snprintf(text, SHOWN_SIZE, "%" PRId64, value);
        return text;
    }
    return text;
}

static void write_measure(struct json_writer *json, const char *key, uint8_t verdict, int64_t value,
                          bool decimal)
{
    json_key(json, key);
    if (explain_unit_of(verdict) == EXPLAIN_UNIT_COUNT) {
        json_int(json, value);
    } else {
        (decimal ? json_decimal : json_money)(json, value);
    }
}

void explain_gate_json(struct json_writer *json, uint8_t verdict, bool passed, int64_t value,
                       int64_t limit, bool decimal)
{
    json_begin_object(json);
    json_key(json, "gate");
    json_string(json, verdict_text(verdict));
    json_key(json, "passed");
    json_bool(json, passed);
    write_measure(json, "value", verdict, value, decimal);
    write_measure(json, "limit", verdict, limit, decimal);
    json_key(json, "unit");
    json_string(json, unit_text(explain_unit_of(verdict)));
    json_end_object(json);
}

int64_t explain_slippage_e9(bool buys, int64_t reference_e9, int64_t price_e9)
{
    return buys ? price_e9 - reference_e9 : reference_e9 - price_e9; /* prices: cannot overflow */
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
