/* monitor.c: see monitor.h. A frame is the rows that differ from what the terminal shows, in one
 * piece between the marks of a synchronised update. What a slow terminal did not take yet goes out
 * before the next frame is made, so that no row is ever cut within. */
#include "monitor/monitor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "monitor/canvas.h"
#include "monitor/collect.h"
#include "monitor/draw.h"
#include "monitor/terminal.h"
#include "sys/clock.h"
#include "sys/memory.h"

#define FRAME_NS       (NS_PER_S / 10)
#define UPDATE_BEGIN   "\033[?2026h"
#define UPDATE_END     "\033[?2026l"
#define FRAME_OVERHEAD 64

struct monitor {
    struct collect collect;
    struct canvas canvas;
    bool utf8, color;
    int64_t due_ns;
    char **shown; /* the rows on the terminal, as they were sent */
    char *frame;
    size_t length, sent; /* of the frame */
};

struct monitor *monitor_create(const struct monitor_plan *plan)
{
    struct monitor *monitor = xcalloc(1, sizeof *monitor);
    collect_init(&monitor->collect, plan->engine, plan->instruments, plan->instrument_count,
                 plan->calendar);
    struct snapshot *snapshot = &monitor->collect.snapshot;
    snapshot->mode = plan->mode;
    snapshot->market_is_synth = plan->market_is_synth;
    snapshot->session_count = plan->session_count;
    monitor->utf8 = terminal_has_utf8();
    monitor->color = terminal_has_color();
    return monitor;
}

static void forget_rows(struct monitor *monitor)
{
    for (int y = 0; monitor->shown != NULL && y < monitor->canvas.rows; y++) {
        free(monitor->shown[y]);
    }
    free(monitor->shown);
    monitor->shown = NULL;
}

void monitor_destroy(struct monitor *monitor)
{
    if (monitor == NULL) {
        return;
    }
    terminal_restore();
    forget_rows(monitor);
    canvas_finish(&monitor->canvas);
    free(monitor->frame);
    free(monitor);
}

void monitor_take(struct monitor *monitor, const struct event *slots, size_t slot_count)
{
    for (size_t at = 0; at < slot_count; at += slots[at].slots) {
        collect_record(&monitor->collect, &slots[at]);
    }
}

/* ---- frames ---- */

static void add(struct monitor *monitor, const char *text, size_t length)
{
    memcpy(monitor->frame + monitor->length, text, length);
    monitor->length += length;
}

/* A canvas of the window's size; true when it is a new one, which begins with an empty screen. */
static bool fit(struct monitor *monitor)
{
    struct canvas *canvas = &monitor->canvas;
    int columns;
    int rows;
    terminal_size(&columns, &rows);
    columns = columns < CANVAS_COLUMNS_MAX ? columns : CANVAS_COLUMNS_MAX;
    rows = rows < CANVAS_ROWS_MAX ? rows : CANVAS_ROWS_MAX;
    if (monitor->shown != NULL && canvas->columns == columns && canvas->rows == rows) {
        return false;
    }
    forget_rows(monitor);
    canvas_finish(canvas);
    canvas_init(canvas, columns, rows, monitor->utf8, monitor->color);
    monitor->shown = xcalloc((size_t)canvas->rows, sizeof *monitor->shown);
    size_t size = (size_t)canvas->rows * (CANVAS_ROW_SIZE + FRAME_OVERHEAD) + FRAME_OVERHEAD;
    monitor->frame = xrealloc(monitor->frame, size);
    return true;
}

static void add_row(struct monitor *monitor, int y)
{
    char row[CANVAS_ROW_SIZE];
    char place[FRAME_OVERHEAD];
    size_t length = canvas_row(&monitor->canvas, y, row);
    if (monitor->shown[y] != NULL && strcmp(monitor->shown[y], row) == 0) {
        return;
    }
    free(monitor->shown[y]);
    monitor->shown[y] = xstrdup(row);
    int size = snprintf(place, sizeof place, "\033[%d;1H", y + 1);
    add(monitor, place, (size_t)size);
    add(monitor, row, length);
    if (length == 0 || canvas_row_plain(&monitor->canvas, y, row) < 1 ||
        monitor->canvas.cells[(y + 1) * monitor->canvas.columns - 1].glyph == ' ') {
        add(monitor, "\033[K", 3); /* in the last column it would erase what stands there */
    }
}

static void make_frame(struct monitor *monitor)
{
    monitor->length = 0;
    monitor->sent = 0;
    bool anew = fit(monitor);
    draw_frame(&monitor->canvas, &monitor->collect.snapshot);
    add(monitor, UPDATE_BEGIN, sizeof UPDATE_BEGIN - 1);
    if (anew) {
        add(monitor, "\033[0m\033[2J", 8);
    }
    for (int y = 0; y < monitor->canvas.rows; y++) {
        add_row(monitor, y);
    }
    add(monitor, UPDATE_END, sizeof UPDATE_END - 1);
}

static void send_rest(struct monitor *monitor)
{
    while (monitor->sent < monitor->length) {
        size_t took =
            terminal_write(monitor->frame + monitor->sent, monitor->length - monitor->sent);
        if (took == 0) {
            return;
        }
        monitor->sent += took;
    }
}

void monitor_draw(struct monitor *monitor, struct monitor_drive drive)
{
    monitor->due_ns = clock_mono_ns() + FRAME_NS;
    send_rest(monitor);
    if (monitor->sent < monitor->length) {
        return; /* the terminal is still busy with the frame before */
    }
    collect_engine(&monitor->collect);
    monitor->collect.snapshot.speed = drive.speed;
    monitor->collect.snapshot.held = drive.held;
    make_frame(monitor);
    send_rest(monitor);
}

bool monitor_show(struct monitor *monitor, const char *run_id)
{
    (void)snprintf(monitor->collect.snapshot.run_id, SNAPSHOT_NAME_SIZE, "%.*s",
                   SNAPSHOT_NAME_SIZE - 1, run_id);
    return terminal_enter();
}

int64_t monitor_due_ns(const struct monitor *monitor)
{
    return monitor->due_ns;
}
