/* lookup.c: names from preamble and config; orders in a hash table with open addressing. */
#include "readers/lookup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/strategy.h"
#include "sys/memory.h"
#include "sys/plugin.h"

#define ORDERS_AT_FIRST 1024 /* a power of two */

struct book_names {
    struct series_def series[SERIES_PER_STRATEGY_MAX];
    char series_names[SERIES_PER_STRATEGY_MAX][SERIES_NAME_SIZE];
    uint32_t series_count;
    uint32_t reason_count;
};

struct lookup {
    const struct preamble *preamble;
    struct run_config config;
    struct book_names books[BOOKS_MAX];
    struct known_order *orders;
    uint64_t order_capacity; /* a power of two, at least twice the count */
    uint64_t order_count;
};

/* "sma_20", of a longer frame "sma_20_1h" */
static void name_series(const struct series_def *series, char text[SERIES_NAME_SIZE])
{
    const char *kind = series_kind_text(series->kind);
    char frame[24];
    int size = series->window > 0 ? snprintf(text, SERIES_NAME_SIZE, "%s_%u", kind, series->window)
                                  : snprintf(text, SERIES_NAME_SIZE, "%s", kind);
    if (series->frame_ns != 0 && size > 0 && size < SERIES_NAME_SIZE) {
        (void)snprintf(text + size, SERIES_NAME_SIZE - (size_t)size, "_%s",
                       bar_length_text(series->frame_ns, frame));
    }
}

static void name_book(const struct book_config *book, struct book_names *names)
{
    memset(names->series, 0, sizeof names->series);
    names->series_count = book->strategy->declare(book->parameters, names->series);
    for (uint32_t i = 0; i < names->series_count; i++) {
        name_series(&names->series[i], names->series_names[i]);
    }
    while (names->reason_count < REASONS_MAX &&
           book->strategy->reasons[names->reason_count] != NULL) {
        names->reason_count++;
    }
}

enum err lookup_create(const struct preamble *preamble, struct lookup **out,
                       struct problem *problem)
{
    struct lookup *lookup = xcalloc(1, sizeof *lookup);
    lookup->preamble = preamble;
    enum err err =
        config_parse_with(preamble->config_path, preamble->config_bytes, preamble->config_length,
                          plugin_strategy, &lookup->config, problem);
    if (err != ERR_OK) {
        free(lookup);
        return err;
    }
    for (uint32_t i = 0; i < lookup->config.book_count; i++) {
        name_book(&lookup->config.books[i], &lookup->books[i]);
    }
    lookup->order_capacity = ORDERS_AT_FIRST;
    lookup->orders = xcalloc(lookup->order_capacity, sizeof *lookup->orders);
    *out = lookup;
    return ERR_OK;
}

void lookup_destroy(struct lookup *lookup)
{
    if (lookup != NULL) {
        config_finish(&lookup->config);
        free(lookup->orders);
        free(lookup);
    }
}

/* The order's place, or the empty one where it would go. Trades are numbered as they come, so what
 * belongs to one time lies together, four places a trade; further attempts are strewn. */
static struct known_order *place(const struct lookup *lookup, uint64_t order_id)
{
    uint64_t mask = lookup->order_capacity - 1;
    uint64_t strewn = (order_id & 0xfff) * UINT64_C(0x9e3779b97f4a7c15) >> 32;
    uint64_t at = (4 * order_id_trade(order_id) + order_id_role(order_id) + strewn) & mask;
    while (lookup->orders[at].order_id != 0 && lookup->orders[at].order_id != order_id) {
        at = (at + 1) & mask;
    }
    return &lookup->orders[at];
}

static void grow(struct lookup *lookup)
{
    struct known_order *old = lookup->orders;
    uint64_t old_capacity = lookup->order_capacity;
    lookup->order_capacity *= 2;
    lookup->orders = xcalloc(lookup->order_capacity, sizeof *lookup->orders);
    for (uint64_t i = 0; i < old_capacity; i++) {
        if (old[i].order_id != 0) {
            *place(lookup, old[i].order_id) = old[i];
        }
    }
    free(old);
}

void lookup_take(struct lookup *lookup, const struct event *record)
{
    if (record->kind != EVENT_ORDER || record->slots < 2 || record->order.order_id == 0 ||
        record->order.action == ORDER_ACTION_CANCEL) { /* it names an order that is there already */
        return;
    }
    if (2 * (lookup->order_count + 1) > lookup->order_capacity) {
        grow(lookup);
    }
    struct order_request request;
    memcpy(&request, record, sizeof request);
    struct known_order *order = place(lookup, record->order.order_id);
    lookup->order_count += order->order_id == 0 ? 1 : 0;
    *order = (struct known_order){
        .order_id = record->order.order_id,
        .ts_ns = record->ts_ns,
        .qty_e9 = record->order.qty_e9,
        .instrument = request.legs[0].instrument,
        .book = record->order.book,
        .buys = request.legs[0].ratio > 0,
    };
}

const struct known_order *lookup_order(const struct lookup *lookup, uint64_t order_id)
{
    if (order_id == 0) {
        return NULL;
    }
    const struct known_order *order = place(lookup, order_id);
    return order->order_id == 0 ? NULL : order;
}

const char *lookup_symbol(const struct lookup *lookup, uint32_t instrument)
{
    return instrument < lookup->preamble->instrument_count
               ? lookup->preamble->instruments[instrument].symbol
               : "unknown";
}

/* Book 0 is what is not ours. */
static bool is_book(const struct lookup *lookup, uint16_t book)
{
    return book >= 1 && book <= lookup->config.book_count;
}

const char *lookup_strategy(const struct lookup *lookup, uint16_t book)
{
    return is_book(lookup, book) ? lookup->config.books[book - 1].strategy->name : "unknown";
}

const char *lookup_reason(const struct lookup *lookup, uint16_t book, uint8_t reason)
{
    if (!is_book(lookup, book) || reason >= lookup->books[book - 1].reason_count) {
        return "unknown";
    }
    return lookup->config.books[book - 1].strategy->reasons[reason];
}

const char *lookup_series(const struct lookup *lookup, uint16_t book, uint32_t n,
                          char text[SERIES_NAME_SIZE])
{
    if (is_book(lookup, book) && n < lookup->books[book - 1].series_count) {
        memcpy(text, lookup->books[book - 1].series_names[n], SERIES_NAME_SIZE);
    } else {
        (void)snprintf(text, SERIES_NAME_SIZE, "input_%u", n);
    }
    return text;
}

int64_t lookup_input_e9(const struct lookup *lookup, uint16_t book, uint32_t n, uint64_t bits)
{
    if (!is_book(lookup, book) || n >= lookup->books[book - 1].series_count) {
        return 0;
    }
    const struct series_def *series = &lookup->books[book - 1].series[n];
    return series_value_e9(series, (union series_value){.bits = bits});
}

const struct run_config *lookup_config(const struct lookup *lookup)
{
    return &lookup->config;
}

bool lookup_market_is_simulated(const struct lookup *lookup)
{
    return strncmp(lookup->preamble->source, "workload", strlen("workload")) == 0;
}
