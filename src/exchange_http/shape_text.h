/* shape_text.h: values as the trading API writes them: amounts as text, null where there is none.
 */
#ifndef EXCHANGE_HTTP_SHAPE_TEXT_H
#define EXCHANGE_HTTP_SHAPE_TEXT_H

#include "sys/json_writer.h"

void member_null(struct json_writer *json, const char *key);

/* "212.4"; null for 0. */
void member_amount(struct json_writer *json, const char *key, int64_t amount_e9);

/* A time; null for 0. */
void member_moment(struct json_writer *json, const char *key, int64_t ts_ns);

/* a / b for b > 0 with up to 16 decimals, without trailing zeros: "0.0090879126053586". */
void member_ratio(struct json_writer *json, const char *key, int64_t a, int64_t b);

#endif
