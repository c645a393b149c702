/* base64_test.c: the test vectors of RFC 4648, section 10. */
#include <criterion/criterion.h>
#include <string.h>

#include "sys/base64.h"

static const struct vector {
    const char *text;
    const char *base64;
} vectors[] = {
    {"",       ""        },
    {"f",      "Zg=="    },
    {"fo",     "Zm8="    },
    {"foo",    "Zm9v"    },
    {"foob",   "Zm9vYg=="},
    {"fooba",  "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
};

Test(base64, published_vectors)
{
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        char text[BASE64_TEXT_SIZE(6)];
        base64_encode(vectors[i].text, strlen(vectors[i].text), text);
        cr_assert_str_eq(text, vectors[i].base64);
        char back[16];
        cr_assert(base64_decode_text(vectors[i].base64, back, sizeof back));
        cr_assert_str_eq(back, vectors[i].text);
    }
}

Test(base64, what_is_none)
{
    char text[16];
    cr_assert(!base64_decode_text("Zg", text, sizeof text));       /* cut */
    cr_assert(!base64_decode_text("Z!==", text, sizeof text));     /* no letter of it */
    cr_assert(!base64_decode_text("ZgBvbw==", text, sizeof text)); /* "f", NUL, "oo" */
    cr_assert(!base64_decode_text("Zm9vYmFy", text, 6));           /* needs 7 */
    cr_assert(!base64_decode_text("Zg==Zg==", text, sizeof text)); /* goes on behind its end */
}
