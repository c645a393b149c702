/* alpaca_outage_test.c: what the feed gives through outages of stream and past, alone and together:
 * every bar once, in order, without a hole (alpaca_world_test.h looks), time in between, and the
 * condition market-data until nothing is missing. */
#include "feed/alpaca_world_test.h"

/* Everything up to that minute was given. */
static void expect_all(const struct world *world, int64_t last_ns)
{
    for (uint32_t i = 0; i < MADE_SYMBOLS; i++) {
        cr_expect_eq(world->last_ns[i], last_ns, "symbol %" PRIu32 " lacks %" PRId64 " s", i,
                     (last_ns - world->last_ns[i]) / NS_PER_S);
    }
    cr_expect_eq(world->time_ns, last_ns);
    struct alpaca_feed_counts counts = alpaca_feed_counts(world->feed);
    cr_expect_eq(counts.filled, world->past);
    cr_expect_eq(counts.late + counts.changed, 0);
}

/* Streamed and polled as the count says, from the open of Monday on. */
static struct world *from_the_open(uint32_t stream_symbols)
{
    struct world *world = new_world();
    int64_t start_ns = made_open_ns(1);
    open_world(world, start_ns, false);
    look(world, start_ns);
    start_feed(world, (struct alpaca_feed_plan){.stream_symbols = stream_symbols});
    return world;
}

/* Neither stream nor past, from now on until then. */
static void cut_off(struct world *world, int64_t until_ns)
{
    server_destroy(world->server);
    world->server = NULL;
    go_to(world, until_ns);
    serve(world, world->clock.now_ns);
}

Test(feed_outage, of_any_length_leaves_no_hole_and_shuts_entries_until_it_is_filled)
{
    static const struct {
        int64_t length_ns;
        uint32_t past_min, past_max;
        int statuses;
    } cases[] = {
        {30 * NS_PER_S,   0,  0,  0  },
        {70 * NS_PER_S,   0,  0,  0  },
        {150 * NS_PER_S,  2,  4,  101},
        {5 * NS_PER_MIN,  6,  10, 101},
        {20 * NS_PER_MIN, 36, 42, 101},
    };
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        struct world *world = from_the_open(1 + i % 2);
        int64_t from_ns = made_open_ns(1) + 10 * NS_PER_MIN + 10 * NS_PER_S;
        go_to(world, from_ns);
        cut_off(world, from_ns + cases[i / 2].length_ns);
        go_to(world, from_ns + 30 * NS_PER_MIN);
        expect_all(world, made_open_ns(1) + 40 * NS_PER_MIN);
        cr_expect_eq(world->statuses, cases[i / 2].statuses, "case %zu", i);
        cr_expect(world->past >= cases[i / 2].past_min && world->past <= cases[i / 2].past_max,
                  "case %zu: %" PRIu32 " bars came as past", i, world->past);
        cr_expect_eq(world->came_back, 1);
        cr_expect_eq(was_said(world, "bars of 2 symbols are missing"), world->past > 0);
        cr_expect_eq(was_said(world, "the missing bars have come"), world->past > 0);
        close_world(world);
    }
}

/* Exits by the clock wait for nobody once it is known that the data are gone. */
Test(feed_outage, lets_time_pass_meanwhile)
{
    struct world *world = from_the_open(2);
    int64_t from_ns = made_open_ns(1) + 10 * NS_PER_MIN + 10 * NS_PER_S;
    go_to(world, from_ns);
    cut_off(world, from_ns + 20 * NS_PER_MIN);
    cr_expect_eq(world->given_count, 30);
    for (uint32_t i = 0; i < world->given_count; i++) {
        const struct given *given = &world->given[i];
        int64_t late_ns = given->at_ns - given->slice.ts_ns;
        cr_expect_eq(given->slice.count, i < 10 ? 2 : 0);
        cr_expect_eq(given->slice.expected, 2);
        cr_expect(!given->slice.past);
        cr_expect_leq(late_ns, (i == 10 ? 70 : i == 11 ? 10 : 2) * NS_PER_S, "minute %u", i);
    }
    close_world(world);
}

