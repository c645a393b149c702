/* cmd_data_record.c: `bellwether data record`: what the market data stream says, as it comes, into
 * a recording (data/recording.h), which is a data set at any time. In bellwether-net. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alpaca/market_wire.h"
#include "alpaca/stream.h"
#include "cmd/cmd.h"
#include "cmd/cmd_data.h"
#include "cmd/data_service.h"
#include "data/recording.h"
#include "data/symbol_table.h"
#include "market/calendar.h"
#include "sys/memory.h"

enum { EVENTS_MAX = 4096, SYMBOL_LIMIT = 405 };

/* How long records stay in memory, and how long they may be lost by a failing machine. */
#define WRITE_NS NS_PER_S
#define SYNC_NS  NS_PER_MIN

/* A stream that brings nothing for so long in a session is begun again. */
#define SILENCE_NS (5 * NS_PER_MIN)

enum option_key { OPTION_UNTIL = 256, OPTION_ONLY };

enum channel { CHANNEL_BARS, CHANNEL_QUOTES, CHANNEL_TRADES, CHANNEL_COUNT };

static const char *const channel_names[CHANNEL_COUNT] = {"bars", "quotes", "trades"};

struct record_arguments {
    struct data_service_arguments service;
    const char *out;
    bool wanted[CHANNEL_COUNT];
    bool chosen; /* --only was given */
    int64_t until_ns;
};

/* A recording under way. */
struct record {
    const struct record_arguments *arguments;
    struct data_service *service;
    struct recording *recording;
    struct stream *stream;
    struct event events[EVENTS_MAX];
    uint32_t event_count;
    uint64_t counts[CHANNEL_COUNT];
    uint64_t bad;
    uint64_t gaps;      /* times that the stream was lost */
    int64_t last_ns;    /* of the data */
    int64_t written_ns; /* by the clock, as the next */
    int64_t synced_ns;
    bool was_up;
    bool ended;
    enum err err;
    struct problem *problem;
};

/* ---- the command line ---- */

/* clang-format off */
static const struct argp_option record_options[] = {
    DATA_SERVICE_OPTIONS,
    {"only", OPTION_ONLY, "KIND", 0, "bars, quotes or trades; may be given again (all three)", 0},
    {"until", OPTION_UNTIL, "TIME", 0, "When to end, as 2026-03-16T20:00:00Z (by Ctrl-C)", 0},
    {"out", 'o', "FILE", 0, "The recording to begin or to go on with", 0},
    {0},
};
/* clang-format on */

static const char record_doc[] =
    "Records bars, quotes and trades from Alpaca's stream as they come.\v"
    "FILE is a data set at any time, also after a crash or a kill: give it to `data info`, or make "
    "a record file of it with `data import FILE -o x.bwbars`. It is written each second and synced "
    "each minute; the same command goes on with it. What the stream did not bring while it was "
    "away is not in it; `data pull` has the bars.\n"
    "\n"
    "Examples:\n"
    "  bellwether data record --symbols SPY,QQQ -o today.bwtape\n"
    "  bellwether data record --symbols SPY --only bars --until 2026-03-16T20:00:00Z -o spy.bwtape";

static void choose_channel(struct argp_state *state, struct record_arguments *arguments,
                           const char *text)
{
    for (size_t i = 0; i < CHANNEL_COUNT; i++) {
        if (strcmp(channel_names[i], text) == 0) {
            arguments->wanted[i] = true;
            arguments->chosen = true;
            return;
        }
    }
    argp_error(state, "--only is bars, quotes or trades, not `%s`", text);
}

static void end_arguments(struct argp_state *state, struct record_arguments *arguments)
{
    if (arguments->out == NULL) {
        argp_error(state, "--out FILE is needed");
    }
    for (size_t i = 0; i < CHANNEL_COUNT && !arguments->chosen; i++) {
        arguments->wanted[i] = true;
    }
}

static error_t record_parse(int key, char *text, struct argp_state *state)
{
    struct record_arguments *arguments = state->input;
    switch (key) {
    case OPTION_ONLY:
        choose_channel(state, arguments, text);
        return 0;
    case OPTION_UNTIL:
        if (utc_parse(text, strlen(text), &arguments->until_ns) != ERR_OK) {
            argp_error(state, "--until is a time like 2026-03-16T20:00:00Z, not `%s`", text);
        }
        return 0;
    case 'o':
        arguments->out = text;
        return 0;
    case ARGP_KEY_END:
        end_arguments(state, arguments);
        return data_service_parse(key, text, state, &arguments->service);
    default:
        return data_service_parse(key, text, state, &arguments->service);
    }
}

/* ---- writing ---- */

