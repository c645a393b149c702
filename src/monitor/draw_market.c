/* draw_market.c: prices and equity. */
#include <stdio.h>

#include "base/money.h"
#include "monitor/chart.h"
#include "monitor/draw_private.h"
#include "monitor/words.h"

/* ---- prices ---- */

enum { SYMBOL_END = 8, LAST_END = 18, CHANGE_END = 29, SPARK = 31 };

static void draw_price(struct canvas *canvas, struct area area, int y,
                       const struct snapshot_symbol *symbol)
{
    char text[WORDS_SIZE];
    char percent[WORDS_SIZE];
    (void)canvas_text(canvas, area.x + 1, y, SYMBOL_END - 1, STYLE_BOLD, symbol->name);
    if (symbol->last_e9 == 0) {
        canvas_right(canvas, area.x + LAST_END, y, 3, STYLE_DIM, "\xe2\x80\x93");
        return;
    }
    canvas_right(canvas, area.x + LAST_END, y, LAST_END - SYMBOL_END, STYLE_NORMAL,
                 words_price(symbol->last_e9, text));
    int64_t change_e9 = symbol->last_e9 - symbol->base_e9;
    const char *arrow = change_e9 > 0 ? "\xe2\x96\xb2 " : change_e9 < 0 ? "\xe2\x96\xbc " : "  ";
    (void)snprintf(text, sizeof text, "%s%.30s", arrow,
                   words_percent(change_e9, symbol->base_e9, percent));
    canvas_right(canvas, area.x + CHANGE_END, y, CHANGE_END - LAST_END, draw_style(change_e9),
                 text);
    chart_spark(canvas, area.x + SPARK, y, area.columns - SPARK - 1, &symbol->closes, STYLE_DIM);
}

/* Below the prices, where there is room: what the account is made of. */
static void draw_account(struct canvas *canvas, struct area area, const struct snapshot *snapshot)
{
    int64_t invested_e9 = snapshot->equity_e9 - snapshot->cash_e9;
    const struct {
        const char *name;
        int64_t amount_e9;
        bool plus;
    } rows[] = {
        {"cash",            snapshot->cash_e9,                        false},
        {"invested",        invested_e9,                              false},
        {"since the start", snapshot->equity_e9 - snapshot->start_e9, true },
    };
    for (int i = 0; i < 3 && i < area.rows; i++) {
        char text[WORDS_SIZE];
        (void)canvas_text(canvas, area.x + 1, area.y + i, 18, STYLE_DIM, rows[i].name);
        canvas_right(canvas, area.x + 36, area.y + i, 18,
                     rows[i].plus ? draw_style(rows[i].amount_e9) : STYLE_NORMAL,
                     words_dollars(rows[i].amount_e9, rows[i].plus, text));
    }
}

void draw_prices(struct canvas *canvas, struct area area, const struct snapshot *snapshot)
{
    draw_title(canvas, area, "Prices");
    canvas_right(canvas, area.x + LAST_END + 1, area.y, 6, STYLE_DIM, " last ");
    canvas_right(canvas, area.x + CHANGE_END + 1, area.y, 8, STYLE_DIM, " change ");
    int rows = area.rows - 1;
    int count = (int)snapshot->symbol_count;
    int shown = count <= rows ? count : rows - 1;
    shown = shown < SNAPSHOT_SYMBOLS_MAX ? shown : SNAPSHOT_SYMBOLS_MAX;
    for (int i = 0; i < shown; i++) {
        draw_price(canvas, area, area.y + 1 + i, &snapshot->symbols[i]);
    }
    if (shown < count) {
        char text[WORDS_SIZE];
        (void)snprintf(text, sizeof text, "and %d more", count - shown);
        (void)canvas_text(canvas, area.x + 1, area.y + 1 + shown, area.columns - 2, STYLE_DIM,
                          text);
    } else if (rows - shown >= 3) {
        draw_account(canvas,
                     (struct area){area.x, area.y + 2 + shown, area.columns, rows - shown - 1},
                     snapshot);
    }
}

/* ---- equity ---- */

enum { LABEL_COLUMNS = 13 };

