/* draw_strategies.c: what each strategy came to so far, where the window has room for it. */
#include <stdio.h>

#include "monitor/draw_private.h"
#include "monitor/words.h"

/* Right edges of the columns. */
enum {
    OPEN_END = 31,
    CLOSED_END = 40,
    WON_END = 48,
    RESULT_END = 62,
    ACTED_END = 72,
    REFUSED_END = 82,
    STATE = 84,
};

static void draw_count(struct canvas *canvas, int end, int y, uint64_t count)
{
    char text[WORDS_SIZE];
    canvas_right(canvas, end, y, 8, count > 0 ? STYLE_NORMAL : STYLE_DIM, words_count(count, text));
}

/* What it does now: why there is nothing to see of it, or its latest refusal. */
static void draw_book_state(struct canvas *canvas, struct area area, int y,
                            const struct snapshot_book *book)
{
    char text[SNAPSHOT_WORDS_SIZE + WORDS_SIZE];
    enum style style = STYLE_DIM;
    if (book->bars_needed > 0) {
        (void)snprintf(text, sizeof text, "warming up: bar %llu of %llu",
                       (unsigned long long)book->bars_seen,
                       (unsigned long long)book->bars_needed + 1);
    } else if (book->waits_for_series) {
        (void)snprintf(text, sizeof text, "warming up: longer frames");
    } else {
        (void)snprintf(text, sizeof text, "%s", book->open > 0 ? "in the market" : "looking");
    }
    (void)canvas_text(canvas, area.x + STATE, y, area.columns - STATE - 1, style, text);
}

static void draw_book(struct canvas *canvas, struct area area, int y,
                      const struct snapshot_book *book)
{
    char text[WORDS_SIZE];
    (void)canvas_text(canvas, area.x + 1, y, OPEN_END - 6, STYLE_BOLD, book->name);
    draw_count(canvas, area.x + OPEN_END, y, book->open);
    draw_count(canvas, area.x + CLOSED_END, y, book->closed);
    draw_count(canvas, area.x + WON_END, y, book->won);
    canvas_right(canvas, area.x + RESULT_END, y, RESULT_END - WON_END - 1,
                 draw_style(book->result_e9), words_dollars(book->result_e9, true, text));
    draw_count(canvas, area.x + ACTED_END, y, book->acted);
    draw_count(canvas, area.x + REFUSED_END, y, book->refused);
    draw_book_state(canvas, area, y, book);
}

void draw_strategies(struct canvas *canvas, struct area area, const struct snapshot *snapshot)
{
    static const struct {
        int end;
        const char *name;
    } columns[] = {
        {OPEN_END,    " open "   },
        {CLOSED_END,  " closed " },
        {WON_END,     " won "    },
        {RESULT_END,  " result " },
        {ACTED_END,   " acted "  },
        {REFUSED_END, " refused "},
    };
    draw_title(canvas, area, "Strategies");
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        canvas_right(canvas, area.x + columns[i].end + 1, area.y, 9, STYLE_DIM, columns[i].name);
    }
    int rows = area.rows - 1;
    int count = (int)snapshot->book_count;
    int shown = count <= rows ? count : rows - 1;
    for (int i = 0; i < shown; i++) {
        draw_book(canvas, area, area.y + 1 + i, &snapshot->books[i]);
    }
    if (shown < count) {
        char text[WORDS_SIZE];
        (void)snprintf(text, sizeof text, "and %d more", count - shown);
        (void)canvas_text(canvas, area.x + 1, area.y + 1 + shown, area.columns - 2, STYLE_DIM,
                          text);
    }
}
