/* limit_keys.c: one reader for each kind of LIMIT_LIST; the row's offset leads to the limit. */
#include "config/limit_keys.h"

#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "config/config.h"
#include "config/numbers.h"

#define PPM_ONE INT64_C(1000000)

static void store(const struct key *key, void *target, struct limit limit)
{
    memcpy((char *)target + key->offset, &limit, sizeof limit);
}

/* A position may be worth more than the equity, but no more than all of it can be lost. */
static bool is_loss(const struct key *key)
{
    return key->offset == offsetof(struct limits, daily_loss) ||
           key->offset == offsetof(struct limits, portfolio_heat);
}

static VALUE_READER(read_limit_MONEY)
{
    enum err err = keys_want(source, key, node, YAML_TEXT);
    struct unit_fault fault;
    struct limit limit;
    if (err != ERR_OK) {
        return err;
    }
    if (!unit_money_limit(node->text, is_loss(key) ? PPM_ONE : SHARE_PPM_MAX, &limit, &fault)) {
        return keys_refuse(source, key, node, &fault);
    }
    store(key, target, limit);
    return ERR_OK;
}

static VALUE_READER(read_limit_COUNT)
{
    enum err err = keys_want(source, key, node, YAML_TEXT);
    struct count_unit unit = {.noun = key->noun, .minimum = 1, .maximum = COUNT_MAX};
    struct unit_fault fault;
    struct limit limit = {.unit = LIMIT_COUNT};
    if (err != ERR_OK) {
        return err;
    }
    if (!unit_count(node->text, &unit, &limit.value, &fault)) {
        return keys_refuse(source, key, node, &fault);
    }
    store(key, target, limit);
    return ERR_OK;
}

static VALUE_READER(read_limit_DURATION)
{
    static const struct unit_range range = {0, 366 * NS_PER_DAY};
    enum err err = keys_want(source, key, node, YAML_TEXT);
    struct unit_fault fault;
    struct limit limit = {.unit = LIMIT_DURATION};
    if (err != ERR_OK) {
        return err;
    }
    if (!unit_duration(node->text, range, &limit.value, &fault)) {
        return keys_refuse(source, key, node, &fault);
    }
    store(key, target, limit);
    return ERR_OK;
}

static VALUE_READER(read_limit_PPM)
{
    static const struct unit_range range = {1, PPM_ONE};
    enum err err = keys_want(source, key, node, YAML_TEXT);
    struct unit_fault fault;
    struct limit limit = {.unit = LIMIT_PPM};
    if (err != ERR_OK) {
        return err;
    }
    if (!unit_ppm(node->text, range, &limit.value, &fault)) {
        return keys_refuse(source, key, node, &fault);
    }
    store(key, target, limit);
    return ERR_OK;
}

/* Version 14 tears wide tables apart. */
/* clang-format off */
#define EXAMPLE_MONEY(noun)    "2%"
#define EXAMPLE_COUNT(noun)    "10 " noun
#define EXAMPLE_DURATION(noun) "60s"
#define EXAMPLE_PPM(noun)      "50bps"

static const struct key limit_keys[] = {
#define X(field, name, kind, noun, help)                                                           \
    {(name), KEY_REQUIRED, EXAMPLE_##kind(noun), (help), read_limit_##kind,                        \
     offsetof(struct limits, field), (noun), 0, 0},
    LIMIT_LIST(X)
#undef X
    {0},
};
/* clang-format on */

VALUE_READER(limits_read)
{
    struct run_config *config = target;
    return keys_read(source, node, key->name, limit_keys, &config->limits);
}