Test(feed_outage, over_the_end_of_a_session_is_filled_when_it_is_over)
{
    struct world *world = from_the_open(2);
    int64_t open_ns = made_open_ns(1);
    go_to(world, open_ns + 384 * NS_PER_MIN + 10 * NS_PER_S);
    cut_off(world, open_ns + 430 * NS_PER_MIN);
    cr_expect_eq(world->time_ns, open_ns + 390 * NS_PER_MIN, "the session has ended");
    cr_expect_eq(world->statuses, 1);
    go_to(world, open_ns + 431 * NS_PER_MIN);
    cr_expect_eq(world->statuses, 101);
    cr_expect_eq(world->past, 12);
    go_to(world, made_open_ns(2) + 5 * NS_PER_MIN + 10 * NS_PER_S);
    expect_all(world, made_open_ns(2) + 5 * NS_PER_MIN);
    cr_expect_eq(world->statuses, 101);
    close_world(world);
}

Test(feed_outage, comes_again_before_the_first_is_filled)
{
    struct world *world = from_the_open(1);
    int64_t from_ns = made_open_ns(1) + 10 * NS_PER_MIN + 10 * NS_PER_S;
    go_to(world, from_ns);
    cut_off(world, from_ns + 5 * NS_PER_MIN);
    go_to(world, world->clock.now_ns + 1 * NS_PER_S); /* the past is asked for after a wait */
    cr_expect_eq(world->past, 0);
    cut_off(world, from_ns + 12 * NS_PER_MIN);
    go_to(world, from_ns + 20 * NS_PER_MIN);
    expect_all(world, made_open_ns(1) + 30 * NS_PER_MIN);
    cr_expect_eq(world->statuses, 101, "one condition over both");
    cr_expect_geq(world->past, 20);
    close_world(world);
}

Test(feed_outage, of_the_past_after_one_of_the_stream_keeps_bars_back_and_tells_their_prices)
{
    struct world *world = under_faults(
        "rules: [{stream: data, what: disconnect, for: 5min, refuse: 406, after: "
        "2026-03-16T13:40:30Z, nth: 1}, {route: GET /v2/stocks/*, what: status, code: 503, after: "
        "2026-03-16T13:40:30Z, until: 2026-03-16T14:00:00Z}]",
        25);
    cr_expect_eq(world->statuses, 1, "it stands as long as bars are missing");
    cr_expect_eq(world->past, 0);
    cr_expect_geq(world->prices, 2 * 7, "the stream's, as they come: %" PRIu32, world->prices);
    for (uint32_t i = 0; i < world->given_count; i++) {
        const struct given *given = &world->given[i];
        bool priced = given->slice.tick_count > 0;
        cr_expect(!priced || given->at_ns - given->slice.ts_ns <= 5 * NS_PER_S);
    }
    go_to(world, made_open_ns(1) + 40 * NS_PER_MIN + 10 * NS_PER_S);
    expect_all(world, made_open_ns(1) + 40 * NS_PER_MIN);
    cr_expect_eq(world->statuses, 101);
    cr_expect_geq(world->past, 2 * 18);
    close_world(world);
}

Test(feed_outage, of_the_past_alone_holds_up_polled_symbols_and_nobody_else)
{
    struct fault_script script;
    struct problem problem = {0};
    static const char text[] = "rules: [{route: GET /v2/stocks/*, what: status, code: 503, after: "
                               "2026-03-16T13:40:01Z, until: 2026-03-16T14:00:00Z}]";
    struct world *world = new_world();
    cr_assert_eq(fault_script_parse("test", text, strlen(text), &script, &problem), ERR_OK);
    world->faults = &script;
    open_world(world, made_open_ns(1), false);
    look(world, made_open_ns(1));
    start_feed(world, (struct alpaca_feed_plan){.stream_symbols = 1});
    go_to(world, made_open_ns(1) + 29 * NS_PER_MIN + 50 * NS_PER_S);
    for (uint32_t i = 12; i < 29; i++) {
        const struct given *given = &world->given[i];
        cr_assert_eq(given->slice.count, 1, "minute %u", i);
        cr_expect_eq(given->bars[0].instrument, 0);
        cr_expect_leq(given->at_ns - given->slice.ts_ns, 10 * NS_PER_S, "minute %u", i);
    }
    cr_expect_eq(world->statuses, 1);
    cr_expect_eq(world->prices, 0, "nobody knows one");
    go_to(world, made_open_ns(1) + 40 * NS_PER_MIN + 10 * NS_PER_S);
    expect_all(world, made_open_ns(1) + 40 * NS_PER_MIN);
    cr_expect_eq(world->statuses, 101);
    cr_expect(world->past >= 18 && world->past <= 21, "%" PRIu32, world->past);
    fault_script_finish(&script);
    close_world(world);
}

