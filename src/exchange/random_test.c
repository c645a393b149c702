/* random_test.c: many orders of every kind meet many bars, quotes and actions, and the ledger of
 * random_test.h agrees with all that the exchange says. BELLWETHER_SEED repeats a run,
 * BELLWETHER_EVENTS asks for more of them. */
#include "exchange/random_test.h"

/* ---- what happens ---- */

static int64_t near(struct world *world, uint32_t instrument)
{
    int64_t cents = world->price_e9[instrument] / CENT + (int64_t)draw(world, 61) - 30;
    return (cents < 2 ? 2 : cents) * CENT;
}

static struct order_request make(struct world *world, uint32_t instrument, bool buys, uint8_t type,
                                 int64_t qty_e9)
{
    struct order_request request = {
        .head = {.kind = EVENT_ORDER,
                 .instrument = instrument,
                 .order = {.order_id = world->next_id++,
                           .qty_e9 = qty_e9,
                           .type = type,
                           .time_in_force = TIME_IN_FORCE_GTC,
                           .leg_count = 1}},
        .legs = {{.instrument = instrument, .ratio = buys ? 1 : -1}},
    };
    if (type == ORDER_TYPE_LIMIT || type == ORDER_TYPE_STOP_LIMIT) {
        request.head.order.limit_price_e9 = near(world, instrument);
    }
    if (type == ORDER_TYPE_STOP || type == ORDER_TYPE_STOP_LIMIT) {
        request.terms.stop_price_e9 = near(world, instrument);
    }
    if (type == ORDER_TYPE_TRAILING_STOP) {
        bool ppm = chance(world, 50);
        request.terms.trail =
            ppm ? 1000 + (int64_t)draw(world, 20000) : (int64_t)(1 + draw(world, 20)) * CENT;
        request.head.order.order_flags = ppm ? ORDER_FLAG_TRAIL_PPM : 0;
    }
    if (chance(world, 40)) {
        request.head.order.time_in_force = TIME_IN_FORCE_DAY;
    }
    return request;
}

/* Writes down what is asked for. */
static struct known *note(struct world *world, const struct order_request *request)
{
    cr_assert_lt(request->head.order.order_id, IDS_MAX);
    struct known *order = &world->known[request->head.order.order_id];
    *order = (struct known){.state = ASKED,
                            .type = request->head.order.type,
                            .time_in_force = request->head.order.time_in_force,
                            .order_class = request->head.order.order_class,
                            .buys = request->legs[0].ratio > 0,
                            .instrument = request->legs[0].instrument,
                            .left_e9 = request->head.order.qty_e9,
                            .limit_e9 = request->head.order.limit_price_e9,
                            .stop_e9 = request->terms.stop_price_e9,
                            .works_ns = world->now_ns + world->plan.latency_ns};
    return order;
}

static void send(struct world *world, const struct order_request *requests, uint32_t count)
{
    const struct order_request *sends[3];
    for (uint32_t i = 0; i < count; i++) {
        sends[i] = &requests[i];
    }
    world->counts[EVENT_ORDER] += count;
    exchange_on_requests(world->exchange, sends, count, world->now_ns, &world->reports);
    must_agree(world);
}

static int64_t some_qty(struct world *world)
{
    int64_t qty_e9 = (int64_t)(1 + draw(world, 40)) * MONEY_E9;
    return chance(world, 10) ? qty_e9 / 3 : qty_e9;
}

static void send_simple(struct world *world)
{
    uint32_t instrument = (uint32_t)draw(world, INSTRUMENTS);
    uint8_t type = (uint8_t)(1 + draw(world, 5));
    int64_t held_e9 = world->qty_e9[instrument];
    bool buys = held_e9 > 0   ? chance(world, 40)
                : held_e9 < 0 ? chance(world, 60)
                              : chance(world, 80);
    struct order_request request = make(world, instrument, buys, type, some_qty(world));
    if (type <= ORDER_TYPE_LIMIT && chance(world, 40)) {
        request.head.order.time_in_force = (uint8_t)(1 + draw(world, 6));
    }
    (void)note(world, &request);
    send(world, &request, 1);
}

