/* alpaca_orders_private.h: what the two halves of the bookkeeping share: the table with what we do
 * (alpaca_orders.c), and evidence (alpaca_evidence.c). */
#ifndef BROKER_ALPACA_ORDERS_PRIVATE_H
#define BROKER_ALPACA_ORDERS_PRIVATE_H

#include "broker/alpaca_orders.h"

/* Another place in the table, zeroed. */
struct tracked *tracked_add(struct orders *orders, uint64_t id);

/* From what the engine knows of it. */
struct tracked *tracked_recall(struct orders *orders, const struct order_fact *fact);

void tracked_report(struct orders *orders, const struct tracked *order, enum event_kind kind,
                    enum reject_reason reason, int64_t src_ns);

/* Sets or clears bits of doubt. */
void tracked_doubt(struct orders *orders, struct tracked *order, uint8_t set, uint8_t clear);

/* Says it, with the order's names before it. */
void tracked_say(const struct orders *orders, const struct tracked *order, const char *what,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The broker has more to tell of an order that had ended. */
void tracked_reopen(struct orders *orders, struct tracked *order);

/* It has ended; nothing of it is wanted any more. */
void tracked_end(struct tracked *order);

#endif
