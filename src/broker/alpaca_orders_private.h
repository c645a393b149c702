/* alpaca_orders_private.h: what the parts of the bookkeeping share: the table with what we do
 * (alpaca_orders.c), evidence (alpaca_evidence.c), and what is taken back (alpaca_busts.c). */
#ifndef BROKER_ALPACA_ORDERS_PRIVATE_H
#define BROKER_ALPACA_ORDERS_PRIVATE_H

#include "broker/alpaca_orders.h"

/* An execution that was counted. */
struct executed {
    uint64_t order_id;
    uint64_t exec_id;                /* ours; 0: nothing of it was told */
    char execution_id[WIRE_ID_SIZE]; /* the broker's; "": it came by the activities */
    int64_t qty_e9;
    int64_t cum_e9; /* of its order, this execution included */
    int64_t price_e9;
    int64_t ts_ns;
    bool busted;
    bool listed; /* among its order's, as they were read last */
};

void busts_begin(struct orders *orders);
void busts_end(struct orders *orders);
void busts_note(struct orders *orders, const struct tracked *order,
                const struct executed *executed);

/* An execution is told once more, or was taken back; it counts as listed. Only of an order of which
 * something was: else the cumulative quantity tells. */
bool busts_take_listed(struct orders *orders, const struct tracked *order,
                       const struct executed *told);

/* What was taken back of the order since that execution, and counts in its cumulative quantity. */
int64_t busts_before(const struct orders *orders, const struct tracked *order,
                     const struct executed *told);

/* The stream tells of a bust. */
void busts_take_update(struct orders *orders, struct tracked *order,
                       const struct wire_update *update);

/* The same of an order that is not in the table: an earlier process sent it. */
void busts_take_forgotten(struct orders *orders, const struct wire_update *update);

/* The broker shows less than it did. */
void busts_take_quantity(struct orders *orders, struct tracked *order,
                         const struct wire_order *shown);

/* Draws the conclusions from what was told and shown. */
void tracked_settle(struct orders *orders, struct tracked *order);

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
