/* json_edit.h: other values in a JSON text that is otherwise left as it is: for answers and
 * messages that say what they should not. */
#ifndef EXCHANGE_HTTP_JSON_EDIT_H
#define EXCHANGE_HTTP_JSON_EDIT_H

#include <stddef.h>

/* The text with `value`, taken as it is, in place of the value of each member of that name, however
 * deep; the caller frees. `value` need not be JSON. NULL: there is no such member. The text is
 * well-formed. */
char *json_set_members(const char *text, size_t length, const char *name, const char *value,
                       size_t *out_length);

#endif
