/* closer_test.c: runs of random plans on a random market place, whole, cut and replayed.
 *
 * The driver compares the exchange's ledger with the engine's after each report and each slice, and
 * stops a run in which they differ. Here every way to enter and to exit meets partial fills,
 * refusals, latency and slippage; after every step the books add up to the account, and both to a
 * third ledger, which knows nothing but the fills; each run without a log, with one, replayed and
 * taken up after cuts comes to the same. BELLWETHER_SEED repeats one run, BELLWETHER_EVENTS asks
 * for more of them. */
#include "driver/driver_test.h"

#include "base/money.h"
#include "base/utc.h"
#include "driver/assembly.h"
#include "driver/gather.h"
#include "driver/replay.h"

enum { BARS = 600, SYMBOLS = 3, CUTS = 6, BOOKS = 4 };

#define EVENTS_MIN 200000

struct world {
    uint64_t random;
    uint64_t events;
    uint64_t steps; /* after which all ledgers were compared */
    uint64_t books;
    uint64_t fills, cancels, unprotected, given_up, rejected;
    uint64_t closed_by[EXIT_CAUSE_UNLOGGED + 1];
    uint64_t actions, splits, dividends; /* given, and reported */
    uint64_t rearmed;
};

static uint64_t draw(struct world *world, uint64_t below)
{
    world->random = world->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (world->random >> 33) % below;
}

static const char *pick(struct world *world, const char *const *texts)
{
    uint64_t count = 0;
    while (texts[count] != NULL) {
        count++;
    }
    return texts[draw(world, count)];
}

#define PICK(...) pick(world, (const char *const[]){__VA_ARGS__, NULL})

/* Each with parameters that let it act often. */
static const char *random_strategy(struct world *world)
{
    return PICK("ma_crossover\n    parameters: {fast: 2, slow: 5, trigger: level, warmup_bars: 8}",
                "ma_crossover\n    parameters: {fast: 3, slow: 8, trigger: level, warmup_bars: 8}",
                "ma_crossover\n    parameters: {fast: 2, slow: 8, trigger: cross, warmup_bars: 8}",
                "rsi_mean_reversion\n    parameters: {period: 3, warmup_bars: 8}",
                "momentum\n    parameters: {lookback: 3, threshold: 0.0005, warmup_bars: 8}",
                "mean_reversion\n    parameters: {lookback: 6, z: 1, warmup_bars: 8}",
                "quick_test\n    parameters: {threshold: 0.0002, warmup_bars: 8}",
                "volatility_breakout\n    parameters: {lookback: 3, atr_period: 2, multiplier: 0, "
                "volume_confirmation: no, warmup_bars: 8}");
}

/* A text, and what is added to it bit by bit: in this order, whichever the compiler. */
static void add(char **text, const char *before, const char *more)
{
    char *longer = xasprintf("%s%s%s", *text, before, more);
    free(*text);
    *text = longer;
}

static void add_entry(struct world *world, char **book)
{
    add(book, "  - name: ", random_strategy(world));
    add(book, "\n    frame: ", PICK("1min", "1min", "1min", "5min"));
    add(book, "\n    ",
        PICK("quantity: 100", "quantity: 5", "quantity: 1000", "size: {risk: 1%}",
             "size: {equity: 10%}", "size: {volatility: 0.1%, cap: 20%}",
             "size: {half_kelly: yes, cap: 20%}"));
    add(book, "\n    fractional: ", PICK("no", "no", "yes"));
    add(book, "\n    entry: {order: ", PICK("market", "market", "limit 10bps", "limit -5bps"));
    add(book, ", time_in_force: ", PICK("gtc", "gtc", "gtc", "day", "ioc", "fok"));
}

