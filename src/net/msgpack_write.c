/* msgpack_write.c: the writing half of msgpack.h. */
#include "net/msgpack.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/money.h"
#include "base/utc.h"
#include "sys/memory.h"

void msgpack_init(struct msgpack *msgpack)
{
    *msgpack = (struct msgpack){.capacity = 256};
    msgpack->bytes = xmalloc(msgpack->capacity);
}

void msgpack_finish(struct msgpack *msgpack)
{
    if (msgpack != NULL) {
        free(msgpack->bytes);
        *msgpack = (struct msgpack){0};
    }
}

void msgpack_reset(struct msgpack *msgpack)
{
    msgpack->length = 0;
}

/* Where `size` more bytes go; they count as written. */
static uint8_t *take(struct msgpack *msgpack, size_t size)
{
    if (msgpack->length + size > msgpack->capacity) {
        while (msgpack->length + size > msgpack->capacity) {
            msgpack->capacity *= 2;
        }
        msgpack->bytes = xrealloc(msgpack->bytes, msgpack->capacity);
    }
    uint8_t *out = msgpack->bytes + msgpack->length;
    msgpack->length += size;
    return out;
}

static void put_big_endian(uint8_t *out, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        out[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
    }
}

/* A byte that says what it is, and `size` bytes of a value. */
static void put(struct msgpack *msgpack, uint8_t head, uint64_t value, size_t size)
{
    uint8_t *out = take(msgpack, 1 + size);
    out[0] = head;
    put_big_endian(out + 1, value, size);
}

void msgpack_map(struct msgpack *msgpack, uint32_t members)
{
    if (members < 16) {
        put(msgpack, (uint8_t)(0x80 | members), 0, 0);
    } else if (members <= UINT16_MAX) {
        put(msgpack, 0xde, members, 2);
    } else {
        put(msgpack, 0xdf, members, 4);
    }
}

void msgpack_array(struct msgpack *msgpack, uint32_t elements)
{
    if (elements < 16) {
        put(msgpack, (uint8_t)(0x90 | elements), 0, 0);
    } else if (elements <= UINT16_MAX) {
        put(msgpack, 0xdc, elements, 2);
    } else {
        put(msgpack, 0xdd, elements, 4);
    }
}

void msgpack_text(struct msgpack *msgpack, const char *text, size_t length)
{
    CHECK(length <= UINT32_MAX);
    if (length < 32) {
        put(msgpack, (uint8_t)(0xa0 | length), 0, 0);
    } else if (length <= UINT8_MAX) {
        put(msgpack, 0xd9, length, 1);
    } else if (length <= UINT16_MAX) {
        put(msgpack, 0xda, length, 2);
    } else {
        put(msgpack, 0xdb, length, 4);
    }
    memcpy(take(msgpack, length), text, length);
}

void msgpack_string(struct msgpack *msgpack, const char *text)
{
    msgpack_text(msgpack, text, strlen(text));
}

void msgpack_uint(struct msgpack *msgpack, uint64_t value)
{
    if (value < 128) {
        put(msgpack, (uint8_t)value, 0, 0);
    } else if (value <= UINT8_MAX) {
        put(msgpack, 0xcc, value, 1);
    } else if (value <= UINT16_MAX) {
        put(msgpack, 0xcd, value, 2);
    } else if (value <= UINT32_MAX) {
        put(msgpack, 0xce, value, 4);
    } else {
        put(msgpack, 0xcf, value, 8);
    }
}

void msgpack_int(struct msgpack *msgpack, int64_t value)
{
    if (value >= 0) {
        msgpack_uint(msgpack, (uint64_t)value);
    } else if (value >= -32) {
        put(msgpack, (uint8_t)value, 0, 0);
    } else if (value >= INT8_MIN) {
        put(msgpack, 0xd0, (uint64_t)value, 1);
    } else if (value >= INT16_MIN) {
        put(msgpack, 0xd1, (uint64_t)value, 2);
    } else if (value >= INT32_MIN) {
        put(msgpack, 0xd2, (uint64_t)value, 4);
    } else {
        put(msgpack, 0xd3, (uint64_t)value, 8);
    }
}

void msgpack_double(struct msgpack *msgpack, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put(msgpack, 0xcb, bits, 8);
}

void msgpack_bool(struct msgpack *msgpack, bool value)
{
    put(msgpack, value ? 0xc3 : 0xc2, 0, 0);
}

void msgpack_nil(struct msgpack *msgpack)
{
    put(msgpack, 0xc0, 0, 0);
}

void msgpack_money(struct msgpack *msgpack, int64_t value_e9)
{
    if (value_e9 % MONEY_E9 == 0) {
        msgpack_int(msgpack, value_e9 / MONEY_E9);
    } else {
        msgpack_double(msgpack, (double)value_e9 / 1e9);
    }
}

void msgpack_time(struct msgpack *msgpack, int64_t ts_ns)
{
    int64_t seconds = ts_ns / NS_PER_S;
    int64_t rest = ts_ns % NS_PER_S;
    if (rest < 0) {
        rest += NS_PER_S;
        seconds--;
    }
    if (seconds >= 0 && seconds <= UINT32_MAX && rest == 0) {
        put(msgpack, 0xd6, 0xff, 1);
        put_big_endian(take(msgpack, 4), (uint64_t)seconds, 4);
    } else if (seconds >= 0) { /* an int64 of nanoseconds never reaches 2^34 seconds */
        put(msgpack, 0xd7, 0xff, 1);
        put_big_endian(take(msgpack, 8), ((uint64_t)rest << 34) | (uint64_t)seconds, 8);
    } else {
        put(msgpack, 0xc7, 12, 1);
        uint8_t *out = take(msgpack, 13);
        out[0] = 0xff;
        put_big_endian(out + 1, (uint64_t)rest, 4);
        put_big_endian(out + 5, (uint64_t)seconds, 8);
    }
}
