/* http_reader.c: see http_reader.h; RFC 9112. */
#include "net/http_reader.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sys/memory.h"

enum { HEAD_MAX = 64 << 10, FIRST_CAPACITY = 1024 };

void http_reader_begin(struct http_reader *reader, struct http_body *body, bool bodiless)
{
    char *head = reader->head;
    size_t capacity = reader->head_capacity;
    *reader = (struct http_reader){
        .body = body, .bodiless = bodiless, .head = head, .head_capacity = capacity};
}

void http_reader_finish(struct http_reader *reader)
{
    free(reader->head);
    *reader = (struct http_reader){0};
}

static bool refuse(struct http_reader *reader, const char *fault)
{
    reader->fault = fault;
    return false;
}

/* ---- lines ---- */

/* Adds up to the line's end; `*whole`: it is there, as a text at line_start(). */
static size_t take_line(struct http_reader *reader, const char *bytes, size_t length, bool *whole)
{
    const char *end = memchr(bytes, '\n', length);
    size_t part = end != NULL ? (size_t)(end - bytes) + 1 : length;
    *whole = false;
    reader->lines_length += part;
    if (reader->lines_length > HEAD_MAX) {
        (void)refuse(reader, "the answer's headers are too large");
        return part;
    }
    if (reader->head_length + part + 1 > reader->head_capacity) {
        reader->head_capacity = 2 * (reader->head_length + part) + FIRST_CAPACITY;
        reader->head = xrealloc(reader->head, reader->head_capacity);
    }
    memcpy(reader->head + reader->head_length, bytes, part);
    reader->head_length += part;
    reader->line += part;
    if (end != NULL) {
        size_t ending = reader->line >= 2 && reader->head[reader->head_length - 2] == '\r' ? 2 : 1;
        reader->head_length -= ending;
        reader->line -= ending;
        reader->head[reader->head_length] = '\0';
        *whole = true;
        if (strcspn(reader->head + reader->head_length - reader->line, "\r") != reader->line) {
            (void)refuse(reader, "the answer is no HTTP"); /* a NUL or CR within the line */
        }
    }
    return part;
}

static const char *line_start(const struct http_reader *reader)
{
    return reader->head + reader->head_length - reader->line;
}

/* The line is over: kept behind those before, or dropped. */
static void end_line(struct http_reader *reader, bool kept)
{
    reader->head_length -= kept ? 0 : reader->line;
    reader->head_length += kept ? 1 : 0; /* its NUL */
    reader->line = 0;
}

/* ---- the head ---- */

/* "HTTP/1.1 200 OK" */
static bool take_status_line(struct http_reader *reader, const char *line)
{
    if (strncmp(line, "HTTP/1.", 7) != 0 || (line[7] != '0' && line[7] != '1') || line[8] != ' ') {
        return refuse(reader, "the answer is no HTTP");
    }
    int status = 0;
    for (int i = 9; i < 12; i++) {
        if (line[i] < '0' || line[i] > '9') {
            return refuse(reader, "the answer is no HTTP");
        }
        status = 10 * status + line[i] - '0';
    }
    if ((line[12] != '\0' && line[12] != ' ') || status < 100) {
        return refuse(reader, "the answer is no HTTP");
    }
    reader->status = status;
    reader->keeps = line[7] == '1';
    return true;
}

/* Where a header's value begins; NULL where the line is another one. */
static const char *value_of(const char *line, const char *name)
{
    size_t length = strlen(name);
    if (strncasecmp(line, name, length) != 0 || line[length] != ':') {
        return NULL;
    }
    return line + length + 1 + strspn(line + length + 1, " \t");
}

size_t http_reader_header(const struct http_reader *reader, const char *name, const char **value)
{
    size_t count = 0;
    const char *end = reader->head + reader->head_length;
    for (const char *line = reader->head; line < end; line += strlen(line) + 1) {
        const char *found = value_of(line, name);
        if (found != NULL) {
            *value = found;
            count++;
        }
    }
    return count;
}

/* NAME: VALUE, blanks at the value's end cut off. */
static bool take_header(struct http_reader *reader, char *line)
{
    size_t name = strcspn(line, ": \t");
    if (name == 0 || line[name] != ':') {
        return refuse(reader, "the answer is no HTTP"); /* folded lines, too */
    }
    while (reader->line > name + 1 &&
           (line[reader->line - 1] == ' ' || line[reader->line - 1] == '\t')) {
        line[--reader->line] = '\0';
        reader->head_length--;
    }
    return true;
}

/* Digits alone, and below 2^60. */
static bool read_length(const char *text, uint64_t *length)
{
    *length = 0;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at < '0' || *at > '9' || *length >= UINT64_C(1) << 56) {
            return false;
        }
        *length = 10 * *length + (uint64_t)(*at - '0');
    }
    return *text != '\0';
}

static bool choose_body(struct http_reader *reader)
{
    const char *length = NULL;
    const char *coding = NULL;
    size_t lengths = http_reader_header(reader, "Content-Length", &length);
    size_t codings = http_reader_header(reader, "Transfer-Encoding", &coding);
    if (lengths > 1) {
        return refuse(reader, "the answer tells two lengths");
    }
    if (reader->bodiless || reader->status == 204 || reader->status == 304) {
        reader->stage = HTTP_STAGE_DONE;
    } else if (codings > 0) {
        if (codings > 1 || lengths > 0 || strcasecmp(coding, "chunked") != 0) {
            return refuse(reader, "the answer travels in a way that was not asked for");
        }
        reader->stage = HTTP_STAGE_CHUNK;
        reader->lines_length = 0;
    } else if (lengths == 1) {
        if (!read_length(length, &reader->left)) {
            return refuse(reader, "the answer's length is none");
        }
        reader->stage = reader->left > 0 ? HTTP_STAGE_LENGTH : HTTP_STAGE_DONE;
    } else {
        reader->stage = HTTP_STAGE_UNTIL_END;
        reader->keeps = false;
    }
    return true;
}

