/* locked_keys.c: see locked_keys.h. */
#include "alpaca/locked_keys.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"
#include "sys/json_writer.h"

#define KEY_HEADER    "APCA-API-KEY-ID: "
#define SECRET_HEADER "APCA-API-SECRET-KEY: "

void locked_keys_init(struct locked_keys *keys, const struct client_keys *plain)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t key = strlen(plain->key) + 1;
    size_t secret = strlen(plain->secret) + 1;
    size_t needed = sizeof KEY_HEADER + key + sizeof SECRET_HEADER + secret;
    *keys = (struct locked_keys){.size = (needed + page - 1) / page * page};
    keys->memory =
        mmap(NULL, keys->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(keys->memory != MAP_FAILED);     /* memory */
    (void)mlock(keys->memory, keys->size); /* a system that forbids it can still trade */
    (void)madvise(keys->memory, keys->size, MADV_DONTDUMP); /* likewise */
    char *second = keys->memory + sizeof KEY_HEADER + key;
    (void)snprintf(keys->memory, sizeof KEY_HEADER + key, KEY_HEADER "%s", plain->key);
    (void)snprintf(second, sizeof SECRET_HEADER + secret, SECRET_HEADER "%s", plain->secret);
    keys->headers[0] = keys->memory;
    keys->headers[1] = second;
    keys->key = keys->memory + strlen(KEY_HEADER);
    keys->secret = second + strlen(SECRET_HEADER);
}

void locked_keys_finish(struct locked_keys *keys)
{
    explicit_bzero(keys->memory, keys->size);
    CHECK(munmap(keys->memory, keys->size) == 0);
    *keys = (struct locked_keys){0};
}

/* Text in front, and a value in quotes; false where it does not fit. */
static bool put(char *out, size_t size, size_t *used, const char *text, const char *value)
{
    size_t most = strlen(text) + 6 * strlen(value) + 3;
    if (size - *used <= most) {
        return false;
    }
    memcpy(out + *used, text, strlen(text));
    *used += strlen(text);
    *used += json_quote(value, out + *used);
    out[*used] = '\0';
    return true;
}

size_t locked_keys_auth_message(const struct locked_keys *keys, enum client_auth kind, char *out,
                                size_t size)
{
    bool trading = kind == CLIENT_AUTH_TRADING;
    const char *end = trading ? "}}" : "}";
    size_t used = 0;
    bool fits =
        put(out, size, &used,
            trading ? "{\"action\":\"authenticate\",\"data\":{\"key_id\":"
                    : "{\"action\":\"auth\",\"key\":",
            keys->key) &&
        put(out, size, &used, trading ? ",\"secret_key\":" : ",\"secret\":", keys->secret) &&
        size - used > strlen(end);
    if (!fits) {
        return 0;
    }
    memcpy(out + used, end, strlen(end) + 1);
    return used + strlen(end);
}
