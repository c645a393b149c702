/* bar_builder.c: see bar_builder.h.
 *
 * Every good row is appended with its time and a provisional instrument. When all are there, the
 * length of a bar is settled, which gives starts and ends; the symbols that have a bar get their
 * ids in alphabetical order; and the records are sorted by (end, instrument).
 *
 * A row is also bad when its time does not follow that of the last good row of its symbol, so each
 * symbol's bars are strictly in order and no two bars share time and instrument.
 *
 * Daily bars come as days, or as times that show the same on the wall every day (midnight, or the
 * open of the session); all of them become days, which have one length whether clocks change or
 * not. Bars of a week or a month would end before they are finished, so they are refused. */
#include "data/bar_builder.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "data/bar_file.h"
#include "data/bars_check.h"
#include "data/bars_sort.h"
#include "data/quote_sides.h"
#include "sys/memory.h"

#define MEND_HINT "mend the row, or leave out bad rows with --skip-bad"

/* Two bars of one symbol in daily data are at least this far apart: a day with a clock change. */
#define DAILY_GAP_NS (23 * NS_PER_HOUR)

void bar_builder_init(struct bar_builder *builder, const char *path,
                      const struct import_options *options, struct import_report *report,
                      struct text_input *input, struct problem *problem)
{
    *builder = (struct bar_builder){
        .path = path,
        .options = options,
        .report = report,
        .input = input,
        .problem = problem,
        .gap_ns = UINT64_MAX,
        .kind = EVENT_BAR,
    };
}

void bar_builder_finish(struct bar_builder *builder)
{
    symbol_table_finish(&builder->symbols);
    free(builder->records);
    builder->records = NULL;
}

enum err bar_builder_refuse(struct bar_builder *builder, const char *text)
{
    enum err err = text_input_drain(builder->input, builder->problem);
    return err != ERR_OK ? err : problem_set(builder->problem, ERR_FORMAT, "%s", text);
}

/* Counts the row and tells how far we are. */
static void count_row(struct bar_builder *builder)
{
    builder->rows++;
    if (builder->options->progress != NULL && builder->rows % 16384 == 0) {
        builder->options->progress(text_input_done(builder->input));
    }
}

/* "line 7" or "line 1 bar 12"; *text is the caller's to free(). */
static char *place_text(struct row_place place)
{
    return place.bar == 0 ? xasprintf("line %" PRIu64, place.line)
                          : xasprintf("line %" PRIu64 " bar %" PRIu64, place.line, place.bar);
}

/* A bad row that is counted already. */
static enum err bad_row(struct bar_builder *builder, const char *fault, struct row_place place)
{
    char *where = place_text(place);
    char *text = xasprintf("%s %s: %s", builder->path, where, fault);
    enum err err = ERR_OK;
    if (builder->skipped == 0) {
        (void)snprintf(builder->first_fault, sizeof builder->first_fault, "%s: %s", where,
                       fault); /* cut is fine */
    }
    builder->skipped++;
    if (!builder->options->skip_bad) {
        char *refusal = xasprintf("%s; " MEND_HINT, text);
        err = bar_builder_refuse(builder, refusal);
        free(refusal);
    } else if (builder->report->fault_count < IMPORT_FAULTS_MAX) {
        builder->report->faults[builder->report->fault_count++] = text;
        text = NULL;
    }
    free(where);
    free(text);
    return err;
}

enum err bar_builder_bad_row(struct bar_builder *builder, const char *fault, struct row_place place)
{
    count_row(builder);
    return bad_row(builder, fault, place);
}

void bar_builder_set_aside(struct bar_builder *builder)
{
    count_row(builder);
    builder->set_aside++;
}

