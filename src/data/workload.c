/* workload.c: the common workload, SIMULATED bars that any program can make again bit for bit.
 *
 * IEEE double, no contraction, one SplitMix64 stream per symbol with the state s = seed:
 *
 *   next():  s += 0x9E3779B97F4A7C15; z = s; z = (z ^ z>>30) * 0xBF58476D1CE4E5B9;
 *            z = (z ^ z>>27) * 0x94D049BB133111EB; return z ^ z>>31              (mod 2^64)
 *   g(z)  =  ((z & 0xffff) + (z>>16 & 0xffff) + (z>>32 & 0xffff) + (z>>48) - 131070) / 37837.0
 *   q(x)  =  floor(x * 128.0 + 0.5) / 128.0
 *   prev  =  100.0; for i = 0, 1, ...: z1..z4 = next() four times
 *     open   = q(prev * (1.0 + 0.0001 * g(z2)))
 *     close  = q(prev * ((1.0 + 0.0005 * g(z1)) + 1e-5 * ((100.0 - prev) / 100.0)))
 *     high   = q(max(open, close) * (1.0 + 0.0003 * ((z3 >> 32) / 4294967296.0)))
 *     low    = q(min(open, close) * (1.0 - 0.0003 * ((z3 & 0xffffffff) / 4294967296.0)))
 *     volume = 100 + z4 % 10000; bar start = 1704067200 + 60 * i (unix s); prev = close
 *   checksum: h = 0xcbf29ce484222325; for each x of open*128, high*128, low*128, close*128, volume:
 *     h = (h ^ x) * 0x100000001B3
 *
 * A tick of 1/128 is 7,812,500 billionths exactly, so nothing is rounded on the way to e9, and sums
 * of prices are exact in double, which is what made seven backtesters comparable. */
#include "data/workload.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/fmath.h"
#include "base/utc.h"
#include "data/bar_file.h"
#include "sys/memory.h"

#define TICKS_PER_UNIT 128.0
#define TICK_E9        INT64_C(7812500)
#define FIRST_START_S  INT64_C(1704067200) /* 2024-01-01T00:00:00Z */

/* One symbol on its way. */
struct walk {
    uint64_t state;
    double previous_close;
};

