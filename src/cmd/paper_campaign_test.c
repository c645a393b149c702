/* paper_campaign_test.c: paper runs over real sockets against the exchange served, which loses,
 * repeats, delays and spoils what it says; when all is over, the exchange's own books and ours are
 * the same: no execution lost, none doubled, cash and shares to the last unit.
 *
 * Every deadline and back-off is in the exchange's time. BELLWETHER_EVENTS: so many messages (half
 * a session without it); BELLWETHER_SEED repeats a run. */
#include <inttypes.h>

#include "cmd/paper_run_test.h"
#include "sys/memory.h"

static const char config_text[] = "mode: paper\n"
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

/* A fifth of all that is said is spoilt, a twentieth ends its connection; until the last session,
 * in which everything has to come right. */
static const char script_text[] =
    "seed: %" PRIu64 "\n"
    "rules:\n"
    "  - {route: 'POST /v2/orders', what: timeout_after, probability: 6%%, until: %s}\n"
    "  - {route: 'POST /v2/orders', what: timeout_before, probability: 5%%, until: %s}\n"
    "  - {route: 'POST /v2/orders', what: reset, probability: 3%%, until: %s}\n"
    "  - {route: 'POST /v2/orders', what: status, code: 503, carried_out: yes, probability: 3%%, "
    "until: %s}\n"
    "  - {route: 'POST /v2/orders', what: garbled, probability: 3%%, until: %s}\n"
    "  - {route: 'DELETE *', what: timeout_after, probability: 10%%, until: %s}\n"
    "  - {route: 'DELETE *', what: timeout_before, probability: 10%%, until: %s}\n"
    "  - {route: 'GET /v2/*', what: timeout_before, probability: 4%%, until: %s}\n"
    "  - {route: 'GET /v2/*', what: status, code: 500, probability: 4%%, until: %s}\n"
    "  - {route: 'GET /v2/*', what: not_json, probability: 3%%, until: %s}\n"
    "  - {route: 'GET /v2/*', what: cut, probability: 3%%, until: %s}\n"
    "  - {route: 'GET /v2/*', what: garbled, probability: 3%%, until: %s}\n"
    "  - {route: 'GET /v2/*', what: empty, probability: 3%%, until: %s}\n"
    "  - {stream: trading, what: disconnect, probability: 5%%, until: %s}\n"
    "  - {stream: trading, what: drop, probability: 8%%, until: %s}\n"
    "  - {stream: trading, what: duplicate, probability: 5%%, until: %s}\n"
    "  - {stream: trading, what: reorder, probability: 4%%, until: %s}\n"
    "  - {stream: trading, what: fragment, probability: 3%%, until: %s}\n"
    "  - {stream: data, what: disconnect, probability: 5%%, until: %s}\n"
    "  - {stream: data, what: drop, probability: 10%%, until: %s}\n"
    "  - {stream: data, what: duplicate, probability: 5%%, until: %s}\n"
    "  - {stream: data, what: garble, probability: 2%%, until: %s}\n"
    "  - {stream: data, what: fragment, probability: 3%%, until: %s}\n"
    "  - {what: partial, probability: 30%%, until: %s}\n"
    "  - {what: fill_during_cancel, probability: 20%%, until: %s}\n"
    "  - {what: lookup_lag, for: 8s, probability: 10%%, until: %s}\n";

enum { UNTILS = 26, SESSIONS_MAX = 200 };

static uint64_t number_of(const char *variable, uint64_t usual)
{
    const char *text = getenv(variable);
    return text == NULL ? usual : strtoull(text, NULL, 10);
}

/* The script with its seed and, everywhere, the moment from which all goes well. */
static char *make_script(uint64_t seed, int64_t until_ns)
{
    char when[UTC_TEXT_SIZE];
    (void)utc_format(until_ns, when);
    const char *w = when;
    return xasprintf(script_text, seed, w, w, w, w, w, w, w, w, w, w, w, w, w, w, w, w, w, w, w, w,
                     w, w, w, w, w, w);
}

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
    bool loud;
};

static void say(void *context, const char *what, const char *text)
{
    const struct campaign *campaign = context;
    if (campaign->loud) {
        (void)fprintf(stderr, "# %s: %s\n", what, text);
    }
}

/* Somebody looks at the clock between driver and broker. */
static void watch_broker(struct campaign *campaign)
{
    struct driver_world *outside = paper_world_outside(campaign->run.world);
    campaign->broker = (struct watched_broker){
        {&watched_ops, 0},
        outside->broker, outside->now_ns, 0
    };
    outside->broker = &campaign->broker.port;
}

