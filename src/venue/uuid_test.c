/* uuid_test.c: ids have the form of UUIDs of version 4 and lead back to their numbers. */
#include <criterion/criterion.h>
#include <ctype.h>
#include <string.h>

#include "venue/uuid.h"

Test(uuid, form_and_way_back)
{
    for (uint64_t number = 0; number < 2000; number++) {
        char text[UUID_TEXT_SIZE];
        uuid_write(7, UUID_ORDER, number, text);
        cr_assert_eq(strlen(text), 36);
        cr_assert(uuid_is(text, 36));
        cr_assert_eq(text[14], '4');
        cr_assert_not_null(strchr("89ab", text[19]));
        uint64_t back = ~number;
        cr_assert(uuid_read(7, UUID_ORDER, text, 36, &back));
        cr_assert_eq(back, number);
        for (size_t i = 0; i < 36; i++) {
            text[i] = (char)toupper((unsigned char)text[i]);
        }
        cr_assert(uuid_read(7, UUID_ORDER, text, 36, &back));
    }
}

Test(uuid, of_another_seed_space_or_number_is_none)
{
    char text[UUID_TEXT_SIZE];
    uint64_t number;
    uuid_write(7, UUID_ORDER, 5, text);
    cr_assert(!uuid_read(8, UUID_ORDER, text, 36, &number));
    cr_assert(!uuid_read(7, UUID_EXECUTION, text, 36, &number));
    text[0] = text[0] == 'f' ? '0' : 'f';
    cr_assert(!uuid_read(7, UUID_ORDER, text, 36, &number));
    cr_assert(!uuid_read(7, UUID_ORDER, "not an id", 9, &number));
    cr_assert(!uuid_is("61e69015-8549-4bfd-b9c3-01e75843f47", 35));
    cr_assert(!uuid_is("61e69015-8549-4bfd-b9c3-01e75843f47g", 36));
    cr_assert(!uuid_is("61e690158549-4bfd-b9c3--01e75843f47d", 36));
}

Test(uuid, numbers_differ)
{
    enum { COUNT = 500 };
    static char texts[COUNT][UUID_TEXT_SIZE];
    for (uint64_t i = 0; i < COUNT; i++) {
        uuid_write(42, UUID_ASSET, i, texts[i]);
        for (uint64_t k = 0; k < i; k++) {
            cr_assert_str_neq(texts[i], texts[k]);
        }
    }
}
