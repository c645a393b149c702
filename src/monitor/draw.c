/* draw.c: header, footer, and where everything else goes. Sizes depend on the window alone, so that
 * nothing jumps when a position opens. */
#include "monitor/draw.h"

#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "market/event.h"
#include "monitor/draw_private.h"
#include "monitor/words.h"

enum { COLUMNS_LEAST = 60, ROWS_LEAST = 16, HEADER_ROWS = 2, FOOTER_ROWS = 2 };

void draw_title(struct canvas *canvas, struct area area, const char *name)
{
    for (int x = area.x; x < area.x + area.columns; x++) {
        canvas_glyph(canvas, x, area.y, 0x2500, STYLE_DIM);
    }
    canvas_glyph(canvas, area.x + 1, area.y, ' ', STYLE_NORMAL);
    int end = canvas_text(canvas, area.x + 2, area.y, area.columns - 3, STYLE_BOLD, name);
    canvas_glyph(canvas, end, area.y, ' ', STYLE_NORMAL);
}

enum style draw_style(int64_t amount_e9)
{
    return amount_e9 > 0 ? STYLE_GAIN : amount_e9 < 0 ? STYLE_LOSS : STYLE_NORMAL;
}

/* ---- header ---- */

/* Whether entries may go out, and the first thing that keeps them shut. The operator's word comes
 * before what passes by itself. */
static const char *state_words(const struct snapshot *snapshot, char text[WORDS_SIZE])
{
    if (snapshot->entries_off) {
        return "ENTRIES_OFF";
    }
    if (snapshot->shut == 0) {
        return "RUN";
    }
    int first = __builtin_ctz(snapshot->shut);
    int more = __builtin_popcount(snapshot->shut) - 1;
    int length = snprintf(text, WORDS_SIZE, "NOT READY: %s", status_condition_text((uint8_t)first));
    if (more > 0) {
        (void)snprintf(text + length, (size_t)(WORDS_SIZE - length), " +%d", more);
    }
    return text;
}

/* Whether the run trades at a broker, whose time is everybody's. */
static bool is_paper(const struct snapshot *snapshot)
{
    return snapshot->mode != NULL && strcmp(snapshot->mode, run_mode_text(MODE_PAPER)) == 0;
}

static const char *badge(const struct snapshot *snapshot)
{
    return is_paper(snapshot) ? " PAPER " : " SIMULATED ";
}

/* What the run does right now, from the right edge; returns where it begins. */
static int draw_state(struct canvas *canvas, const struct snapshot *snapshot)
{
    char speed[WORDS_SIZE];
    char state[WORDS_SIZE];
    char text[2 * WORDS_SIZE];
    bool usual = !snapshot->entries_off && snapshot->shut == 0 && !snapshot->held;
    enum style style = usual ? STYLE_BOLD : STYLE_NOTE;
    (void)snprintf(text, sizeof text, "%s%s", state_words(snapshot, state),
                   snapshot->held ? "  market paused" : "");
    int x = canvas->columns - 1;
    canvas_right(canvas, x, 0, canvas_width(text), style, text);
    x -= canvas_width(text) + 2;
    if (is_paper(snapshot)) {
        return x;
    }
    (void)snprintf(text, sizeof text, "speed %s", words_speed(snapshot->speed, speed));
    canvas_right(canvas, x, 0, canvas_width(text), STYLE_NORMAL, text);
    return x - canvas_width(text) - 2;
}

static void draw_when(struct canvas *canvas, int x, int end_x, const struct snapshot *snapshot)
{
    char date[WORDS_SIZE];
    char time[WORDS_SIZE];
    char text[3 * WORDS_SIZE];
    if (snapshot->market_ns == 0) {
        (void)canvas_text(canvas, x, 0, end_x - x, STYLE_NORMAL, "before the first bar");
        return;
    }
    (void)words_date(snapshot->market_ns, date);
    (void)words_time(snapshot->market_ns, time);
    (void)snprintf(text, sizeof text, "%s  %s New York", date, time);
    if (canvas_width(text) > end_x - x) {
        (void)snprintf(text, sizeof text, "%s  %s ET", date, time);
    }
    (void)canvas_text(canvas, x, 0, end_x - x, STYLE_BOLD, text);
}

