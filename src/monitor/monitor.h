/* monitor.h: the terminal view of a run: collects, and draws at most ten frames a second, only the
 * rows that changed. It is fed between the steps of the loop and never makes them wait. */
#ifndef MONITOR_MONITOR_H
#define MONITOR_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "core/engine.h"
#include "market/calendar.h"
#include "market/instrument.h"

struct monitor_plan {
    const char *mode;
    bool market_is_synth;
    const struct engine *engine; /* borrowed */
    const struct instrument *instruments;
    uint32_t instrument_count;
    enum calendar_id calendar; /* whose sessions are shown */
    uint64_t session_count;    /* 0: not known */
};

/* What only the driver of the run knows. */
struct monitor_drive {
    double speed; /* 0: as fast as it goes */
    bool held;
};

struct monitor;

/* The caller's to monitor_destroy(). The terminal is not touched yet. */
struct monitor *monitor_create(const struct monitor_plan *plan);
void monitor_destroy(struct monitor *monitor);

/* Takes the next records of the log, in order. */
void monitor_take(struct monitor *monitor, const struct event *slots, size_t slot_count);

/* Takes the terminal and shows the first frame; false when it cannot be had. */
bool monitor_show(struct monitor *monitor, const char *run_id);

/* The monotonic moment at which the next frame is due. */
int64_t monitor_due_ns(const struct monitor *monitor);

/* Draws a frame of how things stand now. */
void monitor_draw(struct monitor *monitor, struct monitor_drive drive);

#endif