static void send_group(struct world *world)
{
    struct order_request requests[3];
    uint32_t instrument = (uint32_t)draw(world, INSTRUMENTS);
    int64_t held_e9 = world->qty_e9[instrument];
    bool oco = held_e9 != 0 && chance(world, 50);
    bool oto = !oco && chance(world, 30);
    bool buys = oco ? held_e9 < 0 : !world->plan.account.shorting || chance(world, 70);
    int64_t qty_e9 = some_qty(world);
    int64_t price_e9 = world->price_e9[instrument];
    bool exit_buys = oco ? buys : !buys;
    int64_t up = exit_buys ? -1 : 1; /* where the target lies */
    uint32_t count = 0;
    if (!oco) {
        requests[count++] = make(world, instrument, buys,
                                 chance(world, 50) ? ORDER_TYPE_MARKET : ORDER_TYPE_LIMIT, qty_e9);
        price_e9 = requests[0].head.order.type == ORDER_TYPE_LIMIT
                       ? requests[0].head.order.limit_price_e9
                       : price_e9;
    }
    if (!oto || chance(world, 50)) {
        requests[count] = make(world, instrument, exit_buys, ORDER_TYPE_LIMIT, qty_e9);
        requests[count++].head.order.limit_price_e9 =
            price_e9 + up * (int64_t)(2 + draw(world, 20)) * CENT;
    }
    if (!oto || count == 1) {
        uint8_t type = (uint8_t)(ORDER_TYPE_STOP + draw(world, 3));
        requests[count] = make(world, instrument, exit_buys, type, qty_e9);
        requests[count].terms.stop_price_e9 = price_e9 - up * (int64_t)(2 + draw(world, 20)) * CENT;
        requests[count++].head.order.limit_price_e9 =
            type == ORDER_TYPE_STOP_LIMIT ? price_e9 - up * (int64_t)(10 + draw(world, 20)) * CENT
                                          : 0;
    }
    uint64_t first = requests[0].head.order.order_id;
    for (uint32_t i = 0; i < count; i++) {
        requests[i].terms.group = first;
        requests[i].head.order.order_class = oco   ? ORDER_CLASS_OCO
                                             : oto ? ORDER_CLASS_OTO
                                                   : ORDER_CLASS_BRACKET;
        struct known *order = note(world, &requests[i]);
        order->is_exit = !oco && i > 0;
        order->entry = order->is_exit ? first : 0;
    }
    if (oco || !oto) {
        uint64_t second_exit = requests[count - 1].head.order.order_id;
        world->known[second_exit].sibling = second_exit - 1;
        world->known[second_exit - 1].sibling = second_exit;
    }
    for (uint32_t i = 1; i < count && !oco; i++) {
        world->known[first].exits[i - 1] = requests[i].head.order.order_id;
    }
    send(world, requests, count);
}

static void send_cancel(struct world *world)
{
    if (world->next_id == 1) {
        return;
    }
    uint64_t id = 1 + draw(world, world->next_id - 1);
    if (world->alive_count > 0 && chance(world, 90)) {
        id = world->alive[draw(world, world->alive_count)];
    }
    struct known *order = get(world, id);
    struct order_request request = {
        .head = {.instrument = order->instrument,
                 .order = {.order_id = id, .action = ORDER_ACTION_CANCEL}}
    };
    order->cancels++;
    send(world, &request, 1);
}

static void send_replace(struct world *world)
{
    if (world->alive_count == 0) {
        return;
    }
    uint64_t id = world->alive[draw(world, world->alive_count)];
    struct known *old = get(world, id);
    if (old->replacement != 0) {
        return;
    }
    struct order_request request = make(world, old->instrument, old->buys, old->type, old->left_e9);
    if (old->order_class == ORDER_CLASS_SIMPLE && chance(world, 50)) {
        request.head.order.qty_e9 = some_qty(world);
    }
    request.head.order.order_class = old->order_class;
    request.head.order.action = ORDER_ACTION_REPLACE;
    request.terms.replaces = id;
    struct known *order = note(world, &request);
    order->replaces = id;
    order->asked_at_e9 = old->left_e9;
    old->replacement = request.head.order.order_id;
    send(world, &request, 1);
}

