/* bar_builder.h: from rows of any format to sorted records; what all readers of text share.
 *
 * A reader opens one file, says how its times are meant, gives row after row, good or bad, and
 * finishes. Rows come by symbol or by time; within a symbol their times only increase (or, in
 * formats that allow it, only decrease). */
#ifndef DATA_BAR_BUILDER_H
#define DATA_BAR_BUILDER_H

#include "data/bar_row.h"
#include "data/bars.h"
#include "data/local_zone.h"
#include "data/symbol_table.h"
#include "data/text_input.h"

/* How a format's times are meant. */
struct bar_times {
    const struct local_zone *zone; /* of times without one */
    bool ends;                     /* times are the ends of bars, not their starts */
    bool either_order;             /* newest first is as good as oldest first */
    bool exact;                    /* our own CSV: a time is what it says and never a day */
};

/* Where a row stands: a line, and the bar within it where one line holds several (from 1). */
struct row_place {
    uint64_t line;
    uint64_t bar;
};

/* Of a quote's row, in its flags: it tells one side, and the other stays what it was. */
#define QUOTE_ROW_BID 1
#define QUOTE_ROW_ASK 2

struct bar_builder {
    const char *path;
    const struct import_options *options;
    struct import_report *report;
    struct problem *problem;
    struct text_input *input;
    struct bar_times times;
    uint8_t kind;   /* of the events that rows become: bars, quotes or trades */
    bool momentary; /* rows are moments, not intervals, and several may have the same */
    struct symbol_table symbols;
    struct event *records; /* src_ns is the row's time, instrument the id in `symbols` */
    uint64_t count;
    uint64_t capacity;
    uint64_t rows;
    uint64_t skipped;
    uint64_t set_aside;
    uint64_t gap_ns; /* the smallest distance of two bars of one symbol; UINT64_MAX: none yet */
    uint64_t gap_count;
    struct row_place gap_place;
    int direction;  /* +1: oldest first, -1: newest first, 0: not known yet */
    bool has_days;  /* rows are days */
    bool has_walls; /* some times had no zone */
    bool daily;     /* times were turned into days */
    char first_fault[400];
};

/* Nothing is allocated yet; ends with bar_builder_finish(). `path`, `options`, `report` and `input`
 * stay the caller's and are used until then. */
void bar_builder_init(struct bar_builder *builder, const char *path,
                      const struct import_options *options, struct import_report *report,
                      struct text_input *input, struct problem *problem);
void bar_builder_finish(struct bar_builder *builder);

/* A row that is good on its own: it must also follow its symbol's last one. */
enum err bar_builder_add(struct bar_builder *builder, const struct bar_row *row,
                         struct row_place place);

/* A bad row: refuses the file, or counts and lists it. */
enum err bar_builder_bad_row(struct bar_builder *builder, const char *fault,
                             struct row_place place);

/* A row that is well-formed and says itself that it should not count. */
void bar_builder_set_aside(struct bar_builder *builder);

/* Refuses the file for `text`, unless its gzip data is damaged, which then is what is told. */
enum err bar_builder_refuse(struct bar_builder *builder, const char *text);

/* Settles the length of a bar and makes the data set. */
enum err bar_builder_make(struct bar_builder *builder, struct bars *bars);

#endif