static void add_exits(struct world *world, char **book)
{
    add(book, "}\n    exits: {", PICK("stop: 0.2%", "stop: $0.15", "stop: 1ATR"));
    add(book, "", PICK("", ", target: 0.2%", ", target: 1.5ATR", ", target: $0.2"));
    add(book, "", PICK("", "", ", trailing: 0.3%", ", trailing: 2ATR"));
    add(book, "", PICK("", "", ", time_limit: 7 bars", ", time_limit: 20min"));
    add(book, "", PICK("", "", ", flat_before_close: 30min"));
    add(book, ", held_by: ", PICK("engine", "broker"));
    add(book, ", opposite_signal: ", PICK("yes", "yes", "no"));
    add(book, ", atr: ", PICK("5}\n", "14}\n"));
}

static char *random_exchange(struct world *world)
{
    char *text = xasprintf("{seed: %" PRIu64, draw(world, 1000000));
    add(&text, ", latency: ", PICK("0s", "0s", "2s", "70s"));
    add(&text, ", rejects: ", PICK("0%", "0%", "5%", "40%"));
    add(&text, ", slippage: ",
        PICK("none", "uniform 5bps", "5bps", "half-spread 4bps", "volume-share 10%",
             "book $0.01 100 shares"));
    add(&text, "", PICK("", ", max_volume_share: 10%", ", max_volume_share: 1%"));
    add(&text, "",
        PICK("", ", intrabar: target-first", ", intrabar: nearest-to-open", ", fees: us",
             ", account: margin 2x", ", account: margin 4x", ", settlement: T+1"));
    add(&text, "}", "");
    return text;
}

/* Ten hours that begin half an hour before the open of 2024-01-02. */
static void move_into_session(struct bars *bars)
{
    for (uint64_t i = 0; i < bars->count; i++) {
        struct event *bar = (struct event *)&bars->records[i];
        bar->ts_ns += 38 * NS_PER_HOUR;
        bar->src_ns += 38 * NS_PER_HOUR;
    }
}

/* Now and then a split or a dividend, and prices that follow it. */
static void draw_actions(struct world *world, struct stage *stage)
{
    static const int64_t splits[][2] = {
        {1, 1},
        {2, 1},
        {3, 2},
        {7, 1},
        {1, 8},
        {2, 3},
        {1, 2},
    };
    for (uint64_t at = draw(world, 200); at < stage->bars.count; at += 1 + draw(world, 100)) {
        const struct event *bar = &stage->bars.records[at];
        const int64_t *split = splits[draw(world, sizeof splits / sizeof splits[0])];
        int64_t price_e9 = bar->bar.close_e9 / split[0] * split[1];
        if (price_e9 > 2 * MONEY_E9 && price_e9 < 5000 * MONEY_E9) {
            int64_t cash_e9 = draw(world, 2) == 0 ? 0 : (int64_t)draw(world, 1000000000);
            stage_add_action(stage, bar->ts_ns, bar->instrument, split[0], split[1], cash_e9);
            stage_split_bars(stage, bar->ts_ns, bar->instrument, split[0], split[1]);
            world->actions++;
        }
    }
}

/* A config that may contradict itself: then it is refused, and another one drawn. */
static bool random_config(struct world *world, struct run_config *config)
{
    char *books = xasprintf("%s", "");
    for (uint64_t more = 1 + draw(world, BOOKS); more > 0; more--) {
        add_entry(world, &books);
        add_exits(world, &books);
    }
    const char *calendar = PICK("always", "XNYS");
    const char *commission = PICK("$1", "$0", "{per_share: $0.005, minimum: $1}");
    char *exchange = random_exchange(world);
    char *text =
        xasprintf("mode: backtest\ncalendar: %s\nsymbols: all\nbar: 1min\ncash: $1,000,000\n"
                  "commission: %s\nexchange: %s\nstrategies:\n%s"
                  "limits:\n"
                  "  max_order_notional: $1,000,000,000\n"
                  "  max_position_notional: $1,000,000,000\n"
                  "  max_exposure: $1,000,000,000\n"
                  "  max_open_positions: 100000 positions\n"
                  "  max_orders_per_session: 100000000 orders\n"
                  "  max_orders_per_strategy: 100000000 orders\n"
                  "  min_time_between_entries: 0s\n"
                  "  max_daily_loss: 100%%\n"
                  "  max_portfolio_heat: $1,000,000,000\n"
                  "  price_collar: 50%%\n",
                  calendar, commission, exchange, books);
    struct problem problem;
    bool taken = config_parse("random.yaml", text, strlen(text), config, &problem) == ERR_OK;
    if (!taken && getenv("BELLWETHER_SHOW") != NULL) {
        (void)fprintf(stderr, "# %s\n", problem.text);
    }
    free(books);
    free(exchange);
    free(text);
    return taken;
}

