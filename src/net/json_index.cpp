// json_index.cpp: see json_index.h.
//
// simdjson's first stage only: it takes 64 bytes at a time and is where the speed comes from. Its
// second stage would build a tree of doubles; ours (json.c) keeps the text of numbers.
#include "net/json_index.h"

#include <simdjson.h>

#include "net/tree.h"

static_assert(JSON_PADDING >= simdjson::SIMDJSON_PADDING, "simdjson looks that far");

using stage = simdjson::internal::dom_parser_implementation;

static const char *words(simdjson::error_code code)
{
    if (code == simdjson::UTF8_ERROR) {
        return "a byte that is no UTF-8";
    }
    if (code == simdjson::UNCLOSED_STRING) {
        return "a string without an end";
    }
    if (code == simdjson::UNESCAPED_CHARS) {
        return "a control character in a string";
    }
    return code == simdjson::EMPTY ? "nothing in it" : "no JSON";
}

static simdjson::error_code make_room(void **parser, size_t length)
{
    if (*parser == nullptr) {
        std::unique_ptr<stage> made;
        simdjson::error_code code =
            simdjson::get_active_implementation()->create_dom_parser_implementation(
                length < 4096 ? 4096 : length, TREE_DEPTH_MAX, made);
        *parser = made.release();
        return code;
    }
    stage *one = static_cast<stage *>(*parser);
    if (one->capacity() >= length) {
        return simdjson::SUCCESS;
    }
    return one->set_capacity(length > 2 * one->capacity() ? length : 2 * one->capacity());
}

const char *json_index(void **parser, const char *text, size_t length, const uint32_t **at,
                       uint32_t *count)
{
    if (length == 0) {
        return words(simdjson::EMPTY);
    }
    if (make_room(parser, length) != simdjson::SUCCESS) {
        return "too long";
    }
    stage *one = static_cast<stage *>(*parser);
    simdjson::error_code code = one->stage1(reinterpret_cast<const uint8_t *>(text), length,
                                            simdjson::stage1_mode::regular);
    if (code != simdjson::SUCCESS) {
        return words(code);
    }
    *at = one->structural_indexes.get();
    *count = one->n_structural_indexes;
    return nullptr;
}

void json_index_destroy(void *parser)
{
    delete static_cast<stage *>(parser);
}

bool utf8_is_valid(const char *text, size_t length)
{
    return simdjson::validate_utf8(text, length);
}
