/* json_writer.c: see json_writer.h. */
#include "sys/json_writer.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/money.h"
#include "base/utc.h"
#include "sys/memory.h"

void json_init(struct json_writer *json, bool pretty)
{
    *json = (struct json_writer){.pretty = pretty, .capacity = 256};
    json->text = xmalloc(json->capacity);
    json->text[0] = '\0';
}

void json_finish(struct json_writer *json)
{
    if (json != NULL) {
        free(json->text);
        *json = (struct json_writer){0};
    }
}

void json_reset(struct json_writer *json)
{
    json->length = 0;
    json->text[0] = '\0';
    json->after_key = false;
    json->depth = 0;
    json->filled[0] = false;
}

/* Room for `size` more bytes and a NUL; returns where they go. */
static char *reserve(struct json_writer *json, size_t size)
{
    if (json->length + size + 1 > json->capacity) {
        while (json->length + size + 1 > json->capacity) {
            json->capacity *= 2;
        }
        json->text = xrealloc(json->text, json->capacity);
    }
    return json->text + json->length;
}

static void advance(struct json_writer *json, size_t size)
{
    json->length += size;
    json->text[json->length] = '\0';
}

static void put(struct json_writer *json, const char *text, size_t length)
{
    memcpy(reserve(json, length), text, length);
    advance(json, length);
}

static void new_line(struct json_writer *json)
{
    if (json->pretty) {
        size_t indent = 2 * (size_t)json->depth;
        char *out = reserve(json, 1 + indent);
        out[0] = '\n';
        memset(out + 1, ' ', indent);
        advance(json, 1 + indent);
    }
}

/* What goes before a key, or before a value that has none. */
static void next_member(struct json_writer *json)
{
    if (json->filled[json->depth]) {
        put(json, ",", 1);
    }
    if (json->depth > 0) {
        new_line(json);
    }
    json->filled[json->depth] = true;
}

static void before_value(struct json_writer *json)
{
    if (!json->after_key) {
        next_member(json);
    }
    json->after_key = false;
}

static void begin(struct json_writer *json, const char *bracket)
{
    before_value(json);
    put(json, bracket, 1);
    CHECK(json->depth + 1 < JSON_DEPTH_MAX);
    json->depth++;
    json->filled[json->depth] = false;
}

static void end(struct json_writer *json, const char *bracket)
{
    CHECK(json->depth > 0 && !json->after_key);
    bool filled = json->filled[json->depth];
    json->depth--;
    if (filled) {
        new_line(json);
    }
    put(json, bracket, 1);
}

void json_begin_object(struct json_writer *json)
{
    begin(json, "{");
}

void json_end_object(struct json_writer *json)
{
    end(json, "}");
}

void json_begin_array(struct json_writer *json)
{
    begin(json, "[");
}

void json_end_array(struct json_writer *json)
{
    end(json, "]");
}

/* The length of the UTF-8 character at `at` (RFC 3629: no surrogates, no overlong forms), or 0. */
static size_t utf8_length(const unsigned char *at)
{
    size_t length = at[0] < 0x80 ? 1 : at[0] < 0xc2 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    if (at[0] > 0xf4) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    bool overlong = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xf0 && at[1] < 0x90);
    bool outside = (at[0] == 0xed && at[1] > 0x9f) || (at[0] == 0xf4 && at[1] > 0x8f);
    return overlong || outside ? 0 : length;
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* At most six bytes. */
static size_t escape_ascii(unsigned char c, char *out)
{
    static const char digits[] = "0123456789abcdef";
    if (c == '"' || c == '\\') {
        out[0] = '\\';
        out[1] = (char)c;
        return 2;
    }
    if (c == '\n' || c == '\t') {
        out[0] = '\\';
        out[1] = c == '\n' ? 'n' : 't';
        return 2;
    }
    if (c < 0x20 || c == 0x7f) {
        memcpy(out, "\\u00", 4);
        out[4] = digits[c >> 4];
        out[5] = digits[c & 0xf];
        return 6;
    }
    out[0] = (char)c;
    return 1;
}

