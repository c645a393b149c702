/* order_request.h: what a POST or PATCH of an order asks for, out of its body: each field by
 * itself, and which of them go together. What the account and the market have to say comes later
 * (order_rules.h). Unknown members are ignored. */
#ifndef EXCHANGE_HTTP_ORDER_REQUEST_H
#define EXCHANGE_HTTP_ORDER_REQUEST_H

#include "net/tree.h"
#include "venue/market.h"
#include "venue/order.h"
#include "venue/refusal.h"

/* False with the refusal where the body is none of an order. */
bool order_ticket_read(const struct market *market, const struct node *body,
                       struct order_ticket *ticket, struct refusal *refusal);

/* The same for what is to change of an order. */
bool order_change_read(const struct served_order *order, const struct node *body,
                       struct order_change *change, struct refusal *refusal);

/* The words of an order; false for a text that is none. */
bool order_side_read(const char *text, bool *sells);

#endif
