/* journal_private.h: tables and their insert statements, for journal.c. */
#ifndef READERS_JOURNAL_PRIVATE_H
#define READERS_JOURNAL_PRIVATE_H

enum journal_table {
    TABLE_RUN,
    TABLE_INSTRUMENTS,
    TABLE_DEPOSITS,
    TABLE_DECISIONS,
    TABLE_ORDERS,
    TABLE_REPORTS,
    TABLE_FILLS,
    TABLE_POSTINGS,
    TABLE_TRADES,
    TABLE_SLICES,
    TABLE_COUNT,
};

/* CREATE TABLE statements of all tables. */
extern const char journal_schema[];

/* What adds a row, values in the order of the columns. */
extern const char *const journal_insert[TABLE_COUNT];

#endif