static void open_campaign(struct campaign *campaign, uint64_t seed, uint32_t sessions, bool ticks,
                          char *(*script)(uint64_t seed, int64_t until_ns))
{
    struct problem problem;
    struct paper_run *run = &campaign->run;
    *campaign = (struct campaign){.loud = getenv("BELLWETHER_LOUD") != NULL};
    paper_run_make(run, "campaign.yaml", config_text, seed, sessions);
    char *text = script(seed, run->bars.records[run->bars.count - 1].ts_ns - 3 * NS_PER_HOUR);
    paper_run_serve(run, ticks, text);
    free(text);
    const struct paper_plan outside = {.admin_url = run->admin,
                                       .stream_symbols = 30,
                                       .patience_ns = 2 * NS_PER_MS,
                                       .say = say,
                                       .say_context = campaign};
    paper_run_meet(run, &outside, &(struct driver_plan){0}, "campaign");
    watch_broker(campaign);
    cr_assert_eq(driver_begin(run->driver, &problem), ERR_OK);
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
    cr_assert_eq(log_reader_open_in_memory(campaign->run.log, &reader, &problem), ERR_OK);
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

Test(paper_campaign, books_are_equal_whatever_the_wire_does, .timeout = 3600)
{
    uint64_t seed = number_of("BELLWETHER_SEED", 1);
    uint64_t wanted = number_of("BELLWETHER_EVENTS", 3000);
    uint64_t events = 0;
    uint64_t strikes = 0;
    uint64_t fills = 0;
    for (; events < wanted; seed++) {
        struct campaign campaign;
        struct problem problem;
        open_campaign(&campaign, seed, wanted > 10000 ? 2 : 1, true, make_script);
        enum err err = driver_run(campaign.run.driver, &problem);
        cr_assert_eq(err, ERR_OK, "seed %" PRIu64 ": %s", seed, problem.text);
        expect_same_books(&campaign);
        events += paper_world_messages(campaign.run.world);
        strikes += served_exchange_strikes(campaign.run.served);
        fills += driver_engine(campaign.run.driver)->counters.fills;
        paper_run_finish(&campaign.run);
    }
    cr_expect_gt(fills, 0);
    cr_expect_gt(strikes * 5, events / 2, "a tenth at least was spoilt");
    (void)fprintf(stderr,
                  "# %" PRIu64 " messages, %" PRIu64 " faults, %" PRIu64 " fills on both sides\n",
                  events, strikes, fills);
}

/* ---- streams that are mute or gone ---- */

static char *mute_script(uint64_t seed, int64_t until_ns)
{
    (void)until_ns;
    return xasprintf("seed: %" PRIu64 "\n"
                     "rules:\n"
                     "  - {stream: trading, what: mute, for: 40min, probability: 3%%}\n"
                     "  - {stream: trading, what: disconnect, for: 20min, refuse: 406, "
                     "probability: 10%%}\n"
                     "  - {stream: trading, what: drop, probability: 60%%}\n"
                     "  - {stream: data, what: mute, for: 30min, probability: 2%%}\n"
                     "  - {stream: data, what: disconnect, for: 10min, probability: 2%%}\n",
                     seed);
}

/* Two sessions and the night between them are more than 24 hours. */
Test(paper_campaign, what_the_streams_never_said_is_found_within_15_s, .timeout = 3600)
{
    struct campaign campaign;
    struct problem problem;
    open_campaign(&campaign, number_of("BELLWETHER_SEED", 7), 2, true, mute_script);
    int64_t from_ns = campaign.run.bars.records[0].src_ns;
    int64_t to_ns = campaign.run.bars.records[campaign.run.bars.count - 1].ts_ns;
    cr_assert_gt(to_ns - from_ns, 24 * NS_PER_HOUR);
    cr_assert_eq(driver_run(campaign.run.driver, &problem), ERR_OK, "%s", problem.text);
    expect_same_books(&campaign);
    uint64_t fills = driver_engine(campaign.run.driver)->counters.fills;
    int64_t slowest_ns = campaign.broker.slowest_ns;
    cr_expect_gt(fills, 10);
    cr_expect_leq(slowest_ns, 15 * NS_PER_S, "%.1f s", (double)slowest_ns / 1e9);
    (void)fprintf(stderr,
                  "# %.1f hours, %" PRIu64 " fills, %" PRIu64
                  " faults, the slowest found after %.1f s\n",
                  (double)(to_ns - from_ns) / (double)NS_PER_HOUR, fills,
                  served_exchange_strikes(campaign.run.served), (double)slowest_ns / 1e9);
    paper_run_finish(&campaign.run);
}
