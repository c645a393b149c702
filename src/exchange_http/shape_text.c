#include "exchange_http/shape_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/money.h"

enum { RATIO_DECIMALS = 16 };

void member_null(struct json_writer *json, const char *key)
{
    json_key(json, key);
    json_null(json);
}

void member_amount(struct json_writer *json, const char *key, int64_t amount_e9)
{
    if (amount_e9 == 0) {
        member_null(json, key);
    } else {
        json_member_decimal(json, key, amount_e9);
    }
}

void member_moment(struct json_writer *json, const char *key, int64_t ts_ns)
{
    if (ts_ns == 0) {
        member_null(json, key);
    } else {
        json_member_time(json, key, ts_ns);
    }
}

/* The next decimal of rest / b; what is left of the rest. */
static unsigned next_digit(uint64_t *rest, int64_t b)
{
    int64_t digit = 0;
    (void)money_mul_div((int64_t)*rest, 10, b, ROUND_DOWN, &digit); /* < 10: the rest is < b */
    *rest = *rest * 10 - (uint64_t)digit * (uint64_t)b; /* right modulo 2^64, and it fits */
    return (unsigned)digit;
}

/* One more in the last place. */
static void round_up(char *decimals, uint64_t *whole)
{
    size_t i = RATIO_DECIMALS;
    while (i > 0 && decimals[i - 1] == '9') {
        decimals[--i] = '0';
    }
    if (i > 0) {
        decimals[i - 1]++;
    } else {
        ++*whole;
    }
}

void member_ratio(struct json_writer *json, const char *key, int64_t a, int64_t b)
{
    CHECK(b > 0);
    uint64_t size = a < 0 ? -(uint64_t)a : (uint64_t)a;
    uint64_t whole = size / (uint64_t)b;
    uint64_t rest = size % (uint64_t)b;
    char decimals[RATIO_DECIMALS + 1];
    for (size_t i = 0; i < RATIO_DECIMALS; i++) {
        decimals[i] = (char)('0' + next_digit(&rest, b));
    }
    if (next_digit(&rest, b) >= 5) {
        round_up(decimals, &whole);
    }
    size_t length = RATIO_DECIMALS;
    while (length > 0 && decimals[length - 1] == '0') {
        length--;
    }
    decimals[length] = '\0';
    char text[48];
    bool negative = a < 0 && (whole > 0 || length > 0);
    (void)snprintf(text, sizeof text, "%s%" PRIu64 "%s%s", negative ? "-" : "", whole,
                   length > 0 ? "." : "", decimals);
    json_member_string(json, key, text);
}
