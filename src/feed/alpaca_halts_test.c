/* alpaca_halts_test.c: what the feed makes of trading statuses: of the exchange served, and of
 * streams that say what comes seldom. */
#include "feed/alpaca_world_test.h"

/* The next halt that was told, begun or ended, of the instrument and as of that moment. */
static void expect_halt(const struct world *world, uint32_t number, uint32_t instrument,
                        bool begins, int64_t ts_ns)
{
    cr_assert_gt(world->halt_count, number, "there are only %u", world->halt_count);
    const struct event *halt = &world->halts[number];
    cr_expect_eq(halt->instrument, instrument, "halt %u", number);
    cr_expect_eq(halt->status.begins, begins ? 1 : 0, "halt %u", number);
    cr_expect_eq(halt->src_ns, ts_ns, "halt %u is %" PRId64 " s off", number,
                 (halt->src_ns - ts_ns) / NS_PER_S);
}

Test(feed_alpaca_halts, tells_the_halts_of_the_exchange_and_their_ends)
{
    static const char rules[] =
        "rules: [{what: halt, symbol: AAPL, for: 150s, after: 2026-03-16T13:35:00Z, nth: 1},"
        " {what: halt, symbol: SPY, for: 30s, after: 2026-03-16T13:36:00Z, nth: 1}]";
    static const bool by_steps[] = {false, true};
    for (size_t i = 0; i < 2; i++) {
        struct fault_script script;
        struct problem problem = {0};
        struct world *world = new_world();
        int64_t open_ns = made_open_ns(1);
        cr_assert_eq(fault_script_parse("test", rules, strlen(rules), &script, &problem), ERR_OK);
        world->faults = &script;
        open_world(world, open_ns, by_steps[i]);
        start_feed(world, (struct alpaca_feed_plan){.stream_symbols = 2});
        go_to(world, made_open_ns(2) + 10 * NS_PER_MIN); /* a close and an open are none */
        cr_assert_eq(world->halt_count, 4);
        expect_halt(world, 0, 0, true, open_ns + 5 * NS_PER_MIN);
        expect_halt(world, 1, 1, true, open_ns + 6 * NS_PER_MIN);
        expect_halt(world, 2, 1, false, open_ns + 6 * NS_PER_MIN + 30 * NS_PER_S);
        expect_halt(world, 3, 0, false, open_ns + 7 * NS_PER_MIN + 30 * NS_PER_S);
        cr_expect_eq(world->statuses, 0);
        cr_expect(was_said(world, "trading in AAPL is halted") &&
                  was_said(world, "trading in AAPL goes on"));
        fault_script_finish(&script);
        close_world(world);
    }
}

/* A feed in the tenth minute of a session whose stream is the script's, up. */
static struct world *with_script(struct script *script, struct alpaca_feed_plan plan)
{
    struct world *world = new_world();
    plan.stream_symbols = 2;
    open_world(world, made_open_ns(1) + 10 * NS_PER_MIN, false);
    script_listen(script, world->loop, 4);
    move_stream(world, script->port);
    start_feed(world, plan);
    return world;
}

static void bring_up(struct world *world, struct script *script)
{
    static const char done[] = "[{\"T\":\"subscription\",\"bars\":[]}]";
    world->said_count = 0;
    (void)read_subscription(script);
    script_say_frame(script, 0x81, done, sizeof done - 1);
    while (!was_said(world, "the stream is up")) {
        script_turn(script);
    }
}

static void finish_script(struct world *world, struct script *script)
{
    alpaca_feed_destroy(world->feed);
    world->feed = NULL;
    script_finish(script);
    close_world(world);
}

/* So many seconds after the open: a status of the symbol. */
static size_t status_text(char *out, size_t size, const char *symbol, const char *code,
                          int64_t seconds)
{
    char when[UTC_TEXT_SIZE];
    (void)utc_format(made_open_ns(1) + seconds * NS_PER_S, when);
    return (size_t)snprintf(out, size,
                            "{\"T\":\"s\",\"S\":\"%s\",\"sc\":\"%s\",\"sm\":\"\",\"rc\":\"\","
                            "\"rm\":\"\",\"t\":\"%s\",\"z\":\"C\"}",
                            symbol, code, when);
}

static void say_status(struct script *script, const char *symbol, const char *code, int64_t seconds)
{
    char text[256] = "[";
    size_t length = 1 + status_text(text + 1, sizeof text - 2, symbol, code, seconds);
    text[length++] = ']';
    script_say_frame(script, 0x81, text, length);
}

