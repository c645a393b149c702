#include "exchange_http/order_request.h"

#include <stdio.h>
#include <string.h>

#include "base/money.h"
#include "exchange_http/body.h"
#include "exchange_http/shapes.h"

#define TRAIL_PERCENT_MIN_E9 (MONEY_E9 / 10)
#define CENT_E9              (MONEY_E9 / 100)

/* ---- words ---- */

struct word {
    const char *text;
    uint8_t code;
};

static bool find_word(const struct word *words, size_t count, const char *text, uint8_t *code)
{
    for (size_t i = 0; text != NULL && i < count; i++) {
        if (strcmp(words[i].text, text) == 0) {
            *code = words[i].code;
            return true;
        }
    }
    return false;
}

#define FIND_WORD(words, text, code) find_word(words, sizeof(words) / sizeof(words)[0], text, code)

static const struct word sides[] = {
    {"buy",               false},
    {"buy_minus",         false},
    {"sell",              true },
    {"sell_plus",         true },
    {"sell_short",        true },
    {"sell_short_exempt", true },
};

#define X(name, code, text) {text, ORDER_TYPE_##name},
static const struct word types[] = {ORDER_TYPE_LIST(X)};
#undef X

#define X(name, code, text) {text, TIME_IN_FORCE_##name},
static const struct word times[] = {TIME_IN_FORCE_LIST(X)};
#undef X

#define X(name, text) {text, SERVED_CLASS_##name},
static const struct word classes[] = {SERVED_CLASS_LIST(X)};
#undef X

#define X(name, text) {text, INTENT_##name},
static const struct word intents[] = {POSITION_INTENT_LIST(X)};
#undef X

bool order_side_read(const char *text, bool *sells)
{
    uint8_t code;
    if (!FIND_WORD(sides, text, &code)) {
        return false;
    }
    *sells = code != 0;
    return true;
}

/* ---- single fields ---- */

static bool read_asset(const struct body *body, const struct market *market, uint32_t *instrument)
{
    const char *symbol;
    if (!body_text(body, "symbol", &symbol)) {
        return false;
    }
    if (symbol == NULL || symbol[0] == '\0') {
        return body_refuse(body, "symbol is required");
    }
    return asset_find(market, symbol, instrument) ||
           refuse(body->refusal, 422, CODE_UNACCEPTABLE, "asset \"%.40s\" not found", symbol);
}

static bool read_quantity(const struct body *body, struct order_ticket *ticket)
{
    if (!body_amount(body, "qty", "qty", &ticket->qty_e9) ||
        !body_amount(body, "notional", "notional", &ticket->notional_e9)) {
        return false;
    }
    if (ticket->qty_e9 != 0 && ticket->notional_e9 != 0) {
        return body_refuse(body, "only one of qty or notional is accepted");
    }
    if (ticket->qty_e9 == 0 && ticket->notional_e9 == 0) {
        return body_refuse(body, "qty or notional is required");
    }
    if (ticket->notional_e9 != 0 && ticket->notional_e9 < MONEY_E9) {
        return body_refuse(body, "notional must be >= 1.00");
    }
    return ticket->notional_e9 % CENT_E9 == 0 ||
           body_refuse(body, "notional value must be limited to 2 decimal places");
}

static bool read_client_id(const struct body *body, char out[CLIENT_ID_SIZE])
{
    const char *text;
    if (!body_text(body, "client_order_id", &text)) {
        return false;
    }
    if (text != NULL && strlen(text) >= CLIENT_ID_SIZE) {
        return body_refuse(body, "client_order_id must be no more than %d characters",
                           CLIENT_ID_SIZE - 1);
    }
    (void)snprintf(out, CLIENT_ID_SIZE, "%s", text != NULL ? text : "");
    return true;
}

/* In parts per million of the price. */
static bool read_percent(const struct body *body, const char *name, int64_t *ppm)
{
    int64_t percent_e9;
    if (!body_amount(body, name, name, &percent_e9)) {
        return false;
    }
    int64_t unit_e9 = MONEY_E9 / TRAIL_PPM_PER_PERCENT;
    if (percent_e9 != 0 && percent_e9 < TRAIL_PERCENT_MIN_E9) {
        return body_refuse(body, "trail_percent must be greater than or equal to 0.1");
    }
    if (percent_e9 >= 100 * MONEY_E9 || percent_e9 % unit_e9 != 0) {
        return body_refuse(body, percent_e9 % unit_e9 != 0
                                     ? "trail_percent must be limited to 4 decimal places"
                                     : "trail_percent must be less than 100");
    }
    *ppm = percent_e9 / unit_e9;
    return true;
}

