#include "exchange_http/reply_faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exchange_http/json_edit.h"
#include "exchange_http/shapes.h"
#include "sys/memory.h"

#define MEGABYTE     ((size_t)1 << 20)
#define CODE_PER_1   100000 /* codes of errors are the status and five digits */
#define MISSING_TEXT 2      /* the least of a body that is left out */

/* An answer that waits: for the venue's time, or for ever. */
struct held_reply {
    struct http_later *later;
    int64_t due_ns;
    struct held_reply *next;
};

struct reply_faults {
    struct venue *venue;
    struct held_reply *held;
};

struct reply_faults *reply_faults_create(struct venue *venue)
{
    struct reply_faults *faults = xcalloc(1, sizeof *faults);
    faults->venue = venue;
    return faults;
}

void reply_faults_drop(struct reply_faults *faults)
{
    while (faults->held != NULL) {
        struct held_reply *held = faults->held;
        faults->held = held->next;
        http_later_drop(held->later);
        free(held);
    }
}

void reply_faults_destroy(struct reply_faults *faults)
{
    if (faults != NULL) {
        reply_faults_drop(faults);
        free(faults);
    }
}

/* ---- what waits ---- */

static void hold(struct reply_faults *faults, struct http_reply *reply, int64_t due_ns)
{
    struct held_reply *held = xcalloc(1, sizeof *held);
    *held = (struct held_reply){.later = http_defer(reply), .due_ns = due_ns, .next = faults->held};
    faults->held = held;
}

bool reply_faults_follow(struct reply_faults *faults)
{
    bool sent = false;
    for (struct held_reply **at = &faults->held; *at != NULL;) {
        struct held_reply *held = *at;
        bool gone = http_later_is_gone(held->later);
        if (!gone && held->due_ns > faults->venue->now_ns) {
            at = &held->next;
            continue;
        }
        *at = held->next;
        if (gone) {
            http_later_drop(held->later);
        } else {
            http_later_send(held->later);
            sent = true;
        }
        free(held);
    }
    return sent;
}

int64_t reply_faults_next_ns(const struct reply_faults *faults)
{
    int64_t next_ns = VENUE_NEVER;
    for (const struct held_reply *held = faults->held; held != NULL; held = held->next) {
        next_ns = held->due_ns < next_ns ? held->due_ns : next_ns;
    }
    return next_ns;
}

/* ---- other answers ---- */

/* The rule's own text, or an error as the vendor writes them. */
static void answer_status(const struct fault *fault, struct http_reply *reply)
{
    const struct fault_rule *rule = &fault->rule;
    reply->status = (int)rule->code;
    json_reset(reply->json);
    if (rule->text[0] != '\0') {
        http_reply_bytes(reply, "text/plain", rule->text, strlen(rule->text));
        return;
    }
    struct refusal refusal = {0};
    (void)refuse(&refusal, reply->status, (int)rule->code * CODE_PER_1 + CODE_PER_1 / 10, "%s",
                 http_status_text(reply->status));
    shape_refusal(reply->json, &refusal);
}

static void answer_page(const struct fault *fault, struct http_reply *reply)
{
    char page[512];
    const char *text = http_status_text((int)fault->rule.code);
    int length = snprintf(page, sizeof page,
                          "<html>\r\n<head><title>%d %s</title></head>\r\n<body>\r\n"
                          "<center><h1>%d %s</h1></center>\r\n</body>\r\n</html>\r\n",
                          (int)fault->rule.code, text, (int)fault->rule.code, text);
    reply->status = (int)fault->rule.code;
    http_reply_bytes(reply, "text/html", page, (size_t)length);
}

static void answer_elsewhere(const struct fault *fault, const struct http_request *request,
                             struct http_reply *reply)
{
    char to[200];
    const char *place =
        fault->rule.text[0] != '\0' ? fault->rule.text : "https://elsewhere.invalid";
    (void)snprintf(to, sizeof to, "%.120s%.60s", place, request->url.path);
    to[strcspn(to, "\r\n")] = '\0'; /* a path may hold them, decoded */
    reply->status = 307;
    http_reply_header(reply, "Location", to);
}

enum reply_fate reply_faults_strike(struct reply_faults *faults, const struct http_request *request,
                                    struct http_reply *reply, struct fault *fault)
{
    const struct fault_occasion occasion = {
        .now_ns = faults->venue->now_ns, .method = request->method_text, .path = request->url.path};
    if (!faults_strike(&faults->venue->faults, FAULT_OF_REQUEST, &occasion, fault)) {
        return REPLY_AS_USUAL;
    }
    if (fault->rule.carried_out) {
        return REPLY_TO_SPOIL;
    }
    switch (fault->rule.kind) {
    case FAULT_STATUS:
        answer_status(fault, reply);
        return REPLY_WITHOUT_ACT;
    case FAULT_NOT_JSON:
        answer_page(fault, reply);
        return REPLY_WITHOUT_ACT;
    case FAULT_REDIRECT:
        answer_elsewhere(fault, request, reply);
        return REPLY_WITHOUT_ACT;
    case FAULT_TIMEOUT_BEFORE:
        hold(faults, reply, VENUE_NEVER);
        return REPLY_WITHOUT_ACT;
    default:
        return REPLY_TO_SPOIL;
    }
}

/* ---- spoilt answers ---- */

