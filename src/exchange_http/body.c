#include "exchange_http/body.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/money.h"

enum { DIGITS_MAX = 64, EXPONENT_MAX = 40, ECHO_MAX = 40 };

/* ---- refusals ---- */

bool body_refuse_form(const struct body *body)
{
    return refuse(body->refusal, 400, CODE_BAD_REQUEST, "request body format is invalid");
}

bool body_refuse_value(const struct body *body, const char *name)
{
    return refuse(body->refusal, 422, CODE_BAD_VALUE, "invalid %s%s", body->prefix, name);
}

bool body_refuse(const struct body *body, const char *format, ...)
{
    struct refusal *refusal = body->refusal;
    *refusal = (struct refusal){.status = 422, .code = CODE_BAD_VALUE};
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(refusal->message, sizeof refusal->message, format, arguments);
    va_end(arguments);
    return false;
}

/* ---- members ---- */

bool body_begin(struct body *body, const struct node *node, struct refusal *refusal)
{
    *body = (struct body){.object = node, .prefix = "", .refusal = refusal};
    if (node == NULL) {
        return refuse(refusal, 400, CODE_BAD_REQUEST, "failed to decode request body");
    }
    return node->kind == NODE_OBJECT || body_refuse_form(body);
}

const struct node *body_member(const struct body *body, const char *name)
{
    const struct node *node = node_member(body->object, name);
    return node == NULL || node->kind == NODE_NULL ? NULL : node;
}

/* ---- decimals ---- */

/* The exponent's value; false when it is none, or so large that nothing is left or fits. */
static bool read_exponent(const char *text, size_t length, int *exponent)
{
    bool negative = length > 0 && text[0] == '-';
    size_t at = length > 0 && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    int value = 0;
    if (at == length) {
        return false;
    }
    for (; at < length; at++) {
        if (text[at] < '0' || text[at] > '9' || value > EXPONENT_MAX) {
            return false;
        }
        value = value * 10 + (text[at] - '0');
    }
    *exponent = negative ? -value : value;
    return value <= EXPONENT_MAX;
}

/* "-1.25e-05" as a plain decimal: the mantissa's digits with the point moved. */
static enum err parse_with_exponent(const char *text, size_t mantissa, int exponent,
                                    int64_t *value_e9)
{
    char plain[DIGITS_MAX + 2 * EXPONENT_MAX + 4];
    char digits[DIGITS_MAX];
    size_t count = 0, used = 0;
    size_t at = mantissa > 0 && text[0] == '-' ? 1 : 0;
    const char *point = memchr(text, '.', mantissa);
    if (mantissa >= DIGITS_MAX || mantissa == at) {
        return ERR_FORMAT;
    }
    long before = (point != NULL ? point - text : (long)mantissa) - (long)at + exponent;
    for (; at < mantissa; at++) {
        if (text + at != point) {
            digits[count++] = text[at];
        }
    }
    if (text[0] == '-') {
        plain[used++] = '-';
    }
    plain[used++] = '0'; /* where no digit stands before the point */
    for (long i = before < 0 ? before : 0; i < (long)count || i < before; i++) {
        if (i == before) {
            plain[used++] = '.';
        }
        plain[used++] = i >= 0 && i < (long)count ? digits[i] : '0';
    }
    return money_parse(plain, used, value_e9);
}

static enum err parse_decimal(const char *text, size_t length, int64_t *value_e9)
{
    const char *mark = memchr(text, 'e', length);
    mark = mark != NULL ? mark : memchr(text, 'E', length);
    if (mark == NULL) {
        return money_parse(text, length, value_e9);
    }
    int exponent;
    size_t mantissa = (size_t)(mark - text);
    if (!read_exponent(mark + 1, length - mantissa - 1, &exponent)) {
        return ERR_FORMAT;
    }
    return parse_with_exponent(text, mantissa, exponent, value_e9);
}

static bool has_text(const struct node *node)
{
    return node->kind == NODE_NUMBER || node->kind == NODE_STRING;
}

bool body_decimal(const struct body *body, const char *name, bool *present, int64_t *value_e9,
                  enum err *err)
{
    const struct node *node = body_member(body, name);
    *present = node != NULL;
    *err = ERR_OK;
    if (node == NULL) {
        return true;
    }
    if (node->kind == NODE_BOOL || node->kind == NODE_ARRAY || node->kind == NODE_OBJECT) {
        return body_refuse_form(body);
    }
    *err = has_text(node) ? parse_decimal(node->as.text, node->length, value_e9)
                          : node_decimal_e9(node, value_e9);
    return *err == ERR_OK || *err == ERR_RANGE || body_refuse_value(body, name);
}

bool body_amount(const struct body *body, const char *name, const char *what, int64_t *value_e9)
{
    bool present;
    enum err err;
    *value_e9 = 0;
    if (!body_decimal(body, name, &present, value_e9, &err)) {
        return false;
    }
    if (err != ERR_OK) {
        return body_refuse_value(body, name);
    }
    return !present || *value_e9 > 0 || body_refuse(body, "%s%s must be > 0", body->prefix, what);
}

bool body_price(const struct body *body, const char *name, const char *what, int64_t *value_e9)
{
    bool present;
    enum err err;
    *value_e9 = 0;
    if (!body_decimal(body, name, &present, value_e9, &err)) {
        return false;
    }
    const struct node *node = body_member(body, name);
    if (err != ERR_OK && node != NULL && has_text(node) &&
        memchr(node->as.text, '.', node->length) != NULL) {
        int length = node->length < ECHO_MAX ? (int)node->length : ECHO_MAX;
        return refuse(body->refusal, 422, CODE_UNACCEPTABLE,
                      "invalid %s%s %.*s. sub-penny increment does not fulfill minimum pricing "
                      "criteria",
                      body->prefix, name, length, node->as.text);
    }
    if (err != ERR_OK || *value_e9 > PRICE_E9_MAX) {
        return body_refuse_value(body, name);
    }
    return !present || *value_e9 > 0 || body_refuse(body, "%s%s must be > 0", body->prefix, what);
}

/* ---- other kinds ---- */

bool body_bool(const struct body *body, const char *name, bool *value)
{
    const struct node *node = body_member(body, name);
    if (node == NULL) {
        return true;
    }
    if (node_is(node, "true") || node_is(node, "false")) {
        *value = node_is(node, "true");
        return true;
    }
    return node_bool(node, value) == ERR_OK || body_refuse_form(body);
}

bool body_text(const struct body *body, const char *name, const char **text)
{
    const struct node *node = body_member(body, name);
    *text = NULL;
    if (node == NULL) {
        return true;
    }
    if (node->kind != NODE_STRING) {
        return body_refuse_form(body);
    }
    *text = node_text(node);
    return *text != NULL || body_refuse_value(body, name);
}

bool body_object(const struct body *body, const char *name, const char *prefix, struct body *inner)
{
    const struct node *node = body_member(body, name);
    *inner = (struct body){.object = node, .prefix = prefix, .refusal = body->refusal};
    return node == NULL || node->kind == NODE_OBJECT || body_refuse_form(body);
}
