/* What variables in header values hold: reference 6.2, 6.3, 0.4, as rows. */
#include "access_check.h"

/* The API's members, for printf: with context variables or not, the value. */
#define MEMBERS                                                             \
    ",\"enable_context_vars\":%s,\"version_data\":{\"not_versioned\":true," \
    "\"versions\":{\"Default\":{\"name\":\"Default\",\"global_headers\":"   \
    "{\"X-V\":\"%s\"}}}}"

#define CONF                                                                 \
    "{\"secrets\":{\"key\":\"s3\",\"key2\":\"s4\",\"dollar\":"               \
    "\"$tyk_context.jwt_claims_sub\"},\"environment_secrets\":{\"API_KEY\":" \
    "\"env\"},\"http_server_options\":{\"xff_depth\":%d}}"

/* <claims> of the token, <target> and <lines> of the request, and what X-V
 * is then. */
static const struct row {
    const char *value, *claims, *target, *lines, *want;
} rows[] = {
    /* Claims, and how values are printed. */
    {"$tyk_context.jwt_claims_sub", "\"sub\":\"ada\"", "", "", "ada"},
    {"<$tyk_context.jwt_claims_sub>", "\"sub\":\"ada\"", "", "", "<ada>"},
    {"$tyk_context.jwt_claims_none", "\"sub\":\"ada\"", "", "", ""},
    {"$tyk_context.jwt_claims_", "\"\":\"ada\"", "", "", "ada"},
    {"$tyk_context.jwt_claims_sub.", "\"sub\":\"a\"", "", "", ""},
    {"$tyk_context.jwt_claims_sub.x", "\"sub\":\"a\",\"sub.x\":\"b\"", "", "",
     "b"},
    {"$tyk_context.jwt_claims_a.b", "\"a\":{\"b\":\"c\"}", "", "", ""},
    {"$tyk_context.jwt_claims_a$tyk_context.jwt_claims_ab",
     "\"a\":\"1\",\"ab\":\"2\"", "", "", "12"},
    {"$tyk_context.jwt_claims_n", "\"n\":1700000001", "", "", "1700000001"},
    {"$tyk_context.jwt_claims_n", "\"n\":-9223372036854775808", "", "",
     "-9223372036854775808"},
    {"$tyk_context.jwt_claims_n", "\"n\":1.5", "", "", "1.5"},
    {"$tyk_context.jwt_claims_n", "\"n\":-0.001", "", "", "-0.001"},
    {"$tyk_context.jwt_claims_n", "\"n\":1e21", "", "",
     "1000000000000000000000"},
    {"$tyk_context.jwt_claims_n", "\"n\":1.25e-7", "", "", "0.000000125"},
    {"$tyk_context.jwt_claims_n", "\"n\":2.0", "", "", "2"},
    {"$tyk_context.jwt_claims_n", "\"n\":0.1", "", "", "0.1"},
    {"$tyk_context.jwt_claims_n", "\"n\":123456.789", "", "", "123456.789"},
    {"$tyk_context.jwt_claims_n", "\"n\":0.0", "", "", "0"},
    {"$tyk_context.jwt_claims_b", "\"b\":true", "", "", ""},
    {"$tyk_context.jwt_claims_b", "\"b\":null", "", "", ""},
    {"$tyk_context.jwt_claims_b", "\"b\":{\"c\":\"d\"}", "", "", ""},
    {"$tyk_context.jwt_claims_l", "\"l\":[\"a\",\"b c\",\"d,e\"]", "", "",
     "a,b+c,d%2Ce"},
    {"$tyk_context.jwt_claims_l", "\"l\":[]", "", "", ""},
    {"$tyk_context.jwt_claims_l", "\"l\":[1,2.5,true,{},\"\",\"z\"]", "", "",
     "1,2.5,z"},
    {"$tyk_context.jwt_claims_l", "\"l\":[[\"a\",\"b\"],\"c\"]", "", "",
     "a%2Cb,c"},
    {"$tyk_context.jwt_claims_l", "\"l\":[\"a\\r\\nX-Evil: 1\",\"\xc3\xa4~\"]",
     "", "", "a%0D%0AX-Evil%3A+1,%C3%A4~"},
    {"$tyk_context.jwt_claims_s", "\"s\":\"\xc3\xa4\\tb\"", "", "",
     "\xc3\xa4\tb"},
    {"$tyk_context.jwt_claims_alg", "\"a\":1", "", "", "HS256"},
    {"$tyk_context.jwt_claims_typ", "\"typ\":\"claim\"", "", "", "claim"},

    /* A value is never looked through for variables. */
    {"$tyk_context.jwt_claims_sub", "\"sub\":\"$secret_conf.key\"", "", "",
     "$secret_conf.key"},
    {"$secret_conf.dollar", "\"sub\":\"ada\"", "", "",
     "$tyk_context.jwt_claims_sub"},

    /* Secrets. */
    {"$secret_conf.key", "", "", "", "s3"},
    {"$secret_conf.key2", "", "", "", "s4"},
    {"a $secret_conf.key b$secret_conf.key2", "", "", "", "a s3 bs4"},
    {"$secret_conf.key.", "", "", "", ""},
    {"$secret_conf.KEY", "", "", "", ""},
    {"$secret_env.api_key", "", "", "", "env"},
    {"$secret_env.API_KEY", "", "", "", "env"},
    {"$secret_env.other", "", "", "", ""},
    {"$secret_vault.a$secret_consul.b$secret_file.c", "", "", "", ""},
    {"$secret_other.key", "", "", "", "$secret_other.key"},

    /* The request. */
    {"$tyk_context.path", "", "b/%C3%A4//c?x", "", "/v/b/\xc3\xa4/c"},
    {"$tyk_context.path_parts", "", "b/c", "", "v,b,c"},
    {"$tyk_context.headers_Host", "", "", "", "gateway.example"},
    {"$tyk_context.headers_User_Agent", "", "", "User-Agent: curl", "curl"},
    {"$tyk_context.headers_user_agent", "", "", "USER-AGENT: curl", "curl"},
    {"$tyk_context.headers_X_A", "", "", "X-A: 1\nX-A: 2", "1"},
    {"$tyk_context.headers_X-A", "", "", "X-A: 1", ""},
    {"$tyk_context.headers_X_Missing", "", "", "", ""},
    {"$tyk_context.headers", "", "", "X-A: 1", ""},
    {"$tyk_context.cookies_a_b", "", "", "Cookie: a-b=1; c=2", "1"},
    {"$tyk_context.cookies_a", "", "", "Cookie: a=1; a=2\nCookie: a=\"3\"",
     "3"},
    {"$tyk_context.cookies_A", "", "", "Cookie: a=1", ""},
    {"$tyk_context.request_data_a", "", "?a=1&a=2", "", "1"},
    {"$tyk_context.request_data_a_b", "", "?a-b=%41+x", "", "A x"},
    {"$tyk_context.request_data_a", "", "?a=%zz&a;b=1&%61=ok", "", "ok"},
    {"$tyk_context.request_data_a", "", "", "", ""},
    {"$tyk_context.request_data", "", "?b=1&a=2&b=3&c", "", "b:1,3;a:2;c:"},
    {"$tyk_context.request_data", "", "", "", ""},
    {"$tyk_context.request_id", "", "", "",
     "00112233-4455-4677-8899-aabbccddeeff"},
    {"$tyk_context.tyk_trace_id", "", "", "", ""},
    {"$tyk_context.nothing", "", "", "", ""},

    /* The client's address. */
    {"$tyk_context.remote_addr", "", "", "", "192.0.2.7"},
    {"$tyk_context.remote_addr", "", "", "X-Real-IP: 10.0.0.1", "10.0.0.1"},
    {"$tyk_context.remote_addr", "", "", "X-Real-IP: evil", "192.0.2.7"},
    {"$tyk_context.remote_addr", "", "",
     "X-Forwarded-For: 1.1.1.1, 2.2.2.2 , 3.3.3.3", "1.1.1.1"},
    {"$tyk_context.remote_addr", "", "", "X-Forwarded-For: ::1", "::1"},
    {"$tyk_context.remote_addr", "", "", "X-Forwarded-For: , 2.2.2.2",
     "192.0.2.7"},
};