/* Leaves the head as it was and so much of the body; `reset`: the connection does not even end. */
static void break_off(const struct fault *fault, struct http_reply *reply, bool reset)
{
    size_t length = reply->json->length;
    size_t left = fault->rule.bytes < 0 ? length / 2 : (size_t)fault->rule.bytes;
    if (left + 1 > length) { /* something is missing, however short it is */
        left = length < MISSING_TEXT ? 0 : length - 1;
    }
    http_reply_bytes(reply, "application/json", reply->json->text, left);
    reply->delivery.length_lie = left < length ? (int64_t)(length - left) : 1;
    reply->delivery.cut = reset;
    reply->delivery.cut_after = SIZE_MAX;
}

/* Other bits in some bytes; they stay ASCII, so it is JSON that is broken, not its letters. The
 * first byte is always among them: a body that is still JSON, with other digits, could be told by
 * nobody, and on the way here TLS lets none through. */
static void garble(const struct fault *fault, struct http_reply *reply)
{
    size_t length = reply->json->length;
    if (length == 0) {
        return;
    }
    char *text = xmalloc(length);
    memcpy(text, reply->json->text, length);
    for (uint32_t i = 0; i < (uint32_t)fault->rule.bytes; i++) {
        text[i == 0 || length == 1 ? 0 : 1 + fault_draw(fault, 2 * i, length - 1)] ^=
            (char)(1 + fault_draw(fault, 2 * i + 1, 31));
    }
    http_reply_bytes(reply, "application/json", text, length);
    free(text);
}

/* `before` spaces, and the body `times` times. */
static void enlarge(struct http_reply *reply, size_t before, size_t times)
{
    size_t length = reply->json->length;
    size_t size = before + times * length;
    char *text = xmalloc(size + 1);
    memset(text, ' ', before);
    for (size_t i = 0; i < times && length > 0; i++) {
        memcpy(text + before + i * length, reply->json->text, length);
    }
    http_reply_bytes(reply, "application/json", text, size);
    free(text);
}

/* Where the `rows`th row of a list ends: what follows is a comma, or the list's end. */
static size_t end_of_row(const char *text, size_t length, size_t rows)
{
    int depth = 0;
    bool in_string = false;
    size_t at = 0;
    for (; at < length; at++) {
        char c = text[at];
        if (in_string) {
            at += c == '\\' ? 1 : 0;
            in_string = c != '"';
            continue;
        }
        in_string = c == '"';
        depth += c == '[' || c == '{' ? 1 : c == ']' || c == '}' ? -1 : 0;
        if (c == ',' && depth == 1 && --rows == 0) {
            return at;
        }
    }
    return length - 1;
}

static size_t count_rows(const char *text, size_t length)
{
    size_t rows = 1;
    while (end_of_row(text, length, rows) < length - 1) {
        rows++;
    }
    return rows;
}

/* The first rows of a list; half of them, unless the rule says how many. */
static void cut_page(const struct fault *fault, struct http_reply *reply)
{
    const char *text = reply->json->text;
    size_t length = reply->json->length;
    if (length < 3 || text[0] != '[') {
        return;
    }
    size_t rows = fault->rule.rows >= 0 ? (size_t)fault->rule.rows : count_rows(text, length) / 2;
    size_t end = rows == 0 ? 1 : end_of_row(text, length, rows);
    char *page = xmalloc(end + 1);
    memcpy(page, text, end);
    page[end] = ']';
    http_reply_bytes(reply, "application/json", page, end + 1);
    free(page);
}

static void set_field(const struct fault *fault, struct http_reply *reply)
{
    size_t length;
    char *text = json_set_members(reply->json->text, reply->json->length, fault->rule.field,
                                  fault->rule.text, &length);
    if (text != NULL) {
        http_reply_bytes(reply, "application/json", text, length);
        free(text);
    }
}

static void drip(const struct fault *fault, struct http_reply *reply)
{
    reply->delivery.drip_bytes = (size_t)fault->rule.bytes;
    reply->delivery.drip_every_ns = fault->rule.pause_ns;
}

void reply_faults_spoil(struct reply_faults *faults, const struct fault *fault,
                        struct http_reply *reply)
{
    if (reply->upgraded != NULL || reply->stream != NULL) {
        return;
    }
    switch (fault->rule.kind) {
    case FAULT_STATUS:
        answer_status(fault, reply);
        break;
    case FAULT_NOT_JSON:
        answer_page(fault, reply);
        break;
    case FAULT_TIMEOUT_AFTER:
        hold(faults, reply, VENUE_NEVER);
        break;
    case FAULT_LATE_ANSWER:
        hold(faults, reply, fault_end_ns(fault, faults->venue->now_ns));
        break;
    case FAULT_RESET:
        break_off(fault, reply, true);
        break;
    case FAULT_CUT:
        break_off(fault, reply, false);
        break;
    case FAULT_GARBLED:
        garble(fault, reply);
        break;
    case FAULT_SLOW:
        drip(fault, reply);
        break;
    case FAULT_HUGE:
        enlarge(reply, (size_t)fault->rule.megabytes * MEGABYTE, 1);
        break;
    case FAULT_DUPLICATE_ANSWER:
        enlarge(reply, 0, 2);
        break;
    case FAULT_EMPTY:
        json_reset(reply->json);
        break;
    case FAULT_SET_ANSWER:
        set_field(fault, reply);
        break;
    case FAULT_PAGE_CUT:
        cut_page(fault, reply);
        break;
    default: /* the face has seen to it: list_without_newest */
        break;
    }
}
