/* serve_past.c: GET /v2/stocks/bars, quotes, trades and auctions, and the same of one symbol.
 *
 * Points come by symbol, then by time, in pages of `limit` points over all symbols. A page's token
 * says which point it ended with; the next one looks for what follows it. */
#include <string.h>

#include "base/utc.h"
#include "exchange_http/data_query.h"
#include "exchange_http/data_shapes.h"
#include "exchange_http/routes_data.h"
#include "venue/past_ticks.h"

enum history_kind { HISTORY_BARS, HISTORY_QUOTES, HISTORY_TRADES, HISTORY_AUCTIONS };

static const struct {
    const char *name;  /* of the answer's list */
    const char *token; /* the kind in a page's token */
} kinds[] = {
    [HISTORY_BARS] = {"bars",     "B"},
    [HISTORY_QUOTES] = {"quotes",   "Q"},
    [HISTORY_TRADES] = {"trades",   "T"},
    [HISTORY_AUCTIONS] = {"auctions", "A"},
};

static const struct timeframe one_day = {.unit = TIMEFRAME_DAY, .count = 1};

/* An answer being written. */
struct history {
    struct call *call;
    struct data_query *query;
    enum history_kind kind;
    bool single;           /* of one symbol, named in the path */
    uint32_t count;        /* points written */
    bool more;             /* there are others behind them */
    struct data_page last; /* the last one */

    /* of the symbol under way */
    uint32_t instrument;
    struct adjustment adjustment;
    struct frames frames;
    struct past_ticks ticks;
    struct frame_bar frame;
    struct past_tick tick;
};

/* ---- points ---- */

static void start_symbol(struct history *history)
{
    const struct data_query *query = history->query;
    const struct venue *venue = history->call->venue;
    bool resumes =
        strcmp(query->page.symbol, venue->plan.data->instruments[history->instrument].symbol) == 0;
    int64_t from_ns = resumes && !query->descending ? query->page.ts_ns : query->start_ns;
    int64_t to_ns = resumes && query->descending ? query->page.ts_ns : query->end_ns;
    if (history->kind == HISTORY_BARS || history->kind == HISTORY_AUCTIONS) {
        history->frames = frames_of(&venue->market, history->instrument, &query->timeframe, from_ns,
                                    to_ns, query->until_ns, query->descending);
        adjustment_init(&history->adjustment, venue->plan.actions, &venue->market,
                        history->instrument, query->adjustment, query->until_ns);
        history->frames.adjustment = &history->adjustment;
    } else {
        uint8_t kind = history->kind == HISTORY_QUOTES ? EVENT_QUOTE : EVENT_TRADE_TICK;
        past_ticks_start(&history->ticks, venue, history->instrument, kind, from_ns, to_ns,
                         query->descending);
    }
}

static bool next_point(struct history *history, int64_t *ts_ns)
{
    if (history->kind == HISTORY_BARS || history->kind == HISTORY_AUCTIONS) {
        bool found = frames_next(&history->frames, &history->frame);
        *ts_ns = history->frame.period.start_ns;
        return found;
    }
    bool found = past_ticks_next(&history->ticks, &history->tick);
    *ts_ns = history->tick.event.ts_ns;
    return found;
}

/* One auction, with the shares that met in it where trades are known. */
static void shape_auction(struct history *history, const struct event *bar, bool opens)
{
    struct json_writer *json = history->call->json;
    struct past_ticks ticks;
    struct past_tick tick;
    past_ticks_start(&ticks, history->call->venue, history->instrument, EVENT_TRADE_TICK,
                     bar->src_ns, bar->ts_ns, !opens);
    json_begin_array(json);
    json_begin_object(json);
    json_member_time(json, "t", opens ? bar->src_ns : bar->ts_ns);
    json_member_string(json, "x", DATA_EXCHANGE);
    json_member_money(json, "p", opens ? bar->bar.open_e9 : bar->bar.close_e9);
    if (past_ticks_next(&ticks, &tick)) {
        json_key(json, "s");
        json_int(json, tick.event.trade_tick.size);
    }
    json_member_string(json, "c", opens ? "Q" : "M"); /* the market center's official ... */
    json_end_object(json);
    json_end_array(json);
}

static void no_auction(struct json_writer *json)
{
    json_begin_array(json);
    json_end_array(json);
}

/* A day's auctions; one whose bar the data lacks, or that is still to come, is not there. */
static void shape_auctions(struct history *history)
{
    struct json_writer *json = history->call->json;
    const struct frame_bar *frame = &history->frame;
    struct trading_day day;
    char date[UTC_TEXT_SIZE];
    bool known = calendar_day_at(history->frames.market->calendar, frame->last->ts_ns, &day);
    (void)utc_format(known ? day.date * NS_PER_DAY : frame->period.start_ns, date);
    date[10] = '\0';
    json_begin_object(json);
    json_member_string(json, "d", date);
    json_key(json, "o");
    if (known && frame->first->src_ns == day.open_ns) {
        shape_auction(history, frame->first, true);
    } else {
        no_auction(json);
    }
    json_key(json, "c");
    if (known && frame->last->ts_ns == day.close_ns) {
        shape_auction(history, frame->last, false);
    } else {
        no_auction(json);
    }
    json_end_object(json);
}

