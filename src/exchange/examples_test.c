/* examples_test.c: docs/order-examples.md is read and run: every row's left side goes into an
 * exchange, and what comes out must be its right side, letter by letter. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "exchange/exchange.h"
#include "sys/memory.h"

#define DOCUMENT "docs/order-examples.md"

enum { EXAMPLES_MIN = 46, REPORTS_MAX = 300, WORDS_MAX = 40, TEXT_MAX = 1000, GROUP_MAX = 3 };

struct example {
    char title[TEXT_MAX];
    int line; /* of the document */
    struct exchange_plan plan;
    void *memory;
    struct exchange *exchange; /* NULL until the first row */
    struct exchange_report said[REPORTS_MAX];
    struct exchange_reports reports;
    int64_t now_ns; /* start of the next bar */
    uint32_t rows;
};

/* ---- words ---- */

struct words {
    char text[TEXT_MAX];
    char *word[WORDS_MAX];
    int count;
};

static void split_words(struct words *words, const char *text)
{
    (void)snprintf(words->text, sizeof words->text, "%s", text);
    words->count = 0;
    char *rest = words->text;
    char *word;
    while ((word = strsep(&rest, " \n")) != NULL) {
        if (*word != '\0') {
            cr_assert_lt(words->count, WORDS_MAX);
            words->word[words->count++] = word;
        }
    }
}

static int64_t decimal(const struct example *example, const char *text)
{
    int64_t value_e9 = 0;
    size_t length = strspn(text, "-0123456789.");
    cr_assert_eq(money_parse(text, length, &value_e9), ERR_OK, "line %d: %s is no number",
                 example->line, text);
    return value_e9;
}

static int64_t whole(const struct example *example, const char *text)
{
    return decimal(example, text) / MONEY_E9;
}

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* The value of NAME=VALUE among the words, or NULL. */
static const char *option(const struct words *words, const char *name)
{
    size_t length = strlen(name);
    for (int i = 0; i < words->count; i++) {
        if (starts(words->word[i], name) && words->word[i][length] == '=') {
            return words->word[i] + length + 1;
        }
    }
    return NULL;
}

/* ---- the plan ---- */

static void plan_slippage(struct example *example, const char *text)
{
    static const struct {
        const char *name;
        enum slippage_kind kind;
    } kinds[] = {
        {"fixed:",   SLIPPAGE_FIXED       },
        {"uniform:", SLIPPAGE_UNIFORM     },
        {"half:",    SLIPPAGE_HALF_SPREAD },
        {"share:",   SLIPPAGE_VOLUME_SHARE},
        {"book:",    SLIPPAGE_BOOK        },
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (starts(text, kinds[i].name)) {
            const char *value = text + strlen(kinds[i].name);
            example->plan.slippage.kind = kinds[i].kind;
            if (kinds[i].kind == SLIPPAGE_BOOK) {
                example->plan.slippage.tick_e9 = decimal(example, value);
                example->plan.slippage.level_qty_e9 = decimal(example, strchr(value, ':') + 1);
            } else {
                example->plan.slippage.ppm = whole(example, value);
            }
            return;
        }
    }
    cr_assert_fail("line %d: no slippage %s", example->line, text);
}

static void plan_word(struct example *example, char *word)
{
    struct exchange_plan *plan = &example->plan;
    char *value = strchr(word, '=');
    value = value == NULL ? word + strlen(word) : value + 1;
    if (starts(word, "volume=")) {
        plan->volume_share_ppm = whole(example, value);
    } else if (starts(word, "slip=")) {
        plan_slippage(example, value);
    } else if (starts(word, "intrabar=")) {
        plan->intrabar = starts(value, "target") ? INTRABAR_TARGET_FIRST : INTRABAR_NEAREST_TO_OPEN;
    } else if (starts(word, "latency=")) {
        plan->latency_ns = whole(example, value) * NS_PER_S;
    } else if (starts(word, "margin=")) {
        plan->account.kind = ACCOUNT_KIND_MARGIN;
        plan->account.multiplier = (uint32_t)whole(example, value);
    } else if (starts(word, "per_share=")) {
        plan->commission_per_share_e9 = decimal(example, value);
    } else if (starts(word, "min=")) {
        plan->commission_min_e9 = decimal(example, value);
    } else if (starts(word, "short")) {
        plan->account.shorting = true;
    } else if (starts(word, "holds")) {
        plan->account.holds = true;
    } else if (starts(word, "settled")) {
        plan->account.settled_only = true;
    } else if (starts(word, "opposite")) {
        plan->refuse_opposite = true;
    } else if (starts(word, "fees")) {
        plan->fees = true;
    } else {
        cr_assert_fail("line %d: the plan knows no %s", example->line, word);
    }
}

