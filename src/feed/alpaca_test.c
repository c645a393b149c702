/* alpaca_test.c: the feed against an exchange served in the same loop: what it gives is what the
 * exchange's data are, through warm-up, polling, outages and starts in the middle of a day. */
#include "feed/alpaca.h"

#include "feed/alpaca_world_test.h"
#include "feed/schedule.h"

/* ---- what is expected ---- */

/* Every slice that was given from `first_ns` to `last_ns`, minute after minute in sessions, is the
 * data's. */
static void expect_minutes(const struct world *world, int64_t first_ns, int64_t last_ns)
{
    uint32_t at = 0;
    for (uint64_t i = 0; i < world->data.count; i += MADE_SYMBOLS) {
        const struct event *want = &world->data.records[i];
        if (want->ts_ns <= first_ns || want->ts_ns > last_ns) {
            continue;
        }
        cr_assert_lt(at, world->given_count, "slice %u is missing", at);
        const struct given *given = &world->given[at];
        cr_assert_eq(given->slice.ts_ns, want->ts_ns, "slice %u is %" PRId64 " s off", at,
                     (given->slice.ts_ns - want->ts_ns) / NS_PER_S);
        cr_assert_eq(given->slice.ordinal, at);
        cr_assert_eq(given->slice.count, MADE_SYMBOLS);
        cr_assert_eq(memcmp(given->bars, want, MADE_SYMBOLS * sizeof *want), 0, "slice %u", at);
        at++;
    }
    cr_assert_eq(at, world->given_count, "%u slices too many", world->given_count - at);
}

/* ---- tests ---- */

Test(feed_alpaca, by_steps_gives_what_the_exchange_has_and_nothing_else)
{
    struct world *world = new_world();
    int64_t start_ns = made_open_ns(0);
    open_world(world, start_ns, true);
    start_feed(world, (struct alpaca_feed_plan){.stream_symbols = 2});
    go_to(world, made_open_ns(1) + 30 * NS_PER_MIN); /* over a weekend */
    expect_minutes(world, start_ns, made_open_ns(1) + 30 * NS_PER_MIN);
    cr_expect_eq(world->statuses, 0);
    struct alpaca_feed_counts counts = alpaca_feed_counts(world->feed);
    cr_expect_eq(counts.late + counts.changed + counts.bad + counts.missed, 0);
    close_world(world);
}

Test(feed_alpaca, begins_with_a_past_that_the_present_follows_without_a_gap)
{
    static const bool by_steps[] = {true, false};
    for (size_t i = 0; i < 2; i++) {
        struct world *world = new_world();
        int64_t start_ns = made_open_ns(1) + 20 * NS_PER_MIN;
        open_world(world, start_ns, by_steps[i]);
        start_feed(world, (struct alpaca_feed_plan){.warmup_bars = 40, .first_ordinal = 0});
        /* 40 and half of that and ten: twenty of today and fifty of Friday. */
        cr_expect_eq(alpaca_feed_first_ns(world->feed), made_open_ns(0) + 340 * NS_PER_MIN);
        go_to(world, start_ns + 10 * NS_PER_MIN + 10 * NS_PER_S);
        expect_minutes(world, made_open_ns(0) + 340 * NS_PER_MIN, start_ns + 10 * NS_PER_MIN);
        for (uint32_t k = 0; k < world->given_count; k++) {
            cr_expect_eq(world->given[k].slice.past, k < 70, "%u", k);
        }
        cr_expect_eq(world->statuses, 0);
        close_world(world);
    }
}

Test(feed_alpaca, goes_on_behind_the_last_slice_of_a_log)
{
    struct world *world = new_world();
    int64_t last_ns = made_open_ns(0) + 385 * NS_PER_MIN;
    int64_t start_ns = made_open_ns(1) + 3 * NS_PER_MIN;
    open_world(world, start_ns, false);
    start_feed(world, (struct alpaca_feed_plan){.warmup_bars = 40, .last_slice_ns = last_ns});
    go_to(world, start_ns + 2 * NS_PER_MIN + 10 * NS_PER_S);
    expect_minutes(world, last_ns, start_ns + 2 * NS_PER_MIN);
    cr_expect(world->given[7].slice.past && !world->given[8].slice.past);
    close_world(world);
}

Test(feed_alpaca, asks_for_symbols_that_are_not_streamed)
{
    static const bool by_steps[] = {true, false};
    for (size_t i = 0; i < 2; i++) {
        struct world *world = new_world();
        int64_t start_ns = made_open_ns(1);
        open_world(world, start_ns, by_steps[i]);
        start_feed(world, (struct alpaca_feed_plan){.stream_symbols = 1});
        go_to(world, start_ns + 20 * NS_PER_MIN + 10 * NS_PER_S);
        expect_minutes(world, start_ns, start_ns + 20 * NS_PER_MIN);
        cr_expect_eq(world->statuses, 0);
        close_world(world);
    }
}

