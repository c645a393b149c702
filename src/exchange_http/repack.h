/* repack.h: a message that was read as JSON, written as MessagePack. */
#ifndef EXCHANGE_HTTP_REPACK_H
#define EXCHANGE_HTTP_REPACK_H

#include "net/msgpack.h"

/* Appends the value with all within it. Numbers become integers or doubles, as msgpack_money() has
 * them; strings stay strings. */
void repack(struct msgpack *out, const struct node *node);

#endif
