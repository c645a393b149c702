/* account_private.h: what the account's files share.
 *
 *   account.c          opening, looking up, the market's slices
 *   account_orders.c   orders, replacements and cancels on their way to the exchange
 *   account_reports.c  what the exchange says, as states and events of orders */
#ifndef VENUE_ACCOUNT_PRIVATE_H
#define VENUE_ACCOUNT_PRIVATE_H

#include "venue/account.h"

static inline uint64_t exchange_id_of(uint32_t number)
{
    return (uint64_t)number + 1;
}

/* A new order at the end of the list, all zero but for its number and what refers to none. */
struct served_order *account_add_order(struct account *account, int64_t now_ns);

/* Among the instrument's open orders, and out of them. */
void account_open_order(struct account *account, struct served_order *order);
void account_end_order(struct account *account, struct served_order *order,
                       enum order_status status);

/* At midnight what is held becomes what the new day begins with. */
void account_roll_day(struct account *account, int64_t now_ns);

/* The present stop prices of an instrument's trailing stops. */
void account_follow_trails(struct account *account, uint32_t instrument);

/* The state of an order that works. */
enum order_status account_working_status(const struct account *account,
                                         const struct served_order *order);

/* The new order in the old one's place within its group. */
void account_take_place(struct account *account, const struct served_order *order);

/* Takes back the orders from `first` on, which the exchange refused. */
void account_drop_orders(struct account *account, uint32_t first);

/* Makes the order findable by its client's id. */
void account_index_client(struct account *account, const struct served_order *order);

/* Makes room for `requests` answers; the reports are empty. */
void account_make_room(struct account *account, uint32_t requests);

/* Turns all waiting reports into states, events and activities. */
void account_take_reports(struct account *account);

/* Sets the state and tells the watcher. */
void account_tell(struct account *account, struct served_order *order, enum order_event event,
                  int64_t ts_ns, const struct activity *activity);

/* Lets an instrument's last quote, less what was taken of it, meet orders that came after it. */
void account_meet_standing_quote(struct account *account, uint32_t instrument, int64_t now_ns);

#endif