static bool read_words(const struct body *body, struct order_ticket *ticket)
{
    const char *side, *type, *time, *order_class, *intent;
    if (!body_text(body, "side", &side) || !body_text(body, "type", &type) ||
        !body_text(body, "time_in_force", &time) || !body_text(body, "order_class", &order_class) ||
        !body_text(body, "position_intent", &intent)) {
        return false;
    }
    if (!order_side_read(side, &ticket->sells)) {
        return body_refuse(body, "invalid side");
    }
    if (!FIND_WORD(types, type, &ticket->type)) {
        return body_refuse(body, "invalid order type");
    }
    if (!FIND_WORD(times, time, &ticket->time_in_force)) {
        return body_refuse(body, "invalid time_in_force");
    }
    if (order_class != NULL && !FIND_WORD(classes, order_class, &ticket->order_class)) {
        return body_refuse(body, "invalid order_class");
    }
    return intent == NULL || FIND_WORD(intents, intent, &ticket->intent) ||
           body_refuse(body, "invalid position_intent");
}

static bool read_prices(const struct body *body, struct order_ticket *ticket)
{
    struct body take_profit, stop_loss;
    return body_price(body, "limit_price", "limit price", &ticket->limit_price_e9) &&
           body_price(body, "stop_price", "stop price", &ticket->stop_price_e9) &&
           body_price(body, "trail_price", "trail_price", &ticket->trail_price_e9) &&
           read_percent(body, "trail_percent", &ticket->trail_ppm) &&
           body_object(body, "take_profit", "take_profit.", &take_profit) &&
           body_object(body, "stop_loss", "stop_loss.", &stop_loss) &&
           body_price(&take_profit, "limit_price", "limit_price", &ticket->take_profit_e9) &&
           body_price(&stop_loss, "stop_price", "stop_price", &ticket->stop_loss_e9) &&
           body_price(&stop_loss, "limit_price", "limit_price", &ticket->stop_loss_limit_e9);
}

/* ---- which of them go together ---- */

static const char *fault_of_trail(const struct order_ticket *ticket)
{
    bool price = ticket->trail_price_e9 != 0;
    bool percent = ticket->trail_ppm != 0;
    if (ticket->type != ORDER_TYPE_TRAILING_STOP) {
        return price || percent ? "only trailing stop orders take trail_price or trail_percent"
                                : NULL;
    }
    return price == percent ? "trailing stop orders must specify one of trail_price or "
                              "trail_percent"
                            : NULL;
}

static const char *fault_of_prices(const struct order_ticket *ticket)
{
    bool limit = ticket->limit_price_e9 != 0;
    bool stop = ticket->stop_price_e9 != 0;
    switch ((enum order_type)ticket->type) {
    case ORDER_TYPE_MARKET:
        return limit || stop ? "market orders require no stop or limit price" : NULL;
    case ORDER_TYPE_LIMIT:
        return !limit && ticket->order_class != SERVED_CLASS_OCO
                   ? "limit orders require a limit price"
               : stop ? "limit orders require no stop price"
                      : NULL;
    case ORDER_TYPE_STOP:
        return !stop   ? "stop orders require a stop price"
               : limit ? "stop orders require no limit price"
                       : NULL;
    case ORDER_TYPE_STOP_LIMIT:
        return !limit || !stop ? "stop limit orders require both stop and limit price" : NULL;
    case ORDER_TYPE_TRAILING_STOP:
        return limit || stop ? "trailing stop orders require no stop or limit price" : NULL;
    }
    return NULL;
}

static const char *fault_of_class(const struct order_ticket *ticket)
{
    bool market_or_limit = ticket->type == ORDER_TYPE_MARKET || ticket->type == ORDER_TYPE_LIMIT;
    bool target = ticket->take_profit_e9 != 0;
    bool stop = ticket->stop_loss_e9 != 0;
    switch ((enum served_class)ticket->order_class) {
    case SERVED_CLASS_BRACKET:
        return !market_or_limit ? "bracket orders must be market or limit orders"
               : !target        ? "bracket orders require take_profit.limit_price"
               : !stop          ? "bracket orders require stop_loss.stop_price"
                                : NULL;
    case SERVED_CLASS_OCO:
        return ticket->type != ORDER_TYPE_LIMIT ? "oco orders must be limit orders"
               : !target                        ? "oco orders require take_profit.limit_price"
               : !stop                          ? "oco orders require stop_loss.stop_price"
                                                : NULL;
    case SERVED_CLASS_OTO:
        return target == stop ? "oto orders require one of take_profit.limit_price or "
                                "stop_loss.stop_price"
                              : NULL;
    case SERVED_CLASS_NONE:
    case SERVED_CLASS_SIMPLE:
    case SERVED_CLASS_MLEG:
        break;
    }
    return target || stop || ticket->stop_loss_limit_e9 != 0
               ? "take_profit and stop_loss require order_class bracket, oco or oto"
               : NULL;
}