/* The bar of that minute of the session. */
static void say_bar(struct script *script, const char *symbol, int64_t minute)
{
    char when[UTC_TEXT_SIZE], text[256];
    (void)utc_format(made_open_ns(1) + minute * NS_PER_MIN, when);
    int length = snprintf(text, sizeof text,
                          "[{\"T\":\"b\",\"S\":\"%s\",\"o\":9,\"h\":9,\"l\":9,\"c\":9,\"v\":5,"
                          "\"n\":1,\"vw\":9,\"t\":\"%s\"}]",
                          symbol, when);
    script_say_frame(script, 0x81, text, (size_t)length);
}

/* Until so many halts were told in all, and then whatever else comes soon. */
static void await_halts(struct world *world, struct script *script, uint32_t count)
{
    int64_t end_ns = clock_mono_ns() + 5 * NS_PER_S;
    while (world->halt_count < count && clock_mono_ns() < end_ns) {
        script_turn(script);
        take(world);
    }
    cr_assert_eq(world->halt_count, count);
}

/* A status of SPY that says nothing has come when the pair of halts behind it has. */
static void expect_no_halt(struct world *world, struct script *script, int64_t seconds)
{
    uint32_t count = world->halt_count;
    world->clock.now_ns = made_open_ns(1) + seconds * NS_PER_S;
    say_status(script, "SPY", "H", seconds);
    say_status(script, "SPY", "T", seconds);
    await_halts(world, script, count + 2);
    expect_halt(world, count, 1, true, made_open_ns(1) + seconds * NS_PER_S);
    expect_halt(world, count + 1, 1, false, made_open_ns(1) + seconds * NS_PER_S);
}

Test(feed_alpaca_halts, tells_every_halt_of_one_batch_in_order)
{
    static const struct {
        uint32_t instrument;
        const char *code;
    } batch[] = {
        {0, "H"},
        {1, "2"},
        {1, "2"},
        {0, "Q"},
        {0, "5"},
        {1, "3"},
        {0, "T"},
        {0, "P"},
        {1, "T"},
    };
    static const struct {
        uint32_t instrument;
        bool begins;
        int64_t second;
    } told[] = {
        {0, true,  600},
        {1, true,  601},
        {1, false, 605},
        {0, false, 606},
        {0, true,  607},
    };
    static struct script script;
    struct world *world = with_script(&script, (struct alpaca_feed_plan){0});
    char text[4096] = "[";
    size_t length = 1;
    bring_up(world, &script);
    world->clock.now_ns = made_open_ns(1) + 11 * NS_PER_MIN;
    for (size_t i = 0; i < sizeof batch / sizeof batch[0]; i++) {
        length += status_text(text + length, sizeof text - length,
                              made_instruments[batch[i].instrument].symbol, batch[i].code,
                              600 + (int64_t)i);
        text[length++] = i + 1 < sizeof batch / sizeof batch[0] ? ',' : ']';
    }
    script_say_frame(&script, 0x81, text, length);
    await_halts(world, &script, sizeof told / sizeof told[0]);
    for (uint32_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        expect_halt(world, i, told[i].instrument, told[i].begins,
                    made_open_ns(1) + told[i].second * NS_PER_S);
    }
    finish_script(world, &script);
}

Test(feed_alpaca_halts, a_status_that_it_does_not_know_is_a_halt_until_there_is_trade)
{
    static struct script script;
    struct world *world = with_script(&script, (struct alpaca_feed_plan){0});
    int64_t open_ns = made_open_ns(1);
    bring_up(world, &script);
    world->clock.now_ns = open_ns + 610 * NS_PER_S;
    say_status(&script, "AAPL", "WHAT?", 610);
    await_halts(world, &script, 1);
    expect_halt(world, 0, 0, true, open_ns + 610 * NS_PER_S);
    cr_expect(was_said(world, "AAPL has the trading status WHAT?, which is not known"));
    say_bar(&script, "AAPL", 10); /* of the minute in which it was said */
    say_bar(&script, "AAPL", 9);
    expect_no_halt(world, &script, 720);
    say_bar(&script, "AAPL", 11);
    await_halts(world, &script, 4);
    expect_halt(world, 3, 0, false, open_ns + 720 * NS_PER_S); /* the end of the bar */
    cr_expect(was_said(world, "trading in AAPL goes on: it has a bar"));
    finish_script(world, &script);
}

