/* serve_account.c: the account and what its owner may set (section 5.2). */
#include <string.h>

#include "base/money.h"
#include "exchange_http/body.h"
#include "exchange_http/routes_trading.h"
#include "exchange_http/shape_text.h"
#include "exchange_http/shapes.h"

enum { OPTIONS_LEVEL_MAX = 3 };

void serve_account(struct call *call)
{
    shape_account(call->json, call->venue, call->account);
}

/* ---- settings ---- */

static void shape_settings(struct json_writer *json, const struct account_settings *settings)
{
    json_begin_object(json);
    json_member_string(json, "dtbp_check", check_moment_text(settings->dtbp_check));
    json_member_string(json, "pdt_check", check_moment_text(settings->pdt_check));
    json_member_string(json, "trade_confirm_email", settings->trade_confirm_all ? "all" : "none");
    json_member_bool(json, "suspend_trade", settings->suspend_trade);
    json_member_bool(json, "no_shorting", settings->no_shorting);
    json_member_bool(json, "fractional_trading", settings->fractional_trading);
    json_member_decimal(json, "max_margin_multiplier", settings->max_margin_multiplier * MONEY_E9);
    json_key(json, "max_options_trading_level");
    if (settings->max_options_trading_level < 0) {
        json_null(json);
    } else {
        json_int(json, settings->max_options_trading_level);
    }
    json_member_bool(json, "ptp_no_exception_entry", settings->ptp_no_exception_entry);
    json_member_bool(json, "disable_overnight_trading", settings->disable_overnight_trading);
    json_end_object(json);
}

void serve_settings(struct call *call)
{
    shape_settings(call->json, &call->account->settings);
}

static bool read_moment(const struct body *body, const char *name, uint8_t *moment)
{
    const char *text;
    if (!body_text(body, name, &text)) {
        return false;
    }
    for (uint8_t i = CHECK_MOMENT_BOTH; text != NULL && i <= CHECK_MOMENT_EXIT; i++) {
        if (strcmp(text, check_moment_text(i)) == 0) {
            *moment = i;
            return true;
        }
    }
    return text == NULL || body_refuse_value(body, name);
}

static bool read_confirm(const struct body *body, bool *all)
{
    const char *text;
    if (!body_text(body, "trade_confirm_email", &text)) {
        return false;
    }
    if (text != NULL && strcmp(text, "all") != 0 && strcmp(text, "none") != 0) {
        return body_refuse_value(body, "trade_confirm_email");
    }
    *all = text == NULL ? *all : strcmp(text, "all") == 0;
    return true;
}

static bool read_multiplier(const struct body *body, uint8_t *multiplier)
{
    bool present;
    int64_t value_e9 = 0;
    enum err err;
    if (!body_decimal(body, "max_margin_multiplier", &present, &value_e9, &err)) {
        return false;
    }
    if (present && (err != ERR_OK || (value_e9 != MONEY_E9 && value_e9 != 2 * MONEY_E9 &&
                                      value_e9 != 4 * MONEY_E9))) {
        return body_refuse_value(body, "max_margin_multiplier");
    }
    *multiplier = present ? (uint8_t)(value_e9 / MONEY_E9) : *multiplier;
    return true;
}

/* null is a level of its own: the one that was approved. */
static bool read_options_level(const struct body *body, int8_t *level)
{
    static const char name[] = "max_options_trading_level";
    const struct node *node = node_member(body->object, name);
    int64_t value;
    if (node == NULL || node->kind == NODE_NULL) {
        *level = node == NULL ? *level : -1;
        return true;
    }
    if (node_int(node, &value) != ERR_OK || value < 0 || value > OPTIONS_LEVEL_MAX) {
        return body_refuse_value(body, name);
    }
    *level = (int8_t)value;
    return true;
}

void serve_settings_change(struct call *call)
{
    struct account_settings changed = call->account->settings;
    struct refusal refusal = {0};
    struct body body;
    if (!body_begin(&body, call->body, &refusal) ||
        !read_moment(&body, "dtbp_check", &changed.dtbp_check) ||
        !read_moment(&body, "pdt_check", &changed.pdt_check) ||
        !read_confirm(&body, &changed.trade_confirm_all) ||
        !body_bool(&body, "suspend_trade", &changed.suspend_trade) ||
        !body_bool(&body, "no_shorting", &changed.no_shorting) ||
        !body_bool(&body, "fractional_trading", &changed.fractional_trading) ||
        !read_multiplier(&body, &changed.max_margin_multiplier) ||
        !read_options_level(&body, &changed.max_options_trading_level) ||
        !body_bool(&body, "ptp_no_exception_entry", &changed.ptp_no_exception_entry) ||
        !body_bool(&body, "disable_overnight_trading", &changed.disable_overnight_trading)) {
        call_refuse(call, &refusal);
        return;
    }
    call->account->settings = changed;
    shape_settings(call->json, &changed);
}
