#include "exchange_http/repack.h"

/* A number of JSON, whose text may have an exponent or more decimals than money has. */
static void repack_number(struct msgpack *out, const struct node *node)
{
    int64_t value_e9;
    if (node_e9(node, &value_e9) == ERR_OK) {
        msgpack_money(out, value_e9);
    } else {
        msgpack_text(out, node->as.text, node->length);
    }
}

static void repack_object(struct msgpack *out, const struct node *object)
{
    msgpack_map(out, object->length);
    for (const struct node *key = node_first_key(object); key != NULL;
         key = node_next_key(object, key)) {
        msgpack_text(out, key->as.text, key->length);
        repack(out, node_value(key));
    }
}

static void repack_array(struct msgpack *out, const struct node *array)
{
    msgpack_array(out, array->length);
    for (const struct node *at = node_first(array); at != NULL; at = node_next(array, at)) {
        repack(out, at);
    }
}

void repack(struct msgpack *out, const struct node *node)
{
    switch (node->kind) {
    case NODE_NULL:
        msgpack_nil(out);
        break;
    case NODE_BOOL:
        msgpack_bool(out, node->truth);
        break;
    case NODE_NUMBER:
        repack_number(out, node);
        break;
    case NODE_INT:
        msgpack_int(out, node->as.integer);
        break;
    case NODE_UINT:
        msgpack_uint(out, node->as.whole);
        break;
    case NODE_DOUBLE:
        msgpack_double(out, node->as.real);
        break;
    case NODE_STRING:
    case NODE_BYTES:
        msgpack_text(out, node->as.text, node->length);
        break;
    case NODE_TIME:
        msgpack_time(out, node->as.ts_ns);
        break;
    case NODE_ARRAY:
        repack_array(out, node);
        break;
    case NODE_OBJECT:
        repack_object(out, node);
        break;
    }
}