/* So that a flat account is a flat line and not noise blown up: at least 0.02 % across. */
static struct span equity_span(const struct snapshot *snapshot)
{
    struct span span = chart_span(&snapshot->equity);
    int64_t least = snapshot->equity_e9 / 5000;
    if (span.high - span.low < least) {
        int64_t middle = span.low / 2 + span.high / 2;
        span = (struct span){middle - least / 2, middle + least / 2};
    }
    return span;
}

static void draw_chart(struct canvas *canvas, struct area area, const struct snapshot *snapshot)
{
    char text[WORDS_SIZE];
    struct span span = equity_span(snapshot);
    int end = area.x + area.columns;
    int chart_end = end - LABEL_COLUMNS;
    int start_row = chart_row(area, span, snapshot->start_e9);
    bool start_shown = snapshot->start_e9 >= span.low && snapshot->start_e9 <= span.high;
    for (int x = area.x; x < chart_end && start_shown; x++) {
        canvas_glyph(canvas, x, area.y + start_row, 0xb7, STYLE_DIM);
    }
    chart_line(canvas, (struct area){area.x, area.y, chart_end - area.x, area.rows},
               &snapshot->equity, span, STYLE_NORMAL);
    canvas_right(canvas, end - 1, area.y, LABEL_COLUMNS - 2, STYLE_DIM,
                 words_round_dollars(span.high, text));
    canvas_right(canvas, end - 1, area.y + area.rows - 1, LABEL_COLUMNS - 2, STYLE_DIM,
                 words_round_dollars(span.low, text));
    if (start_shown && start_row > 0 && start_row < area.rows - 1) {
        canvas_right(canvas, end - 1, area.y + start_row, LABEL_COLUMNS - 2, STYLE_DIM, "start");
    }
}

/* From when to when the line goes. */
static void draw_axis(struct canvas *canvas, struct area area, const struct snapshot *snapshot)
{
    char date[WORDS_SIZE];
    char time[WORDS_SIZE];
    char text[2 * WORDS_SIZE];
    (void)snprintf(text, sizeof text, "since %s %s", words_date(snapshot->equity_from_ns, date) + 4,
                   words_time(snapshot->equity_from_ns, time));
    (void)canvas_text(canvas, area.x, area.y, area.columns, STYLE_DIM, text);
}

void draw_equity(struct canvas *canvas, struct area area, const struct snapshot *snapshot)
{
    char equity[WORDS_SIZE];
    char day[WORDS_SIZE];
    char percent[WORDS_SIZE];
    char text[3 * WORDS_SIZE];
    draw_title(canvas, area, "Equity");
    int x = canvas_text(canvas, area.x + 1, area.y + 1, 20, STYLE_BOLD,
                        words_dollars(snapshot->equity_e9, false, equity));
    int room = area.x + area.columns - x - 2;
    int64_t before_e9 = 0; /* out of range: no percentage */
    (void)money_sub(snapshot->equity_e9, snapshot->day_e9, &before_e9);
    (void)words_dollars(snapshot->day_e9, true, day);
    (void)words_percent(snapshot->day_e9, before_e9, percent);
    (void)snprintf(text, sizeof text, "today %s  %s", day, percent);
    if (canvas_width(text) > room) {
        (void)snprintf(text, sizeof text, "today %s", day);
    }
    (void)canvas_text(canvas, x + 2, area.y + 1, room, draw_style(snapshot->day_e9), text);
    int rows = area.rows - 2;
    if (snapshot->equity.count == 0) {
        (void)canvas_text(canvas, area.x + 1, area.y + 3, area.columns - 2, STYLE_DIM,
                          "the line begins with the first bar");
        return;
    }
    bool axis = rows >= 5;
    int chart_rows = axis ? rows - 1 : rows;
    if (chart_rows > 0) {
        draw_chart(canvas, (struct area){area.x + 1, area.y + 2, area.columns - 1, chart_rows},
                   snapshot);
    }
    if (axis) {
        draw_axis(canvas, (struct area){area.x + 1, area.y + area.rows - 1, area.columns - 2, 1},
                  snapshot);
    }
}