static void count_records(struct world *world, const struct records *records)
{
    for (size_t at = 0; at < records->count; at += record_at(records, at)->slots) {
        const struct event *record = record_at(records, at);
        world->events += event_is_input(record->kind) ? 1 : 0;
        world->fills += record->kind == EVENT_FILL ? 1 : 0;
        world->rejected += record->kind == EVENT_REJECTED ? 1 : 0;
        bool cash = record->kind == EVENT_ACCOUNT_CASH;
        world->splits += cash && record->flags == CASH_SPLIT ? 1 : 0;
        world->dividends += cash && record->flags == CASH_DIVIDEND ? 1 : 0;
        if (record->kind == EVENT_TRADE && record->flags == TRADE_CLOSED) {
            cr_assert_neq(record->trade.exit_cause, EXIT_CAUSE_NONE);
            world->closed_by[record->trade.exit_cause]++;
        }
        world->rearmed += record->kind == EVENT_NOTICE && record->flags == NOTICE_REARMED ? 1 : 0;
    }
}

/* ---- a third ledger ---- */

/* Of fills, splits and dividends alone: the account's cash, and what each book holds of each
 * instrument. */
struct tally {
    int64_t cash_e9;
    struct event_action split; /* the last one */
    int64_t qty_e9[BOOKS][SYMBOLS];
};

static void tally_fill(struct tally *tally, const struct engine *engine, const struct event *fill)
{
    bool buys = order_id_role(fill->report.order_id) == ORDER_ROLE_ENTRY;
    int64_t qty_e9 = buys ? fill->report.qty_e9 : -fill->report.qty_e9;
    int64_t value_e9 = 0;
    const struct trade *trade = engine_trade(engine, fill->instrument, fill->report.order_id);
    cr_assert_not_null(trade);
    cr_assert_eq(money_notional(fill->report.price_e9, qty_e9, ROUND_EVEN, &value_e9), ERR_OK);
    tally->cash_e9 -= value_e9 + fill->report.commission_e9;
    tally->qty_e9[trade->book - 1][fill->instrument] += qty_e9;
}

/* Each book its own, without a fraction where it held none; the last what the account has left. */
static void tally_cash(struct tally *tally, const struct event *cash)
{
    uint32_t instrument = cash->instrument;
    int64_t left_e9 = cash->account_cash.qty_e9;
    int64_t *last_e9 = NULL;
    tally->cash_e9 += cash->account_cash.amount_e9;
    for (size_t book = 0; cash->flags == CASH_SPLIT && book < BOOKS; book++) {
        int64_t *qty_e9 = &tally->qty_e9[book][instrument];
        left_e9 += *qty_e9;
        last_e9 = *qty_e9 != 0 ? qty_e9 : last_e9;
    }
    for (size_t book = 0; last_e9 != NULL && book < BOOKS; book++) {
        int64_t *qty_e9 = &tally->qty_e9[book][instrument];
        bool whole = *qty_e9 % MONEY_E9 == 0;
        int64_t after_e9 =
            (int64_t)((__int128)*qty_e9 * tally->split.split_new / tally->split.split_old);
        if (qty_e9 != last_e9) {
            *qty_e9 = whole ? after_e9 - after_e9 % MONEY_E9 : after_e9;
            left_e9 -= *qty_e9;
        }
    }
    if (last_e9 != NULL) {
        *last_e9 = left_e9;
    }
}

