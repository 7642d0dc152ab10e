/* GET /tyk/system: settings in force, findings, and no secrets. */
#include "admin_check.h"

static bool
says(struct jg_str answer, const char *part)
{
    return memmem(answer.p, answer.len, part, strlen(part)) != NULL;
}

static void
files_without_faults_have_no_findings(void **state)
{
    struct gateway g;
    struct jg_str got;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "a.json", API("a"));
    got = ask(&g, "GET", "/tyk/system", "");
    assert_int_equal(g.response.status, 200);
    assert_true(says(got, "\"version\":\"v" JG_VERSION "\""));
    assert_true(says(got, "\"faults\":0,\"warnings\":0,\"findings\":[]"));
    assert_true(says(got, "\"listen_port\":8080"));
    gateway_close(&g);
}

/* Also when the load that found it is over, and nothing has changed since. */
static void
a_faulty_file_is_named_with_line_and_fix_and_none_of_its_lines(void **state)
{
    struct gateway g;
    struct jg_str got;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "bad.json",
             "{\n\"api_id\": \"b\", \"active\": 7, "
             "\"jwt_source\": \"a-secret-on-this-line\"\n}");
    assert_err(load(&g, JG_LOAD_RELOAD), JG_OK);
    assert_err(load(&g, JG_LOAD_RELOAD), JG_OK);
    got = ask(&g, "GET", "/tyk/system", "");
    assert_true(says(got, "bad.json\""));
    assert_true(says(got, "\"severity\":\"error\""));
    assert_true(says(got, "\"path\":\"active\""));
    assert_true(says(got, "\"line\":2,"));
    assert_false(says(got, "a-secret-on-this-line"));
    gateway_close(&g);
}

static void
findings_of_the_configuration_come_first(void **state)
{
    const struct jg_diag found = {.severity = JG_WARNING,
                                  .err = JG_E_CONF_VALUE,
                                  .file = JG_STR("tyk.conf"),
                                  .message = JG_STR("said of tyk.conf")};
    struct jg_diags of_conf;
    struct gateway g;
    struct jg_str got;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "bad.json", "{");
    jg_diags_init(&of_conf, &g.diag_arena);
    jg_diags_add(&of_conf, &found);
    g.admin.conf_findings = &of_conf;
    got = ask(&g, "GET", "/tyk/system", "");
    assert_true(says(got, "\"faults\":1,\"warnings\":1,\"findings\":["
                          "{\"severity\":\"warning\""));
    assert_true(says(got, "bad.json"));
    gateway_close(&g);
}

static void
no_secret_of_the_configuration_is_in_it(void **state)
{
    const struct jg_bind_source source = {
        .text = JG_STR(
            "{\"secret\":\"s3cr3t-1\",\"read_only_secret\":\"s3cr3t-2\","
            "\"node_secret\":\"s3cr3t-3\",\"secrets\":{\"a\":\"s3cr3t-4\"},"
            "\"environment_secrets\":{\"b\":\"s3cr3t-5\"},"
            "\"jwks\":{\"proxy\":\"http://u:s3cr3t-6@127.0.0.1:3128\"},"
            "\"split_token_keys\":[{\"id\":\"k1\",\"secret\":"
            "\"https://s3cr3t-7-and-32-bytes-of-it-or-more\"}],"
            "\"storage\":{\"password\":\"s3cr3t-8\"}}")};
    struct gateway g;
    struct jg_str got;

    (void)state;
    gateway_open(&g);
    assert_err(jg_conf_read(&source, NULL, &g.conf_arena, &g.conf), JG_OK);
    g.conf.app_path = jg_str(g.apps);
    g.secret = "s3cr3t-1";
    got = ask(&g, "GET", "/tyk/system", "");
    assert_int_equal(g.response.status, 200);
    assert_true(says(got, "\"k1\""));
    assert_true(says(got, "(hidden)"));
    assert_false(says(got, "s3cr3t"));
    gateway_close(&g);
}

/* With the others, until they are replaced; a line of a file is not kept. */
static void
findings_of_the_last_load_are_kept(void **state)
{
    const struct jg_diag found = {.severity = JG_WARNING,
                                  .err = JG_E_CONF_SCRIPT,
                                  .file = JG_STR("login.js"),
                                  .line = 3,
                                  .column = 20,
                                  .message = JG_STR("left \"out\""),
                                  .source_line = JG_STR("a-secret")};
    struct jg_diags findings;
    struct gateway g;
    struct jg_str got;

    (void)state;
    gateway_open(&g);
    put_file(g.apps, "bad.json", "{");
    jg_diags_init(&findings, &g.diag_arena);
    assert_err(jg_load_keep_findings(g.store, &findings), JG_OK);
    got = ask(&g, "GET", "/tyk/system", "");
    assert_true(says(got, "\"faults\":1,\"warnings\":0,"));
    jg_diags_add(&findings, &found);
    jg_diags_add(&findings, &found);
    assert_err(jg_load_keep_findings(g.store, &findings), JG_OK);
    assert_err(jg_load_keep_findings(g.store, &findings), JG_OK);
    got = ask(&g, "GET", "/tyk/system", "");
    assert_true(says(got, "\"faults\":1,\"warnings\":2,"));
    assert_true(says(got,
                     "{\"severity\":\"warning\",\"code\":\"JG842\",\"message"
                     "\":\"left \\\"out\\\"\",\"file\":\"login.js\","
                     "\"line\":3,\"column\":20},{\"severity"));
    assert_true(says(got, "20}],\"settings\""));
    assert_false(says(got, "a-secret"));
    gateway_close(&g);
}

static void
add_finding(void *arg, const struct jg_bind_source *source,
            const struct jg_api *api)
{
    *(unsigned *)arg += 1;
    jg_bind_report(source, JG_WARNING, JG_E_CONF_SCRIPT, "name", NULL, NULL,
                   "looked at %.*s", JG_STR_ARG(api->def.api_id));
}

static void
who_looks_at_a_definition_warns_its_sender(void **state)
{
    unsigned looked = 0;
    struct gateway g;
    struct jg_str got;

    (void)state;
    gateway_open(&g);
    g.admin.look = add_finding;
    g.admin.look_arg = &looked;
    got = ask(&g, "POST", "/tyk/apis", API("a"));
    assert_int_equal(g.response.status, 200);
    assert_true(says(got, "\"warnings\":["));
    assert_true(says(got, "looked at a"));
    ask(&g, "POST", "/tyk/apis", "{\"api_id\":\"b\"}"); /* not usable */
    assert_int_equal(g.response.status, 400);
    assert_int_equal(looked, 1);
    gateway_close(&g);
}

static void
nobody_reads_it_without_a_secret(void **state)
{
    struct gateway g;

    (void)state;
    gateway_open(&g);
    g.secret = "another";
    ask(&g, "GET", "/tyk/system", "");
    assert_int_equal(g.response.status, 403);
    gateway_close(&g);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_without_faults_have_no_findings),
        cmocka_unit_test(
            a_faulty_file_is_named_with_line_and_fix_and_none_of_its_lines),
        cmocka_unit_test(findings_of_the_configuration_come_first),
        cmocka_unit_test(no_secret_of_the_configuration_is_in_it),
        cmocka_unit_test(findings_of_the_last_load_are_kept),
        cmocka_unit_test(who_looks_at_a_definition_warns_its_sender),
        cmocka_unit_test(nobody_reads_it_without_a_secret),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
