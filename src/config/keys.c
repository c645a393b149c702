/* keys.c: see keys.h. */
#include "config/keys.h"

#include <string.h>

#include "config/nearest.h"

struct spot keys_spot(const struct yaml_node *node)
{
    return node->key != NULL ? node->key->spot : node->spot;
}

static const struct key *find_key(const struct key *table, const char *name)
{
    for (const struct key *key = table; key->name != NULL; key++) {
        if (strcmp(key->name, name) == 0) {
            return key;
        }
    }
    return NULL;
}

static struct words known_keys(const struct key *table)
{
    struct words list = words("known keys: %s", table->name);
    for (const struct key *key = table + 1; key->name != NULL; key++) {
        list = words("%s, %s", list.text, key->name);
    }
    return list;
}

static enum err refuse_unknown(const struct source *source, const struct yaml_node *key,
                               const char *where, const struct key *table)
{
    struct nearest nearest = nearest_to(key->text);
    for (const struct key *row = table; row->name != NULL; row++) {
        nearest_offer(&nearest, row->name);
    }
    struct words hint = known_keys(table);
    if (nearest.name != NULL) {
        hint = words("did you mean %s?", nearest.name);
    } else if (key->text[0] >= '0' && key->text[0] <= '9') {
        hint = words("inside { } a comma parts keys: quote the amount, like \"$50,000\"");
    }
    return source_refuse(source, key->spot, hint.text, "%s: unknown key %s", where,
                         shown(key->text).text);
}

enum err keys_want(const struct source *source, const struct key *key, const struct yaml_node *node,
                   enum yaml_kind kind)
{
    if (node->kind == YAML_TEXT && node->text[0] == '\0') {
        return source_refuse(source, keys_spot(node),
                             words("write %s: %s", key->name, key->example).text,
                             "%s: the value is missing", key->name);
    }
    if (node->kind != kind) {
        return source_refuse(source, node->spot,
                             words("write %s: %s", key->name, key->example).text,
                             "%s: %s where %s is expected", key->name, yaml_kind_text(node->kind),
                             yaml_kind_text(kind));
    }
    return ERR_OK;
}

enum err keys_refuse(const struct source *source, const struct key *key,
                     const struct yaml_node *node, const struct unit_fault *fault)
{
    return source_refuse(source, node->spot, fault->hint.text, "%s: %s", key->name,
                         fault->text.text);
}

enum err keys_read(const struct source *source, const struct yaml_node *node, const char *where,
                   const struct key *table, void *target)
{
    if (node->kind != YAML_MAP) {
        return source_refuse(source, keys_spot(node), known_keys(table).text,
                             "%s: %s where a map of keys is expected", where,
                             yaml_kind_text(node->kind));
    }
    for (const struct yaml_node *child = node->first; child != NULL; child = child->next) {
        if (find_key(table, child->key->text) == NULL) {
            return refuse_unknown(source, child->key, where, table);
        }
    }
    for (const struct key *key = table; key->name != NULL; key++) {
        if (key->presence == KEY_REQUIRED && yaml_find(node, key->name) == NULL) {
            return source_refuse(
                source, keys_spot(node),
                words("add \"%s: %s\" (%s)", key->name, key->example, key->help).text,
                "%s: the key %s is missing", where, key->name);
        }
    }
    for (const struct key *key = table; key->name != NULL; key++) {
        const struct yaml_node *value = yaml_find(node, key->name);
        enum err err = value == NULL ? ERR_OK : key->read(source, key, value, target);
        if (err != ERR_OK) {
            return err;
        }
    }
    return ERR_OK;
}