static void read_plan(struct example *example, const char *text)
{
    char copy[TEXT_MAX];
    (void)snprintf(copy, sizeof copy, "%s", text);
    copy[strcspn(copy, "(\n")] = '\0'; /* what is in brackets is for people */
    struct words words;
    split_words(&words, copy);
    for (int i = 0; i < words.count; i++) {
        words.word[i][strcspn(words.word[i], ",")] = '\0';
        plan_word(example, words.word[i]);
    }
}

/* ---- what happens ---- */

static void give_bar(struct example *example, const struct words *words)
{
    cr_assert_geq(words->count, 5, "line %d: a bar has four prices", example->line);
    struct event bar = {
        .ts_ns = example->now_ns + NS_PER_MIN,
        .src_ns = example->now_ns,
        .kind = EVENT_BAR,
        .version = 1,
        .slots = 1,
        .bar = {.open_e9 = decimal(example, words->word[1]),
                .high_e9 = decimal(example, words->word[2]),
                .low_e9 = decimal(example, words->word[3]),
                .close_e9 = decimal(example, words->word[4]),
                .volume = 1000000}
    };
    if (words->count == 7) {
        bar.bar.volume = whole(example, words->word[6]);
    }
    cr_assert_null(event_bar_fault(&bar.bar), "line %d: %s", example->line,
                   event_bar_fault(&bar.bar));
    struct slice slice = {.bars = &bar, .count = 1};
    exchange_on_slice(example->exchange, &slice, &example->reports);
    example->now_ns = bar.ts_ns;
}

static void begin(struct example *example)
{
    struct arena arena;
    cr_assert_null(exchange_plan_fault(&example->plan), "line %d: %s", example->line,
                   exchange_plan_fault(&example->plan));
    arena_init_measure(&arena);
    (void)exchange_init(&arena, &example->plan);
    size_t size = arena.used;
    example->memory = xcalloc_aligned(size);
    arena_init(&arena, example->memory, size);
    example->exchange = exchange_init(&arena, &example->plan);
    example->reports = (struct exchange_reports){.reports = example->said, .capacity = REPORTS_MAX};
    cr_assert_eq(utc_parse("2024-01-02T00:00:00Z", 20, &example->now_ns), ERR_OK);
    example->now_ns -= NS_PER_MIN;
    struct words words;
    split_words(&words, "bar 10 10 10 10");
    give_bar(example, &words);
}

/* SIDE QTY TYPE [PRICE [PRICE]] options */
static struct order_request read_order(const struct example *example, const struct words *words)
{
    cr_assert_geq(words->count, 4, "line %d: an order", example->line);
    bool sells = strcmp(words->word[0], "sell") == 0;
    const char *type = words->word[2];
    const char *id = option(words, "id");
    const char *time_in_force = option(words, "tif");
    cr_assert_not_null(id, "line %d: an order has an id", example->line);
    struct order_request request = {
        .head = {.kind = EVENT_ORDER,
                 .order = {.order_id = (uint64_t)whole(example, id),
                           .qty_e9 = decimal(example, words->word[1]),
                           .time_in_force = TIME_IN_FORCE_GTC,
                           .leg_count = 1}},
        .legs = {{.ratio = sells ? -1 : 1}                  },
    };
    struct event_order *order = &request.head.order;
    for (uint8_t i = TIME_IN_FORCE_DAY; time_in_force != NULL && i <= TIME_IN_FORCE_CLS; i++) {
        if (strcmp(time_in_force, time_in_force_text(i)) == 0) {
            order->time_in_force = i;
        }
    }
    if (strcmp(type, "market") == 0) {
        order->type = ORDER_TYPE_MARKET;
    } else if (strcmp(type, "limit") == 0) {
        order->type = ORDER_TYPE_LIMIT;
        order->limit_price_e9 = decimal(example, words->word[3]);
    } else if (strcmp(type, "stop") == 0) {
        order->type = ORDER_TYPE_STOP;
        request.terms.stop_price_e9 = decimal(example, words->word[3]);
    } else if (strcmp(type, "stop_limit") == 0) {
        order->type = ORDER_TYPE_STOP_LIMIT;
        request.terms.stop_price_e9 = decimal(example, words->word[3]);
        order->limit_price_e9 = decimal(example, words->word[4]);
    } else if (strcmp(type, "trail") == 0) {
        order->type = ORDER_TYPE_TRAILING_STOP;
        request.terms.trail = decimal(example, words->word[3]);
        if (strchr(words->word[3], '%') != NULL) {
            request.terms.trail = request.terms.trail * 10000 / MONEY_E9;
            order->order_flags = ORDER_FLAG_TRAIL_PPM;
        }
    } else {
        cr_assert_fail("line %d: no order type %s", example->line, type);
    }
    return request;
}

