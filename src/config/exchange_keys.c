/* exchange_keys.c: the exchange's settings. `profile` stands first in the table, so that keys
 * beside it win over what it sets. */
#include "config/exchange_keys.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "config/config.h"
#include "config/numbers.h"

#define PPM_ONE INT64_C(1000000)

/* ---- profile, account, settlement ---- */

/* The mock broker of the tick-by-tick trading system: two seconds of delay, one order in twenty
 * refused, 0 to 2 basis points against the order, whole cents. */
static VALUE_READER(read_profile)
{
    static const char *const profiles[] = {"mock", NULL};
    struct exchange_config *exchange = target;
    size_t index;
    enum err err = value_word(source, key, node, profiles, &index);
    if (err != ERR_OK) {
        return err;
    }
    exchange->latency_ns = 2 * NS_PER_S;
    exchange->reject_ppm = 50000;
    exchange->slippage = (struct config_slippage){.kind = CONFIG_SLIPPAGE_UNIFORM, .ppm = 200};
    exchange->round_to_cents = true;
    return ERR_OK;
}

static VALUE_READER(read_account)
{
    static const char *const accounts[] = {"cash", "margin 1x", "margin 2x", "margin 4x", NULL};
    static const uint32_t multipliers[] = {1, 1, 2, 4};
    struct exchange_config *exchange = target;
    size_t index;
    enum err err = value_word(source, key, node, accounts, &index);
    if (err == ERR_OK) {
        exchange->margin = index > 0;
        exchange->multiplier = multipliers[index];
    }
    return err;
}

static VALUE_READER(read_shorting)
{
    struct exchange_config *exchange = target;
    enum err err = value_flag(source, key, node, target);
    if (err == ERR_OK && exchange->shorting && !exchange->margin) {
        return source_refuse(source, node->spot, "write account: margin 2x, or shorting: no",
                             "shorting: a cash account cannot sell short");
    }
    return err;
}

static VALUE_READER(read_settlement)
{
    static const char *const kinds[] = {"immediate", "T+1", NULL};
    struct exchange_config *exchange = target;
    size_t index;
    enum err err = value_word(source, key, node, kinds, &index);
    if (err != ERR_OK) {
        return err;
    }
    exchange->settled_only = index == 1;
    if (exchange->settled_only && exchange->margin) {
        return source_refuse(
            source, node->spot, "write settlement: immediate, or account: cash",
            "settlement: T+1 binds only a cash account; a margin account buys at once");
    }
    return ERR_OK;
}

static VALUE_READER(read_fees)
{
    static const char *const kinds[] = {"none", "us", NULL};
    struct exchange_config *exchange = target;
    size_t index;
    enum err err = value_word(source, key, node, kinds, &index);
    if (err == ERR_OK) {
        exchange->fees = index == 1;
    }
    return err;
}

static const char *const intrabar_words[] = {
#define X(name, word) [CONFIG_INTRABAR_##name] = (word),
    CONFIG_INTRABAR_LIST(X)
#undef X
        NULL,
};

static VALUE_READER(read_intrabar)
{
    struct exchange_config *exchange = target;
    size_t index;
    enum err err = value_word(source, key, node, intrabar_words, &index);
    if (err == ERR_OK) {
        exchange->intrabar = (enum config_intrabar)index;
    }
    return err;
}

/* Any number of 64 bits: seeds that a run printed come back exactly. */
static VALUE_READER(read_seed)
{
    struct exchange_config *exchange = target;
    enum err err = keys_want(source, key, node, YAML_TEXT);
    if (err != ERR_OK) {
        return err;
    }
    uint64_t seed = 0;
    bool good = true;
    for (const char *at = node->text; *at != '\0' && good; at++) {
        good = isdigit((unsigned char)*at) != 0 && !__builtin_mul_overflow(seed, 10, &seed) &&
               !__builtin_add_overflow(seed, (uint64_t)(*at - '0'), &seed);
    }
    if (!good) {
        return source_refuse(source, node->spot,
                             "write a whole number of 0 to 18446744073709551615",
                             "seed: %s is no seed", shown(node->text).text);
    }
    exchange->seed = seed;
    exchange->seed_given = true;
    return ERR_OK;
}

/* ---- slippage ---- */

static const char *const slippage_words[] = {
#define X(name, word) [CONFIG_SLIPPAGE_##name] = (word),
    CONFIG_SLIPPAGE_LIST(X)
#undef X
};

#define SLIPPAGE_HINT                                                                              \
    "write none, 5bps, uniform 2bps, half-spread 4bps, volume-share 10% or book $0.01 100 shares"

/* "$0.01 100 shares" */
static bool read_book(const char *text, struct config_slippage *slippage, struct unit_fault *fault)
{
    char tick[64];
    size_t length = strcspn(text, " ");
    const char *levels = text + length + strspn(text + length, " ");
    if (length >= sizeof tick || levels[0] == '\0') {
        fault->text = words("%s lacks the shares of a level", shown(text).text);
        fault->hint = words("%s", SLIPPAGE_HINT);
        return false;
    }
    memcpy(tick, text, length);
    tick[length] = '\0';
    if (!unit_cash(tick, &slippage->tick_e9, fault) ||
        !unit_quantity(levels, false, &slippage->level_qty_e9, fault)) {
        return false;
    }
    if (slippage->tick_e9 == 0 || slippage->tick_e9 > PRICE_E9_MAX ||
        slippage->level_qty_e9 > INT64_C(100000000) * MONEY_E9) {
        fault->text = words("%s is outside of what a book has", shown(text).text);
        fault->hint = words("a tick above $0, a level of at most 100,000,000 shares");
        return false;
    }
    return true;
}

