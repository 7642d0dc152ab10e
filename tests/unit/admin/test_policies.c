/* /tyk/policies, asked as a user asks. */
#include "admin_check.h"

#define MALFORMED FAILED("Request malformed")
#define NO_STORAGE FAILED("Unable to access policy storage.")
#define NO_ID FAILED("Unable to create policy without id.")
#define MISMATCH                                                              \
    FAILED("Request ID does not match that in policy! For Update operations " \
           "these must match.")
#define INVALID \
    FAILED("Invalid Policy ID: Allowed characters: a-z, A-Z, 0-9, ., _, -, ~")
#define RIGHTS "\"access_rights\":{\"a\":{\"versions\":[]}}"
#define OBJECT_ID "5f3a0b1c2d3e4f5061728394"

static void
a_policy_lives_from_post_to_delete(void **state)
{
    static const struct exchange before[] = {
        {"GET", "/tyk/policies", "", 200, "[]\n"},
        {"POST", "/tyk/policies", POLICY("p"), 200, CHANGED("p", "added")},
        {"GET", "/tyk/policies/p", "", 404, FAILED("Policy not found")},
        {"POST", "/tyk/policies/p", POLICY("q"), 200, CHANGED("q", "added")},
    };
    static const struct exchange after[] = {
        {"GET", "/tyk/policies", "", 200,
         "[" POLICY("p") "," POLICY("q") "]\n"},
        {"GET", "/tyk/policies/p/", "", 200, POLICY("p") "\n"},
        {"PUT", "/tyk/policies/p", " " POLICY("p"), 200,
         CHANGED("p", "modified")},
        {"PUT", "/tyk/policies/r", POLICY("r"), 200, CHANGED("r", "modified")},
        {"DELETE", "/tyk/policies/q", "", 200, CHANGED("q", "deleted")},
        {"DELETE", "/tyk/policies/q", "", 500, FAILED("Delete failed")},
        {"DELETE", "/tyk/policies/never", "", 500, FAILED("Delete failed")},
        {"PUT", "/tyk/policies", "{}", 400,
         FAILED("Must specify an apiID to update")},
        {"DELETE", "/tyk/policies", "", 400,
         FAILED("Must specify an apiID to delete")},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    for (size_t i = 0; i < LEN(before); i++)
        assert_exchange(&g, &before[i]);
    assert_str(file_text(&g, g.policies, "p.json"), POLICY("p"));
    load_clean(&g, JG_LOAD_RELOAD);
    for (size_t i = 0; i < LEN(after); i++)
        assert_exchange(&g, &after[i]);
    load_clean(&g, JG_LOAD_RELOAD);
    assert_str(ask(&g, "GET", "/tyk/policies", ""),
               "[" POLICY("p") "," POLICY("r") "]\n");
    gateway_close(&g);
}

static void
what_is_no_policy_is_refused(void **state)
{
    static const struct exchange rows[] = {
        {"POST", "/tyk/policies", "", 400, MALFORMED},
        {"POST", "/tyk/policies", "{", 400, MALFORMED},
        {"POST", "/tyk/policies", "[{}]", 400, MALFORMED},
        {"POST", "/tyk/policies", "{\"id\":\"a\",\"id\":\"b\"}", 400,
         MALFORMED},
        {"POST", "/tyk/policies", "{}", 400, NO_ID},
        {"POST", "/tyk/policies", "{\"id\":\"\"}", 400, NO_ID},
        {"POST", "/tyk/policies", "{\"_id\":\"short\"}", 400, NO_ID},
        {"POST", "/tyk/policies", "{\"id\":\"a/b\"}", 400, INVALID},
        {"POST", "/tyk/policies", "{\"id\":\"../b\"}", 400, INVALID},
        {"POST", "/tyk/policies", "{\"id\":\"..\"}", 400, INVALID},
        {"POST", "/tyk/policies", "{\"id\":\"a b\"}", 400, INVALID},
        {"PUT", "/tyk/policies/a", "{\"id\":\"b\"}", 400, MISMATCH},
        {"PUT", "/tyk/policies/a", "{}", 400, MISMATCH},
        {"PUT", "/tyk/policies/..", "{\"id\":\"..\"}", 400, INVALID},
        {"DELETE", "/tyk/policies/..", "", 400, INVALID},
        {"GET", "/tyk/policies/..", "", 404, FAILED("Policy not found")},
        {"GET", "/tyk/policies/a/b", "", 404, "Not Found"},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_exchange(&g, &rows[i]);
    load_clean(&g, JG_LOAD_RELOAD);
    assert_int_equal(g.result.policies, 0);
    gateway_close(&g);
}

static void
a_wrong_type_is_malformed_and_says_where(void **state)
{
    struct gateway g;
    struct jg_str got;

    (void)state;
    gateway_open(&g);
    got =
        ask(&g, "POST", "/tyk/policies", "{\"id\":\"a\",\"access_rights\":7}");
    assert_int_equal(g.response.status, 400);
    assert_true(jg_str_starts(got, JG_STR("{\"status\":\"error\",\"message\":"
                                          "\"Request malformed\",\"errors\":["
                                          "{\"severity\":\"error\"")));
    assert_non_null(memmem(got.p, got.len, "access_rights", 13));
    gateway_close(&g);
}

static void
without_a_folder_there_is_no_storage(void **state)
{
    static const struct exchange rows[] = {
        {"POST", "/tyk/policies", POLICY("p"), 500, NO_STORAGE},
        {"POST", "/tyk/policies", "{", 500, NO_STORAGE},
        {"PUT", "/tyk/policies/p", POLICY("p"), 500, NO_STORAGE},
        {"DELETE", "/tyk/policies/p", "", 500, NO_STORAGE},
        {"GET", "/tyk/policies", "", 200, "[]\n"},
    };
    static const struct exchange lost = {"POST", "/tyk/policies", POLICY("p"),
                                         500, FAILED("Failed to create file!")};
    struct gateway g;

    (void)state;
    gateway_open(&g);
    g.conf.policies.policy_path = JG_STR("");
    for (size_t i = 0; i < LEN(rows); i++)
        assert_exchange(&g, &rows[i]);
    g.conf.policies.policy_path = JG_STR("/nonexistent");
    assert_exchange(&g, &lost);
    gateway_close(&g);
}

static void
an_object_id_stands_in_for_an_id(void **state)
{
    static const struct exchange rows[] = {
        {"POST", "/tyk/policies", "{\"_id\":\"" OBJECT_ID "\"," RIGHTS "}", 200,
         CHANGED(OBJECT_ID, "added")},
        {"PUT", "/tyk/policies/" OBJECT_ID,
         "{\"_id\":\"" OBJECT_ID "\"," RIGHTS "}", 200,
         CHANGED(OBJECT_ID, "modified")},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_exchange(&g, &rows[i]);
    assert_str(file_text(&g, g.policies, OBJECT_ID ".json"),
               "{\"id\":\"" OBJECT_ID "\",\"_id\":\"" OBJECT_ID "\"," RIGHTS
               "}");
    load_clean(&g, JG_LOAD_RELOAD);
    ask(&g, "GET", "/tyk/policies/" OBJECT_ID, "");
    assert_int_equal(g.response.status, 200);
    gateway_close(&g);
}

static void
unsafe_ids_are_let_in_by_a_setting_only(void **state)
{
    static const struct exchange rows[] = {
        {"POST", "/tyk/policies", "{\"id\":\"gold plan/1\"," RIGHTS "}", 200,
         CHANGED("gold plan/1", "added")},
        {"POST", "/tyk/policies", "{\"id\":\"../../x\"," RIGHTS "}", 200,
         CHANGED("../../x", "added")},
        {"POST", "/tyk/policies", "{\"id\":\"a\\nb\"}", 400, INVALID},
        {"POST", "/tyk/policies", "{\"id\":\"a\\u007fb\"}", 400, INVALID},
    };
    static const struct exchange after[] = {
        {"GET", "/tyk/policies/gold plan", "", 404, FAILED("Policy not found")},
        {"POST", "/tyk/policies", "{\"id\":\"silver plan\"," RIGHTS "}", 200,
         CHANGED("silver plan", "added")},
        {"DELETE", "/tyk/policies/silver plan", "", 200,
         CHANGED("silver plan", "deleted")},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    g.conf.allow_unsafe_policy_ids = true;
    for (size_t i = 0; i < LEN(rows); i++)
        assert_exchange(&g, &rows[i]);
    load_clean(&g, JG_LOAD_RELOAD);
    assert_int_equal(g.result.policies, 2);
    for (size_t i = 0; i < LEN(after); i++)
        assert_exchange(&g, &after[i]);
    gateway_close(&g);
}

static void
a_policy_stays_in_the_file_it_came_from(void **state)
{
    static const struct exchange rows[] = {
        {"PUT", "/tyk/policies/p", " " POLICY("p"), 200,
         CHANGED("p", "modified")},
        {"PUT", "/tyk/policies/q", POLICY("q"), 400,
         FAILED("The file q.json holds \\\"other\\\"; rename it first")},
        {"PUT", "/tyk/policies/r", POLICY("r"), 400,
         FAILED("The file r.json holds \\\"" OBJECT_ID
                "\\\"; rename it first")},
        {"DELETE", "/tyk/policies/p", "", 200, CHANGED("p", "deleted")},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.policies, "r.json", "{\"_id\":\"" OBJECT_ID "\"," RIGHTS "}");
    put_file(g.policies, "plans.json", POLICY("p"));
    put_file(g.policies, "q.json", POLICY("other"));
    load_clean(&g, JG_LOAD_START);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_exchange(&g, &rows[i]);
    assert_str(file_text(&g, g.policies, "plans.json"), "(none)");
    assert_str(file_text(&g, g.policies, "p.json"), "(none)");
    gateway_close(&g);
}

static void
of_two_organisations_the_named_one_is_written(void **state)
{
    static const struct exchange rows[] = {
        {"POST", "/tyk/policies", "{\"id\":\"p\",\"org_id\":\"y\",\"a\":1}",
         200, NULL},
        {"POST", "/tyk/policies", "{\"id\":\"p\",\"org_id\":\"x\",\"a\":1}",
         200, NULL},
    };
    struct gateway g;

    (void)state;
    gateway_open(&g);
    put_file(g.policies, "1.json", "{\"id\":\"p\",\"org_id\":\"x\"}");
    put_file(g.policies, "2.json", "{\"id\":\"p\",\"org_id\":\"y\"}");
    load_clean(&g, JG_LOAD_START);
    assert_exchange(&g, &rows[0]);
    assert_str(file_text(&g, g.policies, "1.json"),
               "{\"id\":\"p\",\"org_id\":\"x\"}");
    assert_str(file_text(&g, g.policies, "2.json"), rows[0].body);
    assert_exchange(&g, &rows[1]);
    assert_str(file_text(&g, g.policies, "1.json"), rows[1].body);
    gateway_close(&g);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_policy_lives_from_post_to_delete),
        cmocka_unit_test(what_is_no_policy_is_refused),
        cmocka_unit_test(a_wrong_type_is_malformed_and_says_where),
        cmocka_unit_test(without_a_folder_there_is_no_storage),
        cmocka_unit_test(an_object_id_stands_in_for_an_id),
        cmocka_unit_test(unsafe_ids_are_let_in_by_a_setting_only),
        cmocka_unit_test(a_policy_stays_in_the_file_it_came_from),
        cmocka_unit_test(of_two_organisations_the_named_one_is_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
