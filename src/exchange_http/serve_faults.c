#include "exchange_http/serve_faults.h"

#include <stdio.h>
#include <string.h>

#include "venue/faults_file.h"
#include "venue/venue_faults.h"

static void write_place(struct json_writer *json, const struct fault_rule *rule)
{
    if (rule->path[0] != '\0') {
        char route[sizeof rule->method + sizeof rule->path];
        (void)snprintf(route, sizeof route, "%s %s", rule->method, rule->path);
        json_member_string(json, "route", route);
    } else if (rule->stream != FAULT_STREAM_NONE) {
        json_member_string(json, "stream",
                           rule->stream == FAULT_STREAM_TRADING ? "trading" : "data");
    } else if (rule->symbol[0] != '\0') {
        json_member_string(json, "symbol", rule->symbol);
    }
}

void serve_faults(struct call *call)
{
    const struct faults *faults = &call->venue->faults;
    struct json_writer *json = call->json;
    json_begin_object(json);
    json_member_bool(json, "on", faults->on);
    json_member_uint(json, "seed", (uint64_t)faults->script.seed);
    json_key(json, "rules");
    json_begin_array(json);
    for (uint32_t i = 0; i < faults->script.count; i++) {
        const struct fault_rule *rule = &faults->script.rules[i];
        json_begin_object(json);
        json_member_uint(json, "rule", i + 1);
        json_member_string(json, "what", fault_kind_text(rule->kind));
        write_place(json, rule);
        json_member_uint(json, "occasions", rule->occasions);
        json_member_uint(json, "strikes", rule->strikes);
        json_end_object(json);
    }
    json_end_array(json);
    json_end_object(json);
}

/* The whole of what is wrong, with its line and its hint. */
static void refuse_script(struct call *call, const char *text)
{
    call->status = 422;
    json_begin_object(call->json);
    json_member_uint(call->json, "code", CODE_BAD_VALUE);
    json_member_string(call->json, "message", text);
    json_end_object(call->json);
}

static bool load(struct call *call, const char *text)
{
    struct fault_script script;
    struct problem problem = {0};
    if (fault_script_parse("script", text, strlen(text), &script, &problem) != ERR_OK) {
        refuse_script(call, problem.text);
        return false;
    }
    const char *unknown = venue_faults_unknown(call->venue, &script);
    if (unknown != NULL) {
        call_fail(call, 422, CODE_BAD_VALUE, "symbol: %s is not in this market", unknown);
    } else {
        venue_faults_load(call->venue, &script);
    }
    fault_script_finish(&script);
    return unknown == NULL;
}

void serve_faults_change(struct call *call)
{
    const char *script = node_text(node_member(call->body, "script"));
    bool on = false;
    bool turns = node_bool(node_member(call->body, "on"), &on) == ERR_OK;
    if (script == NULL && !turns) {
        call_fail(call, 422, CODE_BAD_VALUE,
                  "give {\"script\": \"rules: ...\"}, or {\"on\": false}");
        return;
    }
    if (script != NULL && !load(call, script)) {
        return;
    }
    if (turns) {
        call->venue->faults.on = on;
    }
    serve_faults(call);
}