static uint64_t split_mix(uint64_t *state)
{
    *state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* About N(0, 1): the sum of four 16-bit fields. */
static double gauss(uint64_t z)
{
    uint64_t sum = (z & 0xffff) + (z >> 16 & 0xffff) + (z >> 32 & 0xffff) + (z >> 48);
    return (double)((int64_t)sum - 131070) / 37837.0;
}

/* The nearest tick, still a double. */
static double to_ticks(double price)
{
    return fmath_floor(price * TICKS_PER_UNIT + 0.5);
}

static int64_t ticks_to_e9(double ticks)
{
    return (int64_t)ticks * TICK_E9;
}

static void walk_next(struct walk *walk, uint64_t ordinal, uint32_t instrument, struct event *bar)
{
    uint64_t z1 = split_mix(&walk->state);
    uint64_t z2 = split_mix(&walk->state);
    uint64_t z3 = split_mix(&walk->state);
    uint64_t z4 = split_mix(&walk->state);
    double previous = walk->previous_close;
    double open_ticks = to_ticks(previous * (1.0 + 0.0001 * gauss(z2)));
    double close_ticks =
        to_ticks(previous * ((1.0 + 0.0005 * gauss(z1)) + 1e-5 * ((100.0 - previous) / 100.0)));
    double upper = (open_ticks > close_ticks ? open_ticks : close_ticks) / TICKS_PER_UNIT;
    double lower = (open_ticks < close_ticks ? open_ticks : close_ticks) / TICKS_PER_UNIT;
    double up = (double)(z3 >> 32) / 4294967296.0;
    double down = (double)(z3 & 0xffffffff) / 4294967296.0;
    int64_t start_ns = (FIRST_START_S + 60 * (int64_t)ordinal) * NS_PER_S;
    *bar = (struct event){
        .ts_ns = start_ns + NS_PER_MIN,
        .src_ns = start_ns,
        .kind = EVENT_BAR,
        .version = 1,
        .slots = 1,
        .instrument = instrument,
        .bar =
            {
                  .open_e9 = ticks_to_e9(open_ticks),
                  .high_e9 = ticks_to_e9(to_ticks(upper * (1.0 + 0.0003 * up))),
                  .low_e9 = ticks_to_e9(to_ticks(lower * (1.0 - 0.0003 * down))),
                  .close_e9 = ticks_to_e9(close_ticks),
                  .volume = (int64_t)(100 + z4 % 10000),
                  },
    };
    walk->previous_close = close_ticks / TICKS_PER_UNIT;
}

static struct walk *walks_create(uint64_t seed, uint32_t symbols)
{
    struct walk *walks = xcalloc(symbols, sizeof *walks);
    for (uint32_t i = 0; i < symbols; i++) {
        walks[i] = (struct walk){.state = seed + i, .previous_close = 100.0};
    }
    return walks;
}

/* S000, S001, ...: as many digits as keep the order of the numbers alphabetical, at least three. */
static struct instrument *names_create(uint32_t symbols)
{
    int digits = 3;
    for (uint32_t limit = 1000; limit < symbols; limit *= 10) {
        digits++;
    }
    struct instrument *instruments = xcalloc(symbols, sizeof *instruments);
    for (uint32_t i = 0; i < symbols; i++) {
        char *name = instruments[i].symbol;
        name[0] = 'S';
        uint32_t rest = i;
        for (int digit = digits; digit > 0; digit--, rest /= 10) {
            name[digit] = (char)('0' + rest % 10);
        }
    }
    return instruments;
}

static void check_size(uint64_t bars_per_symbol, uint32_t symbols)
{
    CHECK(bars_per_symbol > 0 && bars_per_symbol <= WORKLOAD_BARS_MAX);
    CHECK(symbols > 0 && symbols <= INSTRUMENTS_MAX);
}

void workload_create(uint64_t bars_per_symbol, uint64_t seed, uint32_t symbols, struct bars *bars)
{
    check_size(bars_per_symbol, symbols);
    uint64_t count = bars_per_symbol * symbols;
    struct event *records = xcalloc_aligned(count * sizeof *records);
    struct walk *walks = walks_create(seed, symbols);
    struct event *next = records;
    for (uint64_t ordinal = 0; ordinal < bars_per_symbol; ordinal++) {
        for (uint32_t i = 0; i < symbols; i++) {
            walk_next(&walks[i], ordinal, i, next++);
        }
    }
    free(walks);
    struct instrument *instruments = names_create(symbols);
    *bars = (struct bars){
        .records = records,
        .count = count,
        .slice_count = bars_per_symbol,
        .instruments = instruments,
        .instrument_count = symbols,
        .bar_ns = NS_PER_MIN,
        .memory = records,
        .instrument_memory = instruments,
    };
    bar_records_hash(records, count, bars->data_hash);
}

/* Slices are written by the batch, of about this many records. */
enum { BATCH_RECORDS = 65536 };

static enum err write_all(struct bar_file_writer *writer, uint64_t bars_per_symbol, uint64_t seed,
                          uint32_t symbols, void (*progress)(double done), struct problem *problem)
{
    uint64_t slices_per_batch = (BATCH_RECORDS + symbols - 1) / symbols;
    struct event *batch = xcalloc_aligned(slices_per_batch * symbols * sizeof *batch);
    struct walk *walks = walks_create(seed, symbols);
    enum err err = ERR_OK;
    uint64_t ordinal = 0;
    while (err == ERR_OK && ordinal < bars_per_symbol) {
        size_t used = 0;
        for (uint64_t s = 0; s < slices_per_batch && ordinal < bars_per_symbol; s++, ordinal++) {
            for (uint32_t i = 0; i < symbols; i++) {
                walk_next(&walks[i], ordinal, i, &batch[used++]);
            }
        }
        err = bar_file_writer_append(writer, batch, used, problem);
        if (err == ERR_OK && progress != NULL) {
            progress((double)ordinal / (double)bars_per_symbol);
        }
    }
    free(walks);
    free(batch);
    return err;
}

enum err workload_write(const char *path, uint64_t bars_per_symbol, uint64_t seed, uint32_t symbols,
                        void (*progress)(double done), struct problem *problem)
{
    check_size(bars_per_symbol, symbols);
    struct instrument *instruments = names_create(symbols);
    struct bar_file_writer *writer;
    enum err err = bar_file_writer_create(path, instruments, symbols, NS_PER_MIN, &writer, problem);
    free(instruments);
    if (err != ERR_OK) {
        return err;
    }
    err = write_all(writer, bars_per_symbol, seed, symbols, progress, problem);
    if (err != ERR_OK) {
        bar_file_writer_abandon(writer);
        return err;
    }
    return bar_file_writer_close(writer, problem);
}

uint64_t workload_checksum(const struct bars *bars, uint32_t instrument)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (uint64_t i = 0; i < bars->count; i++) {
        const struct event *record = &bars->records[i];
        if (record->instrument != instrument) {
            continue;
        }
        const int64_t values[] = {
            record->bar.open_e9 / TICK_E9,
            record->bar.high_e9 / TICK_E9,
            record->bar.low_e9 / TICK_E9,
            record->bar.close_e9 / TICK_E9,
            record->bar.volume,
        };
        for (size_t v = 0; v < sizeof values / sizeof values[0]; v++) {
            hash = (hash ^ (uint64_t)values[v]) * UINT64_C(0x100000001B3);
        }
    }
    return hash;
}
