/* watchlists.h: an account's named lists of instruments, each in the order that they were added.
 *
 * Names are unique within the account and have 1 to 64 characters; an instrument is in a list once.
 * A list's number stays its own, also after others were deleted. */
#ifndef VENUE_WATCHLISTS_H
#define VENUE_WATCHLISTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WATCHLIST_NAME_MAX  64                           /* characters */
#define WATCHLIST_NAME_SIZE (4 * WATCHLIST_NAME_MAX + 1) /* bytes, with the NUL */
#define WATCHLISTS_MAX      1000                         /* in one account */

struct watchlist {
    uint64_t number; /* for its id */
    char name[WATCHLIST_NAME_SIZE];
    int64_t created_ns;
    int64_t updated_ns;
    uint32_t *instruments; /* owned by the list */
    uint32_t count;
    uint32_t capacity;
};

struct watchlists;

struct watchlists *watchlists_create(void);
void watchlists_destroy(struct watchlists *lists);

/* Whether a text can be a name. */
bool watchlist_name_fits(const char *name);

/* In the order that they were made; NULL behind the last one. The pointers of these three are valid
 * until a list is added or removed. `lists` may be NULL: there are none. */
struct watchlist *watchlists_at(const struct watchlists *lists, uint32_t index);
struct watchlist *watchlists_find(const struct watchlists *lists, uint64_t number);
struct watchlist *watchlists_named(const struct watchlists *lists, const char *name);

/* A new empty list, under a name that fits and is free. NULL when there are WATCHLISTS_MAX. */
struct watchlist *watchlists_add(struct watchlists *lists, const char *name, int64_t now_ns);
void watchlists_remove(struct watchlists *lists, uint64_t number);

/* Gives the list another name that fits and is free. */
void watchlist_rename(struct watchlist *list, const char *name);

/* False when it is in the list already; when it is not in it. */
bool watchlist_add(struct watchlist *list, uint32_t instrument);
bool watchlist_remove(struct watchlist *list, uint32_t instrument);
void watchlist_clear(struct watchlist *list);

#endif
