/* draw_book.c: positions, trades, refusals. */
#include <stdio.h>

#include "base/money.h"
#include "monitor/draw_private.h"
#include "monitor/words.h"

/* ---- positions ---- */

/* Right edges of the columns. */
enum {
    QTY_END = 15,
    ENTRY_END = 26,
    LAST_END = 37,
    RESULT_END = 50,
    PERCENT_END = 59,
    STOP_END = 69,
    TARGET_END = 79,
    STRATEGY = 81,
};

static void draw_exits(struct canvas *canvas, struct area area, int y,
                       const struct snapshot_position *position)
{
    char text[WORDS_SIZE];
    if (position->leaving || (position->stop_e9 == 0 && position->target_e9 == 0)) {
        canvas_right(canvas, area.x + TARGET_END, y, TARGET_END - PERCENT_END - 1, STYLE_DIM,
                     position->exit_by);
        return;
    }
    if (position->stop_e9 != 0) {
        canvas_right(canvas, area.x + STOP_END, y, STOP_END - PERCENT_END - 1, STYLE_NORMAL,
                     words_price(position->stop_e9, text));
        if (position->trails) {
            canvas_glyph(canvas, area.x + STOP_END, y, 't', STYLE_DIM);
        }
    }
    if (position->target_e9 != 0) {
        canvas_right(canvas, area.x + TARGET_END, y, TARGET_END - STOP_END - 1, STYLE_NORMAL,
                     words_price(position->target_e9, text));
    }
}

/* What was paid for it, or got for it; 0 when that is out of range. */
static int64_t cost_e9(const struct snapshot_position *position)
{
    int64_t cost_e9 = 0;
    if (money_notional(position->entry_e9, position->qty_e9, ROUND_EVEN, &cost_e9) != ERR_OK) {
        return 0;
    }
    return cost_e9 < 0 ? -cost_e9 : cost_e9;
}

static void draw_position(struct canvas *canvas, struct area area, int y,
                          const struct snapshot_position *position)
{
    char text[WORDS_SIZE];
    (void)canvas_text(canvas, area.x + 1, y, 7, STYLE_BOLD, position->symbol);
    canvas_right(canvas, area.x + QTY_END, y, QTY_END - 8, STYLE_NORMAL,
                 words_quantity(position->qty_e9, text));
    if (area.columns > STRATEGY) {
        (void)canvas_text(canvas, area.x + STRATEGY, y, area.columns - STRATEGY - 1, STYLE_DIM,
                          position->strategy);
    }
    if (position->entering) {
        canvas_right(canvas, area.x + ENTRY_END, y, ENTRY_END - QTY_END - 1, STYLE_DIM, "entering");
        return;
    }
    canvas_right(canvas, area.x + ENTRY_END, y, ENTRY_END - QTY_END - 1, STYLE_NORMAL,
                 words_price(position->entry_e9, text));
    canvas_right(canvas, area.x + LAST_END, y, LAST_END - ENTRY_END - 1, STYLE_NORMAL,
                 words_price(position->last_e9, text));
    enum style style = draw_style(position->result_e9);
    canvas_right(canvas, area.x + RESULT_END, y, RESULT_END - LAST_END - 1, style,
                 words_dollars(position->result_e9, true, text));
    canvas_right(canvas, area.x + PERCENT_END, y, PERCENT_END - RESULT_END - 1, style,
                 words_percent(position->result_e9, cost_e9(position), text));
    draw_exits(canvas, area, y, position);
}

static void draw_position_titles(struct canvas *canvas, struct area area)
{
    static const struct {
        int end;
        const char *name;
    } columns[] = {
        {QTY_END,    " shares "},
        {ENTRY_END,  " entry " },
        {LAST_END,   " last "  },
        {RESULT_END, " result "},
        {STOP_END,   " stop "  },
        {TARGET_END, " target "},
    };
    draw_title(canvas, area, "Open");
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        if (columns[i].end < area.columns) {
            canvas_right(canvas, area.x + columns[i].end + 1, area.y, 8, STYLE_DIM,
                         columns[i].name);
        }
    }
    if (area.columns > STRATEGY + 12) {
        (void)canvas_text(canvas, area.x + STRATEGY, area.y, 9, STYLE_DIM, "strategy ");
    }
}

/* Why there is nothing: the difference between waiting and not wanting. */
static void draw_no_position(struct canvas *canvas, struct area area,
                             const struct snapshot *snapshot)
{
    char text[2 * WORDS_SIZE];
    if (snapshot->bars_needed > 0 && snapshot->bars_seen <= snapshot->bars_needed) {
        (void)snprintf(
            text, sizeof text, "warming up: bar %llu of %llu, then the strategies begin to decide",
            (unsigned long long)snapshot->bars_seen, (unsigned long long)snapshot->bars_needed + 1);
    } else {
        (void)snprintf(text, sizeof text, "nothing is held; the strategies look at every bar");
    }
    (void)canvas_text(canvas, area.x + 1, area.y + 1, area.columns - 2, STYLE_DIM, text);
}

