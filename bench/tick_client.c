/* tick_client.c: a paper run against bench/tick_server.c: the way of `bellwether run --mode paper`
 * from the bytes of a minute bar on a WebSocket to the bytes of an order, with a strategy that acts
 * at every bar, all gates, order table and ledger. Its clock alone is its own: it stands at the end
 * of the minute that comes next, so that a session takes no day.
 *
 *   tick_client PORT [LOG | busy | raw]
 *
 * With LOG each step that sends is durable there before it is sent; without, the log is in memory.
 * `busy`: it never sleeps, as with --busy-poll. `raw`: in the place of the log's sync there are a
 * write of a step's size into a preallocated file and fdatasync(): the least that durable costs.
 *
 * Ends with SIGTERM or when the server is gone, and prints its own stages. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/utc.h"
#include "cmd/paper_world.h"
#include "driver/driver_private.h"
#include "driver/latency.h"
#include "feed/schedule.h"
#include "log/log.h"
#include "sys/memory.h"

static const char config_text[] =
    "mode: paper\ncalendar: XNYS\nsymbols: [AAPL]\nbar: 1min\ncash: $1,000,000\ncommission: $0\n"
    "strategies:\n  - name: quick_test\n    parameters: {warmup_bars: 2, threshold: 0.001}\n"
    "    frame: 1min\n    quantity: 100\n"
    "limits:\n  max_order_notional: $100,000\n  max_position_notional: $100,000\n"
    "  max_open_positions: 10 positions\n  max_orders_per_session: 10000 orders\n"
    "  max_orders_per_strategy: 10000 orders\n  max_daily_loss: 100%\n  max_exposure: $500,000\n"
    "  min_time_between_entries: 0s\n  max_portfolio_heat: 100%\n  price_collar: 100%\n";

static volatile sig_atomic_t stop;

static void on_signal(int signal)
{
    (void)signal;
    stop = 1;
}

/* ---- the clock ---- */

struct clock {
    const struct driver *driver; /* NULL: before it has begun */
    const struct paper_world *world;
    int64_t now_ns;
    uint64_t slices; /* given when it moved last */
    bool moved;
};

/* The end of the minute that comes next; it stands until that minute was given, and while an order
 * or any request is out. */
static int64_t utc_ns(void *context)
{
    static const struct schedule minutes = {CALENDAR_XNYS, false, NS_PER_MIN};
    struct clock *clock = context;
    const struct engine *engine = clock->driver != NULL ? driver_engine(clock->driver) : NULL;
    struct frame next;
    if (engine != NULL && engine->counters.orders == engine->counters.fills &&
        (!clock->moved || engine->counters.slices > clock->slices) &&
        paper_world_is_idle(clock->world) && schedule_after(&minutes, clock->now_ns, &next)) {
        clock->now_ns = next.end_ns;
        clock->slices = engine->counters.slices;
        clock->moved = true;
    }
    return clock->now_ns;
}

/* ---- the raw step ---- */

enum { RAW_STEP = 896, RAW_STEPS = 1024 }; /* bytes of a step with an order; of one session */

static struct {
    int fd;
    uint64_t steps;
    const struct broker_ops *ops; /* the broker's own */
} raw;

static void write_raw_first(struct broker *broker, const struct output *output)
{
    static const char bytes[RAW_STEP] = "x";
    off_t at = (off_t)(raw.steps++ % RAW_STEPS * RAW_STEP);
    if (pwrite(raw.fd, bytes, RAW_STEP, at) != RAW_STEP || fdatasync(raw.fd) != 0) {
        perror("tick_client: raw.bin");
        exit(1);
    }
    raw.ops->carry_out(broker, output);
}

static void put_raw_step(const struct driver *driver)
{
    static struct broker_ops ops;
    static const char zeros[RAW_STEP * RAW_STEPS];
    struct broker *broker = driver->world->broker;
    raw.fd = open("raw.bin", O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);
    if (raw.fd < 0 || pwrite(raw.fd, zeros, sizeof zeros, 0) != (ssize_t)sizeof zeros ||
        fsync(raw.fd) != 0) {
        perror("tick_client: raw.bin");
        exit(1);
    }
    raw.ops = broker->ops;
    ops = *broker->ops;
    ops.carry_out = write_raw_first;
    broker->ops = &ops;
}

/* ---- the run ---- */

