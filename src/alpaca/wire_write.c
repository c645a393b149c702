/* wire_write.c: orders out.
 *
 * An order is a few constant pieces of text with words and numbers between them; none of those has
 * a character that JSON would escape (alpaca/wire_said.h). */
#include <string.h>

#include "alpaca/wire_said.h"
#include "base/money.h"

/* Where the text goes on; NULL: something had no room. */
struct text {
    char *at;
    const char *end; /* the NUL has its place behind it */
};

static void put(struct text *text, const char *bytes, size_t length)
{
    if (text->at != NULL && length <= (size_t)(text->end - text->at)) {
        memcpy(text->at, bytes, length);
        text->at += length;
    } else {
        text->at = NULL;
    }
}

#define PUT(text, literal) put(text, literal, sizeof(literal) - 1)

static void put_word(struct text *text, const char *word)
{
    put(text, word, strlen(word));
}

static void put_amount(struct text *text, int64_t amount_e9)
{
    char digits[MONEY_TEXT_SIZE];
    put(text, digits, money_format(amount_e9, digits));
}

/* Its prices, as members of an object that has none yet (`first`) or some. */
static void put_prices(struct text *text, const struct order_request *request, bool first)
{
    const struct event_order *order = &request->head.order;
    const char *comma = first ? "" : ",";
    if (wire_is_limited(order->type)) {
        put_word(text, comma);
        PUT(text, "\"limit_price\":\"");
        put_amount(text, order->limit_price_e9);
        PUT(text, "\"");
        comma = ",";
    }
    if (wire_is_stopped(order->type)) {
        put_word(text, comma);
        PUT(text, "\"stop_price\":\"");
        put_amount(text, request->terms.stop_price_e9);
        PUT(text, "\"");
        comma = ",";
    }
    if (order->type == ORDER_TYPE_TRAILING_STOP) {
        bool percent = wire_trails_by_percent(request);
        put_word(text, comma);
        put_word(text, percent ? "\"trail_percent\":\"" : "\"trail_price\":\"");
        put_amount(text, percent ? wire_percent_e9(request->terms.trail) : request->terms.trail);
        PUT(text, "\"");
    }
}

static void put_head(struct text *text, const char *symbol, const struct order_request *first)
{
    const struct event_order *order = &first->head.order;
    PUT(text, "{\"symbol\":\"");
    put_word(text, symbol);
    PUT(text, "\",\"qty\":\"");
    put_amount(text, order->qty_e9);
    PUT(text, "\",\"side\":\"");
    put_word(text, first->legs[0].ratio > 0 ? "buy" : "sell");
    PUT(text, "\",\"type\":\"");
    put_word(text, order_type_text(order->type));
    PUT(text, "\",\"time_in_force\":\"");
    put_word(text, time_in_force_text(order->time_in_force));
    PUT(text, "\"");
}

static void put_group(struct text *text, const struct wire_said *said)
{
    PUT(text, ",\"order_class\":\"");
    put_word(text, wire_class_text(said->first->head.order.order_class));
    PUT(text, "\"");
    if (said->target != NULL) {
        PUT(text, ",\"take_profit\":{");
        put_prices(text, said->target, true);
        PUT(text, "}");
    }
    if (said->stop != NULL) {
        PUT(text, ",\"stop_loss\":{");
        put_prices(text, said->stop, true);
        PUT(text, "}");
    }
}

size_t wire_write_order(const char *tag, const char *symbol,
                        const struct order_request *const *requests, uint32_t count, char *out,
                        size_t size)
{
    struct wire_said said;
    char name[WIRE_CLIENT_ID_SIZE];
    if (size == 0 || !wire_can_be_said(symbol, requests, count, &said)) {
        return 0;
    }
    const struct event_order *order = &said.first->head.order;
    struct text text = {out, out + size - 1};
    put_head(&text, symbol, said.first);
    if (said.target != said.first) { /* an OCO's price stands in take_profit alone */
        put_prices(&text, said.first, false);
    }
    if ((order->order_flags & ORDER_FLAG_EXTENDED) != 0) {
        PUT(&text, ",\"extended_hours\":true");
    }
    if (order->order_class != ORDER_CLASS_SIMPLE) {
        put_group(&text, &said);
    }
    wire_client_id(tag, order->order_id, name);
    PUT(&text, ",\"client_order_id\":\"");
    put_word(&text, name);
    PUT(&text, "\"}");
    if (text.at == NULL) {
        return 0;
    }
    *text.at = '\0';
    return (size_t)(text.at - out);
}
