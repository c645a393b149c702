/* bar_message.c: nanoseconds for a message with a minute bar, from its bytes to an event, by the
 * reader of bars and by way of a tree; and for the bars of a message that has many. Messages are of
 * many symbols and prices, and lie one behind the other as they would have come. Prints minimum and
 * median of the rounds. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alpaca/market_wire.h"
#include "base/check.h"
#include "base/money.h"
#include "base/utc.h"
#include "net/json.h"
#include "sys/clock.h"
#include "sys/memory.h"

enum { MESSAGES = 20000, ROUNDS = 200, SYMBOLS = 500, MANY = 100, BYTES_MAX = 160 };

struct messages {
    char *bytes;
    size_t *begins; /* of each message; one more for the end */
    size_t count;
    size_t bars; /* in each */
};

static int64_t sum; /* of what was read, so that it is read */

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

struct text {
    char *out;
    size_t length; /* below BYTES_MAX */
};

__attribute__((format(printf, 2, 3))) static void put(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    text->length +=
        (size_t)vsnprintf(text->out + text->length, BYTES_MAX - text->length, format, arguments);
    va_end(arguments);
    CHECK(text->length < BYTES_MAX);
}

static void put_price(struct text *text, const char *key, int64_t price_e9)
{
    char price[MONEY_TEXT_SIZE];
    (void)money_format(price_e9, price);
    put(text, ",\"%s\":%s", key, price);
}

/* A bar around the symbol's price: three dollars to some thousand, cents, one in sixteen with parts
 * of a cent; the average with up to six decimals. */
static size_t put_bar(char *out, uint64_t *state, int64_t minute)
{
    char time[UTC_TEXT_SIZE];
    uint64_t symbol = next_random(state) % SYMBOLS;
    int64_t cents = 300 + (int64_t)(symbol * symbol * 2 + next_random(state) % 200);
    int64_t unit_e9 = MONEY_E9 / (next_random(state) % 16 == 0 ? 10000 : 100);
    int64_t low_e9 = cents * (MONEY_E9 / 100);
    int64_t open_e9 = low_e9 + (int64_t)(next_random(state) % 20) * unit_e9;
    int64_t close_e9 = low_e9 + (int64_t)(next_random(state) % 20) * unit_e9;
    int64_t average_e9 = low_e9 + (int64_t)(next_random(state) % 200000) * 1000;
    struct text text = {.out = out};
    put(&text, "{\"T\":\"b\",\"S\":\"%c%c%.*s\"", (int)('A' + symbol % 26),
        (int)('A' + symbol / 26), (int)(symbol % 3), "XY");
    put_price(&text, "o", open_e9);
    put_price(&text, "h", low_e9 + 20 * unit_e9);
    put_price(&text, "l", low_e9);
    put_price(&text, "c", close_e9);
    put(&text, ",\"v\":%u,\"n\":%u", (1U << next_random(state) % 20) + (unsigned)symbol * 7,
        (unsigned)(next_random(state) % 900 + 1));
    put_price(&text, "vw", average_e9);
    (void)utc_format(minute * NS_PER_MIN, time);
    put(&text, ",\"t\":\"%s\"}", time);
    return text.length;
}

static struct messages make(size_t count, size_t bars)
{
    struct messages made = {.count = count, .bars = bars};
    uint64_t state = 42;
    size_t length = 0;
    made.bytes = xmalloc(count * bars * BYTES_MAX);
    made.begins = xmalloc((count + 1) * sizeof *made.begins);
    for (size_t i = 0; i < count; i++) {
        made.begins[i] = length;
        for (size_t bar = 0; bar < bars; bar++) {
            made.bytes[length++] = bar == 0 ? '[' : ',';
            length += put_bar(made.bytes + length, &state, 29561437 + (int64_t)i % 390);
        }
        made.bytes[length++] = ']';
    }
    made.begins[count] = length;
    return made;
}

static void take(void *context, const struct market_message *message)
{
    (void)context;
    const struct event_bar *bar = &message->event.bar;
    sum += message->ts_ns ^ (bar->open_e9 + bar->high_e9 + bar->low_e9 + bar->close_e9) ^
           bar->volume ^ (int64_t)message->symbol_length ^ message->symbol[0];
}

static void read_bytes(struct tree *tree, const char *bytes, size_t length)
{
    (void)tree;
    CHECK(market_read_bars(bytes, length, take, NULL));
}

static void read_tree(struct tree *tree, const char *bytes, size_t length)
{
    struct market_message message;
    CHECK(json_parse(tree, bytes, length) == ERR_OK);
    const struct node *root = tree_root(tree);
    for (const struct node *at = node_first(root); at != NULL; at = node_next(root, at)) {
        CHECK(market_read(at, &message) == ERR_OK);
        take(NULL, &message);
    }
}

static int by_size(const void *a, const void *b)
{
    double first = *(const double *)a;
    double second = *(const double *)b;
    return (first > second) - (first < second);
}

static void measure(const char *what, const struct messages *messages,
                    void (*read)(struct tree *tree, const char *bytes, size_t length))
{
    struct tree tree;
    double took[ROUNDS];
    double all = (double)messages->count * (double)messages->bars;
    tree_init(&tree);
    for (int round = 0; round < ROUNDS; round++) {
        int64_t began_ns = clock_mono_ns();
        for (size_t i = 0; i < messages->count; i++) {
            read(&tree, messages->bytes + messages->begins[i],
                 messages->begins[i + 1] - messages->begins[i]);
        }
        took[round] = (double)(clock_mono_ns() - began_ns) / all;
    }
    qsort(took, ROUNDS, sizeof took[0], by_size);
    (void)printf("%-32s %5.1f bytes  %6.1f ns/bar least  %6.1f median  (%.1f million bars)\n", what,
                 (double)messages->begins[messages->count] / all, took[0], took[ROUNDS / 2],
                 all * ROUNDS / 1e6);
    tree_finish(&tree);
}

int main(void)
{
    struct messages one = make(MESSAGES, 1);
    struct messages many = make(MESSAGES / MANY, MANY);
    struct messages few = make(MESSAGES / 20, 1); /* short rounds: some are undisturbed */
    measure("a message of one bar", &one, read_bytes);
    measure("a message of 100 bars", &many, read_bytes);
    measure("one bar by way of a tree", &few, read_tree);
    (void)printf("(%llx)\n", (unsigned long long)sum);
    free(one.bytes);
    free(one.begins);
    free(many.bytes);
    free(many.begins);
    free(few.bytes);
    free(few.begins);
    return 0;
}
