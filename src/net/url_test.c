/* url_test.c: targets taken apart. The server's test has those that come over the wire. */
#include "net/url.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static enum err parse(const char *text, struct url *url)
{
    static char target[4096];
    (void)snprintf(target, sizeof target, "%s", text);
    return url_parse(target, url);
}

Test(url, a_segment_can_hold_a_slash)
{
    struct url url;
    char segment[32];
    cr_assert_eq(parse("/v2/assets/BTC%2fUSD%2525", &url), ERR_OK);
    cr_assert_str_eq(url.path, "/v2/assets/BTC%2fUSD%2525");
    (void)snprintf(segment, sizeof segment, "%s", url.path + 11);
    cr_assert(url_decode(segment));
    cr_assert_str_eq(segment, "BTC/USD%25");
}

Test(url, parameters_in_their_order)
{
    struct url url;
    cr_assert_eq(parse("/x?symbols=AAPL%2CMSFT&symbols=SPY&empty=&none&a+b=c%2Bd", &url), ERR_OK);
    cr_assert_eq(url.parameter_count, 5);
    cr_assert_str_eq(url_parameter(&url, "symbols"), "AAPL,MSFT");
    cr_assert_str_eq(url.parameters[1].value, "SPY");
    cr_assert_str_eq(url_parameter(&url, "empty"), "");
    cr_assert_str_eq(url_parameter(&url, "none"), "");
    cr_assert_str_eq(url_parameter(&url, "a b"), "c+d");
    cr_assert_null(url_parameter(&url, "Symbols"));
}

Test(url, refuses)
{
    static const char *const cases[] = {
        "",     "x",    "?a=b",   "*",     "/%",      "/%4",     "/%g0",     "/%00",
        "/%0a", "/%7f", "/a\x01", "/?a=%", "/?%zz=1", "/?a=%00", "/?a=\x7f", "/?a=b%4g"};
    struct url url;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_assert_eq(parse(cases[i], &url), ERR_FORMAT, "%s", cases[i]);
    }
    char many[4096] = "/?";
    for (int i = 0; i < URL_PARAMETERS_MAX; i++) {
        memcpy(many + 2 + 4 * i, "a=b&", 5);
    }
    cr_assert_eq(parse(many, &url), ERR_OK);
    memcpy(many + 2 + 4 * URL_PARAMETERS_MAX, "a=b", 4);
    cr_assert_eq(parse(many, &url), ERR_FORMAT);
}
