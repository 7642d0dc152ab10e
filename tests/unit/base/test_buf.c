/* The growing buffer: its maximum, its failure, its JSON. */
#include "base/buf.h"
#include "check.h"

static void
appending_past_the_maximum_changes_nothing(void **state)
{
    struct jg_buf b;

    (void)state;
    jg_buf_init(&b, 5);
    jg_buf_add(&b, JG_STR("abc"));
    jg_buf_addc(&b, 'd');
    jg_buf_addf(&b, "%d", 7);
    assert_false(b.failed); /* exactly full */
    jg_buf_addc(&b, 'x');
    assert_true(b.failed);
    assert_str(jg_buf_str(&b), "abcd7");
    jg_buf_reset(&b);
    jg_buf_addf(&b, "%s", "123456");
    assert_true(b.failed);
    jg_buf_add(&b, JG_STR("1")); /* would fit, but something is missing */
    assert_str(jg_buf_str(&b), "");
    jg_buf_reset(&b);
    jg_buf_add(&b, JG_STR("1"));
    assert_str(jg_buf_str(&b), "1");
    jg_buf_free(&b);
}

static void
it_grows_to_its_maximum(void **state)
{
    struct jg_buf b;

    (void)state;
    jg_buf_init(&b, 100000);
    for (int i = 0; i < 100000; i++)
        jg_buf_addc(&b, 'x');
    assert_false(b.failed);
    assert_int_equal(b.len, 100000);
    jg_buf_addc(&b, 'x');
    assert_true(b.failed);
    jg_buf_free(&b);
    assert_null(b.p);

    jg_buf_init(&b, SIZE_MAX);
    jg_buf_addf(&b, "%1000d", 1);
    assert_int_equal(b.len, 1000);
    jg_buf_add(&b, (struct jg_str){"", SIZE_MAX - 1000});
    assert_true(b.failed);
    jg_buf_free(&b);
}

static void
an_empty_buffer_is_an_empty_string(void **state)
{
    struct jg_buf b;

    (void)state;
    jg_buf_init(&b, 10);
    assert_str(jg_buf_str(&b), "");
    jg_buf_add(&b, jg_str(NULL));
    jg_buf_addf(&b, "%s", "");
    assert_str(jg_buf_str(&b), "");
    assert_false(b.failed);
    jg_buf_free(&b);
}

static void
json_strings_are_escaped_as_go_does(void **state)
{
    static const struct {
        const char *text, *plain, *html; /* html NULL: as plain */
    } rows[] = {
        {"abc", "abc", NULL},
        {"", "", NULL},
        {"a\"b\\c/d", "a\\\"b\\\\c/d", NULL},
        {"\n\r\t\b\f", "\\n\\r\\t\\b\\f", NULL},
        {"\x01\x1f\x7f", "\\u0001\\u001f\x7f", NULL},
        {"<&>", "<&>", "\\u003c\\u0026\\u003e"},
        {"\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa",
         "\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa", "\\u2028\\u2029\xe2\x80\xaa"},
        {"\xc3\xa9\xf0\x9f\x99\x82", "\xc3\xa9\xf0\x9f\x99\x82", NULL},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        for (int html = 0; html < 2; html++) {
            const char *want =
                html && rows[i].html != NULL ? rows[i].html : rows[i].plain;
            struct jg_buf b;

            jg_buf_init(&b, 1000);
            jg_buf_add_json(&b, jg_str(rows[i].text), html);
            assert_str(jg_buf_str(&b), want);
            jg_buf_free(&b);
        }
}

static void
bytes_that_are_not_utf8_become_replacements(void **state)
{
#define R "\\ufffd"
    static const char *const rows[][2] = {
        {"\x80", R},
        {"\xc0\xaf", R R}, /* overlong */
        {"\xc1\xbf", R R},
        {"\xe0\x9f\xbf", R R R},       /* overlong */
        {"\xed\xa0\x80", R R R},       /* a surrogate */
        {"\xf4\x90\x80\x80", R R R R}, /* above U+10FFFF */
        {"\xf5\x80\x80\x80", R R R R},
        {"\xff"
         "a",
         R "a"},
        {"\xe2\x82", R R}, /* cut off at the end */
        {"\xe2\x82"
         "a",
         R R "a"},
        {"\xf0\x9f\x99\x28", R R R "("},
        {"\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf",
         "\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf"},
    };
#undef R

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_buf b;

        jg_buf_init(&b, 1000);
        jg_buf_add_json(&b, jg_str(rows[i][0]), true);
        assert_str(jg_buf_str(&b), rows[i][1]);
        jg_buf_free(&b);
    }
}

static void
a_json_string_is_written_whole_or_not_at_all(void **state)
{
    struct jg_buf b;

    (void)state;
    jg_buf_init(&b, 4);
    jg_buf_add_quoted(&b, JG_STR("ab"));
    assert_str(jg_buf_str(&b), "\"ab\"");
    jg_buf_reset(&b);
    jg_buf_add_quoted(&b, JG_STR("a\n"));
    assert_true(b.failed);
    assert_str(jg_buf_str(&b), "");
    jg_buf_reset(&b);
    jg_buf_add_json(&b, JG_STR("abc\n"), false);
    assert_true(b.failed);
    assert_str(jg_buf_str(&b), "");
    jg_buf_free(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appending_past_the_maximum_changes_nothing),
        cmocka_unit_test(it_grows_to_its_maximum),
        cmocka_unit_test(an_empty_buffer_is_an_empty_string),
        cmocka_unit_test(json_strings_are_escaped_as_go_does),
        cmocka_unit_test(bytes_that_are_not_utf8_become_replacements),
        cmocka_unit_test(a_json_string_is_written_whole_or_not_at_all),
    };

    return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}
