/* http_client.c: see http_client.h.
 *
 * libcurl sends a request once more, on its own account and whatever its method, when a connection
 * that it used before ends without an answer. That is prevented in on_request(), which it calls
 * before each time it writes the request: a request of which something was written is not written
 * again. Where nothing was (the connection was found dead) a fresh one may take it. */
#include "net/http_client.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <uv.h>

#include "base/check.h"
#include "base/utc.h"
#include "net/curl_loop.h"
#include "net/http_client_private.h"
#include "net/http_lane.h"
#include "sys/memory.h"

enum { ANSWER_MAX = 16 << 20, HEAD_MAX = 64 << 10, CONNECTIONS_MAX = 8, IDLE_S = 45 };

struct http_client {
    struct loop *loop;
    struct curl_loop *curl;
    struct http_call *calls;
    unsigned pending;
    char *user_agent;
    char *ca_file;
    int64_t connect_ns;
    bool answering;
    char *origin;           /* where a connection is kept ready; NULL: nowhere */
    struct http_lane *lane; /* it */
};

struct http_call {
    struct http_client *client;
    struct http_call *next, *previous;
    CURL *easy; /* NULL: it went by ... */
    struct http_lane *lane;
    const struct http_reader *reader; /* of the lane's answer, while it is told */
    uv_timer_t deadline;
    struct curl_slist *headers;
    struct http_body body;
    size_t head_length;
    bool head_ended;   /* of the last answer: before it there may be some of 1xx */
    const char *fault; /* ours, constant; NULL: none */
    char words[CURL_ERROR_SIZE];
    http_answered *answered;
    void *context;
};

static bool was_written(const struct http_call *call)
{
    long bytes = 0;
    if (call->lane != NULL) {
        return true;
    }
    CHECK(curl_easy_getinfo(call->easy, CURLINFO_REQUEST_SIZE, &bytes) == CURLE_OK);
    return bytes > 0;
}

/* curl's callbacks. */

static int on_request(void *context, char *peer, char *own, int peer_port, int own_port)
{
    (void)peer;
    (void)own;
    (void)peer_port;
    (void)own_port;
    struct http_call *call = context;
    if (was_written(call)) {
        call->fault = "the connection ended without an answer";
        return CURL_PREREQFUNC_ABORT;
    }
    return CURL_PREREQFUNC_OK;
}

/* "HTTP/1.1 200 ..."; libcurl takes more for one. */
static bool is_status_line(const char *line, size_t length)
{
    return length > 12 && memcmp(line, "HTTP/1.", 7) == 0 && (line[7] == '0' || line[7] == '1') &&
           line[8] == ' ' && line[9] >= '1' && line[9] <= '9' && isdigit((unsigned char)line[10]) &&
           isdigit((unsigned char)line[11]) && (line[12] == ' ' || line[12] == '\r');
}

static size_t on_header(char *line, size_t size, size_t count, void *context)
{
    struct http_call *call = context;
    size_t length = size * count;
    call->head_length += length;
    if (call->head_length > HEAD_MAX) {
        call->fault = "the answer's headers are too large";
        return 0;
    }
    if (length >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        if (!is_status_line(line, length)) {
            call->fault = "the answer is no HTTP";
            return 0;
        }
        call->head_ended = false;
    } else if (line[0] == '\r' || line[0] == '\n') {
        call->head_ended = true;
    }
    return length;
}

/* How often the last answer has the header; `value`: of the last one. */
static size_t find_header(CURL *easy, const char *name, const char **value)
{
    struct curl_header *header = NULL;
    if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK) {
        return 0;
    }
    size_t amount = header->amount;
    if (amount > 1) {
        CHECK(curl_easy_header(easy, name, amount - 1, CURLH_HEADER, -1, &header) == CURLHE_OK);
    }
    *value = header->value;
    return amount;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    struct http_call *call = context;
    size_t length = size * count;
    if (!call->body.begun) {
        const char *encoding = NULL;
        if (find_header(call->easy, "Content-Encoding", &encoding) > 1) {
            encoding = "more than one";
        }
        if (!http_body_encoding(&call->body, encoding)) {
            return CURL_WRITEFUNC_ERROR;
        }
    }
    return http_body_take(&call->body, bytes, length) ? length : CURL_WRITEFUNC_ERROR;
}

/* The life of a call. */

