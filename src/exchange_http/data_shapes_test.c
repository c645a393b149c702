/* data_shapes_test.c: our answers beside those that the vendor's clients are tested with: the same
 * keys with the same kinds of values, no key that is missing there, and none that is missing here.
 */
#include "exchange_http/data_shapes.h"

#include <stdio.h>

#include "exchange_http/asking_test.h"
#include "exchange_http/routes_data.h"

static const struct {
    const char *file, *test; /* what the vendor's answer is known by */
    call_handler *handle;
    const char *query;
} rows[] = {
    {"test_historical_stock_data.py", "test_get_bars",                         serve_bars,
     "symbols=AAPL&timeframe=1Min&start=2026-03-16"                                                                                },
    {"test_historical_stock_data.py", "test_get_quotes",                       serve_quotes,
     "symbols=AAPL&start=2026-03-16"                                                                                               },
    {"test_historical_stock_data.py", "test_get_trades",                       serve_trades,
     "symbols=AAPL&start=2026-03-16"                                                                                               },
    {"test_historical_stock_data.py", "test_get_latest_trade",                 serve_latest_trades, "symbols=AAPL"                 },
    {"test_historical_stock_data.py", "test_get_latest_quote",                 serve_latest_quotes, "symbols=AAPL"                 },
    {"test_historical_stock_data.py", "test_stock_latest_bar",                 serve_latest_bars,   "symbols=SPY"                  },
    {"test_historical_stock_data.py", "test_get_latest_trade_multi_not_found", serve_latest_trades,
     "symbols=ZZZ"                                                                                                                 },
    {"test_historical_stock_data.py", "test_get_snapshot",                     serve_snapshots,     "symbols=AAPL"                 },
    {"rest_test.go",                  "TestGetMultiAuctions",                  serve_auctions,      "symbols=AAPL&start=2026-03-13"},
    {"rest_test.go",                  "TestLatestBar_Currency",                serve_latest_bars,   "symbols=AAPL&currency=USD"    },
    {"test_screener.py",              "test_get_market_movers",                serve_movers,        ""                             },
    {"test_screener.py",              "test_get_most_actives",                 serve_most_actives,  ""                             },
};

enum { ROWS = sizeof rows / sizeof rows[0] };

/* A page's token may be there or not. */
static bool same_kind(const struct node *theirs, const struct node *ours)
{
    return theirs->kind == ours->kind || theirs->kind == NODE_NULL || ours->kind == NODE_NULL;
}

static bool is_symbol(const char *key)
{
    return strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(key);
}

/* Of arrays the first elements are compared, of objects all members. */
static void check_shape(const char *what, const struct node *theirs, const struct node *ours)
{
    cr_assert(same_kind(theirs, ours), "%s: another kind of value", what);
    if (theirs->kind == NODE_ARRAY && theirs->length > 0 && ours->length > 0) {
        check_shape(what, node_first(theirs), node_first(ours));
    }
    if (theirs->kind != NODE_OBJECT) {
        return;
    }
    for (const struct node *key = node_first_key(theirs); key != NULL;
         key = node_next_key(theirs, key)) {
        const struct node *value = node_member(ours, key->as.text);
        if (value == NULL && is_symbol(key->as.text)) {
            continue; /* our market has others */
        }
        cr_assert_not_null(value, "%s: we lack %s", what, key->as.text);
        check_shape(key->as.text, node_value(key), value);
    }
    for (const struct node *key = node_first_key(ours); key != NULL;
         key = node_next_key(ours, key)) {
        cr_assert_not_null(node_member(theirs, key->as.text), "%s: only we have %s", what,
                           key->as.text);
    }
}

static FILE *open_answers(void)
{
    const char *shared = getenv("BELLWETHER_SHARED");
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/data/alpaca/api_responses.jsonl",
                   shared != NULL ? shared : "../shared");
    return fopen(path, "r");
}

/* The row that a line of the file is for; ROWS when there is none. */
static size_t row_of(const struct node *line)
{
    const char *file = node_text(node_member(line, "file"));
    const char *test = node_text(node_member(line, "test"));
    size_t i = 0;
    while (i < ROWS && (strstr(file, rows[i].file) == NULL || strcmp(test, rows[i].test) != 0)) {
        i++;
    }
    return i;
}

Test(data_shapes, answers_look_like_the_vendors)
{
    FILE *file = open_answers();
    bool seen[ROWS] = {false};
    char *text = NULL;
    size_t size = 0;
    ssize_t length;
    struct tree tree;
    if (file == NULL) {
        cr_skip_test("the vendor's answers are not here");
    }
    struct bars data = made_bars();
    struct venue *venue = made_venue(&data, made_open_ns(1) + 10 * NS_PER_MIN, true);
    tree_init(&tree);
    while ((length = getline(&text, &size, file)) > 0) {
        cr_assert_eq(json_parse(&tree, text, (size_t)length), ERR_OK);
        size_t i = row_of(tree_root(&tree));
        if (i == ROWS) {
            continue;
        }
        struct answer answer = ask(venue, rows[i].handle, NULL, rows[i].query);
        check_shape(rows[i].test, node_member(tree_root(&tree), "body"), answer.root);
        answer_finish(&answer);
        seen[i] = true;
    }
    for (size_t i = 0; i < ROWS; i++) {
        cr_assert(seen[i], "%s is not in the file", rows[i].test);
    }
    free(text);
    (void)fclose(file);
    tree_finish(&tree);
    venue_destroy(venue);
    bars_finish(&data);
}