/* The empty line was read. */
static bool end_head(struct http_reader *reader)
{
    const char *value = NULL;
    if (reader->status == 101) {
        return refuse(reader, "the answer was cut");
    }
    if (reader->status < 200) { /* something before the answer itself */
        reader->head_length = 0;
        reader->status = 0;
        return true;
    }
    size_t encodings = http_reader_header(reader, "Content-Encoding", &value);
    if (!http_body_encoding(reader->body, encodings > 1 ? "more than one" : value)) {
        return false;
    }
    if (http_reader_header(reader, "Connection", &value) > 0 &&
        strcasecmp(value, "keep-alive") != 0) {
        reader->keeps = false;
    }
    return choose_body(reader);
}

static bool take_head_line(struct http_reader *reader)
{
    char *line = reader->head + reader->head_length - reader->line;
    if (reader->status == 0) {
        bool good = take_status_line(reader, line);
        end_line(reader, true);
        return good;
    }
    if (*line == '\0') {
        end_line(reader, false);
        return end_head(reader);
    }
    bool good = take_header(reader, line);
    end_line(reader, true);
    return good;
}

/* ---- the body ---- */

static bool take_chunk_line(struct http_reader *reader)
{
    const char *line = line_start(reader);
    uint64_t size = 0;
    size_t digits = strspn(line, "0123456789abcdefABCDEF");
    for (size_t i = 0; i < digits && digits <= 15; i++) {
        int digit = line[i] <= '9' ? line[i] - '0' : (line[i] | 0x20) - 'a' + 10;
        size = 16 * size + (uint64_t)digit;
    }
    if (digits == 0 || digits > 15 || (line[digits] != '\0' && line[digits] != ';')) {
        return refuse(reader, "the answer's chunks are none");
    }
    end_line(reader, false);
    reader->left = size;
    reader->stage = size > 0 ? HTTP_STAGE_DATA : HTTP_STAGE_TRAILER;
    return true;
}

/* A line between or behind the chunks. */
static bool take_body_line(struct http_reader *reader)
{
    bool empty = *line_start(reader) == '\0';
    if (reader->stage == HTTP_STAGE_CHUNK) {
        return take_chunk_line(reader);
    }
    end_line(reader, false);
    if (reader->stage == HTTP_STAGE_GAP) {
        reader->stage = HTTP_STAGE_CHUNK;
        return empty || refuse(reader, "the answer's chunks are none");
    }
    reader->stage = empty ? HTTP_STAGE_DONE : HTTP_STAGE_TRAILER; /* trailers are passed over */
    return true;
}

static size_t take_body(struct http_reader *reader, const char *bytes, size_t length)
{
    bool counted = reader->stage != HTTP_STAGE_UNTIL_END;
    size_t part = counted && reader->left < length ? (size_t)reader->left : length;
    if (!http_body_take(reader->body, bytes, part)) {
        return part;
    }
    reader->left -= counted ? part : 0;
    if (counted && reader->left == 0) {
        bool whole = reader->stage == HTTP_STAGE_LENGTH;
        reader->stage = whole ? HTTP_STAGE_DONE : HTTP_STAGE_GAP;
        reader->lines_length = 0;
    }
    return part;
}

/* ---- all of it ---- */

static bool goes_on(const struct http_reader *reader)
{
    return reader->fault == NULL && reader->body->fault == NULL && reader->stage != HTTP_STAGE_DONE;
}

size_t http_reader_take(struct http_reader *reader, const char *bytes, size_t length)
{
    size_t taken = 0;
    while (goes_on(reader) && taken < length) {
        bool whole = false;
        switch (reader->stage) {
        case HTTP_STAGE_HEAD:
        case HTTP_STAGE_CHUNK:
        case HTTP_STAGE_GAP:
        case HTTP_STAGE_TRAILER:
            taken += take_line(reader, bytes + taken, length - taken, &whole);
            if (whole && reader->fault == NULL) {
                (void)(reader->stage == HTTP_STAGE_HEAD ? take_head_line(reader)
                                                        : take_body_line(reader)); /* `fault` */
            }
            break;
        case HTTP_STAGE_LENGTH:
        case HTTP_STAGE_DATA:
        case HTTP_STAGE_UNTIL_END:
            taken += take_body(reader, bytes + taken, length - taken);
            break;
        case HTTP_STAGE_DONE:
            break;
        }
    }
    if (reader->stage == HTTP_STAGE_DONE && reader->fault == NULL) {
        (void)http_body_end(reader->body); /* or it has a fault */
    }
    return taken;
}

bool http_reader_end(struct http_reader *reader)
{
    if (reader->fault == NULL && reader->body->fault == NULL) {
        if (reader->stage == HTTP_STAGE_UNTIL_END) {
            reader->stage = HTTP_STAGE_DONE;
            (void)http_body_end(reader->body); /* or it has a fault */
        } else if (reader->stage != HTTP_STAGE_DONE) {
            bool nothing = reader->status == 0 && reader->line == 0 && reader->head_length == 0;
            (void)refuse(reader,
                         nothing ? "the connection ended without an answer" : "the answer was cut");
        }
    }
    return reader->fault == NULL && reader->body->fault == NULL;
}
