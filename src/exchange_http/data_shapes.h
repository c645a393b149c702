/* data_shapes.h: how bars, quotes and trades look in the market data API: the members that REST and
 * the streams share. */
#ifndef EXCHANGE_HTTP_DATA_SHAPES_H
#define EXCHANGE_HTTP_DATA_SHAPES_H

#include "exchange_http/data_writer.h"
#include "venue/frames.h"

/* Where everything trades, and the tape that all of it is on. */
#define DATA_EXCHANGE "V"
#define DATA_TAPE     "C"

/* How many members each of the following writes. */
enum { DATA_BAR_MEMBERS = 8, DATA_QUOTE_MEMBERS = 9, DATA_TRADE_MEMBERS = 7 };

void data_bar_members(const struct data_writer *writer, const struct frame_bar *frame);
void data_quote_members(const struct data_writer *writer, const struct event *quote);
void data_trade_members(const struct data_writer *writer, const struct event *trade, uint64_t id);

/* Whole objects, as REST has them. */
void shape_bar(struct json_writer *json, const struct frame_bar *frame);
void shape_quote(struct json_writer *json, const struct event *quote);
void shape_trade(struct json_writer *json, const struct event *trade, uint64_t id);

#endif
