/* cmd_data_pull.c: `bellwether data pull`: bars of the past from Alpaca, or from an exchange served
 * in its shapes, into a record file. In bellwether-net.
 *
 * What has come lies in FILE.part (data/recording.h), page by page, each with a note on what to ask
 * for next, so that a pull that was killed goes on there. The record file is made of it at the end.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alpaca/past_bars.h"
#include "cmd/cmd.h"
#include "cmd/cmd_data.h"
#include "cmd/data_service.h"
#include "data/bar_file.h"
#include "data/quality.h"
#include "data/recording.h"
#include "data/symbol_table.h"
#include "market/calendar.h"
#include "market/new_york.h"
#include "sys/memory.h"

enum { GROUP_MAX = 100, TRIES = 8, NAMED_MAX = 10 };

/* A bar of Alpaca's is final so long after its end. */
#define FINAL_NS (16 * NS_PER_MIN)

enum option_key {
    OPTION_FROM = 256,
    OPTION_TO,
    OPTION_TIMEFRAME,
    OPTION_ADJUSTMENT,
};

static const struct timeframe_row {
    const char *name;
    int64_t bar_ns;
} timeframes[] = {
    {"1Min",  NS_PER_MIN     },
    {"5Min",  5 * NS_PER_MIN },
    {"15Min", 15 * NS_PER_MIN},
    {"30Min", 30 * NS_PER_MIN},
    {"1Hour", NS_PER_HOUR    },
    {"1Day",  NS_PER_DAY     },
};

struct pull_arguments {
    struct data_service_arguments service;
    const struct timeframe_row *timeframe;
    const char *adjustment;
    const char *out;
    bool skip_bad;
    bool has_from, has_to;
    int32_t from, to; /* dates in New York, both included */
};

/* A pull under way. */
struct pull {
    const struct pull_arguments *arguments;
    struct data_service *service;
    struct recording *recording;
    char *part;
    uint32_t group;       /* of GROUP_MAX symbols */
    struct event *events; /* of the page under way */
    uint32_t event_count;
    uint32_t event_capacity;
    uint64_t bad;
    uint64_t unfinished;
    bool ended; /* the group under way has, or nothing can go on */
    enum err err;
    struct problem *problem;
};

/* ---- the command line ---- */

/* clang-format off */
static const struct argp_option pull_options[] = {
    DATA_SERVICE_OPTIONS,
    {"from", OPTION_FROM, "DATE", 0, "The first day, in New York: 2024-01-02", 0},
    {"to", OPTION_TO, "DATE", 0, "The last day, included", 0},
    {"timeframe", OPTION_TIMEFRAME, "LENGTH", 0, "1Min, 5Min, 15Min, 30Min, 1Hour or 1Day (1Min)", 0},
    {"adjustment", OPTION_ADJUSTMENT, "KIND", 0, "raw, split, dividend or all (raw)", 0},
    {"skip-bad", DATA_OPTION_SKIP_BAD, NULL, 0, "Leave bars out that cannot be, and count them", 0},
    {"out", 'o', "FILE", 0, "The record file to write; an old one is replaced at the end", 0},
    {0},
};
/* clang-format on */

static const char pull_doc[] =
    "Fetches bars of the past from Alpaca and writes them as one record file.\v"
    "The keys are read from the environment (APCA_API_KEY_ID, APCA_API_SECRET_KEY), from .env here "
    "or from --keys FILE, and go to Alpaca's data host alone. What has come is kept in FILE.part: "
    "the same command goes on where it was interrupted. At the end the bars are held against the "
    "exchange's calendar.\n"
    "\n"
    "Examples:\n"
    "  bellwether data pull --symbols SPY,QQQ --from 2024-01-02 --to 2024-06-28 -o two.bwbars\n"
    "  bellwether data pull --symbols SPY --from 2016-01-04 --to 2023-12-29 --timeframe 1Day "
    "--feed sip -o spy.bwbars\n"
    "  bellwether data pull --symbols AAPL --from 2026-03-16 --to 2026-03-16 --data-url "
    "http://127.0.0.1:8080 -o aapl.bwbars";

