/* watchlists_test.c: the routes of watchlists: names, symbols, what is refused and in which words.
 */
#include "exchange_http/served_test.h"
#include "venue/watchlists.h"

static const char *make(struct served *served, const char *body)
{
    return ask_with(served, "POST /v2/watchlists", body);
}

static void expect_refusal(struct served *served, const char *request, const char *body, int status,
                           const char *message)
{
    (void)ask_with(served, request, body);
    cr_expect_eq(served->status, status, "%s %s: %d", request, body, served->status);
    const char *answer = node_text(node_member(tree_root(&served->answer), "message"));
    cr_expect_str_eq(answer == NULL ? "" : answer, message, "%s %s: %s", request, body,
                     served->json.text);
}

/* "AAPL,SPY" of the last answer. */
static const char *symbols(const struct served *served)
{
    static char text[256];
    size_t length = 0;
    const struct node *assets = node_member(tree_root(&served->answer), "assets");
    text[0] = '\0';
    for (const struct node *at = node_first(assets); at != NULL; at = node_next(assets, at)) {
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%s",
                                   length > 0 ? "," : "", node_text(node_member(at, "symbol")));
    }
    return text;
}

static void id_of(const struct served *served, char id[UUID_TEXT_SIZE])
{
    (void)snprintf(id, UUID_TEXT_SIZE, "%s",
                   node_text(node_member(tree_root(&served->answer), "id")));
}

Test(watchlists, are_made_read_changed_and_deleted)
{
    struct served served = served_at(made_open_ns(1));
    char id[UUID_TEXT_SIZE], request[128];
    expect_answer(&served, "GET /v2/watchlists", 200, "[]");
    (void)make(&served, "{\"name\":\"Tech\",\"symbols\":[\"SPY\",null,\"AAPL\",\"SPY\"]}");
    cr_expect_eq(served.status, 200);
    cr_expect_str_eq(symbols(&served), "SPY,AAPL");
    cr_expect(node_is(node_member(tree_root(&served.answer), "account_id"), served.account->id));
    id_of(&served, id);

    served.venue->now_ns += NS_PER_MIN;
    (void)snprintf(request, sizeof request, "DELETE /v2/watchlists/%s/SPY", id);
    (void)ask(&served, request);
    cr_expect_str_eq(symbols(&served), "AAPL");
    cr_expect(
        node_is(node_member(tree_root(&served.answer), "created_at"), "2026-03-16T13:30:00Z"));
    cr_expect(
        node_is(node_member(tree_root(&served.answer), "updated_at"), "2026-03-16T13:31:00Z"));

    (void)ask_with(&served, "POST /v2/watchlists:by_name?name=Tech", "{\"symbol\":\"SPY\"}");
    cr_expect_str_eq(symbols(&served), "AAPL,SPY");
    (void)ask_with(&served, "PUT /v2/watchlists:by_name?name=Tech", "{\"name\":\"A b\"}");
    cr_expect_str_eq(symbols(&served), "AAPL,SPY", "a new name leaves the symbols");
    (void)snprintf(request, sizeof request, "PUT /v2/watchlists/%s", id);
    (void)ask_with(&served, request, "{\"symbols\":[]}");
    cr_expect_str_eq(symbols(&served), "");
    (void)ask(&served, "GET /v2/watchlists:by_name?name=A%20b");
    cr_expect(node_is(node_member(tree_root(&served.answer), "id"), id));

    (void)ask(&served, "GET /v2/watchlists");
    cr_expect_eq(tree_root(&served.answer)->length, 1);
    cr_expect_null(node_member(node_first(tree_root(&served.answer)), "assets"));
    (void)snprintf(request, sizeof request, "DELETE /v2/watchlists/%s", id);
    (void)ask(&served, request);
    cr_expect_eq(served.status, 204);
    cr_expect_eq(served.json.length, 0);
    expect_answer(&served, "GET /v2/watchlists", 200, "[]");
    expect_refusal(&served, request, NULL, 404, "watchlist not found");
    served_finish(&served);
}

Test(watchlists, refuse_in_the_vendors_words)
{
    static const struct {
        const char *request, *body;
        int status;
        const char *message;
    } cases[] = {
        {"POST /v2/watchlists",                                     NULL,                                      400, "request body format is invalid"},
        {"POST /v2/watchlists",                                     "[]",                                      400, "request body format is invalid"},
        {"POST /v2/watchlists",                                     "{}",                                      422, "watchlist name is required"    },
        {"POST /v2/watchlists",                                     "{\"name\":\"\"}",                         422, "watchlist name is required"    },
        {"POST /v2/watchlists",                                     "{\"name\":\"Mine\"}",                     422, "watchlist name must be unique" },
        {"POST /v2/watchlists",                                     "{\"name\":\"N\",\"symbols\":[\"NONE\"]}", 422,
         "asset not found: NONE"                                                                                                                    },
        {"POST /v2/watchlists",                                     "{\"name\":\"N\",\"symbols\":\"AAPL\"}",   400,
         "request body format is invalid"                                                                                                           },
        {"PUT /v2/watchlists:by_name?name=Mine",                    "{}",                                      422, "name or symbols is required"   },
        {"POST /v2/watchlists:by_name?name=Mine",                   "{}",                                      422, "symbol is required"            },
        {"POST /v2/watchlists:by_name?name=Mine",                   "{\"symbol\":\"AAPL\"}",                   422, "duplicate symbol"              },
        {"GET /v2/watchlists:by_name?name=mine",                    NULL,                                      404, "watchlist not found"           },
        {"GET /v2/watchlists:by_name",                              NULL,                                      422, "name is required"              },
        {"GET /v2/watchlists/1",                                    NULL,                                      422, "watchlist_id is missing"       },
        {"GET /v2/watchlists/3174d6df-7726-44b4-a5bd-7fda5ae6e009", NULL,                                      404,
         "watchlist not found"                                                                                                                      },
    };
    struct served served = served_at(made_open_ns(1));
    (void)make(&served, "{\"name\":\"Mine\",\"symbols\":[\"AAPL\"]}");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_refusal(&served, cases[i].request, cases[i].body, cases[i].status, cases[i].message);
    }
    (void)ask(&served, "GET /v2/watchlists");
    cr_expect_eq(tree_root(&served.answer)->length, 1, "what is refused makes nothing");
    served_finish(&served);
}

Test(watchlists, names_have_64_characters_of_any_length)
{
    char name[WATCHLIST_NAME_SIZE + 8] = "";
    for (int i = 0; i < WATCHLIST_NAME_MAX; i++) {
        memcpy(name + 2 * i, "\xc3\xa9", 3); /* e with an accent */
    }
    cr_expect(watchlist_name_fits(name));
    memcpy(name + strlen(name), "x", 2);
    cr_expect(!watchlist_name_fits(name));
    cr_expect(!watchlist_name_fits(""));
}

Test(watchlists, keep_their_ids_when_others_go)
{
    struct served served = served_at(made_open_ns(1));
    char id[UUID_TEXT_SIZE], request[128];
    (void)make(&served, "{\"name\":\"one\"}");
    (void)make(&served, "{\"name\":\"two\"}");
    id_of(&served, id);
    (void)ask(&served, "DELETE /v2/watchlists:by_name?name=one");
    (void)make(&served, "{\"name\":\"three\"}");
    (void)snprintf(request, sizeof request, "GET /v2/watchlists/%s", id);
    (void)ask(&served, request);
    cr_expect(node_is(node_member(tree_root(&served.answer), "name"), "two"));
    served_finish(&served);
}