static void free_headers(struct curl_slist *headers)
{
    for (struct curl_slist *at = headers; at != NULL; at = at->next) {
        explicit_bzero(at->data, strlen(at->data));
    }
    curl_slist_free_all(headers);
}

static void free_call(uv_handle_t *handle)
{
    free(handle->data);
}

/* Out of curl and of the client's list; the memory goes in the loop's next turn. */
static void end_call(struct http_call *call)
{
    struct http_client *client = call->client;
    if (call->previous != NULL) {
        call->previous->next = call->next;
    } else {
        client->calls = call->next;
    }
    if (call->next != NULL) {
        call->next->previous = call->previous;
    }
    client->pending--;
    if (call->easy != NULL) {
        curl_easy_cleanup(call->easy);
    }
    free_headers(call->headers);
    http_body_finish(&call->body);
    (void)uv_timer_stop(&call->deadline); /* never fails */
    uv_close((uv_handle_t *)&call->deadline, free_call);
}

/* Nothing of it comes any more. */
static void leave(struct http_call *call)
{
    if (call->lane != NULL) {
        http_lane_drop(call->lane);
        return;
    }
    CHECK(curl_multi_remove_handle(curl_loop_multi(call->client->curl), call->easy) == CURLM_OK);
}

/* What libcurl calls a success is one only where every end of it was seen. */
static bool is_whole(struct http_call *call, CURLcode result, long status)
{
    const char *value = NULL;
    if (result != CURLE_OK) {
        return false;
    }
    if (!call->head_ended || status < 200) {
        call->fault = "the answer was cut";
    } else if (find_header(call->easy, "Content-Length", &value) > 1) {
        call->fault = "the answer tells two lengths";
    }
    return call->fault == NULL && http_body_end(&call->body);
}

/* Of curl's own words only those about the connection are handed on: the others may have something
 * of the answer. */
static const char *reason(const struct http_call *call, CURLcode result, bool written)
{
    if (call->fault != NULL) {
        return call->fault;
    }
    if (call->body.fault != NULL) {
        return call->body.fault;
    }
    if (!written) {
        return call->words[0] != '\0' ? call->words : curl_easy_strerror(result);
    }
    switch ((int)result) {
    case CURLE_OPERATION_TIMEDOUT:
        return "no answer in time";
    case CURLE_GOT_NOTHING:
        return "the connection ended without an answer";
    case CURLE_PARTIAL_FILE:
        return "the answer was cut";
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
        return "the answer is no HTTP";
    default:
        return curl_easy_strerror(result);
    }
}

static void tell(struct http_call *call, struct http_answer *told)
{
    struct http_client *client = call->client;
    told->headers = call;
    told->body = told->outcome == HTTP_ANSWERED && call->body.bytes != NULL ? call->body.bytes : "";
    told->length = told->outcome == HTTP_ANSWERED ? call->body.length : 0;
    client->answering = true;
    call->answered(call->context, told);
    client->answering = false;
    end_call(call);
}

/* The call is still in curl's hands. */
static void answer(struct http_call *call, CURLcode result)
{
    long status = 0;
    CHECK(curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK);
    leave(call);
    bool written = was_written(call);
    struct http_answer told = {.why = ""};
    if (is_whole(call, result, status)) {
        told.outcome = HTTP_ANSWERED;
        told.status = (int)status;
    } else {
        told.outcome = written ? HTTP_NO_ANSWER : HTTP_NOT_SENT;
        told.timed_out = result == CURLE_OPERATION_TIMEDOUT;
        told.why = reason(call, result, written);
    }
    tell(call, &told);
}

static void on_done(void *context, CURL *easy, CURLcode result)
{
    (void)context;
    struct http_call *call = NULL;
    CHECK(curl_easy_getinfo(easy, CURLINFO_PRIVATE, &call) == CURLE_OK && call != NULL);
    answer(call, result);
}

static void on_deadline(uv_timer_t *timer)
{
    struct http_call *call = timer->data;
    if (call->lane != NULL) {
        leave(call);
        tell(call, &(struct http_answer){
                       .outcome = HTTP_NO_ANSWER, .why = "no answer in time", .timed_out = true});
        return;
    }
    if (!was_written(call)) {
        call->fault = "could not be sent in time";
    }
    answer(call, CURLE_OPERATION_TIMEDOUT);
}

/* Asking. */

static bool has_line_end(const char *text)
{
    return strpbrk(text, "\r\n") != NULL;
}

