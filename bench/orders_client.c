/* orders_client.c: how many orders a served exchange takes: a client that costs little, so that it
 * is the exchange that is measured.
 *
 *   orders_client PORT SECONDS CONNECTIONS
 *
 * Each connection is kept alive, is an account of its own, and has one request under way: limit
 * orders to buy one share far below the market, each with an id of its own, over eight symbols.
 * They rest. From the 64th on each is followed by a cancel of the oldest. Every answer's status is
 * looked at: the first one that is not as it must be ends the run. Prints one line of JSON. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/utc.h"
#include "sys/clock.h"

enum { CONNECTIONS_MAX = 64, RESTING_MAX = 64, ANSWER_MAX = 65536 };

struct connection {
    int fd;
    unsigned number;
    unsigned long sent; /* orders so far */
    bool canceling;     /* what is under way */
    size_t length;
    char answer[ANSWER_MAX];
};

struct run {
    struct connection *connections;
    unsigned count;
    unsigned long orders;
    unsigned long canceled;
};

static const char *const symbols[] = {"SPY", "QQQ", "IWM", "AAPL", "MSFT", "NVDA", "AMZN", "TSLA"};

static void fail(const char *what, const char *detail)
{
    (void)fprintf(stderr, "orders_client: %s: %s\n", what, detail);
    exit(1);
}

static int connect_to(uint16_t port)
{
    const struct sockaddr_in place = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&place, sizeof place) != 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
        fail("cannot connect", strerror(errno));
    }
    return fd;
}

static void send_all(struct connection *connection, const char *text, int length)
{
    if (send(connection->fd, text, (size_t)length, MSG_NOSIGNAL) != length) {
        fail("cannot send", strerror(errno));
    }
    connection->length = 0;
}

static void send_order(struct connection *connection)
{
    char body[256], text[768];
    unsigned long n = connection->sent++;
    int length = snprintf(body, sizeof body,
                          "{\"symbol\":\"%s\",\"qty\":\"1\",\"side\":\"buy\",\"type\":\"limit\","
                          "\"time_in_force\":\"day\",\"limit_price\":\"%lu.%02lu\","
                          "\"client_order_id\":\"bench-%u-%lu\"}",
                          symbols[n % 8], 1 + n % 7, n % 100, connection->number, n);
    length = snprintf(text, sizeof text,
                      "POST /v2/orders HTTP/1.1\r\nHost: localhost\r\nAPCA-API-KEY-ID: BENCH%u\r\n"
                      "APCA-API-SECRET-KEY: secret\r\nContent-Type: application/json\r\n"
                      "Content-Length: %d\r\n\r\n%s",
                      connection->number, length, body);
    connection->canceling = false;
    send_all(connection, text, length);
}

static void send_cancel(struct connection *connection)
{
    char text[512];
    int length = snprintf(text, sizeof text,
                          "DELETE /v2/orders HTTP/1.1\r\nHost: localhost\r\nAPCA-API-KEY-ID: "
                          "BENCH%u\r\nAPCA-API-SECRET-KEY: secret\r\n\r\n",
                          connection->number);
    connection->canceling = true;
    send_all(connection, text, length);
}

/* How many orders the answer says are canceled. */
static unsigned count_canceled(const char *answer)
{
    unsigned count = 0;
    static const char done[] = "\"status\":200";
    for (const char *at = answer; (at = strstr(at, done)) != NULL; at += sizeof done - 1) {
        count++;
    }
    return count;
}

/* A whole answer is there: judged, and what comes next sent. */
static void take_answer(struct run *run, struct connection *connection)
{
    const char *wanted = connection->canceling ? "HTTP/1.1 207 " : "HTTP/1.1 200 ";
    if (strncmp(connection->answer, wanted, strlen(wanted)) != 0 ||
        (connection->canceling && count_canceled(connection->answer) != RESTING_MAX)) {
        fail("not the answer that was expected", connection->answer);
    }
    if (connection->canceling) {
        run->canceled += RESTING_MAX;
    } else {
        run->orders++;
    }
    if (!connection->canceling && connection->sent % RESTING_MAX == 0) {
        send_cancel(connection);
    } else {
        send_order(connection);
    }
}

static bool is_whole(const struct connection *connection)
{
    const char *end = strstr(connection->answer, "\r\n\r\n");
    const char *length = strcasestr(connection->answer, "\r\nContent-Length: ");
    size_t body = length == NULL || length > end ? 0 : strtoul(length + 18, NULL, 10);
    return end != NULL && connection->length >= (size_t)(end + 4 - connection->answer) + body;
}

static void receive(struct run *run, struct connection *connection)
{
    ssize_t got = recv(connection->fd, connection->answer + connection->length,
                       ANSWER_MAX - 1 - connection->length, 0);
    if (got <= 0) {
        fail("the exchange has hung up", got == 0 ? "" : strerror(errno));
    }
    connection->length += (size_t)got;
    connection->answer[connection->length] = '\0';
    if (is_whole(connection)) {
        take_answer(run, connection);
    }
}

static void turn(struct run *run)
{
    struct pollfd ready[CONNECTIONS_MAX];
    for (unsigned i = 0; i < run->count; i++) {
        ready[i] = (struct pollfd){.fd = run->connections[i].fd, .events = POLLIN};
    }
    if (poll(ready, run->count, 0) < 0) {
        fail("cannot wait", strerror(errno));
    }
    for (unsigned i = 0; i < run->count; i++) {
        if (ready[i].revents != 0) {
            receive(run, &run->connections[i]);
        }
    }
}

int main(int argc, char **argv)
{
    unsigned long port = argc == 4 ? strtoul(argv[1], NULL, 10) : 0;
    double seconds = argc == 4 ? strtod(argv[2], NULL) : 0;
    unsigned long count = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
    if (port < 1 || port > UINT16_MAX || seconds <= 0 || count < 1 || count > CONNECTIONS_MAX) {
        (void)fprintf(stderr, "orders_client PORT SECONDS CONNECTIONS (at most %d)\n",
                      CONNECTIONS_MAX);
        return 2;
    }
    struct run run = {.count = (unsigned)count,
                      .connections = calloc(count, sizeof(struct connection))};
    if (run.connections == NULL) {
        fail("no memory", "");
    }
    for (unsigned i = 0; i < run.count; i++) {
        run.connections[i].number = i;
        run.connections[i].fd = connect_to((uint16_t)port);
        send_order(&run.connections[i]);
    }
    int64_t began_ns = clock_mono_ns();
    int64_t end_ns = began_ns + (int64_t)(seconds * NS_PER_S);
    unsigned long orders = 0;
    for (int64_t now_ns = began_ns, answered_ns = began_ns; now_ns < end_ns;
         now_ns = clock_mono_ns()) {
        turn(&run);
        if (run.orders != orders) {
            orders = run.orders;
            answered_ns = now_ns;
        } else if (now_ns > answered_ns + 5 * NS_PER_S) {
            fail("no answer", "for five seconds");
        }
    }
    double took = (double)(clock_mono_ns() - began_ns) / NS_PER_S;
    printf("{\"orders\": %lu, \"canceled\": %lu, \"seconds\": %.3f}\n", run.orders, run.canceled,
           took);
    free(run.connections);
    return 0;
}