Test(feed_alpaca, says_that_the_data_are_old_and_fills_the_gap_when_they_come_again)
{
    struct world *world = new_world();
    int64_t start_ns = made_open_ns(1);
    open_world(world, start_ns, false);
    start_feed(world, (struct alpaca_feed_plan){.stream_symbols = 2});
    go_to(world, start_ns + 10 * NS_PER_MIN + 10 * NS_PER_S);
    cr_expect_eq(world->given_count, 10);
    server_destroy(world->server);
    world->server = NULL;
    go_to(world, start_ns + 15 * NS_PER_MIN);
    cr_expect_eq(world->statuses, 1, "it began");
    cr_expect(was_said(world, "the stream is down"));
    cr_expect_eq(world->given_count, 13, "time passes for what is held, 70 s behind");
    serve(world, world->clock.now_ns);
    go_to(world, start_ns + 25 * NS_PER_MIN + 10 * NS_PER_S);
    cr_expect_eq(world->statuses, 101, "and it has ended");
    cr_expect_eq(world->came_back, 1);
    cr_assert_eq(world->given_count, 25, "every minute once");
    uint32_t empty = 0;
    while (empty < 15 && world->given[10 + empty].slice.count == 0) {
        empty++;
    }
    cr_expect(empty >= 3 && empty <= 5, "%u minutes were lost", empty);
    for (uint32_t i = 0; i < 25; i++) {
        bool lost = i >= 10 && i < 10 + empty;
        cr_expect_eq(world->given[i].slice.count, lost ? 0 : 2, "minute %u", i);
        cr_expect_not(world->given[i].slice.past);
    }
    cr_expect_eq(alpaca_feed_counts(world->feed).late, 2 * empty);
    cr_expect(was_said(world, "came after their slice was given"));
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

Test(feed_alpaca, a_machine_that_slept_asks_for_what_it_missed_before_it_goes_on)
{
    struct world *world = new_world();
    int64_t start_ns = made_open_ns(1);
    open_world(world, start_ns, false);
    start_feed(world, (struct alpaca_feed_plan){.stream_symbols = 2});
    go_to(world, start_ns + 10 * NS_PER_MIN + 10 * NS_PER_S);
    cr_expect_eq(world->given_count, 10);
    cr_expect_eq(world->came_back, 0, "the first time is no coming back");
    sleep_until(world, start_ns + 70 * NS_PER_MIN + 10 * NS_PER_S);
    cr_expect_eq(world->given_count, 10, "nothing is given for what was not asked for");
    cr_expect_eq(world->statuses, 1, "and what is given then is old");
    go_to(world, start_ns + 75 * NS_PER_MIN + 10 * NS_PER_S);
    expect_minutes(world, start_ns, start_ns + 75 * NS_PER_MIN);
    cr_expect_eq(world->statuses, 101);
    cr_expect_eq(world->came_back, 1);
    close_world(world);
}

Test(feed_alpaca, makes_longer_bars_of_what_it_gets)
{
    static const int64_t lengths[] = {5 * NS_PER_MIN, NS_PER_HOUR, NS_PER_DAY};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct world *world = new_world();
        int64_t start_ns = made_open_ns(1) + 2 * NS_PER_MIN; /* within a bar */
        open_world(world, start_ns, false);
        start_feed(world, (struct alpaca_feed_plan){.bar_ns = lengths[i], .warmup_bars = 1});
        go_to(world, made_open_ns(1) + 6 * NS_PER_HOUR + 55 * NS_PER_MIN);
        const struct schedule schedule = {CALENDAR_XNYS, false, lengths[i]};
        uint32_t live = 0;
        for (uint32_t k = 0; k < world->given_count; k++) {
            const struct given *given = &world->given[k];
            struct frame frame;
            cr_assert(schedule_before(&schedule, given->slice.ts_ns, &frame));
            cr_assert_eq(frame.end_ns, given->slice.ts_ns);
            int day = frame.start_ns >= made_open_ns(1) ? 1 : 0;
            int first = (int)((frame.start_ns - made_open_ns(day)) / NS_PER_MIN);
            int minutes = (int)((frame.end_ns - frame.start_ns) / NS_PER_MIN);
            cr_assert_eq(given->slice.count, 2, "%u", k);
            struct event head = made_bar(day, first, 1);
            struct event tail = made_bar(day, first + minutes - 1, 1);
            int64_t volume = 0;
            for (int m = 0; m < minutes; m++) {
                volume += made_bar(day, first + m, 1).bar.volume;
            }
            const struct event_bar *bar = &given->bars[1].bar;
            cr_expect_eq(bar->open_e9, head.bar.open_e9);
            cr_expect_eq(bar->low_e9, head.bar.low_e9);
            cr_expect_eq(bar->high_e9, tail.bar.high_e9);
            cr_expect_eq(bar->close_e9, tail.bar.close_e9);
            cr_expect_eq(bar->volume, volume, "%u: %" PRId64 " for %" PRId64, k, bar->volume,
                         volume);
            live += !given->slice.past;
        }
        static const uint32_t want[] = {78, 7, 1};
        cr_expect_eq(live, want[i]);
        close_world(world);
    }
}

