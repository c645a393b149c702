/* preamble.h: what a log begins with: everything needed to run the same thing again.
 *
 * Written once, as the first step of a new log: LOG_START, LOG_TEXT pieces (config bytes, build,
 * data source), and one LOG_INSTRUMENT per instrument, in id order. */
#ifndef LOG_PREAMBLE_H
#define LOG_PREAMBLE_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "log/log.h"
#include "market/instrument.h"

/* The most bytes that one of its texts may have, the config among them. */
#define PREAMBLE_TEXT_MAX (1 << 20)

struct preamble {
    enum run_mode mode;
    bool market_full;   /* bars and slice ends are in the log; else LOG_SLICE_REF points to data */
    int64_t created_ns; /* wall clock */
    int64_t bar_ns;     /* length of a bar in the data */
    int64_t frame_ns;   /* not 0: replaces `bar` and every `frame` of the config */
    uint64_t slice_count; /* slices of the data, 0 when not known */
    uint32_t drawn_seed;  /* of the exchange's chance where the config gives none; 0: none drawn */
    char data_hash[SHA256_HEX_SIZE];
    char *source;      /* "workload seed=42 bars=1440 symbols=1", or "file PATH" lines */
    char *build;       /* version, commit, compiler, flags */
    char *config_path; /* as given */
    char *config_bytes;
    size_t config_length;
    struct instrument *instruments;
    uint32_t instrument_count;
};

/* Appends the records; the caller ends the step. */
void preamble_write(struct log *log, const struct preamble *preamble);

/* Reads the preamble at the reader's start and leaves the reader behind it. ERR_FORMAT when the log
 * does not begin with one, or is of a newer format (the text says which). On success the caller
 * owns it and ends it with preamble_finish(). */
enum err preamble_read(struct log_reader *reader, struct preamble *preamble,
                       struct problem *problem);

void preamble_finish(struct preamble *preamble);

#endif
