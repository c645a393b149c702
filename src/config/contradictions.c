/* contradictions.c: see contradictions.h. Each check is one function that points at the key to
 * change; the tables at the ends hold their order. */
#include "config/contradictions.h"

#include <stdlib.h>
#include <string.h>

#include "config/exits.h"
#include "config/keys.h"
#include "config/parameters.h"
#include "config/presets.h"
#include "config/texts.h"
#include "sys/memory.h"

#define PPM_ONE INT64_C(1000000)

/* ---- one book ---- */

struct book_check {
    const struct source *source;
    const struct yaml_node *item;
    const struct run_config *config;
    const struct book_config *book;
};

/* The value under a path of two keys, else the value of the first, else the preset, else the item:
 * where a value comes from that the book did not write itself. */
static struct spot origin(const struct yaml_node *item, const char *outer, const char *inner)
{
    const struct yaml_node *node = yaml_find(item, outer);
    const struct yaml_node *value =
        node != NULL && node->kind == YAML_MAP && inner != NULL ? yaml_find(node, inner) : node;
    const struct yaml_node *preset = yaml_find(item, "preset");
    if (value != NULL) {
        return value->spot;
    }
    return preset != NULL ? preset->spot : keys_spot(item);
}

static enum err check_size(const struct book_check *check)
{
    const struct yaml_node *quantity = yaml_find(check->item, "quantity");
    const struct yaml_node *size = yaml_find(check->item, "size");
    const struct sizing *sizing = &check->book->sizing;
    if (quantity != NULL && size != NULL) {
        return source_refuse(check->source, size->key->spot, "keep one of the two",
                             "size: quantity and size are two ways to say how many shares");
    }
    if (sizing->kind == SIZING_FIXED && sizing->qty_e9 == 0) {
        return source_refuse(
            check->source, keys_spot(check->item),
            "add \"quantity: 100\" (shares per entry), or a rule: size: {equity: 10%}",
            "strategies: the key quantity is missing");
    }
    if (sizing->kind == SIZING_EQUITY && sizing->share_ppm > PPM_ONE &&
        !check->config->exchange.margin) {
        return source_refuse(check->source, origin(check->item, "size", "equity"),
                             "write at most 100%, or exchange: {account: margin 2x}",
                             "equity: a cash account cannot buy for more than it has");
    }
    return ERR_OK;
}

static enum err check_risk(const struct book_check *check)
{
    const struct book_config *book = check->book;
    if (book->sizing.kind != SIZING_RISK || book->exits.stop.unit != EXIT_NONE) {
        return ERR_OK;
    }
    bool by_preset = yaml_find(check->item, "size") == NULL;
    return source_refuse(check->source, origin(check->item, "size", "risk"),
                         by_preset ? "add exits: {stop: 2ATR}, or a quantity or size of its own"
                                   : "add exits: {stop: 2ATR}, or size by equity",
                         by_preset
                             ? "preset: sizes by risk, and what is lost at the stop needs a stop"
                             : "risk: what is lost at the stop needs a stop");
}

static enum err check_parameters(const struct book_check *check)
{
    const struct yaml_node *node = yaml_find(check->item, "parameters");
    return parameters_check(check->source, check->book->strategy,
                            keys_spot(node != NULL ? node : check->item), check->book->parameters);
}

static enum err check_frame(const struct book_check *check)
{
    int64_t bar_ns = check->config->bar_ns;
    int64_t frame_ns = check->book->frame_ns;
    const struct yaml_node *node = yaml_find(check->item, "frame");
    char bar[24];
    char frame[24];
    if (bar_ns == 0 || (frame_ns >= bar_ns && frame_ns % bar_ns == 0)) {
        return ERR_OK;
    }
    (void)bar_length_text(bar_ns, bar);
    (void)bar_length_text(frame_ns, frame);
    struct words hint =
        words("write frame: %s, or data with finer bars and their length as bar", bar);
    if (frame_ns >= bar_ns) {
        return source_refuse(check->source, origin(check->item, "frame", NULL), hint.text,
                             "frame: %s is no whole number of %s bars", frame, bar);
    }
    return source_refuse(check->source, origin(check->item, "frame", NULL), hint.text,
                         "frame: %s%s is finer than bar: %s", frame,
                         node == NULL ? " (it is left out here)" : "", bar);
}

