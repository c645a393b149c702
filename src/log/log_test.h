/* log_test.h: logs whose every step can be told from its number, for the tests of the log. */
#ifndef LOG_LOG_TEST_H
#define LOG_LOG_TEST_H

#include <criterion/criterion.h>
#include <string.h>

#include "data/data_test.h"
#include "log/log_private.h"

/* Step n has 1 + n % 3 records; record k of it has 1 + k slots. All of it can be told from the
 * counts, so a reader can say which steps it got. */
static inline uint64_t record_slots(uint64_t k)
{
    return 1 + k;
}

static inline uint64_t step_records(uint64_t step)
{
    return 1 + step % 3;
}

static inline void fill(struct event *slots, uint64_t step, uint64_t k)
{
    memset(slots, 0, record_slots(k) * EVENT_SIZE);
    slots[0].ts_ns = (int64_t)step;
    slots[0].src_ns = (int64_t)k;
    slots[0].kind = EVENT_POSTING;
    slots[0].version = 1;
    slots[0].slots = (uint8_t)record_slots(k);
    for (uint64_t i = 1; i < record_slots(k); i++) {
        slots[i].ts_ns = (int64_t)(step * 1000 + k * 10 + i);
    }
}

static inline void append_step(struct log *log, uint64_t step)
{
    struct event slots[4];
    for (uint64_t k = 0; k < step_records(step); k++) {
        fill(slots, step, k);
        log_append(log, slots);
    }
}

static inline enum err write_steps(struct log *log, uint64_t first, uint64_t count, bool sync)
{
    for (uint64_t step = first; step < first + count; step++) {
        append_step(log, step);
        enum err err = log_end_step(log, sync, NULL);
        if (err != ERR_OK) {
            return err;
        }
    }
    return ERR_OK;
}

/* Whole steps in the reader, or -1 when a record is not the one that was written there. */
static inline int64_t steps_read(struct log_reader *reader)
{
    int64_t steps = 0;
    const struct event *record = log_reader_next(reader);
    while (record != NULL) {
        for (uint64_t k = 0; k < step_records((uint64_t)steps); k++) {
            struct event expected[4];
            fill(expected, (uint64_t)steps, k);
            if (record == NULL || memcmp(record, expected, record_slots(k) * EVENT_SIZE) != 0) {
                return -1;
            }
            record = log_reader_next(reader);
        }
        steps++;
    }
    return steps;
}

/* Opens, counts, closes. `*err` tells whether it opened. */
static inline int64_t steps_in(const char *dir, enum err *err)
{
    struct log_reader *reader = NULL;
    *err = log_reader_open(dir, &reader, NULL);
    if (*err != ERR_OK) {
        return 0;
    }
    int64_t steps = steps_read(reader);
    log_reader_close(reader);
    return steps;
}

static inline char *segment_path(const char *dir, uint32_t number)
{
    char name[SEGMENT_NAME_SIZE];
    segment_name(number, name);
    return xasprintf("%s/%s", dir, name);
}

static inline struct log *create(const char *dir)
{
    struct log *log = NULL;
    struct problem problem = {0};
    cr_assert(log_create(dir, NULL, NULL, &log, &problem) == ERR_OK, "%s", problem.text);
    return log;
}

static inline struct log_options small_segments(uint64_t size)
{
    struct log_options options = log_options_default;
    options.segment_size_max = size;
    return options;
}

#endif
