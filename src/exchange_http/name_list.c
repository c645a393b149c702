#include "exchange_http/name_list.h"

#include <string.h>

bool name_list_next(const char **list, char name[LIST_NAME_SIZE])
{
    *list += strspn(*list, ", ");
    size_t length = strcspn(*list, ",");
    if (length == 0) {
        return false;
    }
    size_t kept = length < LIST_NAME_SIZE ? length : LIST_NAME_SIZE - 1;
    while (kept > 0 && (*list)[kept - 1] == ' ') {
        kept--;
    }
    memcpy(name, *list, kept);
    name[kept] = '\0';
    *list += length;
    return true;
}

bool name_list_has(const char *list, const char *name)
{
    for (char other[LIST_NAME_SIZE]; name_list_next(&list, other);) {
        if (strcmp(other, name) == 0) {
            return true;
        }
    }
    return false;
}
