/* json.c: see json.h.
 *
 * One loop over the tokens that json_index() found, without recursion. Between two tokens there can
 * only be white space and the rest of a token, so each scalar checks the byte behind itself.
 * Strings stay where they lie in the tree's copy of the text: unescaping only makes them shorter.
 */
#include "net/json.h"

#include <string.h>

#include "net/json_index.h"

enum { LENGTH_MAX = 64 << 20 };

enum want {
    WANT_VALUE,
    WANT_KEY,
    WANT_MORE, /* a comma or an end */
    WANT_NOTHING,
    WANT_FAULT,
};

struct reader {
    struct tree *tree;
    char *text;
    uint32_t length;
    const uint32_t *at; /* where tokens begin */
    uint32_t count;
    uint32_t next;
    uint32_t depth;
    uint32_t open[TREE_DEPTH_MAX]; /* nodes of the arrays and objects around */
    const char *fault;
    size_t fault_at;
};

static enum want refuse(struct reader *reader, const char *fault, size_t at)
{
    if (reader->fault == NULL) {
        reader->fault = fault;
        reader->fault_at = at;
    }
    return WANT_FAULT;
}

/* Whether a token may end before text[at]. */
static bool ends_at(const struct reader *reader, size_t at)
{
    char c = reader->text[at];
    return at == reader->length || c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' ||
           c == '\r' || c == '\t' || c == ':';
}

static size_t skip_digits(const char *text, size_t at)
{
    while (text[at] >= '0' && text[at] <= '9') {
        at++;
    }
    return at;
}

/* The end of the number that begins at `at`, or 0. The padding behind the text ends every run. */
static size_t number_end(const char *text, size_t at)
{
    at += text[at] == '-';
    size_t first = at;
    at = skip_digits(text, at);
    if (at == first || (text[first] == '0' && at > first + 1)) {
        return 0;
    }
    if (text[at] == '.') {
        first = ++at;
        at = skip_digits(text, at);
        if (at == first) {
            return 0;
        }
    }
    if (text[at] == 'e' || text[at] == 'E') {
        at++;
        at += text[at] == '-' || text[at] == '+';
        first = at;
        at = skip_digits(text, at);
        if (at == first) {
            return 0;
        }
    }
    return at;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Four hexadecimal digits, or -1. */
static int32_t hex4(const char *text)
{
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_value(text[i]);
        if (digit < 0) {
            return -1;
        }
        value = value * 16 + digit;
    }
    return value;
}

