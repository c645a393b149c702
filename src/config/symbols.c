/* symbols.c: see symbols.h. The list keeps the order of the file. */
#include "config/symbols.h"

#include <stdlib.h>
#include <string.h>

#include "sys/memory.h"

static bool is_symbol_character(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

static enum err check_symbol(const struct source *source, const struct yaml_node *item)
{
    if (item->kind != YAML_TEXT || item->text[0] == '\0') {
        return source_refuse(source, item->spot, "write the symbols as a list: [SPY, QQQ]",
                             "symbols: %s where a symbol is expected",
                             item->kind == YAML_TEXT ? "nothing" : yaml_kind_text(item->kind));
    }
    if (strlen(item->text) >= SYMBOL_SIZE) {
        return source_refuse(source, item->spot, "symbols are the exchange's short names, like SPY",
                             "symbols: %s is longer than %d characters", shown(item->text).text,
                             SYMBOL_SIZE - 1);
    }
    for (const char *at = item->text; *at != '\0'; at++) {
        if (!is_symbol_character(*at)) {
            return source_refuse(
                source, item->spot,
                "a symbol is made of upper-case letters, digits, '.' and '-', like BRK.B",
                "symbols: %s is not a symbol", shown(item->text).text);
        }
    }
    return ERR_OK;
}

static int compare_items(const void *a, const void *b)
{
    const struct yaml_node *left = *(const struct yaml_node *const *)a;
    const struct yaml_node *right = *(const struct yaml_node *const *)b;
    int order = strcmp(left->text, right->text);
    if (order != 0) {
        return order;
    }
    bool later = left->spot.line > right->spot.line ||
                 (left->spot.line == right->spot.line && left->spot.column > right->spot.column);
    return later ? 1 : -1;
}

/* Sorted, so that a list of all the market's symbols takes no time. */
static enum err refuse_double(const struct source *source, const struct yaml_node *list)
{
    const struct yaml_node **items = xcalloc(list->count, sizeof *items);
    size_t count = 0;
    for (const struct yaml_node *item = list->first; item != NULL; item = item->next) {
        items[count++] = item;
    }
    qsort(items, count, sizeof *items, compare_items);
    enum err err = ERR_OK;
    for (size_t i = 1; i < count && err == ERR_OK; i++) {
        if (strcmp(items[i - 1]->text, items[i]->text) == 0) {
            err = source_refuse(source, items[i]->spot, "keep one of the two",
                                "symbols: %s stands twice, first in line %u", items[i]->text,
                                items[i - 1]->spot.line);
        }
    }
    free(items);
    return err;
}

enum err symbols_read_list(const struct source *source, const struct yaml_node *list,
                           struct instrument **symbols, uint32_t *count)
{
    if (list->count == 0) {
        return source_refuse(source, list->spot, "write symbols: all, or at least one, like [SPY]",
                             "symbols: the list is empty");
    }
    if (list->count > INSTRUMENTS_MAX) {
        return source_refuse(source, list->spot, "split the run", "symbols: more than %d symbols",
                             INSTRUMENTS_MAX);
    }
    for (const struct yaml_node *item = list->first; item != NULL; item = item->next) {
        enum err err = check_symbol(source, item);
        if (err != ERR_OK) {
            return err;
        }
    }
    enum err err = refuse_double(source, list);
    if (err != ERR_OK) {
        return err;
    }
    *symbols = xcalloc(list->count, sizeof **symbols);
    *count = 0;
    for (const struct yaml_node *item = list->first; item != NULL; item = item->next) {
        memcpy((*symbols)[(*count)++].symbol, item->text, strlen(item->text));
    }
    return ERR_OK;
}

enum err symbols_read(const struct source *source, const struct key *key,
                      const struct yaml_node *node, void *target)
{
    struct run_config *config = target;
    if (node->kind == YAML_LIST) {
        return symbols_read_list(source, node, &config->symbols, &config->symbol_count);
    }
    enum err err = keys_want(source, key, node, YAML_TEXT);
    if (err != ERR_OK || strcmp(node->text, "all") == 0) {
        return err;
    }
    return source_refuse(source, node->spot,
                         words("write symbols: all, or a list: [%.15s]", node->text).text,
                         "symbols: %s is neither all nor a list", shown(node->text).text);
}
