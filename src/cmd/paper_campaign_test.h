/* paper_campaign_test.h: a paper run in the same process and loop as the exchange that is served to
 * it, over real sockets, and the books of both. Every deadline and back-off is in the exchange's
 * time. For the tests of cmd/ only. */
#ifndef CMD_PAPER_CAMPAIGN_TEST_H
#define CMD_PAPER_CAMPAIGN_TEST_H

#include <inttypes.h>
#include <signal.h>

#include "cmd/paper_run_test.h"
#include "sys/memory.h"

static const char campaign_config[] = "mode: paper\n"
                                      "calendar: XNYS\n"
                                      "symbols: [AAPL, QQQ, SPY]\n"
                                      "bar: 1min\n"
                                      "cash: $100,000\n"
                                      "commission: $0\n"
                                      "exchange: {account: margin 2x}\n"
                                      "strategies:\n"
                                      "  - name: quick_test\n"
                                      "    parameters: {threshold: 0.0002, warmup_bars: 5}\n"
                                      "    frame: 1min\n"
                                      "    capital: 50%\n"
                                      "    size: {equity: 10%}\n"
                                      "    exits: {stop: 0.3%, target: 0.3%, held_by: broker, "
                                      "time_limit: 20 bars}\n"
                                      "  - name: momentum\n"
                                      "    parameters: {lookback: 5, warmup_bars: 10}\n"
                                      "    frame: 1min\n"
                                      "    capital: 50%\n"
                                      "    size: {equity: 10%}\n"
                                      "    entry: {order: limit 5bps, time_in_force: day}\n"
                                      "    exits: {stop: 0.5%}\n"
                                      "limits:\n"
                                      "  max_order_notional: 100%\n"
                                      "  max_position_notional: 100%\n"
                                      "  max_exposure: 200%\n"
                                      "  max_open_positions: 10 positions\n"
                                      "  max_orders_per_session: 100000 orders\n"
                                      "  max_orders_per_strategy: 100000 orders\n"
                                      "  min_time_between_entries: 0s\n"
                                      "  max_daily_loss: 100%\n"
                                      "  max_portfolio_heat: 100%\n"
                                      "  price_collar: 500bps\n";

/* ---- what passes ---- */

/* The broker's port with somebody who looks at the clock. */
struct watched_broker {
    struct broker port;
    struct broker *broker;
    const int64_t *now_ns;
    int64_t slowest_ns;
};

static struct watched_broker *watched(struct broker *port)
{
    return (struct watched_broker *)port;
}

static void watched_carry_out(struct broker *port, const struct output *output)
{
    struct broker *broker = watched(port)->broker;
    broker->ops->carry_out(broker, output);
}

static const struct event *watched_next(struct broker *port)
{
    struct watched_broker *self = watched(port);
    const struct event *report = self->broker->ops->next_report(self->broker);
    if (report != NULL && report->kind == EVENT_FILL) {
        int64_t late_ns = *self->now_ns - report->src_ns;
        self->slowest_ns = late_ns > self->slowest_ns ? late_ns : self->slowest_ns;
    }
    return report;
}

static int64_t watched_deadline(const struct broker *port)
{
    const struct broker *broker = ((const struct watched_broker *)port)->broker;
    return broker->ops->deadline_ns(broker);
}

static void watched_on_time(struct broker *port, int64_t now_ns)
{
    struct broker *broker = watched(port)->broker;
    broker->ops->on_time(broker, now_ns);
}

static const struct broker_ops watched_ops = {watched_carry_out, watched_next, watched_deadline,
                                              watched_on_time};

/* ---- a run ---- */

struct campaign {
    struct paper_run run;
    struct watched_broker broker;
    const char *dir; /* of the log; NULL: it is in memory */
    const volatile sig_atomic_t *stop;
    bool ticks;
    bool loud;
};

static void say(void *context, const char *what, const char *text)
{
    const struct campaign *campaign = context;
    if (campaign->loud) {
        (void)fprintf(stderr, "# %s: %s\n", what, text);
    }
}

/* Begins the run, or takes it up; somebody looks at the clock between driver and broker. */
static void meet(struct campaign *campaign)
{
    struct paper_run *run = &campaign->run;
    struct problem problem;
    const struct paper_plan outside = {.admin_url = run->admin,
                                       .stream_symbols = 30,
                                       .patience_ns = 2 * NS_PER_MS,
                                       .say = say,
                                       .say_context = campaign};
    const struct driver_plan inside = {.sync = campaign->dir != NULL, .stop = campaign->stop};
    paper_run_meet(run, &outside, &inside, "campaign");
    struct driver_world *world = paper_world_outside(run->world);
    campaign->broker = (struct watched_broker){
        {&watched_ops, 0},
        world->broker, world->now_ns, 0
    };
    world->broker = &campaign->broker.port;
    if (run->resume_dir == NULL) {
        cr_assert_eq(driver_begin(run->driver, &problem), ERR_OK);
    }
}