static struct event random_bar(struct world *world, uint32_t instrument)
{
    int64_t open_e9 = near(world, instrument);
    int64_t close_e9 = open_e9 + ((int64_t)draw(world, 31) - 15) * CENT;
    if (world->price_e9[instrument] > 200 * MONEY_E9) { /* the walk stays in a corridor */
        close_e9 -= 10 * CENT;
    }
    close_e9 = close_e9 < 2 * MONEY_E9 ? 2 * MONEY_E9 : close_e9;
    open_e9 = open_e9 < 2 * MONEY_E9 ? 2 * MONEY_E9 : open_e9;
    int64_t high_e9 = (open_e9 > close_e9 ? open_e9 : close_e9) + (int64_t)draw(world, 12) * CENT;
    int64_t low_e9 = (open_e9 < close_e9 ? open_e9 : close_e9) - (int64_t)draw(world, 12) * CENT;
    world->price_e9[instrument] = close_e9;
    return (struct event){
        .ts_ns = world->now_ns + NS_PER_HOUR,
        .src_ns = world->now_ns,
        .kind = EVENT_BAR,
        .instrument = instrument,
        .bar = {open_e9, high_e9, low_e9, close_e9, (int64_t)draw(world, 600)}
    };
}

/* Nothing that could fill is left over: an order that worked before the bar, with all of its volume
 * to be had. */
static void must_not_be_left(struct world *world, uint64_t id)
{
    const struct known *order = &world->known[id];
    uint32_t instrument = order->instrument;
    const struct event *bar = &world->bars[instrument];
    if (!world->has_bar[instrument] || world->quoted[instrument] || order->since == world->step ||
        order->works_ns > bar->src_ns + NS_PER_S || is_held(world, order)) {
        return;
    }
    cr_assert(order->time_in_force != TIME_IN_FORCE_IOC &&
                  order->time_in_force != TIME_IN_FORCE_FOK,
              "order %" PRIu64 " is over", id);
    if (world->plan.volume_share_ppm != 0 || world->plan.slippage.kind == SLIPPAGE_BOOK ||
        order->time_in_force >= TIME_IN_FORCE_OPG) {
        return;
    }
    int64_t low_e9 = bar->bar.low_e9;
    int64_t high_e9 = bar->bar.high_e9;
    cr_assert(order->type != ORDER_TYPE_MARKET, "order %" PRIu64, id);
    cr_assert(order->type != ORDER_TYPE_LIMIT ||
                  (order->buys ? low_e9 > order->limit_e9 : high_e9 < order->limit_e9),
              "order %" PRIu64, id);
    cr_assert(order->type != ORDER_TYPE_STOP ||
                  (order->buys ? high_e9 < order->stop_e9 : low_e9 > order->stop_e9),
              "order %" PRIu64, id);
}

static void give_slice(struct world *world)
{
    struct event bars[INSTRUMENTS];
    struct slice slice = {.bars = bars};
    for (uint32_t i = 0; i < INSTRUMENTS; i++) {
        world->has_bar[i] = chance(world, 85);
        if (world->has_bar[i]) {
            world->bars[i] = random_bar(world, i);
            bars[slice.count++] = world->bars[i];
        }
    }
    world->counts[EVENT_BAR] += slice.count;
    exchange_on_slice(world->exchange, &slice, &world->reports);
    must_agree(world);
    for (uint32_t i = 0; i < world->alive_count; i++) {
        must_not_be_left(world, world->alive[i]);
    }
    memset(world->has_bar, 0, sizeof world->has_bar);
    world->now_ns += NS_PER_HOUR + (chance(world, 3) ? 9 * NS_PER_HOUR : 0);
}

static void give_quote(struct world *world)
{
    uint32_t instrument = INSTRUMENTS - 1;
    int64_t mid_e9 = near(world, instrument);
    world->quote = (struct exchange_quote){.bid_e9 = mid_e9,
                                           .ask_e9 = mid_e9 + (int64_t)draw(world, 4) * CENT,
                                           .bid_size_e9 = (int64_t)draw(world, 30) * MONEY_E9,
                                           .ask_size_e9 = (int64_t)draw(world, 30) * MONEY_E9};
    world->quoted[instrument] = true;
    world->at_quote = true;
    exchange_on_quote(world->exchange, instrument, world->now_ns, &world->quote, &world->reports);
    must_agree(world);
    world->at_quote = false;
}

