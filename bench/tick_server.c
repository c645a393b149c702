/* tick_server.c: the other side of bench/tick_to_order.sh: sends a tick on a WebSocket and takes
 * the time until the order that follows from it has been read whole from an HTTP connection.
 *
 *   tick_server PORT TICKS GAP_US alpaca|plain
 *
 * WebSockets come to PORT, requests to PORT + 1. `plain` is what the clients of the shared bench
 * speak: a trade as soon as the handshake is done, any answer to an order. `alpaca` is an account
 * at Alpaca as far as a run at minute bars needs it: greeting, keys and subscription, order
 * updates, one position, cash. The loop and both stamps are the same: before the tick is sent, and
 * when the last byte of the order was read. Then the order is answered (and filled), and the next
 * tick comes when nothing has been said for GAP_US. The first 80 are not counted.
 *
 * Prints {"ticks":..,"p50_us":..,...}. One thread, one epoll for all connections: what is waited
 * for costs the same however many of them a client keeps. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "base/utc.h"
#include "feed/schedule.h"
#include "net/ws_private.h"
#include "sys/clock.h"
#include "sys/memory.h"

enum {
    PEERS_MAX = 32,
    LISTENERS = 2, /* WebSockets, requests */
    BUFFER = 64 << 10,
    WARM_UP = 80,
    TICKS_MAX = 300, /* so that a run stays within one session */
    QTY = 100,
    START_CASH = 1000000,
    PATIENCE_MS = 1000, /* for an order; then the tick is lost */
};

enum kind { KIND_NEW, KIND_TRADING, KIND_DATA, KIND_HTTP };

struct listener {
    int fd;
    enum kind kind; /* of who comes there, at first */
};

struct peer {
    int fd;
    enum kind kind;
    bool open; /* of a WebSocket: it may be told things */
    size_t length;
    char in[BUFFER];
};

static struct peer *peers[PEERS_MAX];
static int peer_count;
static struct listener listeners[LISTENERS];
static int epoll_fd;
static bool speaks_alpaca;

/* The account, and the order of the last tick. */
static int64_t order_ns;
static unsigned orders;
static int position;
static double cash = START_CASH;
static double price = 100;
static char now_text[UTC_TEXT_SIZE] = "";

/* The order's members as they were sent. */
static char client_id[64], side[8], type[16], qty[32], time_in_force[8];

/* ---- bytes ---- */

static void send_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0) {
            return; /* it is gone: seen when it is read from */
        }
        bytes += sent;
        length -= (size_t)sent;
    }
}

static size_t frame_head(char *out, unsigned opcode, size_t length)
{
    out[0] = (char)(0x80 | opcode);
    if (length < 126) {
        out[1] = (char)length;
        return 2;
    }
    out[1] = 126;
    out[2] = (char)(length >> 8);
    out[3] = (char)length;
    return 4;
}

static void send_frame(int fd, unsigned opcode, const char *bytes, size_t length)
{
    char out[4096];
    CHECK(length + 4 <= sizeof out);
    size_t head = frame_head(out, opcode, length);
    memcpy(out + head, bytes, length);
    send_all(fd, out, head + length);
}

static void say(enum kind kind, const char *text)
{
    for (int i = 0; i < peer_count; i++) {
        if (peers[i]->kind == kind && peers[i]->open) {
            send_frame(peers[i]->fd, 1, text, strlen(text));
        }
    }
}

/* ---- requests ---- */

static void answer(int fd, int status, const char *body)
{
    char out[4096];
    int length = snprintf(out, sizeof out,
                          "HTTP/1.1 %d OK\r\nContent-Type: application/json\r\n"
                          "Content-Length: %zu\r\nConnection: keep-alive\r\n\r\n%s",
                          status, strlen(body), body);
    send_all(fd, out, (size_t)length);
}

/* The text of a member of the order; "" where it is not there. */
static void take_member(const char *body, const char *key, char *out, size_t size)
{
    const char *at = strstr(body, key);
    at = at != NULL ? strchr(at + strlen(key), '"') : NULL;
    (void)snprintf(out, size, "%.*s", at != NULL ? (int)strcspn(at + 1, "\"") : 0,
                   at != NULL ? at + 1 : "");
}

