/* ws_script_test.h: a WebSocket's server that does only what it is told (script_test.h). */
#ifndef NET_WS_SCRIPT_TEST_H
#define NET_WS_SCRIPT_TEST_H

#include <stdio.h>

#include "net/script_test.h"
#include "net/ws_private.h"

/* Waits for the handshake; `answer`: what is to be said to it. */
static inline void script_greeting(struct script *script, char answer[static 256])
{
    char accept[WS_ACCEPT_SIZE];
    script_wait(script, "\r\n\r\n");
    const char *key = strstr(script->got, "Sec-WebSocket-Key: ");
    cr_assert_not_null(key);
    ws_accept_for(key + 19, accept);
    (void)snprintf(answer, 256,
                   "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\n"
                   "Connection: keep-alive, upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
                   accept);
    script_forget(script);
}

static inline void script_accept(struct script *script)
{
    char answer[256];
    script_greeting(script, answer);
    script_say(script, answer);
}

static inline void script_wait_bytes(struct script *script, size_t length)
{
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while (script->length < length && clock_mono_ns() < end_ns) {
        script_turn(script);
    }
    cr_assert_geq(script->length, length);
}

struct script_frame {
    unsigned first; /* FIN and opcode */
    size_t length;
    char bytes[4096]; /* unmasked, a NUL behind */
};

/* The client's next frame, which is taken away. */
static inline void script_frame(struct script *script, struct script_frame *frame)
{
    const uint8_t *got = (const uint8_t *)script->got;
    size_t head = 6;
    script_wait_bytes(script, head);
    cr_assert(got[1] & 0x80, "clients mask");
    frame->first = got[0];
    frame->length = got[1] & 0x7f;
    if (frame->length == 126) {
        head = 8;
        script_wait_bytes(script, head);
        frame->length = (size_t)got[2] << 8 | got[3];
    }
    cr_assert_lt(frame->length, sizeof frame->bytes);
    script_wait_bytes(script, head + frame->length);
    for (size_t i = 0; i < frame->length; i++) {
        frame->bytes[i] = (char)(got[head + i] ^ got[head - 4 + i % 4]);
    }
    frame->bytes[frame->length] = '\0';
    script->length -= head + frame->length;
    memmove(script->got, script->got + head + frame->length, script->length + 1);
}

/* A frame of a server; `first`: 0x81 text, 0x82 bytes, 0x8a a pong. */
static inline void script_say_frame(struct script *script, unsigned first, const void *bytes,
                                    size_t length)
{
    uint8_t head[4] = {(uint8_t)first, (uint8_t)length};
    cr_assert_lt(length, 65536);
    if (length > 125) {
        head[1] = 126;
        head[2] = (uint8_t)(length >> 8);
        head[3] = (uint8_t)length;
    }
    script_say_bytes(script, head, length > 125 ? 4 : 2);
    script_say_bytes(script, bytes, length);
}

#endif
