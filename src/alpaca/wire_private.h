/* wire_private.h: single fields of the broker's objects, for the readers of wire.h.
 *
 * A reader asks for one field after the other and looks at `err` once, at its end: the first field
 * that is missing or malformed counts, and what is asked for behind it stays as it was. */
#ifndef ALPACA_WIRE_PRIVATE_H
#define ALPACA_WIRE_PRIVATE_H

#include "alpaca/wire.h"

struct wire_reader {
    const struct node *object;
    enum err err;
};

/* ERR_FORMAT from the start when `object` is none. */
struct wire_reader wire_reader(const struct node *object);
void wire_fail(struct wire_reader *reader, enum err err);

/* The value of a member; NULL where there is none, or it is null. */
const struct node *wire_value(const struct wire_reader *reader, const char *key);

/* Text of at least one byte, copied; ERR_FORMAT when it does not fit into `size` with its NUL. */
void wire_text(struct wire_reader *reader, const char *key, char *out, size_t size);

/* The same where it may be missing, null or empty: then "". */
void wire_text_or_none(struct wire_reader *reader, const char *key, char *out, size_t size);

/* An amount, a number or text, exactly; missing or null is 0 of the second. */
void wire_amount(struct wire_reader *reader, const char *key, int64_t *out_e9);
void wire_amount_or_none(struct wire_reader *reader, const char *key, int64_t *out_e9);

/* What the broker computed, which may have more than nine decimals: halves to the even one. */
void wire_rounded(struct wire_reader *reader, const char *key, int64_t *out_e9);
void wire_rounded_or_none(struct wire_reader *reader, const char *key, int64_t *out_e9);

/* RFC 3339 with any offset; missing or null is 0. */
void wire_moment_or_none(struct wire_reader *reader, const char *key, int64_t *out_ns);
void wire_moment(struct wire_reader *reader, const char *key, int64_t *out_ns);

void wire_flag(struct wire_reader *reader, const char *key, bool *out);
void wire_flag_or_false(struct wire_reader *reader, const char *key, bool *out);

/* "buy" or "sell", "sell_short", ...; any other word is ERR_FORMAT: a side is never guessed. */
void wire_side(struct wire_reader *reader, bool *buys);

#endif