static void send(struct example *example, const struct order_request *requests, uint32_t count,
                 int64_t late_ns)
{
    const struct order_request *sends[GROUP_MAX];
    for (uint32_t i = 0; i < count; i++) {
        sends[i] = &requests[i];
    }
    exchange_on_requests(example->exchange, sends, count, example->now_ns + late_ns,
                         &example->reports);
}

static void send_orders(struct example *example, char *text, enum order_class order_class)
{
    struct order_request requests[GROUP_MAX];
    uint32_t count = 0;
    int64_t late_ns = 0;
    char *part;
    while ((part = strsep(&text, "+")) != NULL) {
        struct words words;
        split_words(&words, part);
        cr_assert_lt(count, GROUP_MAX);
        requests[count] = read_order(example, &words);
        requests[count].head.order.order_class = (uint8_t)order_class;
        requests[count].terms.group =
            order_class == ORDER_CLASS_SIMPLE ? 0 : requests[0].head.order.order_id;
        const char *late = option(&words, "late");
        late_ns = late == NULL ? 0 : whole(example, late) * NS_PER_S;
        count++;
    }
    send(example, requests, count, late_ns);
}

static void send_replace(struct example *example, char *text)
{
    struct words words;
    char *order = strstr(text, " by ");
    cr_assert_not_null(order, "line %d: replace ID by ORDER", example->line);
    split_words(&words, order + 4);
    struct order_request request = read_order(example, &words);
    request.head.order.action = ORDER_ACTION_REPLACE;
    split_words(&words, text);
    request.terms.replaces = (uint64_t)whole(example, words.word[1]);
    send(example, &request, 1, 0);
}

static void send_cancel(struct example *example, const struct words *words)
{
    struct order_request request = {
        .head.order = {.order_id = (uint64_t)whole(example, words->word[1]),
                       .action = ORDER_ACTION_CANCEL}
    };
    send(example, &request, 1, 0);
}

static void give_quote(struct example *example, const struct words *words)
{
    cr_assert_eq(words->count, 7, "line %d: quote BID x SIZE ASK x SIZE", example->line);
    const struct exchange_quote quote = {.bid_e9 = decimal(example, words->word[1]),
                                         .bid_size_e9 = decimal(example, words->word[3]),
                                         .ask_e9 = decimal(example, words->word[4]),
                                         .ask_size_e9 = decimal(example, words->word[6])};
    exchange_on_quote(example->exchange, 0, example->now_ns, &quote, &example->reports);
}

static void give_action(struct example *example, const struct words *words)
{
    struct event action = {
        .ts_ns = example->now_ns, .kind = EVENT_ACTION, .action = {.split_new = 1, .split_old = 1}
    };
    if (strcmp(words->word[0], "dividend") == 0) {
        action.action.cash_e9 = decimal(example, words->word[1]);
    } else {
        action.action.split_new = whole(example, words->word[1]);
        action.action.split_old = whole(example, strchr(words->word[1], ':') + 1);
    }
    exchange_on_action(example->exchange, &action, &example->reports);
}

static void move_to(struct example *example, const char *text)
{
    char full[UTC_TEXT_SIZE];
    (void)snprintf(full, sizeof full, "%s:00Z", text);
    int64_t ns = 0;
    cr_assert_eq(utc_parse(full, strlen(full), &ns), ERR_OK, "line %d: %s", example->line, text);
    cr_assert_geq(ns, example->now_ns, "line %d: time goes on", example->line);
    example->now_ns = ns;
}

/* ---- what it says ---- */

static void append(char *text, const char *more)
{
    size_t length = strlen(text);
    (void)snprintf(text + length, TEXT_MAX - length, "%s", more);
}

static void append_money(char *text, const char *before, int64_t value_e9)
{
    char number[MONEY_TEXT_SIZE];
    (void)money_format(value_e9, number);
    append(text, before);
    append(text, number);
}

