/* ws_client_handshake.c: see ws_client_private.h; RFC 6455 section 4.1. */
#include <curl/curl.h>
#include <nettle/base64.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "base/check.h"
#include "net/ws_client_private.h"
#include "sys/memory.h"

enum { KEY_BYTES = 16, HEADERS_MAX = 64 };

/* The parts of an address, libcurl's to free. */
struct address {
    char *scheme, *host, *port, *path, *query;
};

static bool part(CURLU *parser, CURLUPart which, char **out)
{
    return curl_url_get(parser, which, out, 0) == CURLUE_OK;
}

static void address_finish(struct address *address)
{
    curl_free(address->scheme);
    curl_free(address->host);
    curl_free(address->port);
    curl_free(address->path);
    curl_free(address->query);
}

/* Takes a ws:// or wss:// address apart. */
static bool address_read(const char *url, struct address *out)
{
    CURLU *parser = curl_url();
    CHECK(parser != NULL); /* memory */
    *out = (struct address){0};
    bool good = curl_url_set(parser, CURLUPART_URL, url,
                             CURLU_NON_SUPPORT_SCHEME | CURLU_DISALLOW_USER | CURLU_PATH_AS_IS) ==
                    CURLUE_OK &&
                part(parser, CURLUPART_SCHEME, &out->scheme) &&
                part(parser, CURLUPART_HOST, &out->host) &&
                part(parser, CURLUPART_PATH, &out->path) &&
                (strcmp(out->scheme, "ws") == 0 || strcmp(out->scheme, "wss") == 0);
    (void)part(parser, CURLUPART_PORT, &out->port); /* both may be missing */
    (void)part(parser, CURLUPART_QUERY, &out->query);
    curl_url_cleanup(parser);
    return good;
}

static void write_request(struct ws_hello *hello, const struct address *address, const char *key,
                          const char *const *headers)
{
    FILE *out = open_memstream(&hello->request, &hello->length);
    CHECK(out != NULL); /* memory */
    (void)fprintf(out, "GET %s%s%s HTTP/1.1\r\nHost: %s%s%s\r\n", address->path,
                  address->query != NULL ? "?" : "", address->query != NULL ? address->query : "",
                  address->host, address->port != NULL ? ":" : "",
                  address->port != NULL ? address->port : "");
    (void)fprintf(out,
                  "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                  "Sec-WebSocket-Key: %s\r\n",
                  key);
    for (size_t i = 0; headers != NULL && headers[i] != NULL; i++) {
        (void)fprintf(out, "%s\r\n", headers[i]);
    }
    (void)fputs("\r\n", out);
    CHECK(fclose(out) == 0); /* memory: that is the only thing that writing here can lack */
}

static bool has_line_end(const char *const *headers)
{
    for (size_t i = 0; headers != NULL && headers[i] != NULL; i++) {
        if (strpbrk(headers[i], "\r\n") != NULL) {
            return true;
        }
    }
    return false;
}

const char *ws_hello_init(struct ws_hello *hello, const char *url, const char *const *headers)
{
    struct address address;
    uint8_t bytes[KEY_BYTES];
    char key[BASE64_ENCODE_RAW_LENGTH(KEY_BYTES) + 1];
    *hello = (struct ws_hello){0};
    if (has_line_end(headers)) {
        return "a header has more than one line";
    }
    if (!address_read(url, &address)) {
        address_finish(&address);
        return "the address is none of a WebSocket";
    }
    CHECK(getrandom(bytes, sizeof bytes, 0) == (ssize_t)sizeof bytes); /* so few come at once */
    nettle_base64_encode_raw(key, sizeof bytes, bytes);
    key[sizeof key - 1] = '\0';
    ws_accept_for(key, hello->accept);
    write_request(hello, &address, key, headers);
    hello->url = xasprintf("%s://%s%s%s/", strcmp(address.scheme, "wss") == 0 ? "https" : "http",
                           address.host, address.port != NULL ? ":" : "",
                           address.port != NULL ? address.port : "");
    address_finish(&address);
    return NULL;
}

void ws_hello_finish(struct ws_hello *hello)
{
    if (hello->request != NULL) {
        explicit_bzero(hello->request, hello->length);
        free(hello->request);
    }
    free(hello->url);
    *hello = (struct ws_hello){0};
}