static double session_share(const struct snapshot *snapshot)
{
    if (snapshot->close_ns <= snapshot->open_ns || snapshot->market_ns <= snapshot->open_ns) {
        return 0;
    }
    double share = (double)(snapshot->market_ns - snapshot->open_ns) /
                   (double)(snapshot->close_ns - snapshot->open_ns);
    return share < 1 ? share : 1;
}

static void draw_bar(struct canvas *canvas, int x, int end_x, double share)
{
    int full = (int)((double)(end_x - x) * share + 0.5);
    for (int at = x; at < end_x; at++) {
        bool done = at < x + full;
        canvas_glyph(canvas, at, 1, done ? 0x2588 : 0x2591, done ? STYLE_NORMAL : STYLE_DIM);
    }
}

/* "09:30 ####.... 16:00  45%  session 1 of 5" */
static void draw_progress(struct canvas *canvas, const struct snapshot *snapshot)
{
    char text[2 * WORDS_SIZE] = "";
    char time[WORDS_SIZE];
    int end = canvas->columns - 1;
    double share = session_share(snapshot);
    if (snapshot->open_ns == 0) {
        (void)canvas_text(canvas, 1, 1, end, STYLE_DIM, "the session has not begun");
        return;
    }
    int length = snprintf(text, sizeof text, "%3.0f%% of the session", share * 100.0);
    if (snapshot->session > 0 && snapshot->session_count > 0) {
        length = snprintf(text, sizeof text, "%3.0f%% of session %d of %d", share * 100.0,
                          (int)snapshot->session, (int)snapshot->session_count);
    }
    canvas_right(canvas, end, 1, length, STYLE_NORMAL, text);
    end -= length + 1;
    (void)canvas_text(canvas, 1, 1, 5, STYLE_DIM, words_time(snapshot->open_ns, time));
    canvas_right(canvas, end, 1, 5, STYLE_DIM, words_time(snapshot->close_ns, time));
    draw_bar(canvas, 7, end - 6, share);
}

static void draw_header(struct canvas *canvas, const struct snapshot *snapshot)
{
    int x = canvas_text(canvas, 0, 0, canvas->columns, STYLE_BADGE, badge(snapshot));
    int end_x = draw_state(canvas, snapshot);
    draw_when(canvas, x + 1, end_x, snapshot);
    draw_progress(canvas, snapshot);
}

/* ---- footer ---- */

static void draw_counts(struct canvas *canvas, int y, const struct snapshot *snapshot)
{
    const struct {
        const char *name;
        uint64_t count;
    } counts[] = {
        {"decisions",     snapshot->decisions    },
        {"refused",       snapshot->refused      },
        {"orders",        snapshot->orders       },
        {"fills",         snapshot->fills        },
        {"trades closed", snapshot->trades_closed},
        {"won",           snapshot->trades_won   },
        {"evaluations",   snapshot->evaluations  },
    };
    int x = 1;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        char text[WORDS_SIZE];
        (void)words_count(counts[i].count, text);
        int width = canvas_width(counts[i].name) + 1 + canvas_width(text);
        if (x + width > canvas->columns - 1) {
            return;
        }
        x = canvas_text(canvas, x, y, width, STYLE_DIM, counts[i].name) + 1;
        x = canvas_text(canvas, x, y, width, STYLE_NORMAL, text) + 2;
    }
}

