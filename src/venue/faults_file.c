#include "venue/faults_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "config/keys.h"
#include "config/nearest.h"
#include "config/values.h"
#include "config/yaml.h"
#include "sys/files.h"
#include "sys/memory.h"

enum { SCRIPT_SIZE_MAX = 1 << 20, BURST_MAX = 100000, MEGABYTES_MAX = 64 };

#define COUNT_MOST INT64_C(1000000000)
#define PPM_ALL    INT64_C(1000000)

/* A rule, and which of its keys are there. */
struct draft {
    struct fault_rule rule;
    uint32_t keys; /* FAULT_HAS_ bits */
};

static void store(const struct key *key, void *target, const void *value, size_t size)
{
    memcpy((char *)target + key->offset, value, size);
}

/* ---- values ---- */

static VALUE_READER(read_count)
{
    const struct count_unit unit = {.noun = "", .minimum = key->minimum, .maximum = key->maximum};
    enum err err = keys_want(source, key, node, YAML_TEXT);
    int64_t count;
    struct unit_fault fault;
    if (err != ERR_OK) {
        return err;
    }
    if (!unit_count(node->text, &unit, &count, &fault)) {
        return keys_refuse(source, key, node, &fault);
    }
    store(key, target, &count, sizeof count);
    return ERR_OK;
}

static VALUE_READER(read_time)
{
    enum err err = keys_want(source, key, node, YAML_TEXT);
    int64_t ts_ns;
    if (err != ERR_OK) {
        return err;
    }
    if (utc_parse(node->text, strlen(node->text), &ts_ns) != ERR_OK) {
        return source_refuse(source, node->spot, words("write %s", key->example).text,
                             "%s: %s is no time", key->name, shown(node->text).text);
    }
    store(key, target, &ts_ns, sizeof ts_ns);
    return ERR_OK;
}

static VALUE_READER(read_text)
{
    enum err err = keys_want(source, key, node, YAML_TEXT);
    if (err != ERR_OK) {
        return err;
    }
    if (strlen(node->text) >= (size_t)key->maximum) {
        return source_refuse(source, node->spot,
                             words("write %s: %s", key->name, key->example).text,
                             "%s: longer than %d characters", key->name, (int)key->maximum - 1);
    }
    memcpy((char *)target + key->offset, node->text, strlen(node->text) + 1);
    return ERR_OK;
}

static VALUE_READER(read_qty)
{
    enum err err = keys_want(source, key, node, YAML_TEXT);
    int64_t qty_e9;
    struct unit_fault fault;
    if (err != ERR_OK) {
        return err;
    }
    if (!unit_quantity(node->text, true, &qty_e9, &fault)) {
        return keys_refuse(source, key, node, &fault);
    }
    store(key, target, &qty_e9, sizeof qty_e9);
    return ERR_OK;
}

static VALUE_READER(read_side)
{
    static const char *const sides[] = {"buy", "sell", NULL};
    size_t index;
    enum err err = value_word(source, key, node, sides, &index);
    bool sells = index == 1;
    if (err == ERR_OK) {
        store(key, target, &sells, sizeof sells);
    }
    return err;
}

static VALUE_READER(read_refuse)
{
    static const char *const codes[] = {"406", "429", NULL};
    size_t index;
    enum err err = value_word(source, key, node, codes, &index);
    int64_t code = index == 0 ? 406 : 429;
    if (err == ERR_OK) {
        store(key, target, &code, sizeof code);
    }
    return err;
}

static VALUE_READER(read_parts)
{
    struct draft *draft = target;
    enum err err = keys_want(source, key, node, YAML_LIST);
    int64_t sum_ppm = 0;
    if (err != ERR_OK) {
        return err;
    }
    if (node->count < 2 || node->count > FAULT_PARTS_MAX) {
        return source_refuse(source, node->spot, "write parts: [30%, 70%]",
                             "parts: %u of them; there can be 2 to %d", node->count,
                             FAULT_PARTS_MAX);
    }
    for (const struct yaml_node *at = node->first; at != NULL; at = at->next) {
        int64_t *part_ppm = &draft->rule.parts_ppm[draft->rule.part_count++];
        struct unit_fault fault;
        if (at->kind != YAML_TEXT ||
            !unit_share(at->text, (struct unit_range){1, PPM_ALL}, part_ppm, &fault)) {
            return source_refuse(source, at->spot, "write parts: [30%, 70%]",
                                 "parts: not a share such as 30%%");
        }
        sum_ppm += *part_ppm;
    }
    if (sum_ppm != PPM_ALL) {
        return source_refuse(source, node->spot, "write parts: [30%, 70%]",
                             "parts: they do not make 100%%");
    }
    return ERR_OK;
}