static void assert_tally(const struct tally *tally, const struct engine *engine, size_t slot)
{
    cr_assert(engine_is_consistent(engine), "slot %zu", slot);
    cr_assert_eq(ledger_cash_e9(&engine->ledger), tally->cash_e9, "slot %zu", slot);
    for (uint32_t i = 0; i < engine->instrument_count; i++) {
        int64_t all_e9 = 0;
        for (uint32_t book = 0; book < engine->book_count; book++) {
            int64_t qty_e9 = tally->qty_e9[book][i];
            cr_assert_eq(engine->trades[engine_place(engine, book, i)].qty_e9, qty_e9,
                         "slot %zu, book %u", slot, book + 1);
            all_e9 += qty_e9;
        }
        cr_assert_eq(engine->ledger.positions[i].qty_e9, all_e9, "slot %zu", slot);
    }
}

static void tally_record(struct tally *tally, struct assembly *assembly, struct gather *gather,
                         const struct event *record)
{
    if (record->kind == EVENT_FILL) {
        tally_fill(tally, assembly->engine, record);
    }
    if (record->kind == EVENT_ACCOUNT_CASH) {
        tally_cash(tally, record);
    }
    if (record->kind == EVENT_ACTION) {
        tally->split = record->action;
        assembly_on_action(assembly, record);
        return;
    }
    tally->cash_e9 += record->kind == EVENT_DEPOSIT ? record->deposit.amount_e9 : 0;
    if (event_is_report(record->kind) || event_is_output(record->kind) ||
        record->kind == EVENT_TIMER) {
        engine_apply(assembly->engine, record);
    } else if (event_is_input(record->kind)) {
        const struct slice *slice = gather_slice(gather, record);
        if (slice != NULL) {
            view_on_slice(assembly->view, slice);
            engine_apply_slice(assembly->engine, slice);
        }
    }
}

/* Folds the log; after each of its steps the books are the account. */
static void assert_books_are_the_account(struct world *world, const struct stage *stage,
                                         const struct records *records)
{
    struct assembly assembly;
    struct problem problem;
    struct tally tally = {0};
    struct gather gather = {0};
    enum err err = assembly_init(&assembly, &stage->config, stage->bars.instrument_count, &problem);
    cr_assert_eq(err, ERR_OK, "%s", problem.text);
    for (size_t at = 0; at < records->count; at += record_at(records, at)->slots) {
        if (is_step_start(records, at)) {
            assert_tally(&tally, assembly.engine, at);
            world->steps++;
        }
        tally_record(&tally, &assembly, &gather, record_at(records, at));
    }
    assert_tally(&tally, assembly.engine, records->count);
    assembly_finish(&assembly);
}

static void assert_dump(const struct stage *stage, const struct run *run, const char *want,
                        const char *what)
{
    char *got = dump_text(driver_engine(run->driver), stage->bars.instruments);
    cr_assert_str_eq(got, want, "%s", what);
    cr_assert(engine_is_consistent(driver_engine(run->driver)), "%s", what);
    free(got);
}

static void assert_replays(const struct stage *stage, const char *dir)
{
    struct problem problem;
    struct replay_result result;
    struct preamble preamble = {.instruments = (struct instrument *)stage->bars.instruments,
                                .instrument_count = stage->bars.instrument_count};
    struct log_reader *reader = reader_open(dir);
    enum err err = replay_run(reader, &preamble, &stage->config, NULL, true, &result, &problem);
    cr_assert_eq(err, ERR_OK, "%s", problem.text);
    log_reader_close(reader);
}

/* A run whose log was cut there, taken up, comes to the same. */
static void assert_cut_goes_on(const struct stage *stage, const struct records *records, size_t at,
                               const char *want)
{
    char *dir = xasprintf("%s/cut%zu", stage->folder, at);
    char *what = xasprintf("cut at slot %zu", at);
    struct run run;
    records_write(records, at, dir);
    run_rest(stage, &(struct run_options){.log_dir = dir}, &run);
    cr_assert_eq(run.err, ERR_OK, "%s: %s", what, run.problem.text);
    assert_dump(stage, &run, want, what);
    run_finish(&run);
    free(what);
    folder_remove(dir);
}

