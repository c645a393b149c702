/* fused.c: the fastest honest way to run the common workload once: one loop, all in registers.
 *
 *   fused FILE [TIMES]     FILE: a record file of one symbol; prints one JSON line for each time
 *
 * It is the yardstick, not the engine: it knows the strategy, the prices of the future lie beside
 * those of the present, and there are no orders, no ledger, no limits and no log. What it computes
 * is the same: fills at the next open, cash, and the equity at every close with its largest
 * drawdown. Doubles are exact here, because every price is a multiple of 1/128.
 *
 * It is built with -O3 -march=x86-64-v2 -ffp-contract=off and no hardening, so that the comparison
 * flatters the yardstick. Reading the file into columns is not part of the time. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The layout that src/data/bar_file.c draws. */
enum {
    HEADER_SIZE = 4096,
    COUNT_AT = 16,
    INSTRUMENTS_AT = 40,
    RECORDS_AT = 56,
    RECORD_SIZE = 64,
    OPEN_AT = 24,
    CLOSE_AT = 48
};

enum { FAST = 10, SLOW = 30 };

static const double shares = 100;
static const double commission = 1;
static const double cash_at_start = 1e7;

struct columns {
    size_t count;
    double *open;
    double *close;
    double *equity;
};

struct outcome {
    double cash;
    double position;
    double drawdown;
    long fills;
};

__attribute__((noinline)) static struct outcome trade(const struct columns *columns)
{
    const double *open = columns->open;
    const double *close = columns->close;
    double *equity = columns->equity;
    struct outcome out = {.cash = cash_at_start};
    double peak = cash_at_start;
    double fast = 0;
    double slow = 0;
    int want = 0;
    for (size_t i = 0; i < columns->count; i++) {
        if (want != (out.position > 0)) {
            double quantity = want ? shares : -shares;
            out.cash -= quantity * open[i] + commission;
            out.position += quantity;
            out.fills++;
        }
        fast += close[i] - (i >= FAST ? close[i - FAST] : 0);
        slow += close[i] - (i >= SLOW ? close[i - SLOW] : 0);
        if (i >= SLOW) {
            want = fast / FAST > slow / SLOW;
        }
        double value = out.cash + out.position * close[i];
        equity[i] = value;
        peak = value > peak ? value : peak;
        out.drawdown = peak - value > out.drawdown ? peak - value : out.drawdown;
    }
    return out;
}

static double cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void fail(const char *path, const char *what)
{
    fprintf(stderr, "fused: %s: %s\n", path, what);
    exit(1);
}

static uint64_t number_at(const unsigned char *bytes, size_t size)
{
    uint64_t value = 0;
    memcpy(&value, bytes, size);
    return value;
}

static double price_at(const unsigned char *bytes)
{
    return (double)(int64_t)number_at(bytes, 8) / 1e9;
}

/* An array whose pages are there already. Not zeros: the compiler would make that a calloc(), whose
 * pages come one fault at a time, within what is measured. */
static double *column(size_t count)
{
    double *values = malloc(count * sizeof *values);
    if (values == NULL) {
        fail("memory", "not enough");
    }
    for (size_t i = 0; i < count; i++) {
        values[i] = 1;
    }
    return values;
}

static struct columns load(const char *path)
{
    FILE *file = fopen(path, "rb");
    unsigned char header[HEADER_SIZE];
    if (file == NULL || fread(header, sizeof header, 1, file) != 1 ||
        memcmp(header, "BWBARS\0\1", 8) != 0) {
        fail(path, "cannot be read as a record file");
    }
    if (number_at(header + INSTRUMENTS_AT, 4) != 1) {
        fail(path, "holds more than one symbol");
    }
    struct columns columns = {.count = number_at(header + COUNT_AT, 8)};
    columns.open = column(columns.count);
    columns.close = column(columns.count);
    columns.equity = column(columns.count);
    if (fseek(file, (long)number_at(header + RECORDS_AT, 8), SEEK_SET) != 0) {
        fail(path, "cannot be read");
    }
    for (size_t i = 0; i < columns.count; i++) {
        unsigned char record[RECORD_SIZE];
        if (fread(record, sizeof record, 1, file) != 1) {
            fail(path, "is cut short");
        }
        columns.open[i] = price_at(record + OPEN_AT);
        columns.close[i] = price_at(record + CLOSE_AT);
    }
    fclose(file);
    return columns;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: fused FILE [TIMES]\n");
        return 2;
    }
    long times = argc > 2 ? strtol(argv[2], NULL, 10) : 1;
    struct columns columns = load(argv[1]);
    for (long i = 0; i < times; i++) {
        double began = cpu_s();
        struct outcome out = trade(&columns);
        double took = cpu_s() - began;
        double last = columns.count > 0 ? columns.close[columns.count - 1] : 0;
        printf("{\"bars\": %zu, \"fills\": %ld, \"final_equity\": %.15g, \"max_drawdown\": %.15g, "
               "\"cpu_s\": %.9f}\n",
               columns.count, out.fills, out.cash + out.position * last, out.drawdown, took);
    }
    return 0;
}
