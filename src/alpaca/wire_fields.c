/* wire_fields.c: see wire_private.h. */
#include <stdio.h>
#include <string.h>

#include "alpaca/wire_private.h"
#include "base/money.h"
#include "base/utc.h"

struct wire_reader wire_reader(const struct node *object)
{
    bool good = object != NULL && object->kind == NODE_OBJECT;
    return (struct wire_reader){object, good ? ERR_OK : ERR_FORMAT};
}

void wire_fail(struct wire_reader *reader, enum err err)
{
    if (reader->err == ERR_OK) {
        reader->err = err;
    }
}

const struct node *wire_value(const struct wire_reader *reader, const char *key)
{
    const struct node *value = reader->err == ERR_OK ? node_member(reader->object, key) : NULL;
    return value != NULL && value->kind == NODE_NULL ? NULL : value;
}

/* ---- text ---- */

static void copy_text(struct wire_reader *reader, const struct node *value, char *out, size_t size)
{
    const char *text = node_text(value);
    if (text == NULL || strlen(text) >= size) {
        wire_fail(reader, ERR_FORMAT);
        return;
    }
    memcpy(out, text, strlen(text) + 1);
}

void wire_text(struct wire_reader *reader, const char *key, char *out, size_t size)
{
    const struct node *value = wire_value(reader, key);
    if (value == NULL || value->length == 0) {
        wire_fail(reader, ERR_FORMAT);
        return;
    }
    copy_text(reader, value, out, size);
}

void wire_text_or_none(struct wire_reader *reader, const char *key, char *out, size_t size)
{
    const struct node *value = wire_value(reader, key);
    if (value != NULL) {
        copy_text(reader, value, out, size);
    } else {
        out[0] = '\0';
    }
}

/* ---- amounts ---- */

/* The nearest billionth to decimal text of any number of places. */
static enum err parse_rounded(const char *text, size_t length, int64_t *out_e9)
{
    const char *point = memchr(text, '.', length);
    size_t kept = point == NULL ? length : (size_t)(point - text) + 10;
    if (kept >= length) {
        return money_parse(text, length, out_e9);
    }
    bool beyond_half = false;
    for (size_t i = kept; i < length; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return ERR_FORMAT;
        }
        beyond_half = beyond_half || (i > kept && text[i] != '0');
    }
    int64_t value_e9 = 0;
    enum err err = money_parse(text, kept, &value_e9);
    if (err != ERR_OK) {
        return err;
    }
    bool odd = value_e9 % 2 != 0;
    bool away = text[kept] > '5' || (text[kept] == '5' && (beyond_half || odd));
    return money_add(value_e9, !away ? 0 : text[0] == '-' ? -1 : 1, out_e9);
}

static enum err node_rounded_e9(const struct node *node, int64_t *out_e9)
{
    bool has_text = node->kind == NODE_STRING || node->kind == NODE_NUMBER;
    return has_text ? parse_rounded(node->as.text, node->length, out_e9) : node_e9(node, out_e9);
}

void wire_amount_or_none(struct wire_reader *reader, const char *key, int64_t *out_e9)
{
    const struct node *value = wire_value(reader, key);
    *out_e9 = 0;
    if (value != NULL) {
        wire_fail(reader, node_decimal_e9(value, out_e9));
    }
}

void wire_rounded_or_none(struct wire_reader *reader, const char *key, int64_t *out_e9)
{
    const struct node *value = wire_value(reader, key);
    *out_e9 = 0;
    if (value != NULL) {
        wire_fail(reader, node_rounded_e9(value, out_e9));
    }
}

static void need(struct wire_reader *reader, const char *key)
{
    if (wire_value(reader, key) == NULL) {
        wire_fail(reader, ERR_FORMAT);
    }
}

void wire_amount(struct wire_reader *reader, const char *key, int64_t *out_e9)
{
    need(reader, key);
    wire_amount_or_none(reader, key, out_e9);
}

void wire_rounded(struct wire_reader *reader, const char *key, int64_t *out_e9)
{
    need(reader, key);
    wire_rounded_or_none(reader, key, out_e9);
}

/* ---- moments ---- */

#define END_2200_NS (INT64_C(84371) * NS_PER_DAY) /* utc.h goes no further */

static bool two_digits(const char *text, int64_t below, int64_t *value)
{
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9') {
        return false;
    }
    *value = (text[0] - '0') * 10 + (text[1] - '0');
    return *value < below;
}

/* "2026-03-16T14:38:02.118-04:00": what utc_parse() does not take. */
static enum err parse_with_offset(const char *text, size_t length, int64_t *out_ns)
{
    enum { OFFSET = 6 }; /* its length, "-04:00" */
    char local[UTC_TEXT_SIZE];
    int64_t hours;
    int64_t minutes;
    int64_t local_ns;
    if (length <= OFFSET || length - OFFSET + 1 >= sizeof local) {
        return ERR_FORMAT;
    }
    size_t kept = length - OFFSET;
    const char *offset = text + kept;
    if ((offset[0] != '-' && offset[0] != '+') || offset[3] != ':' ||
        !two_digits(offset + 1, 24, &hours) || !two_digits(offset + 4, 60, &minutes)) {
        return ERR_FORMAT;
    }
    memcpy(local, text, kept);
    local[kept] = 'Z';
    if (utc_parse(local, kept + 1, &local_ns) != ERR_OK) {
        return ERR_FORMAT;
    }
    int64_t offset_ns = hours * NS_PER_HOUR + minutes * NS_PER_MIN;
    *out_ns = offset[0] == '-' ? local_ns + offset_ns : local_ns - offset_ns;
    return ERR_OK;
}

static enum err read_moment(const struct node *node, int64_t *out_ns)
{
    enum err err = node_time(node, out_ns);
    if (err != ERR_OK && node->kind == NODE_STRING) {
        err = parse_with_offset(node->as.text, node->length, out_ns);
    }
    bool fits = *out_ns >= EVENT_TS_NS_MIN && *out_ns < END_2200_NS;
    return err != ERR_OK || fits ? err : ERR_RANGE;
}

void wire_moment_or_none(struct wire_reader *reader, const char *key, int64_t *out_ns)
{
    const struct node *value = wire_value(reader, key);
    *out_ns = 0;
    if (value != NULL) {
        wire_fail(reader, read_moment(value, out_ns));
    }
}

void wire_moment(struct wire_reader *reader, const char *key, int64_t *out_ns)
{
    need(reader, key);
    wire_moment_or_none(reader, key, out_ns);
}

/* ---- words ---- */

void wire_flag_or_false(struct wire_reader *reader, const char *key, bool *out)
{
    const struct node *value = wire_value(reader, key);
    *out = false;
    if (value != NULL) {
        wire_fail(reader, node_bool(value, out));
    }
}

void wire_flag(struct wire_reader *reader, const char *key, bool *out)
{
    need(reader, key);
    wire_flag_or_false(reader, key, out);
}

void wire_side(struct wire_reader *reader, bool *buys)
{
    const struct node *value = wire_value(reader, "side");
    *buys = node_is(value, "buy") || node_is(value, "buy_minus");
    bool sells = node_is(value, "sell") || node_is(value, "sell_short") ||
                 node_is(value, "sell_plus") || node_is(value, "sell_short_exempt");
    if (!*buys && !sells) {
        wire_fail(reader, ERR_FORMAT);
    }
}
