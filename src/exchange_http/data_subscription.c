#include "exchange_http/data_subscription.h"

#include <stdlib.h>
#include <string.h>

#include "sys/memory.h"

/* ---- names ---- */

static int by_symbol(const void *a, const void *b)
{
    const struct instrument *const *first = a;
    const struct instrument *const *second = b;
    return strcmp((*first)->symbol, (*second)->symbol);
}

void symbol_index_init(struct symbol_index *index, const struct instrument *names, uint32_t count)
{
    *index = (struct symbol_index){.first = names, .count = count};
    index->names = xcalloc(count, sizeof(const struct instrument *));
    for (uint32_t i = 0; i < count; i++) {
        index->names[i] = &names[i];
    }
    qsort(index->names, count, sizeof(const struct instrument *), by_symbol);
}

void symbol_index_finish(struct symbol_index *index)
{
    free(index->names);
    *index = (struct symbol_index){0};
}

bool symbol_index_find(const struct symbol_index *index, const char *symbol, uint32_t *number)
{
    uint32_t low = 0;
    uint32_t high = index->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(index->names[middle]->symbol, symbol);
        if (order == 0) {
            *number = (uint32_t)(index->names[middle] - index->first);
            return true;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}

/* ---- sets ---- */

static size_t words_of(const struct symbol_index *index)
{
    return (size_t)index->count / 64 + 1;
}

void data_subscription_finish(struct data_subscription *subscription)
{
    free(subscription->bits);
    free(subscription->others);
    *subscription = (struct data_subscription){0};
}

void data_subscription_copy(struct data_subscription *to, const struct data_subscription *from,
                            const struct symbol_index *index)
{
    *to = *from;
    if (from->bits != NULL) {
        to->bits = xcalloc(words_of(index), sizeof *to->bits);
        memcpy(to->bits, from->bits, words_of(index) * sizeof *to->bits);
    }
    if (from->others != NULL) {
        to->others = xcalloc(SUBSCRIPTION_OTHERS_MAX, sizeof *to->others);
        memcpy(to->others, from->others, from->other_count * sizeof *to->others);
    }
}

/* The place of a name among the others; their count when it is not there. */
static uint32_t find_other(const struct data_subscription *subscription, const char *symbol)
{
    uint32_t i = 0;
    while (i < subscription->other_count && strcmp(subscription->others[i].symbol, symbol) != 0) {
        i++;
    }
    return i;
}

static bool add_other(struct data_subscription *subscription, const char *symbol)
{
    uint32_t at = find_other(subscription, symbol);
    if (at < subscription->other_count) {
        return true;
    }
    if (at == SUBSCRIPTION_OTHERS_MAX) {
        return false;
    }
    if (subscription->others == NULL) {
        subscription->others = xcalloc(SUBSCRIPTION_OTHERS_MAX, sizeof *subscription->others);
    }
    subscription->others[at] = (struct instrument){0};
    memcpy(subscription->others[at].symbol, symbol, strnlen(symbol, SYMBOL_SIZE - 1));
    subscription->other_count++;
    return true;
}

bool data_subscription_add(struct data_subscription *subscription, const struct symbol_index *index,
                           const char *symbol)
{
    uint32_t number;
    if (strcmp(symbol, "*") == 0) {
        subscription->all = true;
        return true;
    }
    if (!symbol_index_find(index, symbol, &number)) {
        return add_other(subscription, symbol);
    }
    if (subscription->bits == NULL) {
        subscription->bits = xcalloc(words_of(index), sizeof *subscription->bits);
    }
    uint64_t bit = UINT64_C(1) << (number % 64);
    subscription->count += (subscription->bits[number / 64] & bit) == 0;
    subscription->bits[number / 64] |= bit;
    return true;
}

void data_subscription_remove(struct data_subscription *subscription,
                              const struct symbol_index *index, const char *symbol)
{
    uint32_t number;
    if (strcmp(symbol, "*") == 0) {
        subscription->all = false;
    } else if (symbol_index_find(index, symbol, &number)) {
        uint64_t bit = UINT64_C(1) << (number % 64);
        if (subscription->bits != NULL && (subscription->bits[number / 64] & bit) != 0) {
            subscription->bits[number / 64] &= ~bit;
            subscription->count--;
        }
    } else {
        uint32_t at = find_other(subscription, symbol);
        if (at < subscription->other_count) {
            subscription->others[at] = subscription->others[--subscription->other_count];
        }
    }
}

void data_subscription_member(const struct data_writer *writer, const char *key,
                              const struct data_subscription *subscription,
                              const struct symbol_index *index)
{
    data_key(writer, key);
    data_array(writer,
               (uint32_t)subscription->all + subscription->count + subscription->other_count);
    if (subscription->all) {
        data_string(writer, "*");
    }
    for (uint32_t i = 0; i < index->count && subscription->count > 0; i++) {
        if ((subscription->bits[i / 64] >> (i % 64) & 1) != 0) {
            data_string(writer, index->first[i].symbol);
        }
    }
    for (uint32_t i = 0; i < subscription->other_count; i++) {
        data_string(writer, subscription->others[i].symbol);
    }
    data_array_end(writer);
}
