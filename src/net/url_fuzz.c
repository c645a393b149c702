/* url_fuzz.c: whatever the target, an accepted one decodes within its own length, without control
 * characters in its path, and a plain one stays as it is. */
#include "net/url.h"

#include <string.h>

#include "base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char target[4096];
    char before[4096];
    struct url url;
    if (size >= sizeof target) {
        return 0;
    }
    if (size > 0) {
        memcpy(target, bytes, size);
    }
    target[size] = '\0';
    memcpy(before, target, sizeof before);
    if (url_parse(target, &url) != ERR_OK) {
        return 0;
    }
    CHECK(url.path[0] == '/' && strlen(url.path) <= strlen(before));
    for (const char *at = url.path; *at != '\0'; at++) {
        CHECK((unsigned char)*at >= 0x20 && *at != 0x7f);
    }
    if (strpbrk(before, "%?+") == NULL) {
        CHECK(strcmp(url.path, before) == 0 && url.parameter_count == 0);
    }
    for (size_t i = 0; i < url.parameter_count; i++) {
        CHECK(url_parameter(&url, url.parameters[i].name) != NULL);
    }
    return 0;
}
