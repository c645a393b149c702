/* orders_fuzz.c: whatever the bodies of orders and of changes hold, each is answered in JSON, what
 * is refused leaves no trace, and every order that is shown as open works at the exchange. A line
 * beginning with P posts its rest, one with 0 to 9 changes the order of that number, D0 to D9
 * cancels it, and any other lets a quote pass. */
#include "exchange_http/routes_trading.h"
#include "exchange_http/venue_fuzz.h"
#include "net/json.h"
#include "venue/walk.h"

enum { QUOTES = 16, SYMBOLS = 2 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const struct bars *make_data(void)
{
    static const struct instrument instruments[SYMBOLS] = {{"AAPL"}, {"F"}};
    static struct event quotes[QUOTES];
    static const struct bars data = {.records = quotes,
                                     .count = QUOTES,
                                     .quote_count = QUOTES,
                                     .instruments = instruments,
                                     .instrument_count = SYMBOLS};
    for (uint32_t i = 0; i < QUOTES; i++) {
        int64_t bid_e9 = i % SYMBOLS == 0 ? (200 + i) * MONEY_E9 : MONEY_E9 - i * MONEY_E9 / 100;
        int64_t ts_ns = FUZZ_START_NS + (i + 1) * NS_PER_S;
        quotes[i] = (struct event){
            .ts_ns = ts_ns,
            .src_ns = ts_ns,
            .kind = EVENT_QUOTE,
            .version = 1,
            .slots = 1,
            .instrument = i % SYMBOLS,
            .quote = {bid_e9, bid_e9 + MONEY_E9 / 100, 10, 10, 0}
        };
    }
    return &data;
}

static void ask(struct venue *venue, call_handler *handle, const char *id, const uint8_t *body,
                size_t length)
{
    static struct json_writer json;
    static struct tree tree;
    struct account *account = venue->accounts[0];
    if (json.text == NULL) {
        json_init(&json, false);
        tree_init(&tree);
    }
    struct call call = {
        .venue = venue, .account = account, .status = 200, .json = &json, .arguments = {id}};
    if (body != NULL && json_parse(&tree, body, length) == ERR_OK) {
        call.body = tree_root(&tree);
    }
    json_reset(&json);
    uint32_t before = account->order_count;
    handle(&call);
    CHECK(call.status == 200 || account->order_count == before);
    CHECK(call.status == 200 || call.status == 204 || call.status == 400 || call.status == 403 ||
          call.status == 404 || call.status == 422);
    CHECK(call.empty == (json.length == 0));
    CHECK(call.empty || json_parse(&tree, json.text, json.length) == ERR_OK);
}

static void check_open(const struct account *account)
{
    struct order_walk walk;
    uint32_t working = 0;
    struct exchange_order state;
    order_walk_begin(&walk, account, true);
    CHECK(walk.count == account->open_count);
    for (uint32_t i = 0; i < walk.count; i++) {
        CHECK(exchange_order(account->exchange, (uint64_t)order_walk_at(&walk, i) + 1, &state));
    }
    for (uint32_t i = 0; i < account->order_count; i++) {
        working += exchange_order(account->exchange, (uint64_t)i + 1, &state) ? 1 : 0;
    }
    CHECK(walk.count == working);
    order_walk_end(&walk);
}

static void take_line(struct venue *venue, const uint8_t *line, size_t length)
{
    char id[UUID_TEXT_SIZE];
    bool cancels = length > 1 && line[0] == 'D';
    uint8_t digit = cancels ? line[1] : length > 0 ? line[0] : 0;
    if (digit == 'P' && !cancels) {
        ask(venue, serve_order_submit, NULL, line + 1, length - 1);
    } else if (digit >= '0' && digit <= '9') {
        account_order_id(venue->accounts[0], digit - '0', id);
        ask(venue, cancels ? serve_order_cancel : serve_order_replace, id,
            cancels ? NULL : line + 1, length - 1);
    } else {
        (void)venue_step(venue);
    }
    check_open(venue->accounts[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct venue *venue = fuzz_venue(make_data(), NULL);
    (void)venue_step(venue);
    (void)venue_step(venue);
    fuzz_lines(venue, bytes, size, take_line);
    venue_destroy(venue);
    return 0;
}
