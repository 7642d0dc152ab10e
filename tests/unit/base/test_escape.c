/* escape.c: percent-encoding. */
#include "base/escape.h"

#include "check.h"

#include <ctype.h>

static void
only_unreserved_bytes_stay(void **state)
{
    char want[JG_ESCAPE_BYTES + 1];
    struct jg_buf b;

    (void)state;
    for (int c = 0; c < 256; c++) {
        char byte = (char)c;

        jg_buf_init(&b, 16);
        jg_buf_add_escaped(&b, (struct jg_str){&byte, 1}, "+");
        if ((c < 128 && isalnum(c)) ||
            (c > 0 && c < 128 && strchr("-._~", c) != NULL))
            snprintf(want, sizeof(want), "%c", c);
        else if (c == ' ')
            snprintf(want, sizeof(want), "+");
        else
            snprintf(want, sizeof(want), "%%%02X", (unsigned)c);
        assert_str(jg_buf_str(&b), want);
        jg_buf_free(&b);
    }
}

static void
spaces_are_what_the_caller_says(void **state)
{
    static const struct {
        const char *text, *space, *want;
    } rows[] = {
        {"", "+", ""},
        {"a b", "+", "a+b"},
        {"a b", "%20", "a%20b"},
        {"a+b/c?d=\xc3\xa9", "%20", "a%2Bb%2Fc%3Fd%3D%C3%A9"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_buf b;

        jg_buf_init(&b, 64);
        jg_buf_add_escaped(&b, jg_str(rows[i].text), rows[i].space);
        assert_str(jg_buf_str(&b), rows[i].want);
        jg_buf_free(&b);
    }
}

static void
a_full_buffer_fails(void **state)
{
    struct jg_buf b;

    (void)state;
    jg_buf_init(&b, 4);
    jg_buf_add_escaped(&b, JG_STR("a///"), "+");
    assert_true(b.failed);
    jg_buf_free(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_unreserved_bytes_stay),
        cmocka_unit_test(spaces_are_what_the_caller_says),
        cmocka_unit_test(a_full_buffer_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
