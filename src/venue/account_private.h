/* account_private.h: what the account's files share.
 *
 *   account.c          opening, looking up, the market's slices
 *   account_orders.c   orders, replacements and cancels on their way to the exchange
 *   account_reports.c  what the exchange says, as states and events of orders
 *   account_faults.c   what a script of faults makes of an order */
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

/* What the exchange took, from `first` on, becomes known as it was sent. */
void account_make_known(struct account *account, uint32_t first);

/* A cancel that no fault strikes: what time or a split brings. */
bool account_ask_cancel(struct account *account, uint32_t order, int64_t now_ns,
                        struct refusal *refusal);

/* What an execution makes of the day's book of a position, which is after_e9 now. */
void account_book_fill(struct account_book *book, bool sells, const struct event *fill,
                       int64_t after_e9);

/* The rejection of an order that had been accepted, or of a replacement. */
void account_reject_order(struct account *account, struct served_order *order, int64_t ts_ns);

/* ---- account_faults.c ---- */

/* A new order was taken: what will strike it is noted. */
void account_strike_new(struct account *account, uint32_t order, int64_t now_ns);

/* Rejects an order that account_strike_new() said so of. */
void account_strike_accepted(struct account *account, uint32_t order, int64_t now_ns);

/* A cancel, or a replacement, that comes too late: the order fills. False: nothing strikes. */
bool account_strike_cancel(struct account *account, uint32_t order, int64_t now_ns);
bool account_strike_replace(struct account *account, uint32_t order, uint32_t by, int64_t now_ns,
                            struct served_order *sent);

/* An execution was told of. */
void account_strike_fill(struct account *account, uint32_t order, uint32_t activity);

/* What of a quote the orders that fill in parts let through; what they took of it; and that another
 * quote came. */
void account_split_quote(const struct account *account, uint32_t instrument,
                         struct exchange_quote *quote);
void account_split_fill(struct account *account, const struct served_order *order, int64_t qty_e9);
void account_split_next(struct account *account, uint32_t instrument);

void account_faults_finish(struct account *account);

/* Lets an instrument's last quote, less what was taken of it, meet orders that came after it. */
void account_meet_standing_quote(struct account *account, uint32_t instrument, int64_t now_ns);

#endif
