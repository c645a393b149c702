/* sizes.c: see sizes.h. `size` names exactly one way, and `cap` beside it. */
#include "config/sizes.h"

#include <string.h>

#include "base/money.h"
#include "config/books.h"
#include "config/numbers.h"

#define PPM_ONE INT64_C(1000000)

VALUE_READER(quantity_read)
{
    const struct book_reading *reading = target;
    struct sizing *sizing = &reading->book->sizing;
    enum err err = keys_want(source, key, node, YAML_TEXT);
    struct unit_fault fault;
    if (err != ERR_OK) {
        return err;
    }
    if (!unit_quantity(node->text, sizing->fractional, &sizing->qty_e9, &fault)) {
        return keys_refuse(source, key, node, &fault);
    }
    sizing->kind = SIZING_FIXED; /* whatever a preset said */
    sizing->share_ppm = 0;
    return ERR_OK;
}

/* The ways that are told as a share of the equity. */
static enum err read_way(const struct source *source, const struct key *key,
                         const struct yaml_node *node, struct sizing *sizing, enum sizing_kind kind)
{
    enum err err = value_share(source, key, node, sizing);
    if (err == ERR_OK) {
        sizing->kind = kind;
    }
    return err;
}

static VALUE_READER(read_equity)
{
    return read_way(source, key, node, target, SIZING_EQUITY);
}

static VALUE_READER(read_risk)
{
    return read_way(source, key, node, target, SIZING_RISK);
}

static VALUE_READER(read_volatility)
{
    return read_way(source, key, node, target, SIZING_VOLATILITY);
}

static VALUE_READER(read_shares)
{
    struct sizing *sizing = target;
    enum err err = keys_want(source, key, node, YAML_TEXT);
    struct unit_fault fault;
    if (err != ERR_OK) {
        return err;
    }
    if (!unit_quantity(node->text, sizing->fractional, &sizing->qty_e9, &fault)) {
        return keys_refuse(source, key, node, &fault);
    }
    return ERR_OK;
}

static VALUE_READER(read_half_kelly)
{
    struct sizing *sizing = target;
    enum err err = keys_want(source, key, node, YAML_TEXT);
    if (err == ERR_OK && strcmp(node->text, "yes") != 0) {
        return source_refuse(source, node->spot,
                             "write half_kelly: yes, or name another way to size",
                             "half_kelly: %s sizes nothing", shown(node->text).text);
    }
    if (err == ERR_OK) {
        sizing->kind = SIZING_HALF_KELLY;
    }
    return err;
}

/* Version 14 tears wide tables apart. */
/* clang-format off */
#define SHARE_AT offsetof(struct sizing, share_ppm)
#define CAP_AT   offsetof(struct sizing, cap_ppm)

static const struct key size_keys[] = {
    {"shares", KEY_OPTIONAL, "100", "always as many", read_shares, 0, NULL, 0, 0},
    {"equity", KEY_OPTIONAL, "10%", "worth so much of the equity", read_equity, SHARE_AT, NULL,
     1, 4 * PPM_ONE},
    {"risk", KEY_OPTIONAL, "1%", "so much of the equity is lost at the stop", read_risk, SHARE_AT,
     NULL, 1, PPM_ONE},
    {"volatility", KEY_OPTIONAL, "1%", "so much of the equity is two ATR", read_volatility,
     SHARE_AT, NULL, 1, PPM_ONE},
    {"half_kelly", KEY_OPTIONAL, "yes", "by the book's closed trades", read_half_kelly, 0, NULL,
     0, 0},
    {"cap", KEY_OPTIONAL, "25%", "most of the equity in one entry", value_share, CAP_AT, NULL,
     1, 4 * PPM_ONE},
    {0},
};
/* clang-format on */

static enum err check_ways(const struct source *source, const struct yaml_node *map)
{
    const struct yaml_node *way = NULL;
    for (const struct yaml_node *child = map->first; child != NULL; child = child->next) {
        if (strcmp(child->key->text, "cap") == 0) {
            continue;
        }
        if (way != NULL) {
            return source_refuse(source, child->key->spot,
                                 words("keep %s or %s", way->key->text, child->key->text).text,
                                 "size: %s and %s are two ways to size", way->key->text,
                                 child->key->text);
        }
        way = child;
    }
    if (way == NULL) {
        return source_refuse(source, keys_spot(map), "write a way, like size: {equity: 10%}",
                             "size: it names no way to size");
    }
    const struct yaml_node *cap = yaml_find(map, "cap");
    if (cap != NULL && strcmp(way->key->text, "shares") == 0) {
        return source_refuse(
            source, cap->key->spot, "leave cap out, or size by equity, risk, volatility",
            "cap: a fixed number of shares has no cap; max_order_notional bounds it");
    }
    return ERR_OK;
}

VALUE_READER(size_read)
{
    const struct book_reading *reading = target;
    struct sizing *sizing = &reading->book->sizing;
    enum err err = keys_want(source, key, node, YAML_MAP);
    sizing->kind = SIZING_FIXED; /* whatever a preset said */
    sizing->share_ppm = 0;
    if (err == ERR_OK) {
        err = keys_read(source, node, key->name, size_keys, sizing);
    }
    if (err == ERR_OK) {
        err = check_ways(source, node);
    }
    if (err == ERR_OK && sizing->kind == SIZING_EQUITY && sizing->cap_ppm > 0 &&
        sizing->cap_ppm < sizing->share_ppm) {
        return source_refuse(
            source, yaml_find(node, "cap")->spot, "raise cap to equity or above, or leave it out",
            "cap: below equity: no entry could have the size that equity asks for");
    }
    return err;
}
