/* memory.h: allocation for the world side. It never returns NULL: without memory the program says
 * so and stops, and no caller writes a branch for it. What comes back is free()'s to give back. */
#ifndef SYS_MEMORY_H
#define SYS_MEMORY_H

#include <stddef.h>

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *block, size_t size);
char *xstrdup(const char *text);

/* A copy of printf's output. */
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Zeroed memory aligned to 64 bytes, for arenas and records; free() gives it back. */
void *xcalloc_aligned(size_t size);

#endif
