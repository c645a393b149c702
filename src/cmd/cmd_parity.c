/* cmd_parity.c: `bellwether parity`: the same config over the same bars three times, as a backtest,
 * as a simulation, and over real sockets against the exchange served behind Alpaca's API; all three
 * must come to the same decisions and the same fills. In bellwether-net. */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "cmd/book_files.h"
#include "cmd/cmd.h"
#include "cmd/cmd_data.h"
#include "cmd/paper_world.h"
#include "cmd/served_exchange.h"
#include "cmd/source.h"
#include "core/decision_hash.h"
#include "driver/driver.h"
#include "sys/clock.h"
#include "sys/json_writer.h"
#include "sys/memory.h"
#include "sys/plugin.h"

/* A request over loopback that hangs so long is a fault of the run, not of the exchange. */
#define PATIENCE_NS (20 * NS_PER_S)

enum { OPTION_DATA = 256, OPTION_SKIP_BAD, OPTION_JSON };

enum way { WAY_BACKTEST, WAY_SIM, WAY_PAPER, WAY_COUNT };

static const char *const way_texts[WAY_COUNT] = {"backtest", "sim", "paper"};

/* What one run came to. */
struct outcome {
    uint64_t decision_hash;
    uint64_t fill_hash;
    uint64_t decisions;
    uint64_t orders;
    uint64_t fill_count;
    struct event *fills; /* as they were logged */
    int64_t equity_e9;
    int64_t cash_e9;
    double seconds;
};

struct parity {
    const char *config_path;
    struct source source;
    bool json;
    struct run_config config;
    struct bars bars;
    struct book_files files;
    struct import_report import;
    struct outcome outcomes[WAY_COUNT];
};

/* ---- what is compared ---- */

static uint64_t mix(uint64_t hash, uint64_t value)
{
    return decision_hash_step(hash, value);
}

static void add_fill(struct outcome *outcome, const struct event *fill)
{
    uint64_t hash = outcome->fill_hash;
    hash = mix(hash, fill->report.order_id);
    hash = mix(hash, fill->instrument);
    hash = mix(hash, (uint64_t)fill->report.qty_e9);
    hash = mix(hash, (uint64_t)fill->report.price_e9);
    hash = mix(hash, (uint64_t)fill->report.commission_e9);
    outcome->fill_hash = mix(hash, (uint64_t)fill->src_ns);
    if ((outcome->fill_count & (outcome->fill_count - 1)) == 0) { /* room doubles */
        size_t room = outcome->fill_count == 0 ? 1 : 2 * outcome->fill_count;
        outcome->fills = xrealloc(outcome->fills, room * sizeof *outcome->fills);
    }
    outcome->fills[outcome->fill_count++] = *fill;
}

/* Fills and decisions as they are in the log. */
static enum err read_log(const struct log *log, struct outcome *outcome, struct problem *problem)
{
    struct log_reader *reader = NULL;
    const struct event *record;
    enum err err = log_reader_open_in_memory(log, &reader, problem);
    if (err != ERR_OK) {
        return err;
    }
    outcome->fill_hash = DECISION_HASH_START;
    while ((record = log_reader_next(reader)) != NULL) {
        outcome->decisions += record->kind == EVENT_DECISION ? 1 : 0;
        if (record->kind == EVENT_FILL) {
            add_fill(outcome, record);
        }
    }
    log_reader_close(reader);
    return ERR_OK;
}

static enum err conclude(const struct driver *driver, struct log *log, struct outcome *outcome,
                         struct problem *problem)
{
    const struct engine *engine = driver_engine(driver);
    outcome->decision_hash = engine->decision_hash;
    outcome->orders = engine->counters.orders;
    outcome->equity_e9 = engine->equity_e9;
    outcome->cash_e9 = ledger_cash_e9(&engine->ledger);
    enum err err = log_flush(log, problem);
    return err == ERR_OK ? read_log(log, outcome, problem) : err;
}

/* ---- the three ways ---- */

static enum err run_inside(struct parity *parity, enum way way, struct log *log,
                           struct problem *problem)
{
    struct driver *driver = NULL;
    struct feed *feed = feed_bars_create(&parity->bars);
    struct driver_plan plan = {
        .config = &parity->config,
        .instrument_count = parity->bars.instrument_count,
        .feed = feed,
        .start_ns = parity->bars.records[0].src_ns,
        .log = log,
        .market_log = way == WAY_SIM ? MARKET_LOG_FULL : MARKET_LOG_REF,
    };
    enum err err = driver_create(&plan, &driver, problem);
    if (err == ERR_OK) {
        err = driver_begin(driver, problem);
    }
    if (err == ERR_OK) {
        err = driver_run(driver, problem);
    }
    if (err == ERR_OK) {
        err = conclude(driver, log, &parity->outcomes[way], problem);
    }
    driver_destroy(driver);
    feed->ops->destroy(feed);
    return err;
}

