/* crc32c_private.h: the portable form, for crc32c.c and its test. */
#ifndef SYS_CRC32C_PRIVATE_H
#define SYS_CRC32C_PRIVATE_H

#include <stddef.h>
#include <stdint.h>

uint32_t crc32c_by_table(uint32_t crc, const void *bytes, size_t length);

#endif
