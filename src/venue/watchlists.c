#include "venue/watchlists.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "sys/memory.h"

struct watchlists {
    struct watchlist *lists;
    uint32_t count;
    uint32_t capacity;
    uint64_t made; /* ever: the next number */
};

struct watchlists *watchlists_create(void)
{
    return xcalloc(1, sizeof(struct watchlists));
}

void watchlists_destroy(struct watchlists *lists)
{
    if (lists == NULL) {
        return;
    }
    for (uint32_t i = 0; i < lists->count; i++) {
        free(lists->lists[i].instruments);
    }
    free(lists->lists);
    free(lists);
}

/* Bytes that begin a character of UTF-8 are those that continue none. */
bool watchlist_name_fits(const char *name)
{
    size_t characters = 0;
    size_t length = 0;
    for (; name[length] != '\0' && length < WATCHLIST_NAME_SIZE; length++) {
        characters += ((unsigned char)name[length] & 0xc0) != 0x80;
    }
    return characters > 0 && characters <= WATCHLIST_NAME_MAX && length < WATCHLIST_NAME_SIZE;
}

struct watchlist *watchlists_at(const struct watchlists *lists, uint32_t index)
{
    return lists != NULL && index < lists->count ? &lists->lists[index] : NULL;
}

struct watchlist *watchlists_find(const struct watchlists *lists, uint64_t number)
{
    struct watchlist *list;
    for (uint32_t i = 0; (list = watchlists_at(lists, i)) != NULL; i++) {
        if (list->number == number) {
            break;
        }
    }
    return list;
}

struct watchlist *watchlists_named(const struct watchlists *lists, const char *name)
{
    struct watchlist *list;
    for (uint32_t i = 0; (list = watchlists_at(lists, i)) != NULL; i++) {
        if (strcmp(list->name, name) == 0) {
            break;
        }
    }
    return list;
}

struct watchlist *watchlists_add(struct watchlists *lists, const char *name, int64_t now_ns)
{
    CHECK(lists != NULL && watchlists_named(lists, name) == NULL);
    if (lists->count == WATCHLISTS_MAX) {
        return NULL;
    }
    if (lists->count == lists->capacity) {
        lists->capacity = lists->capacity == 0 ? 8 : 2 * lists->capacity;
        lists->lists = xrealloc(lists->lists, lists->capacity * sizeof *lists->lists);
    }
    struct watchlist *list = &lists->lists[lists->count++];
    *list = (struct watchlist){.number = lists->made++, .created_ns = now_ns, .updated_ns = now_ns};
    watchlist_rename(list, name);
    return list;
}

void watchlists_remove(struct watchlists *lists, uint64_t number)
{
    struct watchlist *list = watchlists_find(lists, number);
    CHECK(list != NULL);
    free(list->instruments);
    size_t behind = (size_t)(lists->lists + lists->count - (list + 1));
    memmove(list, list + 1, behind * sizeof *list);
    lists->count--;
}

void watchlist_rename(struct watchlist *list, const char *name)
{
    CHECK(watchlist_name_fits(name));
    (void)snprintf(list->name, sizeof list->name, "%s", name);
}

static uint32_t place_of(const struct watchlist *list, uint32_t instrument)
{
    uint32_t i = 0;
    while (i < list->count && list->instruments[i] != instrument) {
        i++;
    }
    return i;
}

bool watchlist_add(struct watchlist *list, uint32_t instrument)
{
    if (place_of(list, instrument) < list->count) {
        return false;
    }
    if (list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 8 : 2 * list->capacity;
        list->instruments = xrealloc(list->instruments, list->capacity * sizeof *list->instruments);
    }
    list->instruments[list->count++] = instrument;
    return true;
}

bool watchlist_remove(struct watchlist *list, uint32_t instrument)
{
    uint32_t at = place_of(list, instrument);
    if (at == list->count) {
        return false;
    }
    memmove(list->instruments + at, list->instruments + at + 1,
            (list->count - at - 1) * sizeof *list->instruments);
    list->count--;
    return true;
}

void watchlist_clear(struct watchlist *list)
{
    list->count = 0;
}
