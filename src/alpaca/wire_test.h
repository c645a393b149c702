/* wire_test.h: objects of the broker out of text with single quotes. */
#ifndef ALPACA_WIRE_TEST_H
#define ALPACA_WIRE_TEST_H

#include <criterion/criterion.h>
#include <string.h>

#include "alpaca/wire.h"
#include "base/money.h"
#include "base/utc.h"
#include "net/json.h"
#include "sys/memory.h"

#define E9(whole, billionths) ((whole)*MONEY_E9 + (billionths))

static inline int64_t at(const char *text)
{
    int64_t ts_ns;
    cr_assert_eq(utc_parse(text, strlen(text), &ts_ns), ERR_OK);
    return ts_ns;
}

/* The tree of a text whose quotes are single ones; valid until the next call. */
static inline const struct node *said(const char *text)
{
    static struct tree tree;
    static bool made;
    if (!made) {
        tree_init(&tree);
        made = true;
    }
    char *json = xstrdup(text);
    for (char *at = json; (at = strchr(at, '\'')) != NULL;) {
        *at = '"';
    }
    enum err err = json_parse(&tree, json, strlen(json));
    cr_assert_eq(err, ERR_OK, "%s: %s", tree.fault, text);
    free(json);
    return tree_root(&tree);
}

/* The text with one piece of it replaced; the caller frees. */
static inline char *replaced(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    cr_assert_not_null(at, "%s is not in %s", from, text);
    return xasprintf("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

/* Reads the text with `from` replaced by `to`. */
#define READ_WITH(read, text, from, to, out)                                                       \
    ({                                                                                             \
        char *with_ = replaced(text, from, to);                                                    \
        enum err err_ = read(said(with_), out);                                                    \
        free(with_);                                                                               \
        err_;                                                                                      \
    })

#endif