static const char *order_text(bool filled, char out[1024])
{
    (void)snprintf(
        out, 1024,
        "{\"id\":\"00000000-0000-4000-8000-%012u\",\"client_order_id\":\"%s\","
        "\"submitted_at\":\"%s\",\"updated_at\":\"%s\",\"filled_at\":%s%s%s,"
        "\"symbol\":\"AAPL\",\"asset_class\":\"us_equity\",\"qty\":\"%s\",\"filled_qty\":\"%s\","
        "\"filled_avg_price\":%s%.2f%s,\"order_class\":\"\",\"type\":\"%s\",\"side\":\"%s\","
        "\"time_in_force\":\"%s\",\"limit_price\":null,\"stop_price\":null,\"status\":\"%s\","
        "\"legs\":null}",
        orders, client_id, now_text, now_text, filled ? "\"" : "", filled ? now_text : "null",
        filled ? "\"" : "", qty, filled ? qty : "0", filled ? "\"" : "\"", price, "\"", type, side,
        time_in_force, filled ? "filled" : "new");
    return out;
}

static void fill_order(void)
{
    char order[1024];
    char text[2048];
    bool buys = strcmp(side, "buy") == 0;
    int shares = (int)strtol(qty, NULL, 10);
    position += buys ? shares : -shares;
    cash -= (buys ? shares : -shares) * price;
    (void)snprintf(text, sizeof text,
                   "{\"stream\":\"trade_updates\",\"data\":{\"event\":\"fill\","
                   "\"execution_id\":\"10000000-0000-4000-8000-%012u\",\"timestamp\":\"%s\","
                   "\"price\":\"%.2f\",\"qty\":\"%s\",\"position_qty\":\"%d\",\"order\":%s}}",
                   orders, now_text, price, qty, position, order_text(true, order));
    say(KIND_TRADING, text);
}

static void take_order(const struct peer *peer, const char *body)
{
    char order[1024];
    orders++;
    take_member(body, "\"client_order_id\":", client_id, sizeof client_id);
    take_member(body, "\"side\":", side, sizeof side);
    take_member(body, "\"type\":", type, sizeof type);
    take_member(body, "\"qty\":", qty, sizeof qty);
    take_member(body, "\"time_in_force\":", time_in_force, sizeof time_in_force);
    if (!speaks_alpaca) {
        answer(peer->fd, 200, "{\"id\":\"x\",\"status\":\"accepted\"}");
        return;
    }
    answer(peer->fd, 200, order_text(false, order));
    fill_order();
}

static const char *account_text(char out[1024])
{
    (void)snprintf(out, 1024,
                   "{\"id\":\"20000000-0000-4000-8000-000000000000\",\"account_number\":\"PA1\","
                   "\"status\":\"ACTIVE\",\"trading_blocked\":false,\"account_blocked\":false,"
                   "\"trade_suspended_by_user\":false,\"shorting_enabled\":true,\"cash\":\"%.2f\","
                   "\"equity\":\"%.2f\",\"buying_power\":\"%.2f\",\"last_equity\":\"%d\","
                   "\"multiplier\":\"1\"}",
                   cash, cash + position * price, cash, START_CASH);
    return out;
}

static const char *positions_text(char out[1024])
{
    if (position == 0) {
        return "[]";
    }
    (void)snprintf(out, 1024,
                   "[{\"symbol\":\"AAPL\",\"qty\":\"%d\",\"qty_available\":\"%d\","
                   "\"avg_entry_price\":\"%.2f\",\"side\":\"%s\"}]",
                   position, position, price, position > 0 ? "long" : "short");
    return out;
}

/* The days that the run asks for at its start: every weekday of these is a whole session. */
static const char calendar_text[] =
#define DAY(date) "{\"date\":\"2024-01-" date "\",\"open\":\"09:30\",\"close\":\"16:00\"}"
    "[" DAY("02") "," DAY("03") "," DAY("04") "," DAY("05") "," DAY("08") "," DAY("09") "," DAY(
        "10") "," DAY("11") "," DAY("12") "]";
#undef DAY

