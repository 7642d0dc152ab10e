/* /tyk/apis/oas, asked as a user asks; and what the two forms do to another. */
#include "admin_check.h"

#define EXT(info)                                                    \
    "\"x-tyk-api-gateway\":{" info "\"upstream\":{\"url\":"          \
    "\"http://h/\"},\"server\":{\"listenPath\":{\"value\":\"/o/\"}," \
    "\"authentication\":{\"enabled\":false}}}"
#define INFO(id)                                 \
    "\"info\":{\"id\":\"" id "\",\"name\":\"" id \
    "\",\"state\":{\"active\":true}},"
#define OAS(id) "{\"openapi\":\"3.0.3\"," EXT(INFO(id)) ",\"paths\":{}}"
#define PUBLIC "{\"openapi\":\"3.0.3\",\"paths\":{}}"
#define GENERATED "0123456789abcdeffedcba9876543210"
#define AS_CLASSIC(id)                                                      \
    "{\"api_id\":\"" id "\",\"org_id\":\"\",\"name\":\"" id "\","           \
    "\"active\":true,\"internal\":false,\"is_oas\":true,"                   \
    "\"use_keyless\":true,\"enable_jwt\":false,\"proxy\":{\"listen_path\":" \
    "\"/o/\",\"target_url\":\"http://h/\",\"strip_listen_path\":false},"    \
    "\"version_data\":{\"not_versioned\":true}}"
#define PAIR                                                  \
    "{\"api_id\":\"o\",\"is_oas\":true,\"use_keyless\":true," \
    "\"proxy\":{\"listen_path\":\"/wrong/\",\"target_url\":\"http://x\"}}"

#define NOT_CLASSIC                                                        \
    FAILED("this API endpoint only supports Tyk Classic APIs; please use " \
           "the appropriate Tyk OAS API endpoint")
#define NOT_OAS                                                             \
    FAILED("the requested API definition is in Tyk classic format, please " \
           "use old api endpoint")
#define CLASSIC_THERE                                                      \
    FAILED("the supplied API definition is in OAS format, please use the " \
           "Tyk classic format for this API")
#define MISMATCH                                                          \
    FAILED("Request APIID does not match that in Definition! For Update " \
           "operations these must match.")
#define MALFORMED FAILED("request malformed")

