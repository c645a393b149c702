/* locked_keys.h: a key pair in memory of its own: never swapped, in no core dump, wiped at the end.
 */
#ifndef ALPACA_LOCKED_KEYS_H
#define ALPACA_LOCKED_KEYS_H

#include "alpaca/client.h"

struct locked_keys {
    char *memory;
    size_t size;
    const char *key, *secret;
    const char *headers[3]; /* "APCA-API-KEY-ID: ...", "APCA-API-SECRET-KEY: ...", NULL */
};

void locked_keys_init(struct locked_keys *keys, const struct client_keys *plain);
void locked_keys_finish(struct locked_keys *keys);

/* The message that authenticates on a stream, with its NUL; its length, or 0 where it does not fit.
 */
size_t locked_keys_auth_message(const struct locked_keys *keys, enum client_auth kind, char *out,
                                size_t size);

#endif