static void assert_cuts_go_on(struct world *world, const struct stage *stage,
                              const struct records *records, const char *want)
{
    for (int cut = 0; cut < CUTS; cut++) {
        size_t at = 0;
        size_t from = draw(world, records->count);
        for (size_t slot = 0; slot < records->count; slot += record_at(records, slot)->slots) {
            if (slot > 0 && is_step_start(records, slot) && (at == 0 || slot <= from)) {
                at = slot;
            }
        }
        assert_cut_goes_on(stage, records, at, want);
    }
}

static void run_one(struct world *world, uint64_t seed)
{
    struct stage stage = {0};
    struct run logged;
    struct run bare;
    world->random = seed;
    while (!random_config(world, &stage.config)) {
    }
    workload_create(BARS, seed, SYMBOLS, &stage.bars);
    move_into_session(&stage.bars);
    if (draw(world, 2) == 0) {
        draw_actions(world, &stage);
    }
    stage.folder = folder_create();
    char *dir = xasprintf("%s/log", stage.folder);
    run_whole(&stage, &(struct run_options){.log_dir = dir}, &logged);
    cr_assert_eq(logged.err, ERR_OK, "seed %" PRIu64 ": %s", seed, logged.problem.text);
    run_whole(&stage, &(struct run_options){0}, &bare);
    cr_assert_eq(bare.err, ERR_OK, "seed %" PRIu64 ": %s", seed, bare.problem.text);
    char *want = dump_text(driver_engine(logged.driver), stage.bars.instruments);
    assert_dump(&stage, &bare, want, "without a log");
    struct records records = records_read(dir);
    assert_books_are_the_account(world, &stage, &records);
    assert_replays(&stage, dir);
    assert_cuts_go_on(world, &stage, &records, want);
    world->books += stage.config.book_count;
    count_records(world, &records);
    const struct engine_counters *counters = &driver_engine(logged.driver)->counters;
    world->cancels += counters->cancels;
    world->unprotected += counters->unprotected;
    world->given_up += counters->given_up;
    records_finish(&records);
    free(want);
    free(dir);
    run_finish(&logged);
    run_finish(&bare);
    stage_finish(&stage);
}

/* A book whose exits rest at the broker and one whose exits the engine holds. */
#define TWO_BOOKS                                                                                  \
    "mode: backtest\ncalendar: always\nsymbols: all\nbar: 1min\ncash: $1,000,000\n"                \
    "commission: $1\nexchange: {seed: 7, rejects: 5%, max_volume_share: 5%}\nstrategies:\n"        \
    "  - {name: ma_crossover, parameters: {fast: 2, slow: 3, trigger: level, warmup_bars: 3},\n"   \
    "     frame: 1min, quantity: 1000, exits: {target: $0.1, stop: $0.1, held_by: broker}}\n"      \
    "  - {name: ma_crossover, parameters: {fast: 2, slow: 4, trigger: level, warmup_bars: 4},\n"   \
    "     frame: 1min, quantity: 100, exits: {stop: 0.5ATR, trailing: $0.15, time_limit: 4 "       \
    "bars,\n"                                                                                      \
    "     atr: 3}}\n"                                                                              \
    "limits:\n  max_order_notional: $1,000,000,000\n  max_position_notional: $1,000,000,000\n"     \
    "  max_exposure: $1,000,000,000\n  max_open_positions: 1000 positions\n"                       \
    "  max_orders_per_session: 100000 orders\n  max_orders_per_strategy: 100000 orders\n"          \
    "  min_time_between_entries: 0s\n  max_daily_loss: 100%\n"                                     \
    "  max_portfolio_heat: $1,000,000,000\n  price_collar: 50%\n"

