/* target.c: target URLs, one and many. */
#include "model_check.h"

static void
urls_are_taken_apart(void **state)
{
    static const struct {
        const char *url;
        bool tls;
        const char *host;
        uint16_t port;
        const char *header, *path;
        bool slash;
        const char *query;
    } rows[] = {
        {"http://up", false, "up", 80, "up", "", false, ""},
        {"http://up/", false, "up", 80, "up", "", true, ""},
        {"https://Up.Example", true, "up.example", 443, "up.example", "", false,
         ""},
        {"HTTPS://up:8443/a/b/", true, "up", 8443, "up:8443", "/a/b", true, ""},
        {"http://up:80/a", false, "up", 80, "up:80", "/a", false, ""},
        {"httpbin.org", false, "httpbin.org", 80, "httpbin.org", "", false, ""},
        {"httpbin.org/get", false, "httpbin.org", 80, "httpbin.org", "/get",
         false, ""},
        {"localhost:8000", false, "localhost", 8000, "localhost:8000", "",
         false, ""},
        {"http://[::1]:9000/x", false, "::1", 9000, "[::1]:9000", "/x", false,
         ""},
        {"https://[2001:DB8::1]", true, "2001:db8::1", 443, "[2001:db8::1]", "",
         false, ""},
        {"http://up?x=1", false, "up", 80, "up", "", false, "x=1"},
        {"http://up/?x=1/", false, "up", 80, "up", "", true, "x=1/"},
        {"http://up/a?x=1&y=?", false, "up", 80, "up", "/a", false, "x=1&y=?"},
        {"http://up/a?", false, "up", 80, "up", "/a", false, ""},
        {"http://up//", false, "up", 80, "up", "", true, ""},
        {"http://up/a%2fb", false, "up", 80, "up", "/a%2fb", false, ""},
        {"http://up/a b\"<>", false, "up", 80, "up", "/a%20b%22%3C%3E", false,
         ""},
        {"http://up/\xc3\xbc?q=\xc3\xbc", false, "up", 80, "up", "/%C3%BC",
         false, "q=%C3%BC"},
        {"http://up/a;b=1,2@:!$&'()*+~", false, "up", 80, "up",
         "/a;b=1,2@:!$&'()*+~", false, ""},
        {"up/x?u=http://other", false, "up", 80, "up", "/x", false,
         "u=http://other"},
        {"http", false, "http", 80, "http", "", false, ""}, /* a host's name */
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_target t;
        const char *why = NULL;
        enum jg_err err =
            jg_target_read(jg_str(rows[i].url), &r->arena, &t, &why);

        if (err != JG_OK)
            print_error("%s: %s\n", rows[i].url, why);
        assert_err(err, JG_OK);
        assert_str(t.url, rows[i].url);
        assert_int_equal(t.tls, rows[i].tls);
        assert_str(t.host, rows[i].host);
        assert_int_equal(t.port, rows[i].port);
        assert_str(t.host_header, rows[i].header);
        assert_str(t.path, rows[i].path);
        assert_int_equal(t.path_slash, rows[i].slash);
        assert_str(t.query, rows[i].query);
    }
    free_reading(r);
}

static void
faulty_urls_are_refused_with_the_reason(void **state)
{
    static char too_long[JG_URL_MAX + 2];
    const struct {
        const char *url, *why;
    } rows[] = {
        {"ftp://up", "neither http nor https"},
        {"h2c://up", "neither http nor https"},
        {"://up", "neither http nor https"},
        {"tyk://self", "loops (tyk://) are not available"},
        {"http:/up", "\"://\" is expected"},
        {"https:up", "\"://\" is expected"},
        {"http://", "the host is missing"},
        {"http:///x", "the host is missing"},
        {"/x", "the host is missing"},
        {"http://user:secret@up", "user name or password"},
        {"http://up:0", "the port is not a number"},
        {"http://up:99999", "the port is not a number"},
        {"http://up:x", "the port is not a number"},
        {"http://[::1", "no ']'"},
        {"http://a\\b/", "only letters"},
        {"http://up/#x", "a fragment"},
        {"http://up#x", "a fragment"},
        {"http://up/a%2", "two hexadecimal digits"},
        {"http://up/a%zz", "two hexadecimal digits"},
        {"http://up/?a%", "two hexadecimal digits"},
        {"http://up/a\nb", "control character"},
        {"http://up/a?\x7f", "control character"},
        {" http://up", "neither http nor https"},
        {too_long, "longer than 4096"},
    };
    struct reading *r = new_reading();

    (void)state;
    memset(too_long, 'a', sizeof(too_long) - 1);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_target t = {.port = 7};
        const char *why = NULL;

        assert_err(jg_target_read(jg_str(rows[i].url), &r->arena, &t, &why),
                   JG_E_CONF_VALUE);
        assert_non_null(why);
        if (strstr(why, rows[i].why) == NULL)
            print_error("%s: %s\n", rows[i].url, why);
        assert_non_null(strstr(why, rows[i].why));
        assert_int_equal(t.port, 7);
    }
    free_reading(r);
}