size_t json_quote(const char *text, char *out)
{
    char *start = out;
    *out++ = '"';
    const unsigned char *at = (const unsigned char *)text;
    while (*at != '\0') {
        if (is_plain(*at)) { /* nearly always */
            *out++ = (char)*at++;
            continue;
        }
        size_t length = utf8_length(at);
        if (length == 1) {
            out += escape_ascii(*at, out);
        } else if (length == 0) {
            memcpy(out, "\xef\xbf\xbd", 3);
            out += 3;
            length = 1;
        } else {
            memcpy(out, at, length);
            out += length;
        }
        at += length;
    }
    *out++ = '"';
    return (size_t)(out - start);
}

static void put_quoted(struct json_writer *json, const char *text)
{
    char *out = reserve(json, 6 * strlen(text) + 2);
    advance(json, json_quote(text, out));
}

void json_key(struct json_writer *json, const char *key)
{
    CHECK(json->depth > 0 && !json->after_key);
    next_member(json);
    put_quoted(json, key);
    put(json, ": ", json->pretty ? 2 : 1);
    json->after_key = true;
}

void json_string(struct json_writer *json, const char *value)
{
    before_value(json);
    put_quoted(json, value);
}

void json_int(struct json_writer *json, int64_t value)
{
    char text[32];
    int length = snprintf(text, sizeof text, "%" PRId64, value);
    before_value(json);
    put(json, text, (size_t)length);
}

void json_uint(struct json_writer *json, uint64_t value)
{
    char text[32];
    int length = snprintf(text, sizeof text, "%" PRIu64, value);
    before_value(json);
    put(json, text, (size_t)length);
}

void json_bool(struct json_writer *json, bool value)
{
    before_value(json);
    put(json, value ? "true" : "false", value ? 4 : 5);
}

void json_null(struct json_writer *json)
{
    before_value(json);
    put(json, "null", 4);
}

void json_hex64(struct json_writer *json, uint64_t value)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%016" PRIx64, value);
    json_string(json, text);
}

void json_money(struct json_writer *json, int64_t value_e9)
{
    char text[MONEY_TEXT_SIZE];
    size_t length = money_format(value_e9, text);
    before_value(json);
    put(json, text, length);
}

void json_decimal(struct json_writer *json, int64_t value_e9)
{
    char text[MONEY_TEXT_SIZE];
    (void)money_format(value_e9, text);
    json_string(json, text);
}

void json_time(struct json_writer *json, int64_t ts_ns)
{
    char text[UTC_TEXT_SIZE];
    (void)utc_format(ts_ns, text);
    json_string(json, text);
}

void json_seconds(struct json_writer *json, double seconds)
{
    if (!isfinite(seconds)) {
        json_null(json);
        return;
    }
    char text[400]; /* the largest double has 309 digits before the point */
    int length = snprintf(text, sizeof text, "%.6f", seconds);
    before_value(json);
    put(json, text, (size_t)length);
}

void json_member_string(struct json_writer *json, const char *key, const char *value)
{
    json_key(json, key);
    json_string(json, value);
}

void json_member_uint(struct json_writer *json, const char *key, uint64_t value)
{
    json_key(json, key);
    json_uint(json, value);
}

void json_member_bool(struct json_writer *json, const char *key, bool value)
{
    json_key(json, key);
    json_bool(json, value);
}

void json_member_money(struct json_writer *json, const char *key, int64_t value_e9)
{
    json_key(json, key);
    json_money(json, value_e9);
}

void json_member_decimal(struct json_writer *json, const char *key, int64_t value_e9)
{
    json_key(json, key);
    json_decimal(json, value_e9);
}

void json_member_time(struct json_writer *json, const char *key, int64_t ts_ns)
{
    json_key(json, key);
    json_time(json, ts_ns);
}
