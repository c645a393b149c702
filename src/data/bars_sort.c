/* bars_sort.c: a radix sort, least significant digit first, of 16-byte keys that point to records.
 *
 * The keys run through stable counting passes of 11 bits: first over the rank, then over the
 * time since the first bar; a digit that is the same everywhere costs only its count. Data that is
 * already in order, the usual case, is only copied. */
#include "data/bars_sort.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "sys/memory.h"

enum { DIGIT_BITS = 11, DIGIT_VALUES = 1 << DIGIT_BITS, RANK_BITS = 18, TIME_BITS = 64 };

struct key {
    uint64_t offset_ns; /* since the earliest record */
    uint32_t rank;
    uint32_t index; /* of the record */
};

static_assert(sizeof(struct key) == 16, "two keys for each 32 bytes of scratch");

static bool is_sorted(const struct event *records, uint64_t count)
{
    for (uint64_t i = 1; i < count; i++) {
        const struct event *a = &records[i - 1];
        const struct event *b = &records[i];
        if (b->ts_ns < a->ts_ns || (b->ts_ns == a->ts_ns && bars_rank(b) < bars_rank(a))) {
            return false;
        }
    }
    return true;
}

static size_t digit_of(const struct key *key, bool by_time, unsigned shift)
{
    uint64_t value = by_time ? key->offset_ns : key->rank;
    return (size_t)(value >> shift) & (DIGIT_VALUES - 1);
}

/* One stable pass from `from` to `to`; false when the digit does not differ and nothing moved. */
static bool pass(const struct key *from, struct key *to, uint64_t count, bool by_time,
                 unsigned shift)
{
    uint64_t starts[DIGIT_VALUES] = {0};
    for (uint64_t i = 0; i < count; i++) {
        starts[digit_of(&from[i], by_time, shift)]++;
    }
    if (starts[digit_of(&from[0], by_time, shift)] == count) {
        return false;
    }
    uint64_t start = 0;
    for (size_t digit = 0; digit < DIGIT_VALUES; digit++) {
        uint64_t here = starts[digit];
        starts[digit] = start;
        start += here;
    }
    for (uint64_t i = 0; i < count; i++) {
        to[starts[digit_of(&from[i], by_time, shift)]++] = from[i];
    }
    return true;
}

/* Sorts the keys in one of two arrays and returns the one that holds the result. */
static struct key *sort_keys(struct key *keys, struct key *scratch, uint64_t count)
{
    static const struct {
        bool by_time;
        unsigned bits;
    } words[] = {
        {false, RANK_BITS},
        {true,  TIME_BITS},
    };
    for (size_t w = 0; w < sizeof words / sizeof words[0]; w++) {
        for (unsigned shift = 0; shift < words[w].bits; shift += DIGIT_BITS) {
            if (pass(keys, scratch, count, words[w].by_time, shift)) {
                struct key *swap = keys;
                keys = scratch;
                scratch = swap;
            }
        }
    }
    return keys;
}

static void make_keys(const struct event *records, struct key *keys, uint64_t count)
{
    int64_t first_ns = records[0].ts_ns;
    for (uint64_t i = 1; i < count; i++) {
        first_ns = records[i].ts_ns < first_ns ? records[i].ts_ns : first_ns;
    }
    for (uint64_t i = 0; i < count; i++) {
        keys[i] = (struct key){
            .offset_ns = (uint64_t)records[i].ts_ns - (uint64_t)first_ns,
            .rank = bars_rank(&records[i]),
            .index = (uint32_t)i,
        };
    }
}

struct event *bars_sorted(const struct event *records, uint64_t count)
{
    CHECK(count > 0 && count <= UINT32_MAX); /* 275 GB of records */
    struct event *sorted = xcalloc_aligned(count * sizeof *sorted);
    if (is_sorted(records, count)) {
        memcpy(sorted, records, count * sizeof *sorted);
        return sorted;
    }
    struct key *keys = xmalloc(2 * count * sizeof *keys);
    make_keys(records, keys, count);
    const struct key *order = sort_keys(keys, keys + count, count);
    for (uint64_t i = 0; i < count; i++) {
        sorted[i] = records[order[i].index];
    }
    free(keys);
    return sorted;
}
