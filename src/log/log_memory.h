/* log_memory.h: the one segment of a log that is kept in memory: bytes that grow as they are
 * written. For the files of log/ only. */
#ifndef LOG_LOG_MEMORY_H
#define LOG_LOG_MEMORY_H

#include <stddef.h>
#include <stdint.h>

struct log_memory {
    unsigned char *bytes; /* NULL: none yet */
    uint64_t size;
};

/* Makes so many bytes ready: writing them costs no page fault. 0, or -1 and errno. */
int log_memory_reserve(struct log_memory *memory, uint64_t size);

/* Writes behind or within what is there, which may move it. 0, or -1 and errno. */
int log_memory_write(struct log_memory *memory, const void *bytes, size_t length, uint64_t offset);

void log_memory_finish(struct log_memory *memory);

#endif
