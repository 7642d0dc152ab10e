/* /hello, /ready and /live. */
#include "admin_check.h"

#include <sys/wait.h>

#define VERSION "\"version\":\"v" JG_VERSION "\""
#define STORAGE                                                        \
    "\"details\":{\"storage\":{\"status\":\"pass\",\"componentType\":" \
    "\"datastore\",\"time\":\"2026-08-21T10:31:12Z\"}}"

static void
a_healthy_gateway_says_so(void **state)
{
    static const struct exchange rows[] = {
        {"GET", "/hello", "", 200,
         "{\"status\":\"pass\"," VERSION ",\"description\":\"Tyk GW\"," STORAGE
         "}\n"},
        {"GET", "/ready", "", 200,
         "{\"status\":\"pass\"," VERSION
         ",\"description\":\"Tyk GW Ready\"," STORAGE "}\n"},
        {"GET", "/live", "", 200,
         "{\"status\":\"pass\"," VERSION ",\"description\":\"Tyk GW Live\"}\n"},
        {"GET", "/tyk/health", "", 400,
         FAILED("Health checks are not enabled for this node")},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    for (size_t i = 0; i < LEN(rows); i++) {
        assert_exchange(&g, &rows[i]);
        assert_int_equal(g.response.generator, i < 3);
    }
    g.conf.hide_generator_header = true;
    for (size_t i = 0; i < LEN(rows); i++) {
        assert_exchange(&g, &rows[i]);
        assert_false(g.response.generator);
    }
    gateway_close(&g);
}

static void
a_gateway_is_not_ready_before_its_first_load_or_when_it_stops(void **state)
{
    static const struct exchange stopping = {
        "GET", "/ready", "", 503, FAILED("Gateway is shutting down")};
    static const struct exchange fresh = {
        "GET", "/ready", "", 503,
        FAILED("A successful API reload did not happen")};
    struct gateway g;

    (void)state;
    gateway_open(&g);
    g.admin.loaded = false;
    assert_exchange(&g, &fresh);
    g.admin.stopping = true;
    assert_exchange(&g, &stopping);
    assert_true(g.response.generator);
    ask(&g, "GET", "/hello", "");
    assert_int_equal(g.response.status, 200);
    gateway_close(&g);
}

/* In a child of the process that opened it, a store gives nothing out. */
static void
a_store_that_cannot_be_read_fails_the_check(void **state)
{
    static const struct exchange rows[] = {
        {"GET", "/hello", "", 200,
         "{\"status\":\"fail\"," VERSION
         ",\"description\":\"Tyk GW\",\"details\":{\"storage\":{\"status\":"
         "\"fail\",\"componentType\":\"datastore\",\"output\":\"records cannot "
         "be read\",\"time\":\"2026-08-21T10:31:12Z\"}}}\n"},
        {"GET", "/ready", "", 503, FAILED("Storage connection not available")},
        {"GET", "/tyk/apis", "", 500,
         FAILED("The record store could not be read or written; see the log "
                "for its path and cause.")},
        {"GET", "/tyk/apis/a", "", 500, NULL},
        {"POST", "/tyk/apis", API("a"), 500, NULL},
        {"DELETE", "/tyk/apis/a", "", 500, NULL},
        {"GET", "/tyk/policies/a", "", 500, NULL},
        {"POST", "/tyk/policies", POLICY("a"), 500, NULL},
        {"DELETE", "/tyk/policies/a", "", 500, NULL},
    };
    struct gateway g;
    int status;
    pid_t pid;

    (void)state;
    gateway_open(&g);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        for (size_t i = 0; i < LEN(rows); i++) {
            struct jg_str got =
                ask(&g, rows[i].method, rows[i].path, rows[i].body);

            if (g.response.status != rows[i].status ||
                (rows[i].answer != NULL &&
                 !jg_str_eq(got, jg_str(rows[i].answer))))
                _exit((int)i + 1);
        }
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0); /* else 256 times the row, from 1 */
    ask(&g, "GET", "/ready", "");
    assert_int_equal(g.response.status, 200);
    gateway_close(&g);
}

static void
what_is_elsewhere_says_where(void **state)
{
    static const struct exchange rows[] = {
        {"GET", "/tyk/schema", "", 404,
         FAILED("Schemas are in the description of this API: GET "
                "/openapi.json on the control port")},
        {"POST", "/tyk/debug", "{}", 404,
         FAILED("Requests are not traced through upstreams; POST "
                "/tyk/explain says what is decided, and why")},
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
        cmocka_unit_test(what_is_elsewhere_says_where),
        cmocka_unit_test(a_healthy_gateway_says_so),
        cmocka_unit_test(
            a_gateway_is_not_ready_before_its_first_load_or_when_it_stops),
        cmocka_unit_test(a_store_that_cannot_be_read_fails_the_check),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
