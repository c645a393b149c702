/* crc32c_test.c: the vectors of RFC 3720, B.4, and both forms against each other. */
#include "sys/crc32c.h"

#include <criterion/criterion.h>

#include "sys/crc32c_private.h"

static void expect_both(const void *bytes, size_t length, uint32_t want, const char *what)
{
    cr_expect_eq(crc32c(0, bytes, length), want, "%s", what);
    cr_expect_eq(crc32c_by_table(0, bytes, length), want, "%s by table", what);
}

Test(crc32c, gives_the_values_of_rfc_3720)
{
    unsigned char bytes[32];
    memset(bytes, 0, sizeof bytes);
    expect_both(bytes, 32, 0x8a9136aa, "zeros");
    memset(bytes, 0xff, sizeof bytes);
    expect_both(bytes, 32, 0x62a8ab43, "ones");
    for (unsigned char i = 0; i < 32; i++) {
        bytes[i] = i;
    }
    expect_both(bytes, 32, 0x46dd794e, "rising");
    for (unsigned char i = 0; i < 32; i++) {
        bytes[i] = (unsigned char)(31 - i);
    }
    expect_both(bytes, 32, 0x113fdb5c, "falling");
    static const unsigned char read_command[48] = {
        0x01, 0xc0, [16] = 0x14, [22] = 0x04, [27] = 0x14, [31] = 0x18, [32] = 0x28, [40] = 0x02,
    };
    expect_both(read_command, 48, 0xd9963a56, "an iSCSI read command");
}

Test(crc32c, gives_the_usual_check_value)
{
    expect_both("123456789", 9, 0xe3069283, "123456789");
    expect_both("", 0, 0, "nothing");
}

Test(crc32c, both_forms_agree_at_every_length_and_place)
{
    unsigned char bytes[320];
    uint64_t state = 1;
    for (size_t i = 0; i < sizeof bytes; i++) {
        state = state * UINT64_C(6364136223846793005) + 1;
        bytes[i] = (unsigned char)(state >> 56);
    }
    for (size_t from = 0; from < 16; from++) {
        for (size_t length = 0; length <= 300; length++) {
            cr_assert_eq(crc32c(0, bytes + from, length), crc32c_by_table(0, bytes + from, length));
        }
    }
}

Test(crc32c, pieces_give_the_sum_of_the_whole)
{
    unsigned char bytes[100];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (unsigned char)(i * 7);
    }
    uint32_t whole = crc32c(0, bytes, sizeof bytes);
    for (size_t cut = 0; cut <= sizeof bytes; cut++) {
        cr_assert_eq(crc32c(crc32c(0, bytes, cut), bytes + cut, sizeof bytes - cut), whole);
    }
}
