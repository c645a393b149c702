/* serve_random_test.c: thousands of requests by chance, sensible ones and others. After each of
 * them the open orders, the positions and the cash that the API shows are the exchange's own; at
 * the end cash and positions follow from the executions of all orders. */
#include "exchange_http/served_test.h"
#include "venue/faults_file.h"

enum { STEPS = 700, QUOTES = 2400, BODY_MAX = 512 };

struct chance {
    uint64_t state;
};

/* SplitMix64 (public domain, Sebastiano Vigna). */
static uint64_t next(struct chance *chance)
{
    uint64_t z = chance->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static int below(struct chance *chance, int count)
{
    return (int)(next(chance) % (uint64_t)count);
}

#define ONE_OF(chance, list) (list)[below(chance, (int)(sizeof(list) / sizeof(list)[0]))]

/* ---- the market: a walk in cents, a quote a second, over the end of two sessions ---- */

static void make_market(struct served *served, struct chance *chance)
{
    struct event *records = xcalloc(QUOTES, sizeof *records);
    int64_t cents[SERVED_SYMBOLS] = {21200, 50000, 51};
    int64_t ts_ns = served_time(15, 45, 0);
    for (uint32_t i = 0; i < QUOTES; i++) {
        uint32_t instrument = i % SERVED_SYMBOLS;
        int64_t move = below(chance, 2 + (int)(cents[instrument] / 400)) - cents[instrument] / 800;
        cents[instrument] += cents[instrument] + move > 20 ? move : 0;
        ts_ns += instrument == 0 ? 2 * NS_PER_S : 0;
        ts_ns += i == QUOTES / 2 ? NS_PER_DAY - 3 * NS_PER_HOUR : 0;
        records[i] = (struct event){
            .ts_ns = ts_ns,
            .src_ns = ts_ns,
            .kind = EVENT_QUOTE,
            .version = 1,
            .slots = 1,
            .instrument = instrument,
            .quote = {cents[instrument] * (MONEY_E9 / 100),
                      (cents[instrument] + 1 + below(chance, 3)) * (MONEY_E9 / 100),
                      1 + below(chance, 60), 1 + below(chance, 60), 0}
        };
    }
    served->data->records = records;
    served->data->count = QUOTES;
    served->data->quote_count = QUOTES;
    served->plan.start_ns = served_time(15, 45, 0);
}

/* ---- requests ---- */

/* A price near the market, mostly with a whole number of cents. */
static double a_price(struct served *served, struct chance *chance, uint32_t instrument)
{
    int64_t cents = market_price_e9(&served->venue->market, instrument) / (MONEY_E9 / 100);
    const struct event *quote = &served->venue->market.symbols[instrument].quote;
    cents = quote->kind == EVENT_NONE ? cents : quote->quote.bid_e9 / (MONEY_E9 / 100);
    cents += below(chance, 1 + (int)cents / 40) - cents / 80;
    return (double)cents / 100 + (below(chance, 60) == 0 ? 0.0012345 : 0);
}

static void add(char *body, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(char *body, const char *format, ...)
{
    size_t used = strlen(body);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(body + used, BODY_MAX - used, format, arguments);
    va_end(arguments);
}

static void random_order(struct served *served, struct chance *chance, char *body)
{
    static const char *const types[] = {"market", "market", "limit",      "limit",
                                        "limit",  "stop",   "stop_limit", "trailing_stop"};
    static const char *const times[] = {"day", "day", "day", "gtc", "gtc",
                                        "ioc", "fok", "opg", "cls"};
    static const char *const classes[] = {"", "", "", "simple", "bracket", "bracket", "oco", "oto"};
    uint32_t instrument = (uint32_t)below(chance, SERVED_SYMBOLS);
    const char *type = ONE_OF(chance, types);
    const char *order_class = ONE_OF(chance, classes);
    bool group = strlen(order_class) > 2 && strcmp(order_class, "simple") != 0;
    bool sells = below(chance, 2) == 0;
    double price = a_price(served, chance, instrument);
    double far = price / (10 + below(chance, 90));
    bool up = sells == (strcmp(order_class, "oco") == 0);
    type = group ? below(chance, 2) == 0 && strcmp(order_class, "oco") != 0 ? "market" : "limit"
                 : type;
    body[0] = '\0';
    add(body, "{\"symbol\":\"%s\",\"side\":\"%s\",\"type\":\"%s\",\"time_in_force\":\"%s\"",
        served_instruments[instrument].symbol, sells ? "sell" : "buy", type,
        group ? times[below(chance, 5)] : ONE_OF(chance, times));
    add(body, below(chance, 12) == 0 ? ",\"notional\":%d" : ",\"qty\":\"%d\"",
        1 + below(chance, 80));
    if (strstr(type, "limit") != NULL && strcmp(order_class, "oco") != 0) {
        add(body, ",\"limit_price\":%.10g", price);
    }
    if (strncmp(type, "stop", 4) == 0) {
        add(body, ",\"stop_price\":%.10g", sells ? price - far : price + far);
    }
    if (strcmp(type, "trailing_stop") == 0) {
        add(body, below(chance, 2) == 0 ? ",\"trail_percent\":%d" : ",\"trail_price\":\"0.%02d\"",
            1 + below(chance, 9));
    }
    if (below(chance, 8) == 0) {
        add(body, ",\"extended_hours\":true");
    }
    if (group) {
        add(body, ",\"order_class\":\"%s\"", order_class);
        bool both = strcmp(order_class, "oto") != 0;
        if (both || below(chance, 2) == 0) {
            add(body, ",\"take_profit\":{\"limit_price\":%.2f}", up ? price + far : price - far);
        }
        if (both || strstr(body, "take") == NULL) {
            add(body, ",\"stop_loss\":{\"stop_price\":%.2f}", up ? price - far : price + far);
        }
    }
    add(body, "}");
}

static void random_change(struct served *served, struct chance *chance, char *body)
{
    double price = a_price(served, chance, (uint32_t)below(chance, SERVED_SYMBOLS));
    static const char *const keys[] = {"limit_price", "limit_price", "stop_price", "trail"};
    body[0] = '\0';
    add(body, "{\"%s\":%.2f", ONE_OF(chance, keys), price);
    if (below(chance, 3) == 0) {
        add(body, ",\"qty\":%d", 1 + below(chance, 60));
    }
    if (below(chance, 6) == 0) {
        add(body, ",\"time_in_force\":\"%s\"", below(chance, 2) == 0 ? "gtc" : "day");
    }
    add(body, "}");
}

/* The id of some order, often of one that is open. */
static void random_id(struct served *served, struct chance *chance, char id[UUID_TEXT_SIZE])
{
    struct account *account = served->account;
    uint32_t number =
        account->order_count == 0 ? 0 : (uint32_t)below(chance, (int)account->order_count);
    for (uint32_t tries = 0; tries < 20 && account->order_count > 0; tries++) {
        if (order_status_is_open(account_order(account, number)->status)) {
            break;
        }
        number = (uint32_t)below(chance, (int)account->order_count);
    }
    account_order_id(account, number, id);
}

static void request(struct served *served, struct chance *chance, char *body)
{
    char id[UUID_TEXT_SIZE], target[128];
    int what = below(chance, 100);
    random_id(served, chance, id);
    (void)snprintf(target, sizeof target, "/v2/orders/%s", id);
    if (what < 60) {
        random_order(served, chance, body);
        (void)served_ask(served, "POST", "/v2/orders", body);
    } else if (what < 75) {
        random_change(served, chance, body);
        (void)served_ask(served, "PATCH", target, body);
    } else if (what < 92) {
        (void)served_ask(served, "DELETE", target, NULL);
    } else if (what < 97) {
        (void)snprintf(target, sizeof target, "/v2/positions/%s?percentage=%d",
                       served_instruments[below(chance, SERVED_SYMBOLS)].symbol,
                       1 + below(chance, 100));
        (void)served_ask(served, "DELETE", target, NULL);
    } else if (what < 99) {
        (void)served_ask(served, "DELETE", "/v2/orders", NULL);
    } else {
        (void)served_ask(served, "DELETE", "/v2/positions?cancel_orders=true", NULL);
    }
}

/* ---- what is shown is what is ---- */

static int64_t amount(const struct served *served, const struct node *object, const char *key)
{
    int64_t value_e9 = 0;
    cr_assert_eq(node_decimal_e9(node_member(object, key), &value_e9), ERR_OK, "%s: %s", key,
                 served->json.text);
    return value_e9;
}

/* A replacement that does not work yet. */
static bool is_on_its_way(const struct served_order *order)
{
    return order->replaces != NO_SERVED_ORDER && order->status == ORDER_STATUS_PENDING_NEW;
}

/* Every open order that is listed works at the exchange, with as much left, and no other does. */
static void check_orders(struct served *served, const char *after)
{
    struct account *account = served->account;
    uint32_t working = 0, listed = 0;
    struct exchange_order state;
    (void)served_ask(served, "GET", "/v2/orders?status=open&limit=500", NULL);
    const struct node *list = tree_root(&served->answer);
    for (const struct node *order = node_first(list); order != NULL;
         order = node_next(list, order)) {
        const char *id = node_text(node_member(order, "id"));
        const struct served_order *own = account_order_by_id(account, id, strlen(id));
        if (is_on_its_way(own)) {
            continue;
        }
        listed++;
        cr_assert(exchange_order(account->exchange, own->number + 1, &state), "%u after %s: %s",
                  own->number, after, served->json.text);
        int64_t left_e9 = own->notional_e9 != 0
                              ? own->qty_e9 - own->filled_e9
                              : amount(served, order, "qty") - amount(served, order, "filled_qty");
        left_e9 -= own->busted_e9;
        cr_assert_eq(state.qty_e9 < 0 ? -state.qty_e9 : state.qty_e9, left_e9, "%u after %s: %s",
                     own->number, after, served->json.text);
        cr_assert_eq(state.filled_e9, amount(served, order, "filled_qty") + own->busted_e9);
        cr_assert_eq(state.qty_e9 < 0, node_is(node_member(order, "side"), "sell"));
    }
    for (uint32_t i = 0; i < account->order_count; i++) {
        working += exchange_order(account->exchange, i + 1, &state) ? 1 : 0;
    }
    cr_assert_eq(listed, working, "after %s", after);
}

static void check_positions(struct served *served, const char *after)
{
    struct exchange *exchange = served->account->exchange;
    uint32_t held = 0, listed = 0;
    (void)served_ask(served, "GET", "/v2/positions", NULL);
    const struct node *list = tree_root(&served->answer);
    for (const struct node *position = node_first(list); position != NULL;
         position = node_next(list, position)) {
        uint32_t instrument;
        cr_assert(market_find(&served->venue->market, node_text(node_member(position, "symbol")),
                              &instrument));
        int64_t qty_e9 = amount(served, position, "qty");
        int64_t available_e9 = amount(served, position, "qty_available");
        int64_t closing_e9 = exchange_closing_e9(exchange, instrument);
        listed++;
        cr_assert_eq(qty_e9, exchange_qty_e9(exchange, instrument), "after %s", after);
        cr_assert_eq(available_e9, qty_e9 < 0 ? qty_e9 + closing_e9 : qty_e9 - closing_e9);
        const struct account_book *book = &served->account->books[instrument];
        cr_assert_eq(book->overnight_e9 + (qty_e9 < 0 ? -book->opened_e9 : book->opened_e9), qty_e9,
                     "after %s", after);
    }
    for (uint32_t i = 0; i < SERVED_SYMBOLS; i++) {
        held += exchange_qty_e9(exchange, i) != 0 ? 1 : 0;
    }
    cr_assert_eq(listed, held);
}

static void check_account(struct served *served)
{
    int64_t equity_e9;
    (void)served_ask(served, "GET", "/v2/account", NULL);
    const struct node *account = tree_root(&served->answer);
    cr_assert(exchange_equity_e9(served->account->exchange, &equity_e9));
    cr_assert_eq(amount(served, account, "cash"), exchange_cash_e9(served->account->exchange));
    cr_assert_eq(amount(served, account, "equity"), equity_e9);
    cr_assert_eq(amount(served, account, "equity"),
                 amount(served, account, "cash") + amount(served, account, "long_market_value") +
                     amount(served, account, "short_market_value"));
}

/* A refusal is one of Alpaca's: the exchange's own words mean that a rule is missing here. */
static void check_words(struct served *served, const char *after)
{
    const char *message = served_text(served, "message");
    for (uint8_t reason = REJECT_DUPLICATE_ID; reason <= REJECT_OPPOSITE; reason++) {
        cr_assert_str_neq(message, reject_reason_text(reason), "%s: %s", after, message);
    }
}

/* Cash and positions out of what the orders have filled; a replaced order's fills are told again by
 * the one that took its place. */
static void check_ledger(struct served *served)
{
    const struct account *account = served->account;
    int64_t cash_e9 = served->plan.exchange.cash_e9;
    int64_t qty_e9[SERVED_SYMBOLS] = {0};
    uint32_t fills = 0;
    for (uint32_t i = 0; i < account->order_count; i++) {
        const struct served_order *order = account_order(account, i);
        if (order->status == ORDER_STATUS_REPLACED || is_on_its_way(order)) {
            continue;
        }
        cr_assert(order->replaces == NO_SERVED_ORDER || order->status != ORDER_STATUS_REJECTED ||
                  order->filled_e9 == 0);
        cash_e9 += order->sells ? order->value_e9 : -order->value_e9;
        qty_e9[order->instrument] += order->sells ? -order->filled_e9 : order->filled_e9;
        fills += order->filled_e9 > 0 ? 1 : 0;
    }
    cr_assert_eq(cash_e9, exchange_cash_e9(account->exchange));
    for (uint32_t i = 0; i < SERVED_SYMBOLS; i++) {
        cr_assert_eq(qty_e9[i], exchange_qty_e9(account->exchange, i));
    }
    bool hindered = served->venue->faults.script.count > 0; /* accounts are suspended for a while */
    cr_assert_gt(fills, hindered ? 15 : 40);
    cr_assert_gt(account->order_count, hindered ? 50U : 120U);
}

/* The history of executions tells the same: what was taken back is marked, and nothing else is
 * missing. */
static void check_activities(const struct served *served)
{
    const struct account *account = served->account;
    int64_t qty_e9[SERVED_SYMBOLS] = {0};
    for (uint32_t i = 0; i < account->activity_count; i++) {
        const struct activity *activity = &account->activities[i];
        const struct served_order *order = account_order(account, activity->order);
        if (order != NULL && !activity->busted) {
            qty_e9[activity->instrument] += order->sells ? -activity->qty_e9 : activity->qty_e9;
        }
    }
    for (uint32_t i = 0; i < SERVED_SYMBOLS; i++) {
        cr_assert_eq(qty_e9[i], exchange_qty_e9(account->exchange, i));
    }
}

enum { RULES = 11 };

static uint64_t strikes[RULES]; /* of each rule, over all runs of a test */

static void run_with(uint64_t seed, int64_t latency_ns, int64_t reject_ppm, const char *faults)
{
    struct served *served = xcalloc(1, sizeof *served);
    struct chance chance = {seed};
    char body[BODY_MAX] = "";
    served_init(served);
    make_market(served, &chance);
    served->plan.seed = seed;
    served->plan.exchange.latency_ns = latency_ns;
    served->plan.exchange.reject_ppm = reject_ppm;
    struct fault_script script = {0};
    struct problem problem = {0};
    if (faults != NULL) {
        cr_assert_eq(fault_script_parse("faults", faults, strlen(faults), &script, &problem),
                     ERR_OK, "%s", problem.text);
        script.seed = (int64_t)seed;
        served->plan.faults = &script;
    }
    served_start(served);
    fault_script_finish(&script);
    for (int step = 0; step < STEPS; step++) {
        request(served, &chance, body);
        served->told[0] = '\0';
        cr_assert_lt(served->status, 500);
        if (served->status >= 400) {
            check_words(served, body);
        }
        check_orders(served, body);
        check_positions(served, body);
        check_account(served);
        for (int i = below(&chance, 7); i > 0 && venue_step(served->venue); i--) {
        }
    }
    check_ledger(served);
    check_activities(served);
    for (uint32_t i = 0; i < served->venue->faults.script.count; i++) {
        strikes[i] += served->venue->faults.script.rules[i].strikes;
    }
    free((void *)served->data->records);
    served_finish(served);
    free(served);
}

static void run(uint64_t seed, int64_t latency_ns, int64_t reject_ppm)
{
    run_with(seed, latency_ns, reject_ppm, NULL);
}

Test(serve_random, what_is_shown_is_what_is)
{
    for (uint64_t seed = 1; seed <= 6; seed++) {
        run(seed, 0, 0);
    }
}

Test(serve_random, with_latency)
{
    for (uint64_t seed = 11; seed <= 14; seed++) {
        run(seed, 3 * NS_PER_S, 0);
    }
}

Test(serve_random, with_orders_rejected_by_chance)
{
    for (uint64_t seed = 21; seed <= 22; seed++) {
        run(seed, NS_PER_S, 50000);
    }
}

static const char all_that_befalls_orders[] =
    "rules:\n"
    "- {what: partial, probability: 30%}\n"
    "- {what: reject_after_accept, probability: 5%}\n"
    "- {what: fill_during_cancel, probability: 20%}\n"
    "- {what: fill_during_replace, probability: 70%}\n"
    "- {what: bust, for: 10s, probability: 10%}\n"
    "- {what: bust, symbol: SPY, probability: 10%}\n"
    "- {what: halt, symbol: AAPL, for: 30s, probability: 1%}\n"
    "- {what: halt, symbol: PENNY, for: 60s, probability: 1%}\n"
    "- {what: suspend, for: 20s, probability: 1%}\n"
    "- {what: external_order, symbol: SPY, qty: 3, probability: 1%}\n"
    "- {what: external_order, symbol: AAPL, side: sell, qty: 1, probability: 1%}\n";

static void check_strikes(void)
{
    for (uint32_t i = 0; i < RULES; i++) {
        cr_assert_gt(strikes[i], 0, "rule %u", i + 1);
    }
}

Test(serve_random, with_faults)
{
    for (uint64_t seed = 31; seed <= 36; seed++) {
        run_with(seed, 0, 0, all_that_befalls_orders);
    }
    check_strikes();
}

Test(serve_random, with_faults_and_latency)
{
    for (uint64_t seed = 41; seed <= 44; seed++) {
        run_with(seed, 2 * NS_PER_S, 20000, all_that_befalls_orders);
    }
    check_strikes();
}
