#include "venue/uuid.h"

#include <string.h>
#include <strings.h>

/* Where the groups of "8-4-4-4-12" are divided. */
static bool is_dash(size_t i)
{
    return i == 8 || i == 13 || i == 18 || i == 23;
}

/* The finalizer of MurmurHash3 (public domain, Austin Appleby). */
static uint64_t mix(uint64_t value)
{
    value = (value ^ value >> 33) * UINT64_C(0xff51afd7ed558ccd);
    value = (value ^ value >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return value ^ value >> 33;
}

/* What hides the number in the last half. */
static uint64_t mask_of(uint64_t seed, enum uuid_space space)
{
    return mix(seed ^ (uint64_t)space << 56);
}

void uuid_write(uint64_t seed, enum uuid_space space, uint64_t number, char text[UUID_TEXT_SIZE])
{
    uint64_t mask = mask_of(seed, space);
    uint64_t high = mix(mask ^ mix(number + 1));
    uint64_t low =
        (mask & UINT64_C(0x3fffffff00000000)) | UINT64_C(1) << 63 | ((mask ^ number) & UINT32_MAX);
    /* The four bits in front of the last twelve say that it is of version 4. */
    uint64_t first = (high & UINT64_C(0xffffffffffff0000)) | 0x4000 | (high & 0xfff);
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0, digit = 0; i < UUID_TEXT_SIZE - 1; i++) {
        uint64_t half = digit < 16 ? first : low;
        text[i] = is_dash(i) ? '-' : digits[half >> (60 - 4 * (digit % 16)) & 0xf];
        digit += !is_dash(i);
    }
    text[UUID_TEXT_SIZE - 1] = '\0';
}

bool uuid_is(const char *text, size_t length)
{
    if (length != UUID_TEXT_SIZE - 1) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (is_dash(i) ? c != '-' : !hex) {
            return false;
        }
    }
    return true;
}

static uint64_t hex_digit(char c)
{
    return (uint64_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

bool uuid_read(uint64_t seed, enum uuid_space space, const char *text, size_t length,
               uint64_t *number)
{
    if (!uuid_is(text, length)) {
        return false;
    }
    uint64_t last = 0;
    for (size_t i = length - 8; i < length; i++) {
        last = last << 4 | hex_digit(text[i]);
    }
    uint64_t candidate = (last ^ mask_of(seed, space)) & UINT32_MAX;
    char expected[UUID_TEXT_SIZE];
    uuid_write(seed, space, candidate, expected);
    if (strncasecmp(expected, text, length) != 0) {
        return false;
    }
    *number = candidate;
    return true;
}
