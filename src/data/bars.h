/* bars.h: a data set of bars: BAR events sorted by (ts_ns, instrument), in memory or mapped.
 *
 * Every record has passed event_bar_fault(); ts_ns (the bar's end) never decreases, within one
 * ts_ns the instrument strictly increases, src_ns is the bar's start, and each instrument is below
 * instrument_count. So a consumer needs no further checks. */
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
    const struct instrument *instruments;
    uint32_t instrument_count;
    int64_t bar_ns;                  /* length of a bar */
    char data_hash[SHA256_HEX_SIZE]; /* SHA-256 over the block table: same for CSV and its import */

    void *memory;  /* what bars_finish() gives back: one heap block ... */
    void *mapping; /* ... or one mapping of mapping_size bytes */
    size_t mapping_size;
    struct instrument *instrument_memory;
};

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
 * bar at one time. */
enum err bars_open_many(const char *const *paths, size_t path_count,
                        const struct import_options *options, struct bars *bars,
                        struct import_report *report, struct problem *problem);

/* Gives everything back; safe on a zeroed struct. */
void bars_finish(struct bars *bars);
void import_report_finish(struct import_report *report);

#endif
