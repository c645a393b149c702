/* json_writer.h: writes JSON into a growing text, comma and escape in the right places.
 *
 * Begin, key, value, end in the order of the document; a CHECK stops a wrong order. Strings may
 * hold any bytes: what is not UTF-8 becomes U+FFFD. */
#ifndef SYS_JSON_WRITER_H
#define SYS_JSON_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_DEPTH_MAX 16

struct json_writer {
    char *text; /* NUL-terminated after each call, owned; valid until the next call */
    size_t length;
    size_t capacity;
    bool pretty; /* one member per line, indented by two blanks */
    bool after_key;
    uint32_t depth;
    bool filled[JSON_DEPTH_MAX]; /* the object or array at this depth has a member */
};

void json_init(struct json_writer *json, bool pretty);
void json_finish(struct json_writer *json);

/* Empties the text and keeps its memory: the next document. */
void json_reset(struct json_writer *json);

void json_begin_object(struct json_writer *json);
void json_end_object(struct json_writer *json);
void json_begin_array(struct json_writer *json);
void json_end_array(struct json_writer *json);

void json_key(struct json_writer *json, const char *key);

void json_string(struct json_writer *json, const char *value);
void json_int(struct json_writer *json, int64_t value);
void json_uint(struct json_writer *json, uint64_t value);
void json_bool(struct json_writer *json, bool value);
void json_null(struct json_writer *json);
void json_hex64(struct json_writer *json, uint64_t value);     /* "00000000deadbeef" */
void json_money(struct json_writer *json, int64_t value_e9);   /* 99.95, every digit */
void json_decimal(struct json_writer *json, int64_t value_e9); /* "99.95" */
void json_time(struct json_writer *json, int64_t ts_ns);       /* "2019-02-11T14:30:00Z" */
void json_seconds(struct json_writer *json, double seconds);   /* 0.123456; not finite: null */

/* A member of an object: its key and its value. */
void json_member_string(struct json_writer *json, const char *key, const char *value);
void json_member_uint(struct json_writer *json, const char *key, uint64_t value);
void json_member_bool(struct json_writer *json, const char *key, bool value);
void json_member_money(struct json_writer *json, const char *key, int64_t value_e9);
void json_member_decimal(struct json_writer *json, const char *key, int64_t value_e9);
void json_member_time(struct json_writer *json, const char *key, int64_t ts_ns);

/* "text" with quotes and escapes into `out`, at most 6 * strlen(text) + 2 bytes and no NUL; returns
 * how many. */
size_t json_quote(const char *text, char *out);

#endif