static int32_t parse_date(struct argp_state *state, const char *name, const char *text)
{
    int64_t day_ns = 0;
    if (utc_parse_date(text, strlen(text), &day_ns) != ERR_OK) {
        argp_error(state, "%s is a date like 2024-01-02, not `%s`", name, text);
    }
    return (int32_t)utc_day_of(day_ns);
}

static const struct timeframe_row *parse_timeframe(struct argp_state *state, const char *text)
{
    for (size_t i = 0; i < sizeof timeframes / sizeof *timeframes; i++) {
        if (strcmp(timeframes[i].name, text) == 0) {
            return &timeframes[i];
        }
    }
    argp_error(state, "--timeframe is 1Min, 5Min, 15Min, 30Min, 1Hour or 1Day, not `%s`", text);
    return NULL;
}

static const char *parse_adjustment(struct argp_state *state, const char *text)
{
    static const char *const known[] = {"raw", "split", "dividend", "all"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i], text) == 0) {
            return known[i];
        }
    }
    argp_error(state, "--adjustment is raw, split, dividend or all, not `%s`", text);
    return NULL;
}

static void check_arguments(struct argp_state *state, const struct pull_arguments *arguments)
{
    if (!arguments->has_from || !arguments->has_to || arguments->out == NULL) {
        argp_error(state, "--from DATE, --to DATE and --out FILE are needed");
    }
    if (arguments->from > arguments->to) {
        argp_error(state, "--from lies behind --to");
    }
}

static error_t pull_parse(int key, char *text, struct argp_state *state)
{
    struct pull_arguments *arguments = state->input;
    switch (key) {
    case OPTION_FROM:
        arguments->from = parse_date(state, "--from", text);
        arguments->has_from = true;
        return 0;
    case OPTION_TO:
        arguments->to = parse_date(state, "--to", text);
        arguments->has_to = true;
        return 0;
    case OPTION_TIMEFRAME:
        arguments->timeframe = parse_timeframe(state, text);
        return 0;
    case OPTION_ADJUSTMENT:
        arguments->adjustment = parse_adjustment(state, text);
        return 0;
    case DATA_OPTION_SKIP_BAD:
        arguments->skip_bad = true;
        return 0;
    case 'o':
        arguments->out = text;
        return 0;
    case ARGP_KEY_END:
        check_arguments(state, arguments);
        return data_service_parse(key, text, state, &arguments->service);
    default:
        return data_service_parse(key, text, state, &arguments->service);
    }
}

/* ---- what comes ---- */

static void fail(struct pull *pull, enum err err)
{
    pull->err = err;
    pull->ended = true;
}

/* The record file's bar; a day is that date in UTC, as in files that are imported. */
static struct event event_of(const struct pull *pull, uint32_t instrument,
                             const struct market_message *message)
{
    int64_t bar_ns = pull->arguments->timeframe->bar_ns;
    int64_t start_ns =
        bar_ns < NS_PER_DAY ? message->ts_ns : utc_day_of(message->ts_ns) * NS_PER_DAY;
    return (struct event){.ts_ns = start_ns + bar_ns,
                          .src_ns = start_ns,
                          .kind = EVENT_BAR,
                          .version = 1,
                          .slots = 1,
                          .instrument = instrument,
                          .bar = message->event.bar};
}

/* Alpaca also gives the bar that is still being made, and late trades change a young one. */
static bool is_final(const struct pull *pull, const struct event *event)
{
    struct trading_day day;
    int64_t end_ns = event->ts_ns;
    if (pull->arguments->timeframe->bar_ns >= NS_PER_DAY &&
        calendar_day_after(CALENDAR_XNYS, event->src_ns, &day)) {
        end_ns = day.close_ns;
    }
    return !data_service_is_alpaca(pull->service) ||
           end_ns + FINAL_NS <= data_service_now_ns(pull->service);
}

static const char *fault_of(const struct pull *pull, const struct market_message *message)
{
    int64_t bar_ns = pull->arguments->timeframe->bar_ns;
    if (message == NULL) {
        return "it cannot be read";
    }
    if (bar_ns < NS_PER_DAY &&
        message->ts_ns % (bar_ns < NS_PER_HOUR ? bar_ns : NS_PER_HOUR) != 0) {
        return "it does not begin where bars of this length begin";
    }
    int32_t date = new_york_date(message->ts_ns);
    if (date < pull->arguments->from || date > pull->arguments->to) {
        return "it lies outside of the days that were asked for";
    }
    return event_bar_fault(&message->event.bar);
}

