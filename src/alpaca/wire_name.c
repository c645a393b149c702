/* wire_name.c: what our orders are called at the broker. */
#include <string.h>

#include "alpaca/wire.h"
#include "base/check.h"

enum { TAG_MAX = 16 };

/* Its length; 0: it is none. */
static size_t tag_length(const char *tag)
{
    size_t length = 0;
    while ((tag[length] >= 'a' && tag[length] <= 'z') ||
           (tag[length] >= '0' && tag[length] <= '9')) {
        length++;
    }
    return length <= TAG_MAX && tag[length] == '\0' ? length : 0;
}

/* "-1f3"; where that ends. */
static char *put_hex(char *at, uint64_t value)
{
    int digits = value == 0 ? 1 : (67 - __builtin_clzll(value)) / 4;
    *at++ = '-';
    for (int i = digits - 1; i >= 0; i--) {
        *at++ = "0123456789abcdef"[value >> (4 * i) & 0xf];
    }
    return at;
}

void wire_client_id(const char *tag, uint64_t order_id, char out[WIRE_CLIENT_ID_SIZE])
{
    size_t length = tag_length(tag);
    CHECK(length > 0);
    memcpy(out, "bw-", 3);
    memcpy(out + 3, tag, length);
    char *at = put_hex(out + 3 + length, order_id >> 16);
    at = put_hex(at, order_id >> 12 & 0xf);
    at = put_hex(at, order_id & 0xfff);
    *at = '\0';
}

/* Hexadecimal digits as put_hex() writes them, at most so many, up to `end`, which is passed over
 * too. */
static const char *take_hex(const char *text, int digits, char end, uint64_t *value)
{
    uint64_t result = 0;
    int count = 0;
    for (; count < digits; count++) {
        char c = text[count];
        bool decimal = c >= '0' && c <= '9';
        if (!decimal && (c < 'a' || c > 'f')) {
            break;
        }
        result = result << 4 | (uint64_t)(decimal ? c - '0' : c - 'a' + 10);
    }
    bool same = count == 1 || text[0] != '0'; /* zeros in front: the same in other words */
    *value = result;
    return count > 0 && same && text[count] == end ? text + count + (end != '\0') : NULL;
}

bool wire_client_id_read(const char *tag, const char *text, uint64_t *order_id)
{
    uint64_t trade, role, attempt;
    size_t length = tag_length(tag);
    if (length == 0 || strncmp(text, "bw-", 3) != 0 || strncmp(text + 3, tag, length) != 0 ||
        text[3 + length] != '-') {
        return false;
    }
    const char *at = take_hex(text + 3 + length + 1, 12, '-', &trade);
    at = at == NULL ? NULL : take_hex(at, 1, '-', &role);
    at = at == NULL ? NULL : take_hex(at, 3, '\0', &attempt);
    if (at == NULL) {
        return false;
    }
    *order_id = trade << 16 | role << 12 | attempt;
    return true;
}
