/* Regular expressions: what matches, what is no Go, and what costs too much. */
#include "base/pattern.h"
#include "check.h"

#define ARENA_BYTES (64 * 1024 * 1024)

static void
new_arena(struct jg_arena *a)
{
    jg_arena_init(a, 4096, ARENA_BYTES);
}

static enum jg_match
match(const char *text, bool ignore_case, const char *subject)
{
    struct jg_pattern p;
    struct jg_str why;
    struct jg_arena a;
    struct jg_matching m = {.arena = &a};
    enum jg_match result;

    new_arena(&a);
    assert_err(jg_pattern_compile(jg_str(text), ignore_case, &a, &p, &why),
               JG_OK);
    result = jg_pattern_match(&p, jg_str(subject), &m);
    jg_arena_free(&a);
    return result;
}

static void
a_pattern_is_searched_for_anywhere(void **state)
{
    static const struct {
        const char *pattern, *subject;
        bool ignore_case;
        enum jg_match want;
    } rows[] = {
        {"", "/", false, JG_MATCH_YES},
        {"", "", false, JG_MATCH_YES},
        {"/users", "/a/users/b", false, JG_MATCH_YES},
        {"/users", "/usersfoo", false, JG_MATCH_YES},
        {"/users", "/user", false, JG_MATCH_NO},
        {"/users", "/Users", false, JG_MATCH_NO},
        {"/users", "/Users", true, JG_MATCH_YES},
        {"^/users", "/a/users", false, JG_MATCH_NO},
        {"^/users", "/users/1", false, JG_MATCH_YES},
        {"/users$", "/a/users", false, JG_MATCH_YES},
        {"/users$", "/users/", false, JG_MATCH_NO},
        {"/users$", "/users\n", false, JG_MATCH_NO}, /* unlike PCRE's $ */
        {"^/users$", "/users", false, JG_MATCH_YES},
        {"^/users$", "/users/", false, JG_MATCH_NO},
        {"^/USERS$", "/users", true, JG_MATCH_YES},
        {"/users/.*", "/users/", false, JG_MATCH_YES},
        {"/users/.*", "/users", false, JG_MATCH_NO},
        {".*", "", false, JG_MATCH_YES},
        {".*/x", "/a/x", false, JG_MATCH_YES},
        {"/users/([^/]+)/x", "/users/1/x", false, JG_MATCH_YES},
        {"/users/([^/]+)/x", "/users//x", false, JG_MATCH_NO},
        {"/users/([^/]+)$", "/users/1/x", false, JG_MATCH_NO},
        {"/users/([^/]+)$", "/users/users/1", false, JG_MATCH_YES},
        {"/a+b", "/aab", false, JG_MATCH_YES},
        {"/ab*c", "/ac", false, JG_MATCH_YES},
        {"/ab?c", "/ac", false, JG_MATCH_YES},
        {"/ab{2}c", "/abbc", false, JG_MATCH_YES},
        {"/ab{2}c", "/abc", false, JG_MATCH_NO},
        {"/ab{0,1}c", "/ac", false, JG_MATCH_YES},
        {"/a{x}c", "/a{x}c", false, JG_MATCH_YES}, /* just braces, as Go */
        {"/a\\.b", "/a.b", false, JG_MATCH_YES},
        {"/a\\.b", "/axb", false, JG_MATCH_NO},
        {"/a.b", "/axb", false, JG_MATCH_YES},
        {"/a|/b", "/b", false, JG_MATCH_YES},
        {"^/a|/b", "/x/b", false, JG_MATCH_YES},
        {"/(a|b)/c", "/b/c", false, JG_MATCH_YES},
        {"/x/(a|b)?/c", "/x//c", false, JG_MATCH_YES},
        {"/[]/]x", "/]x", false, JG_MATCH_YES},
        {"/[^]]x", "/]x", false, JG_MATCH_NO},
        {"/[[:digit:]]+$", "/12", false, JG_MATCH_YES},
        {"/[\\]a]b", "/]b", false, JG_MATCH_YES},
        {"(?i)/users", "/USERS", false, JG_MATCH_YES},
        {"/u(?i)sers", "/uSERS", false, JG_MATCH_YES},
        {"(?P<id>[0-9]+)", "/7", false, JG_MATCH_YES},
        {"(?:/a)+$", "/a/a", false, JG_MATCH_YES},
        {"/\\d+", "/7", false, JG_MATCH_YES},
        {"/a\\b", "/ab", false, JG_MATCH_NO},
        {"\\x41", "A", false, JG_MATCH_YES},
        {"/\xc3\xa9*x", "/x", false, JG_MATCH_YES},
        {"/\xc3\xa9", "/\xc3\x89", true, JG_MATCH_YES},
        {"/k", "/\xe2\x84\xaa", true, JG_MATCH_YES}, /* KELVIN SIGN */
        {"^/.$", "/\xc3\xa9", false, JG_MATCH_YES},  /* one character */
        {"^/.$", "/\xc3", false, JG_MATCH_UNKNOWN},  /* no UTF-8 */
        {"/a/[^/]+", "/a/", false, JG_MATCH_NO},
        /* A class may end just behind a "[:". */
        {"0[a[:]|x", "x", false, JG_MATCH_YES},
        {"^[[:alpha:]]|^/$", "/", false, JG_MATCH_YES},
        {"^[[:^alpha:]]x", "/x", false, JG_MATCH_YES},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        enum jg_match got;

        got = match(rows[i].pattern, rows[i].ignore_case, rows[i].subject);
        if (got != rows[i].want) {
            print_error("%s on %s: %d\n", rows[i].pattern, rows[i].subject,
                        (int)got);
            fail();
        }
    }
}