void draw_positions(struct canvas *canvas, struct area area, const struct snapshot *snapshot)
{
    draw_position_titles(canvas, area);
    if (snapshot->position_count == 0) {
        draw_no_position(canvas, area, snapshot);
        return;
    }
    int rows = area.rows - 1;
    int count = (int)snapshot->position_count;
    int shown = count <= rows ? count : rows - 1;
    shown = shown < SNAPSHOT_POSITIONS_MAX ? shown : SNAPSHOT_POSITIONS_MAX;
    for (int i = 0; i < shown; i++) {
        draw_position(canvas, area, area.y + 1 + i, &snapshot->positions[i]);
    }
    if (shown < count) {
        char text[WORDS_SIZE];
        (void)snprintf(text, sizeof text, "and %d more", count - shown);
        (void)canvas_text(canvas, area.x + 1, area.y + 1 + shown, area.columns - 2, STYLE_DIM,
                          text);
    }
}

/* ---- events, the newest first ---- */

/* How many of a ring's entries there are to show. */
static int entries_shown(uint64_t count, struct area area)
{
    int rows = area.rows - 1 < SNAPSHOT_EVENTS_MAX ? area.rows - 1 : SNAPSHOT_EVENTS_MAX;
    return count < (uint64_t)rows ? (int)count : rows;
}

static void draw_trade(struct canvas *canvas, struct area area, int y,
                       const struct snapshot_trade *trade)
{
    enum { SIDE = 7, SHARES_END = 17, NAME = 18, PRICE_END = 32, RESULT = 42, BY = 44 };
    char text[WORDS_SIZE];
    (void)canvas_text(canvas, area.x + 1, y, 5, STYLE_DIM, words_time(trade->ts_ns, text));
    (void)canvas_text(canvas, area.x + SIDE, y, 4, STYLE_NORMAL, trade->bought ? "buy" : "sell");
    canvas_right(canvas, area.x + SHARES_END, y, 6, STYLE_NORMAL,
                 words_quantity(trade->qty_e9, text));
    (void)canvas_text(canvas, area.x + NAME, y, 6, STYLE_BOLD, trade->symbol);
    canvas_right(canvas, area.x + PRICE_END, y, 8, STYLE_NORMAL,
                 words_price(trade->price_e9, text));
    if (trade->closed) {
        canvas_right(canvas, area.x + RESULT, y, 10, draw_style(trade->result_e9),
                     words_dollars(trade->result_e9, true, text));
    }
    if (area.columns > BY + 6) {
        int x = area.x + BY;
        int end = area.x + area.columns - 1;
        if (trade->closed || trade->busted) {
            x = canvas_text(canvas, x, y, end - x, STYLE_NORMAL,
                            trade->busted ? "taken back" : trade->cause) +
                1;
        }
        (void)canvas_text(canvas, x, y, end - x, STYLE_DIM, trade->strategy);
    }
}

static void draw_none(struct canvas *canvas, struct area area, const char *text)
{
    (void)canvas_text(canvas, area.x + 1, area.y + 1, area.columns - 2, STYLE_DIM, text);
}

void draw_trades(struct canvas *canvas, struct area area, const struct snapshot *snapshot)
{
    draw_title(canvas, area, "Trades");
    int shown = entries_shown(snapshot->trade_count, area);
    for (int i = 0; i < shown; i++) {
        uint64_t number = snapshot->trade_count - 1 - (uint64_t)i;
        draw_trade(canvas, area, area.y + 1 + i, &snapshot->trades[number % SNAPSHOT_EVENTS_MAX]);
    }
    if (shown == 0) {
        draw_none(canvas, area, "none yet");
    }
}

static void draw_refusal(struct canvas *canvas, struct area area, int y,
                         const struct snapshot_refusal *refusal)
{
    char text[SNAPSHOT_WORDS_SIZE + SNAPSHOT_NAME_SIZE + 4];
    char time[WORDS_SIZE];
    int x = area.x + 1;
    int end = area.x + area.columns;
    if (area.columns >= 44) {
        x = canvas_text(canvas, x, y, 5, STYLE_DIM, words_time(refusal->ts_ns, time)) + 1;
    }
    (void)canvas_text(canvas, x, y, 6, STYLE_BOLD, refusal->symbol);
    (void)snprintf(text, sizeof text, "%s", refusal->words);
    if (area.columns >= 72) {
        (void)snprintf(text, sizeof text, "%-36.95s  %.31s", refusal->words, refusal->strategy);
    }
    (void)canvas_text(canvas, x + 6, y, end - x - 6, STYLE_NORMAL, text);
}

void draw_refusals(struct canvas *canvas, struct area area, const struct snapshot *snapshot)
{
    draw_title(canvas, area, "Refused");
    int shown = entries_shown(snapshot->refusal_count, area);
    for (int i = 0; i < shown; i++) {
        uint64_t number = snapshot->refusal_count - 1 - (uint64_t)i;
        draw_refusal(canvas, area, area.y + 1 + i,
                     &snapshot->refusals[number % SNAPSHOT_EVENTS_MAX]);
    }
    if (shown == 0) {
        draw_none(canvas, area, "no entry was refused");
    }
}