struct world {
    struct jg_signer *signer;
    struct jg_buf token;
};

static int
setup(void **state)
{
    struct world *w = calloc(1, sizeof(*w));

    w->signer = signer_of_secret(SECRET);
    jg_buf_init(&w->token, JG_TOKEN_MAX);
    *state = w;
    return 0;
}

static int
teardown(void **state)
{
    struct world *w = *state;

    jg_buf_free(&w->token);
    jg_signer_free(w->signer);
    free(w);
    return 0;
}

/* One request, from the API to its verdict. */
struct run {
    struct jg_snapshot *snapshot;
    struct client client;
    struct jg_arena arena;
    struct jg_decision d;
};

static struct jg_snapshot *
snapshot_of(const char *members, int xff_depth)
{
    static const struct doc policies[] = {POLICY("all", RIGHTS("v"))};
    char text[8192], conf[512];
    const struct doc api = {"v", text};

    snprintf(conf, sizeof(conf), CONF, xff_depth);
    snprintf(text, sizeof(text),
             "{\"api_id\":\"v\",\"org_id\":\"default\",\"active\":true,"
             "\"enable_jwt\":true,\"jwt_signing_method\":\"hmac\","
             "\"jwt_source\":\"" SECRET_BASE64
             "\",\"jwt_policy_field_name\":\"pol\",\"proxy\":{\"listen_path\":"
             "\"/v/\",\"target_url\":\"http://127.0.0.1:8000\"}%s}",
             members);
    return snapshot_with(NULL, 1, conf, &api, 1, policies, 1);
}

