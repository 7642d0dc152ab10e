/* cors.c: which origins, methods and headers a definition allows. */
#include "model/cors.h"

#include "model_check.h"

/* CORS of an API with these members, all of them warnings-free or not. */
static struct jg_api *
api_with(struct reading *r, const char *members)
{
    set_text(r, "{" OPEN_API ",'CORS':{'enable':true%s}}", members);
    return good_api(r);
}

static void
an_origin_is_allowed_as_tyk_allows_it(void **state)
{
    static const struct {
        const char *list, *origin;
        bool want;
    } rows[] = {
        {"[]", "https://a.example", true},
        {"null", "https://a.example", true},
        {"['*']", "https://a.example", true},
        {"['https://b.example','*']", "https://a.example", true},
        {"['https://a.example']", "https://a.example", true},
        {"['https://A.example']", "HTTPS://a.Example", true},
        {"['https://a.example']", "http://a.example", false},
        {"['https://a.example']", "https://a.example.evil.net", false},
        {"['https://a.example']", "https://evil-a.example", false},
        {"['https://a.example']", "https://a.example:8443", false},
        {"['https://a.example']", "https://a.example/", false},
        {"['https://a.example']", "", false},
        {"['https://*.a.example']", "https://x.a.example", true},
        {"['https://*.a.example']", "https://x.y.a.example", true},
        {"['https://*.a.example']", "https://a.example", false},
        {"['https://*.a.example']", "https://.a.example", true},
        {"['https://*.a.example']", "https://x.a.example.evil.net", false},
        {"['https://*.a.example']", "https://xa.example", false},
        /* The two parts may not share bytes. */
        {"['https://aba*aba']", "https://aba", false},
        {"['https://aba*aba']", "https://abaaba", true},
        {"['http://localhost:*']", "http://localhost:3000", true},
        {"['http://localhost:*']", "http://localhost", false},
        {"['https://*.*.example']", "https://a.b.example", false},
        {"['null']", "null", true},
        {"['https://a.example']", "null", false},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        char members[128];
        struct jg_api *api;

        snprintf(members, sizeof(members), ",'allowed_origins':%s",
                 rows[i].list);
        api = api_with(r, members);
        if (jg_cors_allows_origin(api->cors, jg_str(rows[i].origin)) !=
            rows[i].want)
            print_error("row %zu: %s\n", i, members);
        assert_int_equal(
            jg_cors_allows_origin(api->cors, jg_str(rows[i].origin)),
            rows[i].want);
        jg_api_free(api);
    }
    free_reading(r);
}

static void
methods_and_headers_have_tyks_defaults(void **state)
{
    struct reading *r = new_reading();
    struct jg_api *api = api_with(r, "");

    (void)state;
    assert_quiet(r);
    assert_true(jg_cors_allows_method(api->cors, JG_STR("GET")));
    assert_true(jg_cors_allows_method(api->cors, JG_STR("POST")));
    assert_true(jg_cors_allows_method(api->cors, JG_STR("HEAD")));
    assert_true(jg_cors_allows_method(api->cors, JG_STR("OPTIONS")));
    assert_false(jg_cors_allows_method(api->cors, JG_STR("PUT")));
    assert_false(jg_cors_allows_method(api->cors, JG_STR("get")));
    assert_true(jg_cors_allows_header(api->cors, JG_STR("content-type")));
    assert_true(jg_cors_allows_header(api->cors, JG_STR("X-Requested-With")));
    assert_false(jg_cors_allows_header(api->cors, JG_STR("authorization")));
    assert_int_equal(api->cors->exposed.len + api->cors->max_age.len, 0);
    jg_api_free(api);
    api = api_with(r, ",'allowed_methods':['PUT'],'allowed_headers':['*'],"
                      "'exposed_headers':['x-count','X-PAGE'],'max_age':600");
    assert_quiet(r);
    assert_true(jg_cors_allows_method(api->cors, JG_STR("PUT")));
    assert_false(jg_cors_allows_method(api->cors, JG_STR("GET")));
    assert_true(jg_cors_allows_header(api->cors, JG_STR("anything")));
    assert_str(api->cors->exposed, "X-Count, X-Page");
    assert_str(api->cors->max_age, "600");
    jg_api_free(api);
    api = api_with(r, ",'max_age':-1");
    assert_str(api->cors->max_age, "0");
    jg_api_free(api);
    free_reading(r);
}

static void
switched_off_it_costs_nothing(void **state)
{
    static const char *const texts[] = {
        "{" OPEN_API "}",
        "{" OPEN_API ",'CORS':{}}",
        "{" OPEN_API ",'CORS':null}",
        "{" OPEN_API ",'CORS':{'enable':false,'options_passthrough':true,"
        "'exposed_headers':['not a name']}}",
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(texts); i++) {
        struct jg_api *api;

        set_text(r, "%s", texts[i]);
        api = good_api(r);
        assert_quiet(r);
        assert_null(api->cors);
        jg_api_free(api);
    }
    free_reading(r);
}