static void
what_go_refuses_is_refused(void **state)
{
    static const struct {
        const char *pattern, *why;
    } rows[] = {
        {"(a)\\1", "backreferences are not available, as in Go"},
        {"(?=a)b", "lookaround,"},
        {"(?!a)b", "lookaround,"},
        {"(?<=a)b", "lookaround,"},
        {"(?<!a)b", "lookaround,"},
        {"(?>a)b", "lookaround,"},
        {"(?R)", "lookaround,"},
        {"(?1)", "lookaround,"},
        {"(?#x)", "lookaround,"},
        {"(?x)a", "lookaround,"},
        {"(?C1)a", "lookaround,"},
        {"(*UTF)a", "(*...)"},
        {"(*LIMIT_MATCH=1000000)a", "(*...)"},
        {"a++b", "possessive"},
        {"a{2}+b", "possessive"},
        {"a{1001}", "a repetition is above 1000"},
        {"a{2,1001}", "a repetition is above 1000"},
        {"\\Ka", "this \\letter"},
        {"\\Ca", "this \\letter"},
        {"[\\K]", "this \\letter"},
        {"0[a[:]z[:?[:]?|", "a class [:name:] has no such name"},
        {"[[:al pha:]]", "a class [:name:] has no such name"},
        {"[[:al^pha:]]", "a class [:name:] has no such name"},
        {"[[:nothing:]]", "not a regular expression: "},
        {"\\Qa\\E", "this \\letter"},
        {"a)(b", "there is a ) without its ("},
        {"a)", "there is a ) without its ("},
        {"(a", "not a regular expression: "},
        {"[a", "not a regular expression: "},
        {"^*a", "not a regular expression: "},
        {"*a", "not a regular expression: "},
        {"a\\", "not a regular expression: "},
        {"[b-a]", "not a regular expression: "},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_pattern p;
        struct jg_str why = {NULL, 0};
        struct jg_arena a;
        enum jg_err err;

        new_arena(&a);
        err = jg_pattern_compile(jg_str(rows[i].pattern), false, &a, &p, &why);
        if (err != JG_E_CONF_VALUE ||
            !jg_str_starts(why, jg_str(rows[i].why))) {
            print_error("%s: %s, %.*s\n", rows[i].pattern,
                        jg_err_info(err)->name, JG_STR_ARG(why));
            fail();
        }
        jg_arena_free(&a);
    }
}

static void
an_error_names_its_byte(void **state)
{
    struct jg_pattern p;
    struct jg_str why;
    struct jg_arena a;

    (void)state;
    new_arena(&a);
    assert_err(jg_pattern_compile(JG_STR("/ab[z-a]"), false, &a, &p, &why),
               JG_E_CONF_VALUE);
    assert_str(why, "not a regular expression: range out of order in character "
                    "class at byte 7");
    jg_arena_free(&a);
}

static void
a_long_expression_is_refused(void **state)
{
    char text[JG_PATTERN_MAX + 1];
    struct jg_pattern p;
    struct jg_str why;
    struct jg_arena a;

    (void)state;
    memset(text, 'a', sizeof(text));
    new_arena(&a);
    assert_err(jg_pattern_compile((struct jg_str){text, JG_PATTERN_MAX}, false,
                                  &a, &p, &why),
               JG_OK);
    assert_err(jg_pattern_compile((struct jg_str){text, sizeof(text)}, false,
                                  &a, &p, &why),
               JG_E_CONF_VALUE);
    assert_str(why, "longer than 1024 bytes");
    jg_arena_free(&a);
}