static void on_bar(void *context, const char *symbol, const struct market_message *message)
{
    struct pull *pull = context;
    const struct data_service_arguments *asked = &pull->arguments->service;
    struct instrument name;
    const struct instrument *found = NULL;
    if (pull->err != ERR_OK) {
        return;
    }
    if (symbol_parse(symbol, strlen(symbol), &name)) {
        found = bsearch(&name, asked->symbols, asked->symbol_count, sizeof name, symbol_compare);
    }
    const char *fault = found == NULL ? "nobody asked for the symbol" : fault_of(pull, message);
    if (fault != NULL) {
        char when[UTC_TEXT_SIZE] = "";
        if (message != NULL) {
            (void)utc_format(message->ts_ns, when);
        }
        pull->bad++;
        if (!pull->arguments->skip_bad) {
            pull->err = problem_set(pull->problem, ERR_FORMAT,
                                    "a bad bar of %.15s %s: %s; --skip-bad leaves such bars out",
                                    symbol, when, fault);
        }
        return;
    }
    struct event event = event_of(pull, (uint32_t)(found - asked->symbols), message);
    if (!is_final(pull, &event)) {
        pull->unfinished++;
        return;
    }
    if (pull->event_count == pull->event_capacity) {
        pull->event_capacity = 2 * pull->event_capacity + 1024;
        pull->events = xrealloc(pull->events, pull->event_capacity * sizeof *pull->events);
    }
    pull->events[pull->event_count++] = event;
}

/* By symbols, and within one by time: as pages come. */
static void show_progress(const struct pull *pull)
{
    void (*progress)(double done) = data_progress();
    if (progress == NULL || pull->event_count == 0) {
        return;
    }
    const struct event *last = &pull->events[pull->event_count - 1];
    int64_t from_ns = new_york_utc(pull->arguments->from, 0);
    int64_t span_ns = new_york_utc(pull->arguments->to + 1, 0) - from_ns;
    double share = (double)(last->ts_ns - from_ns) / (double)span_ns;
    progress((last->instrument + share) / pull->arguments->service.symbol_count);
}

/* What is asked for next, of the same group or of the following one. */
static void on_page(void *context, const char *next)
{
    struct pull *pull = context;
    if (pull->err != ERR_OK) {
        return;
    }
    char *note = next == NULL ? xasprintf("%" PRIu32 " ", pull->group + 1)
                              : xasprintf("%" PRIu32 " %s", pull->group, next);
    enum err err =
        recording_append(pull->recording, pull->events, pull->event_count, note, pull->problem);
    if (err == ERR_OK) {
        err = recording_sync(pull->recording, pull->problem);
    }
    free(note);
    show_progress(pull);
    pull->event_count = 0;
    if (err != ERR_OK) {
        fail(pull, err);
    }
}

static void on_failed(void *context, const char *why)
{
    (void)context;
    data_progress_end();
    (void)fprintf(stderr, "bellwether: a page did not come (%s); asking again\n", why);
}

static void on_ended(void *context, const struct past_bars_end *end)
{
    struct pull *pull = context;
    const char *url = data_service_url(pull->service);
    pull->ended = true;
    if (pull->err != ERR_OK || end->whole) {
        return;
    }
    if (end->class == CLIENT_KEYS) {
        pull->err = problem_set(pull->problem, ERR_REFUSED,
                                "%s refuses the keys (%s): are they whole, and still valid?", url,
                                end->why);
    } else if (end->class == CLIENT_REFUSED) {
        pull->err = problem_set(pull->problem, ERR_REFUSED, "%s refuses: %s", url, end->why);
    } else {
        pull->err = problem_set(pull->problem, ERR_IO,
                                "%s does not give the next page: %s; the same command goes on with "
                                "what has come (%s)",
                                url, end->why, pull->part);
    }
}

/* ---- asking ---- */