static void take_request(const struct peer *peer, const char *target)
{
    char text[1024];
    const char *body = "[]";
    if (strncmp(target, "/v2/account ", 12) == 0) {
        body = account_text(text);
    } else if (strncmp(target, "/v2/clock ", 10) == 0) {
        (void)snprintf(text, sizeof text, "{\"timestamp\":\"%s\",\"is_open\":true}", now_text);
        body = text;
    } else if (strncmp(target, "/v2/calendar?", 13) == 0) {
        body = calendar_text;
    } else if (strncmp(target, "/v2/assets/", 11) == 0) {
        body = "{\"symbol\":\"AAPL\",\"status\":\"active\",\"tradable\":true}";
    } else if (strncmp(target, "/v2/positions ", 14) == 0) {
        body = positions_text(text);
    } else if (strncmp(target, "/v2/stocks/bars?", 16) == 0) {
        body = "{\"bars\":{},\"next_page_token\":null}";
    } else if (strncmp(target, "/v2/orders/", 11) == 0 ||
               strncmp(target, "/v2/orders:by_client", 20) == 0) {
        body = order_text(true, text);
    }
    answer(peer->fd, 200, body);
}

/* All whole requests of a connection. */
static void take_requests(struct peer *peer)
{
    char *end;
    while (peer->in[peer->length] = '\0', (end = strstr(peer->in, "\r\n\r\n")) != NULL) {
        const char *told = strcasestr(peer->in, "\r\ncontent-length:");
        size_t body = told != NULL && told < end ? strtoul(told + 17, NULL, 10) : 0;
        size_t whole = (size_t)(end - peer->in) + 4 + body;
        if (peer->length < whole) {
            return;
        }
        if (strncmp(peer->in, "POST /v2/orders ", 16) == 0) {
            order_ns = clock_mono_ns();
            take_order(peer, end + 4);
        } else {
            take_request(peer, strchr(peer->in, ' ') + 1);
        }
        memmove(peer->in, peer->in + whole, peer->length - whole);
        peer->length -= whole;
    }
}

/* ---- WebSockets ---- */

static void take_text(struct peer *peer, const char *text)
{
    bool auth = strstr(text, "\"auth\"") != NULL || strstr(text, "\"authenticate\"") != NULL;
    peer->open =
        peer->open || strstr(text, "\"listen\"") != NULL || strstr(text, "\"subscribe\"") != NULL;
    const char *reply;
    if (peer->kind == KIND_TRADING) {
        reply = auth ? "{\"stream\":\"authorization\",\"data\":{\"status\":\"authorized\","
                       "\"action\":\"authenticate\"}}"
                     : "{\"stream\":\"listening\",\"data\":{\"streams\":[\"trade_updates\"]}}";
    } else {
        reply = auth ? "[{\"T\":\"success\",\"msg\":\"authenticated\"}]"
                     : "[{\"T\":\"subscription\",\"bars\":[\"AAPL\"]}]";
    }
    send_frame(peer->fd, 1, reply, strlen(reply));
}

/* All whole frames; the client's are masked and short. */
static void take_frames(struct peer *peer)
{
    while (peer->length >= 6) {
        unsigned char *in = (unsigned char *)peer->in;
        size_t head = (in[1] & 127) == 126 ? 4 : 2;
        size_t length = head == 4 ? (size_t)in[2] << 8 | in[3] : in[1] & 127;
        if (peer->length < head + 4 + length) {
            return;
        }
        char text[BUFFER];
        for (size_t i = 0; i < length; i++) {
            text[i] = (char)(in[head + 4 + i] ^ in[head + i % 4]);
        }
        text[length] = '\0';
        if ((in[0] & 15) == 9) {
            send_frame(peer->fd, 10, text, length);
        } else if ((in[0] & 15) == 1) {
            take_text(peer, text);
        }
        size_t whole = head + 4 + length;
        memmove(peer->in, peer->in + whole, peer->length - whole);
        peer->length -= whole;
    }
}

