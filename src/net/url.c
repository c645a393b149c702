/* url.c: see url.h. */
#include "net/url.h"

#include <string.h>

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* The byte that %XY at `at` stands for, or -1. */
static int escaped_byte(const char *at)
{
    int high = hex_value(at[1]);
    int low = high < 0 ? -1 : hex_value(at[2]);
    return low < 0 ? -1 : high * 16 + low;
}

static bool is_control(int c)
{
    return c < 0x20 || c == 0x7f;
}

enum place { IN_PATH, IN_QUERY, IN_SEGMENT };

static bool decode(char *text, enum place place)
{
    char *out = text;
    for (const char *at = text; *at != '\0'; at++) {
        int c = (unsigned char)*at;
        if (c == '%') {
            c = escaped_byte(at);
            if (c < 0 || (is_control(c) && (place == IN_PATH || c == 0))) {
                return false;
            }
            if (place == IN_PATH && (c == '/' || c == '%')) {
                *out++ = '%';
                continue; /* the two digits follow as they are */
            }
            at += 2;
        } else if (is_control(c)) {
            return false;
        } else if (c == '+' && place == IN_QUERY) {
            c = ' ';
        }
        *out++ = (char)c;
    }
    *out = '\0';
    return true;
}

bool url_decode(char *text)
{
    return decode(text, IN_SEGMENT);
}

/* One "name=value" of the query. */
static bool add_parameter(struct url *url, char *text)
{
    if (*text == '\0') {
        return true; /* two ampersands, or one at the end */
    }
    if (url->parameter_count == URL_PARAMETERS_MAX) {
        return false;
    }
    char *equals = strchr(text, '=');
    char *value = text + strlen(text);
    if (equals != NULL) {
        *equals = '\0';
        value = equals + 1;
    }
    url->parameters[url->parameter_count++] = (struct url_parameter){text, value};
    return decode(text, IN_QUERY) && decode(value, IN_QUERY);
}

enum err url_parse(char *target, struct url *url)
{
    url->path = target;
    url->parameter_count = 0;
    char *query = strchr(target, '?');
    if (query != NULL) {
        *query++ = '\0';
    }
    if (target[0] != '/' || !decode(target, IN_PATH)) {
        return ERR_FORMAT;
    }
    while (query != NULL) {
        char *next = strchr(query, '&');
        if (next != NULL) {
            *next++ = '\0';
        }
        if (!add_parameter(url, query)) {
            return ERR_FORMAT;
        }
        query = next;
    }
    return ERR_OK;
}

const char *url_parameter(const struct url *url, const char *name)
{
    for (size_t i = 0; i < url->parameter_count; i++) {
        if (strcmp(url->parameters[i].name, name) == 0) {
            return url->parameters[i].value;
        }
    }
    return NULL;
}
