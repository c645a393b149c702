/* paper_run_test.h: a paper run over loopback in one process, for tests: a synthetic market, the
 * exchange that serves it, the world outside, a driver, and a log, in memory unless it was made.
 *
 *   paper_run_make(&run, "x.yaml", text, seed, sessions);       config, loop, market
 *   paper_run_serve(&run, ticks, script);                       the exchange
 *   paper_run_meet(&run, &paper_plan, &driver_plan, "tag");     the rest, up to driver_begin()
 *   ...
 *   paper_run_finish(&run); */
#ifndef CMD_PAPER_RUN_TEST_H
#define CMD_PAPER_RUN_TEST_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "cmd/paper_world.h"
#include "cmd/served_exchange.h"
#include "data/synth.h"
#include "driver/driver.h"

struct paper_run {
    struct run_config config;
    struct bars bars;
    struct loop *loop;
    struct served_exchange *served;
    struct paper_world *world;
    struct driver *driver;
    struct log *log;
    const char *resume_dir; /* of the log to take up where it ends; NULL: the run begins */
    bool faulty;            /* the exchange has a script */
    char http[64], admin[64], trading_stream[64], data_stream[64]; /* where the exchange is */
};

/* The config's symbols in bars of a minute, from 2 January 2024 on. */
static inline void paper_run_make(struct paper_run *run, const char *name, const char *config,
                                  uint64_t seed, uint32_t sessions)
{
    struct problem problem;
    *run = (struct paper_run){.loop = loop_create()};
    cr_assert_eq(config_parse(name, config, strlen(config), &run->config, &problem), ERR_OK, "%s",
                 problem.text);
    int64_t first_day = utc_days((struct utc_date){.year = 2024, .month = 1, .day = 2});
    struct synth_symbol *symbols =
        synth_symbols_named(seed, run->config.symbols, run->config.symbol_count);
    struct synth_session *days = synth_sessions(first_day, sessions);
    const struct synth_plan plan = {.seed = seed,
                                    .symbols = symbols,
                                    .symbol_count = run->config.symbol_count,
                                    .sessions = days,
                                    .session_count = sessions,
                                    .bar_ns = NS_PER_MIN};
    synth_bars_create(&plan, &run->bars);
    free(symbols);
    free(days);
}

/* `ticks` and `faults` as in struct served_exchange_plan. */
static inline void paper_run_serve(struct paper_run *run, bool ticks, const char *faults)
{
    struct problem problem;
    const struct exchange_plan exchange =
        driver_exchange_plan(&run->config, run->bars.instrument_count);
    const struct served_exchange_plan plan = {.loop = run->loop,
                                              .bars = &run->bars,
                                              .calendar = run->config.calendar,
                                              .exchange = &exchange,
                                              .ticks = ticks,
                                              .faults = faults};
    cr_assert_eq(served_exchange_open(&plan, &run->served, &problem), ERR_OK, "%s", problem.text);
    run->faulty = faults != NULL;
    unsigned port = served_exchange_port(run->served);
    unsigned admin_port = served_exchange_admin_port(run->served);
    (void)snprintf(run->http, sizeof run->http, "http://127.0.0.1:%u", port);
    (void)snprintf(run->admin, sizeof run->admin, "http://127.0.0.1:%u", admin_port);
    (void)snprintf(run->trading_stream, sizeof run->trading_stream, "ws://127.0.0.1:%u/stream",
                   port);
    (void)snprintf(run->data_stream, sizeof run->data_stream, "ws://127.0.0.1:%u/v2/iex", port);
}

static inline void paper_run_open_world(struct paper_run *run, struct paper_plan plan)
{
    struct problem problem;
    plan.loop = run->loop;
    plan.addresses = (struct client_addresses){.trading = run->http,
                                               .data = run->http,
                                               .trading_stream = run->trading_stream,
                                               .data_stream = run->data_stream};
    plan.keys = (struct client_keys){"PAPER", "paper"};
    plan.feed = "iex";
    plan.config = &run->config;
    plan.instruments = run->bars.instruments;
    plan.instrument_count = run->bars.instrument_count;
    plan.bar_ns = NS_PER_MIN;
    enum err err = ERR_IO;
    int tries = run->faulty ? 50 : 1; /* the start meets faults, too */
    for (; tries > 0 && err != ERR_OK; tries--) {
        err = paper_world_open(&plan, &run->world, &problem);
    }
    cr_assert_eq(err, ERR_OK, "%s", problem.text);
}

static inline void paper_run_resume(struct paper_run *run)
{
    struct problem problem;
    struct log_reader *reader = NULL;
    cr_assert_eq(log_reader_open(run->resume_dir, &reader, &problem), ERR_OK, "%s", problem.text);
    cr_assert_eq(driver_resume(run->driver, reader, &problem), ERR_OK, "%s", problem.text);
    log_reader_close(reader);
}

/* Of both plans what every such run has is filled in here. */
static inline void paper_run_meet(struct paper_run *run, const struct paper_plan *outside,
                                  const struct driver_plan *inside, const char *tag)
{
    struct problem problem;
    if (run->log == NULL) {
        cr_assert_eq(log_create_in_memory(1 << 20, &run->log, &problem), ERR_OK);
    }
    paper_run_open_world(run, *outside);
    struct driver_plan plan = *inside;
    plan.config = &run->config;
    plan.instrument_count = run->bars.instrument_count;
    plan.outside = true;
    plan.log = run->log;
    plan.market_log = MARKET_LOG_FULL;
    cr_assert_eq(driver_create(&plan, &run->driver, &problem), ERR_OK, "%s", problem.text);
    if (run->resume_dir != NULL) {
        paper_run_resume(run);
    }
    cr_assert_eq(paper_world_meet(run->world, run->driver, tag, &problem), ERR_OK, "%s",
                 problem.text);
}

static inline void paper_run_finish(struct paper_run *run)
{
    struct problem problem;
    paper_world_close(run->world);
    driver_destroy(run->driver);
    served_exchange_close(run->served);
    loop_destroy(run->loop);
    (void)log_close(run->log, &problem);
    bars_finish(&run->bars);
    config_finish(&run->config);
}

#endif