static void flush(struct record *record)
{
    int64_t now_ns = data_service_now_ns(record->service);
    if (record->event_count > 0 && record->err == ERR_OK) {
        record->err = recording_append(record->recording, record->events, record->event_count, "",
                                       record->problem);
    }
    record->event_count = 0;
    record->written_ns = now_ns;
    if (record->err == ERR_OK && now_ns - record->synced_ns >= SYNC_NS) {
        record->err = recording_sync(record->recording, record->problem);
        record->synced_ns = now_ns;
    }
}

static void keep(struct record *record, enum channel channel, uint32_t instrument,
                 const struct market_message *message)
{
    struct event event = message->event;
    const char *fault = channel == CHANNEL_BARS     ? event_bar_fault(&event.bar)
                        : channel == CHANNEL_QUOTES ? event_quote_fault(&event.quote)
                                                    : event_trade_tick_fault(&event.trade_tick);
    if (fault != NULL || message->ts_ns <= 0) {
        record->bad++;
        return;
    }
    event.instrument = instrument;
    event.ts_ns = channel == CHANNEL_BARS ? message->ts_ns + NS_PER_MIN : message->ts_ns;
    record->last_ns = event.ts_ns > record->last_ns ? event.ts_ns : record->last_ns;
    record->counts[channel]++;
    record->events[record->event_count++] = event;
    if (record->event_count == EVENTS_MAX) {
        flush(record);
    }
}

/* ---- the stream ---- */

static void fail(struct record *record, enum err err)
{
    record->err = record->err == ERR_OK ? err : record->err;
    record->ended = true;
}

static size_t subscribe(void *context, char *out, size_t size)
{
    const struct record *record = context;
    const struct data_service_arguments *asked = &record->arguments->service;
    size_t length = (size_t)snprintf(out, size, "{\"action\":\"subscribe\"");
    for (size_t i = 0; i < CHANNEL_COUNT; i++) {
        if (!record->arguments->wanted[i] || length >= size) {
            continue;
        }
        length += (size_t)snprintf(out + length, size - length, ",\"%s\":[", channel_names[i]);
        for (uint32_t k = 0; k < asked->symbol_count && length < size; k++) {
            length += (size_t)snprintf(out + length, size - length, "%s\"%s\"", k == 0 ? "" : ",",
                                       asked->symbols[k].symbol);
        }
        length += length < size ? (size_t)snprintf(out + length, size - length, "]") : 0;
    }
    length += length < size ? (size_t)snprintf(out + length, size - length, "}") : 0;
    return length < size ? length : 0;
}

static void take(struct record *record, const struct market_message *message)
{
    const struct data_service_arguments *asked = &record->arguments->service;
    struct instrument name;
    if (message->word == MARKET_WORD_CONTROL && message->error_code == SYMBOL_LIMIT) {
        fail(record, problem_set(record->problem, ERR_REFUSED,
                                 "the plan does not stream %" PRIu32 " symbols; ask for fewer, or "
                                 "with --only bars",
                                 asked->symbol_count));
        return;
    }
    enum channel channel = message->word == MARKET_WORD_BAR     ? CHANNEL_BARS
                           : message->word == MARKET_WORD_QUOTE ? CHANNEL_QUOTES
                           : message->word == MARKET_WORD_TRADE ? CHANNEL_TRADES
                                                                : CHANNEL_COUNT;
    if (channel == CHANNEL_COUNT || !symbol_parse(message->symbol, message->symbol_length, &name)) {
        return;
    }
    const struct instrument *found =
        bsearch(&name, asked->symbols, asked->symbol_count, sizeof name, symbol_compare);
    if (found != NULL) {
        keep(record, channel, (uint32_t)(found - asked->symbols), message);
    }
}

static void on_message(void *context, const struct node *root)
{
    struct record *record = context;
    for (const struct node *element = node_first(root); element != NULL && !record->ended;
         element = node_next(root, element)) {
        struct market_message message;
        if (market_read(element, &message) == ERR_OK) {
            take(record, &message);
        } else {
            record->bad++;
        }
    }
}

static void on_changed(void *context, enum stream_state state, const char *why)
{
    struct record *record = context;
    switch (state) {
    case STREAM_UP:
        record->was_up = true;
        (void)fprintf(stderr, "bellwether: recording to %s\n", record->arguments->out);
        return;
    case STREAM_DOWN:
        record->gaps += record->was_up;
        record->was_up = false;
        (void)fprintf(stderr, "bellwether: the stream is down: %s\n", why);
        return;
    case STREAM_REFUSED:
        fail(record,
             problem_set(record->problem, ERR_REFUSED,
                         "%s refuses the stream (%s): are the keys whole and valid, and does "
                         "the plan have --feed %s?",
                         data_service_url(record->service), why, record->arguments->service.feed));
        return;
    case STREAM_CONNECTING:
        return;
    }
}

