#include "exchange_http/call.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/utc.h"
#include "data/time_text.h"
#include "exchange_http/shapes.h"
#include "market/new_york.h"

/* ---- refusals ---- */

void call_refuse(struct call *call, const struct refusal *refusal)
{
    call->status = refusal->status;
    call->empty = false;
    json_reset(call->json);
    shape_refusal(call->json, refusal);
}

void call_fail(struct call *call, int status, int code, const char *format, ...)
{
    struct refusal refusal = {.status = status, .code = code};
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(refusal.message, sizeof refusal.message, format, arguments);
    va_end(arguments);
    call_refuse(call, &refusal);
}

/* ---- the query ---- */

const char *call_query(const struct call *call, const char *name)
{
    for (uint32_t i = call->query_count; i-- > 0;) {
        if (strcmp(call->query[i].name, name) == 0) {
            return call->query[i].value;
        }
    }
    return NULL;
}

static bool fail_to_parse(struct call *call, const char *name)
{
    call_fail(call, 400, CODE_BAD_REQUEST, "failed to parse %s", name);
    return false;
}

bool call_query_bool(struct call *call, const char *name, bool otherwise, bool *value)
{
    const char *text = call_query(call, name);
    if (text == NULL || text[0] == '\0') {
        *value = otherwise;
        return true;
    }
    bool is_true = strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0;
    if (!is_true && strcasecmp(text, "false") != 0 && strcmp(text, "0") != 0) {
        return fail_to_parse(call, name);
    }
    *value = is_true;
    return true;
}

/* Digits with a sign perhaps; at most 18 of them, which fit. */
static bool parse_int(const char *text, int64_t *value)
{
    bool negative = text[0] == '-';
    const char *digits = negative ? text + 1 : text;
    size_t length = strlen(digits);
    if (length == 0 || length > 18 || strspn(digits, "0123456789") != length) {
        return false;
    }
    int64_t sum = 0;
    for (; *digits != '\0'; digits++) {
        sum = sum * 10 + (*digits - '0');
    }
    *value = negative ? -sum : sum;
    return true;
}

bool call_query_int(struct call *call, const char *name, int64_t lowest, int64_t highest,
                    int64_t otherwise, int64_t *value)
{
    const char *text = call_query(call, name);
    int64_t number;
    if (text == NULL || text[0] == '\0') {
        *value = otherwise;
        return true;
    }
    if (!parse_int(text, &number)) {
        return fail_to_parse(call, name);
    }
    if (number < lowest || number > highest) {
        call_fail(call, 422, CODE_BAD_VALUE, "%s must be between %lld and %lld", name,
                  (long long)lowest, (long long)highest);
        return false;
    }
    *value = number;
    return true;
}

/* "2026-03-16...": of what time_text.h reads, only the forms with dashes are the API's. */
static bool has_dashes(const char *text, size_t length)
{
    return length >= 10 && text[4] == '-' && text[7] == '-';
}

bool call_query_time(struct call *call, const char *name, bool *present, int64_t *ts_ns)
{
    const char *text = call_query(call, name);
    *present = text != NULL && text[0] != '\0';
    if (!*present) {
        return true;
    }
    size_t length = strlen(text);
    struct time_text time;
    if (!has_dashes(text, length) || !time_text_parse(text, length, &time) ||
        time.kind == TIME_WALL) {
        return fail_to_parse(call, name);
    }
    *ts_ns = time.kind == TIME_DAY ? new_york_utc((int32_t)utc_day_of(time.ns), 0) : time.ns;
    return true;
}
