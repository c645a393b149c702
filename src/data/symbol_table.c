/* symbol_table.c: an open-addressing hash table of symbols.
 *
 * A symbol is sixteen NUL-padded bytes, so it is hashed and compared as two 64-bit words. */
#include "data/symbol_table.h"

#include <stdlib.h>
#include <string.h>

#include "sys/memory.h"

enum { FIRST_CAPACITY = 64 };

static bool is_symbol_char(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '/';
}

bool symbol_parse(const char *text, size_t length, struct instrument *instrument)
{
    if (length < 1 || length >= SYMBOL_SIZE) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (!is_symbol_char(text[i])) {
            return false;
        }
    }
    *instrument = (struct instrument){0};
    memcpy(instrument->symbol, text, length);
    return true;
}

bool symbol_is_valid(const struct instrument *instrument)
{
    struct instrument again;
    size_t length = strnlen(instrument->symbol, SYMBOL_SIZE);
    return symbol_parse(instrument->symbol, length, &again) &&
           memcmp(&again, instrument, sizeof again) == 0;
}

int symbol_compare(const void *a, const void *b)
{
    return memcmp(a, b, SYMBOL_SIZE);
}

static uint32_t first_slot(const struct symbol_table *table, const struct instrument *instrument)
{
    uint64_t words[2];
    memcpy(words, instrument->symbol, sizeof words);
    uint64_t hash =
        (words[0] ^ words[1] * UINT64_C(0x9E3779B97F4A7C15)) * UINT64_C(0xBF58476D1CE4E5B9);
    return (uint32_t)(hash >> 32) & (table->slot_count - 1);
}

/* The slot that holds the symbol, or the free one where it belongs. */
static uint32_t find_slot(const struct symbol_table *table, const struct instrument *instrument)
{
    uint32_t slot = first_slot(table, instrument);
    while (table->slots[slot] != 0) {
        const struct symbol_entry *entry = &table->entries[table->slots[slot] - 1];
        if (symbol_compare(&entry->instrument, instrument) == 0) {
            break;
        }
        slot = (slot + 1) & (table->slot_count - 1);
    }
    return slot;
}

uint32_t symbol_table_find(const struct symbol_table *table, const struct instrument *instrument)
{
    if (table->count == 0) {
        return SYMBOL_ID_NONE;
    }
    uint32_t slot = find_slot(table, instrument);
    return table->slots[slot] == 0 ? SYMBOL_ID_NONE : table->slots[slot] - 1;
}

static void grow(struct symbol_table *table)
{
    table->capacity = table->capacity == 0 ? FIRST_CAPACITY : table->capacity * 2;
    table->entries = xrealloc(table->entries, table->capacity * sizeof *table->entries);
    free(table->slots);
    table->slot_count = table->capacity * 4;
    table->slots = xcalloc(table->slot_count, sizeof *table->slots);
    for (uint32_t id = 0; id < table->count; id++) {
        table->slots[find_slot(table, &table->entries[id].instrument)] = id + 1;
    }
}

uint32_t symbol_table_add(struct symbol_table *table, const struct instrument *instrument)
{
    if (table->count == table->capacity) {
        grow(table);
    }
    uint32_t id = table->count++;
    table->entries[id] = (struct symbol_entry){.instrument = *instrument};
    table->slots[find_slot(table, instrument)] = id + 1;
    return id;
}

void symbol_table_finish(struct symbol_table *table)
{
    if (table != NULL) {
        free(table->entries);
        free(table->slots);
        *table = (struct symbol_table){0};
    }
}

struct instrument *symbol_table_sorted(const struct symbol_table *table, uint32_t **map)
{
    struct instrument *sorted = xcalloc(table->count, sizeof *sorted);
    for (uint32_t id = 0; id < table->count; id++) {
        sorted[id] = table->entries[id].instrument;
    }
    qsort(sorted, table->count, sizeof *sorted, symbol_compare);
    uint32_t *places = xcalloc(table->count, sizeof *places);
    for (uint32_t place = 0; place < table->count; place++) {
        places[symbol_table_find(table, &sorted[place])] = place;
    }
    *map = places;
    return sorted;
}