/* Only where a session is open is silence strange. */
static void check_life(struct record *record, int64_t now_ns)
{
    struct trading_day day;
    bool open = calendar_day_at(CALENDAR_XNYS, now_ns, &day) && calendar_is_regular(&day, now_ns) &&
                calendar_is_regular(&day, now_ns - SILENCE_NS);
    if (open && data_service_is_alpaca(record->service) &&
        stream_state(record->stream) == STREAM_UP &&
        now_ns - stream_heard_ns(record->stream) > SILENCE_NS) {
        stream_restart(record->stream, "it brings nothing");
    }
}

/* ---- the run ---- */

static void stop(void *context)
{
    struct record *record = context;
    record->ended = true;
}

/* By the clock; a served exchange has a time of its own, which its data tell. */
static bool is_over(const struct record *record)
{
    int64_t until_ns = record->arguments->until_ns;
    int64_t now_ns = data_service_is_alpaca(record->service) ? data_service_now_ns(record->service)
                                                             : record->last_ns;
    return record->ended || record->err != ERR_OK || (until_ns != 0 && now_ns >= until_ns);
}

static void listen(struct record *record)
{
    struct client *client = data_service_client(record->service);
    const struct stream_plan plan = {
        .kind = STREAM_DATA,
        .client = client,
        .seed = (uint64_t)data_service_now_ns(record->service),
        .context = record,
        .subscribe = subscribe,
        .message = on_message,
        .changed = on_changed,
    };
    loop_on_signal(client_loop(client), SIGINT, stop, record);
    loop_on_signal(client_loop(client), SIGTERM, stop, record);
    record->written_ns = data_service_now_ns(record->service);
    record->synced_ns = record->written_ns;
    record->stream = stream_create(&plan);
    while (!is_over(record)) {
        data_service_turn(record->service, stream_deadline_ns(record->stream));
        int64_t now_ns = data_service_now_ns(record->service);
        stream_on_time(record->stream, now_ns);
        check_life(record, now_ns);
        if (now_ns - record->written_ns >= WRITE_NS) {
            flush(record);
        }
    }
    flush(record);
    if (record->err == ERR_OK) {
        record->err = recording_sync(record->recording, record->problem);
    }
    stream_destroy(record->stream);
}

static enum err run(struct record *record)
{
    const struct record_arguments *arguments = record->arguments;
    char *list = data_service_list(&arguments->service, 0, arguments->service.symbol_count);
    char *about = xasprintf("recorded from a stream: %s", list);
    const struct recording_head head = {.instruments = arguments->service.symbols,
                                        .instrument_count = arguments->service.symbol_count,
                                        .bar_ns = NS_PER_MIN,
                                        .about = about};
    enum err err = data_service_open(&arguments->service, &record->service, record->problem);
    if (err == ERR_OK) {
        err = recording_open(arguments->out, &head, &record->recording, record->problem);
    }
    free(list);
    free(about);
    if (err == ERR_OK) {
        listen(record);
        err = record->err;
    }
    return err;
}

static void print_result(const struct record *record)
{
    printf("recorded    %" PRIu64 " bars, %" PRIu64 " quotes, %" PRIu64 " trades; %" PRIu64
           " records are in %s\n",
           record->counts[CHANNEL_BARS], record->counts[CHANNEL_QUOTES],
           record->counts[CHANNEL_TRADES], recording_count(record->recording),
           record->arguments->out);
    if (record->bad > 0) {
        printf("bad         %" PRIu64 " messages were left out\n", record->bad);
    }
    if (record->gaps > 0) {
        printf("gaps        the stream was lost %" PRIu64 " times\n", record->gaps);
    }
}

int cmd_data_record(int argc, char **argv)
{
    static const struct argp argp = {
        .options = record_options, .parser = record_parse, .doc = record_doc};
    struct record_arguments arguments = {0};
    struct problem problem = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    struct record *record = xcalloc(1, sizeof *record);
    record->arguments = &arguments;
    record->problem = &problem;
    enum err err = run(record);
    if (err == ERR_OK) {
        print_result(record);
    }
    int code = err == ERR_OK ? data_end_output() : cmd_fail(&problem);
    if (err != ERR_OK && record->recording != NULL && recording_count(record->recording) == 0) {
        (void)unlink(arguments.out); /* holds nothing */
    }
    recording_close(record->recording);
    data_service_close(record->service);
    data_service_arguments_finish(&arguments.service);
    free(record);
    return code;
}
