/* exits.c: see exits.h. */
#include "config/exits.h"

#include <string.h>

#include "base/utc.h"
#include "config/books.h"

#define PPM_ONE INT64_C(1000000)

/* A target may be many times the price; a stop at or below zero is none. */
static VALUE_READER(read_distance)
{
    enum err err = keys_want(source, key, node, YAML_TEXT);
    struct exit_distance distance;
    struct unit_fault fault;
    if (err != ERR_OK) {
        return err;
    }
    if (!unit_distance(node->text, key->maximum, &distance, &fault)) {
        return keys_refuse(source, key, node, &fault);
    }
    memcpy((char *)target + key->offset, &distance, sizeof distance);
    return ERR_OK;
}

#define TIME_LIMIT_MAX (INT64_C(10) * 366 * NS_PER_DAY)
#define TIME_LIMIT_HINT                                                                            \
    "write time_limit: 20 bars, or time_limit: 6h; to have both, take the shorter"

/* Whether the text counts bars and says something else, too: "20 bars or 6h". */
static bool names_both(const char *text)
{
    const char *bars = strstr(text, "bar");
    if (bars == NULL) {
        return false;
    }
    size_t digits = strspn(text, "0123456789., ");
    const char *behind = bars + (strncmp(bars, "bars", 4) == 0 ? 4 : 3);
    return text + digits != bars || behind[strspn(behind, " ")] != '\0';
}

static VALUE_READER(read_time_limit)
{
    static const struct count_unit bars_unit = {.noun = "bars", .minimum = 1, .maximum = 1000000};
    static const struct unit_range range = {NS_PER_S, TIME_LIMIT_MAX};
    struct exit_plan *plan = target;
    enum err err = keys_want(source, key, node, YAML_TEXT);
    struct unit_fault fault;
    int64_t bars = 0;
    int64_t ns = 0;
    if (err != ERR_OK) {
        return err;
    }
    if (names_both(node->text)) {
        return source_refuse(source, node->spot, TIME_LIMIT_HINT,
                             "time_limit: %s is both bars and time; it is one of them",
                             shown(node->text).text);
    }
    bool counted = strstr(node->text, "bar") != NULL;
    if (!(counted ? unit_count(node->text, &bars_unit, &bars, &fault)
                  : unit_duration(node->text, range, &ns, &fault))) {
        size_t digits = strspn(node->text, "0123456789");
        if (digits > 0 && node->text[digits] == '\0') {
            fault.hint = words("%s could mean %s bars, %smin or %sh: write one of them", node->text,
                               node->text, node->text, node->text);
        }
        return keys_refuse(source, key, node, &fault);
    }
    plan->time_limit_bars = (uint32_t)bars;
    plan->time_limit_ns = ns;
    return ERR_OK;
}

static VALUE_READER(read_held_by)
{
    static const char *const holders[] = {"engine", "broker", NULL};
    struct exit_plan *plan = target;
    size_t index;
    enum err err = value_word(source, key, node, holders, &index);
    if (err == ERR_OK) {
        plan->at_broker = index == 1;
    }
    return err;
}

static VALUE_READER(read_atr)
{
    static const struct count_unit unit = {
        .noun = "bars", .noun_optional = true, .minimum = 1, .maximum = 1000};
    struct exit_plan *plan = target;
    enum err err = keys_want(source, key, node, YAML_TEXT);
    int64_t bars;
    struct unit_fault fault;
    if (err != ERR_OK) {
        return err;
    }
    if (!unit_count(node->text, &unit, &bars, &fault)) {
        return keys_refuse(source, key, node, &fault);
    }
    plan->atr_window = (uint32_t)bars;
    return ERR_OK;
}

/* Version 14 tears wide tables apart. */
/* clang-format off */
#define AT(field) offsetof(struct exit_plan, field)
#define SESSION_NS (6 * NS_PER_HOUR + 30 * NS_PER_MIN)

static const struct key exit_keys[] = {
    {"target", KEY_OPTIONAL, "3ATR", "gain at which it sells", read_distance, AT(target), NULL,
     0, 100 * PPM_ONE},
    {"stop", KEY_OPTIONAL, "2ATR", "loss at which it sells", read_distance, AT(stop), NULL,
     0, PPM_ONE - 1},
    {"trailing", KEY_OPTIONAL, "2%", "fall from the best close at which it sells", read_distance,
     AT(trailing), NULL, 0, PPM_ONE - 1},
    {"time_limit", KEY_OPTIONAL, "20 bars", "how long it is held at most", read_time_limit, 0,
     NULL, 0, 0},
    {"flat_before_close", KEY_OPTIONAL, "15min", "so long before the close nothing is held",
     value_duration, AT(flat_before_close_ns), NULL, NS_PER_S, SESSION_NS - NS_PER_MIN},
    {"opposite_signal", KEY_OPTIONAL, "yes", "whether the strategy's SELL ends it", value_flag,
     AT(opposite_signal), NULL, 0, 0},
    {"held_by", KEY_OPTIONAL, "engine", "who watches target and stop", read_held_by, 0, NULL, 0, 0},
    {"atr", KEY_OPTIONAL, "14", "bars of the average true range", read_atr, 0, NULL, 0, 0},
    {0},
};
/* clang-format on */

VALUE_READER(exits_read)
{
    const struct book_reading *reading = target;
    return keys_read(source, node, key->name, exit_keys, &reading->book->exits);
}

enum err exits_check(const struct source *source, const struct yaml_node *node,
                     const struct yaml_node *book, const struct exit_plan *plan)
{
    bool resting = plan->target.unit != EXIT_NONE || plan->stop.unit != EXIT_NONE ||
                   plan->trailing.unit != EXIT_NONE;
    if (plan->at_broker && !resting) {
        return source_refuse(
            source, yaml_find(node, "held_by")->spot,
            "add a stop, a target or a trailing distance, or write held_by: engine",
            "held_by: there is nothing that could rest at the broker");
    }
    if (!plan->opposite_signal && !resting && plan->time_limit_ns == 0 &&
        plan->time_limit_bars == 0 && plan->flat_before_close_ns == 0) {
        return source_refuse(source, node == NULL ? book->spot : keys_spot(node),
                             "write opposite_signal: yes, or add a stop or a time_limit",
                             "exits: nothing would ever end a trade");
    }
    return ERR_OK;
}