static size_t put_utf8(char *out, int32_t point)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (char)(0xc0 | (point >> 6));
        out[1] = (char)(0x80 | (point & 0x3f));
        return 2;
    }
    if (point < 0x10000) {
        out[0] = (char)(0xe0 | (point >> 12));
        out[1] = (char)(0x80 | ((point >> 6) & 0x3f));
        out[2] = (char)(0x80 | (point & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | (point >> 18));
    out[1] = (char)(0x80 | ((point >> 12) & 0x3f));
    out[2] = (char)(0x80 | ((point >> 6) & 0x3f));
    out[3] = (char)(0x80 | (point & 0x3f));
    return 4;
}

/* \uXXXX, or two of them, behind the backslash at text[*at]; moves `*at` behind. 0: no character.
 */
static size_t take_unicode(const char *text, size_t *at, char *out)
{
    int32_t point = hex4(text + *at + 2);
    *at += 6;
    if (point >= 0xd800 && point < 0xdc00) {
        int32_t low = text[*at] == '\\' && text[*at + 1] == 'u' ? hex4(text + *at + 2) : -1;
        if (low < 0xdc00 || low > 0xdfff) {
            return 0;
        }
        point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
        *at += 6;
    } else if (point < 0 || (point >= 0xdc00 && point <= 0xdfff)) {
        return 0;
    }
    return put_utf8(out, point);
}

/* One escape at text[*at], moved behind it, into `out`: how many bytes, 0: there is none such. */
static size_t take_escape(const char *text, size_t *at, char *out)
{
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    if (text[*at + 1] == 'u') {
        return take_unicode(text, at, out);
    }
    const char *found = text[*at + 1] == '\0' ? NULL : strchr(from, text[*at + 1]);
    if (found == NULL) {
        return 0;
    }
    *at += 2;
    *out = to[found - from];
    return 1;
}

/* The string whose quote is at text[quote]: json_index() promised that it has an end. */
static bool read_string(struct reader *reader, uint32_t quote)
{
    char *text = reader->text;
    size_t at = quote + 1;
    while (text[at] != '"' && text[at] != '\\') {
        at++;
    }
    size_t end = at; /* of what is unescaped */
    while (text[at] != '"') {
        if (text[at] == '\\') {
            size_t put = take_escape(text, &at, text + end);
            if (put == 0) {
                (void)refuse(reader, "an escape that does not exist", at);
                return false;
            }
            end += put;
        } else {
            text[end++] = text[at++];
        }
    }
    text[end] = '\0';
    struct node *node = tree_put(reader->tree, NODE_STRING);
    node->length = (uint32_t)(end - quote - 1);
    node->as.text = text + quote + 1;
    return true;
}

static enum want read_literal(struct reader *reader, uint32_t at)
{
    static const struct {
        const char *text;
        uint32_t length;
        enum node_kind kind;
        bool truth;
    } literals[] = {
        {"null",  4, NODE_NULL, false},
        {"true",  4, NODE_BOOL, true },
        {"false", 5, NODE_BOOL, false},
    };
    for (size_t i = 0; i < sizeof literals / sizeof literals[0]; i++) {
        if (memcmp(reader->text + at, literals[i].text, literals[i].length) == 0 &&
            ends_at(reader, at + literals[i].length)) {
            tree_put(reader->tree, literals[i].kind)->truth = literals[i].truth;
            return WANT_MORE;
        }
    }
    return refuse(reader, "a word that is no value", at);
}

static enum want read_number(struct reader *reader, uint32_t at)
{
    size_t end = number_end(reader->text, at);
    if (end == 0 || !ends_at(reader, end)) {
        return refuse(reader, "a number that is none", at);
    }
    struct node *node = tree_put(reader->tree, NODE_NUMBER);
    node->as.text = reader->text + at;
    node->length = (uint32_t)(end - at);
    return WANT_MORE;
}

/* The byte that the next token begins with; 0 at the end of the text. */
static char peek(const struct reader *reader)
{
    return reader->next < reader->count ? reader->text[reader->at[reader->next]] : '\0';
}

static enum want close_one(struct reader *reader)
{
    uint32_t index = reader->open[--reader->depth];
    struct node *node = &reader->tree->nodes[index];
    node->span = reader->tree->count - index;
    if (node->kind == NODE_OBJECT && tree_has_doubled_key(reader->tree, index)) {
        return refuse(reader, "a key that occurs twice in one object", reader->at[reader->next]);
    }
    reader->next++;
    return WANT_MORE;
}

static enum want open_one(struct reader *reader, enum node_kind kind)
{
    if (reader->depth == TREE_DEPTH_MAX) {
        return refuse(reader, "nested too deeply", reader->at[reader->next - 1]);
    }
    reader->open[reader->depth++] = reader->tree->count;
    (void)tree_put(reader->tree, kind);
    if (peek(reader) == (kind == NODE_OBJECT ? '}' : ']')) {
        return close_one(reader);
    }
    return kind == NODE_OBJECT ? WANT_KEY : WANT_VALUE;
}

static enum want read_value(struct reader *reader)
{
    if (reader->next == reader->count) {
        return refuse(reader, "it ends too early", reader->length);
    }
    uint32_t at = reader->at[reader->next++];
    switch (reader->text[at]) {
    case '{':
        return open_one(reader, NODE_OBJECT);
    case '[':
        return open_one(reader, NODE_ARRAY);
    case '"':
        return read_string(reader, at) ? WANT_MORE : WANT_FAULT;
    case 't':
    case 'f':
    case 'n':
        return read_literal(reader, at);
    default:
        return read_number(reader, at);
    }
}

static enum want read_key(struct reader *reader)
{
    if (peek(reader) != '"') {
        return refuse(reader, "a key is missing",
                      reader->next < reader->count ? reader->at[reader->next] : reader->length);
    }
    if (!read_string(reader, reader->at[reader->next++])) {
        return WANT_FAULT;
    }
    if (peek(reader) != ':') {
        return refuse(reader, "a colon is missing behind a key", reader->at[reader->next - 1]);
    }
    reader->next++;
    return WANT_VALUE;
}

/* Behind a value. */
static enum want read_more(struct reader *reader)
{
    size_t at = reader->next < reader->count ? reader->at[reader->next] : reader->length;
    if (reader->depth == 0) {
        return reader->next == reader->count ? WANT_NOTHING
                                             : refuse(reader, "more behind the value", at);
    }
    struct node *around = &reader->tree->nodes[reader->open[reader->depth - 1]];
    around->length++;
    char c = peek(reader);
    if (c == ',') {
        reader->next++;
        return around->kind == NODE_OBJECT ? WANT_KEY : WANT_VALUE;
    }
    if (c == (around->kind == NODE_OBJECT ? '}' : ']')) {
        return close_one(reader);
    }
    return refuse(reader, c == '\0' ? "it ends too early" : "a comma is missing", at);
}

static bool read_all(struct reader *reader)
{
    enum want want = WANT_VALUE;
    while (want != WANT_NOTHING && want != WANT_FAULT) {
        switch (want) {
        case WANT_VALUE:
            want = read_value(reader);
            break;
        case WANT_KEY:
            want = read_key(reader);
            break;
        case WANT_MORE:
            want = read_more(reader);
            break;
        case WANT_NOTHING:
        case WANT_FAULT:
            break;
        }
    }
    return want == WANT_NOTHING;
}

enum err json_parse(struct tree *tree, const void *bytes, size_t length)
{
    tree->count = 0;
    if (length > LENGTH_MAX) {
        return tree_refuse(tree, "too long", LENGTH_MAX);
    }
    struct reader reader = {.tree = tree, .length = (uint32_t)length};
    reader.text = tree_bytes(tree, length + JSON_PADDING);
    if (length > 0) {
        memcpy(reader.text, bytes, length);
    }
    memset(reader.text + length, 0, JSON_PADDING);
    const char *fault = json_index(&tree->parser, reader.text, length, &reader.at, &reader.count);
    tree->parser_destroy = json_index_destroy;
    if (fault != NULL) {
        return tree_refuse(tree, fault, 0);
    }
    tree_reserve(tree, reader.count); /* a node needs a token */
    return read_all(&reader) ? ERR_OK : tree_refuse(tree, reader.fault, reader.fault_at);
}
