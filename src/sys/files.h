/* files.h: folders and small files: made whole or not at all, read with a maximum. */
#ifndef SYS_FILES_H
#define SYS_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "sys/problem.h"

/* Makes the folder and those above it where they do not exist yet. */
enum err folder_make(const char *path, struct problem *problem);

/* Makes the folder's own entries durable: files created, renamed or removed in it. */
enum err folder_sync(const char *path, struct problem *problem);

/* Puts `bytes` in place of the file's content: written beside it, synced, renamed over it, folder
 * synced. A crash leaves the old content or the new one. */
enum err file_replace(const char *path, const void *bytes, size_t length, struct problem *problem);

/* Reads a whole file of at most `size_max` bytes. `*bytes` has a NUL behind its end and is the
 * caller's to free(). ERR_NOT_FOUND: no such file; ERR_RANGE: larger than that. */
enum err file_read(const char *path, size_t size_max, char **bytes, size_t *length,
                   struct problem *problem);

/* Whether the file begins with these bytes; not, when it cannot be read. Waits for no writer of a
 * pipe. */
bool file_begins_with(const char *path, const void *bytes, size_t length);

/* Bytes that this user may still write to the folder's file system; negative where that cannot be
 * told. */
int64_t folder_free_bytes(const char *path);

/* Writes all of the bytes, through interruptions and short writes. 0, or -1 with errno set. */
int write_all(int fd, const void *bytes, size_t length);

#endif
