/* exchange_keys.h: the keys `exchange` and `commission`. */
#ifndef CONFIG_EXCHANGE_KEYS_H
#define CONFIG_EXCHANGE_KEYS_H

#include "config/values.h"

/* Readers of rows in a table of keys; `target` is a struct run_config. */
VALUE_READER(exchange_read);
VALUE_READER(commission_read);

/* Ends a table; for documents that list the keys. */
extern const struct key exchange_key_table[];

#endif
