/* log.h: the append-only log of a run: every input and every output, in the order taken.
 *
 * Records are 64-byte slots (market/event.h). They are gathered into blocks; a block holds whole
 * steps only, so what survives a crash is always a whole number of steps. A block carries a CRC32C
 * of its slots and the chain value of the block before it. The layout is drawn at the head of
 * log.c.
 *
 * One writer at a time: the folder is locked while it is open for writing. */
#ifndef LOG_LOG_H
#define LOG_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "market/event.h"
#include "sys/problem.h"

struct log;

/* Makes a new log in the empty or absent folder `dir`; a first segment whose making a crash cut
 * short is no log and is replaced. ERR_BUSY when another process writes there.
 * `tap` (may be NULL) is given every block's records once they are written, in order: the readers'
 * door. On success `*log` is the caller's to log_close() or log_abandon(). */
typedef void log_tap(void *context, const struct event *slots, size_t slot_count);
enum err log_create(const char *dir, log_tap *tap, void *tap_context, struct log **log,
                    struct problem *problem);

/* The same log in memory, for as long as it is open: nothing is on any disk, and syncing it costs
 * nothing and keeps nothing. The first `reserve` bytes are made ready; it grows beyond them. */
enum err log_create_in_memory(uint64_t reserve, struct log **log, struct problem *problem);

/* Opens an existing log to go on writing: checks the chain, cuts a torn tail back to the last whole
 * block and says in *cut_bytes how much that was (0: it ended clean). ERR_DAMAGED when something in
 * the middle fails its checks: then nothing is changed. ERR_BUSY as above. */
enum err log_reopen(const char *dir, log_tap *tap, void *tap_context, struct log **log,
                    uint64_t *cut_bytes, struct problem *problem);

/* Adds the slots of one record to the current step, in memory; never fails, never waits. */
void log_append(struct log *log, const struct event *record);

/* The current step is whole. When enough has gathered the block is written; with `sync` it is
 * written and made durable before the call returns (fdatasync, at most once a step). After an error
 * the log takes nothing more and every later call returns that error: the disk may lie (S3). */
enum err log_end_step(struct log *log, bool sync, struct problem *problem);

/* Writes what has gathered, without waiting for the disk. */
enum err log_flush(struct log *log, struct problem *problem);

/* Room for hundreds of steps to come, written with zeros and durable, so that a sync has to store
 * nothing but the step itself: it takes milliseconds now and then, so it is for when nobody waits.
 * Nothing for a log in memory. */
enum err log_make_ready(struct log *log, struct problem *problem);

/* Whether the log's next piece of room was wanted and not to be had: the disk is full, though some
 * steps may still find room. log_try_room() tries again where that was so. */
bool log_is_cramped(const struct log *log);
void log_try_room(struct log *log);

/* Flushes, syncs, gives the preallocated rest back, and frees. */
enum err log_close(struct log *log, struct problem *problem);

/* Frees without writing what has gathered. */
void log_abandon(struct log *log);

/* Slots written and gathered so far, and the chain value of the last written block. */
uint64_t log_slots(const struct log *log);
uint64_t log_chain(const struct log *log);

/* Reading. */
enum log_end {
    LOG_END_CLEAN, /* the last block is followed by nothing */
    LOG_END_TORN,  /* bytes follow that are no whole block: a crash cut the tail */
};

struct log_reader;

/* Maps all segments read-only and checks the whole chain. ERR_NOT_FOUND: no log there, or one whose
 * making was cut short before its first block. ERR_DAMAGED: header, chain or checksum wrong with
 * whole blocks after it; the problem says segment and offset. */
enum err log_reader_open(const char *dir, struct log_reader **reader, struct problem *problem);

/* The same of a log in memory, up to what was flushed last. To be closed before the log goes on or
 * is closed. */
enum err log_reader_open_in_memory(const struct log *log, struct log_reader **reader,
                                   struct problem *problem);

/* The next record (its `slots` slots are contiguous, valid until the reader is closed), or NULL at
 * the end. */
const struct event *log_reader_next(struct log_reader *reader);

/* Back to the first record. */
void log_reader_rewind(struct log_reader *reader);

enum log_end log_reader_end(const struct log_reader *reader, uint64_t *torn_bytes);
uint64_t log_reader_slots(const struct log_reader *reader);
uint64_t log_reader_chain(const struct log_reader *reader);
void log_reader_close(struct log_reader *reader);

#endif