static void say(void *context, const char *what, const char *text)
{
    (void)context;
    (void)fprintf(stderr, "paper: %s: %s\n", what, text);
}

/* The run through a world that is open. */
static enum err trade_in(struct parity *parity, struct paper_world *world, struct driver *driver,
                         struct log *log, struct problem *problem)
{
    enum err err = paper_world_meet(world, driver, "parity", problem);
    if (err == ERR_OK) {
        err = driver_begin(driver, problem);
    }
    if (err == ERR_OK) {
        err = driver_run(driver, problem);
    }
    if (err == ERR_OK) {
        err = conclude(driver, log, &parity->outcomes[WAY_PAPER], problem);
    }
    return err;
}

static enum err trade_on(struct parity *parity, struct loop *loop,
                         const struct served_exchange *served, struct log *log,
                         struct problem *problem)
{
    char *url = xasprintf("http://127.0.0.1:%u", served_exchange_port(served));
    char *admin_url = xasprintf("http://127.0.0.1:%u", served_exchange_admin_port(served));
    char *trading_stream = xasprintf("ws://127.0.0.1:%u/stream", served_exchange_port(served));
    char *data_stream = xasprintf("ws://127.0.0.1:%u/v2/iex", served_exchange_port(served));
    struct paper_plan plan = {
        .loop = loop,
        .addresses = {.trading = url,
                      .data = url,
                      .trading_stream = trading_stream,
                      .data_stream = data_stream},
        .keys = {.key = "PARITY", .secret = "parity"},
        .admin_url = admin_url,
        .feed = "iex",
        .stream_symbols = parity->bars.instrument_count,
        .requests_per_minute = 1000000,
        .config = &parity->config,
        .instruments = parity->bars.instruments,
        .instrument_count = parity->bars.instrument_count,
        .bar_ns = parity->bars.bar_ns,
        .by_bars = true,
        .patience_ns = PATIENCE_NS,
        .say = say
    };
    struct driver_plan driver_plan = {.config = &parity->config,
                                      .instrument_count = parity->bars.instrument_count,
                                      .outside = true,
                                      .log = log,
                                      .market_log = MARKET_LOG_FULL};
    struct paper_world *world = NULL;
    struct driver *driver = NULL;
    enum err err = paper_world_open(&plan, &world, problem);
    if (err == ERR_OK) {
        err = driver_create(&driver_plan, &driver, problem);
    }
    if (err == ERR_OK) {
        err = trade_in(parity, world, driver, log, problem);
    }
    paper_world_close(world);
    driver_destroy(driver);
    free(url);
    free(admin_url);
    free(trading_stream);
    free(data_stream);
    return err;
}

/* The exchange of the config, served in this process; everything goes through its sockets. */
static enum err run_paper(struct parity *parity, struct log *log, struct problem *problem)
{
    const struct exchange_plan plan =
        driver_exchange_plan(&parity->config, parity->bars.instrument_count);
    struct loop *loop = loop_create();
    struct served_exchange *served = NULL;
    const struct served_exchange_plan served_plan = {.loop = loop,
                                                     .bars = &parity->bars,
                                                     .calendar = parity->config.calendar,
                                                     .exchange = &plan};
    enum err err = served_exchange_open(&served_plan, &served, problem);
    if (err == ERR_OK) {
        err = trade_on(parity, loop, served, log, problem);
    }
    served_exchange_close(served);
    loop_destroy(loop);
    return err;
}

static enum err run_way(struct parity *parity, enum way way, struct problem *problem)
{
    struct log *log = NULL;
    int64_t from_ns = clock_mono_ns();
    enum err err = log_create_in_memory(1 << 20, &log, problem);
    if (err != ERR_OK) {
        return err;
    }
    err =
        way == WAY_PAPER ? run_paper(parity, log, problem) : run_inside(parity, way, log, problem);
    parity->outcomes[way].seconds = (double)(clock_mono_ns() - from_ns) / 1e9;
    struct problem later;
    (void)log_close(log, &later); /* in memory: nothing can be lost */
    return err;
}

