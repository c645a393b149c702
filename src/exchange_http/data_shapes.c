#include "exchange_http/data_shapes.h"

#define ROUND_LOT 100

void data_bar_members(const struct data_writer *writer, const struct frame_bar *frame)
{
    data_member_time(writer, "t", frame->period.start_ns);
    data_member_money(writer, "o", frame->bar.open_e9);
    data_member_money(writer, "h", frame->bar.high_e9);
    data_member_money(writer, "l", frame->bar.low_e9);
    data_member_money(writer, "c", frame->bar.close_e9);
    data_member_uint(writer, "v", (uint64_t)frame->bar.volume);
    data_member_uint(writer, "n", frame->trades);
    data_member_money(writer, "vw", frame_average_e9(frame));
}

/* A side that nobody offers has no exchange: a blank, as the vendor has it. */
static void side_members(const struct data_writer *writer, const char *const keys[3],
                         int64_t price_e9, int64_t size)
{
    data_member_string(writer, keys[0], price_e9 > 0 ? DATA_EXCHANGE : " ");
    data_member_money(writer, keys[1], price_e9);
    data_member_uint(writer, keys[2], (uint64_t)size);
}

void data_quote_members(const struct data_writer *writer, const struct event *quote)
{
    static const char *const ask[] = {"ax", "ap", "as"};
    static const char *const bid[] = {"bx", "bp", "bs"};
    data_member_time(writer, "t", quote->ts_ns);
    side_members(writer, ask, quote->quote.ask_e9, quote->quote.ask_size);
    side_members(writer, bid, quote->quote.bid_e9, quote->quote.bid_size);
    data_key(writer, "c");
    data_array(writer, 1);
    data_string(writer, "R");
    data_array_end(writer);
    data_member_string(writer, "z", DATA_TAPE);
}

/* Regular; an average price, which makes no price of its own; an odd lot. */
static void conditions(const struct data_writer *writer, const struct event *trade)
{
    bool average = (trade->flags & TRADE_TICK_VOLUME_ONLY) != 0;
    bool odd_lot = trade->trade_tick.size < ROUND_LOT;
    data_key(writer, "c");
    data_array(writer, 1 + (uint32_t)average + (uint32_t)odd_lot);
    data_string(writer, "@");
    if (average) {
        data_string(writer, "W");
    }
    if (odd_lot) {
        data_string(writer, "I");
    }
    data_array_end(writer);
}

void data_trade_members(const struct data_writer *writer, const struct event *trade, uint64_t id)
{
    data_member_time(writer, "t", trade->ts_ns);
    data_member_string(writer, "x", DATA_EXCHANGE);
    data_member_money(writer, "p", trade->trade_tick.price_e9);
    data_member_uint(writer, "s", (uint64_t)trade->trade_tick.size);
    conditions(writer, trade);
    data_member_uint(writer, "i", id);
    data_member_string(writer, "z", DATA_TAPE);
}

void shape_bar(struct json_writer *json, const struct frame_bar *frame)
{
    const struct data_writer writer = {.json = json};
    json_begin_object(json);
    data_bar_members(&writer, frame);
    json_end_object(json);
}

void shape_quote(struct json_writer *json, const struct event *quote)
{
    const struct data_writer writer = {.json = json};
    json_begin_object(json);
    data_quote_members(&writer, quote);
    json_end_object(json);
}

void shape_trade(struct json_writer *json, const struct event *trade, uint64_t id)
{
    const struct data_writer writer = {.json = json};
    json_begin_object(json);
    data_trade_members(&writer, trade, id);
    json_end_object(json);
}
