/* control_fuzz.c: whatever a peer sends over the socket, in whatever pieces: each whole line has
 * one answer, in its turn, and a line that is too long ends the talk. The input's first byte says
 * how long the pieces are. */
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/check.h"
#include "driver/control.h"

enum { INPUT_MAX = 2 * CONTROL_LINE_MAX + 100, PIECE_MIN = 24 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static char folder[64];
static struct control *control;

static void clean_up(void)
{
    control_close(control);
    (void)rmdir(folder);
}

static void start(void)
{
    struct problem problem;
    (void)snprintf(folder, sizeof folder, "/tmp/bellwether-control-fuzz-XXXXXX");
    CHECK(mkdtemp(folder) != NULL && atexit(clean_up) == 0);
    CHECK(control_open(folder, &control, &problem) == ERR_OK);
}

static int connect_peer(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s/" CONTROL_SOCKET, folder);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    CHECK(fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0);
    return fd;
}

/* Answers all that was asked, as the engine's loop does: it looks as long as looking is worth it.
 */
static void serve(void)
{
    static const struct control_status status = {
        .run_id = "fuzz", .mode = "sim", .state = "RUN", .simulated = true};
    struct control_request request = {0};
    struct pollfd worth = {.fd = control_fd(control), .events = POLLIN};
    do {
        while (control_next(control, &request)) {
            CHECK(request.verb <= CONTROL_STOP);
            control_answer(control, &status);
        }
    } while (poll(&worth, 1, 0) > 0);
}

/* Lines that came back, each of them JSON by its first and last byte. */
static size_t answers(int fd)
{
    static char text[1 << 18];
    size_t length = 0;
    size_t lines = 0;
    ssize_t got;
    while (length < sizeof text && (got = recv(fd, text + length, sizeof text - length, 0)) > 0) {
        length += (size_t)got;
    }
    CHECK(length == 0 || (text[0] == '{' && text[length - 1] == '\n'));
    for (size_t i = 0; i < length; i++) {
        lines += text[i] == '\n' ? 1 : 0;
        CHECK(text[i] != '\n' || text[i - 1] == '}');
    }
    return lines;
}

/* What has to be answered of the bytes so far; true while the talk goes on. */
static bool expect(const uint8_t *bytes, size_t size, size_t *line, size_t *expected)
{
    for (size_t i = 0; i < size; i++) {
        *line = bytes[i] == '\n' ? 0 : *line + 1;
        *expected += bytes[i] == '\n' ? 1 : 0;
        if (*line > CONTROL_LINE_MAX) {
            *expected += 1;
            return false;
        }
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0) {
        return 0;
    }
    if (control == NULL) {
        start();
    }
    size = size < INPUT_MAX ? size : INPUT_MAX;
    size_t piece = PIECE_MIN + bytes[0];
    size_t line = 0;
    bool goes_on = true;
    int fd = connect_peer();
    for (size_t at = 1; at < size && goes_on; at += piece) {
        size_t length = size - at < piece ? size - at : piece;
        size_t expected = 0;
        CHECK(send(fd, bytes + at, length, MSG_NOSIGNAL) == (ssize_t)length);
        goes_on = expect(bytes + at, length, &line, &expected);
        serve();
        CHECK(answers(fd) == expected);
    }
    (void)close(fd);
    serve(); /* the peer is let go */
    return 0;
}
