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

struct import_report {
    uint64_t rows;                   /* data rows read */
    uint64_t skipped;                /* bad rows left out */
    char *faults[IMPORT_FAULTS_MAX]; /* "FILE line 7: high is below low", heap */
    uint32_t fault_count;
    bool bar_length_guessed;
    const char *format;      /* "record file", "CSV", "gzip CSV" or "several formats"; constant */
    const char *time_column; /* "ts_utc" or "date" of the last CSV; constant; NULL without one */
    char read_over[64];      /* known columns that are not used, "vwap, trade_count"; may be "" */
};

struct import_options {
    bool skip_bad;                    /* count and list bad rows instead of refusing the file */
    int64_t bar_ns;                   /* 0: the smallest distance of two bars of one symbol */
    const struct instrument *symbols; /* NULL: all */
    uint32_t symbol_count;
    void (*progress)(double done); /* NULL, or told now and then the share of a CSV read, 0..1 */
};

/* Opens any file we know: a record file (by its magic), or our CSV, plain or gzip. With
 * options->symbols set, only those instruments are kept, and each must occur; ids are given in
 * alphabetical order of the symbols that are kept. Rows that are not kept are checked all the same.
 * `options` and `report` may be NULL. A report is zeroed before its first use, adds up over calls
 * and ends with import_report_finish(). `*bars` is the caller's to bars_finish(). */
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