enum { MANY = 40, MANY_MINUTES = 12 };

/* AAPL's bars under many names. */
static struct bars many_bars(struct instrument names[MANY])
{
    struct bars data = {.instruments = names,
                        .instrument_count = MANY,
                        .bar_ns = NS_PER_MIN,
                        .slice_count = MANY_MINUTES};
    struct event *records = xcalloc(MANY * MANY_MINUTES, sizeof *records);
    for (uint32_t i = 0; i < MANY; i++) {
        (void)snprintf(names[i].symbol, sizeof names[i].symbol, "S%02u", i);
    }
    for (int minute = 0; minute < MANY_MINUTES; minute++) {
        for (uint32_t i = 0; i < MANY; i++) {
            records[data.count] = made_bar(1, minute, 0);
            records[data.count++].instrument = i;
        }
    }
    data.records = records;
    data.memory = records;
    return data;
}

Test(feed_alpaca, streams_fewer_symbols_where_the_plan_has_room_for_fewer)
{
    static const char full[] = "[{\"T\":\"error\",\"code\":405,\"msg\":\"symbol limit exceeded\"}]";
    static const char done[] = "[{\"T\":\"subscription\",\"bars\":[]}]";
    static struct script script;
    struct world *world = new_world();
    struct instrument names[MANY] = {0};
    world->data = many_bars(names);
    open_world(world, made_open_ns(1), false);
    script_listen(&script, world->loop, 4);
    move_stream(world, script.port);
    start_feed(world, (struct alpaca_feed_plan){.stream_symbols = MANY});
    cr_expect_eq(read_subscription(&script), MANY);
    script_say_frame(&script, 0x81, full, sizeof full - 1);
    while (!was_said(world, "20 are streamed, the other 20")) {
        script_turn(&script);
    }
    script_close(&script, false);
    script_forget(&script);
    world->clock.now_ns += 2 * NS_PER_S;
    struct live_feed *port = alpaca_feed_port(world->feed);
    port->ops->on_time(port, world->clock.now_ns);
    cr_expect_eq(read_subscription(&script), MANY / 2);
    script_say_frame(&script, 0x81, done, sizeof done - 1);
    while (!was_said(world, "the stream is up")) {
        script_turn(&script);
    }
    alpaca_feed_destroy(world->feed);
    world->feed = NULL;
    script_finish(&script);
    close_world(world);
}

Test(feed_alpaca, streams_some_of_many_symbols_and_asks_for_the_rest)
{
    struct world *world = new_world();
    struct instrument names[MANY] = {0};
    world->data = many_bars(names);
    open_world(world, made_open_ns(1), false);
    start_feed(world, (struct alpaca_feed_plan){.stream_symbols = 10});
    go_to(world, made_open_ns(1) + 10 * NS_PER_MIN + 10 * NS_PER_S);
    cr_expect_eq(world->given_count, 10);
    for (uint32_t i = 0; i < world->given_count; i++) {
        cr_expect_eq(world->given[i].slice.count, MANY, "minute %u", i);
        cr_expect_eq(world->given[i].slice.expected, MANY);
    }
    close_world(world);
}

Test(feed_alpaca, says_that_the_keys_are_refused_and_gives_nothing)
{
    struct world *world = new_world();
    struct refusal refusal = {0};
    open_world(world, made_open_ns(1), false);
    /* The key pair's account has another secret. */
    struct venue *venue = (struct venue *)(uintptr_t)server_venue(world->server);
    cr_assert_not_null(venue_account(venue, "PKTEST", "other", &refusal));
    start_feed(world, (struct alpaca_feed_plan){.warmup_bars = 5});
    go_to(world, made_open_ns(1) + 10 * NS_PER_MIN);
    cr_expect_eq(world->given_count, 0);
    cr_expect_eq(world->statuses, 1);
    cr_expect(was_said(world, "are these keys of this host?"));
    cr_expect(was_said(world, "the stream is refused"));
    close_world(world);
}