static VALUE_READER(read_as)
{
    static const char *const damages[] = {
#define X(name, text) text,
        FAULT_DAMAGE_LIST(X)
#undef X
            NULL};
    size_t index;
    enum err err = value_word(source, key, node, damages, &index);
    if (err == ERR_OK) {
        ((struct draft *)target)->rule.damage = (uint8_t)(FAULT_DAMAGE_NONE + 1 + index);
    }
    return err;
}

/* "POST /v2/orders" */
static VALUE_READER(read_route)
{
    struct fault_rule *rule = &((struct draft *)target)->rule;
    enum err err = keys_want(source, key, node, YAML_TEXT);
    if (err != ERR_OK) {
        return err;
    }
    const char *text = node->text;
    size_t length = strcspn(text, " ");
    const char *path = text + length + (text[length] == ' ' ? 1 : 0);
    bool any = strcmp(path, "*") == 0;
    bool word = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ*") == length;
    if (length == 0 || length >= sizeof rule->method || !word || (path[0] != '/' && !any) ||
        strlen(path) >= sizeof rule->path) {
        return source_refuse(source, node->spot, "write route: POST /v2/orders, or GET *",
                             "route: %s is not a method and a path", shown(text).text);
    }
    (void)snprintf(rule->method, sizeof rule->method, "%.*s", (int)length, text);
    (void)snprintf(rule->path, sizeof rule->path, "%s", path);
    return ERR_OK;
}

static VALUE_READER(read_stream)
{
    static const char *const streams[] = {"trading", "data", NULL};
    size_t index;
    enum err err = value_word(source, key, node, streams, &index);
    if (err == ERR_OK) {
        ((struct draft *)target)->rule.stream =
            (uint8_t)(index == 0 ? FAULT_STREAM_TRADING : FAULT_STREAM_DATA);
    }
    return err;
}

/* ---- what ---- */

/* What a rule speaks of, in words: its route, its stream, or the market. */
enum subject { OF_REQUESTS, OF_STREAMS, OF_MARKET };

static enum subject subject_of_rule(const struct fault_rule *rule)
{
    return rule->path[0] != '\0'               ? OF_REQUESTS
           : rule->stream != FAULT_STREAM_NONE ? OF_STREAMS
                                               : OF_MARKET;
}

static enum subject subject_of_kind(uint8_t kind)
{
    enum fault_site site = fault_kind_site(kind);
    return site == FAULT_OF_REQUEST  ? OF_REQUESTS
           : site == FAULT_OF_STREAM ? OF_STREAMS
                                     : OF_MARKET;
}

static enum err refuse_what(const struct source *source, const struct yaml_node *node,
                            enum subject subject)
{
    static const char *const subjects[] = {"a route", "a stream", "neither route nor stream"};
    struct nearest nearest = nearest_to(node->text);
    struct words list = words("%s", "");
    for (uint8_t kind = 0; kind < FAULT_KIND_COUNT; kind++) {
        if (strcmp(node->text, fault_kind_text(kind)) == 0) {
            return source_refuse(source, node->spot,
                                 words("it goes with %s", subjects[subject_of_kind(kind)]).text,
                                 "what: %s does not go with %s", node->text, subjects[subject]);
        }
        if (subject_of_kind(kind) == subject) {
            nearest_offer(&nearest, fault_kind_text(kind));
            list =
                words("%s%s%s", list.text, list.text[0] == '\0' ? "" : ", ", fault_kind_text(kind));
        }
    }
    return source_refuse(source, node->spot,
                         nearest.name != NULL
                             ? words("did you mean %s?", nearest.name).text
                             : words("with %s: %s", subjects[subject], list.text).text,
                         "what: %s is no fault that is known", shown(node->text).text);
}

