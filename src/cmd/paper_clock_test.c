/* paper_clock_test.c: a paper run on a machine whose clocks are set, stopped and put to sleep: its
 * time goes on, and each time everything at the broker is read anew before entries are open again.
 *
 * The clocks are the machine's own with something added, so nobody waits. */
#include <inttypes.h>

#include "cmd/paper_run_test.h"
#include "sys/clock.h"

static const char config_text[] = "mode: paper\n"
                                  "calendar: XNYS\n"
                                  "symbols: [AAPL, SPY]\n"
                                  "bar: 1min\n"
                                  "cash: $100,000\n"
                                  "commission: $0\n"
                                  "exchange: {account: margin 2x}\n"
                                  "strategies:\n"
                                  "  - name: momentum\n"
                                  "    parameters: {lookback: 5, warmup_bars: 5}\n"
                                  "    frame: 1min\n"
                                  "    capital: 50%\n"
                                  "    size: {equity: 10%}\n"
                                  "    exits: {stop: 0.5%}\n"
                                  "limits:\n"
                                  "  max_order_notional: 100%\n"
                                  "  max_position_notional: 100%\n"
                                  "  max_exposure: 100%\n"
                                  "  max_open_positions: 10 positions\n"
                                  "  max_orders_per_session: 1000 orders\n"
                                  "  max_orders_per_strategy: 1000 orders\n"
                                  "  min_time_between_entries: 0s\n"
                                  "  max_daily_loss: 100%\n"
                                  "  max_portfolio_heat: 100%\n"
                                  "  price_collar: 500bps\n";

/* Nothing here takes so long, on the slowest machine. */
#define PATIENCE_NS (60 * NS_PER_S)

struct run {
    struct paper_run at;
    struct machine_times added; /* to the machine's clocks */
    volatile sig_atomic_t stop;
    void (*play)(struct run *run); /* after each turn */
    int64_t began_ns;
    int64_t before_ns; /* the run's time when the clocks were changed, and the machine's */
    int64_t mono_ns;
    unsigned scene;
    unsigned reconciles;   /* so often STATUS_RECONCILING began ... */
    unsigned reconciled;   /* ... before the scene ... */
    unsigned without_data; /* ... and since, with no stream of market data */
    unsigned looked_again; /* in so many scenes because of that stream */
    unsigned ups;          /* so often market data's stream came up ... */
    unsigned order_ups;    /* ... and the one of orders */
    bool shut;
    char said[4096]; /* about the clock */
};

static void say(void *context, const char *what, const char *text)
{
    struct run *run = context;
    run->ups += strcmp(text, "the stream is up") == 0;
    run->order_ups += strcmp(text, "order updates: authorized and subscribed") == 0;
    if (strcmp(what, "clock") == 0) {
        size_t length = strlen(run->said);
        (void)snprintf(run->said + length, sizeof run->said - length, "%s\n", text);
    }
}

static int64_t read_clock(void *context, enum machine_clock clock)
{
    const struct run *run = context;
    switch (clock) {
    case MACHINE_WALL:
        return clock_utc_ns() + run->added.wall_ns;
    case MACHINE_BOOT:
        return clock_boot_ns() + run->added.boot_ns;
    case MACHINE_MONO:
        return clock_mono_ns() + run->added.mono_ns;
    }
    return 0;
}

static int64_t now_ns(const struct run *run)
{
    return *paper_world_outside(run->at.world)->now_ns;
}

static bool is_shut(const struct run *run, enum status_condition condition)
{
    return (driver_engine(run->at.driver)->shut & 1U << condition) != 0;
}

static enum err attend(void *context, int64_t until_mono_ns, struct problem *problem)
{
    struct run *run = context;
    bool shut = is_shut(run, STATUS_RECONCILING);
    (void)until_mono_ns;
    (void)problem;
    run->reconciles += shut && !run->shut;
    run->shut = shut;
    run->play(run);
    if (clock_mono_ns() - run->began_ns > PATIENCE_NS) {
        run->stop = 1;
    }
    return ERR_OK;
}

/* Plays the scenes in a run at the exchange, which stands at its first bar. `own_time`: the run's
 * time is the exchange's, and goes on from there; else the machine's wall clock is set to it. */
static void play(struct run *run, bool own_time, void (*scenes)(struct run *run))
{
    struct problem problem;
    *run = (struct run){.play = scenes, .began_ns = clock_mono_ns()};
    paper_run_make(&run->at, "clock.yaml", config_text, 1, 1);
    paper_run_serve(&run->at, false, NULL);
    run->added.wall_ns = own_time ? 0 : run->at.bars.records[0].src_ns - clock_utc_ns();
    const struct paper_plan outside = {.read_clock = read_clock,
                                       .read_clock_context = run,
                                       .own_time = own_time,
                                       .busy_poll = true,
                                       .say = say,
                                       .say_context = run};
    const struct driver_plan inside = {.stop = &run->stop, .attend = attend, .attend_context = run};
    paper_run_meet(&run->at, &outside, &inside, "clock");
    cr_assert_eq(driver_begin(run->at.driver, &problem), ERR_OK);
    cr_assert_eq(driver_run(run->at.driver, &problem), ERR_OK, "%s", problem.text);
}

/* ---- what is played ---- */

