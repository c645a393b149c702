/* crc32c.h: the Castagnoli CRC (RFC 3720, appendix B.4), for blocks of logs and bar files. */
#ifndef SYS_CRC32C_H
#define SYS_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Continues a checksum: start with 0; crc32c(crc32c(0, a), b) is the checksum of a followed by b.
 * "123456789" gives 0xe3069283. */
uint32_t crc32c(uint32_t crc, const void *bytes, size_t length);

#endif