static void shape_point(struct history *history)
{
    struct json_writer *json = history->call->json;
    switch (history->kind) {
    case HISTORY_BARS:
        shape_bar(json, &history->frame);
        break;
    case HISTORY_QUOTES:
        shape_quote(json, &history->tick.event);
        break;
    case HISTORY_TRADES:
        shape_trade(json, &history->tick.event, history->tick.id);
        break;
    case HISTORY_AUCTIONS:
        shape_auctions(history);
        break;
    }
}

/* ---- pages ---- */

/* Keeps in mind which point was the last. */
static void remember(struct history *history, const char *symbol, int64_t ts_ns)
{
    struct data_page *last = &history->last;
    if (strcmp(last->symbol, symbol) != 0 || last->ts_ns != ts_ns) {
        (void)memcpy(last->symbol, symbol, SYMBOL_SIZE);
        last->ts_ns = ts_ns;
        last->nth = 0;
    }
    last->nth++;
}

/* The points of a symbol, up to the page's end; a symbol without any leaves no trace. */
static void write_symbol(struct history *history)
{
    struct json_writer *json = history->call->json;
    const struct data_page *page = &history->query->page;
    const char *symbol = history->call->venue->plan.data->instruments[history->instrument].symbol;
    bool open = false;
    int64_t ts_ns;
    start_symbol(history);
    while (next_point(history, &ts_ns)) {
        bool seen = strcmp(page->symbol, symbol) == 0 && page->ts_ns == ts_ns;
        if (seen && (strcmp(history->last.symbol, symbol) != 0 || history->last.nth < page->nth)) {
            remember(history, symbol, ts_ns);
            continue;
        }
        if (history->count == history->query->limit) {
            history->more = true;
            break;
        }
        if (!open && !history->single) {
            json_key(json, symbol);
            json_begin_array(json);
        }
        open = true;
        shape_point(history);
        remember(history, symbol, ts_ns);
        history->count++;
    }
    if (open && !history->single) {
        json_end_array(json);
    }
    adjustment_finish(&history->adjustment);
}

static void write_points(struct history *history)
{
    const struct data_query *query = history->query;
    const struct instrument *names = history->call->venue->plan.data->instruments;
    for (uint32_t i = 0; i < query->instrument_count && !history->more; i++) {
        history->instrument = query->instruments[i];
        if (strcmp(names[history->instrument].symbol, query->page.symbol) >= 0) {
            write_symbol(history);
        }
    }
}

/* Writes the answer and finishes the query. */
static void serve(struct call *call, enum history_kind kind, struct data_query *query)
{
    struct json_writer *json = call->json;
    struct history history = {
        .call = call, .query = query, .kind = kind, .single = call->arguments[0] != NULL};
    json_begin_object(json);
    if (history.single) {
        json_member_string(json, "symbol", call->arguments[0]);
        json_key(json, kinds[kind].name);
        json_begin_array(json);
        write_points(&history);
        json_end_array(json);
    } else {
        json_key(json, kinds[kind].name);
        json_begin_object(json);
        write_points(&history);
        json_end_object(json);
    }
    if (query->currency != NULL) {
        json_member_string(json, "currency", query->currency);
    }
    static const struct data_page none = {0};
    data_page_member(json, kinds[kind].token, history.more ? &history.last : &none);
    json_end_object(json);
    data_query_finish(query);
}

/* ---- handlers ---- */

void serve_bars(struct call *call)
{
    struct data_query query;
    if (!data_query_history(call, &query)) {
        return;
    }
    if (!data_query_bars(call, &query)) {
        data_query_finish(&query);
        return;
    }
    serve(call, HISTORY_BARS, &query);
}

void serve_quotes(struct call *call)
{
    struct data_query query;
    if (data_query_history(call, &query)) {
        serve(call, HISTORY_QUOTES, &query);
    }
}

void serve_trades(struct call *call)
{
    struct data_query query;
    if (data_query_history(call, &query)) {
        serve(call, HISTORY_TRADES, &query);
    }
}

void serve_auctions(struct call *call)
{
    const char *feed = call_query(call, "feed");
    struct data_query query;
    if (feed != NULL && strcmp(feed, "sip") != 0) {
        (void)data_fail(call, 400, "invalid feed: %s: auctions are of sip", feed);
        return;
    }
    if (data_query_history(call, &query)) {
        query.timeframe = one_day;
        serve(call, HISTORY_AUCTIONS, &query);
    }
}
