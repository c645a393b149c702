/* draw_test.c: fixed snapshots at many sizes: no line is wider than the window, nothing is written
 * over something else, and SIMULATED is in every frame. */
#include "monitor/draw.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/utc.h"
#include "core/gates.h"
#include "market/event.h"
#include "monitor/words.h"

#define USD(amount) (INT64_C(amount) * 1000000000)
#define OPEN_NS     INT64_C(1704205800000000000) /* 2024-01-02 09:30 in New York */

static void add_symbols(struct snapshot *snapshot)
{
    static const char *const names[] = {"AAPL", "AMZN", "IWM", "MSFT",
                                        "NVDA", "QQQ",  "SPY", "TSLA"};
    snapshot->symbol_count = 8;
    for (int i = 0; i < 8; i++) {
        struct snapshot_symbol *symbol = &snapshot->symbols[i];
        (void)snprintf(symbol->name, sizeof symbol->name, "%s", names[i]);
    }
}

static void empty_snapshot(struct snapshot *snapshot)
{
    *snapshot = (struct snapshot){.run_id = "20261121-031028-82a5",
                                  .mode = "sim",
                                  .market_is_synth = true,
                                  .speed = 260,
                                  .session_count = 5,
                                  .equity_e9 = USD(100000),
                                  .cash_e9 = USD(100000),
                                  .start_e9 = USD(100000),
                                  .bars_needed = 24};
    add_symbols(snapshot);
}

static void add_position(struct snapshot *snapshot, const char *symbol, int64_t stop_e9,
                         int64_t target_e9)
{
    struct snapshot_position *position = &snapshot->positions[snapshot->position_count++];
    *position = (struct snapshot_position){.qty_e9 = USD(60),
                                           .entry_e9 = INT64_C(202730000000),
                                           .last_e9 = INT64_C(202910000000),
                                           .result_e9 = INT64_C(10800000000),
                                           .stop_e9 = stop_e9,
                                           .target_e9 = target_e9,
                                           .exit_by = "by signal"};
    (void)snprintf(position->symbol, sizeof position->symbol, "%s", symbol);
    (void)snprintf(position->strategy, sizeof position->strategy, "ma_crossover");
}

static void add_trade(struct snapshot *snapshot, bool bought, bool closed)
{
    snapshot->trades[snapshot->trade_count++ % SNAPSHOT_EVENTS_MAX] =
        (struct snapshot_trade){.ts_ns = OPEN_NS + 61 * NS_PER_MIN,
                                .symbol = "NVDA",
                                .strategy = "ma_crossover",
                                .bought = bought,
                                .qty_e9 = USD(60),
                                .price_e9 = INT64_C(120420000000),
                                .closed = closed,
                                .result_e9 = INT64_C(-25400000000),
                                .cause = closed ? "trailing-stop" : NULL};
}

static void add_refusal(struct snapshot *snapshot, uint8_t verdict, int64_t value, int64_t limit)
{
    struct snapshot_refusal *refusal =
        &snapshot->refusals[snapshot->refusal_count++ % SNAPSHOT_EVENTS_MAX];
    *refusal = (struct snapshot_refusal){
        .ts_ns = OPEN_NS + 62 * NS_PER_MIN, .symbol = "SPY", .strategy = "ma_crossover"};
    words_refusal(verdict, value, limit, refusal->words, sizeof refusal->words);
}

