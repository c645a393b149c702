/* verify.c: opens a run's log, makes its views anew in a temporary folder and lets the parts
 * compare: the log's own checks, the ledger (verify_ledger.c), journal and streams
 * (verify_files.c), result and config (verify_result.c). All parts run, also after a difference. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/utc.h"
#include "readers/verify_private.h"
#include "readers/views.h"
#include "sys/memory.h"

void checks_pass(struct checks *checks, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)fputs("ok   ", checks->out);
    (void)vfprintf(checks->out, format, arguments); /* the owner of `out` asks ferror() */
    (void)fputc('\n', checks->out);
    va_end(arguments);
}

void checks_skip(struct checks *checks, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)fputs("skip ", checks->out);
    (void)vfprintf(checks->out, format, arguments);
    (void)fputc('\n', checks->out);
    va_end(arguments);
}

void checks_fail(struct checks *checks, const char *format, ...)
{
    char text[PROBLEM_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments); /* cut is fine */
    va_end(arguments);
    (void)fprintf(checks->out, "FAIL %s\n", text);
    if (checks->first.err == ERR_OK) {
        (void)problem_set(&checks->first, ERR_DIFFERS, "%s", text);
    }
}

static void verify_end(struct checks *checks, const struct log_reader *reader,
                       const struct tally *tally)
{
    char until[UTC_TEXT_SIZE];
    uint64_t torn_bytes;
    (void)utc_format(tally->last_ns, until);
    if (log_reader_end(reader, &torn_bytes) == LOG_END_TORN) {
        checks_fail(checks,
                    "log: cut short; whole up to %s (%" PRIu64 " slices, %" PRIu64
                    " slots), then %" PRIu64 " bytes that are no whole block",
                    until, tally->slices, log_reader_slots(reader), torn_bytes);
    } else if (!tally->ended) {
        checks_fail(checks,
                    "log: cut short; whole up to %s (%" PRIu64 " slices, %" PRIu64
                    " slots), then nothing, and no log-end",
                    until, tally->slices, log_reader_slots(reader));
    } else {
        checks_pass(checks, "log: %" PRIu64 " slots, chain %016" PRIx64 ", clean end at %s",
                    log_reader_slots(reader), log_reader_chain(reader), until);
    }
}

static void remove_rebuilt(const char *dir)
{
    static const char *const names[] = {"journal.db",   "journal.db-wal", "journal.db-shm",
                                        "equity.jsonl", "trades.jsonl",   "updates.jsonl"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char *path = xasprintf("%s/%s", dir, names[i]);
        (void)unlink(path); /* some are not there */
        free(path);
    }
    (void)rmdir(dir); /* in the folder for temporary files it harms nobody */
}

static void verify_views(struct checks *checks, const char *run_dir, struct log_reader *reader,
                         const struct preamble *preamble)
{
    const char *parent = getenv("TMPDIR");
    char *dir = xasprintf("%s/bellwether-verify-XXXXXX", parent != NULL ? parent : "/tmp");
    struct problem problem;
    if (mkdtemp(dir) == NULL) {
        (void)problem_set_errno(&problem, "cannot make %s", dir);
        checks_fail(checks, "views: %s", problem.text);
        free(dir);
        return;
    }
    if (views_rebuild(dir, reader, preamble, &problem) == ERR_OK) {
        verify_journal(checks, run_dir, dir);
        verify_streams(checks, run_dir, dir);
    } else {
        checks_fail(checks, "views: cannot be made from the log: %s", problem.text);
    }
    remove_rebuilt(dir);
    free(dir);
}

static void name_builds(struct checks *checks, const char *theirs, const char *ours)
{
    checks->foreign = strcmp(theirs, ours) != 0;
    if (checks->foreign) {
        (void)fprintf(
            checks->out,
            "note build: the run is of %s; this is %s. Both read the log, so the sums are "
            "made and the files compared; only the same build decides the same again "
            "(replay --verify)\n",
            theirs, ours);
    }
}

/* The first difference; of another build's run with whom to ask. */
static enum err end_checks(const struct checks *checks, const struct preamble *preamble,
                           struct problem *problem)
{
    enum err err = checks->first.err;
    if (err != ERR_OK && checks->foreign) {
        return problem_set(problem, err,
                           "%s (the run is of %s: verify it with that build before you take it for "
                           "changed)",
                           checks->first.text, preamble->build);
    }
    if (err != ERR_OK && problem != NULL) {
        *problem = checks->first;
    }
    return err;
}

static enum err verify_opened(const char *run_dir, const char *build, struct log_reader *reader,
                              FILE *out, struct problem *problem)
{
    struct preamble preamble;
    enum err err = preamble_read(reader, &preamble, problem);
    if (err != ERR_OK) {
        (void)fprintf(out, "FAIL log: it does not begin with a preamble\n");
        return err;
    }
    struct checks checks = {.out = out};
    struct tally tally;
    name_builds(&checks, preamble.build, build);
    verify_ledger(&checks, reader, &preamble, &tally);
    verify_end(&checks, reader, &tally);
    verify_views(&checks, run_dir, reader, &preamble);
    verify_result(&checks, run_dir, reader, &preamble, &tally);
    err = end_checks(&checks, &preamble, problem);
    preamble_finish(&preamble);
    return err;
}

enum err verify_run(const char *run_dir, const char *build, FILE *out, struct problem *problem)
{
    char *log_dir = xasprintf("%s/log", run_dir);
    struct log_reader *reader = NULL;
    enum err err = log_reader_open(log_dir, &reader, problem);
    if (err == ERR_OK) {
        err = verify_opened(run_dir, build, reader, out, problem);
        log_reader_close(reader);
    } else {
        (void)fprintf(out, "FAIL log: %s\n", err_text(err));
    }
    free(log_dir);
    return err;
}