/* ---- what is asked of a config ---- */

/* What Alpaca's wire cannot carry, or the served exchange does otherwise than the config's. */
static enum err check_config(const struct parity *parity, struct problem *problem)
{
    const struct run_config *config = &parity->config;
    const struct exchange_config *exchange = &config->exchange;
    if (config->commission_e9 != 0 || exchange->commission_per_share_e9 != 0 ||
        exchange->commission_min_e9 != 0 || exchange->fees) {
        return problem_set(problem, ERR_USAGE,
                           "%s: commissions and fees are not on Alpaca's wire (it charges none by "
                           "the order); write `commission: $0` and `fees: none` for parity",
                           parity->config_path);
    }
    if (exchange->latency_ns != 0) {
        return problem_set(problem, ERR_USAGE,
                           "%s: with latency a cancel is decided with the bar that it falls into, "
                           "and known on a wire when that bar is over: the next order goes out "
                           "later than in a backtest; write `latency: 0s` for parity",
                           parity->config_path);
    }
    if (config->actions_path != NULL) {
        return problem_set(problem, ERR_USAGE,
                           "%s: parity is without corporate actions; leave `actions` out",
                           parity->config_path);
    }
    if (parity->bars.quote_count > 0 || parity->bars.trade_count > 0) {
        return problem_set(problem, ERR_USAGE,
                           "the data has quotes or trades; parity compares runs by bars");
    }
    return ERR_OK;
}

static enum err open_inputs(struct parity *parity, struct problem *problem)
{
    enum err err = config_read_with(parity->config_path, plugin_strategy, &parity->config, problem);
    if (err == ERR_OK) {
        err =
            source_open(&parity->source, &parity->config, &parity->bars, &parity->import, problem);
    }
    if (err == ERR_OK) {
        err = check_config(parity, problem);
    }
    if (err == ERR_OK) {
        err = book_frames_check(&parity->config, parity->bars.bar_ns, problem);
    }
    return err == ERR_OK ? book_files_open(&parity->config, parity->bars.instruments,
                                           parity->bars.instrument_count, &parity->files, problem)
                         : err;
}

/* ---- what is printed ---- */

static bool is_equal(const struct outcome *a, const struct outcome *b)
{
    return a->decision_hash == b->decision_hash && a->fill_hash == b->fill_hash &&
           a->fill_count == b->fill_count && a->orders == b->orders &&
           a->equity_e9 == b->equity_e9 && a->cash_e9 == b->cash_e9;
}

static void print_fill(const struct parity *parity, const char *way, const struct event *fill)
{
    char when[UTC_TEXT_SIZE];
    char qty[MONEY_TEXT_SIZE];
    char price[MONEY_TEXT_SIZE];
    (void)utc_format(fill->src_ns, when);
    (void)money_format(fill->report.qty_e9, qty);
    (void)money_format(fill->report.price_e9, price);
    printf("  %-9s %s  %s %s at %s, order %" PRIx64 "\n", way, when,
           parity->bars.instruments[fill->instrument].symbol, qty, price, fill->report.order_id);
}

/* The first fill in which a way leaves the backtest. */
static void print_difference(const struct parity *parity, enum way way)
{
    const struct outcome *first = &parity->outcomes[WAY_BACKTEST];
    const struct outcome *other = &parity->outcomes[way];
    for (uint64_t i = 0; i < first->fill_count || i < other->fill_count; i++) {
        const struct event *a = i < first->fill_count ? &first->fills[i] : NULL;
        const struct event *b = i < other->fill_count ? &other->fills[i] : NULL;
        if (a != NULL && b != NULL && a->src_ns == b->src_ns && a->instrument == b->instrument &&
            memcmp(&a->report, &b->report, sizeof a->report) == 0) {
            continue;
        }
        printf("fill %" PRIu64 " is the first that differs:\n", i + 1);
        if (a != NULL) {
            print_fill(parity, way_texts[WAY_BACKTEST], a);
        }
        if (b != NULL) {
            print_fill(parity, way_texts[way], b);
        }
        return;
    }
    printf("the fills of %s are those of the backtest; its decisions are not\n", way_texts[way]);
}

