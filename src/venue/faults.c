#include "venue/faults.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/code_text.h"
#include "base/money.h"
#include "sys/memory.h"

#define PPM_ALL UINT64_C(1000000)

#define KIND(name, text, site, keys) CASE_TEXT(FAULT_##name, text)
CODE_TEXT(fault_kind_text, enum fault_kind, FAULT_LIST(KIND), "unknown")

static const struct {
    enum fault_site site;
    uint32_t keys;
} kinds[FAULT_KIND_COUNT] = {
#define X(name, text, site, keys) [FAULT_##name] = {FAULT_OF_##site, keys},
    FAULT_LIST(X)
#undef X
};

enum fault_site fault_kind_site(uint8_t kind)
{
    return kinds[kind].site;
}

uint32_t fault_kind_keys(uint8_t kind)
{
    return kinds[kind].keys;
}

/* ---- scripts ---- */

void faults_finish(struct faults *faults)
{
    free(faults->script.rules);
    *faults = (struct faults){0};
}

void faults_load(struct faults *faults, const struct fault_script *script)
{
    faults_finish(faults);
    faults->on = true;
    if (script == NULL || script->count == 0) {
        return;
    }
    size_t size = script->count * sizeof *script->rules;
    faults->script = *script;
    faults->script.rules = xmalloc(size);
    memcpy(faults->script.rules, script->rules, size);
    faults_restart(faults);
}

void faults_restart(struct faults *faults)
{
    for (uint32_t i = 0; i < faults->script.count; i++) {
        faults->script.rules[i].occasions = 0;
        faults->script.rules[i].strikes = 0;
    }
}

/* ---- random numbers ---- */

/* SplitMix64's output function. */
static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static uint64_t draw_of(uint64_t seed, uint32_t rule, uint64_t ordinal)
{
    return mix(mix(mix(seed) ^ rule) ^ ordinal);
}

uint64_t fault_draw(const struct fault *fault, uint32_t index, uint64_t bound)
{
    return mix(fault->draw ^ (UINT64_C(1) << 32 | index)) % bound;
}

/* ---- deciding ---- */

static bool fits(const struct fault_rule *rule, const struct fault_occasion *occasion)
{
    if (occasion->now_ns < rule->after_ns || occasion->now_ns > rule->until_ns) {
        return false;
    }
    if (rule->method[0] != '\0' && strcmp(rule->method, "*") != 0 &&
        (occasion->method == NULL || strcmp(rule->method, occasion->method) != 0)) {
        return false;
    }
    if (rule->path[0] != '\0' &&
        (occasion->path == NULL || fnmatch(rule->path, occasion->path, 0) != 0)) {
        return false;
    }
    return rule->stream == occasion->stream &&
           (rule->symbol[0] == '\0' || occasion->symbol == NULL ||
            strcmp(rule->symbol, occasion->symbol) == 0);
}

/* Whether a strike begins with that occasion. */
static bool begins(const struct fault_rule *rule, uint64_t seed, uint32_t number, uint64_t ordinal)
{
    if (rule->nth != 0) {
        return ordinal == (uint64_t)rule->nth;
    }
    if (rule->every != 0) {
        return ordinal % (uint64_t)rule->every == 0;
    }
    return rule->probability_ppm == 0 ||
           draw_of(seed, number, ordinal) % PPM_ALL < (uint64_t)rule->probability_ppm;
}

/* Or has begun so shortly before that its burst lasts. */
static bool strikes(const struct fault_rule *rule, uint64_t seed, uint32_t number, uint64_t ordinal)
{
    for (uint64_t i = 0; i < (uint64_t)rule->burst && i < ordinal; i++) {
        if (begins(rule, seed, number, ordinal - i)) {
            return true;
        }
    }
    return false;
}

static bool ask(struct faults *faults, uint32_t number, const struct fault_occasion *occasion,
                bool taken, struct fault *fault)
{
    struct fault_rule *rule = &faults->script.rules[number];
    uint64_t seed = (uint64_t)faults->script.seed;
    if (!fits(rule, occasion)) {
        return false;
    }
    uint64_t ordinal = ++rule->occasions;
    if (taken || !strikes(rule, seed, number, ordinal)) {
        return false;
    }
    rule->strikes++;
    fault->rule = *rule;
    fault->draw = mix(draw_of(seed, number, ordinal));
    return true;
}

bool faults_strike(struct faults *faults, enum fault_site site,
                   const struct fault_occasion *occasion, struct fault *fault)
{
    bool struck = false;
    for (uint32_t i = 0; faults != NULL && faults->on && i < faults->script.count; i++) {
        if (kinds[faults->script.rules[i].kind].site == site) {
            struck |= ask(faults, i, occasion, struck, fault);
        }
    }
    return struck;
}

bool faults_strike_kind(struct faults *faults, enum fault_kind kind,
                        const struct fault_occasion *occasion, struct fault *fault)
{
    bool struck = false;
    for (uint32_t i = 0; faults != NULL && faults->on && i < faults->script.count; i++) {
        if (faults->script.rules[i].kind == kind) {
            struck |= ask(faults, i, occasion, struck, fault);
        }
    }
    return struck;
}

int64_t fault_end_ns(const struct fault *fault, int64_t now_ns)
{
    int64_t end_ns;
    return money_add(now_ns, fault->rule.for_ns, &end_ns) == ERR_OK ? end_ns : INT64_MAX;
}
