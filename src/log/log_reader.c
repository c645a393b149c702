/* log_reader.c: walks the records of a scanned log. */
#include <stdlib.h>

#include "log/log_private.h"
#include "sys/memory.h"

struct log_reader {
    struct log_scan scan;
    uint64_t block; /* where the next record stands: in this block ... */
    uint64_t slot;  /* ... at this slot */
};

enum err log_reader_open_in_memory(const struct log *log, struct log_reader **out,
                                   struct problem *problem)
{
    struct log_reader *reader = xcalloc(1, sizeof *reader);
    uint64_t size;
    const void *segment = log_memory(log, &size);
    enum err err = log_scan_open_memory(&reader->scan, segment, size, problem);
    if (err != ERR_OK) {
        free(reader);
        return err;
    }
    *out = reader;
    return ERR_OK;
}

enum err log_reader_open(const char *dir, struct log_reader **out, struct problem *problem)
{
    struct log_reader *reader = xcalloc(1, sizeof *reader);
    enum err err = log_scan_open(&reader->scan, dir, problem);
    if (err != ERR_OK) {
        free(reader);
        return err;
    }
    reader->scan.dir = NULL; /* the caller's, for the scan only */
    *out = reader;
    return ERR_OK;
}

const struct event *log_reader_next(struct log_reader *reader)
{
    const struct log_scan *scan = &reader->scan;
    while (reader->block < scan->block_count &&
           reader->slot == scan->blocks[reader->block].slot_count) {
        reader->block++;
        reader->slot = 0;
    }
    if (reader->block == scan->block_count) {
        return NULL;
    }
    const struct event *record = &scan->blocks[reader->block].slots[reader->slot];
    reader->slot += record->slots;
    return record;
}

void log_reader_rewind(struct log_reader *reader)
{
    reader->block = 0;
    reader->slot = 0;
}

enum log_end log_reader_end(const struct log_reader *reader, uint64_t *torn_bytes)
{
    *torn_bytes = reader->scan.torn_bytes;
    bool torn =
        reader->scan.torn_bytes > 0 || reader->scan.good_segments < reader->scan.segment_count;
    return torn ? LOG_END_TORN : LOG_END_CLEAN;
}

uint64_t log_reader_slots(const struct log_reader *reader)
{
    return reader->scan.slots;
}

uint64_t log_reader_chain(const struct log_reader *reader)
{
    return reader->scan.chain;
}

void log_reader_close(struct log_reader *reader)
{
    if (reader != NULL) {
        log_scan_finish(&reader->scan);
        free(reader);
    }
}
