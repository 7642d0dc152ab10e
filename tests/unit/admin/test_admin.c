/* Who may ask what, and where: secrets, ports, methods, paths. */
#include "admin_check.h"

#define REFUSED \
    FAILED("Attempted administrative access with invalid or missing key!")

static void
only_the_secret_opens_the_api(void **state)
{
    static const char *const wrong[] = {
        "",
        "x",
        (SECRET "x"),
        (" " SECRET),
        "THE-SECRET-OF-THE-TESTS",
        "the-secret-of-the-test",
    };
    static const char *const paths[] = {
        "/tyk",         "/tyk/",        "/tyk/apis",
        "/tyk/unknown", "/tyk/apis/x",  "/tyk/apis/oas",
        "/tyk/reload",  "/tyk/journal", "/tyk/policies/",
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    for (size_t i = 0; i < LEN(wrong); i++) {
        for (size_t k = 0; k < LEN(paths); k++) {
            g.secret = wrong[i];
            assert_str(ask(&g, "GET", paths[k], ""), REFUSED);
            assert_int_equal(g.response.status, 403);
            assert_str(ask(&g, "BREW", paths[k], ""), REFUSED);
            assert_false(g.response.reload);
        }
    }
    gateway_close(&g);
}

static void
without_a_configured_secret_nobody_comes_in(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    g.conf.secret = JG_STR("");
    g.secret = "";
    ask(&g, "GET", "/tyk/apis", "");
    assert_int_equal(g.response.status, 403);
    gateway_close(&g);
}

static void
each_port_offers_its_own(void **state)
{
    static const struct {
        const char *path;
        int control, shared, listen;    /* with the secret */
        int control_, shared_, listen_; /* without */
    } rows[] = {
        {"/hello", 200, 200, 200, 200, 200, 200},
        {"/hello/", 200, 200, 200, 200, 200, 200},
        {"/ready", 200, 200, 200, 200, 200, 200},
        {"/live", 200, 200, 200, 200, 200, 200},
        {"/metrics", 200, 200, 404, 200, 404, 404},
        {"/tyk", 404, 404, 404, 403, 403, 404},
        {"/tyk/apis", 200, 200, 404, 403, 403, 404},
        {"/tyk/nothing", 404, 404, 404, 403, 403, 404},
        {"/tykoon", 404, 404, 404, 404, 404, 404},
        {"/", 404, 404, 404, 404, 404, 404},
        {"", 404, 404, 404, 404, 404, 404},
        {"/hello/x", 404, 404, 404, 404, 404, 404},
        {"/Hello", 404, 404, 404, 404, 404, 404},
        {"//tyk/apis", 404, 404, 404, 404, 404, 404},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    for (size_t i = 0; i < LEN(rows); i++) {
        const int want[] = {rows[i].control,  rows[i].listen,  rows[i].shared,
                            rows[i].control_, rows[i].listen_, rows[i].shared_};

        for (int k = 0; k < 6; k++) {
            g.port = (enum jg_admin_port)(k % 3);
            g.secret = k < 3 ? SECRET : "";
            ask(&g, "GET", rows[i].path, "");
            if (g.response.status != want[k])
                fail_msg("%s on port %d: got %d, want %d", rows[i].path, k,
                         g.response.status, want[k]);
        }
    }
    gateway_close(&g);
}

static void
an_unknown_path_is_not_found_in_plain_text(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    assert_str(ask(&g, "GET", "/tyk/nothing", ""), "Not Found");
    assert_int_equal(g.response.status, 404);
    assert_string_equal(g.response.content_type, "text/plain; charset=utf-8");
    gateway_close(&g);
}

static void
a_wrong_method_is_refused(void **state)
{
    static const struct exchange rows[] = {
        {"PATCH", "/tyk/apis", "", 405, FAILED("Method not supported")},
        {"get", "/tyk/apis", "", 405, FAILED("Method not supported")},
        {"", "/tyk/apis", "", 405, FAILED("Method not supported")},
        {"PATCH", "/tyk/policies/x", "", 405, FAILED("Method not supported")},
        {"POST", "/tyk/reload", "", 405, FAILED("Method not supported")},
        {"GET", "/tyk/cache/x", "", 405, FAILED("Method not supported")},
        {"POST", "/tyk/journal/", "", 405, FAILED("Method not supported")},
        {"POST", "/hello", "", 405, FAILED("Method Not Allowed")},
        {"HEAD", "/ready", "", 405, FAILED("Method Not Allowed")},
        {"DELETE", "/metrics", "", 405, FAILED("Method Not Allowed")},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_exchange(&g, &rows[i]);
    gateway_close(&g);
}

static void
the_health_paths_have_the_configured_names(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    g.conf.health_check_endpoint_name = JG_STR("alive");
    g.conf.readiness_check_endpoint_name = JG_STR("");
    ask(&g, "GET", "/alive", "");
    assert_int_equal(g.response.status, 200);
    ask(&g, "GET", "/hello", "");
    assert_int_equal(g.response.status, 404);
    ask(&g, "GET", "/ready", "");
    assert_int_equal(g.response.status, 404);
    ask(&g, "GET", "/", "");
    assert_int_equal(g.response.status, 404);
    gateway_close(&g);
}

static void
every_route_answers_in_json(void **state)
{
    const struct jg_admin_route_info *route;
    struct gateway g;
    size_t n = 0;

    (void)state;
    gateway_open(&g);
    for (; (route = jg_admin_route_at(n)) != NULL; n++) {
        const char *method = route->method[0] == '*' ? "GET" : route->method;
        const struct jg_json *json;
        struct jg_str body;

        assert_true(strlen(route->summary) > 0);
        body = ask(&g, method, route->path, "{}");
        assert_int_not_equal(g.response.status, 405);
        if (strcmp(route->path, "/metrics") == 0 ||
            jg_str_eq(body, JG_STR("Not Found")))
            continue;
        assert_string_equal(g.response.content_type,
                            route->download && g.response.status == 200
                                ? "application/octet-stream"
                                : "application/json");
        assert_true(jg_str_ends(body, JG_STR("\n")));
        assert_err(
            jg_json_parse(body, &jg_json_limits_conf, &g.arena, &json, NULL),
            JG_OK);
    }
    assert_true(n > 20);
    gateway_close(&g);
}

static void
an_answer_that_is_too_large_is_an_error(void **state)
{
    struct jg_admin_request request = {.method = JG_STR("GET"),
                                       .path = JG_STR("/tyk/apis"),
                                       .authorization = JG_STR(SECRET)};
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "a.json", API("a"));
    load_clean(&g, JG_LOAD_START);
    for (size_t max = 1; max < 400; max += 7) {
        g.response.body.max = max;
        jg_admin_answer(&g.admin, &request, &g.arena, &g.response);
        assert_true(g.response.body.len <= max);
        assert_false(g.response.body.failed);
        assert_int_equal(g.response.status,
                         max >= strlen(API("a")) + 3 ? 200 : 500);
        jg_admin_response_free(&g.response);
        jg_admin_response_init(&g.response);
    }
    gateway_close(&g);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_secret_opens_the_api),
        cmocka_unit_test(without_a_configured_secret_nobody_comes_in),
        cmocka_unit_test(each_port_offers_its_own),
        cmocka_unit_test(an_unknown_path_is_not_found_in_plain_text),
        cmocka_unit_test(a_wrong_method_is_refused),
        cmocka_unit_test(the_health_paths_have_the_configured_names),
        cmocka_unit_test(every_route_answers_in_json),
        cmocka_unit_test(an_answer_that_is_too_large_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