/* The same word may stand for a fault of requests and one of streams. */
static VALUE_READER(read_what)
{
    struct fault_rule *rule = &((struct draft *)target)->rule;
    enum err err = keys_want(source, key, node, YAML_TEXT);
    if (err != ERR_OK) {
        return err;
    }
    enum subject subject = subject_of_rule(rule);
    for (uint8_t kind = 0; kind < FAULT_KIND_COUNT; kind++) {
        if (subject_of_kind(kind) == subject && strcmp(node->text, fault_kind_text(kind)) == 0) {
            rule->kind = kind;
            return ERR_OK;
        }
    }
    return refuse_what(source, node, subject);
}

/* ---- rules ---- */

#define AT(field)       offsetof(struct draft, rule.field)
#define OPTIONAL(word)  word, KEY_OPTIONAL
#define MOMENT          "2026-03-16T15:00:00Z"
#define DURATION_MAX_NS (365 * NS_PER_DAY)

/* clang-format off */
static const struct key rule_keys[] = { /* the place comes before what happens there */
    {OPTIONAL("route"), "POST /v2/orders", "which requests", read_route, 0, NULL, 0, 0},
    {OPTIONAL("stream"), "trading", "which stream", read_stream, 0, NULL, 0, 0},
    {"what", KEY_REQUIRED, "timeout_after", "what goes wrong", read_what, 0, NULL, 0, 0},
    {OPTIONAL("probability"), "20%", "how often", value_share, AT(probability_ppm), NULL, 1, PPM_ALL},
    {OPTIONAL("nth"), "3", "that one alone", read_count, AT(nth), NULL, 1, COUNT_MOST},
    {OPTIONAL("every"), "3", "each third", read_count, AT(every), NULL, 1, COUNT_MOST},
    {OPTIONAL("burst"), "5", "so many in a row", read_count, AT(burst), NULL, 1, BURST_MAX},
    {OPTIONAL("after"), MOMENT, "from then on", read_time, AT(after_ns), NULL, 0, 0},
    {OPTIONAL("until"), MOMENT, "up to then", read_time, AT(until_ns), NULL, 0, 0},
    {OPTIONAL("code"), "503", "the answer's status", read_count, AT(code), NULL, 400, 599},
    {OPTIONAL("body"), "upstream", "the answer's text", read_text, AT(text), NULL, 0, FAULT_TEXT_SIZE},
    {OPTIONAL("carried_out"), "yes", "whether it is done all the same", value_flag, AT(carried_out), NULL, 0, 0},
    {OPTIONAL("bytes"), "40", "how many", read_count, AT(bytes), NULL, 1, COUNT_MOST},
    {OPTIONAL("pause"), "100ms", "between pieces", value_duration, AT(pause_ns), NULL, NS_PER_MS, NS_PER_HOUR},
    {OPTIONAL("megabytes"), "8", "how large", read_count, AT(megabytes), NULL, 1, MEGABYTES_MAX},
    {OPTIONAL("to"), "http://127.0.0.1:1/", "where to", read_text, AT(text), NULL, 0, 121},
    {OPTIONAL("for"), "20s", "how long", value_duration, AT(for_ns), NULL, 0, DURATION_MAX_NS},
    {OPTIONAL("refuse"), "406", "how reconnects are refused", read_refuse, AT(refuse), NULL, 0, 0},
    {OPTIONAL("parts"), "[30%, 70%]", "how it fills", read_parts, 0, NULL, 0, 0},
    {OPTIONAL("symbol"), "AAPL", "which one", read_text, AT(symbol), NULL, 0, SYMBOL_SIZE},
    {OPTIONAL("side"), "buy", "which side", read_side, AT(sells), NULL, 0, 0},
    {OPTIONAL("qty"), "10", "how much", read_qty, AT(qty_e9), NULL, 0, 0},
    {OPTIONAL("as"), "spike", "how bad it is", read_as, 0, NULL, 0, 0},
    {OPTIONAL("field"), "status", "which member", read_text, AT(field), NULL, 0, FAULT_FIELD_SIZE},
    {OPTIONAL("value"), "'null'", "what it says instead", read_text, AT(text), NULL, 0, FAULT_TEXT_SIZE},
    {OPTIONAL("rows"), "2", "how many are left", read_count, AT(rows), NULL, 0, COUNT_MOST},
    {0},
};
/* clang-format on */