Test(closer, goes_on_from_every_step)
{
    struct stage stage = {0};
    struct run run;
    struct problem problem;
    enum err err = config_parse("two.yaml", TWO_BOOKS, strlen(TWO_BOOKS), &stage.config, &problem);
    cr_assert_eq(err, ERR_OK, "%s", problem.text);
    workload_create(60, 42, 2, &stage.bars);
    int64_t middle_ns = stage.bars.records[60].ts_ns; /* both at work by then */
    stage_add_action(&stage, middle_ns, 0, 3, 2, MONEY_E9 / 4);
    stage_split_bars(&stage, middle_ns, 0, 3, 2);
    stage_add_action(&stage, middle_ns, 1, 1, 8, 0);
    stage_split_bars(&stage, middle_ns, 1, 1, 8);
    stage.folder = folder_create();
    char *dir = xasprintf("%s/log", stage.folder);
    run_whole(&stage, &(struct run_options){.log_dir = dir}, &run);
    cr_assert_eq(run.err, ERR_OK, "%s", run.problem.text);
    cr_assert_gt(driver_engine(run.driver)->counters.cancels, 0);
    char *want = dump_text(driver_engine(run.driver), stage.bars.instruments);
    struct records records = records_read(dir);
    size_t cuts = 0;
    for (size_t at = 1; at < records.count; at += record_at(&records, at)->slots) {
        if (is_step_start(&records, at)) {
            assert_cut_goes_on(&stage, &records, at, want);
            cuts++;
        }
    }
    cr_assert_gt(cuts, 200);
    assert_replays(&stage, dir);
    records_finish(&records);
    free(want);
    free(dir);
    run_finish(&run);
    stage_finish(&stage);
}

static uint64_t from_environment(const char *name, uint64_t fallback)
{
    const char *given = getenv(name);
    return given != NULL ? strtoull(given, NULL, 10) : fallback;
}

Test(closer, the_ledgers_agree_whatever_is_planned, .timeout = 600)
{
    struct world world = {0};
    uint64_t events = from_environment("BELLWETHER_EVENTS", EVENTS_MIN);
    uint64_t seed = from_environment("BELLWETHER_SEED", 20240101);
    uint64_t runs = 0;
    do {
        run_one(&world, seed + runs++);
    } while (world.events < events && getenv("BELLWETHER_SEED") == NULL);
    (void)fprintf(stderr,
                  "# from seed %" PRIu64 ": %" PRIu64 " runs of %" PRIu64 " books, %" PRIu64
                  " events, ledgers equal after %" PRIu64 " steps, %" PRIu64 " fills, %" PRIu64
                  " rejected, %" PRIu64 " cancels, %" PRIu64 " unprotected, %" PRIu64
                  " given up, %" PRIu64 " rearmed, %" PRIu64 " actions, %" PRIu64
                  " splits of positions, %" PRIu64 " dividends\n",
                  seed, runs, world.books, world.events, world.steps, world.fills, world.rejected,
                  world.cancels, world.unprotected, world.given_up, world.rearmed, world.actions,
                  world.splits, world.dividends);
    for (uint8_t cause = EXIT_CAUSE_SIGNAL; cause < EXIT_CAUSE_OPERATOR; cause++) {
        (void)fprintf(stderr, "# closed by %s: %" PRIu64 "\n", exit_cause_text(cause),
                      world.closed_by[cause]);
        cr_expect(world.events < EVENTS_MIN || world.closed_by[cause] > 0, "%s",
                  exit_cause_text(cause));
    }
    (void)fprintf(stderr, "# closed by split: %" PRIu64 "\n", world.closed_by[EXIT_CAUSE_SPLIT]);
    if (world.events >= EVENTS_MIN) {
        cr_expect(world.cancels > 0 && world.unprotected > 0 && world.given_up > 0 &&
                  world.rearmed > 0 && world.rejected > 0 && world.splits > 100 &&
                  world.dividends > 50 && world.closed_by[EXIT_CAUSE_SPLIT] > 0);
    }
}
