/* ws_handshake.c: the opening handshake, RFC 6455 section 4.2. */
#include <nettle/base64.h>
#include <nettle/sha1.h>
#include <string.h>
#include <strings.h>

#include "net/ws_private.h"

enum { KEY_LENGTH = 24 };

bool ws_has_token(const char *list, const char *token)
{
    size_t length = strlen(token);
    while (list != NULL) {
        list += strspn(list, " \t,");
        size_t word = strcspn(list, " \t,");
        if (word == length && strncasecmp(list, token, length) == 0) {
            return true;
        }
        list = word > 0 ? list + word : NULL;
    }
    return false;
}

/* Sixteen bytes in base64. */
static bool is_key(const char *key)
{
    struct base64_decode_ctx decoder;
    uint8_t bytes[BASE64_DECODE_LENGTH(KEY_LENGTH)];
    size_t length = sizeof bytes;
    if (key == NULL || strlen(key) != KEY_LENGTH) {
        return false;
    }
    nettle_base64_decode_init(&decoder);
    return nettle_base64_decode_update(&decoder, &length, bytes, KEY_LENGTH, key) == 1 &&
           nettle_base64_decode_final(&decoder) == 1 && length == 16;
}

void ws_accept_for(const char *key, char accept[WS_ACCEPT_SIZE])
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    struct sha1_ctx hash;
    uint8_t digest[SHA1_DIGEST_SIZE];
    nettle_sha1_init(&hash);
    nettle_sha1_update(&hash, KEY_LENGTH, (const uint8_t *)key);
    nettle_sha1_update(&hash, sizeof guid - 1, (const uint8_t *)guid);
    nettle_sha1_digest(&hash, sizeof digest, digest);
    nettle_base64_encode_raw(accept, sizeof digest, digest);
    accept[WS_ACCEPT_SIZE - 1] = '\0';
}

int ws_handshake(const struct http_request *request, char accept[WS_ACCEPT_SIZE])
{
    const char *version = http_header(request, "Sec-WebSocket-Version");
    const char *key = http_header(request, "Sec-WebSocket-Key");
    if (!ws_has_token(http_header(request, "Upgrade"), "websocket") ||
        !ws_has_token(http_header(request, "Connection"), "upgrade") || version == NULL ||
        strcmp(version, "13") != 0) {
        return 426;
    }
    if (request->method != HTTP_GET || request->body_length != 0 || !is_key(key)) {
        return 400;
    }
    ws_accept_for(key, accept);
    return 0;
}