static bool judge_together(const struct body *body, const struct order_ticket *ticket)
{
    const char *fault = fault_of_prices(ticket);
    fault = fault != NULL ? fault : fault_of_trail(ticket);
    fault = fault != NULL ? fault : fault_of_class(ticket);
    if (fault == NULL && ticket->stop_loss_limit_e9 != 0 && ticket->stop_loss_e9 == 0) {
        fault = "stop_loss.limit_price requires stop_loss.stop_price";
    }
    return fault == NULL || body_refuse(body, "%s", fault);
}

/* ---- a whole order ---- */

/* Option strategies have no symbol and no side; there are none here yet. */
static bool is_strategy(const struct body *body)
{
    return node_is(body_member(body, "order_class"), "mleg");
}

bool order_ticket_read(const struct market *market, const struct node *node,
                       struct order_ticket *ticket, struct refusal *refusal)
{
    struct body body;
    *ticket = (struct order_ticket){0};
    if (!body_begin(&body, node, refusal)) {
        return false;
    }
    if (is_strategy(&body)) {
        return refuse(refusal, 403, CODE_FORBIDDEN, "submit mleg order is disabled");
    }
    if (!read_asset(&body, market, &ticket->instrument) || !read_quantity(&body, ticket) ||
        !read_words(&body, ticket) || !read_prices(&body, ticket) ||
        !body_bool(&body, "extended_hours", &ticket->extended_hours) ||
        !read_client_id(&body, ticket->client_order_id)) {
        return false;
    }
    if (ticket->order_class == SERVED_CLASS_OCO && ticket->take_profit_e9 == 0) {
        ticket->take_profit_e9 = ticket->limit_price_e9; /* clients write it in either place */
    }
    return judge_together(&body, ticket);
}

/* ---- what is to change ---- */

static const char *fault_of_change(const struct served_order *order,
                                   const struct order_change *change)
{
    bool has_limit = order->type == ORDER_TYPE_LIMIT || order->type == ORDER_TYPE_STOP_LIMIT;
    bool has_stop = order->type == ORDER_TYPE_STOP || order->type == ORDER_TYPE_STOP_LIMIT;
    if (change->trail != 0 && order->type != ORDER_TYPE_TRAILING_STOP) {
        return "only trailing stop orders take trail";
    }
    if ((change->limit_price_e9 == 0 || has_limit) && (change->stop_price_e9 == 0 || has_stop)) {
        return NULL;
    }
    switch ((enum order_type)order->type) {
    case ORDER_TYPE_MARKET:
        return "market orders require no stop or limit price";
    case ORDER_TYPE_LIMIT:
        return "limit orders require no stop price";
    case ORDER_TYPE_STOP:
        return "stop orders require no limit price";
    case ORDER_TYPE_STOP_LIMIT:
    case ORDER_TYPE_TRAILING_STOP:
        break;
    }
    return "trailing stop orders require no stop or limit price";
}

static bool read_changed_trail(const struct body *body, const struct served_order *order,
                               int64_t *trail)
{
    return order->trail_ppm != 0 ? read_percent(body, "trail", trail)
                                 : body_price(body, "trail", "trail", trail);
}

bool order_change_read(const struct served_order *order, const struct node *node,
                       struct order_change *change, struct refusal *refusal)
{
    struct body body;
    const char *time;
    *change = (struct order_change){0};
    if (!body_begin(&body, node, refusal) || !body_amount(&body, "qty", "qty", &change->qty_e9) ||
        !body_price(&body, "limit_price", "limit price", &change->limit_price_e9) ||
        !body_price(&body, "stop_price", "stop price", &change->stop_price_e9) ||
        !read_changed_trail(&body, order, &change->trail) ||
        !body_text(&body, "time_in_force", &time) ||
        !read_client_id(&body, change->client_order_id)) {
        return false;
    }
    if (body_member(&body, "notional") != NULL) {
        return body_refuse(&body, "notional is only accepted for IPO orders");
    }
    if (time != NULL && !FIND_WORD(times, time, &change->time_in_force)) {
        return body_refuse(&body, "invalid time_in_force");
    }
    const char *fault = fault_of_change(order, change);
    return fault == NULL || body_refuse(&body, "%s", fault);
}
