/* data_writer.h: one way to write market data's objects, in JSON or in MessagePack.
 *
 * Amounts are numbers in both; times are RFC 3339 text in JSON and timestamps in MessagePack. A map
 * announces how many members it has, which JSON ignores. */
#ifndef EXCHANGE_HTTP_DATA_WRITER_H
#define EXCHANGE_HTTP_DATA_WRITER_H

#include "net/msgpack.h"
#include "sys/json_writer.h"

/* Exactly one of the two is there. */
struct data_writer {
    struct json_writer *json;
    struct msgpack *msgpack;
};

void data_map(const struct data_writer *writer, uint32_t members);
void data_map_end(const struct data_writer *writer);
void data_array(const struct data_writer *writer, uint32_t elements);
void data_array_end(const struct data_writer *writer);
void data_string(const struct data_writer *writer, const char *text);

/* A member's key, with its value behind it. */
void data_key(const struct data_writer *writer, const char *key);
void data_member_string(const struct data_writer *writer, const char *key, const char *value);
void data_member_money(const struct data_writer *writer, const char *key, int64_t value_e9);
void data_member_uint(const struct data_writer *writer, const char *key, uint64_t value);
void data_member_time(const struct data_writer *writer, const char *key, int64_t ts_ns);

#endif
