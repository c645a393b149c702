/* responses_test.c: the keys of our answers against answers that the vendor's SDKs are tested
 * with (shared data; skipped where absent), and against the keys that the published description
 * requires. */
#include <unistd.h>

#include "data/data_test.h"
#include "exchange_http/served_test.h"
#include "exchange_http/shape_activity.h"

enum { LINE_MAX_BYTES = 1 << 20 };

/* The body of the first recorded response of that test; false when the file is not there. */
static bool recorded(const char *test, struct tree *tree, const struct node **body)
{
    char *path = shared_file("alpaca/api_responses.jsonl");
    if (path == NULL) {
        return false;
    }
    FILE *file = fopen(path, "re");
    char *line = xmalloc(LINE_MAX_BYTES);
    bool found = false;
    cr_assert_not_null(file);
    while (!found && fgets(line, LINE_MAX_BYTES, file) != NULL) {
        found = json_parse(tree, line, strcspn(line, "\n")) == ERR_OK &&
                node_is(node_member(tree_root(tree), "test"), test);
    }
    cr_assert(found, "%s", test);
    *body = node_member(tree_root(tree), "body");
    *body = (*body)->kind == NODE_ARRAY ? node_first(*body) : *body;
    free(line);
    free(path);
    return fclose(file) == 0;
}

static bool listed(const char *const *list, const char *key)
{
    for (; *list != NULL; list++) {
        if (strcmp(*list, key) == 0) {
            return true;
        }
    }
    return false;
}

/* Every key of theirs is one of ours, of the same kind where both have a value. */
static void expect_keys(const struct node *theirs, const struct node *ours,
                        const char *const *left_out)
{
    for (const struct node *key = node_first_key(theirs); key != NULL;
         key = node_next_key(theirs, key)) {
        const struct node *value = node_member(ours, key->as.text);
        if (listed(left_out, key->as.text)) {
            continue;
        }
        cr_expect_not_null(value, "we have no %s", key->as.text);
        if (value != NULL && value->kind != NODE_NULL && node_value(key)->kind != NODE_NULL) {
            cr_expect_eq(value->kind, node_value(key)->kind, "%s is of another kind", key->as.text);
        }
    }
}

static void compare(const char *test, const char *request, const char *const *left_out)
{
    struct served served = served_at(made_open_ns(1));
    static struct action rows[] = {
        {.date = 20525,
         .instrument = {"AAPL"},
         .split_new = 1,
         .split_old = 1,
         .cash_e9 = 250000000}
    };
    static struct actions actions = {.rows = rows, .count = 1};
    served.venue->plan.actions = &actions;
    struct tree tree;
    const struct node *theirs;
    tree_init(&tree);
    bool present = recorded(test, &tree, &theirs);
    if (present) {
        (void)ask(&served, request);
        const struct node *ours = tree_root(&served.answer);
        expect_keys(theirs, ours->kind == NODE_ARRAY ? node_first(ours) : ours, left_out);
    }
    tree_finish(&tree);
    served_finish(&served);
    if (!present) {
        cr_skip_test("no shared data: alpaca/api_responses.jsonl");
    }
}

Test(responses, of_assets)
{
    /* of crypto and of screens, not of this route's description */
    static const char *const left_out[] = {"last_close_pct_change", "last_price", NULL};
    compare("test_get_all_assets", "GET /v2/assets", left_out);
    compare("test_get_asset", "GET /v2/assets/AAPL", left_out);
    compare("TestGetAssetFromJSON", "GET /v2/assets/AAPL", left_out);
}

Test(responses, of_announcements)
{
    static const char *const none[] = {NULL};
    compare("test_get_announcements",
            "GET /v2/corporate_actions/announcements?ca_types=dividend&since=2026-03-01"
            "&until=2026-03-31",
            none);
}

Test(responses, of_contracts)
{
    static const char *const none[] = {NULL};
    compare("test_get_option_contracts", "GET /v2/options/contracts?underlying_symbols=AAPL", none);
}

Test(responses, have_what_the_description_requires)
{
    static const struct {
        const char *request, *body, *required;
    } cases[] = {
        {"GET /v2/clock",                                    NULL,               "timestamp is_open next_open next_close"  },
        {"GET /v3/clock",                                    NULL,               "clocks"                                  },
        {"GET /v2/calendar?start=2026-03-16&end=2026-03-16", NULL,
         "date open close session_open session_close settlement_date"                                                      },
        {"GET /v3/calendar/NYSE",                            NULL,               "market calendar"                         },
        {"GET /v2/assets/AAPL",                              NULL,
         "id class exchange symbol name status tradable marginable shortable fractionable"                                 },
        {"GET /v2/account/portfolio/history",                NULL,
         "timestamp equity profit_loss profit_loss_pct base_value timeframe"                                               },
        {"POST /v2/watchlists",                              "{\"name\":\"a\"}", "id account_id created_at updated_at name"},
        {"GET /v2/options/contracts",                        NULL,               "option_contracts next_page_token"        },
    };
    struct served served = served_at(made_open_ns(1));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)ask_with(&served, cases[i].request, cases[i].body);
        cr_assert_eq(served.status, 200, "%s", served.json.text);
        const struct node *answer = tree_root(&served.answer);
        answer = answer->kind == NODE_ARRAY ? node_first(answer) : answer;
        char keys[160];
        (void)snprintf(keys, sizeof keys, "%s", cases[i].required);
        char *rest = keys;
        for (char *key; (key = strsep(&rest, " ")) != NULL;) {
            cr_expect_not_null(node_member(answer, key), "%s: no %s", cases[i].request, key);
        }
    }
    served_finish(&served);
}
