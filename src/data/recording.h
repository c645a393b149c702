/* recording.h: a file that bars and ticks are appended to as they come, in pieces that are whole or
 * not there: what a pull has so far, and what a stream brings. A data set like any other can be
 * made of it at any time, whatever happened to who wrote it.
 *
 * Its layout is drawn at the head of recording.c. */
#ifndef DATA_RECORDING_H
#define DATA_RECORDING_H

#include <stdbool.h>
#include <stdint.h>

#include "data/bars.h"

struct recording;

/* What all of a recording is about. */
struct recording_head {
    const struct instrument *instruments; /* strictly alphabetical */
    uint32_t instrument_count;
    int64_t bar_ns;    /* length of its bars; 0: none will come */
    const char *about; /* in the words of who writes it: what was asked for */
};

/* Makes it, or goes on with one that is about the same; a torn end is cut. ERR_BUSY: somebody
 * writes it now; ERR_REFUSED: it is about something else; ERR_DAMAGED: it is no recording. */
enum err recording_open(const char *path, const struct recording_head *head,
                        struct recording **recording, struct problem *problem);

/* Appends records with a note: for who goes on, what to do next. Not on the disk yet. */
enum err recording_append(struct recording *recording, const struct event *records, uint32_t count,
                          const char *note, struct problem *problem);
enum err recording_sync(struct recording *recording, struct problem *problem);

/* The last note; NULL: nothing was appended yet. Valid until the next append. */
const char *recording_note(const struct recording *recording);

/* Records in it, those that were there included. */
uint64_t recording_count(const struct recording *recording);

/* Closes it; what was appended stays. NULL is fine. */
void recording_close(struct recording *recording);

/* Whether the file begins like a recording. */
bool recording_is(const char *path);

/* All whole pieces as a data set: sorted; of two bars of one symbol at one time the later counts.
 * ERR_FORMAT: there is nothing in it. `bars` is the caller's to bars_finish(). */
enum err recording_bars(const char *path, struct bars *bars, struct problem *problem);

#endif
