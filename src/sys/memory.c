/* memory.c: see memory.h. */
#include "sys/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *block, size_t size)
{
    if (block == NULL && size > 0) {
        (void)fprintf(stderr, "bellwether: out of memory (%zu bytes asked)\n", size);
        abort();
    }
    return block;
}

void *xmalloc(size_t size)
{
    return checked(malloc(size), size);
}

void *xcalloc(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        bytes = SIZE_MAX; /* calloc refuses it, too */
    }
    return checked(calloc(count, size), bytes);
}

void *xrealloc(void *block, size_t size)
{
    return checked(realloc(block, size), size);
}

char *xstrdup(const char *text)
{
    return checked(strdup(text), strlen(text) + 1);
}

char *xasprintf(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = NULL;
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    return checked(length < 0 ? NULL : text, 1);
}

void *xcalloc_aligned(size_t size)
{
    size_t rounded = (size + 63) / 64 * 64;
    void *block = checked(aligned_alloc(64, rounded), rounded);
    if (block != NULL) {
        memset(block, 0, rounded);
    }
    return block;
}