static enum err out_of_order(struct bar_builder *builder, int64_t last_ns, int64_t time_ns,
                             struct row_place place)
{
    char last[UTC_TEXT_SIZE];
    char time[UTC_TEXT_SIZE];
    (void)utc_format(last_ns, last);
    (void)utc_format(time_ns, time);
    char fault[200];
    (void)snprintf(fault, sizeof fault,
                   "its time is %s than the one before of its symbol (%s after %s)",
                   builder->momentary       ? "earlier"
                   : builder->direction < 0 ? "not earlier (newest first)"
                                            : "not later",
                   time, last); /* fits */
    return bad_row(builder, fault, place);
}

static void append(struct bar_builder *builder, const struct bar_row *row, int64_t time_ns,
                   uint32_t instrument)
{
    if (builder->count == builder->capacity) {
        builder->capacity = builder->capacity == 0 ? 4096 : builder->capacity * 2;
        builder->records = xrealloc(builder->records, builder->capacity * sizeof *builder->records);
    }
    struct event *record = &builder->records[builder->count++];
    *record = (struct event){
        .src_ns = time_ns,
        .kind = builder->kind,
        .version = 1,
        .slots = 1,
        .flags = builder->kind == EVENT_BAR ? 0 : row->flags,
        .instrument = instrument,
    };
    memcpy(record->bytes, row->bytes, sizeof record->bytes);
}

/* The row's moment, if it has the same kind of time as the rows before it and a year we know. */
static const char *settle_time(struct bar_builder *builder, const struct bar_row *row,
                               int64_t *time_ns)
{
    bool is_day = row->time.kind == TIME_DAY;
    if (builder->count == 0) {
        builder->has_days = is_day;
        builder->direction = builder->times.either_order ? 0 : 1;
    } else if (is_day != builder->has_days) {
        return is_day ? "it has a day where the rows before have a time"
                      : "it has a time where the rows before have a day";
    }
    bool is_wall = row->time.kind == TIME_WALL;
    int64_t ns = row->time.ns;
    *time_ns = is_wall ? local_zone_utc(builder->times.zone, ns) : ns;
    builder->has_walls = builder->has_walls || is_wall;
    bool known = *time_ns >= EVENT_TS_NS_MIN && *time_ns <= EVENT_TS_NS_MAX - BAR_NS_MAX;
    return known ? NULL : "its time lies outside the years 1700 to 2200";
}

/* Whether the time follows the last one of its symbol; notes the distance. */
static bool follows(struct bar_builder *builder, int64_t last_ns, int64_t time_ns,
                    struct row_place place)
{
    if (builder->direction == 0 && time_ns != last_ns) {
        builder->direction = time_ns > last_ns ? 1 : -1;
    }
    if (builder->momentary) {
        return time_ns >= last_ns;
    }
    bool forward = builder->direction >= 0;
    if (forward ? time_ns <= last_ns : time_ns >= last_ns) {
        return false;
    }
    uint64_t gap_ns =
        forward ? (uint64_t)time_ns - (uint64_t)last_ns : (uint64_t)last_ns - (uint64_t)time_ns;
    builder->gap_count++;
    if (gap_ns < builder->gap_ns) {
        builder->gap_ns = gap_ns;
        builder->gap_place = place;
    }
    return true;
}

enum err bar_builder_add(struct bar_builder *builder, const struct bar_row *row,
                         struct row_place place)
{
    count_row(builder);
    int64_t time_ns;
    const char *fault = settle_time(builder, row, &time_ns);
    if (fault != NULL) {
        return bad_row(builder, fault, place);
    }
    struct symbol_table *symbols = &builder->symbols;
    uint32_t id = symbol_table_find(symbols, &row->instrument);
    if (id == SYMBOL_ID_NONE) {
        if (symbols->count == INSTRUMENTS_MAX) {
            return problem_set(builder->problem, ERR_FULL, "%s has more than %d symbols",
                               builder->path, INSTRUMENTS_MAX);
        }
        id = symbol_table_add(symbols, &row->instrument);
    } else if (!follows(builder, symbols->entries[id].last_start_ns, time_ns, place)) {
        return out_of_order(builder, symbols->entries[id].last_start_ns, time_ns, place);
    }
    symbols->entries[id].last_start_ns = time_ns;
    append(builder, row, time_ns, id);
    return ERR_OK;
}

