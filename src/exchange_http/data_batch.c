/* data_batch.c: which of the items each session gets, in as few messages and with as little work as
 * possible.
 *
 * An item is encoded when the first session wants it. The pieces are then put together to arrays;
 * sessions that want the same items, one behind the other, get the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "exchange_http/data_stream_private.h"
#include "sys/memory.h"

/* Clients refuse messages of more than a megabyte; this is far from it. */
#define MESSAGE_MAX ((size_t)64 << 10)

struct data_item *items_add(struct data_stream *stream, enum data_channel channel,
                            uint32_t instrument)
{
    if (stream->item_count == stream->item_capacity) {
        stream->item_capacity = 2 * stream->item_capacity + 64;
        uint32_t capacity = stream->item_capacity;
        stream->items = xrealloc(stream->items, capacity * sizeof *stream->items);
        stream->selected = xrealloc(stream->selected, capacity * sizeof *stream->selected);
        for (int i = 0; i < ENCODING_COUNT; i++) {
            struct data_batch *batch = &stream->batches[i];
            batch->items = xrealloc(batch->items, capacity * sizeof *batch->items);
            batch->ends = xrealloc(batch->ends, capacity * sizeof *batch->ends);
        }
    }
    struct data_item *item = &stream->items[stream->item_count++];
    *item =
        (struct data_item){.channel = channel,
                           .number = instrument,
                           .symbol = stream->plan.venue->plan.data->instruments[instrument].symbol};
    return item;
}

static uint8_t damage_of(const struct data_stream *stream, const struct data_item *item)
{
    const struct fault_occasion occasion = {.now_ns = stream->plan.venue->now_ns,
                                            .symbol = item->symbol};
    struct fault fault;
    return faults_strike_kind(stream->plan.faults, FAULT_BAD_DATA, &occasion, &fault)
               ? fault.rule.damage
               : FAULT_DAMAGE_NONE;
}

void items_damage(struct data_stream *stream)
{
    for (uint32_t i = 0; i < stream->item_count; i++) {
        struct data_item *item = &stream->items[i];
        if (item->channel == CHANNEL_TRADES || item->channel == CHANNEL_QUOTES ||
            item->channel == CHANNEL_BARS) {
            item->damage = damage_of(stream, item);
        }
    }
}

static void select_items(struct data_stream *stream, const struct data_session *session)
{
    stream->selected_count = 0;
    for (uint32_t i = 0; i < stream->item_count; i++) {
        const struct data_item *item = &stream->items[i];
        if (data_subscription_has(session_channel(session, item->channel), item->number)) {
            stream->selected[stream->selected_count++] = i;
        }
    }
}

/* ---- putting together ---- */

static char *reserve(struct data_batch *batch, size_t size)
{
    if (batch->length + size > batch->capacity) {
        batch->capacity = 2 * (batch->length + size);
        batch->bytes = xrealloc(batch->bytes, batch->capacity);
    }
    return batch->bytes + batch->length;
}

static void put(struct data_batch *batch, const void *bytes, size_t length)
{
    memcpy(reserve(batch, length), bytes, length);
    batch->length += length;
}

/* The head of MessagePack's array. */
static void put_array(struct data_batch *batch, uint32_t count)
{
    const unsigned char small[] = {(unsigned char)(0x90 | count)};
    const unsigned char middle[] = {0xdc, (unsigned char)(count >> 8), (unsigned char)count};
    if (count < 16) {
        put(batch, small, sizeof small);
    } else {
        put(batch, middle, sizeof middle);
    }
}

/* How many of the selected items from `first` on go into one message; at least one, and never more
 * than an array's short head can count. */
static uint32_t count_message(const struct data_stream *stream, uint32_t first,
                              enum data_encoding encoding)
{
    size_t length = 0;
    uint32_t count = 0;
    while (first + count < stream->selected_count && count < UINT16_MAX) {
        const struct data_item *item = &stream->items[stream->selected[first + count]];
        length += item->length[encoding] + 1;
        if (count > 0 && length > MESSAGE_MAX) {
            break;
        }
        count++;
    }
    return count;
}

static void put_message(struct data_stream *stream, uint32_t first, uint32_t count,
                        enum data_encoding encoding)
{
    struct data_batch *batch = &stream->batches[encoding];
    const char *pieces =
        encoding == ENCODING_JSON ? stream->json.text : (const char *)stream->msgpack.bytes;
    if (encoding == ENCODING_MSGPACK) {
        put_array(batch, count);
    }
    for (uint32_t i = first; i < first + count; i++) {
        const struct data_item *item = &stream->items[stream->selected[i]];
        if (encoding == ENCODING_JSON) {
            put(batch, i == first ? "[" : ",", 1);
        }
        put(batch, pieces + item->at[encoding], item->length[encoding]);
    }
    if (encoding == ENCODING_JSON) {
        put(batch, "]", 1);
    }
    batch->ends[batch->message_count++] = batch->length;
}

/* The messages of the selected items; nothing is done when they are those made last. */
static void make_batch(struct data_stream *stream, enum data_encoding encoding)
{
    struct data_batch *batch = &stream->batches[encoding];
    size_t list_size = stream->selected_count * sizeof *stream->selected;
    if (batch->made && batch->count == stream->selected_count &&
        memcmp(batch->items, stream->selected, list_size) == 0) {
        return;
    }
    memcpy(batch->items, stream->selected, list_size);
    batch->count = stream->selected_count;
    batch->made = true;
    batch->length = 0;
    batch->message_count = 0;
    for (uint32_t i = 0; i < stream->selected_count; i++) {
        item_encode(stream, &stream->items[stream->selected[i]], encoding);
    }
    for (uint32_t i = 0; i < stream->selected_count;) {
        uint32_t count = count_message(stream, i, encoding);
        put_message(stream, i, count, encoding);
        i += count;
    }
}

static void send_batch(struct data_session *session, const struct data_batch *batch)
{
    size_t start = 0;
    for (uint32_t i = 0; i < batch->message_count; i++) {
        session_send(session, batch->bytes + start, batch->ends[i] - start);
        start = batch->ends[i];
    }
}

void items_send(struct data_stream *stream, uint32_t endpoints)
{
    json_reset(&stream->json);
    json_begin_array(&stream->json); /* so that pieces follow each other */
    msgpack_reset(&stream->msgpack);
    for (int i = 0; i < ENCODING_COUNT; i++) {
        stream->batches[i].made = false;
    }
    for (uint32_t i = 0; i < stream->session_count && stream->item_count > 0; i++) {
        struct data_session *session = stream->sessions[i];
        if (!session->authenticated || (endpoints >> session->plan.endpoint & 1) == 0) {
            continue;
        }
        enum data_encoding encoding = session->plan.msgpack ? ENCODING_MSGPACK : ENCODING_JSON;
        select_items(stream, session);
        if (stream->selected_count > 0) {
            make_batch(stream, encoding);
            send_batch(session, &stream->batches[encoding]);
        }
    }
    stream->item_count = 0;
}

void batch_finish(struct data_batch *batch)
{
    free(batch->items);
    free(batch->bytes);
    free(batch->ends);
    *batch = (struct data_batch){0};
}
