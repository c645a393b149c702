/* yaml.c: from libfyaml's events to the tree of yaml.h. No other file sees libfyaml.
 *
 * Events and not its documents, because only events tell where maps and lists begin, and because
 * whatever a configuration has no use for is refused before it costs memory. The library's messages
 * are collected, never printed. */
#include "config/yaml.h"

#include <libfyaml.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "sys/memory.h"

enum { DEPTH_MAX = 8, MAP_KEYS_MAX = 64 };

struct builder {
    const struct source *source;
    struct fy_parser *parser;
    struct fy_diag *diag;
    struct yaml_tree *tree;
    struct spot spot; /* of the latest event that had a place */
};

const char *yaml_kind_text(enum yaml_kind kind)
{
    switch (kind) {
    case YAML_TEXT:
        return "a text";
    case YAML_LIST:
        return "a list";
    case YAML_MAP:
        return "a map";
    }
    return "unknown";
}

const struct yaml_node *yaml_find(const struct yaml_node *map, const char *key)
{
    for (const struct yaml_node *node = map->first; node != NULL; node = node->next) {
        if (node->key != NULL && strcmp(node->key->text, key) == 0) {
            return node;
        }
    }
    return NULL;
}

void yaml_finish(struct yaml_tree *tree)
{
    while (tree->made != NULL) {
        struct yaml_node *node = tree->made;
        tree->made = node->made_before;
        free(node);
    }
    tree->root = NULL;
}

static struct yaml_node *make_node(struct builder *builder, enum yaml_kind kind, const char *text,
                                   size_t length)
{
    struct yaml_node *node = xcalloc(1, sizeof *node + length + 1);
    node->kind = kind;
    node->spot = builder->spot;
    memcpy(node->text, text, length);
    node->made_before = builder->tree->made;
    builder->tree->made = node;
    return node;
}

/* What the library had against the source: its first error with its place. */
static enum err refuse_syntax(const struct builder *builder)
{
    struct spot spot = builder->spot;
    const char *text = "no valid YAML";
    void *at = NULL;
    for (struct fy_diag_error *error = fy_diag_errors_iterate(builder->diag, &at); error != NULL;
         error = fy_diag_errors_iterate(builder->diag, &at)) {
        if (error->type == FYET_ERROR) {
            text = error->msg;
            spot.line = error->line > 0 ? (uint32_t)error->line : 1;
            spot.column = error->column > 0 ? (uint32_t)error->column : 1;
            break;
        }
    }
    return source_refuse(
        builder->source, spot,
        "a line is \"key: value\"; what belongs to a key stands indented by two blanks "
        "below it, a list item begins with \"- \"",
        "YAML: %s", text);
}

/* The next event, NULL at a syntax error; notes its place. */
static struct fy_event *next_event(struct builder *builder)
{
    struct fy_event *event = fy_parser_parse(builder->parser);
    if (event == NULL) {
        return NULL;
    }
    const struct fy_mark *mark = fy_event_start_mark(event);
    if (mark != NULL && event->type != FYET_DOCUMENT_END) {
        builder->spot.line = (uint32_t)mark->line + 1;
        builder->spot.column = (uint32_t)mark->column + 1;
    }
    return event;
}

/* Anchors, aliases and tags make a value stand for something else than what one reads there. */
static enum err refuse_indirect(const struct builder *builder, struct fy_event *event)
{
    static const char hint[] = "write the value itself; quote a text that begins with & * or !";
    if (event->type == FYET_ALIAS) {
        return source_refuse(builder->source, builder->spot, hint,
                             "aliases (*name) are not used here");
    }
    if (fy_event_get_anchor_token(event) != NULL) {
        return source_refuse(builder->source, builder->spot, hint,
                             "anchors (&name) are not used here");
    }
    if (fy_event_get_tag_token(event) != NULL) {
        return source_refuse(builder->source, builder->spot, hint,
                             "tags (!name) are not used here");
    }
    return ERR_OK;
}

static enum err read_text(struct builder *builder, struct fy_event *event, struct yaml_node **node)
{
    size_t length = 0;
    struct fy_token *token = fy_event_get_token(event);
    const char *text = token == NULL ? "" : fy_token_get_text(token, &length);
    if (text == NULL || memchr(text, '\0', length) != NULL) {
        return source_refuse(builder->source, builder->spot, "write plain text",
                             "a text with a NUL character in it");
    }
    *node = make_node(builder, YAML_TEXT, text, length);
    return ERR_OK;
}

static enum err read_node(struct builder *builder, struct fy_event *event, int depth,
                          struct yaml_node **node);

static void append(struct yaml_node *parent, struct yaml_node *child)
{
    if (parent->last == NULL) {
        parent->first = child;
    } else {
        parent->last->next = child;
    }
    parent->last = child;
    parent->count++;
}

/* Takes the next event; when it is not the one that ends the parent, reads the node it begins.
 * *node is NULL at the end. */
static enum err read_child(struct builder *builder, enum fy_event_type end, int depth,
                           struct yaml_node **node)
{
    *node = NULL;
    struct fy_event *event = next_event(builder);
    if (event == NULL) {
        return refuse_syntax(builder);
    }
    enum err err = event->type == end ? ERR_OK : read_node(builder, event, depth, node);
    fy_parser_event_free(builder->parser, event);
    return err;
}

