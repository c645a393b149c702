/* preamble_test.c: what a log begins with comes back as it was; anything else is refused. */
#include "log/preamble.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys/folder_test.h"
#include "sys/memory.h"

/* `config_length` bytes of config, among them NULs, and three instruments. */
static struct preamble sample(size_t config_length)
{
    struct preamble preamble = {
        .mode = MODE_SIM,
        .market_full = true,
        .created_ns = 1700000000000000001,
        .bar_ns = 60000000000,
        .frame_ns = 300000000000,
        .slice_count = 77,
        .drawn_seed = 3000000001U,
        .instrument_count = 3,
        .source = xstrdup("workload seed=42 bars=77 symbols=3"),
        .build = xstrdup(""),
        .config_path = xstrdup("examples/\"odd\" name.yaml"),
        .config_bytes = xmalloc(config_length + 1),
        .config_length = config_length,
        .instruments = xcalloc(3, sizeof(struct instrument)),
    };
    memset(preamble.data_hash, 'a', SHA256_HEX_SIZE - 1);
    for (size_t i = 0; i < config_length; i++) {
        preamble.config_bytes[i] = (char)(i * 7 % 251);
    }
    for (uint32_t id = 0; id < 3; id++) {
        (void)snprintf(preamble.instruments[id].symbol, SYMBOL_SIZE, "S%03u.LONG-NAME1", id);
    }
    return preamble;
}

static void expect_equal(const struct preamble *a, const struct preamble *b)
{
    cr_assert(a->mode == b->mode && a->market_full == b->market_full);
    cr_assert(a->created_ns == b->created_ns && a->bar_ns == b->bar_ns);
    cr_assert(a->frame_ns == b->frame_ns && a->slice_count == b->slice_count);
    cr_assert_eq(a->drawn_seed, b->drawn_seed);
    cr_assert_str_eq(a->data_hash, b->data_hash);
    cr_assert_str_eq(a->source, b->source);
    cr_assert_str_eq(a->build, b->build);
    cr_assert_str_eq(a->config_path, b->config_path);
    cr_assert(a->config_length == b->config_length);
    cr_assert(memcmp(a->config_bytes, b->config_bytes, a->config_length) == 0);
    cr_assert(a->instrument_count == b->instrument_count);
    cr_assert(memcmp(a->instruments, b->instruments,
                     a->instrument_count * sizeof(struct instrument)) == 0);
}

Test(preamble, comes_back_as_it_was_written)
{
    static const size_t lengths[] = {0, 1, 63, 64, 12735, 12736, 12737, 40000, PREAMBLE_TEXT_MAX};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        char *dir = folder_create();
        struct log *log = NULL;
        struct preamble written = sample(lengths[i]);
        cr_assert(log_create(dir, NULL, NULL, &log, NULL) == ERR_OK);
        preamble_write(log, &written);
        struct event next = {.kind = EVENT_DEPOSIT, .slots = 1};
        log_append(log, &next);
        cr_assert(log_end_step(log, true, NULL) == ERR_OK && log_close(log, NULL) == ERR_OK);
        struct log_reader *reader = NULL;
        struct preamble read;
        struct problem problem = {0};
        cr_assert(log_reader_open(dir, &reader, NULL) == ERR_OK);
        cr_assert(preamble_read(reader, &read, &problem) == ERR_OK, "%s", problem.text);
        expect_equal(&read, &written);
        const struct event *record = log_reader_next(reader);
        cr_assert(record != NULL && record->kind == EVENT_DEPOSIT, "the reader stands behind it");
        log_reader_close(reader);
        preamble_finish(&read);
        preamble_finish(&written);
        folder_remove(dir);
    }
}

/* Writes a good preamble's records with one of them changed or left out, and reads it. */
struct harm {
    const char *what;
    uint32_t record; /* which one */
    bool leave_out;
    uint32_t offset; /* else this byte ... */
    uint8_t value;   /* ... becomes that */
};

