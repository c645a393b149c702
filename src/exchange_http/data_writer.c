#include "exchange_http/data_writer.h"

void data_map(const struct data_writer *writer, uint32_t members)
{
    if (writer->json != NULL) {
        json_begin_object(writer->json);
    } else {
        msgpack_map(writer->msgpack, members);
    }
}

void data_map_end(const struct data_writer *writer)
{
    if (writer->json != NULL) {
        json_end_object(writer->json);
    }
}

void data_array(const struct data_writer *writer, uint32_t elements)
{
    if (writer->json != NULL) {
        json_begin_array(writer->json);
    } else {
        msgpack_array(writer->msgpack, elements);
    }
}

void data_array_end(const struct data_writer *writer)
{
    if (writer->json != NULL) {
        json_end_array(writer->json);
    }
}

void data_string(const struct data_writer *writer, const char *text)
{
    if (writer->json != NULL) {
        json_string(writer->json, text);
    } else {
        msgpack_string(writer->msgpack, text);
    }
}

void data_key(const struct data_writer *writer, const char *key)
{
    if (writer->json != NULL) {
        json_key(writer->json, key);
    } else {
        msgpack_string(writer->msgpack, key);
    }
}

void data_member_string(const struct data_writer *writer, const char *key, const char *value)
{
    data_key(writer, key);
    data_string(writer, value);
}

void data_member_money(const struct data_writer *writer, const char *key, int64_t value_e9)
{
    data_key(writer, key);
    if (writer->json != NULL) {
        json_money(writer->json, value_e9);
    } else {
        msgpack_money(writer->msgpack, value_e9);
    }
}

void data_member_uint(const struct data_writer *writer, const char *key, uint64_t value)
{
    data_key(writer, key);
    if (writer->json != NULL) {
        json_uint(writer->json, value);
    } else {
        msgpack_uint(writer->msgpack, value);
    }
}

void data_member_time(const struct data_writer *writer, const char *key, int64_t ts_ns)
{
    data_key(writer, key);
    if (writer->json != NULL) {
        json_time(writer->json, ts_ns);
    } else {
        msgpack_time(writer->msgpack, ts_ns);
    }
}