static void take_handshake(struct peer *peer)
{
    char accept[WS_ACCEPT_SIZE];
    char key[25] = "";
    char out[512];
    peer->in[peer->length] = '\0';
    char *end = strstr(peer->in, "\r\n\r\n");
    const char *told = strcasestr(peer->in, "sec-websocket-key:");
    if (end == NULL || told == NULL) {
        return;
    }
    told += 18 + strspn(told + 18, " ");
    (void)snprintf(key, sizeof key, "%.24s", told);
    ws_accept_for(key, accept);
    peer->kind = strncmp(peer->in, "GET /stream", 11) == 0 ? KIND_TRADING : KIND_DATA;
    peer->open = !speaks_alpaca;
    int length = snprintf(out, sizeof out,
                          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                          "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
                          accept);
    send_all(peer->fd, out, (size_t)length);
    if (peer->kind == KIND_DATA && speaks_alpaca) {
        static const char hello[] = "[{\"T\":\"success\",\"msg\":\"connected\"}]";
        send_frame(peer->fd, 1, hello, sizeof hello - 1);
    }
    size_t whole = (size_t)(end - peer->in) + 4;
    memmove(peer->in, peer->in + whole, peer->length - whole);
    peer->length -= whole;
}

/* ---- connections ---- */

static int listen_at(uint16_t port)
{
    int one = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, PEERS_MAX) != 0) {
        perror("tick_server");
        exit(1);
    }
    return fd;
}

static void watch(int fd, void *of)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = of};
    CHECK(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0);
}

static void accept_one(const struct listener *listener)
{
    int one = 1;
    int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC);
    CHECK(fd >= 0 && peer_count < PEERS_MAX);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct peer *peer = xmalloc(sizeof *peer);
    peer->fd = fd;
    peer->kind = listener->kind;
    peer->open = false;
    peer->length = 0;
    peers[peer_count++] = peer;
    watch(fd, peer);
}

static void forget(struct peer *peer)
{
    for (int i = 0; i < peer_count; i++) {
        if (peers[i] == peer) {
            peers[i] = peers[--peer_count];
        }
    }
    (void)close(peer->fd);
    free(peer);
}

/* False: it has ended. */
static bool read_peer(struct peer *peer)
{
    ssize_t got = recv(peer->fd, peer->in + peer->length, BUFFER - 1 - peer->length, 0);
    if (got <= 0) {
        return false;
    }
    peer->length += (size_t)got;
    if (peer->kind == KIND_HTTP) {
        take_requests(peer);
        return true;
    }
    if (peer->kind == KIND_NEW) {
        take_handshake(peer);
    }
    if (peer->kind != KIND_NEW) {
        take_frames(peer);
    }
    return true;
}

/* What comes next within the time; false: nothing did. */
static bool turn(int64_t wait_ns)
{
    struct epoll_event event;
    struct timespec wait = {.tv_sec = wait_ns / NS_PER_S, .tv_nsec = wait_ns % NS_PER_S};
    if (epoll_pwait2(epoll_fd, &event, 1, &wait, NULL) <= 0) {
        return false;
    }
    for (int i = 0; i < LISTENERS; i++) {
        if (event.data.ptr == &listeners[i]) {
            accept_one(&listeners[i]);
            return true;
        }
    }
    if (!read_peer(event.data.ptr)) {
        forget(event.data.ptr);
    }
    return true;
}

static bool is_there(enum kind kind)
{
    for (int i = 0; i < peer_count; i++) {
        if (peers[i]->kind == kind && peers[i]->open) {
            return true;
        }
    }
    return false;
}

/* ---- ticks ---- */

/* Up and down by turns, so that each tick is one to act on. */
static size_t make_tick(unsigned number, const struct frame *minute, char *out, size_t size)
{
    char start[UTC_TEXT_SIZE];
    char text[512];
    price = number % 2 == 0 ? 100.25 : 101.5;
    if (speaks_alpaca) {
        (void)utc_format(minute->start_ns, start);
        (void)snprintf(text, sizeof text,
                       "[{\"T\":\"b\",\"S\":\"AAPL\",\"o\":%.2f,\"h\":%.2f,\"l\":%.2f,\"c\":%.2f,"
                       "\"v\":%u,\"t\":\"%s\",\"n\":12,\"vw\":%.2f}]",
                       price, price, price, price, 1000 + number, start, price);
    } else {
        (void)snprintf(text, sizeof text,
                       "[{\"T\":\"t\",\"i\":%u,\"S\":\"AAPL\",\"x\":\"V\",\"p\":%.2f,\"s\":100,"
                       "\"c\":[\"@\"],\"z\":\"C\",\"t\":\"2024-01-02T15:04:05.123456789Z\"}]",
                       number, price);
    }
    size_t length = strlen(text);
    size_t head = frame_head(out, 1, length);
    CHECK(head + length <= size);
    memcpy(out + head, text, length);
    return head + length;
}