static uint32_t group_count(const struct pull *pull)
{
    return (pull->arguments->service.symbol_count + GROUP_MAX - 1) / GROUP_MAX;
}

static enum err pull_group(struct pull *pull, const char *token)
{
    const struct pull_arguments *arguments = pull->arguments;
    uint32_t first = pull->group * GROUP_MAX;
    uint32_t rest = arguments->service.symbol_count - first;
    char *symbols =
        data_service_list(&arguments->service, first, rest < GROUP_MAX ? rest : GROUP_MAX);
    const struct past_bars_plan plan = {
        .client = data_service_client(pull->service),
        .symbols = symbols,
        .timeframe = arguments->timeframe->name,
        .feed = arguments->service.feed,
        .adjustment = arguments->adjustment,
        .from_ns = new_york_utc(arguments->from, 0),
        .to_ns = new_york_utc(arguments->to + 1, 0) - NS_PER_S,
        .page_token = token,
        .tries = TRIES,
        .seed = (uint64_t)data_service_now_ns(pull->service),
        .context = pull,
        .bar = on_bar,
        .page = on_page,
        .failed = on_failed,
        .ended = on_ended,
    };
    struct past_bars *past = past_bars_create(&plan);
    pull->ended = false;
    while (!pull->ended && pull->err == ERR_OK) {
        data_service_turn(pull->service, past_bars_deadline_ns(past));
        if (!pull->ended) {
            past_bars_on_time(past, data_service_now_ns(pull->service));
        }
    }
    past_bars_destroy(past);
    free(symbols);
    return pull->err;
}

/* From where the last note says. */
static enum err pull_all(struct pull *pull)
{
    const char *note = recording_note(pull->recording);
    char *token = NULL;
    if (note != NULL) {
        char *end;
        pull->group = (uint32_t)strtoul(note, &end, 10);
        token = end[0] == ' ' && end[1] != '\0' ? xstrdup(end + 1) : NULL;
        (void)printf("goes on      %s has %" PRIu64 " bars\n", pull->part,
                     recording_count(pull->recording));
        (void)fflush(stdout);
    }
    enum err err = ERR_OK;
    for (; err == ERR_OK && pull->group < group_count(pull); pull->group++) {
        err = pull_group(pull, token);
        free(token);
        token = NULL;
    }
    free(token);
    data_progress_end();
    return err;
}

/* ---- the end ---- */

/* Symbols whose bars begin or end with another session than the days that were asked for; what lies
 * between is told by quality. */
static void print_edges(const struct pull *pull, const struct bars *bars)
{
    const struct pull_arguments *arguments = pull->arguments;
    struct trading_day first, last;
    int64_t from_ns = new_york_utc(arguments->from, 0);
    int64_t to_ns = new_york_utc(arguments->to + 1, 0);
    if (!calendar_day_after(CALENDAR_XNYS, from_ns, &first) ||
        !calendar_day_before(CALENDAR_XNYS, to_ns, &last)) {
        return;
    }
    const struct event **edges = xcalloc(bars->instrument_count, 2 * sizeof *edges);
    for (uint64_t i = 0; i < bars->count; i++) {
        const struct event **edge = &edges[2 * bars->records[i].instrument];
        edge[0] = edge[0] == NULL ? &bars->records[i] : edge[0];
        edge[1] = &bars->records[i];
    }
    bool daily = bars->bar_ns >= NS_PER_DAY;
    uint32_t named = 0;
    for (uint32_t i = 0; i < bars->instrument_count; i++) {
        const char *symbol = bars->instruments[i].symbol;
        const struct event *const *edge = &edges[2 * (size_t)i];
        if (edge[0] == NULL) {
            printf("no bars     %s\n", symbol);
            continue;
        }
        int64_t begins = daily ? utc_day_of(edge[0]->src_ns) : new_york_date(edge[0]->src_ns);
        int64_t ends = daily ? utc_day_of(edge[1]->src_ns) : new_york_date(edge[1]->src_ns);
        if ((begins > first.date || ends < last.date) && named++ < NAMED_MAX) {
            char from[UTC_TEXT_SIZE], to[UTC_TEXT_SIZE];
            (void)utc_format(begins * NS_PER_DAY, from);
            (void)utc_format(ends * NS_PER_DAY, to);
            printf("shorter     %s has bars from %.10s to %.10s only\n", symbol, from, to);
        }
    }
    if (named > NAMED_MAX) {
        printf("            ... and %" PRIu32 " more\n", named - NAMED_MAX);
    }
    free(edges);
}

