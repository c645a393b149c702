/* bar_file.h: the time-major record file: events as they are used, mapped and never decoded.
 * Its layout is drawn at the head of bar_file.c. */
#ifndef DATA_BAR_FILE_H
#define DATA_BAR_FILE_H

#include "data/bars.h"

#define BAR_FILE_SUFFIX ".bwbars"

/* Whether the file begins with the record file's magic. */
bool bar_file_is(const char *path);

/* Whether it is called like one. */
bool bar_file_is_called_so(const char *path);

/* Maps the file read-only and checks header, block checksums and every record, in this order. */
enum err bar_file_open(const char *path, struct bars *bars, struct problem *problem);

/* Writes beside `path`, syncs, and renames over it, so that a crash leaves the old file or the new
 * one. An old file is replaced. */
enum err bar_file_write(const char *path, const struct bars *bars, struct problem *problem);

/* The same, record by record, for data sets larger than memory. Records come sorted; bar_ns is 0
 * when none of them will be a bar. */
struct bar_file_writer;
enum err bar_file_writer_create(const char *path, const struct instrument *instruments,
                                uint32_t instrument_count, int64_t bar_ns,
                                struct bar_file_writer **writer, struct problem *problem);
enum err bar_file_writer_append(struct bar_file_writer *writer, const struct event *records,
                                size_t count, struct problem *problem);
/* Ends the file and frees the writer, also on failure (then no file is left behind). */
enum err bar_file_writer_close(struct bar_file_writer *writer, struct problem *problem);
/* Gives up: removes what was written. */
void bar_file_writer_abandon(struct bar_file_writer *writer);

/* The data hash of records already in memory, as the file would carry it. */
void bar_records_hash(const struct event *records, uint64_t count, char hash[SHA256_HEX_SIZE]);

#endif
