/* Tyk's path patterns: names, stars, and where they are looked for. */
#include "model/path_pattern.h"

#include "model_check.h"

static const struct jg_path_rules anywhere = {.prefix = false};
static const struct jg_path_rules prefix = {.prefix = true};
static const struct jg_path_rules suffix = {.suffix = true};
static const struct jg_path_rules exact = {.prefix = true, .suffix = true};
static const struct jg_path_rules nocase = {.ignore_case = true};

static enum jg_match
match(const char *pattern, const struct jg_path_rules *rules, const char *path,
      const char *listen_path)
{
    struct jg_path_pattern p;
    struct jg_path_forms forms;
    struct jg_str why;
    struct jg_arena a;
    struct jg_matching m = {.arena = &a};
    enum jg_match result;

    jg_arena_init(&a, 4096, 1024 * 1024);
    assert_err(jg_path_pattern_compile(jg_str(pattern), *rules, &a, &p, &why),
               JG_OK);
    assert_err(jg_path_forms(jg_str(path), jg_str(listen_path), &a, &forms),
               JG_OK);
    result = jg_path_pattern_match(&p, &forms, &m);
    jg_arena_free(&a);
    return result;
}

static void
patterns_match_as_in_tyk(void **state)
{
    static const struct {
        const char *pattern;
        const struct jg_path_rules *rules;
        const char *path, *listen_path;
        bool want;
    } rows[] = {
        {"/users", &anywhere, "/api/users/1", "/api/", true},
        {"/users", &anywhere, "/api/x/users2", "/api/", true},
        {"/api", &anywhere, "/api/x", "/api/", true}, /* the whole path, too */
        {"/users", &anywhere, "/api/Users", "/api/", false},
        {"/users", &nocase, "/api/Users", "/api/", true},
        {"/users/{id}", &anywhere, "/api/users/1", "/api/", true},
        {"/users/{id}", &anywhere, "/api/users/", "/api/", false},
        {"/users/{id}/x", &anywhere, "/api/users/1/x", "/api/", true},
        {"/users/{id}/x", &anywhere, "/api/users/1/2/x", "/api/", false},
        {"/users/{id:[0-9]+}", &anywhere, "/api/users/a", "/api/", true},
        {"/users/{}", &anywhere, "/api/users/{}", "/api/", true},
        {"/{a}/{b}", &exact, "/api/1/2", "/api/", true},
        {"/{a}/{b}", &exact, "/api/1/2/3", "/api/", false},
        {"/users/*", &anywhere, "/api/users/1/2", "/api/", true},
        {"/users/*", &anywhere, "/api/users", "/api/", false},
        {"/users/*/x", &exact, "/api/users/1/x", "/api/", true},
        {"/users/*/x", &exact, "/api/users/1/2/x", "/api/", false},
        {"/*/*", &exact, "/api/1/2", "/api/", true},
        {"/users", &prefix, "/api/users/1", "/api/", true},
        {"/users", &prefix, "/api/x/users", "/api/", false},
        {"/api/users", &prefix, "/api/users", "/api/", true},
        {"users", &prefix, "/api/x/users", "/api/", true}, /* no '/' in front */
        {"^/users", &prefix, "/api/users", "/api/", true},
        {"/users", &suffix, "/api/x/users", "/api/", true},
        {"/users", &suffix, "/api/users/1", "/api/", false},
        {"/users$", &suffix, "/api/users", "/api/", true},
        {"", &suffix, "/api/users", "/api/", true},
        {"/users", &exact, "/api/users", "/api/", true},
        {"/users", &exact, "/api/users/", "/api/", false},
        {"/users", &exact, "/api/users", "/api", true},
        {"/foo", &exact, "/apifoo", "/api", true},
        {"/", &exact, "/api", "/api", true},
        {"/users", &exact, "/users", "/", true},
        {"/a.c", &exact, "/api/abc", "/api/", true},
        {"/v[12]/x", &prefix, "/api/v2/x", "/api/", true},
        {"/a{2}$", &prefix, "/api/abc", "/api/", true}, /* a name, as in Tyk */
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        enum jg_match got = match(rows[i].pattern, rows[i].rules, rows[i].path,
                                  rows[i].listen_path);

        if (got != (rows[i].want ? JG_MATCH_YES : JG_MATCH_NO)) {
            print_error("%s on %s: %d\n", rows[i].pattern, rows[i].path,
                        (int)got);
            fail();
        }
    }
}

static void
a_path_has_one_form_or_two(void **state)
{
    static const struct {
        const char *path, *listen_path, *second;
    } rows[] = {
        {"/api/x", "/api/", "/x"}, {"/api/x", "/api", "/x"},
        {"/api/", "/api/", "/"},   {"/api", "/api", "/"},
        {"/apix", "/api", "/x"},   {"/api../x", "/api", "/../x"},
        {"/x", "/", NULL},         {"/id/x", "/api/", NULL},
    };
    struct jg_arena a;
    struct jg_path_forms forms;

    (void)state;
    jg_arena_init(&a, 4096, 1024 * 1024);
    for (size_t i = 0; i < LEN(rows); i++) {
        assert_err(jg_path_forms(jg_str(rows[i].path),
                                 jg_str(rows[i].listen_path), &a, &forms),
                   JG_OK);
        assert_str(forms.items[0], rows[i].path);
        assert_int_equal(forms.count, rows[i].second == NULL ? 1 : 2);
        if (rows[i].second != NULL)
            assert_str(forms.items[1], rows[i].second);
    }
    jg_arena_free(&a);
}

static void
an_expression_that_is_none_is_reported_and_left_out(void **state)
{
    struct reading *r = new_reading();
    struct jg_bind_source source;
    const struct jg_path_pattern *p;

    (void)state;
    set_text(r, "{'a':{'b':1}}");
    source = source_of(r);
    assert_err(jg_path_pattern_read(&source, "a.b", JG_STR("/a("), anywhere,
                                    &r->arena, &p),
               JG_OK);
    assert_null(p);
    assert_int_equal(r->diags.warnings, 1);
    assert_str(r->diags.first->path, "a.b");
    assert_str(r->diags.first->message,
               "\"/a(\" matches nothing: not a regular expression: missing "
               "closing parenthesis at byte 4");
    free_reading(r);
}

static void
a_pattern_that_grows_too_long_is_refused(void **state)
{
    char text[JG_PATTERN_MAX];
    struct jg_path_pattern p;
    struct jg_str why;
    struct jg_arena a;

    (void)state;
    memset(text, 'a', sizeof(text));
    memcpy(text, "{a}", 3);
    jg_arena_init(&a, 4096, 1024 * 1024);
    assert_err(jg_path_pattern_compile((struct jg_str){text, sizeof(text)},
                                       anywhere, &a, &p, &why),
               JG_E_CONF_VALUE);
    assert_str(why, "longer than 1024 bytes");
    jg_arena_free(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_match_as_in_tyk),
        cmocka_unit_test(a_path_has_one_form_or_two),
        cmocka_unit_test(an_expression_that_is_none_is_reported_and_left_out),
        cmocka_unit_test(a_pattern_that_grows_too_long_is_refused),
    };

    return cmocka_run_group_tests_name("model/path_pattern", tests, NULL, NULL);
}