static const struct harm harms[] = {
    {"no log-start",                 0,  true,  0,  0  },
    {"another kind first",           0,  false, 16, 34 },
    {"a newer format",               0,  false, 24, 2  },
    {"format zero",                  0,  false, 24, 0  },
    {"an unknown mode",              0,  false, 28, 9  },
    {"too many instruments",         0,  false, 59, 1  },
    {"one instrument more",          0,  false, 56, 4  },
    {"no data hash",                 1,  true,  0,  0  },
    {"a data hash without end",      1,  false, 24, 65 },
    {"another text in its place",    2,  false, 19, 5  },
    {"a text of a terabyte",         2,  false, 29, 1  },
    {"a piece longer than its slot", 2,  false, 40, 99 },
    {"a piece of nothing",           2,  false, 40, 0  },
    {"a NUL in a text",              2,  false, 66, 0  },
    {"a piece at another place",     6,  false, 32, 1  },
    {"another total in a piece",     6,  false, 24, 1  },
    {"a piece left out",             6,  true,  0,  0  },
    {"no last piece",                8,  true,  0,  0  },
    {"an instrument left out",       10, true,  0,  0  },
    {"a symbol without end",         10, false, 39, 'X'},
};

/* Copies the records of `from` into a new log in `to`, with the harm done. */
static void copy_with(const struct harm *harm, const char *from, const char *to)
{
    struct log_reader *reader = NULL;
    struct log *log = NULL;
    cr_assert(log_reader_open(from, &reader, NULL) == ERR_OK);
    cr_assert(log_create(to, NULL, NULL, &log, NULL) == ERR_OK);
    const struct event *record;
    for (uint32_t i = 0; (record = log_reader_next(reader)) != NULL; i++) {
        unsigned char bytes[200 * EVENT_SIZE];
        memcpy(bytes, record, (size_t)record->slots * EVENT_SIZE);
        if (i == harm->record && harm->leave_out) {
            continue;
        }
        if (i == harm->record) {
            bytes[harm->offset] = harm->value;
        }
        struct event copy[200];
        memcpy(copy, bytes, (size_t)record->slots * EVENT_SIZE);
        log_append(log, copy);
    }
    cr_assert(log_end_step(log, false, NULL) == ERR_OK && log_close(log, NULL) == ERR_OK);
    log_reader_close(reader);
}

Test(preamble, refuses_what_is_not_one)
{
    char *good = folder_create();
    struct log *log = NULL;
    struct preamble written = sample(40000); /* four pieces: records 5 to 8; instruments 9 to 11 */
    cr_assert(log_create(good, NULL, NULL, &log, NULL) == ERR_OK);
    preamble_write(log, &written);
    cr_assert(log_end_step(log, false, NULL) == ERR_OK && log_close(log, NULL) == ERR_OK);
    for (size_t i = 0; i < sizeof harms / sizeof harms[0]; i++) {
        char *bad = folder_create();
        copy_with(&harms[i], good, bad);
        struct log_reader *reader = NULL;
        struct preamble read;
        struct problem problem = {0};
        cr_assert(log_reader_open(bad, &reader, NULL) == ERR_OK);
        cr_assert(preamble_read(reader, &read, &problem) == ERR_FORMAT, "%s", harms[i].what);
        cr_assert(problem.text[0] != '\0');
        log_reader_close(reader);
        folder_remove(bad);
    }
    preamble_finish(&written);
    folder_remove(good);
}

Test(preamble, refuses_an_empty_log)
{
    char *dir = folder_create();
    struct log *log = NULL;
    struct log_reader *reader = NULL;
    struct preamble read;
    cr_assert(log_create(dir, NULL, NULL, &log, NULL) == ERR_OK);
    cr_assert(log_close(log, NULL) == ERR_OK);
    cr_assert(log_reader_open(dir, &reader, NULL) == ERR_OK);
    cr_assert(preamble_read(reader, &read, NULL) == ERR_FORMAT);
    log_reader_close(reader);
    folder_remove(dir);
}