Test(feed_outage, of_the_first_past_lets_time_pass_and_warms_up_later)
{
    struct world *world = new_world();
    struct fault_script script;
    struct problem problem = {0};
    static const char text[] = "rules: [{route: GET /v2/stocks/*, what: status, code: 503, until: "
                               "2026-03-16T14:00:00Z}]";
    cr_assert_eq(fault_script_parse("test", text, strlen(text), &script, &problem), ERR_OK);
    world->faults = &script;
    open_world(world, made_open_ns(1) + 5 * NS_PER_MIN, false);
    start_feed(world, (struct alpaca_feed_plan){.warmup_bars = 40});
    look(world, alpaca_feed_first_ns(world->feed));
    world->time_ns = made_open_ns(1) + 5 * NS_PER_MIN;
    go_to(world, made_open_ns(1) + 20 * NS_PER_MIN);
    cr_expect_eq(world->time_ns, made_open_ns(1) + 19 * NS_PER_MIN);
    cr_expect_eq(world->past, 0);
    cr_expect_geq(world->prices, 2 * 12);
    cr_expect_eq(world->statuses, 1);
    go_to(world, made_open_ns(1) + 35 * NS_PER_MIN + 10 * NS_PER_S);
    expect_all(world, made_open_ns(1) + 35 * NS_PER_MIN);
    cr_expect_geq(world->past, 2 * (70 + 24));
    cr_expect_eq(world->statuses, 101);
    fault_script_finish(&script);
    close_world(world);
}

Test(feed_outage, that_a_run_did_not_survive_is_filled_by_the_next_one)
{
    struct world *world = new_world();
    int64_t open_ns = made_open_ns(1);
    int64_t last_ns = open_ns + 20 * NS_PER_MIN;
    const int64_t have_ns[MADE_SYMBOLS] = {last_ns, open_ns + 8 * NS_PER_MIN};
    open_world(world, open_ns + 25 * NS_PER_MIN + 30 * NS_PER_S, false);
    look(world, last_ns);
    world->last_ns[1] = have_ns[1];
    start_feed(world, (struct alpaca_feed_plan){.last_slice_ns = last_ns, .have_ns = have_ns});
    go_to(world, open_ns + 30 * NS_PER_MIN + 10 * NS_PER_S);
    for (uint32_t i = 0; i < MADE_SYMBOLS; i++) {
        cr_expect_eq(world->last_ns[i], open_ns + 30 * NS_PER_MIN);
    }
    for (uint32_t i = 0; i < 12; i++) {
        cr_assert(world->given[i].slice.past && world->given[i].slice.count == 1);
        cr_expect_eq(world->given[i].bars[0].instrument, 1);
    }
    cr_expect(world->given[16].slice.past && !world->given[17].slice.past);
    cr_expect_eq(world->given[12].slice.count, 2);
    close_world(world);
}

Test(feed_outage, a_message_of_the_stream_that_was_lost_is_asked_for)
{
    struct world *world = under_faults("rules: [{stream: data, what: drop, nth: 5}]", 30);
    expect_all(world, made_open_ns(1) + 30 * NS_PER_MIN);
    cr_expect(world->past == 1 || world->past == 2, "%" PRIu32, world->past);
    cr_expect_eq(alpaca_feed_counts(world->feed).missed, world->past);
    cr_expect_eq(world->statuses, 0, "a few seconds are no outage");
    close_world(world);
}

/* Nobody knows of the fifth message while the past does not answer: what follows has to wait. */
Test(feed_outage, a_message_that_is_lost_while_the_past_fails_keeps_back_what_follows_it)
{
    struct world *world = under_faults(
        "rules: [{stream: data, what: drop, nth: 5}, {route: GET /v2/stocks/*, what: status, code: "
        "503, after: 2026-03-16T13:30:30Z, until: 2026-03-16T13:45:00Z}]",
        30);
    expect_all(world, made_open_ns(1) + 30 * NS_PER_MIN);
    cr_expect_geq(world->past, 10);
    cr_expect_geq(world->prices, 9);
    cr_expect_eq(world->statuses, 101);
    close_world(world);
}