static void full_snapshot(struct snapshot *snapshot)
{
    empty_snapshot(snapshot);
    snapshot->market_ns = OPEN_NS + 130 * NS_PER_MIN;
    snapshot->open_ns = OPEN_NS;
    snapshot->close_ns = OPEN_NS + 390 * NS_PER_MIN;
    snapshot->session = 2;
    snapshot->bars_seen = 130;
    snapshot->equity_e9 = INT64_C(99737800000000);
    snapshot->cash_e9 = INT64_C(87563200000000);
    snapshot->day_e9 = INT64_C(-262200000000);
    snapshot->equity_from_ns = OPEN_NS;
    for (int i = 0; i < 8; i++) {
        struct snapshot_symbol *symbol = &snapshot->symbols[i];
        symbol->base_e9 = USD(100) * (i + 1);
        symbol->last_e9 = symbol->base_e9 + USD(3) - USD(1) * i;
        for (int k = 0; k < 130; k++) {
            trail_add(&symbol->closes, symbol->base_e9 + (k * 37 + i * 11) % 23);
        }
    }
    for (int k = 0; k < 130; k++) {
        trail_add(&snapshot->equity, USD(100000) - USD(2) * k + USD(40) * (k % 7));
    }
    trail_add(&snapshot->equity, snapshot->equity_e9);
    add_position(snapshot, "IWM", 0, 0);
    add_position(snapshot, "AAPL", INT64_C(198000000000), INT64_C(209500000000));
    for (int i = 0; i < 70; i++) { /* more than the ring holds */
        add_trade(snapshot, i % 2 == 0, i % 2 != 0);
    }
    add_refusal(snapshot, VERDICT_ORDER_NOTIONAL, USD(31287), USD(30000));
    add_refusal(snapshot, VERDICT_OPEN_POSITIONS, 6, 5);
    add_refusal(snapshot, VERDICT_BUYING_POWER, USD(31173), USD(12000));
    add_refusal(snapshot, VERDICT_ENTRIES_OFF, 0, 0);
}

/* All seven at work, one of them still without bars enough. */
static void add_books(struct snapshot *snapshot)
{
    snapshot->book_count = 7;
    for (uint32_t i = 0; i < 7; i++) {
        struct snapshot_book *book = &snapshot->books[i];
        *book = (struct snapshot_book){.open = i,
                                       .closed = 10 + i,
                                       .won = i,
                                       .acted = 20,
                                       .refused = 3,
                                       .result_e9 = USD(-12)};
        (void)snprintf(book->name, sizeof book->name, "strategy_%u", i);
    }
    snapshot->books[5] = (struct snapshot_book){.name = "slow", .bars_seen = 12, .bars_needed = 50};
    snapshot->books[6] = (struct snapshot_book){.name = "slower", .waits_for_series = true};
}

/* A snapshot of the greatest numbers there can be. */
static void huge_snapshot(struct snapshot *snapshot)
{
    full_snapshot(snapshot);
    snapshot->equity_e9 = INT64_MAX;
    snapshot->cash_e9 = INT64_MAX;
    snapshot->day_e9 = INT64_MIN + 1;
    snapshot->evaluations = UINT64_MAX;
    snapshot->held = true;
    snapshot->entries_off = true;
    snapshot->shut = UINT32_MAX;
    snapshot->speed = 1e9;
    snapshot->symbol_count = 8192;
    snapshot->position_count = 500;
    snapshot->book_count = SNAPSHOT_BOOKS_MAX;
    for (int i = 0; i < SNAPSHOT_BOOKS_MAX; i++) {
        snapshot->books[i] = (struct snapshot_book){.name = "a_name_that_is_longer_than_all",
                                                    .open = UINT64_MAX,
                                                    .closed = UINT64_MAX,
                                                    .won = UINT64_MAX,
                                                    .acted = UINT64_MAX,
                                                    .refused = UINT64_MAX,
                                                    .result_e9 = INT64_MIN + 1,
                                                    .bars_seen = UINT64_MAX - 1,
                                                    .bars_needed = UINT64_MAX - 1};
    }
    for (int i = 0; i < SNAPSHOT_POSITIONS_MAX; i++) {
        snapshot->positions[i] = snapshot->positions[0];
        snapshot->positions[i].qty_e9 = INT64_MIN + 1;
        snapshot->positions[i].result_e9 = INT64_MAX;
        (void)snprintf(snapshot->positions[i].strategy, SNAPSHOT_NAME_SIZE, "%s",
                       "a_name_that_is_longer_than_all");
    }
    for (int i = 0; i < SNAPSHOT_SYMBOLS_MAX; i++) {
        snapshot->symbols[i] = snapshot->symbols[0];
        snapshot->symbols[i].last_e9 = INT64_MAX;
        (void)snprintf(snapshot->symbols[i].name, SNAPSHOT_NAME_SIZE, "WWWWWWWWWWWWWWW");
    }
}