static bool is_open(const struct run *run)
{
    return !run->shut && !is_shut(run, STATUS_ORDER_STREAM);
}

/* All clocks go on by so much: it waits a little before a stream is tried again. */
static void hurry(struct run *run, int64_t ns)
{
    run->added.wall_ns += ns;
    run->added.boot_ns += ns;
    run->added.mono_ns += ns;
    run->before_ns += ns;
}

/* From now on the clocks are others. */
static void change(struct run *run, const struct machine_times *by)
{
    run->before_ns = now_ns(run);
    run->mono_ns = clock_mono_ns();
    run->added.wall_ns += by->wall_ns;
    run->added.boot_ns += by->boot_ns;
    run->added.mono_ns += by->mono_ns;
    run->reconciled = run->reconciles;
    run->said[0] = '\0';
}

static const struct scene {
    struct machine_times by;
    int64_t passed_ns;  /* of the run's time */
    unsigned order_ups; /* of the stream of orders until all is as before ... */
    unsigned ups;       /* ... and of market data's */
    bool silent;        /* nothing happens but time, and that stream brings nothing */
    const char *said;
} scenes[] = {
    {{-NS_PER_HOUR, 0, 0},                 0,           1, 1, false, "clock was set back by 3600 s"     },
    {{NS_PER_DAY, 0, 0},                   0,           1, 1, false, "clock was set forwards by 86400 s"},
    {{NS_PER_MIN, NS_PER_MIN, NS_PER_MIN}, NS_PER_MIN,  2, 2, false, "come to its turn for 60 s"        },
    {{NS_PER_HOUR, NS_PER_HOUR, 0},        NS_PER_HOUR, 3, 3, false, "this machine slept for 3600 s"    },
    {{0, 0, 0},                            0,           3, 4, true,  ""                                 },
};

enum { SCENES = sizeof scenes / sizeof *scenes };

/* Whether what the scene needs has happened; else time goes on until it has. */
static bool is_over(struct run *run, const struct scene *scene)
{
    if (run->order_ups < scene->order_ups) {
        hurry(run, 10 * NS_PER_MS);
        return false;
    }
    if (!is_open(run) || (!scene->silent && run->reconciles == run->reconciled)) {
        return false;
    }
    if (run->ups < scene->ups) {
        run->without_data = run->reconciles;
        hurry(run, scene->silent ? NS_PER_S : 10 * NS_PER_MS);
        return false;
    }
    return true;
}

/* A scene is over when all is open again; then the next one begins. */
static void play_scenes(struct run *run)
{
    const struct scene *scene = run->scene == 0 ? NULL : &scenes[run->scene - 1];
    if (scene == NULL ? !is_open(run) || run->ups == 0 : !is_over(run, scene)) {
        return;
    }
    if (scene != NULL) {
        int64_t passed_ns = now_ns(run) - run->before_ns - (clock_mono_ns() - run->mono_ns);
        cr_expect_lt(llabs(passed_ns - scene->passed_ns), 500 * NS_PER_MS,
                     "scene %u: %" PRId64 " ms", run->scene, passed_ns / NS_PER_MS);
        cr_expect_eq(run->order_ups, scene->order_ups, "scene %u: %u", run->scene, run->order_ups);
        cr_expect(strstr(run->said, scene->said) != NULL, "%s", run->said);
    }
    if (run->without_data != 0) {
        cr_expect_gt(run->reconciles, run->without_data, "once more when the data are back");
        run->without_data = 0;
        run->looked_again++;
    }
    run->scene++;
    if (run->scene <= SCENES) {
        change(run, &scenes[run->scene - 1].by);
    } else {
        run->stop = 1;
    }
}

Test(paper_clock, a_clock_that_jumps_neither_stops_the_run_nor_goes_unnoticed)
{
    struct run run;
    play(&run, true, play_scenes);
    cr_expect_eq(run.scene, SCENES + 1, "stuck in scene %u: %s", run.scene, run.said);
    cr_expect_gt(run.looked_again, 0);
    paper_run_finish(&run.at);
}

/* The exchange's clock, in its answers, is the machine's; its market's is years behind. */
static void play_pause(struct run *run)
{
    if (run->scene == 0 && is_open(run) && is_shut(run, STATUS_CLOCK)) {
        run->reconciled = run->reconciles;
        run->added.wall_ns = -30 * NS_PER_DAY;
        run->scene = 1;
    } else if (run->scene == 1 && strstr(run->said, "set forwards") != NULL && is_open(run)) {
        cr_expect(strstr(run->said, "slept") == NULL, "nobody confirms it");
        cr_expect_lt(now_ns(run), run->at.bars.records[0].src_ns + NS_PER_HOUR);
        run->added.wall_ns = 0;
        run->scene = 2;
    } else if (run->scene == 2 && strstr(run->said, "slept") != NULL) {
        cr_expect_lt(llabs(now_ns(run) - clock_utc_ns()), NS_PER_S);
        run->stop = 1;
        run->scene = 3;
    }
}

Test(paper_clock, a_pause_that_no_clock_saw_ends_when_the_broker_has_the_wall_clocks_time)
{
    struct run run;
    play(&run, false, play_pause);
    cr_expect_eq(run.scene, 3, "stuck in scene %u: %s", run.scene, run.said);
    paper_run_finish(&run.at);
}
