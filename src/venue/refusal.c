#include "venue/refusal.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/check.h"
#include "base/money.h"

bool refuse(struct refusal *refusal, int status, int code, const char *format, ...)
{
    refusal->status = status;
    refusal->code = code;
    refusal->extra_count = 0;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(refusal->message, sizeof refusal->message, format, arguments);
    va_end(arguments);
    return false;
}

void refusal_add(struct refusal *refusal, const char *key, const char *text)
{
    CHECK(refusal->extra_count < REFUSAL_EXTRAS_MAX);
    struct refusal_extra *extra = &refusal->extras[refusal->extra_count++];
    extra->key = key;
    extra->list = false;
    (void)snprintf(extra->text, sizeof extra->text, "%s", text);
}

void refusal_add_amount(struct refusal *refusal, const char *key, int64_t amount_e9)
{
    char text[MONEY_TEXT_SIZE];
    (void)money_format(amount_e9, text);
    refusal_add(refusal, key, text);
}

void refusal_add_list(struct refusal *refusal, const char *key, const char *text)
{
    if (refusal->extra_count < REFUSAL_EXTRAS_MAX) {
        refusal_add(refusal, key, text);
        refusal->extras[refusal->extra_count - 1].list = true;
    }
}