static void
what_is_in_force_can_be_read_in_both_forms(void **state)
{
    static const struct exchange rows[] = {
        {"GET", "/tyk/apis/oas", "", 200, "[" OAS("o") "]\n"},
        {"GET", "/tyk/apis/oas/", "", 200, "[" OAS("o") "]\n"},
        {"GET", "/tyk/apis/oas/export", "", 200, "[" OAS("o") "]\n"},
        {"GET", "/tyk/apis/oas?mode=public", "", 200, "[" PUBLIC "]\n"},
        {"GET", "/tyk/apis/oas/o", "", 200, OAS("o") "\n"},
        {"GET", "/tyk/apis/oas/o?mode=public", "", 200, PUBLIC "\n"},
        {"GET", "/tyk/apis/oas/o/export", "", 200, OAS("o") "\n"},
        {"GET", "/tyk/apis/oas/o/export?mode=public", "", 200, PUBLIC "\n"},
        {"GET", "/tyk/apis/oas/c", "", 400, NOT_OAS},
        {"GET", "/tyk/apis/oas/none", "", 404, FAILED("API not found")},
        {"GET", "/tyk/apis/oas/o/versions", "", 404, "Not Found"},
        {"GET", "/tyk/apis/oas//export", "", 404, "Not Found"},
        {"GET", "/tyk/apis", "", 200, "[" API("c") "," AS_CLASSIC("o") "]\n"},
        {"GET", "/tyk/apis/o", "", 200, AS_CLASSIC("o") "\n"},
        {"PUT", "/tyk/apis/oas", "{}", 400,
         FAILED("Must specify an apiID to update")},
        {"DELETE", "/tyk/apis/oas", "", 400,
         FAILED("Must specify an apiID to delete")},
        {"PATCH", "/tyk/apis/oas", "{}", 405, FAILED("Method not supported")},
        {"PATCH", "/tyk/apis/o", "{}", 405, FAILED("Method not supported")},
        {"GET", "/tyk/apis/oasis", "", 404, FAILED("API not found")},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    assert_str(ask(&g, "GET", "/tyk/apis/oas", ""), "[]\n");
    put_file(g.apps, "c.json", API("c"));
    put_file(g.apps, "document.json", " " OAS("o") "\n");
    load_clean(&g, JG_LOAD_START);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_exchange(&g, &rows[i]);
    gateway_close(&g);
}

static void
a_change_is_in_force_after_a_reload(void **state)
{
    static const struct exchange before[] = {
        {"POST", "/tyk/apis/oas", OAS("o"), 200, CHANGED("o", "added")},
        {"GET", "/tyk/apis/oas/o", "", 404, FAILED("API not found")},
        {"PUT", "/tyk/apis/oas/o", OAS("o"), 404, FAILED("API not found")},
    };
    static const struct exchange after[] = {
        {"GET", "/tyk/apis/oas/o", "", 200, OAS("o") "\n"},
        {"PUT", "/tyk/apis/oas/o", " " OAS("o"), 200, CHANGED("o", "modified")},
        {"POST", "/tyk/apis/oas", OAS("o"), 200, CHANGED("o", "added")},
        {"DELETE", "/tyk/apis/oas/o", "", 200, CHANGED("o", "deleted")},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    load_clean(&g, JG_LOAD_START);
    for (size_t i = 0; i < LEN(before); i++)
        assert_exchange(&g, &before[i]);
    assert_str(file_text(&g, g.apps, "o-oas.json"), OAS("o"));
    load_clean(&g, JG_LOAD_RELOAD);
    assert_int_equal(g.result.apis, 1);
    for (size_t i = 0; i < LEN(after); i++)
        assert_exchange(&g, &after[i]);
    assert_str(file_text(&g, g.apps, "o-oas.json"), "(none)");
    load_clean(&g, JG_LOAD_RELOAD);
    assert_int_equal(g.result.apis, 0);
    gateway_close(&g);
}

static void
a_patch_keeps_tyks_part(void **state)
{
    static const struct exchange rows[] = {
        {"PATCH", "/tyk/apis/oas/o", "{\"openapi\":\"3.1.0\"}", 200,
         CHANGED("o", "modified")},
        {"PATCH", "/tyk/apis/oas/o?listenPath=/x/", "{\"openapi\":\"3\"}", 400,
         FAILED("Parameters are not offered by this version; write "
                "x-tyk-api-gateway itself")},
        {"PATCH", "/tyk/apis/oas/o", "{\"paths\":{}}", 400, MALFORMED},
        {"PATCH", "/tyk/apis/oas/o", "[]", 400, MALFORMED},
        {"PATCH", "/tyk/apis/oas/o", OAS("p"), 400, MISMATCH},
        {"PATCH", "/tyk/apis/oas/c", OAS("c"), 400, CLASSIC_THERE},
        {"PATCH", "/tyk/apis/oas/none", "{}", 404, FAILED("API not found")},
        {"PATCH", "/tyk/apis/oas/..", "{}", 400, FAILED("Invalid API ID")},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "o.json", OAS("o"));
    put_file(g.apps, "c.json", API("c"));
    load_clean(&g, JG_LOAD_START);
    for (size_t i = 0; i < LEN(rows); i++) {
        assert_exchange(&g, &rows[i]);
        assert_str(file_text(&g, g.apps, "o.json"),
                   "{" EXT(INFO("o")) ",\"openapi\":\"3.1.0\"}");
    }
    load_clean(&g, JG_LOAD_RELOAD);
    assert_int_equal(g.result.apis, 2);
    gateway_close(&g);
}

static void
the_forms_do_not_mix(void **state)
{
    static const struct exchange rows[] = {
        {"POST", "/tyk/apis", OAS("new"), 400, NOT_CLASSIC},
        {"POST", "/tyk/apis", "{\"openapi\":\"3.0.3\"}", 400, NOT_CLASSIC},
        {"POST", "/tyk/apis", API("o"), 400, NOT_CLASSIC},
        {"PUT", "/tyk/apis/o", API("o"), 400, NOT_CLASSIC},
        {"PUT", "/tyk/apis/c", OAS("c"), 400, NOT_CLASSIC},
        {"POST", "/tyk/apis/oas", OAS("c"), 400, CLASSIC_THERE},
        {"PUT", "/tyk/apis/oas/c", OAS("c"), 400, CLASSIC_THERE},
        {"POST", "/tyk/apis/oas", API("new"), 400,
         FAILED("the payload should contain x-tyk-api-gateway")},
        {"PUT", "/tyk/apis/oas/o", API("o"), 400,
         FAILED("the payload should contain x-tyk-api-gateway")},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "o.json", OAS("o"));
    put_file(g.apps, "c.json", API("c"));
    load_clean(&g, JG_LOAD_START);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_exchange(&g, &rows[i]);
    assert_str(file_text(&g, g.apps, "o.json"), OAS("o"));
    assert_str(file_text(&g, g.apps, "c.json"), API("c"));
    gateway_close(&g);
}

static void
an_id_is_made_deep_inside(void **state)
{
    static const struct {
        const char *body, *file;
    } rows[] = {
        {"{\"openapi\":\"3\"," EXT("") "}",
         "{\"openapi\":\"3\",\"x-tyk-api-gateway\":{\"info\":{\"id\":"
         "\"" GENERATED "\"},\"upstream\":{\"url\":\"http://h/\"},"
         "\"server\":{\"listenPath\":{\"value\":\"/o/\"},"
         "\"authentication\":{\"enabled\":false}}}}"},
        {"{\"openapi\":\"3\"," EXT("\"info\": {\"name\": \"n\"},") "}",
         "{\"openapi\":\"3\"," EXT("\"info\": {\"id\":\"" GENERATED
                                   "\",\"name\": \"n\"},") "}"},
        {"{\"openapi\":\"3\"," EXT("\"info\":{\"id\":\"\"},") "}",
         "{\"openapi\":\"3\"," EXT("\"info\":{\"id\":\"" GENERATED "\"},") "}"},
        {"{\"openapi\":\"3\"," EXT("\"info\":null,") "}",
         "{\"openapi\":\"3\"," EXT("\"info\":{\"id\":\"" GENERATED "\"},") "}"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct gateway g;

        gateway_open(&g);
        ask(&g, "POST", "/tyk/apis/oas", rows[i].body);
        assert_int_equal(g.response.status, 200);
        assert_str(file_text(&g, g.apps, GENERATED "-oas.json"), rows[i].file);
        load_clean(&g, JG_LOAD_RELOAD);
        assert_int_equal(g.result.apis, 1);
        gateway_close(&g);
    }
}

static void
what_is_no_document_is_refused(void **state)
{
    static const struct exchange rows[] = {
        {"POST", "/tyk/apis/oas", "", 400, MALFORMED},
        {"POST", "/tyk/apis/oas", "[]", 400, MALFORMED},
        {"POST", "/tyk/apis/oas", "{}", 400,
         FAILED("the payload should contain x-tyk-api-gateway")},
        {"POST", "/tyk/apis/oas", "{\"x-tyk-api-gateway\":{}}", 400, MALFORMED},
        {"POST", "/tyk/apis/oas",
         "{\"openapi\":\"3\",\"x-tyk-api-gateway\":[]}", 400, MALFORMED},
        {"POST", "/tyk/apis/oas",
         "{\"openapi\":\"3\",\"x-tyk-api-gateway\":{\"info\":{\"id\":7}}}", 400,
         MALFORMED},
        {"POST", "/tyk/apis/oas", OAS("../x"), 400, FAILED("Invalid API ID")},
        {"POST", "/tyk/apis/oas", OAS("a-oas"), 400, FAILED("Invalid API ID")},
        {"PUT", "/tyk/apis/oas/..", OAS("o"), 400, FAILED("Invalid API ID")},
        {"PUT", "/tyk/apis/oas/o", OAS("p"), 400, MISMATCH},
        {"PUT", "/tyk/apis/oas/o", "{", 400, MALFORMED},
        {"DELETE", "/tyk/apis/oas/none", "", 404, FAILED("API not found")},
        {"POST", "/tyk/apis/oas/import", PUBLIC, 400, NULL},
    };
    struct gateway g;
    struct jg_str got;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "o.json", OAS("o"));
    load_clean(&g, JG_LOAD_START);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_exchange(&g, &rows[i]);
    got = ask(&g, "POST", "/tyk/apis/oas",
              "{\"openapi\":\"3\",\"x-tyk-api-gateway\":{\"info\":{\"id\":"
              "\"x\"}}}");
    assert_int_equal(g.response.status, 400);
    assert_non_null(memmem(got.p, got.len, "server.listenPath.value", 23));
    assert_str(file_text(&g, g.apps, "x-oas.json"), "(none)");
    gateway_close(&g);
}

static void
a_file_of_another_api_is_left_alone(void **state)
{
    static const struct exchange rows[] = {
        {"POST", "/tyk/apis/oas", OAS("a"), 400,
         FAILED("The file a-oas.json holds \\\"other\\\"; rename it first")},
        {"POST", "/tyk/apis", API("b"), 400,
         FAILED("The file b.json holds \\\"other\\\"; rename it first")},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "a-oas.json", OAS("other"));
    put_file(g.apps, "b.json", OAS("other"));
    for (size_t i = 0; i < LEN(rows); i++)
        assert_exchange(&g, &rows[i]);
    gateway_close(&g);
}

/* As Tyk writes them: neither half may come back as an API of its own. */
static void
a_pair_of_files_goes_together(void **state)
{
    static const struct exchange remove = {"DELETE", "/tyk/apis/oas/o", "", 200,
                                           CHANGED("o", "deleted")};
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "o.json", PAIR);
    put_file(g.apps, "o-oas.json", OAS("o"));
    load_clean(&g, JG_LOAD_START);
    assert_exchange(&g, &remove);
    assert_str(file_text(&g, g.apps, "o.json"), "(none)");
    assert_str(file_text(&g, g.apps, "o-oas.json"), "(none)");
    load_clean(&g, JG_LOAD_RELOAD);
    assert_int_equal(g.result.apis, 0);
    gateway_close(&g);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_in_force_can_be_read_in_both_forms),
        cmocka_unit_test(a_change_is_in_force_after_a_reload),
        cmocka_unit_test(a_patch_keeps_tyks_part),
        cmocka_unit_test(the_forms_do_not_mix),
        cmocka_unit_test(an_id_is_made_deep_inside),
        cmocka_unit_test(what_is_no_document_is_refused),
        cmocka_unit_test(a_file_of_another_api_is_left_alone),
        cmocka_unit_test(a_pair_of_files_goes_together),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