/* What the exchange says while the machine sleeps reaches nobody. */
static void sleep_until(struct world *world, int64_t to_ns)
{
    struct live_feed *port = alpaca_feed_port(world->feed);
    while (server_next_ns(world->server) <= to_ns) {
        server_advance_until(world->server, server_next_ns(world->server));
    }
    world->clock.now_ns = to_ns;
    alpaca_feed_slept(world->feed);
    port->ops->on_time(port, to_ns);
    take(world);
}

Test(feed_outage, a_machine_that_slept_asks_for_what_it_missed_before_it_goes_on)
{
    struct world *world = new_world();
    int64_t start_ns = made_open_ns(1);
    open_world(world, start_ns, false);
    look(world, start_ns);
    start_feed(world, (struct alpaca_feed_plan){.stream_symbols = 2});
    go_to(world, start_ns + 10 * NS_PER_MIN + 10 * NS_PER_S);
    cr_expect_eq(world->given_count, 10);
    cr_expect_eq(world->came_back, 0, "the first time is no coming back");
    sleep_until(world, start_ns + 70 * NS_PER_MIN + 10 * NS_PER_S);
    cr_expect_eq(world->given_count, 10, "nothing is given for what was not asked for");
    cr_expect_eq(world->statuses, 1, "and what is given then is old");
    go_to(world, start_ns + 75 * NS_PER_MIN + 10 * NS_PER_S);
    expect_all(world, start_ns + 75 * NS_PER_MIN);
    for (uint32_t i = 10; i < world->given_count; i++) {
        bool old = world->given[i].at_ns - world->given[i].slice.ts_ns > 100 * NS_PER_S;
        cr_expect_eq(world->given[i].slice.past, old, "an hour ago is no news");
    }
    cr_expect_eq(world->statuses, 101);
    cr_expect_eq(world->came_back, 1);
    close_world(world);
}

/* ---- what goes wrong ---- */

Test(feed_outage, a_silent_stream_is_found_out_and_begun_again)
{
    struct world *world =
        under_faults("rules: [{stream: data, what: mute, for: 10min, nth: 5}]", 30);
    struct alpaca_feed_counts counts = alpaca_feed_counts(world->feed);
    expect_all(world, made_open_ns(1) + 30 * NS_PER_MIN);
    cr_expect_geq(counts.restarts, 1);
    cr_expect_geq(counts.missed, 2);
    cr_expect_leq(world->past, 2, "one minute at most until it is found out: %" PRIu32,
                  world->past);
    close_world(world);
}

Test(feed_outage, never_gives_what_is_wrong_and_leaves_nothing_out)
{
    static const char *const rules[] = {
        "{stream: data, what: duplicate, probability: 50%}",
        "{stream: data, what: reorder, probability: 50%}",
        "{stream: data, what: fragment, bytes: 3}",
        "{stream: data, what: garble, probability: 10%}",
        "{stream: data, what: drop, probability: 30%}",
        "{stream: data, what: delay, for: 90s, probability: 30%}",
        "{stream: data, what: disconnect, every: 7}",
        "{stream: data, what: disconnect, nth: 1, for: 1h, refuse: 406}",
        "{route: GET /v2/stocks/*, what: status, code: 500, probability: 30%}",
        "{route: GET /v2/stocks/*, what: garbled, probability: 30%}",
        "{stream: data, what: drop}, {route: GET /v2/stocks/*, what: not_json, probability: 20%}",
        "{stream: data, what: drop}, {route: GET /v2/stocks/*, what: cut, bytes: 60, every: 5}",
        "{stream: data, what: drop}, {route: GET /v2/stocks/*, what: empty, probability: 20%}",
        "{stream: data, what: drop}, {route: GET /v2/stocks/*, what: timeout_before, every: 5}",
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        char text[512];
        (void)snprintf(text, sizeof text, "seed: 5\nrules: [%s]", rules[i]);
        struct world *world = under_faults(text, 40);
        expect_all(world, made_open_ns(1) + 40 * NS_PER_MIN);
        cr_expect_leq(world->past, 40, "%s: %" PRIu32 " bars", rules[i], world->past);
        close_world(world);
    }
}