static bool contains(const struct canvas *canvas, const char *text)
{
    char row[CANVAS_ROW_SIZE];
    for (int y = 0; y < canvas->rows; y++) {
        (void)canvas_row_plain(canvas, y, row);
        if (strstr(row, text) != NULL) {
            return true;
        }
    }
    return false;
}

static void expect_contains(const struct canvas *canvas, const char *text)
{
    cr_expect(contains(canvas, text), "%d x %d lacks \"%s\"", canvas->columns, canvas->rows, text);
}

/* Each row as the terminal gets it: without its styles as wide as the window at most. */
static void expect_rows_fit(const struct canvas *canvas)
{
    char row[CANVAS_ROW_SIZE];
    for (int y = 0; y < canvas->rows; y++) {
        size_t length = canvas_row(canvas, y, row);
        int width = 0;
        cr_assert_lt(length, sizeof row);
        for (size_t i = 0; i < length; i++) {
            if (row[i] == '\033') {
                i += strcspn(row + i, "m");
            } else {
                width += ((unsigned char)row[i] & 0xc0) != 0x80 ? 1 : 0;
                cr_assert(canvas->utf8 || (row[i] >= ' ' && row[i] <= '~'));
            }
        }
        cr_assert_leq(width, canvas->columns, "row %d of %d x %d", y, canvas->columns,
                      canvas->rows);
    }
}

static const struct {
    int columns, rows;
} sizes[] = {
    {80,  24 },
    {120, 40 },
    {200, 50 },
    {60,  16 },
    {61,  17 },
    {100, 30 },
    {79,  23 },
    {59,  15 },
    {20,  5  },
    {1,   1  },
    {400, 150},
};

enum { SIZE_COUNT = sizeof sizes / sizeof sizes[0] };

Test(draw, every_frame_fits_and_says_simulated)
{
    static struct snapshot snapshots[3];
    empty_snapshot(&snapshots[0]);
    full_snapshot(&snapshots[1]);
    huge_snapshot(&snapshots[2]);
    for (int i = 0; i < SIZE_COUNT * 6; i++) {
        struct canvas canvas;
        bool utf8 = i % 2 == 0;
        canvas_init(&canvas, sizes[i / 6].columns, sizes[i / 6].rows, utf8, true);
        draw_frame(&canvas, &snapshots[i / 2 % 3]);
        expect_rows_fit(&canvas);
        if (canvas.columns >= 11) {
            expect_contains(&canvas, "SIMULATED");
        }
        canvas_finish(&canvas);
    }
}

Test(draw, a_run_that_has_done_nothing_says_so)
{
    static struct snapshot snapshot;
    struct canvas canvas;
    empty_snapshot(&snapshot);
    canvas_init(&canvas, 80, 24, true, true);
    draw_frame(&canvas, &snapshot);
    static const char *const texts[] = {
        "before the first bar",
        "the session has not begun",
        "warming up: bar 0 of 25",
        "the line begins with the first bar",
        "none yet",
        "no entry was refused",
        "$100,000.00",
        "decisions 0",
        "+ - speed",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        expect_contains(&canvas, texts[i]);
    }
    canvas_finish(&canvas);
}

Test(draw, what_matters_is_there_in_every_usual_window)
{
    static struct snapshot snapshot;
    full_snapshot(&snapshot);
    for (int i = 0; i < 3; i++) {
        struct canvas canvas;
        canvas_init(&canvas, sizes[i].columns, sizes[i].rows, true, true);
        draw_frame(&canvas, &snapshot);
        static const char *const texts[] = {
            "Tue 2024-01-02  11:40 New York",
            "speed 260x  RUN",
            "33% of session 2 of 5",
            "$99,737.80  today -$262.20  -0.26%",
            "AAPL       103.00   \xe2\x96\xb2 +3.00%",
            "IWM         60     202.73     202.91      +$10.80   +0.09%           by signal",
            "198.00    209.50",
            "sell    60 NVDA    120.42   -$25.40",
            "needs $31,173, cash $12,000",
            "SPY   positions 6 > limit 5",
            "SPY   entries are off",
            "q quit",
        };
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
            expect_contains(&canvas, texts[k]);
        }
        canvas_finish(&canvas);
    }
}

