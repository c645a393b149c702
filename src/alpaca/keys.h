/* keys.h: the key pair of an account at Alpaca: from this process's environment, which is wiped of
 * it, or from a file that only its owner may read. Never from arguments, never into children.
 *
 * Names, in the environment and in files (`NAME=value`, a line each): APCA_API_KEY_ID with
 * APCA_API_SECRET_KEY, else ALPACA_API_KEY with ALPACA_SECRET_KEY or ALPACA_API_SECRET. */
#ifndef ALPACA_KEYS_H
#define ALPACA_KEYS_H

#include "alpaca/client.h"
#include "sys/problem.h"

struct key_pair;

/* Where to look. A given file is the only source; else the environment; else `.env` in the folder
 * of `beside`. */
struct key_source {
    const char *file;   /* NULL: none was given */
    const char *beside; /* a file of the folder, e.g. the configuration; NULL: no `.env` is read */
};

/* Whatever the source and the outcome, the environment has none of the names afterwards, and this
 * process leaves no core dump. ERR_NOT_FOUND: no keys anywhere; ERR_REFUSED: others may read the
 * file; ERR_USAGE: half a pair, a sample, or what cannot be a key. No message shows a value. */
enum err key_pair_read(const struct key_source *source, struct key_pair **pair,
                       struct problem *problem);

/* Wipes it; NULL is fine. */
void key_pair_destroy(struct key_pair *pair);

/* Valid as long as the pair. */
struct client_keys key_pair_keys(const struct key_pair *pair);

/* "the environment", or the file's path. */
const char *key_pair_origin(const struct key_pair *pair);

#endif
