/* faults_fuzz.c: any bytes are either refused with words or are a script whose rules can be asked.
 */
#include <string.h>

#include "base/check.h"
#include "venue/faults_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
const char *__lsan_default_suppressions(void);

/* libfyaml 0.7.12 loses half a kilobyte after some syntax errors; our own leaks still count. */
const char *__lsan_default_suppressions(void)
{
    return "leak:libfyaml.so";
}

static void check_rule(const struct fault_rule *rule)
{
    CHECK(rule->kind < FAULT_KIND_COUNT && rule->burst >= 1 && rule->after_ns <= rule->until_ns);
    CHECK(rule->probability_ppm >= 0 && rule->probability_ppm <= 1000000);
    CHECK((rule->path[0] != '\0') == (fault_kind_site(rule->kind) == FAULT_OF_REQUEST));
    CHECK((rule->stream != FAULT_STREAM_NONE) == (fault_kind_site(rule->kind) == FAULT_OF_STREAM));
    CHECK(rule->code >= 400 && rule->code <= 599 && rule->for_ns >= 0 && rule->qty_e9 > 0);
}

/* An occasion that fits, a few times. */
static void ask(struct faults *faults, const struct fault_rule *rule)
{
    struct fault fault;
    const struct fault_occasion occasion = {.now_ns = rule->after_ns,
                                            .method = "GET",
                                            .path = "/v2/orders",
                                            .stream = (enum fault_stream)rule->stream,
                                            .symbol = rule->symbol};
    for (int i = 0; i < 3; i++) {
        if (faults_strike(faults, fault_kind_site(rule->kind), &occasion, &fault)) {
            CHECK(fault_draw(&fault, 0, 7) < 7);
            CHECK(fault_end_ns(&fault, 1) >= 1);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct fault_script script;
    struct problem problem = {0};
    if (fault_script_parse("script", (const char *)bytes, size, &script, &problem) != ERR_OK) {
        CHECK(problem.text[0] != '\0' && script.rules == NULL);
        return 0;
    }
    struct faults faults = {0};
    faults_load(&faults, &script);
    for (uint32_t i = 0; i < script.count; i++) {
        check_rule(&script.rules[i]);
        ask(&faults, &script.rules[i]);
    }
    faults_finish(&faults);
    fault_script_finish(&script);
    return 0;
}