/* Nanoseconds until the order was read; -1: none came. */
static int64_t send_tick(unsigned number, const struct frame *minute)
{
    char bytes[640];
    size_t length = make_tick(number, minute, bytes, sizeof bytes);
    int fd = -1;
    for (int i = 0; i < peer_count; i++) {
        fd = peers[i]->kind == KIND_DATA && peers[i]->open ? peers[i]->fd : fd;
    }
    order_ns = 0;
    int64_t sent_ns = clock_mono_ns();
    send_all(fd, bytes, length);
    while (order_ns == 0) {
        if (!turn((int64_t)PATIENCE_MS * NS_PER_MS)) {
            return -1;
        }
        if (!is_there(KIND_DATA)) {
            return -1;
        }
    }
    return order_ns - sent_ns;
}

static int by_size(const void *left, const void *right)
{
    const int64_t *a = left;
    const int64_t *b = right;
    return *a < *b ? -1 : *a > *b;
}

static double quantile_us(const int64_t *sorted, unsigned count, double share)
{
    unsigned at = (unsigned)(share * (count - 1));
    return (double)sorted[at] / 1e3;
}

static void print(int64_t *taken, unsigned count, unsigned lost)
{
    if (count == 0) {
        printf("{\"ticks\":0,\"lost\":%u}\n", lost);
        return;
    }
    qsort(taken, count, sizeof *taken, by_size);
    printf("{\"ticks\":%u,\"lost\":%u,\"min_us\":%.2f,\"p50_us\":%.2f,\"p90_us\":%.2f,"
           "\"p99_us\":%.2f,\"max_us\":%.2f}\n",
           count, lost, quantile_us(taken, count, 0), quantile_us(taken, count, 0.5),
           quantile_us(taken, count, 0.9), quantile_us(taken, count, 0.99),
           quantile_us(taken, count, 1));
}

static void wait_for_quiet(int64_t gap_ns)
{
    while (turn(gap_ns)) {
    }
}

int main(int argc, char **argv)
{
    unsigned ticks = argc == 5 ? (unsigned)strtol(argv[2], NULL, 10) : 0;
    if (ticks == 0 || ticks > TICKS_MAX) {
        (void)fputs("usage: tick_server PORT TICKS GAP_US alpaca|plain; at most 300\n", stderr);
        return 2;
    }
    const struct schedule minutes = {CALENDAR_XNYS, false, NS_PER_MIN};
    uint16_t port = (uint16_t)strtol(argv[1], NULL, 10);
    int64_t gap_ns = (int64_t)strtol(argv[3], NULL, 10) * 1000;
    int64_t *taken = xcalloc(ticks, sizeof *taken);
    struct frame minute = {0};
    unsigned count = 0, lost = 0;
    speaks_alpaca = strcmp(argv[4], "alpaca") == 0;
    CHECK(utc_parse("2024-01-02T14:30:00Z", 20, &minute.end_ns) == ERR_OK);
    (void)utc_format(minute.end_ns, now_text);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    CHECK(epoll_fd >= 0);
    for (int i = 0; i < LISTENERS; i++) {
        listeners[i].fd = listen_at((uint16_t)(port + i));
        listeners[i].kind = i == 0 ? KIND_NEW : KIND_HTTP;
        watch(listeners[i].fd, &listeners[i]);
    }
    while (!is_there(KIND_DATA) || (speaks_alpaca && !is_there(KIND_TRADING))) {
        if (!turn(20 * NS_PER_S)) {
            (void)fputs("tick_server: nobody came\n", stderr);
            return 1;
        }
    }
    wait_for_quiet(300 * NS_PER_MS);
    for (unsigned number = 0; number < WARM_UP + ticks && is_there(KIND_DATA); number++) {
        wait_for_quiet(gap_ns);
        CHECK(schedule_after(&minutes, minute.end_ns, &minute));
        (void)utc_format(minute.end_ns, now_text);
        int64_t took_ns = send_tick(number, &minute);
        if (number >= WARM_UP && took_ns >= 0) {
            taken[count++] = took_ns;
        }
        lost += number >= WARM_UP && took_ns < 0;
    }
    print(taken, count, lost);
    free(taken);
    return 0;
}
