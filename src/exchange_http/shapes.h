/* shapes.h: how Alpaca's objects look in JSON: written in one place each, used by REST and streams.
 *
 * Amounts are decimal text in the trading API and numbers in the market data API; times RFC 3339.
 */
#ifndef EXCHANGE_HTTP_SHAPES_H
#define EXCHANGE_HTTP_SHAPES_H

#include "sys/json_writer.h"
#include "venue/account.h"
#include "venue/venue.h"

/* Whole objects. `nested`: a group's exits in its first order's `legs`. */
void shape_order(struct json_writer *json, const struct account *account,
                 const struct served_order *order, bool nested);
void shape_account(struct json_writer *json, const struct venue *venue,
                   const struct account *account);
void shape_position(struct json_writer *json, const struct account *account, uint32_t instrument);
void shape_asset(struct json_writer *json, const struct venue *venue, uint32_t instrument);
void shape_refusal(struct json_writer *json, const struct refusal *refusal);

/* A trade update's `data` (section 10). */
void shape_trade_update(struct json_writer *json, const struct account *account,
                        const struct served_order *order, enum order_event event, int64_t ts_ns,
                        const struct activity *activity);

/* The id that stands for an instrument, the same for every account; and back. */
void asset_id(uint32_t instrument, char text[UUID_TEXT_SIZE]);

/* By symbol or asset id; false when there is none. */
bool asset_find(const struct market *market, const char *symbol_or_id, uint32_t *instrument);

#endif
