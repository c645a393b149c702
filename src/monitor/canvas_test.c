/* canvas_test.c: nothing drawn leaves the canvas, and a trail keeps its shape in little space. */
#include "monitor/canvas.h"

#include <criterion/criterion.h>
#include <string.h>

#include "monitor/chart.h"
#include "monitor/words.h"

static const char *plain(const struct canvas *canvas, int y)
{
    static char text[CANVAS_ROW_SIZE];
    (void)canvas_row_plain(canvas, y, text);
    return text;
}

Test(canvas, text_is_cut_with_a_sign_and_numbers_are_never_cut)
{
    struct canvas canvas;
    canvas_init(&canvas, 10, 3, true, true);
    cr_expect_eq(canvas_text(&canvas, 2, 0, 4, STYLE_NORMAL, "abcdef"), 6);
    cr_expect_str_eq(plain(&canvas, 0), "  abc\xe2\x80\xa6");
    canvas_right(&canvas, 10, 1, 4, STYLE_NORMAL, "123");
    cr_expect_str_eq(plain(&canvas, 1), "       123");
    canvas_right(&canvas, 10, 1, 4, STYLE_NORMAL, "12345");
    cr_expect_str_eq(plain(&canvas, 1), "      ####");
    (void)canvas_text(&canvas, 8, 2, 20, STYLE_NORMAL, "xyz");
    cr_expect_str_eq(plain(&canvas, 2), "        xy");
    canvas_finish(&canvas);
}

Test(canvas, what_is_no_text_does_no_harm)
{
    struct canvas canvas;
    canvas_init(&canvas, 20, 1, true, false);
    (void)canvas_text(&canvas, 0, 0, 20, STYLE_NORMAL, "a\033[2Jb\x07\xff\xe2\x82");
    cr_expect_str_eq(plain(&canvas, 0), "a?[2Jb????");
    canvas_glyph(&canvas, -1, 0, 'x', STYLE_NORMAL);
    canvas_glyph(&canvas, 0, 1, 'x', STYLE_NORMAL);
    canvas_glyph(&canvas, 20, 0, 'x', STYLE_NORMAL);
    cr_expect_str_eq(plain(&canvas, 0), "a?[2Jb????");
    canvas_finish(&canvas);
}

Test(canvas, without_utf8_every_byte_is_ascii_and_one_cell)
{
    struct canvas canvas;
    canvas_init(&canvas, 16, 1, false, true);
    for (int x = 0; x < 16; x++) {
        static const uint32_t glyphs[] = {0x2500, 0x2588, 0x2591, 0x25b2,
                                          0x25bc, 0x28ff, 0xb7,   0x2026};
        canvas_glyph(&canvas, x, 0, glyphs[x % 8], STYLE_NORMAL);
    }
    const char *text = plain(&canvas, 0);
    cr_expect_str_eq(text, "-#.^v*.~-#.^v*.~");
    canvas_finish(&canvas);
}

Test(canvas, colour_is_left_out_where_it_is_not_wanted)
{
    char text[CANVAS_ROW_SIZE];
    struct canvas canvas;
    for (int color = 0; color < 2; color++) {
        canvas_init(&canvas, 8, 1, true, color != 0);
        (void)canvas_text(&canvas, 0, 0, 8, STYLE_GAIN, "+1");
        (void)canvas_row(&canvas, 0, text);
        cr_expect_eq(strstr(text, "\033[0;32m") != NULL, color != 0);
        cr_expect_not_null(strstr(text, "+1"), "the sign is always there");
        canvas_finish(&canvas);
    }
}

Test(trail, keeps_first_and_latest_and_grows_until_it_is_full)
{
    struct trail trail = {0};
    for (int64_t i = 0; i < 100000; i++) {
        trail_add(&trail, i);
        cr_assert_leq(trail.count, TRAIL_POINTS);
        cr_assert_eq(trail_point(&trail, 0, 50), 0);
        cr_assert_eq(trail_point(&trail, 49, 50), i);
        int64_t middle = trail_point(&trail, 25, 51);
        cr_assert(i < 1000 || (middle > i * 4 / 10 && middle < i * 6 / 10), "%lld of %lld",
                  (long long)middle, (long long)i);
    }
    trail_clear(&trail);
    cr_expect_eq(trail.count, 0);
}

Test(chart, draws_a_line_from_corner_to_corner)
{
    struct canvas canvas;
    struct trail trail = {0};
    canvas_init(&canvas, 4, 2, true, false);
    for (int64_t i = 0; i < 8; i++) {
        trail_add(&trail, i);
    }
    chart_line(&canvas, (struct area){0, 0, 4, 2}, &trail, chart_span(&trail), STYLE_NORMAL);
    cr_expect_str_eq(plain(&canvas, 1),
                     "\xe2\xa3\xa0\xe2\xa0\x9e\xe2\xa0\x81"); /* rises at the left ... */
    cr_expect_str_eq(plain(&canvas, 0), "  \xe2\xa3\xa0\xe2\xa0\x9e");
    canvas_finish(&canvas);
}

Test(chart, a_flat_line_lies_in_the_middle)
{
    struct canvas canvas;
    struct trail trail = {0};
    canvas_init(&canvas, 6, 5, false, false);
    trail_add(&trail, 7);
    trail_add(&trail, 7);
    chart_line(&canvas, (struct area){0, 0, 6, 5}, &trail, chart_span(&trail), STYLE_NORMAL);
    cr_expect_str_eq(plain(&canvas, 2), "**");
    canvas_finish(&canvas);
}

Test(words, numbers_have_their_units_and_signs)
{
    char text[WORDS_SIZE];
    cr_expect_str_eq(words_price(INT64_C(191350000000), text), "191.35");
    cr_expect_str_eq(words_price(INT64_C(1234567890000000), text), "1,234,567.89");
    cr_expect_str_eq(words_price(432100000, text), "0.4321");
    cr_expect_str_eq(words_dollars(INT64_C(-12340000000), true, text), "-$12.34");
    cr_expect_str_eq(words_dollars(INT64_C(12340000000), true, text), "+$12.34");
    cr_expect_str_eq(words_percent(-1, 1000000, text), "+0.00%");
    cr_expect_str_eq(words_percent(-5, 100, text), "-5.00%");
    cr_expect_str_eq(words_percent(5, 0, text), "");
    cr_expect_str_eq(words_quantity(INT64_C(-1200000000000), text), "-1,200");
    cr_expect_str_eq(words_quantity(250000000, text), "0.25");
    cr_expect_str_eq(words_speed(0, text), "max");
    cr_expect_str_eq(words_speed(260, text), "260x");
    cr_expect_str_eq(words_speed(0.5, text), "0.5x");
    /* 2019-02-11 and 2019-07-11, 14:30:00Z */
    cr_expect_str_eq(words_time(INT64_C(1549895400000000000), text), "09:30");
    cr_expect_str_eq(words_time(INT64_C(1562855405000000000), text), "10:30:05");
    cr_expect_str_eq(words_date(INT64_C(1549895400000000000), text), "Mon 2019-02-11");
}
