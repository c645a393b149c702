/* symbol_table.h: symbols in the order they are met, found again by hash. */
#ifndef DATA_SYMBOL_TABLE_H
#define DATA_SYMBOL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "market/instrument.h"

#define SYMBOL_ALLOWED "1 to 15 of A-Z 0-9 . - /"

/* Reads a symbol that fills text[0..length); false when it is none (SYMBOL_ALLOWED). */
bool symbol_parse(const char *text, size_t length, struct instrument *instrument);

/* Whether stored bytes are a symbol padded with NULs. */
bool symbol_is_valid(const struct instrument *instrument);

/* Alphabetical, for qsort() and for comparing: < 0, 0, > 0. */
int symbol_compare(const void *a, const void *b);

/* What the table knows about one symbol. */
struct symbol_entry {
    struct instrument instrument;
    int64_t last_start_ns; /* of its last good bar; the table's user keeps it */
};

struct symbol_table {
    struct symbol_entry *entries; /* by id, 0, 1, 2, ... as met */
    uint32_t count;
    uint32_t capacity;
    uint32_t *slots;     /* hash -> id + 1; 0 is free */
    uint32_t slot_count; /* a power of two, more than twice `count` */
};

#define SYMBOL_ID_NONE UINT32_MAX

/* The id of a symbol; SYMBOL_ID_NONE when it is not in the table. */
uint32_t symbol_table_find(const struct symbol_table *table, const struct instrument *instrument);

/* Adds a symbol that is not in the table and returns its id. A zeroed table is an empty one;
 * entries move when it grows. */
uint32_t symbol_table_add(struct symbol_table *table, const struct instrument *instrument);

void symbol_table_finish(struct symbol_table *table);

/* Instruments in alphabetical order, *map[id of the table] being their place there. Both are heap
 * memory of the caller. */
struct instrument *symbol_table_sorted(const struct symbol_table *table, uint32_t **map);

#endif