static enum err check_exits(const struct book_check *check)
{
    return exits_check(check->source, yaml_find(check->item, "exits"), check->item,
                       &check->book->exits);
}

static enum err check_flat(const struct book_check *check)
{
    int64_t flat_ns = check->book->exits.flat_before_close_ns;
    struct spot spot = origin(check->item, "exits", "flat_before_close");
    char bar[24];
    if (flat_ns == 0) {
        return ERR_OK;
    }
    if (check->config->calendar == CALENDAR_ALWAYS) {
        return source_refuse(check->source, spot,
                             "write calendar: XNYS, or leave flat_before_close out",
                             "flat_before_close: under calendar: always the market never closes");
    }
    if (check->config->bar_ns > flat_ns) {
        return source_refuse(check->source, spot,
                             "write at least the length of a bar, or give data with finer bars",
                             "flat_before_close: no %s bar ends that shortly before the close",
                             bar_length_text(check->config->bar_ns, bar));
    }
    return ERR_OK;
}

static bool same_distance(struct exit_distance a, struct exit_distance b)
{
    return a.unit == b.unit && a.value == b.value;
}

static bool same_exits(const struct exit_plan *a, const struct exit_plan *b)
{
    return same_distance(a->target, b->target) && same_distance(a->stop, b->stop) &&
           same_distance(a->trailing, b->trailing) && a->time_limit_ns == b->time_limit_ns &&
           a->time_limit_bars == b->time_limit_bars &&
           a->flat_before_close_ns == b->flat_before_close_ns &&
           a->opposite_signal == b->opposite_signal && a->at_broker == b->at_broker &&
           a->atr_window == b->atr_window;
}

static bool same_sizing(const struct sizing *a, const struct sizing *b)
{
    return a->kind == b->kind && a->qty_e9 == b->qty_e9 && a->share_ppm == b->share_ppm &&
           a->cap_ppm == b->cap_ppm && a->capital_ppm == b->capital_ppm &&
           a->fractional == b->fractional;
}

/* A symbol that both trade: of one's own list, else of the other's, else "all". */
static const char *shared_symbol(const struct book_config *a, const struct book_config *b)
{
    if (a->symbols == NULL || b->symbols == NULL) {
        const struct book_config *listed = a->symbols != NULL ? a : b;
        return listed->symbols != NULL ? listed->symbols[0].symbol : "all symbols";
    }
    for (uint32_t i = 0; i < a->symbol_count; i++) {
        for (uint32_t k = 0; k < b->symbol_count; k++) {
            if (strcmp(a->symbols[i].symbol, b->symbols[k].symbol) == 0) {
                return a->symbols[i].symbol;
            }
        }
    }
    return NULL;
}

/* One signal traded in two ways is a comparison; traded twice in the same way it is a slip. */
static bool are_twins(const struct book_config *a, const struct book_config *b)
{
    return a->strategy == b->strategy && a->frame_ns == b->frame_ns &&
           memcmp(a->parameters, b->parameters, sizeof a->parameters) == 0 &&
           same_sizing(&a->sizing, &b->sizing) && same_exits(&a->exits, &b->exits) &&
           a->entry.type == b->entry.type &&
           a->entry.limit_offset_ppm == b->entry.limit_offset_ppm &&
           a->entry.time_in_force == b->entry.time_in_force;
}

static enum err check_twins(const struct book_check *check)
{
    for (const struct book_config *other = check->config->books; other != check->book; other++) {
        const char *symbol = shared_symbol(other, check->book);
        if (symbol == NULL || !are_twins(other, check->book)) {
            continue;
        }
        return source_refuse(
            check->source, keys_spot(check->item),
            "take one of them out, or change its parameters, size or symbols",
            "strategies: %s stands twice in the same way (the first is number %d) and "
            "would trade %s double",
            check->book->strategy->name, (int)(other - check->config->books) + 1, symbol);
    }
    return ERR_OK;
}