static void print_text(const struct parity *parity, bool equal)
{
    printf("%-9s %9s %7s %7s  %-16s %-16s %14s %8s\n", "", "decisions", "orders", "fills",
           "decision hash", "fill hash", "equity", "seconds");
    for (enum way way = 0; way < WAY_COUNT; way++) {
        const struct outcome *outcome = &parity->outcomes[way];
        printf("%-9s %9" PRIu64 " %7" PRIu64 " %7" PRIu64 "  %016" PRIx64 " %016" PRIx64
               " %14.2f %8.2f\n",
               way_texts[way], outcome->decisions, outcome->orders, outcome->fill_count,
               outcome->decision_hash, outcome->fill_hash, (double)outcome->equity_e9 / 1e9,
               outcome->seconds);
    }
    for (enum way way = WAY_SIM; way < WAY_COUNT; way++) {
        if (!is_equal(&parity->outcomes[WAY_BACKTEST], &parity->outcomes[way])) {
            print_difference(parity, way);
        }
    }
    printf("%s\n", equal ? "parity: equal" : "parity: DIFFERENT");
}

static void print_json(const struct parity *parity, bool equal)
{
    printf("{\"equal\":%s,\"runs\":{", equal ? "true" : "false");
    for (enum way way = 0; way < WAY_COUNT; way++) {
        const struct outcome *outcome = &parity->outcomes[way];
        char equity[MONEY_TEXT_SIZE];
        (void)money_format(outcome->equity_e9, equity);
        printf("%s\"%s\":{\"decisions\":%" PRIu64 ",\"orders\":%" PRIu64 ",\"fills\":%" PRIu64
               ",\"decision_hash\":\"%016" PRIx64 "\",\"fill_hash\":\"%016" PRIx64
               "\",\"equity\":\"%s\",\"seconds\":%.3f}",
               way == 0 ? "" : ",", way_texts[way], outcome->decisions, outcome->orders,
               outcome->fill_count, outcome->decision_hash, outcome->fill_hash, equity,
               outcome->seconds);
    }
    printf("}}\n");
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct parity *parity = state->input;
    switch (key) {
    case 'c':
        parity->config_path = text;
        return 0;
    case OPTION_DATA:
        source_add(&parity->source, text);
        return 0;
    case OPTION_SKIP_BAD:
        parity->source.skip_bad = true;
        return 0;
    case OPTION_JSON:
        parity->json = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "unexpected `%s`; data files go behind --data", text);
        return 0;
    case ARGP_KEY_END:
        if (parity->config_path == NULL || parity->source.path_count == 0) {
            argp_error(state, "give a config and data: -c FILE --data FILE");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void finish(struct parity *parity)
{
    for (enum way way = 0; way < WAY_COUNT; way++) {
        free(parity->outcomes[way].fills);
    }
    book_files_finish(&parity->files);
    bars_finish(&parity->bars);
    import_report_finish(&parity->import);
    config_finish(&parity->config);
    source_finish(&parity->source);
}

int cmd_parity(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"config",             'c', "FILE", 0, "The configuration", 0},
        {"data",              OPTION_DATA, "FILE", 0,
         "Bars: a record file or CSV, plain or gzip; may be given several times", 0},
        {"skip-bad", OPTION_SKIP_BAD, NULL, 0, "Leave bad rows out", 0},
        {"json",                    OPTION_JSON, NULL, 0, "Print JSON and nothing else", 0},
        {0},
    };
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .doc =
            "Runs a config over bars three times: as a backtest, as a simulation, and as a paper "
            "run that trades through real sockets on the exchange served behind Alpaca's API. "
            "Decisions, orders, fills and equity must be the same.\v"
            "Example:\n"
            "  bellwether parity -c my.yaml --data spy-2019-02-11.csv.gz\n"
            "\n"
            "Commissions must be zero: they are not on Alpaca's wire. Exit status: 0 equal, 1 "
            "different or failed, 2 bad usage or config.",
    };
    struct parity parity = {0};
    struct problem problem;
    bool equal = true;
    (void)argp_parse(&argp, argc, argv, 0, NULL, &parity);
    enum err err = open_inputs(&parity, &problem);
    for (enum way way = 0; way < WAY_COUNT && err == ERR_OK; way++) {
        err = run_way(&parity, way, &problem);
        equal = equal && is_equal(&parity.outcomes[0], &parity.outcomes[way]);
    }
    if (err == ERR_OK) {
        (parity.json ? print_json : print_text)(&parity, equal);
        err = cmd_flush(&problem);
    }
    int code = err == ERR_OK ? (equal ? EXIT_DONE : EXIT_FAILED) : cmd_fail(&problem);
    finish(&parity);
    return code;
}
