/* sha256_test.c: the examples of NIST for SHA-256. */
#include "sys/sha256.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static void expect_hash(const void *bytes, size_t length, const char *want)
{
    unsigned char digest[SHA256_SIZE];
    char text[SHA256_HEX_SIZE];
    sha256(bytes, length, digest);
    sha256_hex(digest, text);
    cr_expect_str_eq(text, want);
}

Test(sha256, gives_the_values_of_nist)
{
    expect_hash("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect_hash("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect_hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    expect_hash("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
                112, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
}

Test(sha256, gives_the_value_of_a_million_letters)
{
    char *letters = malloc(1000000);
    memset(letters, 'a', 1000000);
    expect_hash(letters, 1000000,
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(letters);
}