static const struct {
    const char *name;
    uint32_t key;
} own_keys[] = {
    {"code",        FAULT_HAS_CODE       },
    {"body",        FAULT_HAS_BODY       },
    {"bytes",       FAULT_HAS_BYTES      },
    {"pause",       FAULT_HAS_PAUSE      },
    {"to",          FAULT_HAS_TO         },
    {"for",         FAULT_HAS_FOR        },
    {"refuse",      FAULT_HAS_REFUSE     },
    {"parts",       FAULT_HAS_PARTS      },
    {"symbol",      FAULT_HAS_SYMBOL     },
    {"side",        FAULT_HAS_SIDE       },
    {"qty",         FAULT_HAS_QTY        },
    {"as",          FAULT_HAS_AS         },
    {"field",       FAULT_HAS_FIELD      },
    {"value",       FAULT_HAS_FIELD      },
    {"rows",        FAULT_HAS_ROWS       },
    {"megabytes",   FAULT_HAS_MEGABYTES  },
    {"carried_out", FAULT_HAS_CARRIED_OUT},
};

/* Keys that are known, but not of this kind. */
static enum err refuse_foreign(const struct source *source, const struct yaml_node *node,
                               struct draft *draft)
{
    uint32_t allowed = fault_kind_keys(draft->rule.kind);
    const char *what = fault_kind_text(draft->rule.kind);
    for (size_t i = 0; i < sizeof own_keys / sizeof own_keys[0]; i++) {
        const struct yaml_node *value = yaml_find(node, own_keys[i].name);
        if (value != NULL && (allowed & own_keys[i].key) == 0) {
            return source_refuse(source, keys_spot(value), "delete it", "rule: %s has no key %s",
                                 what, own_keys[i].name);
        }
        draft->keys |= value != NULL ? own_keys[i].key : 0;
    }
    return ERR_OK;
}

static enum err refuse_needed(const struct source *source, const struct yaml_node *node,
                              const char *what, const char *example)
{
    return source_refuse(source, keys_spot(node), words("add \"%s\"", example).text,
                         "rule: %s needs it", what);
}

/* What only the whole rule shows. */
static enum err judge(const struct source *source, const struct yaml_node *node,
                      const struct draft *draft)
{
    const struct fault_rule *rule = &draft->rule;
    const char *what = fault_kind_text(rule->kind);
    if (rule->path[0] != '\0' && rule->stream != FAULT_STREAM_NONE) {
        return source_refuse(source, keys_spot(node), "make two rules of it",
                             "rule: both a route and a stream");
    }
    if ((rule->nth != 0) + (rule->every != 0) + (rule->probability_ppm != 0) > 1) {
        return source_refuse(source, keys_spot(node), "keep one of them",
                             "rule: more than one of probability, nth and every");
    }
    if (rule->after_ns > rule->until_ns) {
        return source_refuse(source, keys_spot(yaml_find(node, "until")), "write a later time",
                             "until: it lies before after");
    }
    if (rule->kind == FAULT_STATUS && (draft->keys & FAULT_HAS_CODE) == 0) {
        return refuse_needed(source, node, what, "code: 503");
    }
    if (rule->field[0] == '\0' && (fault_kind_keys(rule->kind) & FAULT_HAS_FIELD) != 0) {
        return refuse_needed(source, node, what, "field: status");
    }
    if (rule->field[0] != '\0' && rule->text[0] == '\0') {
        return refuse_needed(source, node, what, "value: 'null'");
    }
    if (rule->kind == FAULT_BAD_DATA && rule->damage == FAULT_DAMAGE_NONE) {
        return refuse_needed(source, node, what, "as: spike");
    }
    bool symbol = fault_kind_site(rule->kind) == FAULT_OF_SLICE &&
                  (fault_kind_keys(rule->kind) & FAULT_HAS_SYMBOL) != 0;
    if (symbol && rule->symbol[0] == '\0') {
        return refuse_needed(source, node, what, "symbol: AAPL");
    }
    bool lasts = rule->kind == FAULT_LATE || rule->kind == FAULT_LATE_ANSWER ||
                 rule->kind == FAULT_LOOKUP_LAG;
    if (lasts && (draft->keys & FAULT_HAS_FOR) == 0) {
        return refuse_needed(source, node, what, "for: 20s");
    }
    return ERR_OK;
}

