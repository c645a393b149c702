#include <string.h>

#include "exchange_http/shapes.h"

/* Lists of one key follow each other and become one array. */
static uint32_t shape_list(struct json_writer *json, const struct refusal *refusal, uint32_t first)
{
    uint32_t i = first;
    json_begin_array(json);
    while (i < refusal->extra_count && refusal->extras[i].list &&
           strcmp(refusal->extras[i].key, refusal->extras[first].key) == 0) {
        json_string(json, refusal->extras[i++].text);
    }
    json_end_array(json);
    return i;
}

void shape_refusal(struct json_writer *json, const struct refusal *refusal)
{
    json_begin_object(json);
    json_key(json, "code");
    json_int(json, refusal->code);
    json_member_string(json, "message", refusal->message);
    for (uint32_t i = 0; i < refusal->extra_count;) {
        const struct refusal_extra *extra = &refusal->extras[i];
        json_key(json, extra->key);
        if (extra->list) {
            i = shape_list(json, refusal, i);
        } else {
            json_string(json, extra->text);
            i++;
        }
    }
    json_end_object(json);
}
