#include "venue/accounts_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "config/keys.h"
#include "config/values.h"
#include "config/yaml.h"
#include "sys/memory.h"
#include "sys/secrets_file.h"

enum { FILE_SIZE_MAX = 1 << 20 };

/* ---- keys ---- */

/* A key or a secret; what is wrong is said without showing it. */
static enum err read_word(const struct source *source, const struct key *key,
                          const struct yaml_node *node, void *target)
{
    enum err err = keys_want(source, key, node, YAML_TEXT);
    if (err != ERR_OK) {
        return err;
    }
    size_t length = strlen(node->text);
    bool plain = length < KEY_SIZE;
    for (size_t i = 0; i < length; i++) {
        plain = plain && node->text[i] > ' ' && node->text[i] <= '~';
    }
    if (!plain) {
        return source_refuse(source, node->spot, "write 1 to 128 letters, digits or signs",
                             "%s: too long, or with blanks or letters beyond ASCII in it",
                             key->name);
    }
    memcpy((char *)target + key->offset, node->text, length + 1);
    return ERR_OK;
}

static enum err read_multiplier(const struct source *source, const struct key *key,
                                const struct yaml_node *node, void *target)
{
    static const char *const known[] = {"1", "2", "4", NULL};
    static const int64_t values[] = {1, 2, 4};
    size_t index;
    enum err err = value_word(source, key, node, known, &index);
    if (err == ERR_OK) {
        memcpy((char *)target + key->offset, &values[index], sizeof values[index]);
    }
    return err;
}

#define AT(field) offsetof(struct account_entry, field)

/* clang-format off */
static const struct key entry_keys[] = {
    {"key", KEY_REQUIRED, "PKTEST1", "the account's key id", read_word, AT(key), NULL, 0, 0},
    {"secret", KEY_REQUIRED, "s3cret-words", "the key's secret", read_word, AT(secret), NULL, 0, 0},
    {"cash", KEY_OPTIONAL, "$100,000", "what it begins with", value_cash, AT(cash_e9), NULL, 0, 0},
    {"multiplier", KEY_OPTIONAL, "2", "buying power by the equity", read_multiplier,
     AT(multiplier), NULL, 0, 0},
    {"shorting", KEY_OPTIONAL, "yes", "whether it may sell short", value_flag, AT(shorting), NULL,
     0, 0},
    {"trading_blocked", KEY_OPTIONAL, "no", "whether its orders are refused", value_flag,
     AT(trading_blocked), NULL, 0, 0},
    {"account_blocked", KEY_OPTIONAL, "no", "whether all it does is refused", value_flag,
     AT(account_blocked), NULL, 0, 0},
    {"transfers_blocked", KEY_OPTIONAL, "no", "shown by the account", value_flag,
     AT(transfers_blocked), NULL, 0, 0},
    {"trade_suspended_by_user", KEY_OPTIONAL, "no", "whether its orders are refused", value_flag,
     AT(trade_suspended_by_user), NULL, 0, 0},
    {0},
};
/* clang-format on */

/* ---- entries ---- */

static enum err read_entry(const struct source *source, const struct yaml_node *node,
                           struct accounts_file *file)
{
    size_t before = file->count++;
    struct account_entry *entry = &file->entries[before];
    *entry =
        (struct account_entry){.cash_e9 = 100000 * MONEY_E9, .multiplier = 2, .shorting = true};
    enum err err = keys_read(source, node, "account", entry_keys, entry);
    if (err != ERR_OK) {
        return err;
    }
    if (entry->cash_e9 == 0) {
        return source_refuse(source, node->spot, "write cash: $100,000",
                             "cash: an account cannot begin with nothing");
    }
    for (size_t i = 0; i < before; i++) {
        if (strcmp(file->entries[i].key, entry->key) == 0) {
            return source_refuse(source, node->spot, "give each account a key of its own",
                                 "key: the same as that of account %zu", i + 1);
        }
    }
    return ERR_OK;
}

static enum err read_entries(const struct source *source, const struct yaml_node *root,
                             struct accounts_file *file)
{
    if (root == NULL || root->kind != YAML_LIST || root->count == 0) {
        return source_refuse(source, root == NULL ? (struct spot){1, 1} : root->spot,
                             "begin each account with \"- key: ...\"",
                             "a list of accounts is expected");
    }
    if (root->count > ACCOUNTS_FILE_MAX) {
        return source_refuse(source, root->spot, "open the others in another exchange",
                             "more than %d accounts", ACCOUNTS_FILE_MAX);
    }
    file->entries = xcalloc(root->count, sizeof *file->entries);
    for (const struct yaml_node *node = root->first; node != NULL; node = node->next) {
        enum err err = read_entry(source, node, file);
        if (err != ERR_OK) {
            return err;
        }
    }
    return ERR_OK;
}

/* Whether all lines are blank or comments; of such a file there is no tree. */
static bool is_empty(const char *bytes, size_t length)
{
    bool comment = false;
    for (size_t i = 0; i < length; i++) {
        comment = bytes[i] == '#' || (comment && bytes[i] != '\n');
        if (!comment && strchr(" \t\r\n", bytes[i]) == NULL) {
            return false;
        }
    }
    return true;
}

/* The refusals of config/ show the line that they mean; here only their first line and their hint
 * are passed on. */
static enum err without_the_line(const struct problem *full, struct problem *problem)
{
    const char *hint = strstr(full->text, "\nhint: ");
    return problem_set(problem, full->err, "%.*s%s", (int)strcspn(full->text, "\n"), full->text,
                       hint == NULL ? "" : hint);
}

static enum err parse(const char *path, const char *bytes, size_t length,
                      struct accounts_file *file, struct problem *problem)
{
    struct problem full = {0};
    const struct source source = {path, bytes, length, &full};
    struct yaml_tree tree = {0};
    enum err err = source_check(&source);
    if (err == ERR_OK && !is_empty(bytes, length)) {
        err = yaml_read(&source, &tree);
    }
    if (err == ERR_OK) {
        err = read_entries(&source, tree.root, file);
    }
    yaml_finish(&tree);
    if (err != ERR_OK) {
        err = without_the_line(&full, problem);
    }
    explicit_bzero(&full, sizeof full);
    return err;
}

/* ---- the file ---- */

enum err accounts_file_read(const char *path, struct accounts_file *file, struct problem *problem)
{
    *file = (struct accounts_file){0};
    char *bytes = NULL;
    size_t length = 0;
    enum err err = secrets_file_read(path, FILE_SIZE_MAX, &bytes, &length, problem);
    if (err == ERR_NOT_FOUND) {
        return problem_set(problem, err, "%.400s: no such file; give one that lists accounts",
                           path);
    }
    if (err == ERR_OK) {
        err = parse(path, bytes, length, file, problem);
    }
    secrets_free(bytes, length);
    if (err != ERR_OK) {
        accounts_file_finish(file);
    }
    return err;
}

void accounts_file_finish(struct accounts_file *file)
{
    if (file->entries != NULL) {
        explicit_bzero(file->entries, file->count * sizeof *file->entries);
        free(file->entries);
    }
    *file = (struct accounts_file){0};
}
