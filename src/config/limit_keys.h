/* limit_keys.h: the key `limits`: every row of LIMIT_LIST, each required. */
#ifndef CONFIG_LIMIT_KEYS_H
#define CONFIG_LIMIT_KEYS_H

#include "config/values.h"
#include "core/limits.h"

/* Reader of a row in a table of keys; `target` is a struct run_config. */
VALUE_READER(limits_read);

#endif