/* `campaign`: `ticks` and, where the log is in a folder, `dir` and `stop`. */
static void open_campaign(struct campaign *campaign, uint64_t seed, uint32_t sessions,
                          char *(*script)(uint64_t seed, int64_t until_ns))
{
    struct paper_run *run = &campaign->run;
    struct problem problem;
    campaign->loud = getenv("BELLWETHER_LOUD") != NULL;
    paper_run_make(run, "campaign.yaml", campaign_config, seed, sessions);
    char *text = script(seed, run->bars.records[run->bars.count - 1].ts_ns - 3 * NS_PER_HOUR);
    paper_run_serve(run, campaign->ticks, text);
    free(text);
    if (campaign->dir != NULL) {
        cr_assert_eq(log_create(campaign->dir, NULL, NULL, &run->log, &problem), ERR_OK);
    }
    meet(campaign);
}

/* ---- what must be the same ---- */

struct fills {
    struct served_fill *rows;
    size_t count;
};

static int compare_fills(const void *a, const void *b)
{
    const struct served_fill *x = a;
    const struct served_fill *y = b;
    const int64_t keys[][2] = {
        {x->ts_ns,      y->ts_ns     },
        {x->instrument, y->instrument},
        {x->sells,      y->sells     },
        {x->price_e9,   y->price_e9  },
        {x->qty_e9,     y->qty_e9    }
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (keys[i][0] != keys[i][1]) {
            return keys[i][0] < keys[i][1] ? -1 : 1;
        }
    }
    return 0;
}

static void add(struct fills *fills, struct served_fill fill)
{
    fills->rows = xrealloc(fills->rows, (fills->count + 1) * sizeof *fills->rows);
    fills->rows[fills->count++] = fill;
}

static struct fills ours(const struct campaign *campaign)
{
    struct fills fills = {0};
    struct problem problem;
    struct log_reader *reader = NULL;
    const struct event *record;
    cr_assert_eq(log_flush(campaign->run.log, &problem), ERR_OK);
    cr_assert_eq(campaign->dir == NULL
                     ? log_reader_open_in_memory(campaign->run.log, &reader, &problem)
                     : log_reader_open(campaign->dir, &reader, &problem),
                 ERR_OK);
    while ((record = log_reader_next(reader)) != NULL) {
        if (record->kind == EVENT_FILL) {
            bool sells = order_id_role(record->report.order_id) != ORDER_ROLE_ENTRY;
            add(&fills, (struct served_fill){record->instrument, sells, record->report.qty_e9,
                                             record->report.price_e9, record->src_ns});
        }
    }
    log_reader_close(reader);
    qsort(fills.rows, fills.count, sizeof *fills.rows, compare_fills);
    return fills;
}

static struct fills theirs(const struct campaign *campaign)
{
    struct fills fills = {0};
    struct served_fill fill;
    for (uint32_t i = 0; served_exchange_fill(campaign->run.served, i, &fill); i++) {
        add(&fills, fill);
    }
    qsort(fills.rows, fills.count, sizeof *fills.rows, compare_fills);
    return fills;
}

/* The first executions of either side that the other has not: for whoever looks for the reason. */
static void show_first_difference(const struct campaign *campaign, const struct fills *our_fills,
                                  const struct fills *their_fills)
{
    size_t at = 0;
    while (at < our_fills->count && at < their_fills->count &&
           compare_fills(&our_fills->rows[at], &their_fills->rows[at]) == 0) {
        at++;
    }
    const struct fills *sides[] = {our_fills, their_fills};
    for (int side = 0; side < 2; side++) {
        for (size_t i = at; i < sides[side]->count && i < at + 3; i++) {
            const struct served_fill *fill = &sides[side]->rows[i];
            char when[UTC_TEXT_SIZE];
            (void)utc_format(fill->ts_ns, when);
            (void)fprintf(stderr, "# %s fill %zu: %s %s %s %.2f at %.4f\n",
                          side == 0 ? "our" : "their", i, when,
                          campaign->run.bars.instruments[fill->instrument].symbol,
                          fill->sells ? "sell" : "buy", (double)fill->qty_e9 / 1e9,
                          (double)fill->price_e9 / 1e9);
        }
    }
}

static void expect_same_books(const struct campaign *campaign)
{
    const struct engine *engine = driver_engine(campaign->run.driver);
    struct fills our_fills = ours(campaign);
    struct fills their_fills = theirs(campaign);
    int64_t cash_e9 = 0;
    cr_expect_eq(our_fills.count, their_fills.count, "%zu of ours, %zu of theirs", our_fills.count,
                 their_fills.count);
    show_first_difference(campaign, &our_fills, &their_fills);
    size_t count = our_fills.count < their_fills.count ? our_fills.count : their_fills.count;
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(compare_fills(&our_fills.rows[i], &their_fills.rows[i]), 0, "fill %zu", i);
    }
    cr_expect(served_exchange_cash_e9(campaign->run.served, &cash_e9));
    cr_expect_eq(cash_e9, ledger_cash_e9(&engine->ledger));
    for (uint32_t i = 0; i < engine->instrument_count; i++) {
        cr_expect_eq(served_exchange_qty_e9(campaign->run.served, i),
                     engine->ledger.positions[i].qty_e9, "%s",
                     campaign->run.bars.instruments[i].symbol);
    }
    cr_expect(engine_is_consistent(engine));
    cr_expect_eq(engine->fault, ENGINE_FAULT_NONE);
    free(our_fills.rows);
    free(their_fills.rows);
}

#endif
