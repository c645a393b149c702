/* sha256.h: SHA-256 of configs and data, as 64 lower-case hex digits. The hash itself is nettle's;
 * why not OpenSSL's: docs/adr/0003-sha256-from-nettle.md. */
#ifndef SYS_SHA256_H
#define SYS_SHA256_H

#include <stddef.h>

#define SHA256_SIZE     32
#define SHA256_HEX_SIZE 65 /* with its NUL */

void sha256(const void *bytes, size_t length, unsigned char digest[SHA256_SIZE]);
void sha256_hex(const unsigned char digest[SHA256_SIZE], char text[SHA256_HEX_SIZE]);

#endif
