/* name_list.h: lists with commas, as queries hold them: "AAPL,MSFT". Empty names between commas are
 * none. */
#ifndef EXCHANGE_HTTP_NAME_LIST_H
#define EXCHANGE_HTTP_NAME_LIST_H

#include <stdbool.h>
#include <stddef.h>

#define LIST_NAME_SIZE 64

/* The next name of a list, which moves on; false at its end. Longer names are cut, and then equal
 * no name that is looked for. */
bool name_list_next(const char **list, char name[LIST_NAME_SIZE]);

/* Whether the list has that name, in that case of letters. */
bool name_list_has(const char *list, const char *name);

#endif