/* ---- when all rows are there ---- */

static enum err check_rows(const struct bar_builder *builder)
{
    if (builder->rows == 0) {
        return problem_set(builder->problem, ERR_FORMAT, "%s has a header and no rows",
                           builder->path);
    }
    if (builder->count == 0 && builder->skipped == 0) {
        return problem_set(builder->problem, ERR_FORMAT,
                           "%s: all %" PRIu64 " rows are flagged not to count", builder->path,
                           builder->rows);
    }
    if (builder->count == 0) {
        return problem_set(builder->problem, ERR_FORMAT,
                           "%s: all %" PRIu64 " rows are bad; the first is %s", builder->path,
                           builder->rows, builder->first_fault);
    }
    return ERR_OK;
}

/* What the wall clock shows, as if it showed UTC. */
static int64_t wall_of(const struct bar_builder *builder, int64_t ts_ns)
{
    return ts_ns + local_zone_offset_ns(builder->times.zone, ts_ns);
}

static int64_t wall_time_of_day(const struct bar_builder *builder, int64_t ts_ns)
{
    int64_t wall_ns = wall_of(builder, ts_ns);
    return wall_ns - utc_day_of(wall_ns) * NS_PER_DAY;
}

/* Whether the times can be days: a day or more apart, and on the wall always the same. */
static bool is_daily(const struct bar_builder *builder)
{
    int64_t asked_ns = builder->options->bar_ns;
    bool apart = builder->gap_ns >= (uint64_t)DAILY_GAP_NS &&
                 (builder->gap_ns <= (uint64_t)BAR_NS_MAX || asked_ns == NS_PER_DAY);
    if (builder->times.exact || !apart || (asked_ns != 0 && asked_ns != NS_PER_DAY)) {
        return false;
    }
    int64_t in_day_ns = wall_time_of_day(builder, builder->records[0].src_ns);
    for (uint64_t i = 1; i < builder->count; i++) {
        if (wall_time_of_day(builder, builder->records[i].src_ns) != in_day_ns) {
            return false;
        }
    }
    return true;
}

/* Times to days. A bar that ends at midnight belongs to the day it covers. */
static void make_days(struct bar_builder *builder)
{
    for (uint64_t i = 0; i < builder->count; i++) {
        struct event *record = &builder->records[i];
        int64_t wall_ns = wall_of(builder, record->src_ns) - (builder->times.ends ? 1 : 0);
        record->src_ns = utc_day_of(wall_ns) * NS_PER_DAY;
    }
    builder->daily = true;
    /* With the same time on every wall, whole days lie between them. */
    if (builder->gap_ns != UINT64_MAX) {
        uint64_t day = (uint64_t)NS_PER_DAY;
        builder->gap_ns = (builder->gap_ns + day / 2) / day * day;
    }
}

/* Bars must not overlap: a length asked for is at most the smallest distance. */
static enum err check_length_asked(const struct bar_builder *builder, int64_t bar_ns)
{
    if (builder->gap_ns >= (uint64_t)bar_ns) {
        return ERR_OK;
    }
    char *where = place_text(builder->gap_place);
    enum err err =
        problem_set(builder->problem, ERR_USAGE,
                    "%s %s: two bars of one symbol start %" PRIu64
                    " s apart, less than the bar length asked for (%" PRId64
                    " s); give the length that the file has",
                    builder->path, where, builder->gap_ns / (uint64_t)NS_PER_S, bar_ns / NS_PER_S);
    free(where);
    return err;
}

