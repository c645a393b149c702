/* validate_json.c: a validation for programs; money as decimal text. */
#include "cmd/cmd_validate.h"
#include "config/texts.h"
#include "sys/json_writer.h"

static void write_bound(struct json_writer *json, const char *key, const struct bound *bound)
{
    json_key(json, key);
    json_begin_object(json);
    json_member_decimal(json, "value", bound->value);
    json_member_string(json, "by", bound->by.text);
    json_end_object(json);
}

static void write_book(struct json_writer *json, const struct validation *validation,
                       uint32_t index)
{
    const struct run_config *config = validation->config;
    const struct book_config *book = &config->books[index];
    struct bound order = at_risk_order(config, book, &validation->prices);
    struct bound trade = at_risk_trade(config, book, &validation->prices);
    char frame[24];
    json_begin_object(json);
    json_member_string(json, "strategy", book->strategy->name);
    json_member_string(json, "frame", bar_length_text(book->frame_ns, frame));
    json_key(json, "parameters");
    json_begin_object(json);
    for (size_t i = 0; book->strategy->parameters[i].name != NULL; i++) {
        const struct parameter_def *parameter = &book->strategy->parameters[i];
        json_member_string(json, parameter->name,
                           parameter_text(parameter, book->parameters[i]).text);
    }
    json_end_object(json);
    json_member_string(json, "size", sizing_text(&book->sizing).text);
    json_member_string(json, "target", unit_distance_text(book->exits.target).text);
    json_member_string(json, "stop", unit_distance_text(book->exits.stop).text);
    json_member_string(json, "trailing", unit_distance_text(book->exits.trailing).text);
    write_bound(json, "most_per_order", &order);
    write_bound(json, "most_lost_per_trade", &trade);
    json_end_object(json);
}

static void write_money(struct json_writer *json, const struct at_risk *risk)
{
    json_key(json, "most");
    json_begin_object(json);
    write_bound(json, "lost_today", &risk->daily_loss);
    write_bound(json, "lost_per_trade", &risk->trade);
    write_bound(json, "invested", &risk->invested);
    json_key(json, "positions");
    json_begin_object(json);
    json_key(json, "value");
    json_int(json, risk->positions.value);
    json_member_string(json, "by", risk->positions.by.text);
    json_end_object(json);
    json_end_object(json);
}

static void write_blocked(struct json_writer *json, const struct validation *validation)
{
    json_key(json, "no_order_possible");
    if (validation->bars == NULL) {
        json_null(json);
        return;
    }
    json_begin_array(json);
    for (size_t i = 0; i < validation->blocked_count; i++) {
        const struct blocked *blocked = &validation->blocked[i];
        json_begin_object(json);
        json_member_uint(json, "book", blocked->book + 1);
        json_member_string(json, "symbol", blocked->symbol);
        json_member_string(json, "why", blocked->why.text);
        json_end_object(json);
    }
    json_end_array(json);
}

void validate_print_json(const struct validation *validation, FILE *out)
{
    const struct run_config *config = validation->config;
    struct json_writer json;
    json_init(&json, true);
    json_begin_object(&json);
    json_member_string(&json, "config", config->path);
    json_member_string(&json, "config_hash", config->config_hash);
    json_member_string(&json, "mode", run_mode_text(config->mode));
    json_member_decimal(&json, "cash", config->cash_e9);
    json_key(&json, "books");
    json_begin_array(&json);
    for (uint32_t i = 0; i < config->book_count; i++) {
        write_book(&json, validation, i);
    }
    json_end_array(&json);
    json_key(&json, "limits");
    json_begin_object(&json);
#define X(field, key, kind, noun, help)                                                            \
    json_member_string(&json, (key), limit_text(&config->limits.field, (noun)).text);
    LIMIT_LIST(X)
#undef X
    json_end_object(&json);
    write_money(&json, &validation->at_risk);
    write_blocked(&json, validation);
    json_key(&json, "warnings");
    json_begin_array(&json);
    for (uint32_t i = 0; i < config->warning_count; i++) {
        json_string(&json, config->warnings[i].text);
    }
    json_end_array(&json);
    json_end_object(&json);
    (void)fprintf(out, "%s\n", json.text); /* the caller looks at ferror() */
    json_finish(&json);
}