/* Of several strategies a large window tells each one's part; a small one has no room for it. */
Test(draw, strategies_have_a_part_of_their_own_in_a_large_window)
{
    static struct snapshot snapshot;
    full_snapshot(&snapshot);
    add_books(&snapshot);
    snapshot.positions[1].trails = true;
    for (int i = 0; i < 3; i++) {
        struct canvas canvas;
        canvas_init(&canvas, sizes[i].columns, sizes[i].rows, true, true);
        draw_frame(&canvas, &snapshot);
        expect_contains(&canvas, "198.00t   209.50");
        if (canvas.columns < 100) {
            cr_expect(!contains(&canvas, "Strategies"));
        } else {
            expect_contains(&canvas,
                            "strategy_4                   4       14       4       -$12.00");
            expect_contains(&canvas, "warming up: bar 12 of 51");
            expect_contains(&canvas, "warming up: longer frames");
            expect_contains(&canvas, "trailing-stop");
        }
        canvas_finish(&canvas);
    }
}

/* Left and right panels have their own columns: what stands in one never runs into the other. */
Test(draw, panels_do_not_overlap)
{
    static struct snapshot snapshot;
    static struct snapshot other;
    huge_snapshot(&snapshot);
    huge_snapshot(&other);
    other.equity_e9 = USD(1);
    other.refusal_count = 0;
    for (int i = 0; i < 3; i++) {
        struct canvas a;
        struct canvas b;
        canvas_init(&a, sizes[i].columns, sizes[i].rows, true, true);
        canvas_init(&b, sizes[i].columns, sizes[i].rows, true, true);
        draw_frame(&a, &snapshot);
        draw_frame(&b, &other);
        int left = a.columns < 100 ? 38 : a.columns < 160 ? 52 : 72;
        int top = 2 + (a.rows - 4) * 2 / 5 + 1;
        for (int y = 2; y < top; y++) {
            for (int x = 0; x < left; x++) {
                cr_assert_eq(a.cells[y * a.columns + x].glyph, b.cells[y * a.columns + x].glyph,
                             "prices at %d,%d of %d columns", x, y, a.columns);
            }
        }
        canvas_finish(&a);
        canvas_finish(&b);
    }
}

Test(draw, the_state_is_words_and_not_only_colour)
{
    static struct snapshot snapshot;
    struct canvas canvas;
    full_snapshot(&snapshot);
    snapshot.entries_off = true;
    snapshot.held = true;
    canvas_init(&canvas, 80, 24, false, false);
    draw_frame(&canvas, &snapshot);
    expect_contains(&canvas, "ENTRIES_OFF  market paused");
    expect_contains(&canvas, "p entries on");
    expect_contains(&canvas, "space market goes on");
    expect_contains(&canvas, "11:40 ET");
    canvas_finish(&canvas);
}

Test(draw, what_keeps_entries_shut_is_said)
{
    static struct snapshot snapshot;
    struct canvas canvas;
    full_snapshot(&snapshot);
    snapshot.shut = 1u << STATUS_ORDER_STREAM;
    canvas_init(&canvas, 80, 24, false, false);
    draw_frame(&canvas, &snapshot);
    expect_contains(&canvas, "NOT READY: order-stream");
    snapshot.shut |= 1u << STATUS_RECONCILING | 1u << STATUS_DIFFERENCE;
    draw_frame(&canvas, &snapshot);
    expect_contains(&canvas, "NOT READY: reconciling +2");
    snapshot.entries_off = true;
    draw_frame(&canvas, &snapshot);
    expect_contains(&canvas, "ENTRIES_OFF");
    canvas_finish(&canvas);
    canvas_init(&canvas, 40, 10, false, false);
    snapshot.entries_off = false;
    draw_frame(&canvas, &snapshot);
    expect_contains(&canvas, "NOT READY: reconciling +2");
    canvas_finish(&canvas);
}