static void add_header(struct http_call *call, const char *line)
{
    struct curl_slist *longer = curl_slist_append(call->headers, line);
    CHECK(longer != NULL); /* memory */
    call->headers = longer;
}

static void set_headers(struct http_call *call, const struct http_ask *ask)
{
    bool typed = false;
    for (size_t i = 0; ask->headers != NULL && ask->headers[i] != NULL; i++) {
        typed = typed || strncasecmp(ask->headers[i], "Content-Type:", 13) == 0;
        if (has_line_end(ask->headers[i])) {
            call->fault = "a header has more than one line";
        } else {
            add_header(call, ask->headers[i]);
        }
    }
    if (!typed) {
        add_header(call, "Content-Type:"); /* libcurl would add the one of forms */
    }
    add_header(call, "Expect:"); /* nor does anybody wait for 100 */
    add_header(call, "Accept-Encoding: gzip");
    CURL_SET(call->easy, HTTPHEADER, call->headers);
    CURL_SET(call->easy, HTTP_CONTENT_DECODING, 0L);
}

static void set_body(CURL *easy, const struct http_ask *ask)
{
    CURL_SET(easy, POST, 1L);
    CURL_SET(easy, POSTFIELDSIZE_LARGE, (curl_off_t)ask->body_length);
    CURL_SET(easy, COPYPOSTFIELDS, ask->body != NULL ? ask->body : "");
}

