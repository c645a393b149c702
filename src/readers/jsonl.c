/* jsonl.c: see jsonl.h. A long backtest writes a line per bar to two files, so lines are put
 * together by hand, once, in large buffers. */
#include "readers/jsonl.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/money.h"
#include "base/utc.h"
#include "sys/files.h"
#include "sys/json_writer.h"
#include "sys/memory.h"

#define BUFFER_SIZE ((size_t)1 << 20)

/* Symbols, strategies and reasons are shorter; escaping can make a name six times as long. */
#define NAME_MAX_LENGTH 64

/* No line is longer: a dozen keys, two times, numbers of at most 21 digits and three names. */
#define LINE_MAX_SIZE 2048

struct stream {
    char *path;
    int fd;
    char *buffer;
    size_t length;
    struct problem problem; /* .err is not ERR_OK once it failed */
};

/* The text of a time; many lines of one time follow each other. */
struct time_text {
    int64_t ts_ns;
    size_t length; /* 0: of no time yet */
    char text[UTC_TEXT_SIZE];
};

struct jsonl {
    const struct lookup *lookup;
    struct stream equity;
    struct stream trades;
    struct stream updates;
    char kind[64]; /* the members that every line of equity and updates has in its middle */
    size_t kind_length;
    int64_t deposited_e9;
    struct time_text now;     /* of the line */
    struct time_text decided; /* of its order */
};

