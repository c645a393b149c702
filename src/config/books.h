/* books.h: the key `strategies`: one book per strategy at work, in the order of the file. */
#ifndef CONFIG_BOOKS_H
#define CONFIG_BOOKS_H

#include "config/config.h"
#include "config/values.h"

/* What the readers of a book's keys fill, and what they may look at. */
struct book_reading {
    struct run_config *config; /* the keys above `strategies` are read */
    struct book_config *book;
};

/* Reader of a row in a table of keys; `target` is a struct run_config. */
VALUE_READER(books_read);

#endif
