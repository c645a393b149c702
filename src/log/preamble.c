/* preamble.c: the first step of a log.
 *
 *   LOG_START       ts_ns 0, src_ns when the run was made (wall clock), payload:
 *                     offset size
 *                         24    4  format of the preamble, 1
 *                         28    1  enum run_mode
 *                         29    1  1 when the market is in the log, 0 when it refers to data
 *                         30    2  zeros
 *                         32    8  bar_ns
 *                         40    8  frame_ns
 *                         48    8  slices of the data
 *                         56    4  instruments
 *                         60    4  the exchange's seed, drawn for want of one in the config, or 0
 *   LOG_TEXT ...    five texts in the order of enum text, each in as many pieces as it needs. flags
 *                   says which; payload: 8 bytes whole length, 8 bytes offset of this piece, 8
 * bytes its length; its bytes fill the slots that follow, with zeros behind them. LOG_INSTRUMENT
 * one per instrument, ids 0, 1, ...; payload: the symbol, 16 bytes.
 *
 * What is read may be hostile: lengths are bounded before anything is allocated. */
#include "log/preamble.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "sys/memory.h"

#define PREAMBLE_FORMAT 1

/* Slots of a piece's bytes; a record counts its slots in one byte. */
#define PIECE_SLOTS 199
#define PIECE_SIZE  (PIECE_SLOTS * EVENT_SIZE)

enum text {
    TEXT_DATA_HASH = 1,
    TEXT_SOURCE,
    TEXT_BUILD,
    TEXT_CONFIG_PATH,
    TEXT_CONFIG,
};

struct start_payload {
    uint32_t format;
    uint8_t mode;
    uint8_t market_full;
    uint16_t unused;
    int64_t bar_ns;
    int64_t frame_ns;
    uint64_t slice_count;
    uint32_t instrument_count;
    uint32_t drawn_seed;
};

struct text_payload {
    uint64_t total;
    uint64_t offset;
    uint64_t length;
    uint64_t unused[2];
};

static_assert(sizeof(struct start_payload) == 40, "fills the payload");
static_assert(sizeof(struct text_payload) == 40, "fills the payload");

static void write_piece(struct log *log, uint8_t which, const struct text_payload *payload,
                        const char *bytes)
{
    struct event record[1 + PIECE_SLOTS] = {0};
    record[0].kind = EVENT_LOG_TEXT;
    record[0].version = 1;
    record[0].slots = (uint8_t)(1 + (payload->length + EVENT_SIZE - 1) / EVENT_SIZE);
    record[0].flags = which;
    record[0].instrument = INSTRUMENT_NONE;
    memcpy(record[0].bytes, payload, sizeof *payload);
    if (payload->length > 0) {
        memcpy(record + 1, bytes + payload->offset, payload->length);
    }
    log_append(log, record);
}

static void write_text(struct log *log, enum text which, const char *bytes, size_t total)
{
    CHECK(total <= PREAMBLE_TEXT_MAX);
    size_t offset = 0;
    do {
        size_t length = total - offset < PIECE_SIZE ? total - offset : PIECE_SIZE;
        struct text_payload payload = {.total = total, .offset = offset, .length = length};
        write_piece(log, (uint8_t)which, &payload, bytes);
        offset += length;
    } while (offset < total);
}

static void write_start(struct log *log, const struct preamble *preamble)
{
    struct start_payload payload = {
        .format = PREAMBLE_FORMAT,
        .mode = (uint8_t)preamble->mode,
        .market_full = preamble->market_full ? 1 : 0,
        .bar_ns = preamble->bar_ns,
        .frame_ns = preamble->frame_ns,
        .slice_count = preamble->slice_count,
        .instrument_count = preamble->instrument_count,
        .drawn_seed = preamble->drawn_seed,
    };
    struct event record = {
        .src_ns = preamble->created_ns,
        .kind = EVENT_LOG_START,
        .version = 1,
        .slots = 1,
        .instrument = INSTRUMENT_NONE,
    };
    memcpy(record.bytes, &payload, sizeof payload);
    log_append(log, &record);
}

void preamble_write(struct log *log, const struct preamble *preamble)
{
    CHECK(preamble->instrument_count <= INSTRUMENTS_MAX);
    write_start(log, preamble);
    write_text(log, TEXT_DATA_HASH, preamble->data_hash, strlen(preamble->data_hash));
    write_text(log, TEXT_SOURCE, preamble->source, strlen(preamble->source));
    write_text(log, TEXT_BUILD, preamble->build, strlen(preamble->build));
    write_text(log, TEXT_CONFIG_PATH, preamble->config_path, strlen(preamble->config_path));
    write_text(log, TEXT_CONFIG, preamble->config_bytes, preamble->config_length);
    for (uint32_t id = 0; id < preamble->instrument_count; id++) {
        struct event record = {
            .kind = EVENT_LOG_INSTRUMENT,
            .version = 1,
            .slots = 1,
            .instrument = id,
        };
        memcpy(record.bytes, preamble->instruments[id].symbol, SYMBOL_SIZE);
        log_append(log, &record);
    }
}

static enum err not_one(struct problem *problem, const char *what)
{
    return problem_set(problem, ERR_FORMAT, "the log does not begin as a run's log does: %s", what);
}