static enum err stream_open(struct stream *stream, const char *run_dir, const char *name,
                            struct problem *problem)
{
    stream->path = xasprintf("%s/%s", run_dir, name);
    stream->buffer = xmalloc(BUFFER_SIZE);
    stream->fd = open(stream->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    return stream->fd >= 0 ? ERR_OK : problem_set_errno(problem, "cannot make %s", stream->path);
}

static void stream_flush(struct stream *stream)
{
    if (stream->problem.err == ERR_OK &&
        write_all(stream->fd, stream->buffer, stream->length) != 0) {
        (void)problem_set_errno(&stream->problem, "cannot write %s", stream->path);
    }
    stream->length = 0;
}

/* Where the next line goes: LINE_MAX_SIZE bytes are free there. */
static char *stream_line(struct stream *stream)
{
    if (stream->length + LINE_MAX_SIZE > BUFFER_SIZE) {
        stream_flush(stream);
    }
    return stream->buffer + stream->length;
}

static void stream_close(struct stream *stream, struct problem *first)
{
    if (stream->fd >= 0) {
        stream_flush(stream);
        if (close(stream->fd) != 0 && stream->problem.err == ERR_OK) {
            (void)problem_set_errno(&stream->problem, "cannot close %s", stream->path);
        }
    }
    if (first->err == ERR_OK) {
        *first = stream->problem;
    }
    free(stream->buffer);
    free(stream->path);
}

static inline char *put(char *out, const char *text, size_t length)
{
    memcpy(out, text, length);
    return out + length;
}

#define PUT(out, literal) put((out), (literal), sizeof(literal) - 1)

static char *put_uint(char *out, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    return put(out, digits + at, sizeof digits - at);
}

static char *put_money(char *out, int64_t value_e9)
{
    return out + money_format(value_e9, out);
}

static char *put_time(char *out, struct time_text *latest, int64_t ts_ns)
{
    if (latest->length == 0 || latest->ts_ns != ts_ns) {
        latest->ts_ns = ts_ns;
        latest->length = utc_format(ts_ns, latest->text);
    }
    *out++ = '"';
    out = put(out, latest->text, latest->length);
    *out++ = '"';
    return out;
}

static char *put_name(char *out, const char *name)
{
    return strlen(name) > NAME_MAX_LENGTH ? PUT(out, "\"too long\"") : out + json_quote(name, out);
}

enum err jsonl_create(const char *run_dir, const struct lookup *lookup, enum run_mode mode,
                      struct jsonl **out, struct problem *problem)
{
    struct jsonl *jsonl = xcalloc(1, sizeof *jsonl);
    jsonl->lookup = lookup;
    jsonl->equity.fd = -1;
    jsonl->trades.fd = -1;
    jsonl->updates.fd = -1;
    (void)snprintf(jsonl->kind, sizeof jsonl->kind,
                   "\",\"mode\":\"%s\",\"simulated\":true,\"cash\":", run_mode_text(mode));
    jsonl->kind_length = strlen(jsonl->kind);
    enum err err = stream_open(&jsonl->equity, run_dir, "equity.jsonl", problem);
    if (err == ERR_OK) {
        err = stream_open(&jsonl->trades, run_dir, "trades.jsonl", problem);
    }
    if (err == ERR_OK) {
        err = stream_open(&jsonl->updates, run_dir, "updates.jsonl", problem);
    }
    if (err != ERR_OK) {
        (void)jsonl_close(jsonl, NULL); /* the first failure is the one to report */
        return err;
    }
    *out = jsonl;
    return ERR_OK;
}

/* `type` is four or five letters. */
static void take_state(struct jsonl *jsonl, int64_t ts_ns, const char *type,
                       const struct event_slice *slice)
{
    char *start = stream_line(&jsonl->equity);
    char *at = PUT(start, "{\"timestamp\":");
    at = put_time(at, &jsonl->now, ts_ns);
    at = PUT(at, ",\"update_type\":\"");
    at = put(at, type, strlen(type));
    at = put(at, jsonl->kind, jsonl->kind_length);
    char *cash = at;
    at = put_money(at, slice->cash_e9);
    size_t cash_length = (size_t)(at - cash);
    at = PUT(at, ",\"portfolio_value\":");
    at = put_money(at, slice->equity_e9);
    at = PUT(at, ",\"buying_power\":"); /* no margin: what may be spent is the cash */
    at = slice->cash_e9 > 0 ? put(at, cash, cash_length) : PUT(at, "0");
    at = PUT(at, ",\"positions\":");
    at = put_uint(at, slice->positions);
    at = PUT(at, ",\"trades_executed\":");
    at = put_uint(at, slice->fills);
    at = PUT(at, "}\n");
    size_t length = (size_t)(at - start);
    memcpy(stream_line(&jsonl->updates), start, length);
    jsonl->equity.length += length;
    jsonl->updates.length += length;
}

static void take_deposit(struct jsonl *jsonl, const struct event *record)
{
    int64_t total_e9 = jsonl->deposited_e9;
    if (money_add(total_e9, record->deposit.amount_e9, &total_e9) == ERR_OK) {
        jsonl->deposited_e9 = total_e9;
    }
    struct event_slice state = {.cash_e9 = total_e9, .equity_e9 = total_e9};
    take_state(jsonl, record->ts_ns, "INIT", &state);
}

/* The members from order id to side; the order may be one that the log never shows. */
static char *put_order(char *at, struct jsonl *jsonl, const struct event *record,
                       const struct known_order *order)
{
    uint32_t instrument = record->instrument;
    if (instrument == INSTRUMENT_NONE && order != NULL) {
        instrument = order->instrument;
    }
    at = PUT(at, ",\"signal_timestamp\":");
    at = order != NULL ? put_time(at, &jsonl->decided, order->ts_ns) : PUT(at, "null");
    at = PUT(at, ",\"order_id\":");
    at = put_uint(at, record->report.order_id);
    at = PUT(at, ",\"symbol\":");
    at = put_name(at, lookup_symbol(jsonl->lookup, instrument));
    at = PUT(at, ",\"side\":");
    return order == NULL ? PUT(at, "null") : order->buys ? PUT(at, "\"buy\"") : PUT(at, "\"sell\"");
}

static void take_report(struct jsonl *jsonl, const struct event *record)
{
    bool busted = record->kind == EVENT_BUSTED;
    bool filled = record->kind == EVENT_FILL || busted;
    const struct known_order *order = lookup_order(jsonl->lookup, record->report.order_id);
    char *start = stream_line(&jsonl->trades);
    char *at = PUT(start, "{\"timestamp\":");
    at = put_time(at, &jsonl->now, record->ts_ns);
    at = put_order(at, jsonl, record, order);
    at = PUT(at, ",\"qty\":");
    at = put_money(at, filled || order == NULL ? record->report.qty_e9 : order->qty_e9);
    at = PUT(at, ",\"filled_price\":");
    at = filled ? put_money(at, record->report.price_e9) : PUT(at, "null");
    at = PUT(at, ",\"commission\":");
    at = put_money(at, record->report.commission_e9);
    at = PUT(at, ",\"status\":");
    at = busted ? PUT(at, "\"busted\"") : filled ? PUT(at, "\"filled\"") : PUT(at, "\"rejected\"");
    at = PUT(at, ",\"strategy\":");
    at = put_name(at, lookup_strategy(jsonl->lookup, order != NULL ? order->book : 0));
    at = PUT(at, ",\"trade_id\":");
    at = put_uint(at, order_id_trade(record->report.order_id));
    if (!filled) {
        at = PUT(at, ",\"reason\":");
        at = put_name(at, reject_reason_text(record->flags));
    }
    at = PUT(at, "}\n");
    jsonl->trades.length += (size_t)(at - start);
}

void jsonl_take(struct jsonl *jsonl, const struct event *record)
{
    if (record->kind == EVENT_SLICE) {
        bool traded = (record->flags & 1) != 0;
        take_state(jsonl, record->ts_ns, traded ? "TRADE" : "TICK", &record->slice);
    } else if (record->kind == EVENT_FILL || record->kind == EVENT_REJECTED ||
               record->kind == EVENT_BUSTED) {
        take_report(jsonl, record);
    } else if (record->kind == EVENT_DEPOSIT) {
        take_deposit(jsonl, record);
    }
}

void jsonl_flush(struct jsonl *jsonl)
{
    stream_flush(&jsonl->equity);
    stream_flush(&jsonl->trades);
    stream_flush(&jsonl->updates);
}

enum err jsonl_close(struct jsonl *jsonl, struct problem *problem)
{
    struct problem first = {0};
    stream_close(&jsonl->equity, &first);
    stream_close(&jsonl->trades, &first);
    stream_close(&jsonl->updates, &first);
    free(jsonl);
    if (first.err != ERR_OK && problem != NULL) {
        *problem = first;
    }
    return first.err;
}