/* Nothing here waits for a backtracking engine. */
static void
costly_patterns_end_soon(void **state)
{
    static const char *const patterns[] = {
        "(a+)+[^a]x?q*$",    "(a|aa)+$",      "(a|a?)+b",
        "(.*a){12}zy",       "([a-z]+)*\\d",  "[a-z]*[a-y]*[a-x]*[0-9]",
        "/[^x]*[^x]*z[^z]y", "(x+x+)+y|aaa9", "^(([a-z])+.)+[A-Z]([a-z])+$",
    };
    static char subject[JG_PATTERN_SUBJECT_MAX];

    (void)state;
    memset(subject, 'a', sizeof(subject));
    subject[0] = '/';
    memcpy(subject + sizeof(subject) - 4, "zbz!", 4);
    for (size_t i = 0; i < LEN(patterns); i++) {
        struct jg_pattern p;
        struct jg_str why, s = {subject, sizeof(subject)};
        struct jg_arena a;
        struct jg_matching m = {.arena = &a};

        new_arena(&a);
        assert_err(jg_pattern_compile(jg_str(patterns[i]), false, &a, &p, &why),
                   JG_OK);
        for (size_t k = 0; k < 20; k++)
            assert_true(jg_pattern_match(&p, s, &m) != JG_MATCH_YES);
        jg_arena_free(&a);
    }
}

static void
limits_of_a_match_make_it_unknown(void **state)
{
    static char subject[JG_PATTERN_SUBJECT_MAX + 1];
    struct jg_pattern p;
    struct jg_str why;
    struct jg_arena a;
    struct jg_matching m = {.arena = &a};

    (void)state;
    memset(subject, '/', sizeof(subject));
    new_arena(&a);
    assert_err(jg_pattern_compile(JG_STR("[0-9]x"), false, &a, &p, &why),
               JG_OK);
    assert_int_equal(
        jg_pattern_match(&p, (struct jg_str){subject, sizeof(subject)}, &m),
        JG_MATCH_NO); /* no x: the expression is not asked */
    subject[0] = 'x';
    assert_int_equal(
        jg_pattern_match(&p, (struct jg_str){subject, sizeof(subject)}, &m),
        JG_MATCH_UNKNOWN); /* too long for it */
    subject[JG_PATTERN_STARTS_MAX + 1] = 'x';
    assert_err(jg_pattern_compile(JG_STR("/[0-9]"), false, &a, &p, &why),
               JG_OK);
    assert_int_equal(
        jg_pattern_match(&p, (struct jg_str){subject, JG_PATTERN_STARTS_MAX},
                         &m),
        JG_MATCH_NO);
    assert_int_equal(jg_pattern_match(&p, (struct jg_str){subject, 2000}, &m),
                     JG_MATCH_UNKNOWN); /* it could begin at too many places */
    jg_arena_free(&a);
}

static void
without_memory_nothing_is_compiled_or_known(void **state)
{
    struct jg_pattern p;
    struct jg_str why;
    struct jg_arena a, small;
    struct jg_matching m = {.arena = &small};

    (void)state;
    for (size_t bytes = 64; bytes < 768; bytes += 16) {
        enum jg_err err;

        jg_arena_init(&a, bytes, bytes);
        err = jg_pattern_compile(JG_STR("/a/([^/]+)"), false, &a, &p, &why);
        assert_true(err == JG_E_NOMEM || err == JG_OK);
        jg_arena_free(&a);
    }
    new_arena(&a);
    jg_arena_init(&small, 1024, 1024);
    assert_err(jg_pattern_compile(JG_STR("/a/([^/]+)"), false, &a, &p, &why),
               JG_OK);
    assert_int_equal(jg_pattern_match(&p, JG_STR("/a/b"), &m),
                     JG_MATCH_UNKNOWN);
    jg_arena_free(&a);
    jg_arena_free(&small);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_is_searched_for_anywhere),
        cmocka_unit_test(what_go_refuses_is_refused),
        cmocka_unit_test(an_error_names_its_byte),
        cmocka_unit_test(a_long_expression_is_refused),
        cmocka_unit_test(costly_patterns_end_soon),
        cmocka_unit_test(limits_of_a_match_make_it_unknown),
        cmocka_unit_test(without_memory_nothing_is_compiled_or_known),
    };

    return cmocka_run_group_tests_name("base/pattern", tests, NULL, NULL);
}
