/* url.h: the target of a request: path and query, percent-decoded. */
#ifndef NET_URL_H
#define NET_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define URL_PARAMETERS_MAX 64

struct url_parameter {
    const char *name;
    const char *value; /* "" where there is none */
};

struct url {
    const char *path;
    struct url_parameter parameters[URL_PARAMETERS_MAX]; /* in the order of the query */
    size_t parameter_count;
};

/* Takes `target` ("/v2/orders?status=open") apart in its own place; `url` points into it.
 *
 * In the path, %2F and %25 are left as they are, so that a slash within a segment is not taken for
 * one between two; url_decode() resolves them in a single segment. In the query `+` is a blank.
 * ERR_FORMAT: a percent sign without two hexadecimal digits, a NUL or another control character, no
 * slash in front, or too many parameters. */
enum err url_parse(char *target, struct url *url);

/* Decodes percent signs in place; false when one is followed by no digits or means a NUL. */
bool url_decode(char *text);

/* The first value of that name; NULL when there is none. */
const char *url_parameter(const struct url *url, const char *name);

#endif
