/* data_subscription.h: which symbols a session listens to on one channel: those of the data as
 * bits, others by name (nothing will come of them, but they are confirmed), or all of them. */
#ifndef EXCHANGE_HTTP_DATA_SUBSCRIPTION_H
#define EXCHANGE_HTTP_DATA_SUBSCRIPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "exchange_http/data_writer.h"
#include "market/instrument.h"

/* Names that the data does not have, on one channel. */
#define SUBSCRIPTION_OTHERS_MAX 1000

/* The symbols that can be listened to, by number. */
struct symbol_index {
    const struct instrument **names; /* alphabetical */
    const struct instrument *first;  /* number 0 */
    uint32_t count;
};

void symbol_index_init(struct symbol_index *index, const struct instrument *names, uint32_t count);
void symbol_index_finish(struct symbol_index *index);
bool symbol_index_find(const struct symbol_index *index, const char *symbol, uint32_t *number);

struct data_subscription {
    bool all;
    uint64_t *bits; /* NULL: none yet */
    uint32_t count; /* of the bits that are set */
    struct instrument *others;
    uint32_t other_count;
};

void data_subscription_finish(struct data_subscription *subscription);
void data_subscription_copy(struct data_subscription *to, const struct data_subscription *from,
                            const struct symbol_index *index);

/* Adds a symbol or "*"; false when there is no room for another name. */
bool data_subscription_add(struct data_subscription *subscription, const struct symbol_index *index,
                           const char *symbol);
void data_subscription_remove(struct data_subscription *subscription,
                              const struct symbol_index *index, const char *symbol);

static inline bool data_subscription_has(const struct data_subscription *subscription,
                                         uint32_t number)
{
    return subscription->all || (subscription->bits != NULL &&
                                 (subscription->bits[number / 64] >> (number % 64) & 1) != 0);
}

/* Symbols that count against a plan's limit. */
static inline uint32_t data_subscription_size(const struct data_subscription *subscription)
{
    return subscription->all ? UINT32_MAX / 4 : subscription->count + subscription->other_count;
}

/* A member with the list of all symbols. */
void data_subscription_member(const struct data_writer *writer, const char *key,
                              const struct data_subscription *subscription,
                              const struct symbol_index *index);

#endif
