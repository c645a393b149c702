/* secrets_file.h: reads a file that holds secrets: only one that nobody but its owner may read. */
#ifndef SYS_SECRETS_FILE_H
#define SYS_SECRETS_FILE_H

#include <stddef.h>

#include "sys/problem.h"

/* All of it, with a NUL behind its end; secrets_free() wipes it. ERR_NOT_FOUND: no such file;
 * ERR_REFUSED: no regular file, or others may read it; ERR_USAGE: larger than `size_max`. */
enum err secrets_file_read(const char *path, size_t size_max, char **bytes, size_t *length,
                           struct problem *problem);

/* Wipes and frees; NULL is fine. */
void secrets_free(char *bytes, size_t length);

#endif
