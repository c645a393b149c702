/* data_messages.c: the objects of the data stream in both encodings; `T` is the first key of each.
 */
#include "base/utc.h"
#include "exchange_http/data_damage.h"
#include "exchange_http/data_shapes.h"
#include "exchange_http/data_stream_private.h"

static const struct timeframe one_minute = {.unit = TIMEFRAME_MINUTE, .count = 1};
static const struct timeframe one_day = {.unit = TIMEFRAME_DAY, .count = 1};

/* Kind and symbol, with `members` to follow. */
static void begin(const struct data_writer *writer, const struct data_item *item, const char *type,
                  uint32_t members)
{
    data_map(writer, 2 + members);
    data_member_string(writer, "T", type);
    data_member_string(writer, "S", item->symbol);
}

/* The bar, the minute or the day so far that an item stands for; a minute without trades has
 * volume 0 and the time it would have. */
static struct frame_bar frame_of_item(const struct data_stream *stream,
                                      const struct data_item *item)
{
    const struct market *market = &stream->plan.venue->market;
    if (item->bar.frame != NULL) {
        return *item->bar.frame;
    }
    if (item->bar.one != NULL) {
        return frame_of_bar(market, item->bar.one);
    }
    bool daily = item->channel == CHANNEL_DAILY_BARS;
    int64_t from_ns = daily ? INT64_MIN : item->bar.end_ns - NS_PER_MIN;
    struct frames frames = frames_of(market, item->number, daily ? &one_day : &one_minute, from_ns,
                                     item->bar.end_ns - 1, item->bar.end_ns, true);
    struct frame_bar frame = {
        .period = {item->bar.end_ns - NS_PER_MIN, item->bar.end_ns}
    };
    (void)frames_next(&frames, &frame);
    return frame;
}

static void write_bar(struct data_stream *stream, const struct data_writer *writer,
                      const struct data_item *item)
{
    struct frame_bar frame = frame_of_item(stream, item);
    damage_bar((enum fault_damage)item->damage, &frame);
    begin(writer, item, item->channel == CHANNEL_DAILY_BARS ? "d" : "b", DATA_BAR_MEMBERS);
    data_bar_members(writer, &frame);
}

static void write_status(const struct data_writer *writer, const struct data_item *item)
{
    const struct data_status *status = &item->status;
    begin(writer, item, "s", 6);
    data_member_string(writer, "sc", status->halted ? "H" : "T");
    data_member_string(writer, "sm", status->halted ? "Trading Halt" : "Trading Resumption");
    data_member_string(writer, "rc", status->reason_code);
    data_member_string(writer, "rm", status->reason);
    data_member_time(writer, "t", status->ts_ns);
    data_member_string(writer, "z", DATA_TAPE);
}

static void write_luld(const struct data_writer *writer, const struct data_item *item)
{
    begin(writer, item, "l", 5);
    data_member_money(writer, "u", item->luld.up_e9);
    data_member_money(writer, "d", item->luld.down_e9);
    data_member_string(writer, "i", "B");
    data_member_time(writer, "t", item->luld.ts_ns);
    data_member_string(writer, "z", DATA_TAPE);
}

static void write_conditions(const struct data_writer *writer, const char *key)
{
    data_key(writer, key);
    data_array(writer, 1);
    data_string(writer, "@");
    data_array_end(writer);
}

static void write_correction(const struct data_writer *writer, const struct data_item *item)
{
    const struct past_tick *original = item->change.original;
    const struct past_tick *corrected = item->change.corrected;
    begin(writer, item, "c", 11);
    data_member_string(writer, "x", DATA_EXCHANGE);
    data_member_uint(writer, "oi", original->id);
    data_member_money(writer, "op", original->event.trade_tick.price_e9);
    data_member_uint(writer, "os", (uint64_t)original->event.trade_tick.size);
    write_conditions(writer, "oc");
    data_member_uint(writer, "ci", corrected->id);
    data_member_money(writer, "cp", corrected->event.trade_tick.price_e9);
    data_member_uint(writer, "cs", (uint64_t)corrected->event.trade_tick.size);
    write_conditions(writer, "cc");
    data_member_time(writer, "t", corrected->event.ts_ns);
    data_member_string(writer, "z", DATA_TAPE);
}

static void write_cancel(const struct data_writer *writer, const struct data_item *item)
{
    const struct past_tick *trade = item->change.original;
    begin(writer, item, "x", 7);
    data_member_uint(writer, "i", trade->id);
    data_member_string(writer, "x", DATA_EXCHANGE);
    data_member_money(writer, "p", trade->event.trade_tick.price_e9);
    data_member_uint(writer, "s", (uint64_t)trade->event.trade_tick.size);
    data_member_string(writer, "a", item->change.error ? "E" : "C");
    data_member_time(writer, "t", trade->event.ts_ns);
    data_member_string(writer, "z", DATA_TAPE);
}

static void write_item(struct data_stream *stream, const struct data_writer *writer,
                       const struct data_item *item)
{
    struct event tick;
    switch (item->channel) {
    case CHANNEL_TRADES:
        tick = *item->tick;
        damage_tick((enum fault_damage)item->damage, &tick);
        begin(writer, item, "t", DATA_TRADE_MEMBERS);
        data_trade_members(writer, &tick, trade_id(stream->plan.venue->plan.data, item->tick));
        break;
    case CHANNEL_QUOTES:
        tick = *item->tick;
        damage_tick((enum fault_damage)item->damage, &tick);
        begin(writer, item, "q", DATA_QUOTE_MEMBERS);
        data_quote_members(writer, &tick);
        break;
    case CHANNEL_BARS:
    case CHANNEL_UPDATED_BARS:
    case CHANNEL_DAILY_BARS:
        write_bar(stream, writer, item);
        break;
    case CHANNEL_STATUSES:
        write_status(writer, item);
        break;
    case CHANNEL_LULDS:
        write_luld(writer, item);
        break;
    case CHANNEL_CORRECTIONS:
        write_correction(writer, item);
        break;
    case CHANNEL_CANCEL_ERRORS:
        write_cancel(writer, item);
        break;
    case CHANNEL_COUNT:
        break;
    }
    data_map_end(writer);
}

void item_encode(struct data_stream *stream, struct data_item *item, enum data_encoding encoding)
{
    if (item->encoded[encoding]) {
        return;
    }
    item->encoded[encoding] = true;
    stream->encoded++;
    if (encoding == ENCODING_MSGPACK) {
        const struct data_writer writer = {.msgpack = &stream->msgpack};
        item->at[encoding] = stream->msgpack.length;
        write_item(stream, &writer, item);
        item->length[encoding] = stream->msgpack.length - item->at[encoding];
        return;
    }
    const struct data_writer writer = {.json = &stream->json};
    size_t at = stream->json.length;
    write_item(stream, &writer, item);
    at += stream->json.text[at] == ','; /* between this and the one before */
    item->at[encoding] = at;
    item->length[encoding] = stream->json.length - at;
}
