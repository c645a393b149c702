/* sizes.h: a book's keys `quantity` and `size`: how many shares an entry asks for. */
#ifndef CONFIG_SIZES_H
#define CONFIG_SIZES_H

#include "config/values.h"
#include "core/sizing.h"

/* Readers of rows in a book's table of keys; `target` is a struct book_reading whose `fractional`
 * is read. */
VALUE_READER(quantity_read);
VALUE_READER(size_read);

#endif
