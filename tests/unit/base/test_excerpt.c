/* What a message may show of a file that also holds secrets. */
#include "base/excerpt.h"
#include "check.h"

/* The excerpt of <text> at the first <mark>, and below it a caret. */
static void
check(const char *text, const char *mark, enum jg_excerpt what,
      const char *want, int line)
{
    const char *at = strstr(text, mark);
    struct jg_buf b;
    unsigned column;

    assert_non_null(at);
    jg_buf_init(&b, JG_EXCERPT_MAX);
    column = jg_excerpt(&b, jg_str(text), (size_t)(at - text), what);
    assert_false(b.failed);
    jg_buf_addf(&b, "|%u", column);
    jg_check_str(jg_buf_str(&b), jg_str(want), text, __FILE__, line);
    jg_buf_free(&b);
}

static void
only_the_text_that_is_meant_is_shown(void **state)
{
    static const struct {
        const char *text, *mark;
        enum jg_excerpt what;
        const char *want;
    } rows[] = {
        {"{\n  \"port\": \"80a\",\n}", "\"80a", JG_EXCERPT_SHOW,
         "  \"port\": \"80a\",|11"},
        {"{\"secret\":\"s3\",\"port\":\"80a\", \"b\":\"s4\"}", "\"80a",
         JG_EXCERPT_SHOW,
         "{\"secret\":\"...\",\"port\":\"80a\", \"b\":\"...\"}|24"},
        {"{\"secret\":\"s3\",\"port\":\"80a\"}", "\"80a", JG_EXCERPT_HIDE,
         "{\"secret\":\"...\",\"port\":\"...\"}|24"},
        {"{\"secrt\" : \"s3\"}", "\"secrt", JG_EXCERPT_HIDE,
         "{\"secrt\" : \"...\"}|2"},
        {"{\"pin\": 1234, \"a\": 5}", "1234", JG_EXCERPT_HIDE,
         "{\"pin\": \"...\", \"a\": 5}|9"},
        {"{\"pin\": 1234}", "1234", JG_EXCERPT_SHOW, "{\"pin\": 1234}|9"},
        {"[\"s1\", 5, \"s2\"]", "5", JG_EXCERPT_SHOW,
         "[\"...\", 5, \"...\"]|9"},
        {"{\"a\":{\"password\":\"s3\"}}", "{\"pass", JG_EXCERPT_SHOW,
         "{\"a\":{\"password\":\"...\"}}|6"},
        {"{\"a\":\"\\\"s3\\\\\", \"b\":x}", "x", JG_EXCERPT_STOP,
         "{\"a\":\"...\", \"b\":...|17"},
        {"{\"a\":\"s3\" \"b\":1}", "\"b\"", JG_EXCERPT_STOP,
         "{\"a\":\"...\" ...|12"},
        {"{\"a\":\"s3\n", "3", JG_EXCERPT_STOP, "{\"a\":\"...\"...|6"},
        {"{\"a\":\"s3\"rest\"}", "rest", JG_EXCERPT_STOP,
         "{\"a\":\"...\"...|11"},
        {"{\"a\":1}\r\n", "1", JG_EXCERPT_SHOW, "{\"a\":1}|6"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        check(rows[i].text, rows[i].mark, rows[i].what, rows[i].want, __LINE__);
}

static void
a_place_at_the_end_has_a_column(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"", "|1"}, {"{", "{|2"}, {"{\n", "|1"}, {"{\n\"a\"", "\"...\"|6"}};

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_str text = jg_str(rows[i].text);
        struct jg_buf b;
        unsigned column;

        jg_buf_init(&b, JG_EXCERPT_MAX);
        column = jg_excerpt(&b, text, text.len, JG_EXCERPT_STOP);
        jg_buf_addf(&b, "|%u", column);
        assert_str(jg_buf_str(&b), rows[i].want);
        jg_buf_free(&b);
    }
}

static void
long_lines_are_cut_around_the_place(void **state)
{
    struct jg_buf text, b;
    unsigned column;

    (void)state;
    jg_buf_init(&text, 100000);
    jg_buf_init(&b, JG_EXCERPT_MAX);
    jg_buf_addc(&text, '[');
    for (int i = 0; i < 5000; i++)
        jg_buf_add(&text, i == 2500 ? JG_STR("\"X\",") : JG_STR("\"s\","));
    column = jg_excerpt(&b, jg_buf_str(&text), 1 + 2500 * 4, JG_EXCERPT_SHOW);
    assert_false(b.failed);
    assert_true(b.len < 300);
    assert_true(jg_str_starts(jg_buf_str(&b), JG_STR("...\"...\",")));
    assert_true(jg_str_ends(jg_buf_str(&b), JG_STR("\"...\",...")));
    assert_true(jg_str_starts(jg_str_from(jg_buf_str(&b), column - 1),
                              JG_STR("\"X\",")));
    assert_int_equal(jg_str_find(jg_buf_str(&b), 's'), b.len);
    jg_buf_free(&text);
    jg_buf_free(&b);
}

static void
a_long_text_is_hidden_from_its_middle_on(void **state)
{
    struct jg_buf text, b;

    (void)state;
    jg_buf_init(&text, 100000);
    jg_buf_init(&b, JG_EXCERPT_MAX);
    jg_buf_add(&text, JG_STR("{\"secret\":\""));
    for (int i = 0; i < 500; i++)
        jg_buf_addc(&text, 's');
    jg_buf_add(&text, JG_STR("\\x\""));
    jg_excerpt(&b, jg_buf_str(&text), 300, JG_EXCERPT_STOP);
    assert_str(jg_buf_str(&b), "...\"...\"...");
    jg_buf_free(&text);
    jg_buf_free(&b);
}

static void
a_cut_never_splits_a_character(void **state)
{
    static const char line[] = "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"
                               "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";
    static const size_t starts[] = {0, 2, 5, 9, 11, 14, 18};

    (void)state;
    for (size_t at = 0; at < LEN(starts); at++) {
        for (size_t width = 0; width < 20; width++) {
            size_t skipped, good = 0;
            struct jg_str cut = jg_excerpt_cut(
                jg_str(line), (unsigned)starts[at] + 1, width, width, &skipped);

            for (size_t i = 0; i < LEN(starts); i++)
                good +=
                    (starts[i] == skipped) + (starts[i] == skipped + cut.len);
            assert_int_equal(good, 2);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_text_that_is_meant_is_shown),
        cmocka_unit_test(a_place_at_the_end_has_a_column),
        cmocka_unit_test(long_lines_are_cut_around_the_place),
        cmocka_unit_test(a_long_text_is_hidden_from_its_middle_on),
        cmocka_unit_test(a_cut_never_splits_a_character),
    };

    return cmocka_run_group_tests_name("base/excerpt", tests, NULL, NULL);
}
