/* log_memory.c: see log_memory.h. */
#include "log/log_memory.h"

#include <string.h>
#include <sys/mman.h>

#define SIZE_MIN (UINT64_C(1) << 20)

int log_memory_reserve(struct log_memory *memory, uint64_t size)
{
    uint64_t wanted = size < SIZE_MIN ? SIZE_MIN : size;
    void *bytes = mmap(NULL, wanted, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (bytes == MAP_FAILED) {
        return -1;
    }
    memory->bytes = bytes;
    memory->size = wanted;
    return 0;
}

static int grow(struct log_memory *memory, uint64_t end)
{
    uint64_t size = memory->size;
    while (size < end) {
        size *= 2;
    }
    void *bytes = mremap(memory->bytes, memory->size, size, MREMAP_MAYMOVE);
    if (bytes == MAP_FAILED) {
        return -1;
    }
    memory->bytes = bytes;
    memory->size = size;
    return 0;
}

int log_memory_write(struct log_memory *memory, const void *bytes, size_t length, uint64_t offset)
{
    if (offset + length > memory->size && grow(memory, offset + length) != 0) {
        return -1;
    }
    memcpy(memory->bytes + offset, bytes, length);
    return 0;
}

void log_memory_finish(struct log_memory *memory)
{
    if (memory->bytes != NULL) {
        (void)munmap(memory->bytes, memory->size);
    }
    *memory = (struct log_memory){0};
}