static enum err read_start(struct log_reader *reader, struct preamble *preamble,
                           struct problem *problem)
{
    const struct event *record = log_reader_next(reader);
    if (record == NULL) {
        return not_one(problem, "it holds no records");
    }
    if (record->kind != EVENT_LOG_START) {
        return not_one(problem, "its first record is no log-start");
    }
    struct start_payload payload;
    memcpy(&payload, record->bytes, sizeof payload);
    if (payload.format > PREAMBLE_FORMAT) {
        return problem_set(problem, ERR_FORMAT,
                           "the log's records have format %u, this program reads up to %u; use a "
                           "newer bellwether",
                           payload.format, PREAMBLE_FORMAT);
    }
    if (payload.format == 0 || payload.mode < MODE_BACKTEST || payload.mode > MODE_PAPER) {
        return not_one(problem, "format or mode is unknown");
    }
    if (payload.instrument_count > INSTRUMENTS_MAX) {
        return not_one(problem, "it names too many instruments");
    }
    preamble->mode = (enum run_mode)payload.mode;
    preamble->market_full = payload.market_full != 0;
    preamble->created_ns = record->src_ns;
    preamble->bar_ns = payload.bar_ns;
    preamble->frame_ns = payload.frame_ns;
    preamble->slice_count = payload.slice_count;
    preamble->instrument_count = payload.instrument_count;
    preamble->drawn_seed = payload.drawn_seed;
    return ERR_OK;
}

static bool piece_fits(const struct event *record, enum text which,
                       const struct text_payload *payload, uint64_t offset)
{
    if (record->kind != EVENT_LOG_TEXT || record->flags != which) {
        return false;
    }
    uint64_t room = (uint64_t)(record->slots - 1) * EVENT_SIZE;
    return payload->offset == offset && payload->length <= room &&
           payload->length <= payload->total - offset &&
           (payload->length > 0 || payload->total == 0);
}

/* One whole text, NUL-terminated, from the records that come next; free() it. NULL when they are no
 * such text. */
static char *read_text(struct log_reader *reader, enum text which, size_t *length)
{
    char *bytes = NULL;
    uint64_t total = 0;
    uint64_t offset = 0;
    do {
        const struct event *record = log_reader_next(reader);
        struct text_payload payload = {0};
        if (record != NULL) {
            memcpy(&payload, record->bytes, sizeof payload);
        }
        bool first = bytes == NULL;
        if (record == NULL || payload.total > PREAMBLE_TEXT_MAX ||
            (!first && payload.total != total) || !piece_fits(record, which, &payload, offset)) {
            free(bytes);
            return NULL;
        }
        if (first) {
            total = payload.total;
            bytes = xcalloc(1, total + 1);
        }
        memcpy(bytes + offset, record + 1, payload.length);
        offset += payload.length;
    } while (offset < total);
    *length = total;
    return bytes;
}

/* The same for a text without NULs. */
static char *read_plain_text(struct log_reader *reader, enum text which)
{
    size_t length = 0;
    char *text = read_text(reader, which, &length);
    if (text != NULL && memchr(text, '\0', length) != NULL) {
        free(text);
        return NULL;
    }
    return text;
}

static enum err read_texts(struct log_reader *reader, struct preamble *preamble,
                           struct problem *problem)
{
    char *data_hash = read_plain_text(reader, TEXT_DATA_HASH);
    bool fits = data_hash != NULL && strlen(data_hash) < sizeof preamble->data_hash;
    if (fits) {
        memcpy(preamble->data_hash, data_hash, strlen(data_hash) + 1);
    }
    free(data_hash);
    preamble->source = read_plain_text(reader, TEXT_SOURCE);
    preamble->build = read_plain_text(reader, TEXT_BUILD);
    preamble->config_path = read_plain_text(reader, TEXT_CONFIG_PATH);
    preamble->config_bytes = read_text(reader, TEXT_CONFIG, &preamble->config_length);
    if (!fits || preamble->source == NULL || preamble->build == NULL ||
        preamble->config_path == NULL || preamble->config_bytes == NULL) {
        return not_one(problem, "a text is missing, too long or in disorder");
    }
    return ERR_OK;
}

static enum err read_instruments(struct log_reader *reader, struct preamble *preamble,
                                 struct problem *problem)
{
    preamble->instruments = xcalloc(preamble->instrument_count + 1, sizeof *preamble->instruments);
    for (uint32_t id = 0; id < preamble->instrument_count; id++) {
        const struct event *record = log_reader_next(reader);
        if (record == NULL || record->kind != EVENT_LOG_INSTRUMENT || record->instrument != id ||
            memchr(record->bytes, '\0', SYMBOL_SIZE) == NULL) {
            return not_one(problem, "an instrument is missing or in disorder");
        }
        memcpy(preamble->instruments[id].symbol, record->bytes, SYMBOL_SIZE);
    }
    return ERR_OK;
}

enum err preamble_read(struct log_reader *reader, struct preamble *preamble,
                       struct problem *problem)
{
    struct preamble read = {0};
    log_reader_rewind(reader);
    enum err err = read_start(reader, &read, problem);
    if (err == ERR_OK) {
        err = read_texts(reader, &read, problem);
    }
    if (err == ERR_OK) {
        err = read_instruments(reader, &read, problem);
    }
    if (err != ERR_OK) {
        preamble_finish(&read);
        return err;
    }
    *preamble = read;
    return ERR_OK;
}

void preamble_finish(struct preamble *preamble)
{
    if (preamble == NULL) {
        return;
    }
    free(preamble->source);
    free(preamble->build);
    free(preamble->config_path);
    free(preamble->config_bytes);
    free(preamble->instruments);
    *preamble = (struct preamble){0};
}
