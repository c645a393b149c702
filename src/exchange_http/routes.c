#include "exchange_http/routes.h"

#include <stddef.h>
#include <string.h>

const struct route_table *const alpaca_face[] = {&trading_routes, &account_routes, &data_routes,
                                                 NULL};
const struct route_table *const admin_face[] = {&admin_routes, NULL};

const struct route *route_at(const struct route_table *const *face, uint32_t index)
{
    for (; *face != NULL; face++) {
        if (index < (*face)->count) {
            return &(*face)->rows[index];
        }
        index -= (*face)->count;
    }
    return NULL;
}

/* The length of the part of a path that begins at `text`. */
static size_t part_length(const char *text)
{
    return (size_t)(strchrnul(text, '/') - text);
}

/* Whether the part of a pattern that begins there stands for any. */
static bool is_any(const char *pattern)
{
    return pattern[0] == '{' && pattern[1] == '}' && (pattern[2] == '/' || pattern[2] == '\0');
}

/* How many parts of a path the pattern writes out, or -1 when it does not fit. */
static int fit(const char *pattern, const char *path)
{
    int written = 0;
    for (;;) {
        if (is_any(pattern)) {
            size_t length = part_length(path);
            if (length == 0) {
                return -1;
            }
            pattern += 2;
            path += length;
        } else {
            while (*pattern == *path && *pattern != '/' && *pattern != '\0') {
                pattern++;
                path++;
            }
            written++;
        }
        if (*pattern != *path) {
            return -1;
        }
        if (*pattern == '\0') {
            return written;
        }
        pattern++;
        path++;
    }
}

/* Cuts the path and points the call's arguments at what stands for {}. */
static void take_arguments(const char *pattern, char *path, struct call *call)
{
    size_t count = 0;
    for (;;) {
        bool any = is_any(pattern);
        size_t length = part_length(path);
        bool last = path[length] == '\0';
        path[length] = '\0';
        if (any && count < CALL_ARGUMENTS_MAX) {
            call->arguments[count++] = path;
        }
        if (last) {
            return;
        }
        pattern += part_length(pattern) + 1;
        path += length + 1;
    }
}

const struct route *route_find(const struct route_table *const *face, const char *method,
                               char *path, struct call *call, bool *other_method)
{
    const struct route *best = NULL;
    const struct route *route;
    int best_fit = -1;
    *other_method = false;
    for (uint32_t i = 0; (route = route_at(face, i)) != NULL; i++) {
        int fits = fit(route->pattern, path);
        if (fits < 0) {
            continue;
        }
        if (strcmp(route->method, method) != 0) {
            *other_method = true;
        } else if (fits > best_fit) {
            best = route;
            best_fit = fits;
        }
    }
    if (best != NULL) {
        take_arguments(best->pattern, path, call);
    }
    return best;
}