Test(feed_alpaca_halts, a_resumption_that_was_missed_shuts_nothing_for_ever)
{
    static struct script script;
    struct world *world = with_script(&script, (struct alpaca_feed_plan){0});
    struct live_feed *port = alpaca_feed_port(world->feed);
    int64_t open_ns = made_open_ns(1);
    bring_up(world, &script);
    world->clock.now_ns = open_ns + 630 * NS_PER_S;
    say_status(&script, "AAPL", "H", 630);
    await_halts(world, &script, 1);
    script_close(&script, false);
    script_forget(&script);
    while (!was_said(world, "the stream is down")) {
        script_turn(&script);
    }
    world->clock.now_ns = open_ns + 640 * NS_PER_S;
    port->ops->on_time(port, world->clock.now_ns);
    bring_up(world, &script);
    expect_no_halt(world, &script, 650); /* that it is back says nothing of AAPL */
    world->clock.now_ns = open_ns + 725 * NS_PER_S;
    say_status(&script, "AAPL", "H", 725); /* halted once more, or still */
    say_bar(&script, "AAPL", 11);          /* what was traded between the two */
    expect_no_halt(world, &script, 730);
    say_bar(&script, "AAPL", 13);
    await_halts(world, &script, 6);
    expect_halt(world, 5, 0, false, open_ns + 840 * NS_PER_S);
    finish_script(world, &script);
}

Test(feed_alpaca_halts, before_the_open_nothing_is_halted_that_trades)
{
    static struct script script;
    struct world *world = with_script(&script, (struct alpaca_feed_plan){0});
    bring_up(world, &script);
    say_status(&script, "AAPL", "H", -1);
    expect_no_halt(world, &script, 610);
    say_status(&script, "AAPL", "H", 0);
    await_halts(world, &script, 3);
    expect_halt(world, 2, 0, true, made_open_ns(1));
    finish_script(world, &script);
}

/* What an earlier process told stands, though this one has not heard of it. */
Test(feed_alpaca_halts, ends_what_the_log_says_has_begun)
{
    static const bool halted[MADE_SYMBOLS] = {true, true};
    struct world *world = new_world();
    int64_t start_ns = made_open_ns(1) + 10 * NS_PER_MIN + 20 * NS_PER_S;
    open_world(world, start_ns, false);
    start_feed(world, (struct alpaca_feed_plan){.stream_symbols = 2,
                                                .last_slice_ns = made_open_ns(1) + 5 * NS_PER_MIN,
                                                .halted = halted,
                                                .stale = true});
    go_to(world, made_open_ns(1) + 12 * NS_PER_MIN - NS_PER_S);
    cr_expect_eq(world->statuses, 100, "the data are here, up to now");
    cr_expect_eq(world->halt_count, 0, "all of that may have been before the halt");
    go_to(world, made_open_ns(1) + 12 * NS_PER_MIN + 10 * NS_PER_S);
    cr_expect_eq(world->statuses, 100);
    cr_assert_eq(world->halt_count, 2);
    cr_expect(world->halts[0].status.begins == 0 && world->halts[1].status.begins == 0);
    cr_expect_eq(world->halts[0].instrument + world->halts[1].instrument, 1);
    close_world(world);
}

/* Regular hours end for every symbol alike; what is halted behind them is. */
Test(feed_alpaca_halts, the_close_is_no_halt_where_trading_goes_on)
{
    static struct script script;
    struct world *world = with_script(&script, (struct alpaca_feed_plan){.extended_hours = true});
    const int64_t close_s = 390 * INT64_C(60);
    bring_up(world, &script);
    world->clock.now_ns = made_open_ns(1) + (close_s + 60) * NS_PER_S;
    say_status(&script, "AAPL", "H", close_s);
    expect_no_halt(world, &script, close_s + 60);
    say_status(&script, "AAPL", "H", close_s + 5);
    await_halts(world, &script, 3);
    expect_halt(world, 2, 0, true, made_open_ns(1) + (close_s + 5) * NS_PER_S);
    say_status(&script, "SPY", "2", close_s + 5 * 60 * 60); /* in the night, as of now */
    await_halts(world, &script, 4);
    expect_halt(world, 3, 1, true, world->clock.now_ns);
    finish_script(world, &script);
}