/* What is not given. */
static void set_defaults(struct draft *draft)
{
    struct fault_rule *rule = &draft->rule;
    static const int64_t pause_ns = 100 * NS_PER_MS;
    if ((draft->keys & FAULT_HAS_BYTES) == 0) {
        rule->bytes = rule->kind == FAULT_SLOW       ? 1
                      : rule->kind == FAULT_FRAGMENT ? 7
                      : rule->kind == FAULT_GARBLED || rule->kind == FAULT_GARBLE
                          ? 3
                          : -1; /* half of it */
    }
    if ((draft->keys & FAULT_HAS_FOR) == 0) { /* a cut and a bust take no time, the rest no end */
        rule->for_ns = rule->kind == FAULT_DISCONNECT || rule->kind == FAULT_BUST ? 0 : INT64_MAX;
    }
    rule->code = rule->code == 0 ? 502 : rule->code;
    rule->refuse = rule->refuse == 0 ? 406 : rule->refuse;
    rule->pause_ns = rule->pause_ns == 0 ? pause_ns : rule->pause_ns;
    rule->megabytes = rule->megabytes == 0 ? 8 : rule->megabytes;
    rule->qty_e9 = rule->qty_e9 == 0 ? 10 * MONEY_E9 : rule->qty_e9;
    rule->rows = (draft->keys & FAULT_HAS_ROWS) == 0 ? -1 : rule->rows;
    rule->burst = rule->burst == 0 ? 1 : rule->burst;
}

static enum err read_rule(const struct source *source, const struct yaml_node *node,
                          struct fault_rule *rule)
{
    struct draft draft = {
        .rule = {.after_ns = INT64_MIN, .until_ns = INT64_MAX}
    };
    enum err err = keys_read(source, node, "rule", rule_keys, &draft);
    if (err == ERR_OK) {
        err = refuse_foreign(source, node, &draft);
    }
    if (err == ERR_OK) {
        err = judge(source, node, &draft);
    }
    set_defaults(&draft);
    *rule = draft.rule;
    return err;
}

static VALUE_READER(read_rules)
{
    struct fault_script *script = target;
    enum err err = keys_want(source, key, node, YAML_LIST);
    if (err != ERR_OK) {
        return err;
    }
    if (node->count > FAULT_RULES_MAX) {
        return source_refuse(source, node->spot, "leave some out", "rules: more than %d of them",
                             FAULT_RULES_MAX);
    }
    script->rules = xcalloc((size_t)node->count + 1, sizeof *script->rules);
    for (const struct yaml_node *at = node->first; at != NULL && err == ERR_OK; at = at->next) {
        err = read_rule(source, at, &script->rules[script->count++]);
    }
    return err;
}

/* ---- scripts ---- */

static const struct key script_keys[] = {
    {"seed",      KEY_OPTIONAL, "7", "what chance is drawn from", read_count,
     offsetof(struct fault_script, seed), NULL, 0, COUNT_MOST},
    {"rules",        KEY_REQUIRED, "[{what: ..., ...}, ...]", "what goes wrong and when", read_rules, 0,
     NULL, 0, 0},
    {0},
};

enum err fault_script_parse(const char *name, const char *text, size_t length,
                            struct fault_script *script, struct problem *problem)
{
    const struct source source = {name, text, length, problem};
    struct yaml_tree tree = {0};
    *script = (struct fault_script){0};
    enum err err = source_check(&source);
    if (err == ERR_OK) {
        err = yaml_read(&source, &tree);
    }
    if (err == ERR_OK) {
        err = keys_read(&source, tree.root, "faults", script_keys, script);
    }
    yaml_finish(&tree);
    if (err != ERR_OK) {
        fault_script_finish(script);
    }
    return err;
}

enum err fault_script_read(const char *path, struct fault_script *script, struct problem *problem)
{
    char *text = NULL;
    size_t length;
    *script = (struct fault_script){0};
    enum err err = file_read(path, SCRIPT_SIZE_MAX, &text, &length, problem);
    if (err == ERR_OK) {
        err = fault_script_parse(path, text, length, script, problem);
        free(text);
    }
    return err;
}

void fault_script_finish(struct fault_script *script)
{
    free(script->rules);
    *script = (struct fault_script){0};
}