static enum err read_list(struct builder *builder, struct yaml_node *list, int depth)
{
    for (;;) {
        struct yaml_node *item;
        enum err err = read_child(builder, FYET_SEQUENCE_END, depth + 1, &item);
        if (err != ERR_OK || item == NULL) {
            return err;
        }
        append(list, item);
    }
}

static enum err check_key(const struct builder *builder, const struct yaml_node *map,
                          const struct yaml_node *key)
{
    if (key->kind != YAML_TEXT) {
        return source_refuse(builder->source, key->spot, "write \"key: value\"",
                             "a key must be a plain word, not %s", yaml_kind_text(key->kind));
    }
    const struct yaml_node *first = yaml_find(map, key->text);
    if (first != NULL) {
        return source_refuse(builder->source, key->spot, "keep one of the two",
                             "the key %s stands twice, first in line %u", shown(key->text).text,
                             first->key->spot.line);
    }
    if (map->count == MAP_KEYS_MAX) {
        return source_refuse(builder->source, key->spot, "no map here has so many keys",
                             "more than %d keys in one map", MAP_KEYS_MAX);
    }
    return ERR_OK;
}

static enum err read_map(struct builder *builder, struct yaml_node *map, int depth)
{
    for (;;) {
        struct yaml_node *key;
        enum err err = read_child(builder, FYET_MAPPING_END, depth + 1, &key);
        if (err != ERR_OK || key == NULL) {
            return err;
        }
        err = check_key(builder, map, key);
        if (err != ERR_OK) {
            return err;
        }
        /* A value left out has no place of its own and is shown at its key. */
        struct yaml_node *value;
        err = read_child(builder, FYET_NONE, depth + 1, &value);
        if (err != ERR_OK) {
            return err;
        }
        CHECK(value != NULL); /* nothing but a value ends a pair */
        value->key = key;
        append(map, value);
    }
}

static enum err read_node(struct builder *builder, struct fy_event *event, int depth,
                          struct yaml_node **node)
{
    enum err err = refuse_indirect(builder, event);
    if (err != ERR_OK) {
        return err;
    }
    if (depth > DEPTH_MAX) {
        return source_refuse(builder->source, builder->spot, "no value here lies so deep",
                             "nested more than %d levels deep", DEPTH_MAX);
    }
    if (event->type == FYET_SCALAR) {
        return read_text(builder, event, node);
    }
    if (event->type == FYET_SEQUENCE_START) {
        *node = make_node(builder, YAML_LIST, "", 0);
        return read_list(builder, *node, depth);
    }
    if (event->type == FYET_MAPPING_START) {
        *node = make_node(builder, YAML_MAP, "", 0);
        return read_map(builder, *node, depth);
    }
    return refuse_syntax(builder);
}

/* The stream's events around the one document: start, document, its node, its end, end. */
static enum err read_stream(struct builder *builder)
{
    for (;;) {
        struct fy_event *event = next_event(builder);
        if (event == NULL) {
            return refuse_syntax(builder);
        }
        enum fy_event_type type = event->type;
        enum err err = ERR_OK;
        bool frame = type == FYET_STREAM_START || type == FYET_STREAM_END ||
                     type == FYET_DOCUMENT_START || type == FYET_DOCUMENT_END;
        if (!frame && builder->tree->root != NULL) {
            err = source_refuse(builder->source, builder->spot, "keep one document in a file",
                                "a second YAML document begins here");
        } else if (!frame) {
            err = read_node(builder, event, 1, &builder->tree->root);
        }
        fy_parser_event_free(builder->parser, event);
        if (err != ERR_OK || type == FYET_STREAM_END) {
            return err;
        }
    }
}

/* "%YAML 1.1" would change how the rest is read. */
static enum err refuse_directives(const struct source *source)
{
    uint32_t line = 1;
    for (size_t at = 0; at < source->length; at++) {
        if (source->bytes[at] == '%' && (at == 0 || source->bytes[at - 1] == '\n')) {
            return source_refuse(source, (struct spot){line, 1}, "delete the line",
                                 "directives (%%NAME) are not used here");
        }
        line += source->bytes[at] == '\n' ? 1 : 0;
    }
    return ERR_OK;
}

enum err yaml_read(const struct source *source, struct yaml_tree *tree)
{
    *tree = (struct yaml_tree){0};
    enum err err = refuse_directives(source);
    if (err != ERR_OK) {
        return err;
    }
    struct fy_diag_cfg diag_config;
    fy_diag_cfg_default(&diag_config);
    diag_config.fp = NULL;
    struct builder builder = {
        .source = source, .tree = tree, .spot = {1, 1}
    };
    builder.diag = fy_diag_create(&diag_config);
    fy_diag_set_collect_errors(builder.diag, true);
    struct fy_parse_cfg config = {.flags = FYPCF_JSON_NONE, .diag = builder.diag};
    builder.parser = fy_parser_create(&config);
    if (builder.parser == NULL ||
        fy_parser_set_string(builder.parser, source->bytes, source->length) != 0) {
        err = source_refuse(source, builder.spot, "free some memory",
                            "the YAML reader did not start");
    } else {
        err = read_stream(&builder);
    }
    fy_parser_destroy(builder.parser);
    fy_diag_destroy(builder.diag);
    if (err == ERR_OK && tree->root == NULL) {
        err = source_refuse(source, (struct spot){1, 1}, "start from examples/quickstart.yaml",
                            "the file holds no configuration");
    }
    return err;
}
