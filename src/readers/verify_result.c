/* verify_result.c: result.json and config.yaml held against the log. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "readers/result.h"
#include "readers/verify_private.h"
#include "sys/files.h"
#include "sys/memory.h"

/* One number that stands in both. */
struct figure {
    const char *name;
    uint64_t stated;
    uint64_t logged;
};

static bool figures_agree(struct checks *checks, const struct figure *figures, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (figures[i].stated != figures[i].logged) {
            checks_fail(checks, "result: %s is %" PRIu64 ", by the log %" PRIu64, figures[i].name,
                        figures[i].stated, figures[i].logged);
            return false;
        }
    }
    return true;
}

static bool money_agrees(struct checks *checks, const char *name, int64_t stated_e9,
                         int64_t logged_e9)
{
    if (stated_e9 == logged_e9) {
        return true;
    }
    char stated[MONEY_TEXT_SIZE];
    char logged[MONEY_TEXT_SIZE];
    (void)money_format(stated_e9, stated);
    (void)money_format(logged_e9, logged);
    checks_fail(checks, "result: %s is %s, by the log %s", name, stated, logged);
    return false;
}

static bool hash_agrees(struct checks *checks, const char *name, uint64_t stated, uint64_t logged)
{
    if (stated != logged) {
        checks_fail(checks, "result: %s is %016" PRIx64 ", by the log %016" PRIx64, name, stated,
                    logged);
    }
    return stated == logged;
}

static void verify_figures(struct checks *checks, const struct run_result *result,
                           const struct log_reader *reader, const struct preamble *preamble,
                           const struct tally *tally)
{
    /* The last two only a log with the market in it can tell. */
    const struct figure figures[] = {
        {"decisions",     result->decisions,     tally->decisions        },
        {"refused",       result->refused,       tally->refused          },
        {"orders",        result->orders,        tally->orders           },
        {"fills",         result->fills,         tally->fills            },
        {"rejected",      result->rejected,      tally->rejected         },
        {"trades_closed", result->trades_closed, tally->trades_closed    },
        {"trades_won",    result->trades_won,    tally->trades_won       },
        {"slices",        result->slices,        tally->slices           },
        {"log_slots",     result->log_slots,     log_reader_slots(reader)},
        {"bars",          result->bars,          tally->bars             },
        {"evaluations",   result->evaluations,   tally->evaluations      },
    };
    size_t count = sizeof figures / sizeof figures[0] - (preamble->market_full ? 0 : 2);
    int64_t equity_e9 = tally->points > 0 ? tally->last.equity_e9 : tally->deposited_e9;
    if (figures_agree(checks, figures, count) &&
        hash_agrees(checks, "log_chain", result->log_chain, log_reader_chain(reader)) &&
        (tally->points == 0 ||
         hash_agrees(checks, "decision_hash", result->decision_hash, tally->last.decision_hash)) &&
        money_agrees(checks, "initial_cash", result->initial_cash_e9, tally->deposited_e9) &&
        money_agrees(checks, "final_cash", result->final_cash_e9, tally->cash_e9) &&
        money_agrees(checks, "final_equity", result->final_equity_e9, equity_e9) &&
        money_agrees(checks, "commission", result->commission_e9, tally->commission_e9)) {
        checks_pass(checks,
                    "result: %zu counts, 4 amounts, decision hash and chain equal the log's",
                    count);
    }
}

static void hash_of(const void *bytes, size_t length, char text[SHA256_HEX_SIZE])
{
    unsigned char digest[SHA256_SIZE];
    sha256(bytes, length, digest);
    sha256_hex(digest, text);
}

static void verify_hashes(struct checks *checks, const char *run_dir,
                          const struct run_result *result, const struct preamble *preamble)
{
    char logged[SHA256_HEX_SIZE];
    char kept[SHA256_HEX_SIZE] = "";
    char *path = xasprintf("%s/config.yaml", run_dir);
    char *bytes = NULL;
    size_t length = 0;
    struct problem problem;
    hash_of(preamble->config_bytes, preamble->config_length, logged);
    if (file_read(path, PREAMBLE_TEXT_MAX, &bytes, &length, &problem) == ERR_OK) {
        hash_of(bytes, length, kept);
    }
    if (bytes == NULL) {
        checks_fail(checks, "config: %s", problem.text);
    } else if (strcmp(kept, result->config_hash) != 0 || strcmp(kept, logged) != 0) {
        checks_fail(checks,
                    "config: config.yaml has hash %.12s..., result.json says %.12s..., the log's "
                    "has %.12s...",
                    kept, result->config_hash, logged);
    } else if (strcmp(result->data_hash, preamble->data_hash) != 0) {
        checks_fail(checks, "data: result.json says hash %.12s..., the log %.12s...",
                    result->data_hash, preamble->data_hash);
    } else {
        checks_pass(checks, "config: %zu bytes with hash %.12s..., in config.yaml, result and log",
                    length, kept);
    }
    free(bytes);
    free(path);
}

void verify_result(struct checks *checks, const char *run_dir, const struct log_reader *reader,
                   const struct preamble *preamble, const struct tally *tally)
{
    struct run_result result;
    struct problem problem;
    if (result_load(run_dir, &result, &problem) != ERR_OK) {
        checks_fail(checks, "result: %s", problem.text);
        return;
    }
    verify_figures(checks, &result, reader, preamble, tally);
    verify_hashes(checks, run_dir, &result, preamble);
}
