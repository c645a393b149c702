/* order_rules.h: what the account and the market have to say to an order, before it goes to the
 * exchange: Alpaca's rules in Alpaca's words. The first that is broken decides. */
#ifndef VENUE_ORDER_RULES_H
#define VENUE_ORDER_RULES_H

#include "venue/account.h"

/* A new order that was read well (order_request.h). */
bool order_rules_submit(const struct account *account, const struct order_ticket *ticket,
                        int64_t now_ns, struct refusal *refusal);

/* A change of an order of the account. */
bool order_rules_replace(const struct account *account, uint32_t order,
                         const struct order_change *change, int64_t now_ns,
                         struct refusal *refusal);

#endif