static enum jg_verdict
begin(struct world *w, struct run *run, const struct row *row, bool context,
      int xff_depth)
{
    static char claims[64 * 1024];
    char members[4096], target[1024], lines[2048];

    snprintf(members, sizeof(members), MEMBERS, context ? "true" : "false",
             row->value);
    run->snapshot = snapshot_of(members, xff_depth);
    snprintf(claims, sizeof(claims), "{\"pol\":\"all\"%s%s%s}",
             strstr(row->claims, "\"sub\"") == NULL ? ",\"sub\":\"x\"" : "",
             row->claims[0] == '\0' ? "" : ",", row->claims);
    make_token(w->signer, HS256, claims, &w->token);
    snprintf(target, sizeof(target), "/v/%s", row->target);
    snprintf(lines, sizeof(lines), "Authorization: Bearer %%T\n%s", row->lines);
    make_request(&run->client, target, lines, jg_buf_str(&w->token));
    run->client.request.id[0] = 0x0011223344556677;
    run->client.request.id[1] = 0x0899aabbccddeeff;
    start_decision(&run->d, run->snapshot, &run->client, &run->arena);
    return jg_decide(&run->d);
}

static void
end(struct run *run)
{
    end_decision(&run->d);
    end_request(&run->client);
    jg_snapshot_free(run->snapshot);
}

static void
variables_hold_what_they_hold_behind_tyk(void **state)
{
    struct run run;

    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_str value;

        if (begin(*state, &run, &rows[i], true, 0) != JG_ALLOW)
            print_error("row %zu %s: %s\n", i, rows[i].value,
                        jg_err_info(run.d.reason)->name);
        assert_err(run.d.reason, JG_OK);
        value = header_set(&run.d.forward, "X-V");
        if (value.p == NULL || !jg_str_eq(value, jg_str(rows[i].want)))
            print_error("row %zu %s: got \"%.*s\"\n", i, rows[i].value,
                        JG_STR_ARG(value));
        assert_str(value, rows[i].want);
        end(&run);
    }
}

