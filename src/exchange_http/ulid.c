#include "exchange_http/ulid.h"

#include <ctype.h>
#include <string.h>

#include "base/utc.h"

static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; /* Crockford's: no I, L, O, U */

enum { TIME_DIGITS = 10, NUMBER_DIGITS = 8, MIX_DIGITS = 8 }; /* of five bits each */

static void put_digits(uint64_t value, int count, char *out)
{
    for (int i = count; i-- > 0; value >>= 5) {
        out[i] = digits[value & 31];
    }
}

/* The finalizer of SplitMix64 (public domain, Sebastiano Vigna). */
static uint64_t mix(uint64_t value)
{
    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return value ^ value >> 31;
}

void ulid_write(uint64_t seed, int64_t ts_ns, uint64_t number, char text[ULID_TEXT_SIZE])
{
    uint64_t ms = ts_ns > 0 ? (uint64_t)(ts_ns / NS_PER_MS) : 0;
    put_digits(ms, TIME_DIGITS, text);
    put_digits(number, NUMBER_DIGITS, text + TIME_DIGITS);
    put_digits(mix(seed + number * UINT64_C(0x9e3779b97f4a7c15)), MIX_DIGITS,
               text + TIME_DIGITS + NUMBER_DIGITS);
    text[ULID_TEXT_SIZE - 1] = '\0';
}

bool ulid_read(const char *text, char ulid[ULID_TEXT_SIZE])
{
    if (strlen(text) != ULID_TEXT_SIZE - 1) {
        return false;
    }
    for (size_t i = 0; i < ULID_TEXT_SIZE; i++) {
        ulid[i] = (char)toupper((unsigned char)text[i]);
    }
    return strspn(ulid, digits) == ULID_TEXT_SIZE - 1 && ulid[0] <= '7'; /* 128 bits, not 130 */
}
