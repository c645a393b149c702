/* carried_out.c: see carried_out.h. */
#include "config/carried_out.h"

#include <stdio.h>
#include <string.h>

struct keys {
    char text[400];
    size_t length;
};

static void name(struct keys *keys, const char *key)
{
    if (strstr(keys->text, key) != NULL || keys->length + strlen(key) + 3 > sizeof keys->text) {
        return; /* named once is enough */
    }
    keys->length += (size_t)snprintf(keys->text + keys->length, sizeof keys->text - keys->length,
                                     "%s%s", keys->length > 0 ? ", " : "", key);
}

static void name_exits(const struct exit_plan *exits, struct keys *keys)
{
    if (exits->target.unit != EXIT_NONE || exits->stop.unit != EXIT_NONE ||
        exits->trailing.unit != EXIT_NONE || exits->time_limit_ns != 0 ||
        exits->time_limit_bars != 0 || exits->flat_before_close_ns != 0 ||
        !exits->opposite_signal || exits->at_broker) {
        name(keys, "exits");
    }
}

static void name_book(const struct book_config *book, struct keys *keys)
{
    name_exits(&book->exits, keys);
    if (book->sizing.kind != SIZING_FIXED && book->sizing.kind != SIZING_EQUITY) {
        name(keys, "size by risk, volatility or half_kelly");
    }
    if (book->entry.type != ORDER_TYPE_MARKET || book->entry.time_in_force != TIME_IN_FORCE_GTC) {
        name(keys, "entry (other than market, gtc)");
    }
    if (book->symbols != NULL) {
        name(keys, "symbols of one strategy");
    }
}

static void name_exchange(const struct exchange_config *exchange, struct keys *keys)
{
    if (exchange->margin || exchange->shorting || exchange->settled_only || exchange->fees ||
        exchange->latency_ns != 0 || exchange->volume_share_ppm != 0 || exchange->reject_ppm != 0 ||
        exchange->slippage.kind != CONFIG_SLIPPAGE_NONE ||
        exchange->intrabar != CONFIG_INTRABAR_STOP_FIRST) {
        name(keys, "exchange");
    }
    if (exchange->commission_per_share_e9 != 0 || exchange->commission_min_e9 != 0) {
        name(keys, "commission per share");
    }
}

enum err config_check_carried_out(const struct run_config *config, struct problem *problem)
{
    struct keys keys = {.length = 0};
    for (uint32_t i = 0; i < config->book_count; i++) {
        name_book(&config->books[i], &keys);
    }
    name_exchange(&config->exchange, &keys);
    if (config->actions_path != NULL) {
        name(&keys, "actions");
    }
    if (keys.length == 0) {
        return ERR_OK;
    }
    return problem_set(problem, ERR_USAGE,
                       "%s: understood, but not carried out by this version yet: %s; leave it out, "
                       "so that nothing is promised that nobody keeps",
                       config->path, keys.text);
}