static void append_report(char *text, const struct event *event)
{
    char head[80];
    append(text, *text == '\0' ? "" : "; ");
    if (event->kind == EVENT_ACCOUNT_CASH) {
        bool dividend = event->flags == CASH_DIVIDEND;
        append_money(text, dividend ? "dividend " : "split ", event->account_cash.amount_e9);
        if (!dividend) {
            append_money(text, event->account_cash.qty_e9 > 0 ? ", +" : ", ",
                         event->account_cash.qty_e9);
            append(text, " shares");
        }
        return;
    }
    (void)snprintf(head, sizeof head, "%s %" PRIu64, event_kind_text(event->kind),
                   event->report.order_id);
    append(text, head);
    if (event->kind == EVENT_FILL) {
        append_money(text, ": ", event->report.qty_e9);
        append_money(text, " at ", event->report.price_e9);
        if (event->report.commission_e9 != 0) {
            append_money(text, ", fee ", event->report.commission_e9);
        }
    } else if (event->flags != REJECT_NONE) {
        append(text, " (");
        append(text, reject_reason_text(event->flags));
        append(text, ")");
    }
}

static void run_row(struct example *example, char *in, const char *want)
{
    struct words words;
    char said[TEXT_MAX] = "";
    if (example->exchange == NULL) {
        begin(example);
    }
    example->reports.count = 0;
    split_words(&words, in);
    if (strcmp(words.word[0], "bar") == 0) {
        give_bar(example, &words);
    } else if (strcmp(words.word[0], "quote") == 0) {
        give_quote(example, &words);
    } else if (strcmp(words.word[0], "at") == 0) {
        move_to(example, words.word[1]);
    } else if (strcmp(words.word[0], "cancel") == 0) {
        send_cancel(example, &words);
    } else if (strcmp(words.word[0], "replace") == 0) {
        send_replace(example, in);
    } else if (strcmp(words.word[0], "bracket:") == 0) {
        send_orders(example, in + strlen("bracket:"), ORDER_CLASS_BRACKET);
    } else if (strcmp(words.word[0], "oco:") == 0) {
        send_orders(example, in + strlen("oco:"), ORDER_CLASS_OCO);
    } else if (strcmp(words.word[0], "oto:") == 0) {
        send_orders(example, in + strlen("oto:"), ORDER_CLASS_OTO);
    } else if (strcmp(words.word[0], "dividend") == 0 || strcmp(words.word[0], "split") == 0) {
        give_action(example, &words);
    } else if (strcmp(words.word[0], "books") == 0) {
        append_money(said, "cash ", exchange_cash_e9(example->exchange));
        append_money(said, ", holds ", exchange_qty_e9(example->exchange, 0));
    } else {
        send_orders(example, in, ORDER_CLASS_SIMPLE);
    }
    for (uint32_t i = 0; i < example->reports.count; i++) {
        append_report(said, &example->said[i].event);
    }
    cr_expect_str_eq(*said == '\0' ? "-" : said, want, "%s (line %d): it says \"%s\", not \"%s\"",
                     example->title, example->line, said, want);
    example->rows++;
}

/* ---- the page ---- */

static void finish(struct example *example)
{
    free(example->memory);
    *example = (struct example){.line = example->line};
}

static void start(struct example *example, const char *title)
{
    finish(example);
    (void)snprintf(example->title, sizeof example->title, "%.*s", (int)strcspn(title, "\n"), title);
    example->plan = (struct exchange_plan){
        .instrument_count = 1, .orders_max = 32, .cash_e9 = 10000 * MONEY_E9};
}

/* Cuts "| a | b |" into its two cells; false for head and rule. */
static bool cells(char *line, char **in, char **out)
{
    char *end = strrchr(line, '|');
    char *middle = strstr(line + 1, " | ");
    if (middle == NULL || starts(line, "| in ") || starts(line, "| ---")) {
        return false;
    }
    *in = line + 2;
    *out = middle + 3;
    *middle = '\0';
    end[-1] = '\0';
    return true;
}

Test(examples, are_what_the_exchange_does)
{
    FILE *file = fopen(DOCUMENT, "r");
    cr_assert_not_null(file, "%s is to be read from the tree's root", DOCUMENT);
    struct example *example = xcalloc(1, sizeof *example);
    char line[TEXT_MAX];
    uint32_t examples = 0;
    uint32_t rows = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        char *in;
        char *out;
        int at_line = ++example->line;
        if (starts(line, "### ")) {
            rows += example->rows;
            start(example, line + 4);
            examples++;
        } else if (starts(line, "Plan: ")) {
            read_plan(example, line + 6);
        } else if (line[0] == '|' && cells(line, &in, &out)) {
            run_row(example, in, out);
        }
        example->line = at_line;
    }
    rows += example->rows;
    cr_assert_geq(examples, EXAMPLES_MIN);
    cr_assert_geq(rows, 3 * EXAMPLES_MIN);
    finish(example);
    free(example);
    (void)fclose(file);
}
