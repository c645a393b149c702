#include "exchange_http/data_query.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utc.h"
#include "market/new_york.h"
#include "sys/base64.h"
#include "sys/memory.h"

#define LIMIT_MAX     10000
#define LIMIT_DEFAULT 1000

/* "SYMBOL|kind|nanoseconds|count". */
#define PAGE_TEXT_SIZE (SYMBOL_SIZE + 8 + 21 + 12)

bool data_fail(struct call *call, int status, const char *format, ...)
{
    char message[REFUSAL_MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    call->status = status;
    json_reset(call->json);
    json_begin_object(call->json);
    json_member_string(call->json, "message", message);
    json_end_object(call->json);
    return false;
}

/* A value that is there and not empty, else NULL. */
static const char *value_of(const struct call *call, const char *name)
{
    const char *value = call_query(call, name);
    return value == NULL || value[0] == '\0' ? NULL : value;
}

/* ---- symbols ---- */

static bool is_symbol(const char *text, size_t length)
{
    return length > 0 && length < SYMBOL_SIZE &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-/") >= length;
}

struct symbol_set {
    const struct market *market;
    bool *wanted; /* by instrument */
};

static bool want_symbol(struct call *call, struct symbol_set *set, const char *text, size_t length)
{
    char symbol[SYMBOL_SIZE];
    uint32_t instrument;
    if (!is_symbol(text, length)) {
        return data_fail(call, 400, "invalid symbol: %.*s", (int)(length < 32 ? length : 32), text);
    }
    memcpy(symbol, text, length);
    symbol[length] = '\0';
    if (market_find(set->market, symbol, &instrument)) {
        set->wanted[instrument] = true;
    }
    return true;
}

static bool want_symbols(struct call *call, struct symbol_set *set, const char *list)
{
    for (;;) {
        size_t length = strcspn(list, ",");
        if (!want_symbol(call, set, list, length)) {
            return false;
        }
        list += length;
        if (*list == '\0') {
            return true;
        }
        list++;
    }
}

/* Instruments are numbered by the alphabet; data made by hand may not be. */
static void sort_symbols(struct data_query *query, const struct instrument *names)
{
    for (uint32_t i = 1; i < query->instrument_count; i++) {
        uint32_t moved = query->instruments[i];
        uint32_t at = i;
        while (at > 0 &&
               strcmp(names[query->instruments[at - 1]].symbol, names[moved].symbol) > 0) {
            query->instruments[at] = query->instruments[at - 1];
            at--;
        }
        query->instruments[at] = moved;
    }
}

static bool read_symbols(struct call *call, struct data_query *query)
{
    const struct market *market = &call->venue->market;
    uint32_t count = market->data->instrument_count;
    const char *list = call->arguments[0] != NULL ? call->arguments[0] : value_of(call, "symbols");
    if (list == NULL) {
        return data_fail(call, 400, "symbols is required");
    }
    struct symbol_set set = {.market = market, .wanted = xcalloc(count, sizeof *set.wanted)};
    bool good = want_symbols(call, &set, list);
    query->instruments = xcalloc(count, sizeof *query->instruments);
    for (uint32_t i = 0; i < count && good; i++) {
        if (set.wanted[i]) {
            query->instruments[query->instrument_count++] = i;
        }
    }
    free(set.wanted);
    sort_symbols(query, market->data->instruments);
    return good;
}

/* ---- feed and currency ---- */

static const struct {
    const char *text;
    enum data_feed feed;
    bool historical;
} feeds[] = {
    {"sip",         DATA_FEED_SIP,         true },
    {"iex",         DATA_FEED_IEX,         true },
    {"boats",       DATA_FEED_BOATS,       true },
    {"otc",         DATA_FEED_OTC,         true },
    {"delayed_sip", DATA_FEED_DELAYED_SIP, false},
    {"overnight",   DATA_FEED_OVERNIGHT,   false},
};

static bool feed_of(const char *text, bool historical, enum data_feed *feed)
{
    for (size_t i = 0; i < sizeof feeds / sizeof feeds[0]; i++) {
        if (strcasecmp(feeds[i].text, text) == 0 && (feeds[i].historical || !historical)) {
            *feed = feeds[i].feed;
            return true;
        }
    }
    return false;
}

/* The best feed that the plan has, unless one is asked for. A feed without a market has nothing for
 * anybody. */
static bool read_feed(struct call *call, struct data_query *query, bool historical)
{
    const char *text = value_of(call, "feed");
    query->feed = call->venue->plan.free_plan ? DATA_FEED_IEX : DATA_FEED_SIP;
    if (text != NULL && !feed_of(text, historical, &query->feed)) {
        return data_fail(call, 400, "invalid feed: %s", text);
    }
    query->until_ns = call->venue->now_ns;
    if (query->feed == DATA_FEED_DELAYED_SIP) {
        query->until_ns -= DATA_DELAY_NS;
    } else if (query->feed != DATA_FEED_SIP && query->feed != DATA_FEED_IEX) {
        query->instrument_count = 0;
    }
    return true;
}

static bool refuse_recent(struct call *call)
{
    return data_fail(call, 403, "subscription does not permit querying recent SIP data");
}

/* Whether this request is for consolidated data by one who does not pay for it. */
static bool is_free_sip(const struct call *call, const struct data_query *query)
{
    return call->venue->plan.free_plan && query->feed == DATA_FEED_SIP;
}

static bool read_currency(struct call *call, struct data_query *query)
{
    query->currency = value_of(call, "currency");
    if (query->currency != NULL && strcmp(query->currency, "USD") != 0) {
        return data_fail(call, 400, "invalid currency: %s: prices are in USD", query->currency);
    }
    return true;
}

static bool read_common(struct call *call, struct data_query *query, bool historical)
{
    *query = (struct data_query){0};
    return read_symbols(call, query) && read_feed(call, query, historical) &&
           read_currency(call, query);
}

bool data_query_latest(struct call *call, struct data_query *query)
{
    if (read_common(call, query, false) && (!is_free_sip(call, query) || refuse_recent(call))) {
        return true;
    }
    data_query_finish(query);
    return false;
}

void data_query_finish(struct data_query *query)
{
    free(query->instruments);
    query->instruments = NULL;
}

/* ---- range, order, limit ---- */

static bool read_range(struct call *call, struct data_query *query)
{
    bool has_start, has_end;
    int64_t now_ns = call->venue->now_ns;
    bool is_free = is_free_sip(call, query);
    query->start_ns = new_york_utc(new_york_date(now_ns), 0);
    query->end_ns = is_free ? now_ns - DATA_DELAY_NS : now_ns;
    if (!call_query_time(call, "start", &has_start, &query->start_ns) ||
        !call_query_time(call, "end", &has_end, &query->end_ns)) {
        return false;
    }
    if (has_start && has_end && query->end_ns < query->start_ns) {
        return data_fail(call, 400, "end should not be before start");
    }
    if (is_free && query->end_ns > now_ns - DATA_DELAY_NS) {
        return refuse_recent(call);
    }
    return true;
}

static bool read_sort(struct call *call, struct data_query *query)
{
    const char *text = value_of(call, "sort");
    query->descending = text != NULL && strcmp(text, "desc") == 0;
    if (text != NULL && !query->descending && strcmp(text, "asc") != 0) {
        return data_fail(call, 400, "invalid sort: %s", text);
    }
    return true;
}

static bool read_limit(struct call *call, struct data_query *query)
{
    const char *text = value_of(call, "limit");
    query->limit = LIMIT_DEFAULT;
    if (text == NULL) {
        return true;
    }
    size_t length = strlen(text);
    unsigned long limit =
        length <= 5 && strspn(text, "0123456789") == length ? strtoul(text, NULL, 10) : 0;
    if (limit < 1 || limit > LIMIT_MAX) {
        return data_fail(call, 400, "invalid limit: %s: it must be between 1 and %d", text,
                         LIMIT_MAX);
    }
    query->limit = (uint32_t)limit;
    return true;
}

static bool read_asof(struct call *call)
{
    const char *text = value_of(call, "asof");
    int64_t ts_ns;
    if (text != NULL && strcmp(text, "-") != 0 &&
        utc_parse_date(text, strlen(text), &ts_ns) != ERR_OK) {
        return data_fail(call, 400, "invalid asof: %s", text);
    }
    return true;
}

/* ---- pages ---- */

void data_page_member(struct json_writer *json, const char *kind, const struct data_page *page)
{
    char text[PAGE_TEXT_SIZE];
    char token[BASE64_TEXT_SIZE(PAGE_TEXT_SIZE)];
    json_key(json, "next_page_token");
    if (page->symbol[0] == '\0') {
        json_null(json);
        return;
    }
    int length = snprintf(text, sizeof text, "%s|%s|%" PRId64 "|%" PRIu32, page->symbol, kind,
                          page->ts_ns, page->nth);
    base64_encode(text, (size_t)length, token);
    json_string(json, token);
}

/* Digits up to `stop` and nothing else; returns what is behind it, NULL when there is more. */
static const char *read_number(const char *text, char stop, int64_t *value)
{
    char *end;
    size_t digits = strspn(text + (*text == '-'), "0123456789");
    if (digits == 0 || digits > 18 + 1) {
        return NULL;
    }
    *value = strtoll(text, &end, 10);
    return *end != stop ? NULL : end + (stop != '\0');
}

static bool parse_page(const char *text, struct data_page *page)
{
    size_t symbol = strcspn(text, "|");
    int64_t nth;
    if (!is_symbol(text, symbol) || text[symbol] != '|') {
        return false;
    }
    memcpy(page->symbol, text, symbol);
    page->symbol[symbol] = '\0';
    text += symbol + 1;
    text += strcspn(text, "|");
    if (*text != '|' || (text = read_number(text + 1, '|', &page->ts_ns)) == NULL ||
        read_number(text, '\0', &nth) == NULL || nth < 0 || nth > UINT32_MAX) {
        return false;
    }
    page->nth = (uint32_t)nth;
    return true;
}

static bool read_page(struct call *call, struct data_query *query)
{
    const char *token = value_of(call, "page_token");
    char text[2 * PAGE_TEXT_SIZE];
    if (token == NULL) {
        return true;
    }
    if (!base64_decode_text(token, text, sizeof text) || !parse_page(text, &query->page)) {
        return data_fail(call, 400, "invalid page_token: %.64s", token);
    }
    return true;
}

bool data_query_history(struct call *call, struct data_query *query)
{
    if (read_common(call, query, true) && read_range(call, query) && read_sort(call, query) &&
        read_limit(call, query) && read_asof(call) && read_page(call, query)) {
        return true;
    }
    data_query_finish(query);
    return false;
}

/* ---- bars ---- */

/* One of the words, or several with commas. */
static bool is_adjustment(const char *text)
{
    static const char *const words[] = {"raw", "split", "dividend", "spin-off", "all"};
    for (;;) {
        size_t length = strcspn(text, ",");
        bool known = false;
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
            known = known || (strlen(words[i]) == length && memcmp(words[i], text, length) == 0);
        }
        if (!known || text[length] == '\0') {
            return known;
        }
        text += length + 1;
    }
}

bool data_query_bars(struct call *call, struct data_query *query)
{
    const char *timeframe = value_of(call, "timeframe");
    const char *adjustment = value_of(call, "adjustment");
    if (timeframe == NULL) {
        return data_fail(call, 400, "timeframe is required");
    }
    if (!timeframe_parse(timeframe, &query->timeframe)) {
        return data_fail(call, 400, "invalid timeframe: %s", timeframe);
    }
    if (adjustment != NULL && !is_adjustment(adjustment)) {
        return data_fail(call, 400, "invalid adjustment: %s", adjustment);
    }
    return true;
}