static void print_result(const struct pull *pull, const struct bars *bars)
{
    struct quality quality;
    printf("bars        %" PRIu64 " of %" PRIu32 " symbols, %s, feed %s, %s, from %s\n",
           bars->count, bars->instrument_count, pull->arguments->timeframe->name,
           pull->arguments->service.feed, pull->arguments->adjustment,
           data_service_url(pull->service));
    data_print_span(bars);
    if (pull->bad > 0) {
        printf("bad         %" PRIu64 " bars were left out\n", pull->bad);
    }
    if (pull->unfinished > 0) {
        printf("unfinished  %" PRIu64 " bars were left out: they are still being made\n",
               pull->unfinished);
    }
    print_edges(pull, bars);
    quality_measure(bars, &quality);
    data_print_quality(bars, &quality);
    quality_finish(&quality);
    printf("data hash   %s\nwritten     %s\n", bars->data_hash, pull->arguments->out);
}

static enum err write_file(struct pull *pull)
{
    struct bars bars;
    if (recording_count(pull->recording) == 0) {
        return problem_set(pull->problem, ERR_NOT_FOUND,
                           "%s has no bars of these symbols in these days; nothing was written",
                           data_service_url(pull->service));
    }
    enum err err = recording_bars(pull->part, &bars, pull->problem);
    if (err != ERR_OK) {
        return err;
    }
    err = bar_file_write(pull->arguments->out, &bars, pull->problem);
    if (err == ERR_OK) {
        (void)unlink(pull->part); /* stays at worst, and is made into the same file again */
        print_result(pull, &bars);
    }
    bars_finish(&bars);
    return err;
}

static enum err open_recording(struct pull *pull)
{
    const struct pull_arguments *arguments = pull->arguments;
    char from[UTC_TEXT_SIZE], to[UTC_TEXT_SIZE];
    (void)utc_format(arguments->from * NS_PER_DAY, from);
    (void)utc_format(arguments->to * NS_PER_DAY, to);
    char *list = data_service_list(&arguments->service, 0, arguments->service.symbol_count);
    char *about = xasprintf("%.10s to %.10s, %s, %s, %s, %s: %s", from, to,
                            arguments->timeframe->name, arguments->service.feed,
                            arguments->adjustment, data_service_url(pull->service), list);
    const struct recording_head head = {.instruments = arguments->service.symbols,
                                        .instrument_count = arguments->service.symbol_count,
                                        .bar_ns = arguments->timeframe->bar_ns,
                                        .about = about};
    enum err err = recording_open(pull->part, &head, &pull->recording, pull->problem);
    free(list);
    free(about);
    return err;
}

static enum err run(struct pull *pull)
{
    enum err err = data_service_open(&pull->arguments->service, &pull->service, pull->problem);
    if (err == ERR_OK) {
        err = open_recording(pull);
    }
    if (err == ERR_OK) {
        err = pull_all(pull);
    }
    return err == ERR_OK ? write_file(pull) : err;
}

int cmd_data_pull(int argc, char **argv)
{
    static const struct argp argp = {
        .options = pull_options, .parser = pull_parse, .doc = pull_doc};
    struct pull_arguments arguments = {.timeframe = &timeframes[0], .adjustment = "raw"};
    struct problem problem = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    struct pull pull = {
        .arguments = &arguments, .part = xasprintf("%s.part", arguments.out), .problem = &problem};
    enum err err = run(&pull);
    int code = err == ERR_OK ? data_end_output() : cmd_fail(&problem);
    if (err != ERR_OK && pull.recording != NULL && recording_count(pull.recording) == 0) {
        (void)unlink(pull.part); /* holds nothing */
    }
    recording_close(pull.recording);
    data_service_close(pull.service);
    data_service_arguments_finish(&arguments.service);
    free(pull.events);
    free(pull.part);
    return code;
}