static void
what_cannot_be_meant_is_said(void **state)
{
    static const struct {
        const char *members;
        enum jg_err err;
        const char *path, *message;
    } rows[] = {
        {"'allowed_origins':['https://a.example/']", JG_E_CONF_VALUE,
         "allowed_origins.0", "no path"},
        {"'allowed_origins':['https://a.example','a.example']", JG_E_CONF_VALUE,
         "allowed_origins.1", "begins with its scheme"},
        {"'allowed_origins':['https://*.*.a']", JG_E_CONF_VALUE,
         "allowed_origins.0", "only the first *"},
        {"'allowed_origins':['https://*a.example']", JG_E_CONF_RISK,
         "allowed_origins.0", "can belong to anybody"},
        {"'allowed_origins':['https://a.example*']", JG_E_CONF_RISK,
         "allowed_origins.0", "can belong to anybody"},
        {"'allowed_origins':['null']", JG_E_CONF_RISK, "allowed_origins.0",
         "sandboxed"},
        {"'allowed_methods':['GET','put']", JG_E_CONF_VALUE,
         "allowed_methods.1", "capitals"},
        {"'allowed_headers':['X Y']", JG_E_CONF_VALUE, "allowed_headers.0",
         "no name of a header"},
        {"'allow_credentials':true", JG_E_CONF_RISK, "allow_credentials",
         "browsers refuse"},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        char members[160], path[64];
        struct jg_api *api;

        snprintf(members, sizeof(members), ",%s", rows[i].members);
        snprintf(path, sizeof(path), "CORS.%s", rows[i].path);
        api = api_with(r, members);
        if (r->diags.warnings != 1)
            print_findings(&r->diags);
        assert_int_equal(r->diags.warnings, 1);
        assert_int_equal(r->diags.first->err, rows[i].err);
        assert_str(r->diags.first->path, path);
        assert_true(contains(r->diags.first->message, rows[i].message));
        jg_api_free(api);
    }
    free_reading(r);
}

static void
options_for_everybody_are_a_risk_where_callers_are_asked(void **state)
{
    struct reading *r = new_reading();
    struct jg_api *api = api_with(r, ",'options_passthrough':true");

    (void)state;
    assert_quiet(r); /* the API is open anyway */
    jg_api_free(api);
    set_text(r, "{" JWT_API ",'jwt_source':'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODl"
                "hYmNkZWY=','jwt_signing_method':'hmac','CORS':{'enable':true,"
                "'options_passthrough':true}}");
    api = good_api(r);
    assert_int_equal(r->diags.warnings, 1);
    assert_str(r->diags.first->path, "CORS.options_passthrough");
    assert_true(api->cors->passthrough);
    jg_api_free(api);
    free_reading(r);
}

static void
what_would_break_a_response_keeps_the_api_away(void **state)
{
    static const char *const names[] = {"X\\r\\nSet-Cookie: a=b", "", "a b",
                                        "a,b", "\\u0001"};
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(names); i++) {
        struct jg_api *api;

        set_text(r,
                 "{" OPEN_API ",'CORS':{'enable':true,'exposed_headers':"
                 "['X-A','%s']}}",
                 names[i]);
        assert_err(read_api(r, &api), JG_E_CONF_VALUE);
        assert_null(api);
        assert_str(r->diags.first->path, "CORS.exposed_headers.1");
    }
    free_reading(r);
}

static void
lists_have_an_end(void **state)
{
    static const char *const lists[] = {"allowed_origins", "allowed_methods",
                                        "allowed_headers", "exposed_headers"};
    struct reading *r = new_reading();

    (void)state;
    for (size_t l = 0; l < LEN(lists); l++)
        for (int count = JG_CORS_LIST_MAX; count <= JG_CORS_LIST_MAX + 1;
             count++) {
            char items[8 * (JG_CORS_LIST_MAX + 2)] = "";
            struct jg_api *api;

            for (int i = 0; i < count; i++)
                strcat(items, i == 0 ? "'X:*'" : ",'X:*'");
            for (char *p = items; l > 0 && *p != '\0'; p++)
                if (*p == ':' || *p == '*')
                    *p = 'X';
            set_text(r, "{" OPEN_API ",'CORS':{'enable':true,'%s':[%s]}}",
                     lists[l], items);
            assert_err(read_api(r, &api),
                       count > JG_CORS_LIST_MAX ? JG_E_CONF_VALUE : JG_OK);
            jg_api_free(api);
        }
    free_reading(r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_origin_is_allowed_as_tyk_allows_it),
        cmocka_unit_test(methods_and_headers_have_tyks_defaults),
        cmocka_unit_test(switched_off_it_costs_nothing),
        cmocka_unit_test(what_cannot_be_meant_is_said),
        cmocka_unit_test(
            options_for_everybody_are_a_risk_where_callers_are_asked),
        cmocka_unit_test(what_would_break_a_response_keeps_the_api_away),
        cmocka_unit_test(lists_have_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
