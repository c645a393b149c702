/* routes_fuzz.c: whatever is asked of Alpaca's face, the answer is JSON, or nothing where the
 * status says so, and what is refused says why. Each line is a request, "GET
 * /v2/clock", with its body behind a tab; one that begins with a blank lets the next bar pass. */
#include <stdio.h>

#include "exchange_http/routes.h"
#include "exchange_http/venue_fuzz.h"
#include "net/json.h"
#include "net/url.h"

enum { BARS = 32, SYMBOLS = 2, REQUEST_SIZE = 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const struct bars *make_data(void)
{
    static const struct instrument instruments[SYMBOLS] = {{"AAPL"}, {"SPY"}};
    static struct event bars[BARS];
    static struct bars data = {
        .records = bars, .instruments = instruments, .instrument_count = SYMBOLS};
    for (uint32_t i = 0; i < BARS; i++) {
        int64_t start_ns = FUZZ_START_NS + (i / SYMBOLS) * NS_PER_MIN - 4 * NS_PER_MIN;
        int64_t open_e9 = (200 + i % SYMBOLS * 300 + i) * MONEY_E9;
        bars[i] = (struct event){
            .ts_ns = start_ns + NS_PER_MIN,
            .src_ns = start_ns,
            .kind = EVENT_BAR,
            .version = 1,
            .slots = 1,
            .instrument = i % SYMBOLS,
            .bar = {open_e9, open_e9 + MONEY_E9, open_e9 - MONEY_E9, open_e9, 100}
        };
    }
    data.count = BARS;
    data.bar_ns = NS_PER_MIN;
    data.slice_count = BARS / SYMBOLS;
    return &data;
}

/* Refusals of market data have no code. */
static void check_answer(const struct call *call, const struct route *route)
{
    static struct tree tree;
    CHECK(call->status >= 200 && call->status < 600);
    if (call->empty) {
        return;
    }
    CHECK(json_parse(&tree, call->json->text, call->json->length) == ERR_OK);
    int64_t code;
    if (call->status >= 400) {
        CHECK(node_text(node_member(tree_root(&tree), "message")) != NULL);
        CHECK(route->budget == BUDGET_DATA ||
              node_int(node_member(tree_root(&tree), "code"), &code) == ERR_OK);
    }
}

/* The list of all days there are is long and always the same. */
static bool is_worth_it(const struct url *url)
{
    return strcmp(url->path, "/v2/calendar") != 0 ||
           (url_parameter(url, "start") != NULL && url_parameter(url, "end") != NULL);
}

static void run(struct venue *venue, const char *method, char *target, const char *body)
{
    static struct json_writer json;
    static struct tree tree;
    struct query_item query[URL_PARAMETERS_MAX];
    struct url url;
    char path[REQUEST_SIZE];
    if (json.text == NULL) {
        json_init(&json, false);
    }
    if (url_parse(target, &url) != ERR_OK || !is_worth_it(&url)) {
        return;
    }
    for (size_t i = 0; i < url.parameter_count; i++) {
        query[i] = (struct query_item){url.parameters[i].name, url.parameters[i].value};
    }
    json_reset(&json);
    struct call call = {.venue = venue,
                        .account = venue->accounts[0],
                        .query = query,
                        .query_count = (uint32_t)url.parameter_count,
                        .status = 200,
                        .json = &json};
    if (body != NULL && json_parse(&tree, body, strlen(body)) == ERR_OK) {
        call.body = tree_root(&tree);
    }
    bool other_method;
    (void)snprintf(path, sizeof path, "%s", url.path);
    const struct route *route = route_find(alpaca_face, method, path, &call, &other_method);
    if (route != NULL) {
        route->handle(&call);
        check_answer(&call, route);
    }
}

static void run_line(struct venue *venue, const uint8_t *bytes, size_t length)
{
    char line[REQUEST_SIZE];
    if (length == 0 || bytes[0] == ' ') {
        (void)venue_step(venue);
        return;
    }
    length = length < sizeof line ? length : sizeof line - 1;
    memcpy(line, bytes, length);
    line[length] = '\0';
    char *body = strchr(line, '\t');
    if (body != NULL) {
        *body++ = '\0';
    }
    char *target = strchr(line, ' ');
    if (target != NULL) {
        *target++ = '\0';
        run(venue, line, target, body);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct action rows[] = {
        {.date = 20528, .instrument = {"AAPL"}, .split_new = 4, .split_old = 1, .cash_e9 = 1000},
    };
    static const struct actions actions = {.rows = rows, .count = 1};
    struct venue *venue = fuzz_venue(make_data(), &actions);
    fuzz_lines(venue, bytes, size, run_line);
    venue_destroy(venue);
    return 0;
}
