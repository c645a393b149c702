/* sha256.c: see sha256.h. */
#include "sys/sha256.h"

#include <nettle/sha2.h>

void sha256(const void *bytes, size_t length, unsigned char digest[SHA256_SIZE])
{
    struct sha256_ctx context;
    sha256_init(&context);
    sha256_update(&context, length, bytes);
    sha256_digest(&context, SHA256_SIZE, digest);
}

void sha256_hex(const unsigned char digest[SHA256_SIZE], char text[SHA256_HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < SHA256_SIZE; i++) {
        text[2 * i] = digits[digest[i] >> 4];
        text[2 * i + 1] = digits[digest[i] & 15];
    }
    text[2 * SHA256_SIZE] = '\0';
}