/* NULL: none that we know. */
static const char *method_text(enum http_method method)
{
    static const char *const names[] = {
        [HTTP_GET] = "GET",         [HTTP_HEAD] = "HEAD",   [HTTP_POST] = "POST",
        [HTTP_PUT] = "PUT",         [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE",
        [HTTP_OPTIONS] = "OPTIONS", [HTTP_OTHER] = NULL,
    };
    return names[method];
}

static bool wants_length(enum http_method method)
{
    return method == HTTP_POST || method == HTTP_PUT || method == HTTP_PATCH;
}

static void set_method(struct http_call *call, const struct http_ask *ask)
{
    const char *method = method_text(ask->method);
    if (method == NULL) {
        call->fault = "a method that we do not know";
        return;
    }
    if (wants_length(ask->method) || ask->body != NULL) {
        set_body(call->easy, ask);
    }
    if (ask->method == HTTP_HEAD) {
        CURL_SET(call->easy, NOBODY, 1L);
    }
    CURL_SET(call->easy, CUSTOMREQUEST, method);
}

static void set_up(struct http_call *call, const struct http_ask *ask)
{
    CURL *easy = call->easy;
    CURL_SET(easy, PRIVATE, call);
    CURL_SET(easy, ERRORBUFFER, call->words);
    CURL_SET(easy, MAXAGE_CONN, (long)IDLE_S);
    CURL_SET(easy, PREREQFUNCTION, on_request);
    CURL_SET(easy, PREREQDATA, call);
    CURL_SET(easy, HEADERFUNCTION, on_header);
    CURL_SET(easy, HEADERDATA, call);
    CURL_SET(easy, WRITEFUNCTION, on_body);
    CURL_SET(easy, WRITEDATA, call);
    if (call->client->user_agent != NULL) {
        CURL_SET(easy, USERAGENT, call->client->user_agent);
    }
    set_headers(call, ask);
    set_method(call, ask);
    if (call->fault == NULL) {
        CURL_SET(easy, URL, ask->url); /* without one it fails before it connects */
    }
}

/* ---- the connection that is kept ready ---- */

/* One that is over, or that the other side may end at any moment, is replaced. */
static void tend_lane(struct http_client *client)
{
    if (client->origin == NULL) {
        return;
    }
    if (client->lane != NULL &&
        (http_lane_is_over(client->lane) || http_lane_idle_ns(client->lane) > IDLE_S * NS_PER_S)) {
        http_lane_destroy(client->lane);
        client->lane = NULL;
    }
    if (client->lane == NULL) {
        const struct http_lane_options options = {.origin = client->origin,
                                                  .user_agent = client->user_agent,
                                                  .ca_file = client->ca_file,
                                                  .connect_ns = client->connect_ns};
        client->lane = http_lane_create(client->loop, &options);
    }
}

static void on_lane_done(void *context, struct http_reader *reader, const char *fault)
{
    struct http_call *call = context;
    struct http_answer told = {.why = ""};
    if (fault == NULL) {
        told.outcome = HTTP_ANSWERED;
        told.status = reader->status;
        call->reader = reader;
    } else {
        told.outcome = HTTP_NO_ANSWER;
        told.why = fault;
    }
    tell(call, &told);
}

/* True: the request is on its way. */
static bool ask_by_lane(struct http_call *call, const struct http_ask *ask)
{
    struct http_lane *lane = call->client->lane;
    const char *target =
        lane != NULL && http_lane_is_free(lane) ? http_lane_target(lane, ask->url) : NULL;
    const struct http_lane_request request = {
        .method = method_text(ask->method),
        .target = target,
        .headers = ask->headers,
        .body = ask->body,
        .body_length = ask->body_length,
        .says_length = wants_length(ask->method) || ask->body != NULL,
        .bodiless = ask->method == HTTP_HEAD,
    };
    if (target != NULL && http_lane_ask(lane, &request, &call->body, on_lane_done, call)) {
        call->lane = lane;
    }
    return call->lane != NULL;
}

void http_client_keep_ready(struct http_client *client, const char *origin)
{
    CHECK(client->origin == NULL && strstr(origin, "://") != NULL);
    client->origin = xstrdup(origin);
    tend_lane(client);
}

/* ---- calls ---- */

static void ask_by_curl(struct http_call *call, const struct http_ask *ask)
{
    call->easy = curl_loop_easy(call->client->ca_file, call->client->connect_ns);
    set_up(call, ask);
    CHECK(curl_multi_add_handle(curl_loop_multi(call->client->curl), call->easy) == CURLM_OK);
}

struct http_call *http_ask(struct http_client *client, const struct http_ask *ask)
{
    struct http_call *call = xcalloc(1, sizeof *call);
    call->client = client;
    call->answered = ask->answered;
    call->context = ask->context;
    http_body_init(&call->body, ask->answer_max > 0 ? ask->answer_max : ANSWER_MAX);
    call->next = client->calls;
    if (client->calls != NULL) {
        client->calls->previous = call;
    }
    client->calls = call;
    client->pending++;
    call->deadline.data = call;
    CHECK(uv_timer_init(loop_uv(client->loop), &call->deadline) == 0);
    if (!ask->prompt || !ask_by_lane(call, ask)) {
        ask_by_curl(call, ask);
    }
    tend_lane(client);
    if (ask->timeout_ns > 0) {
        uint64_t timeout_ms = (uint64_t)((ask->timeout_ns + NS_PER_MS - 1) / NS_PER_MS);
        uv_update_time(loop_uv(client->loop));
        CHECK(uv_timer_start(&call->deadline, on_deadline, timeout_ms, 0) == 0);
    }
    return call;
}

bool http_call_cancel(struct http_call *call)
{
    bool written = was_written(call);
    leave(call);
    end_call(call);
    return written;
}

const char *http_answer_header(const struct http_answer *answer, const char *name)
{
    const char *value = NULL;
    const struct http_call *call = answer->headers;
    if (call->reader != NULL) {
        (void)http_reader_header(call->reader, name, &value);
    } else if (call->easy != NULL) {
        (void)find_header(call->easy, name, &value);
    }
    return value;
}

unsigned http_client_pending(const struct http_client *client)
{
    return client->pending;
}

struct http_client *http_client_create(struct loop *loop, const struct http_client_options *options)
{
    struct http_client *client = xcalloc(1, sizeof *client);
    unsigned connections =
        options->connections_max > 0 ? options->connections_max : CONNECTIONS_MAX;
    client->loop = loop;
    client->user_agent = options->user_agent != NULL ? xstrdup(options->user_agent) : NULL;
    client->ca_file = options->ca_file != NULL ? xstrdup(options->ca_file) : NULL;
    client->connect_ns = options->connect_ns > 0 ? options->connect_ns : 5 * NS_PER_S;
    client->curl = curl_loop_create(loop, on_done, client);
    CURLM *multi = curl_loop_multi(client->curl);
    CHECK(curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)connections) == CURLM_OK);
    return client;
}

void http_client_destroy(struct http_client *client)
{
    if (client == NULL) {
        return;
    }
    CHECK(!client->answering);
    while (client->calls != NULL) {
        (void)http_call_cancel(client->calls); /* nobody asks any more */
    }
    http_lane_destroy(client->lane);
    free(client->origin);
    curl_loop_destroy(client->curl);
    free(client->user_agent);
    free(client->ca_file);
    free(client);
}