static void
the_depth_counts_from_the_end_of_all_lists(void **state)
{
    static const struct {
        int depth;
        const char *want;
    } cases[] = {
        {1, "3.3.3.3"}, {2, "2.2.2.2"}, {3, "1.1.1.1"}, {4, "192.0.2.7"}};
    const struct row row = {
        "$tyk_context.remote_addr", "", "",
        "X-Forwarded-For: 1.1.1.1\nX-Forwarded-For: 2.2.2.2,3.3.3.3", NULL};
    struct run run;

    for (size_t i = 0; i < LEN(cases); i++) {
        assert_verdict(begin(*state, &run, &row, true, cases[i].depth),
                       JG_ALLOW);
        assert_str(header_set(&run.d.forward, "X-V"), cases[i].want);
        end(&run);
    }
}

static void
without_enable_context_vars_there_is_nothing(void **state)
{
    const struct row row = {"a$tyk_context.path$secret_conf.key", "", "", "",
                            NULL};
    struct run run;

    assert_verdict(begin(*state, &run, &row, false, 0), JG_ALLOW);
    assert_str(header_set(&run.d.forward, "X-V"), "as3");
    end(&run);
}

/* Whatever is put into a header begins no other one. */
static void
what_would_break_a_header_is_refused(void **state)
{
    static const struct row cases[] = {
        {"$tyk_context.jwt_claims_s", "\"s\":\"a\\r\\nX-Evil: 1\"", "", "", ""},
        {"$tyk_context.jwt_claims_s", "\"s\":\"a\\n\"", "", "", ""},
        {"$tyk_context.jwt_claims_s", "\"s\":\"\\u001b[31m\"", "", "", ""},
        {"$tyk_context.jwt_claims_s", "\"s\":\"\\u007f\"", "", "", ""},
        {"$tyk_context.request_data_a", "", "?a=%0d%0aX-Evil:1", "", ""},
        {"$tyk_context.request_data_a", "", "?a=%00", "", ""},
        {"$tyk_context.request_data", "", "?%0a=1", "", ""},
        {"$tyk_context.request_data", "", "?b=1&a=%0a", "", ""},
    };
    struct run run;

    for (size_t i = 0; i < LEN(cases); i++) {
        assert_verdict(begin(*state, &run, &cases[i], true, 0), JG_DENY);
        assert_err(run.d.reason, JG_E_HEADER_VALUE);
        end(&run);
    }
}

/* One list of spaces, which have three bytes each there, or one claim twice. */
static void
what_variables_hold_is_bounded_in_all(void **state)
{
    static const struct {
        const char *value;
        size_t len;
        enum jg_err want;
    } cases[] = {
        {"$tyk_context.jwt_claims_s", 32 * 1024, JG_OK},
        {"$tyk_context.jwt_claims_s", 32 * 1024 + 1, JG_E_HEADER_SIZE},
        {"$tyk_context.jwt_claims_s$tyk_context.jwt_claims_s", 16 * 1024,
         JG_OK},
        {"$tyk_context.jwt_claims_s$tyk_context.jwt_claims_s", 16 * 1024 + 1,
         JG_E_HEADER_SIZE},
        {"$tyk_context.jwt_claims_l", 10 * 1024, JG_OK},
        {"$tyk_context.jwt_claims_l", 11 * 1024, JG_E_HEADER_SIZE},
    };
    static char claims[48 * 1024];

    for (size_t i = 0; i < LEN(cases); i++) {
        struct row row = {cases[i].value, claims, "", "", NULL};
        struct run run;

        snprintf(claims, sizeof(claims), "\"%s%*s%s",
                 i < 4 ? "s\":\"" : "l\":[\"", (int)cases[i].len, "",
                 i < 4 ? "\"" : "\"]");
        for (char *p = claims; i >= 4 && *p != '\0'; p++)
            *p = *p == ' ' ? '/' : *p; /* "%2F" */
        begin(*state, &run, &row, true, 0);
        assert_err(run.d.reason, cases[i].want);
        end(&run);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variables_hold_what_they_hold_behind_tyk),
        cmocka_unit_test(the_depth_counts_from_the_end_of_all_lists),
        cmocka_unit_test(without_enable_context_vars_there_is_nothing),
        cmocka_unit_test(what_would_break_a_header_is_refused),
        cmocka_unit_test(what_variables_hold_is_bounded_in_all),
    };

    return cmocka_run_group_tests_name("access/variables", tests, setup,
                                       teardown);
}