enum err contradictions_book(const struct source *source, const struct yaml_node *item,
                             const struct run_config *config, const struct book_config *book)
{
    static enum err (*const checks[])(const struct book_check *) = {
        check_size, check_parameters, check_frame, check_risk, check_exits, check_flat, check_twins,
    };
    const struct book_check check = {source, item, config, book};
    enum err err = ERR_OK;
    for (size_t i = 0; i < sizeof checks / sizeof checks[0] && err == ERR_OK; i++) {
        err = checks[i](&check);
    }
    return err;
}

/* ---- the whole ---- */

static void warn(struct run_config *config, struct words text)
{
    config->warnings =
        xrealloc(config->warnings, (config->warning_count + 1) * sizeof *config->warnings);
    config->warnings[config->warning_count++] = text;
}

/* Only sizes by a rule look at the capital. */
static void warn_of_capital(struct run_config *config)
{
    int64_t sum_ppm = 0;
    for (uint32_t i = 0; i < config->book_count; i++) {
        const struct sizing *sizing = &config->books[i].sizing;
        sum_ppm += sizing->kind == SIZING_FIXED ? 0 : sizing->capital_ppm;
    }
    if (sum_ppm > PPM_ONE) {
        warn(config, words("capital: the strategies' shares add up to %s; together they may want "
                           "more than there is, and the later entries are refused",
                           unit_share_text(sum_ppm).text));
    }
}

static void warn_of_size(struct run_config *config, const struct book_config *book)
{
    const struct limit *most = &config->limits.order_notional;
    const struct sizing *sizing = &book->sizing;
    int64_t wanted_ppm =
        sizing->kind == SIZING_EQUITY ? sizing->share_ppm * sizing->capital_ppm / PPM_ONE : 0;
    if (most->unit == LIMIT_SHARE && wanted_ppm > most->value) {
        warn(config, words("%s: entries worth %s of the equity are more than max_order_notional: "
                           "%s allows; all would be refused",
                           book->strategy->name, unit_share_text(wanted_ppm).text,
                           unit_share_text(most->value).text));
    }
}

static void warn_of_time(struct run_config *config, const struct book_config *book)
{
    char bar[24];
    int64_t limit_ns = book->exits.time_limit_ns;
    if (limit_ns > 0 && config->bar_ns > limit_ns) {
        warn(config,
             words("%s: time_limit: %s ends within a %s bar; the trade ends at that bar's close",
                   book->strategy->name, unit_duration_text(limit_ns).text,
                   bar_length_text(config->bar_ns, bar)));
    }
}

static enum err check_collar(const struct source *source, const struct yaml_node *item,
                             const struct run_config *config, const struct book_config *book)
{
    int64_t offset_ppm = llabs(book->entry.limit_offset_ppm);
    if (book->entry.type != ORDER_TYPE_LIMIT || offset_ppm <= config->limits.collar.value) {
        return ERR_OK;
    }
    return source_refuse(
        source, origin(item, "entry", "order"),
        "bring the limit nearer to the price, or widen price_collar",
        "order: %s from the price lies outside of price_collar: %s; every entry would be "
        "refused",
        unit_share_text(offset_ppm).text, unit_share_text(config->limits.collar.value).text);
}

enum err contradictions_run(const struct source *source, const struct yaml_node *root,
                            struct run_config *config)
{
    const struct yaml_node *item = yaml_find(root, "strategies")->first;
    for (uint32_t i = 0; i < config->book_count; i++, item = item->next) {
        enum err err = check_collar(source, item, config, &config->books[i]);
        if (err != ERR_OK) {
            return err;
        }
        warn_of_size(config, &config->books[i]);
        warn_of_time(config, &config->books[i]);
    }
    warn_of_capital(config);
    if (config->actions_path != NULL && config->assume_adjusted) {
        warn(config, words("assume_adjusted: yes beside actions: prices that are adjusted already "
                           "would be adjusted twice"));
    }
    return ERR_OK;
}