static enum err settle_daily(const struct bar_builder *builder, int64_t *bar_ns)
{
    int64_t asked_ns = builder->options->bar_ns;
    if (asked_ns != 0 && asked_ns != NS_PER_DAY) {
        return problem_set(builder->problem, ERR_USAGE,
                           "%s has days and no times, so its bars are one day long, not %" PRId64
                           " s; leave the bar length out or say 1d",
                           builder->path, asked_ns / NS_PER_S);
    }
    /* Four rows in a row and never five days: no holidays explain that. */
    if (asked_ns == 0 && builder->gap_count >= 3 && builder->gap_ns >= 5 * (uint64_t)NS_PER_DAY) {
        return problem_set(builder->problem, ERR_FORMAT,
                           "%s has bars that are %" PRIu64
                           " days apart or more: of a week or a month, it seems, which we cannot "
                           "use; get daily or shorter ones (or say --bar 1d if each is one day)",
                           builder->path, builder->gap_ns / (uint64_t)NS_PER_DAY);
    }
    *bar_ns = NS_PER_DAY;
    return ERR_OK;
}

static enum err settle_bar_length(struct bar_builder *builder, int64_t *bar_ns)
{
    if (builder->momentary) {
        *bar_ns = 0;
        return ERR_OK;
    }
    if (!builder->has_days && is_daily(builder)) {
        make_days(builder);
    }
    if (builder->has_days || builder->daily) {
        return settle_daily(builder, bar_ns);
    }
    int64_t asked_ns = builder->kind == EVENT_BAR ? builder->options->bar_ns : 0;
    if (asked_ns != 0) {
        *bar_ns = asked_ns;
        return check_length_asked(builder, asked_ns);
    }
    if (builder->gap_ns > (uint64_t)BAR_NS_MAX) {
        return problem_set(builder->problem, ERR_USAGE,
                           "%s does not tell how long its bars are (no symbol has two bars close "
                           "to each other); say `bar: 1min` in the config or --bar 1min",
                           builder->path);
    }
    builder->report->bar_length_guessed |= builder->kind == EVENT_BAR;
    *bar_ns = (int64_t)builder->gap_ns;
    return ERR_OK;
}

static uint64_t count_slices(const struct event *records, uint64_t count)
{
    uint64_t slices = 1;
    for (uint64_t i = 1; i < count; i++) {
        slices += records[i].ts_ns != records[i - 1].ts_ns;
    }
    return slices;
}

static void make_bars(struct bar_builder *builder, int64_t bar_ns, struct bars *bars)
{
    uint32_t *places;
    struct instrument *instruments = symbol_table_sorted(&builder->symbols, &places);
    uint32_t instrument_count = builder->symbols.count;
    bool ends = builder->times.ends && !builder->has_days && !builder->daily;
    for (uint64_t i = 0; i < builder->count; i++) {
        struct event *record = &builder->records[i];
        record->src_ns -= ends ? bar_ns : 0;
        record->ts_ns = record->src_ns + bar_ns;
        record->instrument = places[record->instrument];
    }
    free(places);
    if (builder->kind == EVENT_QUOTE && builder->momentary) {
        builder->count = quotes_join_sides(builder->records, builder->count, instrument_count);
    }
    struct event *records = bars_sorted(builder->records, builder->count);
    *bars = (struct bars){
        .records = records,
        .count = builder->count,
        .slice_count = count_slices(records, builder->count),
        .quote_count = builder->kind == EVENT_QUOTE ? builder->count : 0,
        .trade_count = builder->kind == EVENT_TRADE_TICK ? builder->count : 0,
        .instruments = instruments,
        .instrument_count = instrument_count,
        .bar_ns = builder->kind == EVENT_BAR ? bar_ns : 0,
        .memory = records,
        .instrument_memory = instruments,
    };
    bar_records_hash(records, builder->count, bars->data_hash);
}

enum err bar_builder_make(struct bar_builder *builder, struct bars *bars)
{
    enum err err = check_rows(builder);
    int64_t bar_ns = 0;
    if (err == ERR_OK) {
        err = settle_bar_length(builder, &bar_ns);
    }
    if (err == ERR_OK) {
        builder->report->rows += builder->rows;
        builder->report->skipped += builder->skipped;
        builder->report->set_aside += builder->set_aside;
        make_bars(builder, bar_ns, bars);
    }
    return err;
}
