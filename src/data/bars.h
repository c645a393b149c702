/* bars.h: a data set: BAR events sorted by (ts_ns, instrument), in memory or mapped; beside them
 * QUOTE and TRADE_TICK events, the ticks, where the data has them.
 *
 * Every record has passed its kind's fault function of event.h; ts_ns never decreases, within one
 * ts_ns come quotes, then trades, then bars, each in instrument order (bars_sort.h), and of an
 * instrument one bar, but any number of ticks. A bar's ts_ns is its end, its src_ns its start; a
 * tick holds from ts_ns on, and src_ns is its time, or the start of the interval that it closes.
 * Each instrument is below instrument_count. So a consumer needs no further checks. */
#ifndef DATA_BARS_H
#define DATA_BARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "market/event.h"
#include "market/instrument.h"
#include "sys/problem.h"
#include "sys/sha256.h"

struct bars {
    const struct event *records;
    uint64_t count;
    uint64_t slice_count; /* distinct ts_ns */
    uint64_t quote_count; /* of the records */
    uint64_t trade_count; /* of the records */
    const struct instrument *instruments;
    uint32_t instrument_count;
    int64_t bar_ns;                  /* length of a bar; 0: there are only ticks */
    char data_hash[SHA256_HEX_SIZE]; /* SHA-256 over the block table: same for CSV and its import */

    void *memory;  /* what bars_finish() gives back: one heap block ... */
    void *mapping; /* ... or one mapping of mapping_size bytes */
    size_t mapping_size;
    struct instrument *instrument_memory;
};

/* Quotes and trades. */
static inline uint64_t bars_tick_count(const struct bars *bars)
{
    return bars->quote_count + bars->trade_count;
}

static inline uint64_t bars_bar_count(const struct bars *bars)
{
    return bars->count - bars_tick_count(bars);
}

/* What an import skipped and why (--skip-bad), the first IMPORT_FAULTS_MAX in words. */
#define IMPORT_FAULTS_MAX 20

/* What one file was taken for. Texts without `const char` are heap, and NULL where there is nothing
 * to say. */
struct import_file {
    char *format;           /* "record file", "CSV", "gzip Yahoo CSV", "JSONL", ... */
    char *columns;          /* "time=Date open=Open ...": what is read from which column */
    char *time;             /* "ts_utc, start of the bar, UTC" */
    char *symbol;           /* "AAPL, from the file's name" */
    char *read_over;        /* what is known and not used: "vwap, trade_count" */
    const char *adjustment; /* whether prices are adjusted for splits and dividends */
};

struct import_report {
    uint64_t rows;                   /* data rows read */
    uint64_t skipped;                /* bad rows left out */
    uint64_t set_aside;              /* rows that say themselves that they should not count */
    char *faults[IMPORT_FAULTS_MAX]; /* "FILE line 7: high is below low", heap */
    uint32_t fault_count;
    bool bar_length_guessed;
    struct import_file *files; /* one for each file that was read, in their order */
    size_t file_count;
};

enum import_stamp { STAMP_BY_FORMAT, STAMP_START, STAMP_END };

struct local_zone;

struct import_options {
    bool skip_bad;                    /* count and list bad rows instead of refusing the file */
    int64_t bar_ns;                   /* 0: the smallest distance of two bars of one symbol */
    bool needs_bars;                  /* refuse a data set that has ticks and comes to no bars */
    const struct instrument *symbols; /* NULL: all */
    uint32_t symbol_count;
    void (*progress)(double done); /* NULL, or told now and then the share of a file read, 0..1 */

    /* For files of others; what is not said here, the format says, or the default is taken. */
    const struct instrument *file_symbol; /* of files whose rows name none; NULL: by their name */
    const struct local_zone *zone;        /* of times without one; NULL: by the format */
    enum import_stamp stamp;              /* what a time is of its bar */
    const char *columns; /* "time=Date,open=Open,...": the columns of a CSV that we do not know */
};

/* Opens any file we know, by what is in it: a record file, our CSV and those of others (csv.h), our
 * JSONL or Alpaca's JSON (json_bars.h), plain or gzip. With options->symbols set, only those
 * instruments are kept, and each must occur; ids are given in alphabetical order of the symbols
 * that are kept. Rows that are not kept are checked all the same. `options` and `report` may be
 * NULL. A report is zeroed before its first use, adds up over calls and ends with
 * import_report_finish(). `*bars` is the caller's to bars_finish(). */
enum err bars_open(const char *path, const struct import_options *options, struct bars *bars,
                   struct import_report *report, struct problem *problem);

/* Several files as one data set, merged by time; their bars have one length, and a symbol has one
 * bar at one time. Symbols with trades and without bars get bars that are built of the trades
 * (tick_bars.h), where a length is known: from options->bar_ns or from other symbols' bars. */
enum err bars_open_many(const char *const *paths, size_t path_count,
                        const struct import_options *options, struct bars *bars,
                        struct import_report *report, struct problem *problem);

/* Leaves the bars and drops the ticks; the data hash stays that of all. */
void bars_drop_ticks(struct bars *bars);

/* Gives everything back; safe on a zeroed struct. */
void bars_finish(struct bars *bars);
void import_report_finish(struct import_report *report);

#endif
