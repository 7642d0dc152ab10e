/* /tyk/apis, asked as a user asks. */
#include "admin_check.h"

#define GENERATED "0123456789abcdeffedcba9876543210"
#define INVALID FAILED("Invalid API ID")
#define MALFORMED FAILED("Request malformed")
#define NO_ID_API                                                       \
    "\"name\":\"n\",\"use_keyless\":true,\"active\":true,"              \
    "\"proxy\":{\"listen_path\":\"/n/\",\"target_url\":\"http://h/\"}," \
    "\"version_data\":{\"not_versioned\":true}}"

static void
what_is_in_force_can_be_read(void **state)
{
    static const struct exchange rows[] = {
        {"GET", "/tyk/apis", "", 200, "[" API("a") "," API("b") "]\n"},
        {"GET", "/tyk/apis/", "", 200, "[" API("a") "," API("b") "]\n"},
        {"GET", "/tyk/apis/a", "", 200, API("a") "\n"},
        {"GET", "/tyk/apis/b/", "", 200, API("b") "\n"},
        {"GET", "/tyk/apis/c", "", 404, FAILED("API not found")},
        {"GET", "/tyk/apis/..", "", 404, FAILED("API not found")},
        {"GET", "/tyk/apis/a/versions", "", 404, "Not Found"},
        {"PUT", "/tyk/apis", "{}", 400,
         FAILED("Must specify an apiID to update")},
        {"DELETE", "/tyk/apis", "", 400,
         FAILED("Must specify an apiID to delete")},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    assert_str(ask(&g, "GET", "/tyk/apis", ""), "[]\n");
    put_file(g.apps, "b.json", API("b") "\n");
    put_file(g.apps, "a.json", "\n" API("a"));
    load_clean(&g, JG_LOAD_START);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_exchange(&g, &rows[i]);
    gateway_close(&g);
}

static void
a_change_is_in_force_after_a_reload(void **state)
{
    static const struct exchange before[] = {
        {"POST", "/tyk/apis", API("a"), 200, CHANGED("a", "added")},
        {"GET", "/tyk/apis", "", 200, "[]\n"},
        {"GET", "/tyk/apis/a", "", 404, FAILED("API not found")},
        {"PUT", "/tyk/apis/a", API("a"), 404, FAILED("API not found")},
        {"DELETE", "/tyk/apis/a", "", 404, FAILED("API not found")},
    };
    static const struct exchange after[] = {
        {"GET", "/tyk/apis/a", "", 200, API("a") "\n"},
        {"PUT", "/tyk/apis/a", " " API("a"), 200, CHANGED("a", "modified")},
        {"GET", "/tyk/apis/a", "", 200, API("a") "\n"},
        {"DELETE", "/tyk/apis/a", "", 200, CHANGED("a", "deleted")},
        {"GET", "/tyk/apis/a", "", 200, API("a") "\n"},
        {"DELETE", "/tyk/apis/a", "", 500, FAILED("Delete failed")},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    load_clean(&g, JG_LOAD_START);
    for (size_t i = 0; i < LEN(before); i++)
        assert_exchange(&g, &before[i]);
    assert_str(file_text(&g, g.apps, "a.json"), API("a"));
    load_clean(&g, JG_LOAD_RELOAD);
    for (size_t i = 0; i < LEN(after); i++)
        assert_exchange(&g, &after[i]);
    assert_str(file_text(&g, g.apps, "a.json"), "(none)");
    load_clean(&g, JG_LOAD_RELOAD);
    assert_str(ask(&g, "GET", "/tyk/apis", ""), "[]\n");
    gateway_close(&g);
}

static void
an_id_is_made_when_there_is_none(void **state)
{
    static const struct {
        const char *body, *file;
    } rows[] = {
        {"{" NO_ID_API, "{\"api_id\":\"" GENERATED "\"," NO_ID_API},
        {"{\n  " NO_ID_API "\n",
         "{\n  \"api_id\": \"" GENERATED "\",\n  " NO_ID_API "\n"},
        {"{\"api_id\":\"\"," NO_ID_API,
         "{\"api_id\":\"" GENERATED "\"," NO_ID_API},
        {"{\"api_id\": null," NO_ID_API,
         "{\"api_id\": \"" GENERATED "\"," NO_ID_API},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        const struct exchange add = {"POST", "/tyk/apis", rows[i].body, 200,
                                     CHANGED(GENERATED, "added")};
        struct gateway g;

        gateway_open(&g);
        assert_exchange(&g, &add);
        assert_str(file_text(&g, g.apps, GENERATED ".json"), rows[i].file);
        load_clean(&g, JG_LOAD_RELOAD);
        assert_int_equal(g.result.apis, 1);
        gateway_close(&g);
    }
}

static void
unknown_fields_are_kept_and_named(void **state)
{
    static const char body[] =
        "{\"api_id\":\"a\",\"listen_pth\":1," NO_ID_API "\n\n";
    const struct jg_json *json, *warnings;
    struct gateway g;
    struct jg_str got;

    (void)state;
    gateway_open(&g);
    got = ask(&g, "POST", "/tyk/apis", body);
    assert_int_equal(g.response.status, 200);
    assert_str(file_text(&g, g.apps, "a.json"), body);
    assert_err(jg_json_parse(got, &jg_json_limits_conf, &g.arena, &json, NULL),
               JG_OK);
    assert_str(jg_json_string(jg_json_get(json, JG_STR("key"))), "a");
    warnings = jg_json_get(json, JG_STR("warnings"));
    assert_non_null(warnings);
    assert_int_equal(warnings->type, JG_JSON_ARRAY);
    assert_true(warnings->count >= 1);
    assert_str(jg_json_string(jg_json_get(&warnings->items[0], JG_STR("path"))),
               "listen_pth");
    gateway_close(&g);
}

static void
what_is_no_definition_is_refused(void **state)
{
    static const struct exchange rows[] = {
        {"POST", "/tyk/apis", "", 400, MALFORMED},
        {"POST", "/tyk/apis", "{", 400, MALFORMED},
        {"POST", "/tyk/apis", "[]", 400, MALFORMED},
        {"POST", "/tyk/apis", "null", 400, MALFORMED},
        {"POST", "/tyk/apis", "{\"a\":1,\"a\":2}", 400, MALFORMED},
        {"POST", "/tyk/apis", "{\"api_id\":7}", 400, MALFORMED},
        {"POST", "/tyk/apis", "{} x", 400, MALFORMED},
        {"POST", "/tyk/apis", "{\"api_id\":\"..\"}", 400, INVALID},
        {"POST", "/tyk/apis", "{\"api_id\":\"../x\"}", 400, INVALID},
        {"POST", "/tyk/apis", "{\"api_id\":\"/etc/x\"}", 400, INVALID},
        {"POST", "/tyk/apis", "{\"api_id\":\".x\"}", 400, INVALID},
        {"POST", "/tyk/apis", "{\"api_id\":\"a b\"}", 400, INVALID},
        {"POST", "/tyk/apis", "{\"api_id\":\"a\\nb\"}", 400, INVALID},
        {"POST", "/tyk/apis", "{\"api_id\":\"a\xc3\xa4\"}", 400, INVALID},
        {"POST", "/tyk/apis", "{\"api_id\":\"a%2f\"}", 400, INVALID},
        {"POST", "/tyk/apis", "{\"api_id\":\"a-oas\"}", 400, INVALID},
        {"PUT", "/tyk/apis/..", "{}", 400, INVALID},
        {"DELETE", "/tyk/apis/..", "", 400, INVALID},
        {"DELETE", "/tyk/apis/.a", "", 400, INVALID},
        {"PUT", "/tyk/apis/a", "{", 400, MALFORMED},
        {"PUT", "/tyk/apis/a", API("b"), 400,
         FAILED("Request APIID does not match that in Definition! For Update "
                "operations these must match.")},
        {"PUT", "/tyk/apis/a", "{" NO_ID_API, 400,
         FAILED("Request APIID does not match that in Definition! For Update "
                "operations these must match.")},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "a.json", API("a"));
    load_clean(&g, JG_LOAD_START);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_exchange(&g, &rows[i]);
    assert_str(file_text(&g, g.apps, "a.json"), API("a"));
    load_clean(&g, JG_LOAD_RELOAD);
    assert_int_equal(g.result.apis, 1);
    gateway_close(&g);
}

static void
a_long_id_is_refused(void **state)
{
    char body[512], id[JG_ID_MAX + 8];

    (void)state;
    for (size_t len = 127; len <= 130; len++) {
        struct gateway g;

        gateway_open(&g);
        memset(id, 'x', len);
        id[len] = '\0';
        snprintf(body, sizeof(body), "{\"api_id\":\"%s\"," NO_ID_API, id);
        ask(&g, "POST", "/tyk/apis", body);
        assert_int_equal(g.response.status, len <= 128 ? 200 : 400);
        gateway_close(&g);
    }
}

static void
a_faulty_definition_is_refused_with_the_reason(void **state)
{
    static const char prefix[] =
        "{\"status\":\"error\",\"message\":\"Validation of API Definition "
        "failed. Reason: ";
    static const struct {
        const char *body, *reason;
    } rows[] = {
        {"{\"proxy\":{\"listen_path\":\"/x/\"}}", "target_url"},
        {"{\"proxy\":{\"listen_path\":5,\"target_url\":\"http://h\"}}",
         "listen_path"},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_str got = ask(&g, "POST", "/tyk/apis", rows[i].body);
        const struct jg_json *json;

        assert_int_equal(g.response.status, 400);
        if (!jg_str_starts(got, JG_STR(prefix)) ||
            memmem(got.p, got.len, rows[i].reason, strlen(rows[i].reason)) ==
                NULL)
            fail_msg("row %zu: %.*s", i, JG_STR_ARG(got));
        assert_err(
            jg_json_parse(got, &jg_json_limits_conf, &g.arena, &json, NULL),
            JG_OK);
        assert_true(jg_json_get(json, JG_STR("errors"))->count >= 1);
    }
    load_clean(&g, JG_LOAD_RELOAD);
    assert_int_equal(g.result.apis, 0);
    gateway_close(&g);
}

static void
an_api_stays_in_the_file_it_came_from(void **state)
{
    static const struct exchange rows[] = {
        {"PUT", "/tyk/apis/a", " " API("a"), 200, CHANGED("a", "modified")},
        {"POST", "/tyk/apis", "  " API("a"), 200, CHANGED("a", "added")},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "orders.v1.json", API("a"));
    load_clean(&g, JG_LOAD_START);
    for (size_t i = 0; i < LEN(rows); i++) {
        assert_exchange(&g, &rows[i]);
        assert_str(file_text(&g, g.apps, "orders.v1.json"), rows[i].body);
        assert_str(file_text(&g, g.apps, "a.json"), "(none)");
    }
    ask(&g, "DELETE", "/tyk/apis/a", "");
    assert_int_equal(g.response.status, 200);
    assert_str(file_text(&g, g.apps, "orders.v1.json"), "(none)");
    gateway_close(&g);
}

static void
a_file_of_another_api_is_left_alone(void **state)
{
    static const struct exchange rows[] = {
        {"POST", "/tyk/apis", API("a"), 400,
         FAILED("The file a.json holds \\\"other\\\"; rename it first")},
        {"PUT", "/tyk/apis/b", API("b"), 400,
         FAILED("The file b.json holds \\\"new\\\"; rename it first")},
        {"DELETE", "/tyk/apis/b", "", 400,
         FAILED("The file b.json holds \\\"new\\\"; rename it first")},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "a.json", API("other"));
    put_file(g.apps, "b.json", API("b"));
    load_clean(&g, JG_LOAD_START);
    put_file(g.apps, "b.json", API("new")); /* not loaded yet */
    for (size_t i = 0; i < LEN(rows); i++)
        assert_exchange(&g, &rows[i]);
    assert_str(file_text(&g, g.apps, "a.json"), API("other"));
    assert_str(file_text(&g, g.apps, "b.json"), API("new"));
    gateway_close(&g);
}

static void
a_broken_file_may_be_repaired(void **state)
{
    static const struct exchange repair = {"POST", "/tyk/apis", API("a"), 200,
                                           CHANGED("a", "added")};
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "a.json", "{\"api_id\": \"other");
    assert_exchange(&g, &repair);
    load_clean(&g, JG_LOAD_RELOAD);
    assert_int_equal(g.result.apis, 1);
    gateway_close(&g);
}

static void
a_folder_that_cannot_be_written_is_said(void **state)
{
    static const struct exchange rows[] = {
        {"POST", "/tyk/apis", API("a"), 500,
         FAILED("file object creation failed, write error")},
        {"DELETE", "/tyk/apis/b", "", 500, FAILED("Delete failed")},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "b.json", API("b"));
    load_clean(&g, JG_LOAD_START);
    g.conf.app_path = JG_STR("/nonexistent/apps");
    for (size_t i = 0; i < LEN(rows); i++)
        assert_exchange(&g, &rows[i]);
    g.conf.app_path = JG_STR("");
    for (size_t i = 0; i < LEN(rows); i++)
        assert_exchange(&g, &rows[i]);
    gateway_close(&g);
}

static void
large_and_deep_bodies_are_malformed(void **state)
{
    static const struct exchange deep_row = {"POST", "/tyk/apis", NULL, 400,
                                             MALFORMED};
    struct exchange row = deep_row;
    struct gateway g;
    size_t n = JG_ADMIN_BODY_MAX + 1;
    char *body = malloc(n + 1);

    (void)state;
    assert_non_null(body);
    gateway_open(&g);
    memset(body, ' ', n);
    memcpy(body, "{}", 2);
    body[n] = '\0';
    row.body = body;
    assert_exchange(&g, &row);
    memset(body, '[', n);
    assert_exchange(&g, &row);
    body[100000] = '\0';
    assert_exchange(&g, &row);
    for (size_t i = 0; i + 5 <= 100000; i += 5)
        memcpy(body + i, "{\"a\":", 5);
    assert_exchange(&g, &row);
    free(body);
    gateway_close(&g);
}

/* A definition that would be taken, but for the members in front. */
#define BUT(members) "{" members "," NO_ID_API
#define BROKEN(reason) \
    FAILED("Validation of API Definition failed. Reason: " reason ".")
#define NO_SOURCE(config)                                                \
    BROKEN("all auth sources are disabled for " config ", at least one " \
           "of header/cookie/query must be enabled")

static void
what_breaks_a_rule_of_tyk_is_refused_in_its_words(void **state)
{
    static const struct exchange rows[] = {
        {"POST", "/tyk/apis",
         BUT("\"use_standard_auth\":true,\"auth_configs\":{\"authToken\":"
             "{\"disable_header\":true}}"),
         400, NO_SOURCE("authToken")},
        {"POST", "/tyk/apis",
         BUT("\"enable_jwt\":true,\"use_standard_auth\":true,"
             "\"auth_configs\":{\"jwt\":{\"disable_header\":true},"
             "\"authToken\":{\"disable_header\":true,\"use_cookie\":true}}"),
         400, NO_SOURCE("jwt")},
        {"POST", "/tyk/apis",
         BUT("\"enable_ip_whitelisting\":true,\"allowed_ips\":["
             "\"10.0.0.0/8\",\"a\"]"),
         400, BROKEN("invalid IP/CIDR \\\"a\\\"")},
        {"POST", "/tyk/apis",
         BUT("\"enable_ip_blacklisting\":true,\"blacklisted_ips\":["
             "\"1.2.3.4/33\"]"),
         400, BROKEN("invalid IP/CIDR \\\"1.2.3.4/33\\\"")},
        {"POST", "/tyk/apis",
         "{\"use_keyless\":true,\"proxy\":{\"listen_path\":\"/n/\","
         "\"target_url\":\"http://h/\",\"enable_load_balancing\":true}}",
         400,
         BROKEN("all load balancing targets have weight 0, at least one "
                "target must have weight \\u003e 0")},
        /* What is switched off breaks no rule. */
        {"POST", "/tyk/apis",
         BUT("\"enable_ip_whitelisting\":false,\"allowed_ips\":[\"a\"]"), 200,
         CHANGED(GENERATED, "added")},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_exchange(&g, &rows[i]);
    gateway_close(&g);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_breaks_a_rule_of_tyk_is_refused_in_its_words),
        cmocka_unit_test(what_is_in_force_can_be_read),
        cmocka_unit_test(a_change_is_in_force_after_a_reload),
        cmocka_unit_test(an_id_is_made_when_there_is_none),
        cmocka_unit_test(unknown_fields_are_kept_and_named),
        cmocka_unit_test(what_is_no_definition_is_refused),
        cmocka_unit_test(a_long_id_is_refused),
        cmocka_unit_test(a_faulty_definition_is_refused_with_the_reason),
        cmocka_unit_test(an_api_stays_in_the_file_it_came_from),
        cmocka_unit_test(a_file_of_another_api_is_left_alone),
        cmocka_unit_test(a_broken_file_may_be_repaired),
        cmocka_unit_test(a_folder_that_cannot_be_written_is_said),
        cmocka_unit_test(large_and_deep_bodies_are_malformed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
