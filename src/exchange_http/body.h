/* body.h: members of a request's body: numbers as JSON numbers or as text, exactly. Absent and null
 * are the same. Each answers false with the refusal filled in: 400 where a member is of the wrong
 * kind, 422 where its value cannot be. */
#ifndef EXCHANGE_HTTP_BODY_H
#define EXCHANGE_HTTP_BODY_H

#include "net/tree.h"
#include "venue/refusal.h"

/* A member as `prefix` names it in refusals: "take_profit." or "". */
struct body {
    const struct node *object;
    const char *prefix;
    struct refusal *refusal;
};

/* False when the body is no object. */
bool body_begin(struct body *body, const struct node *node, struct refusal *refusal);

/* The member, or NULL when it is absent or null. */
const struct node *body_member(const struct body *body, const char *name);

/* A decimal, also with an exponent as some writers of JSON have it (1e-05); `*present` tells
 * whether it was given. More than nine decimals: ERR_RANGE in `*err`, and the answer is true. */
bool body_decimal(const struct body *body, const char *name, bool *present, int64_t *value_e9,
                  enum err *err);

/* A decimal above 0; 0 when it is absent. `what` names it in "WHAT must be > 0". */
bool body_amount(const struct body *body, const char *name, const char *what, int64_t *value_e9);

/* A price: above 0 and no more than the market knows; 0 when it is absent. One with more decimals
 * than nine is refused as sub-penny, in the text that was sent. */
bool body_price(const struct body *body, const char *name, const char *what, int64_t *value_e9);

bool body_bool(const struct body *body, const char *name, bool *value);

/* A text; NULL when it is absent. */
bool body_text(const struct body *body, const char *name, const char **text);

/* An object within the body; its `object` is NULL when it is absent. */
bool body_object(const struct body *body, const char *name, const char *prefix, struct body *inner);

/* The refusals themselves. */
bool body_refuse_form(const struct body *body);                    /* 400 */
bool body_refuse_value(const struct body *body, const char *name); /* "invalid NAME" */
bool body_refuse(const struct body *body, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