/* What the headers of a 101 said. */
struct seen {
    int count;
    bool upgrade, connection, accept;
    const char *fault;
};

static void see(struct seen *seen, const char *name, const char *value, const char *accept)
{
    if (++seen->count > HEADERS_MAX) {
        seen->fault = "the answer has too many headers";
    } else if (strcasecmp(name, "Upgrade") == 0) {
        seen->upgrade = strcasecmp(value, "websocket") == 0;
    } else if (strcasecmp(name, "Connection") == 0) {
        seen->connection = seen->connection || ws_has_token(value, "upgrade");
    } else if (strcasecmp(name, "Sec-WebSocket-Accept") == 0) {
        if (seen->accept || strcmp(value, accept) != 0) {
            seen->fault = "the answer is not to our handshake";
        }
        seen->accept = true;
    } else if (strcasecmp(name, "Sec-WebSocket-Extensions") == 0 ||
               strcasecmp(name, "Sec-WebSocket-Protocol") == 0) {
        seen->fault = "the answer has what was not asked for";
    }
}

/* A line of the head without its end: name, colon, value; false when it is none. */
static bool see_line(struct seen *seen, char *line, const char *accept)
{
    char *colon = strchr(line, ':');
    if (colon == NULL || colon == line || strcspn(line, " \t") < (size_t)(colon - line)) {
        return false;
    }
    *colon = '\0';
    char *value = colon + 1 + strspn(colon + 1, " \t");
    size_t length = strlen(value);
    while (length > 0 && (value[length - 1] == ' ' || value[length - 1] == '\t')) {
        value[--length] = '\0';
    }
    see(seen, line, value, accept);
    return true;
}

/* `head` is written to; it ends behind its last line. */
static const char *judge(char *head, const char *accept)
{
    struct seen seen = {0};
    char *rest = head;
    (void)strsep(&rest, "\n"); /* the status */
    while (rest != NULL && *rest != '\0') {
        char *line = strsep(&rest, "\n");
        size_t length = strlen(line);
        if (length == 0 || line[length - 1] != '\r') {
            return "the answer is no HTTP";
        }
        line[length - 1] = '\0';
        if (!see_line(&seen, line, accept)) {
            return "the answer is no HTTP";
        }
    }
    if (seen.fault == NULL && !(seen.upgrade && seen.connection && seen.accept)) {
        seen.fault = "the answer is no WebSocket";
    }
    return seen.fault;
}

/* "HTTP/1.1 403 ...": 403; 0 for anything else. */
static int read_status(const char *head)
{
    const char *digits = head + 9;
    bool good = strncmp(head, "HTTP/1.", 7) == 0 && (head[7] == '0' || head[7] == '1') &&
                head[8] == ' ' && strspn(digits, "0123456789") == 3 &&
                (digits[3] == ' ' || digits[3] == '\r');
    int status = good ? (int)strtol(digits, NULL, 10) : 0;
    return status >= 100 ? status : 0;
}

struct ws_greeting ws_greeting_read(const char *bytes, size_t length, const char *accept)
{
    static const char start[] = "HTTP/1.";
    struct ws_greeting greeting = {.kind = WS_GREETING_REFUSED, .why = "the answer is no HTTP"};
    size_t known = length < sizeof start - 1 ? length : sizeof start - 1;
    const char *end = memmem(bytes, length, "\r\n\r\n", 4);
    if (memcmp(bytes, start, known) != 0) {
        return greeting;
    }
    if (end == NULL && length < WS_GREETING_MAX) {
        greeting.kind = WS_GREETING_MORE;
        return greeting;
    }
    size_t head_length = end != NULL ? (size_t)(end - bytes) + 2 : 0;
    if (end == NULL || head_length > WS_GREETING_MAX) {
        greeting.why = "the answer's headers are too large";
        return greeting;
    }
    char *head = xcalloc(1, head_length + 1);
    memcpy(head, bytes, head_length);
    greeting.http_status = strlen(head) == head_length ? read_status(head) : 0;
    if (greeting.http_status == 101) {
        greeting.why = judge(head, accept);
    } else if (greeting.http_status != 0) {
        greeting.why = "the handshake was refused";
    }
    if (greeting.why == NULL) {
        greeting.kind = WS_GREETING_OPEN;
        greeting.length = head_length + 2;
        greeting.why = "";
    }
    free(head);
    return greeting;
}
