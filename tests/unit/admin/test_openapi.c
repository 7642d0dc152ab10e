/* /openapi.json: what the tables must have for it to be whole. The document as
 * such is validated in tests/e2e/test_openapi.py. */
#include "admin_check.h"

#include "admin/admin_internal.h"

static const struct jg_json *
document(struct gateway *g)
{
    struct jg_str body = ask(g, "GET", "/openapi.json", "");
    const struct jg_json *json = NULL;

    assert_int_equal(g->response.status, 200);
    assert_err(
        jg_json_parse(body, &jg_json_limits_conf, &g->arena, &json, NULL),
        JG_OK);
    return json;
}

static const struct jg_json *
operation(const struct jg_json *json, const char *method, const char *path)
{
    const struct jg_json *item =
        jg_json_get(jg_json_get(json, JG_STR("paths")), jg_str(path));
    char lower[16] = "";

    for (size_t i = 0; method[i] != '\0' && i < sizeof(lower) - 1; i++)
        lower[i] = (char)(method[i] | 0x20);
    return jg_json_get(item, jg_str(lower));
}

static void
every_route_is_described(void **state)
{
    const struct jg_admin_route_info *route;
    const struct jg_json *json;
    struct gateway g;

    (void)state;
    gateway_open(&g);
    json = document(&g);
    for (size_t i = 0; (route = jg_admin_route_at(i)) != NULL; i++) {
        const struct jg_json *op = operation(json, route->method, route->path);

        if (op == NULL)
            fail_msg("%s %s", route->method, route->path);
        assert_str(jg_json_string(jg_json_get(op, JG_STR("summary"))),
                   route->summary);
    }
    gateway_close(&g);
}

static void
every_parameter_of_a_route_has_a_row(void **state)
{
    const struct jg_admin_route_info *route;
    struct jg_buf b;

    (void)state;
    jg_buf_init(&b, 1 << 20);
    for (size_t i = 0; (route = jg_admin_route_at(i)) != NULL; i++) {
        struct jg_str names = jg_str(route->query != NULL ? route->query : "");
        struct jg_str name;

        while (names.len > 0 && jg_str_next(&names, ' ', &name))
            if (!jg_openapi_add_parameter(&b, name))
                fail_msg("%s: %.*s", route->path, JG_STR_ARG(name));
    }
    assert_false(jg_openapi_add_parameter(&b, JG_STR("no-such")));
    jg_buf_free(&b);
}

static void
every_shape_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < JG_SHAPE_COUNT; i++) {
        const char *name = jg_openapi_schema_name((enum jg_admin_shape)i);

        assert_true(name != NULL || i == JG_SHAPE_METRICS);
        for (size_t j = 0; name != NULL && j < i; j++) {
            const char *other = jg_openapi_schema_name((enum jg_admin_shape)j);

            assert_true(other == NULL || strcmp(name, other) != 0);
        }
    }
}

static void
a_path_that_is_switched_off_is_not_described(void **state)
{
    const struct jg_json *json;
    struct gateway g;

    (void)state;
    gateway_open(&g);
    g.conf.health_check_endpoint_name = JG_STR("a\"live");
    g.conf.readiness_check_endpoint_name = JG_STR("");
    json = document(&g);
    assert_non_null(operation(json, "GET", "/a\"live"));
    assert_null(operation(json, "GET", "/hello"));
    assert_null(operation(json, "GET", "/ready"));
    gateway_close(&g);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_is_described),
        cmocka_unit_test(every_parameter_of_a_route_has_a_row),
        cmocka_unit_test(every_shape_has_a_name_of_its_own),
        cmocka_unit_test(a_path_that_is_switched_off_is_not_described),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