static void
weights_are_repetitions_of_a_target(void **state)
{
    struct reading *r = new_reading();
    struct jg_api *api;

    (void)state;
    set_text(r, "{'api_id':'a','use_keyless':true,'proxy':{"
                "'listen_path':'/a/','enable_load_balancing':true,"
                "'target_list':['http://x','http://x','http://y:81/z']}}");
    api = good_api(r);
    assert_quiet(r);
    assert_int_equal(api->target_count, 3);
    assert_str(api->targets[0].host, "x");
    assert_str(api->targets[1].host, "x");
    assert_str(api->targets[2].host, "y");
    assert_int_equal(api->targets[2].port, 81);
    jg_api_free(api);

    /* Without load balancing the list does not count. */
    set_text(r, "{" OPEN_API "}");
    api = good_api(r);
    assert_int_equal(api->target_count, 1);
    assert_str(api->targets[0].host, "up");
    jg_api_free(api);
    free_reading(r);
}

static void
faulty_targets_are_reported_one_by_one(void **state)
{
    static const struct want wants[] = {
        {JG_FAULT, JG_E_CONF_VALUE, "proxy.target_list.1", 4, 1,
         "neither http nor https"},
        {JG_FAULT, JG_E_CONF_VALUE, "proxy.target_list.2", 5, 1,
         "user name or password"},
    };
    struct reading *r = new_reading();
    struct jg_api *api;

    (void)state;
    set_text(r, "{'api_id':'a','use_keyless':true,'proxy':{\n"
                "'listen_path':'/a/','enable_load_balancing':true,\n"
                "'target_list':['http://x',\n'gopher://x',\n"
                "'http://me:hunter2@y']}}");
    assert_err(read_api(r, &api), JG_E_CONF_VALUE);
    assert_null(api);
    for (size_t i = 0; i < LEN(wants); i++)
        assert_finding(r, &wants[i]);
    assert_int_equal(r->diags.faults, 2);
    check_not_shown(&r->diags, "hunter2");
    free_reading(r);
}

static void
there_must_be_a_target(void **state)
{
    static char many[4096];
    const struct {
        const char *members; /* what is there stands on a line of its own */
        struct want want;
    } rows[] = {
        {"'target_list':['http://x']",
         {JG_FAULT, JG_E_CONF_MISSING, "proxy.target_url", 2, 9,
          "the target URL is missing"}},
        {"'target_url':\n''",
         {JG_FAULT, JG_E_CONF_MISSING, "proxy.target_url", 3, 1,
          "the target URL is missing"}},
        {"'target_url':'http://x','enable_load_balancing':true",
         {JG_FAULT, JG_E_CONF_MISSING, "proxy.target_list", 2, 9,
          "needs 1 to 256 targets"}},
        {"'enable_load_balancing':true,'target_list':\n[]",
         {JG_FAULT, JG_E_CONF_MISSING, "proxy.target_list", 3, 1,
          "needs 1 to 256 targets"}},
        {many,
         {JG_FAULT, JG_E_CONF_VALUE, "proxy.target_list", 3, 1,
          "needs 1 to 256 targets"}},
    };
    struct reading *r = new_reading();
    struct jg_buf b;

    (void)state;
    jg_buf_init(&b, sizeof(many) - 1);
    jg_buf_add(&b, JG_STR("'enable_load_balancing':true,'target_list':\n['x'"));
    for (int i = 0; i < JG_TARGETS_MAX; i++)
        jg_buf_add(&b, JG_STR(",'x'"));
    jg_buf_addc(&b, ']');
    memcpy(many, b.p, b.len);
    jg_buf_free(&b);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_api *api;

        set_text(r,
                 "{'api_id':'a','use_keyless':true,\n'proxy':{"
                 "'listen_path':'/',%s}}",
                 rows[i].members);
        assert_err(read_api(r, &api), rows[i].want.err);
        assert_finding(r, &rows[i].want);
        assert_int_equal(r->diags.kept, 1);
    }
    free_reading(r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_are_taken_apart),
        cmocka_unit_test(faulty_urls_are_refused_with_the_reason),
        cmocka_unit_test(weights_are_repetitions_of_a_target),
        cmocka_unit_test(faulty_targets_are_reported_one_by_one),
        cmocka_unit_test(there_must_be_a_target),
    };

    return cmocka_run_group_tests_name("model/target", tests, NULL, NULL);
}