static void give_action(struct world *world)
{
    static const int64_t splits[][2] = {
        {1, 1},
        {2, 1},
        {1, 2},
        {3, 2},
        {2, 3},
    };
    uint32_t instrument = (uint32_t)draw(world, INSTRUMENTS);
    const int64_t *split = splits[draw(world, 5)];
    struct event action = {
        .ts_ns = world->now_ns,
        .kind = EVENT_ACTION,
        .instrument = instrument,
        .action = {.split_new = split[0],
                   .split_old = split[1],
                   .cash_e9 = (int64_t)draw(world, 2) * CENT}
    };
    if (world->price_e9[instrument] * split[1] / split[0] < 4 * MONEY_E9) {
        return;
    }
    world->counts[EVENT_ACTION]++;
    exchange_on_action(world->exchange, &action, &world->reports);
    for (uint64_t id = 1; id < world->next_id && split[0] != split[1]; id++) {
        struct known *order = &world->known[id];
        bool on_its_way = order->state == ASKED && order->replaces != 0;
        if (order->instrument == instrument && (order->state == WORKS || on_its_way)) {
            order->left_e9 = scaled_qty(order->left_e9, split[0], split[1]);
            order->filled_e9 = scaled_qty(order->filled_e9, split[0], split[1]);
            order->asked_at_e9 = scaled_qty(order->asked_at_e9, split[0], split[1]);
            order->limit_e9 = scaled(order->limit_e9, split[1], split[0]);
            order->stop_e9 = scaled(order->stop_e9, split[1], split[0]);
        }
    }
    for (uint64_t id = 1; id < world->next_id && split[0] != split[1]; id++) {
        struct known *order = &world->known[id];
        if (order->instrument == instrument && order->state == WORKS && is_held(world, order)) {
            const struct known *entry = get(world, order->entry);
            int64_t most_e9 = entry->filled_e9 + entry->left_e9;
            order->left_e9 = order->left_e9 > most_e9 ? most_e9 : order->left_e9;
        }
    }
    world->price_e9[instrument] = world->price_e9[instrument] * split[1] / split[0] / CENT * CENT;
    must_agree(world);
}

/* ---- runs ---- */

static const struct {
    const char *name;
    struct exchange_plan plan;
    bool quotes;
} variants[] = {
    {"plain",               {.commission_e9 = MONEY_E9},                                    false},
    {"volume",              {.volume_share_ppm = 50000, .intrabar = INTRABAR_TARGET_FIRST}, false},
    {"margin",
     {.account = {ACCOUNT_KIND_MARGIN, 2, true, true, false},
      .volume_share_ppm = 100000,
      .intrabar = INTRABAR_NEAREST_TO_OPEN},
     false                                                                                       },
    {"settled cash, fees",
     {.account = {ACCOUNT_KIND_CASH, 1, false, true, true},
      .fees = true,
      .commission_per_share_e9 = MONEY_E9 / 200,
      .commission_min_e9 = MONEY_E9,
      .refuse_opposite = true},
     false                                                                                       },
    {"latency, random",
     {.latency_ns = 2 * NS_PER_S,
      .reject_ppm = 50000,
      .slippage = {.kind = SLIPPAGE_UNIFORM, .ppm = 200},
      .round_to_cents = true,
      .volume_share_ppm = 200000},
     false                                                                                       },
    {"book, margin",
     {.slippage = {.kind = SLIPPAGE_BOOK, .tick_e9 = CENT, .level_qty_e9 = 3 * MONEY_E9},
      .account = {ACCOUNT_KIND_MARGIN, 4, true, false, false},
      .latency_ns = 90 * NS_PER_MIN},
     false                                                                                       },
    {"quotes",              {.volume_share_ppm = 100000},                                   true },
    {"quotes, short, late",
     {.account = {ACCOUNT_KIND_MARGIN, 1, true, true, false}, .latency_ns = NS_PER_S},
     true                                                                                        },
};

static void step(struct world *world, bool quotes)
{
    uint64_t what = draw(world, 100);
    bool room = world->alive_count < 3 * ORDERS_MAX && world->next_id + 8 < IDS_MAX;
    if (what < 30 || !room) {
        give_slice(world);
    } else if (what < 60) {
        send_simple(world);
    } else if (what < 75) {
        send_group(world);
    } else if (what < 85) {
        send_cancel(world);
    } else if (what < 93) {
        send_replace(world);
    } else if (what < 94) {
        give_action(world);
    } else if (quotes) {
        give_quote(world);
    }
}

