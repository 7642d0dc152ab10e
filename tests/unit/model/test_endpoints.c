/* Entries of extended_paths: which one a request finds. */
#include "model_check.h"

#define SECRET                                     \
    "CzBVep/E6RM4XYKnzPEbQGWKr9T5I0htkrfcBitQdZq/" \
    "5A4zWH2ix+wWO2CFqs/0HkNojbLXASZLcJW63wkuUw=="

/* One version with these members. */
static struct jg_api *
api_with(struct reading *r, const char *members)
{
    set_text(r,
             "{" JWT_API ",'jwt_signing_method':'hmac','jwt_source':'" SECRET
             "',"
             "'version_data':{'not_versioned':true,'versions':{'Default':{"
             "%s}}}}",
             members);
    return good_api(r);
}

static const struct jg_endpoint *
find(const struct jg_api *api, enum jg_endpoint_kind kind, const char *method,
     const char *path)
{
    struct jg_arena a;
    struct jg_path_forms forms;
    struct jg_matching m = {.arena = &a};
    const struct jg_endpoint *found;

    jg_arena_init(&a, 4096, 1024 * 1024);
    assert_err(jg_path_forms(jg_str(path), api->listen_path, &a, &forms),
               JG_OK);
    found =
        jg_endpoint_find(api->headers, kind, jg_str(method), &forms, &m, false);
    jg_arena_free(&a);
    return found;
}

static void
the_first_entry_of_a_kind_that_fits_is_found(void **state)
{
    static const char members[] =
        "'use_extended_paths':true,'extended_paths':{'ignored':["
        "{'path':'^/n/{id}$','method':'GET'},"
        "{'path':'^/b','method_actions':{'POST':{'action':'no_action'}}},"
        "{'path':'^/c','disabled':true},"
        "{'path':'^/d','ignore_case':true},"
        "{'path':'^/e','method':'GET','method_actions':{'POST':{}}},"
        "{'path':'^/e'}],"
        "'black_list':[{'path':'^/a','method':'GET'}]}";
    static const struct {
        const char *method, *path;
        int want; /* -1: none */
    } rows[] = {
        {"GET", "/a/n/1", 0},  {"POST", "/a/n/1", -1}, {"GET", "/a/n/1/", -1},
        {"POST", "/a/b/x", 1}, {"GET", "/a/b", -1},    {"GET", "/a/c", -1},
        {"PUT", "/a/D", 3},    {"PUT", "/a/d", 3},     {"GET", "/a/B", -1},
        {"GET", "/a/e", 4},    {"POST", "/a/e", 4},    {"PUT", "/a/e", 5},
        {"GET", "/a/x", -1},
    };
    struct reading *r = new_reading();
    struct jg_api *api = api_with(r, members);

    (void)state;
    assert_quiet(r);
    for (size_t i = 0; i < LEN(rows); i++) {
        const struct jg_endpoint *e =
            find(api, JG_ENDPOINT_IGNORED, rows[i].method, rows[i].path);
        const struct jg_endpoint *want =
            rows[i].want < 0 ? NULL
                             : jg_endpoint_at(api->headers, JG_ENDPOINT_IGNORED,
                                              (size_t)rows[i].want);

        if (e != want) {
            print_error("%s %s\n", rows[i].method, rows[i].path);
            fail();
        }
    }
    assert_non_null(find(api, JG_ENDPOINT_BLACK_LIST, "GET", "/a/a"));
    assert_null(find(api, JG_ENDPOINT_WHITE_LIST, "GET", "/a/a"));
    assert_false(api->headers->has_white_list);
    jg_api_free(api);
    free_reading(r);
}

static void
plain_lists_count_without_extended_paths(void **state)
{
    struct reading *r = new_reading();
    struct jg_api *api =
        api_with(r, "'paths':{'ignored':['^/i'],'white_list':['^/w','^/v'],"
                    "'black_list':['^/b']},'use_extended_paths':false");

    (void)state;
    assert_quiet(r);
    assert_non_null(find(api, JG_ENDPOINT_IGNORED, "GET", "/a/i"));
    assert_non_null(find(api, JG_ENDPOINT_WHITE_LIST, "PUT", "/a/v"));
    assert_non_null(find(api, JG_ENDPOINT_BLACK_LIST, "GET", "/a/b"));
    assert_null(find(api, JG_ENDPOINT_BLACK_LIST, "GET", "/a/w"));
    assert_true(api->headers->has_white_list);
    jg_api_free(api);

    api = api_with(r, "'paths':{'black_list':['/b']},"
                      "'use_extended_paths':true,'extended_paths':{}");
    assert_quiet(r);
    assert_null(find(api, JG_ENDPOINT_BLACK_LIST, "GET", "/a/b"));
    jg_api_free(api);
    free_reading(r);
}

static void
what_is_risky_or_without_effect_is_said(void **state)
{
    static const struct {
        const char *members, *path, *message;
    } rows[] = {
        {"'extended_paths':{'black_list':[{'path':'/x'}]}",
         "version_data.versions", "no effect without use_extended_paths"},
        {"'use_extended_paths':true,'extended_paths':{'black_list':["
         "{'path':'/(x'}]}",
         "version_data.versions.Default.extended_paths.black_list.0.path",
         "matches nothing"},
        {"'use_extended_paths':true,'extended_paths':{'ignored':["
         "{'path':'^/ok'},{'path':'/x'},{'path':'/y'}]}",
         "version_data.versions.Default.extended_paths.ignored.1.path",
         "no authentication is asked for where \"/x\" stands anywhere in a "
         "path, also in /other/x"},
        {"'paths':{'ignored':['/x']}",
         "version_data.versions.Default.paths.ignored.0",
         "no authentication is asked for"},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_api *api = api_with(r, rows[i].members);

        assert_int_equal(r->diags.warnings, 1);
        assert_str(r->diags.first->path, rows[i].path);
        assert_true(contains(r->diags.first->message, rows[i].message));
        jg_api_free(api);
    }
    free_reading(r);
}

static void
a_prefix_from_the_configuration_is_no_risk(void **state)
{
    struct reading *r = new_reading();
    struct jg_api *api;

    (void)state;
    r->conf.http.enable_path_prefix_matching = true;
    api = api_with(r, "'paths':{'ignored':['/x']}");
    assert_quiet(r);
    assert_non_null(find(api, JG_ENDPOINT_IGNORED, "GET", "/a/x"));
    assert_null(find(api, JG_ENDPOINT_IGNORED, "GET", "/a/other/x"));
    jg_api_free(api);
    free_reading(r);
}

static void
a_white_list_without_a_usable_entry_still_forbids(void **state)
{
    struct reading *r = new_reading();
    struct jg_api *api = api_with(r, "'paths':{'white_list':['/(']}");

    (void)state;
    assert_true(api->headers->has_white_list);
    assert_null(find(api, JG_ENDPOINT_WHITE_LIST, "GET", "/a/("));
    jg_api_free(api);
    free_reading(r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_entry_of_a_kind_that_fits_is_found),
        cmocka_unit_test(plain_lists_count_without_extended_paths),
        cmocka_unit_test(what_is_risky_or_without_effect_is_said),
        cmocka_unit_test(a_prefix_from_the_configuration_is_no_risk),
        cmocka_unit_test(a_white_list_without_a_usable_entry_still_forbids),
    };

    return cmocka_run_group_tests_name("model/endpoints", tests, NULL, NULL);
}