static bool read_slippage_text(const char *text, struct config_slippage *slippage,
                               struct unit_fault *fault)
{
    static const struct unit_range range = {1, PPM_ONE};
    size_t length = strcspn(text, " ");
    const char *rest = text + length + strspn(text + length, " ");
    if (strcmp(text, "none") == 0) {
        return true;
    }
    for (size_t i = CONFIG_SLIPPAGE_UNIFORM; i <= CONFIG_SLIPPAGE_BOOK; i++) {
        if (strncmp(text, slippage_words[i], length) != 0 || slippage_words[i][length] != '\0') {
            continue;
        }
        slippage->kind = (enum config_slippage_kind)i;
        if (rest[0] == '\0') {
            fault->text = words("%s has no amount", shown(text).text);
            fault->hint = words("%s", SLIPPAGE_HINT);
            return false;
        }
        return slippage->kind == CONFIG_SLIPPAGE_BOOK
                   ? read_book(rest, slippage, fault)
                   : unit_ppm(rest, range, &slippage->ppm, fault);
    }
    if (isdigit((unsigned char)text[0]) == 0 && text[0] != '-' && text[0] != '+') {
        fault->text = words("%s is no kind of slippage", shown(text).text);
        fault->hint = words("%s", SLIPPAGE_HINT);
        return false;
    }
    slippage->kind = CONFIG_SLIPPAGE_FIXED;
    return unit_ppm(text, range, &slippage->ppm, fault);
}

static VALUE_READER(read_slippage)
{
    struct exchange_config *exchange = target;
    enum err err = keys_want(source, key, node, YAML_TEXT);
    struct config_slippage slippage = {.kind = CONFIG_SLIPPAGE_NONE};
    struct unit_fault fault;
    if (err != ERR_OK) {
        return err;
    }
    if (!read_slippage_text(node->text, &slippage, &fault)) {
        return keys_refuse(source, key, node, &fault);
    }
    exchange->slippage = slippage;
    return ERR_OK;
}

/* ---- the tables ---- */

/* Version 14 tears wide tables apart. */
/* clang-format off */
#define AT(field) offsetof(struct exchange_config, field)

const struct key exchange_key_table[] = {
    {"profile", KEY_OPTIONAL, "mock", "a set of the keys below", read_profile, 0, NULL, 0, 0},
    {"account", KEY_OPTIONAL, "cash", "cash, or margin 1x, 2x, 4x", read_account, 0, NULL, 0, 0},
    {"shorting", KEY_OPTIONAL, "no", "whether it may sell short", read_shorting, AT(shorting),
     NULL, 0, 0},
    {"settlement", KEY_OPTIONAL, "immediate", "when sold money buys again", read_settlement, 0,
     NULL, 0, 0},
    {"latency", KEY_OPTIONAL, "100ms", "from sending an order to the market", value_duration,
     AT(latency_ns), NULL, 0, NS_PER_HOUR},
    {"slippage", KEY_OPTIONAL, "5bps", "how far fills are worse than the price", read_slippage,
     0, NULL, 0, 0},
    {"max_volume_share", KEY_OPTIONAL, "10%", "of a bar's volume that may fill", value_share,
     AT(volume_share_ppm), NULL, 1, PPM_ONE},
    {"rejects", KEY_OPTIONAL, "5%", "share of orders refused at random", value_share,
     AT(reject_ppm), NULL, 0, PPM_ONE},
    {"fees", KEY_OPTIONAL, "none", "none, or us: SEC and FINRA fees", read_fees, 0, NULL, 0,
     0},
    {"intrabar", KEY_OPTIONAL, "stop-first", "which order fills first within a bar",
     read_intrabar, 0, NULL, 0, 0},
    {"seed", KEY_OPTIONAL, "42", "of what happens at random", read_seed, 0, NULL, 0, 0},
    {0},
};

static const struct key commission_keys[] = {
    {"per_fill", KEY_OPTIONAL, "$0", "for each fill", value_cash, offsetof(struct run_config,
     commission_e9), NULL, 0, 0},
    {"per_share", KEY_OPTIONAL, "$0.005", "for each share", value_cash,
     offsetof(struct run_config, exchange.commission_per_share_e9), NULL, 0, 0},
    {"minimum", KEY_OPTIONAL, "$1", "the least for a fill", value_cash,
     offsetof(struct run_config, exchange.commission_min_e9), NULL, 0, 0},
    {0},
};
/* clang-format on */

VALUE_READER(exchange_read)
{
    struct run_config *config = target;
    return keys_read(source, node, key->name, exchange_key_table, &config->exchange);
}

VALUE_READER(commission_read)
{
    if (node->kind != YAML_MAP) {
        return value_cash(source, key, node, target);
    }
    if (node->count == 0) {
        return source_refuse(source, node->spot, "write commission: $0 for none",
                             "commission: the map is empty");
    }
    return keys_read(source, node, key->name, commission_keys, target);
}