static void draw_keys(struct canvas *canvas, int y, const struct snapshot *snapshot)
{
    const struct {
        const char *key, *does;
    } keys[] = {
        {"+ -",   "speed"                                             },
        {"space", snapshot->held ? "market goes on" : "pause market"  },
        {"p",     snapshot->entries_off ? "entries on" : "entries off"},
        {"q",     "quit"                                              },
    };
    int x = 1;
    for (size_t i = is_paper(snapshot) ? 2 : 0; i < sizeof keys / sizeof keys[0]; i++) {
        x = canvas_text(canvas, x, y, 8, STYLE_BOLD, keys[i].key) + 1;
        x = canvas_text(canvas, x, y, 16, STYLE_NORMAL, keys[i].does) + 3;
    }
    int width = canvas_width(snapshot->run_id) + 4;
    if (x + width < canvas->columns) {
        char text[SNAPSHOT_NAME_SIZE + 8];
        (void)snprintf(text, sizeof text, "run %s", snapshot->run_id);
        canvas_right(canvas, canvas->columns - 1, y, width, STYLE_DIM, text);
    }
}

/* ---- all of it ---- */

static void draw_small(struct canvas *canvas, const struct snapshot *snapshot)
{
    char equity[WORDS_SIZE];
    char day[WORDS_SIZE];
    char text[3 * WORDS_SIZE];
    char state[WORDS_SIZE];
    int columns = canvas->columns;
    (void)canvas_text(canvas, 0, 0, columns, STYLE_BADGE, badge(snapshot));
    (void)snprintf(text, sizeof text, "%s  today %s",
                   words_dollars(snapshot->equity_e9, false, equity),
                   words_dollars(snapshot->day_e9, true, day));
    (void)canvas_text(canvas, 0, 1, columns, STYLE_NORMAL, text);
    (void)canvas_text(canvas, 0, 2, columns, STYLE_NORMAL, state_words(snapshot, state));
    (void)canvas_text(canvas, 0, 3, columns, STYLE_DIM, "a window of 60 x 16 shows more; q quits");
}

static int at_least(int value, int least)
{
    return value > least ? value : least;
}

static int prices_columns(int columns)
{
    return columns < 100 ? 38 : columns < 160 ? 52 : 72;
}

/* Rows of the window's parts, from above. */
struct rows {
    int market, positions, strategies, events;
};

/* Several strategies have a part of their own in a large window. */
static struct rows divide(const struct canvas *canvas, const struct snapshot *snapshot)
{
    int body = canvas->rows - HEADER_ROWS - FOOTER_ROWS;
    int symbols = (int)snapshot->symbol_count + 1;
    struct rows rows = {.market = at_least(body * 2 / 5 + 1, symbols < body / 2 ? symbols : 6),
                        .positions = at_least(body / 4 + 1, 4)};
    if (canvas->columns >= 100 && body >= 32 && snapshot->book_count > 1) {
        rows.market = at_least(body / 3, symbols < body / 2 ? symbols : 6);
        int most = body / 4;
        rows.strategies = (int)snapshot->book_count < most ? (int)snapshot->book_count + 1 : most;
    }
    rows.events = body - rows.market - rows.positions - rows.strategies;
    return rows;
}

void draw_frame(struct canvas *canvas, const struct snapshot *snapshot)
{
    canvas_clear(canvas);
    if (canvas->columns < COLUMNS_LEAST || canvas->rows < ROWS_LEAST) {
        draw_small(canvas, snapshot);
        return;
    }
    int columns = canvas->columns;
    struct rows rows = divide(canvas, snapshot);
    int left = prices_columns(columns);
    int half = columns < 100 ? 42 : columns * 11 / 20;
    int y = HEADER_ROWS;
    draw_header(canvas, snapshot);
    draw_prices(canvas, (struct area){0, y, left, rows.market}, snapshot);
    draw_equity(canvas, (struct area){left + 1, y, columns - left - 1, rows.market}, snapshot);
    y += rows.market;
    draw_positions(canvas, (struct area){0, y, columns, rows.positions}, snapshot);
    y += rows.positions;
    if (rows.strategies > 0) {
        draw_strategies(canvas, (struct area){0, y, columns, rows.strategies}, snapshot);
        y += rows.strategies;
    }
    draw_trades(canvas, (struct area){0, y, half, rows.events}, snapshot);
    draw_refusals(canvas, (struct area){half + 1, y, columns - half - 1, rows.events}, snapshot);
    draw_counts(canvas, canvas->rows - 2, snapshot);
    draw_keys(canvas, canvas->rows - 1, snapshot);
}