static void world_init(struct world *world, const struct exchange_plan *plan, uint64_t seed)
{
    struct arena arena;
    *world =
        (struct world){.random = seed, .plan = *plan, .next_id = 1, .now_ns = 20000 * NS_PER_DAY};
    world->plan.instrument_count = INSTRUMENTS;
    world->plan.orders_max = ORDERS_MAX;
    world->plan.cash_e9 = 20000 * MONEY_E9;
    world->plan.seed = seed;
    cr_assert_null(exchange_plan_fault(&world->plan));
    arena_init_measure(&arena);
    (void)exchange_init(&arena, &world->plan);
    size_t size = arena.used;
    world->memory = xcalloc_aligned(size);
    arena_init(&arena, world->memory, size);
    world->exchange = exchange_init(&arena, &world->plan);
    world->known = xcalloc(IDS_MAX, sizeof *world->known);
    world->reports = (struct exchange_reports){.reports = world->said, .capacity = REPORTS_MAX};
    world->cash_e9 = world->plan.cash_e9;
    for (uint32_t i = 0; i < INSTRUMENTS; i++) {
        world->price_e9[i] = 50 * MONEY_E9;
    }
}

/* What happened in several runs. */
struct tally {
    uint64_t events; /* bars, quotes, actions, requests and reports */
    uint64_t hash;
    uint64_t counts[256];
};

static void must_have_happened(const struct world *world, const char *name)
{
    cr_assert_gt(world->counts[EVENT_FILL], STEPS / 100, "%s: %u fills", name,
                 world->counts[EVENT_FILL]);
    cr_assert_gt(world->counts[EVENT_EXPIRED], 0, "%s", name);
    cr_assert_gt(world->counts[EVENT_REPLACED], 0, "%s", name);
    cr_assert_gt(world->counts[EVENT_CANCELED], 0, "%s", name);
    cr_assert_gt(world->counts[EVENT_ACCOUNT_CASH], 0, "%s", name);
    for (uint8_t type = ORDER_TYPE_MARKET; type <= ORDER_TYPE_TRAILING_STOP; type++) {
        cr_assert_gt(world->fills_by_type[type], 0, "%s: type %u", name, type);
    }
    for (uint8_t kind = ORDER_CLASS_SIMPLE; kind <= ORDER_CLASS_OTO; kind++) {
        cr_assert_gt(world->fills_by_class[kind], 0, "%s: class %u", name, kind);
    }
    for (uint8_t time = TIME_IN_FORCE_DAY; time <= TIME_IN_FORCE_CLS; time++) {
        cr_assert_gt(world->fills_by_time[time], 0, "%s: %s", name, time_in_force_text(time));
    }
    bool shares = world->plan.volume_share_ppm != 0 || world->plan.slippage.kind == SLIPPAGE_BOOK;
    cr_assert(!shares || world->fills_in_part > 0, "%s", name);
}

static void run(size_t variant, uint64_t seed, struct tally *tally)
{
    struct world *world = xcalloc(1, sizeof *world);
    world_init(world, &variants[variant].plan, seed);
    for (world->step = 1; world->step <= STEPS; world->step++) {
        step(world, variants[variant].quotes);
    }
    must_have_happened(world, variants[variant].name);
    for (size_t kind = 0; kind < 256; kind++) {
        tally->counts[kind] += world->counts[kind];
        tally->events += world->counts[kind];
    }
    tally->hash = world->hash;
    free(world->known);
    free(world->memory);
    free(world);
}

static uint64_t from_environment(const char *name, uint64_t fallback)
{
    const char *given = getenv(name);
    return given != NULL ? strtoull(given, NULL, 10) : fallback;
}

Test(random, orders_of_every_kind_agree_with_a_ledger_of_the_test, .timeout = 600)
{
    uint64_t seed = from_environment("BELLWETHER_SEED", 20240102);
    uint64_t events = from_environment("BELLWETHER_EVENTS", 0);
    struct tally all = {0};
    uint64_t runs = 0;
    do {
        for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
            struct tally again = {0};
            run(i, seed + runs, &all);
            run(i, seed + runs, &again);
            cr_assert_eq(again.hash, all.hash, "seed %" PRIu64 ", %s: twice the same", seed + runs,
                         variants[i].name);
            /* For tools/hash_matrix.sh: every build must say the same. */
            (void)fprintf(stderr, "# seed %" PRIu64 ", %s: reports %016" PRIx64 "\n", seed + runs,
                          variants[i].name, all.hash);
        }
        runs++;
    } while (all.events < events);
    (void)fprintf(stderr, "# from seed %" PRIu64 ": %" PRIu64 " events", seed, all.events);
    for (size_t kind = 0; kind < 256; kind++) {
        if (all.counts[kind] > 0) {
            (void)fprintf(stderr, ", %" PRIu64 " %s", all.counts[kind],
                          event_kind_text((uint8_t)kind));
        }
    }
    (void)fprintf(stderr, "\n");
}