/* ---- what goes wrong ---- */

/* Every minute has one slice, and every bar in it is the data's; how many bars were not given. */
static uint64_t count_lost(const struct world *world, int64_t first_ns)
{
    uint64_t lost = 0;
    for (uint32_t i = 0; i < world->given_count; i++) {
        const struct given *given = &world->given[i];
        cr_assert_eq(given->slice.ts_ns, first_ns + (i + 1) * NS_PER_MIN, "minute %u", i);
        for (uint32_t k = 0; k < given->slice.count; k++) {
            int minute = (int)((given->bars[k].src_ns - made_open_ns(1)) / NS_PER_MIN);
            struct event want = made_bar(1, minute, given->bars[k].instrument);
            cr_assert_eq(memcmp(&given->bars[k], &want, sizeof want), 0, "minute %u", i);
        }
        lost += MADE_SYMBOLS - given->slice.count;
    }
    return lost;
}

static struct world *under_faults(const char *text, uint32_t minutes)
{
    struct world *world = new_world();
    struct fault_script script;
    struct problem problem = {0};
    int64_t start_ns = made_open_ns(1);
    cr_assert_eq(fault_script_parse("test", text, strlen(text), &script, &problem), ERR_OK, "%s",
                 problem.text);
    world->faults = &script;
    world->patience_ns = strstr(text, "timeout") == NULL ? 0 : 100 * NS_PER_MS;
    open_world(world, start_ns, false);
    start_feed(world, (struct alpaca_feed_plan){.stream_symbols = 2});
    go_to(world, start_ns + minutes * NS_PER_MIN + 10 * NS_PER_S);
    fault_script_finish(&script);
    return world;
}

Test(feed_alpaca, a_silent_stream_is_found_out_and_begun_again)
{
    struct world *world =
        under_faults("rules: [{stream: data, what: mute, for: 10min, nth: 5}]", 30);
    uint64_t lost = count_lost(world, made_open_ns(1));
    struct alpaca_feed_counts counts = alpaca_feed_counts(world->feed);
    cr_expect_geq(counts.restarts, 1);
    cr_expect_geq(counts.missed, 2);
    cr_expect_leq(lost, 2, "one minute at most until it is found out: %" PRIu64, lost);
    cr_expect_eq(counts.late, lost, "and what was lost is told");
    cr_expect_eq(world->given_count, 30);
    close_world(world);
}

Test(feed_alpaca, never_gives_what_is_wrong_and_tells_what_it_could_not_give)
{
    static const struct {
        const char *rules;
        uint64_t lost_max;
    } cases[] = {
        {"{stream: data, what: duplicate, probability: 50%}",                                       0 },
        {"{stream: data, what: reorder, probability: 50%}",                                         60},
        {"{stream: data, what: fragment, bytes: 3}",                                                0 },
        {"{stream: data, what: garble, probability: 10%}",                                          20},
        {"{stream: data, what: drop, probability: 30%}",                                            60},
        {"{stream: data, what: delay, for: 90s, probability: 30%}",                                 60},
        {"{stream: data, what: disconnect, every: 7}",                                              60},
        {"{stream: data, what: disconnect, nth: 1, for: 1h, refuse: 406}",                          0 },
        {"{route: GET /v2/stocks/*, what: status, code: 500, probability: 30%}",                    0 },
        {"{route: GET /v2/stocks/*, what: garbled, probability: 30%}",                              0 },
        {"{stream: data, what: drop}, {route: GET /v2/stocks/*, what: not_json, probability: 20%}",
         20                                                                                           },
        {"{stream: data, what: drop}, {route: GET /v2/stocks/*, what: cut, bytes: 60, probability:"
         " 20%}",                                                                          20},
        {"{stream: data, what: drop}, {route: GET /v2/stocks/*, what: empty, probability: 20%}",
         20                                                                                           },
        {"{stream: data, what: drop}, {route: GET /v2/stocks/*, what: timeout_before, every: 5}",
         20                                                                                           },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[512];
        (void)snprintf(text, sizeof text, "seed: 5\nrules: [%s]", cases[i].rules);
        struct world *world = under_faults(text, 40);
        uint64_t lost = count_lost(world, made_open_ns(1));
        struct alpaca_feed_counts counts = alpaca_feed_counts(world->feed);
        cr_expect_leq(lost, cases[i].lost_max, "%s: %" PRIu64 " bars", cases[i].rules, lost);
        cr_expect_geq(counts.late, lost, "%s: %" PRIu64 " of %" PRIu64 " told", cases[i].rules,
                      counts.late, lost);
        cr_expect_geq(world->given_count, 38, "%s: %u", cases[i].rules, world->given_count);
        close_world(world);
    }
}