static void say(void *context, const char *what, const char *text)
{
    (void)context;
    (void)fprintf(stderr, "tick_client: %s: %s\n", what, text);
}

static void fail(const struct problem *problem)
{
    (void)fprintf(stderr, "tick_client: %s\n", problem->text);
    exit(1);
}

static void print_stages(const struct driver *driver)
{
    const struct latency *latency = driver_latency(driver);
    for (int i = 0; i < LATENCY_STAGE_COUNT; i++) {
        const struct histogram *stage = &latency->stages[i];
        printf("%-8s p50 %8.1f  p99 %8.1f  max %9.1f us in %llu\n",
               latency_stage_text((enum latency_stage)i),
               (double)histogram_quantile_ns(stage, 500000) / 1e3,
               (double)histogram_quantile_ns(stage, 990000) / 1e3, (double)stage->max_ns / 1e3,
               (unsigned long long)stage->count);
    }
}

static struct log *open_log(const char *dir)
{
    struct log *log;
    struct problem problem;
    enum err err = dir != NULL ? log_create(dir, NULL, NULL, &log, &problem)
                               : log_create_in_memory(64 << 20, &log, &problem);
    if (err != ERR_OK) {
        fail(&problem);
    }
    return log;
}

static void trade(const struct run_config *config, struct paper_world *world, struct clock *clock,
                  const char *dir, bool raw_step)
{
    struct problem problem;
    struct driver *driver;
    const struct driver_plan plan = {.config = config,
                                     .instrument_count = config->symbol_count,
                                     .outside = true,
                                     .start_ns = clock->now_ns,
                                     .sync = dir != NULL,
                                     .stop = &stop};
    struct log *log = open_log(dir);
    if (driver_create(&plan, &driver, &problem) != ERR_OK) {
        fail(&problem);
    }
    driver_set_log(driver, log);
    if (paper_world_meet(world, driver, "bench", &problem) != ERR_OK ||
        driver_begin(driver, &problem) != ERR_OK) {
        fail(&problem);
    }
    if (raw_step) {
        put_raw_step(driver);
    }
    clock->world = world;
    clock->driver = driver;
    if (driver_run(driver, &problem) != ERR_OK) {
        fail(&problem);
    }
    clock->driver = NULL;
    print_stages(driver);
    paper_world_close(world);
    driver_destroy(driver);
    if (log_close(log, &problem) != ERR_OK) {
        fail(&problem);
    }
}

int main(int argc, char **argv)
{
    struct problem problem;
    struct run_config config;
    struct paper_world *world;
    struct clock clock = {0};
    char http[64];
    char trading[64];
    char data[64];
    if (argc < 2 || argc > 3) {
        (void)fputs("usage: tick_client PORT [LOG | busy | raw]\n", stderr);
        return 2;
    }
    bool busy = argc == 3 && strcmp(argv[2], "busy") == 0;
    bool raw_step = argc == 3 && strcmp(argv[2], "raw") == 0;
    int port = (int)strtol(argv[1], NULL, 10);
    (void)snprintf(http, sizeof http, "http://127.0.0.1:%d", port + 1);
    (void)snprintf(trading, sizeof trading, "ws://127.0.0.1:%d/stream", port);
    (void)snprintf(data, sizeof data, "ws://127.0.0.1:%d/v2/iex", port);
    (void)signal(SIGTERM, on_signal);
    (void)utc_parse("2024-01-02T14:30:00Z", 20, &clock.now_ns);
    if (config_parse("tick_client", config_text, strlen(config_text), &config, &problem) !=
        ERR_OK) {
        fail(&problem);
    }
    const struct paper_plan plan = {
        .addresses = {http,  http, trading, data},
        .keys = {"key", "secret"    },
        .feed = "iex",
        .stream_symbols = 30,
        .requests_per_minute = 10000,
        .config = &config,
        .instruments = config.symbols,
        .instrument_count = config.symbol_count,
        .bar_ns = NS_PER_MIN,
        .busy_poll = busy,
        .utc_ns = utc_ns,
        .utc_context = &clock,
        .say = say
    };
    if (paper_world_open(&plan, &world, &problem) != ERR_OK) {
        fail(&problem);
    }
    trade(&config, world, &clock, argc == 3 && !busy && !raw_step ? argv[2] : NULL, raw_step);
    config_finish(&config);
    return 0;
}
