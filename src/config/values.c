/* values.c: see values.h. */
#include "config/values.h"

#include <string.h>

#include "config/nearest.h"
#include "sys/memory.h"

static void store(const struct key *key, void *target, const void *value, size_t size)
{
    memcpy((char *)target + key->offset, value, size);
}

VALUE_READER(value_cash)
{
    enum err err = keys_want(source, key, node, YAML_TEXT);
    int64_t cash_e9;
    struct unit_fault fault;
    if (err != ERR_OK) {
        return err;
    }
    if (!unit_cash(node->text, &cash_e9, &fault)) {
        return keys_refuse(source, key, node, &fault);
    }
    store(key, target, &cash_e9, sizeof cash_e9);
    return ERR_OK;
}

typedef bool unit_reader(const char *text, struct unit_range range, int64_t *value,
                         struct unit_fault *fault);

static enum err read_ranged(const struct source *source, const struct key *key,
                            const struct yaml_node *node, void *target, unit_reader *read)
{
    enum err err = keys_want(source, key, node, YAML_TEXT);
    struct unit_range range = {key->minimum, key->maximum};
    int64_t value;
    struct unit_fault fault;
    if (err != ERR_OK) {
        return err;
    }
    if (!read(node->text, range, &value, &fault)) {
        return keys_refuse(source, key, node, &fault);
    }
    store(key, target, &value, sizeof value);
    return ERR_OK;
}

VALUE_READER(value_duration)
{
    return read_ranged(source, key, node, target, unit_duration);
}

VALUE_READER(value_ppm)
{
    return read_ranged(source, key, node, target, unit_ppm);
}

VALUE_READER(value_share)
{
    return read_ranged(source, key, node, target, unit_share);
}

struct words value_word_list(const char *const *words_known)
{
    struct words list = words("%s", words_known[0]);
    for (size_t i = 1; words_known[i] != NULL; i++) {
        list =
            words("%s%s%s", list.text, words_known[i + 1] == NULL ? " or " : ", ", words_known[i]);
    }
    return list;
}

enum err value_word(const struct source *source, const struct key *key,
                    const struct yaml_node *node, const char *const *words_known, size_t *index)
{
    enum err err = keys_want(source, key, node, YAML_TEXT);
    if (err != ERR_OK) {
        return err;
    }
    struct nearest nearest = nearest_to(node->text);
    for (size_t i = 0; words_known[i] != NULL; i++) {
        if (strcmp(node->text, words_known[i]) == 0) {
            *index = i;
            return ERR_OK;
        }
        nearest_offer(&nearest, words_known[i]);
    }
    struct words list = value_word_list(words_known);
    return source_refuse(source, node->spot,
                         nearest.name != NULL
                             ? words("did you mean %s? It can be %s", nearest.name, list.text).text
                             : words("write %s: %s", key->name, list.text).text,
                         "%s: %s is none of its words", key->name, shown(node->text).text);
}

VALUE_READER(value_flag)
{
    static const char *const answers[] = {"yes", "no", "true", "false", NULL};
    size_t index;
    enum err err = keys_want(source, key, node, YAML_TEXT);
    if (err != ERR_OK) {
        return err;
    }
    for (index = 0; answers[index] != NULL; index++) {
        if (strcmp(node->text, answers[index]) == 0) {
            bool value = index % 2 == 0;
            store(key, target, &value, sizeof value);
            return ERR_OK;
        }
    }
    return source_refuse(source, node->spot,
                         words("write %s: yes or %s: no", key->name, key->name).text,
                         "%s: %s is neither yes nor no", key->name, shown(node->text).text);
}

VALUE_READER(value_path)
{
    enum err err = keys_want(source, key, node, YAML_TEXT);
    if (err != ERR_OK) {
        return err;
    }
    char *path = xstrdup(node->text);
    store(key, target, &path, sizeof path);
    return ERR_OK;
}
