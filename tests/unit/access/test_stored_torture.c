/*
 * Every allocation fails once while somebody presents a stored key, or a token
 * of one: a caller is refused for want of memory or decided about as before,
 * and no alternative is tried instead.
 */
#include "stored_check.h"
#include "torture.h"

static const struct doc apis[] = {
    KEY_API("key", ""),
    {"one", "{\"api_id\":\"one\",\"org_id\":\"default\",\"active\":true,"
            "\"enable_jwt\":true,\"jwt_signing_method\":\"hmac\",\"proxy\":{"
            "\"listen_path\":\"/one/\",\"target_url\":\"http://127.0.0.1:8000\""
            "}}"},
    JWT_API("script",
            ",\"use_standard_auth\":true,\"version_data\":{"
            "\"not_versioned\":true,\"versions\":{\"Default\":{\"name\":"
            "\"Default\",\"use_extended_paths\":true,\"extended_paths\":{"
            "\"virtual\":[{\"path\":\"/told\",\"method\":\"GET\","
            "\"response_function_name\":\"f\",\"use_session\":true,"
            "\"function_source_type\":\"file\"}]}}}},\"auth_configs\":{"
            "\"authToken\":{\"auth_header_name\":\"X-Key\"},\"jwt\":{}}"),
    JWT_API("both", ",\"use_standard_auth\":true,\"auth_configs\":{"
                    "\"authToken\":{\"auth_header_name\":\"X-Key\"},\"jwt\":{}"
                    "}"),
};
static const struct doc policies[] = {
    POLICY(
        "all",
        ",\"access_rights\":{\"key\":{},\"one\":{},\"both\":{},\"script\":{}},"
        "\"meta_data\":{\"b\":1},\"quota_max\":5"),
};

static const struct attempt {
    const char *target, *lines;
    enum jg_err want;
} attempts[] = {
    {"/key/", "Authorization: policy", JG_OK},
    {"/key/", "Authorization: rights", JG_OK},
    {"/key/", "Authorization: gone", JG_E_AUTH_TOKEN_POLICIES},
    {"/key/", "Authorization: broken", JG_E_AUTH_TOKEN_SESSION},
    {"/key/", "Authorization: nobody", JG_E_AUTH_TOKEN},
    {"/one/", "Authorization: %T", JG_OK},
    {"/both/", "Authorization: %T\nX-Key: policy", JG_OK},
    {"/script/told", "Authorization: %T\nX-Key: policy", JG_OK},
};

static enum jg_err
run(struct world *w, const struct client *c, struct jg_trace *trace)
{
    struct jg_error_response response;
    struct jg_decision d;
    struct jg_arena a;
    enum jg_err err;

    start_decision(&d, w->snapshot, c, &a);
    jg_arena_init(&a, 64, 4 * 1024 * 1024); /* many allocations to fail */
    d.with.store = w->store;
    d.trace = trace;
    if (jg_decide(&d) == JG_DENY && jg_respond_decision(&d, &response) != JG_OK)
        d.reason = JG_E_NOMEM;
    err = d.reason;
    end_decision(&d);
    return err;
}

static void
torture(struct world *w, const struct attempt *attempt, struct jg_str token,
        struct jg_trace *trace)
{
    unsigned long total, survived = 0;
    struct client c;

    make_request(&c, attempt->target, attempt->lines, token);
    assert_err(run(w, &c, trace), attempt->want); /* warm */
    allocations = 0;
    assert_err(run(w, &c, trace), attempt->want);
    total = allocations;
    for (unsigned long n = 1; n <= total; n++) {
        enum jg_err err;

        allocations = 0;
        fail_at = n;
        err = run(w, &c, trace);
        fail_at = 0;
        survived += err == attempt->want;
        if (err != attempt->want)
            assert_err(err, JG_E_NOMEM);
    }
    print_message("# %s: %lu allocations failed, %lu not needed\n",
                  attempt->lines, total, survived);
    assert_true(survived < total);
    end_request(&c);
}

static void
callers_are_refused_or_decided_as_before(void **state)
{
    static struct jg_trace trace;
    struct jg_signer *signer = signer_of_secret(SECRET);
    struct jg_buf token;
    struct world w;

    (void)state;
    world_open(&w, "{\"hash_key_function\":\"murmur64\",\"enable_jsvm\":true}",
               apis, LEN(apis), policies, LEN(policies));
    store_key(&w, "policy",
              "{\"apply_policies\":[\"all\"],\"meta_data\":{\"a\":[1,{}]},"
              "\"jwt_data\":{\"secret\":\"" SECRET "\"}}");
    store_key(&w, "rights",
              "{\"access_rights\":{\"key\":{\"versions\":[\"v\"],"
              "\"limit\":{\"rate\":1,\"per\":1}}},\"tags\":[\"t\""
              "]}");
    store_key(&w, "gone", "{\"apply_policies\":[\"gone\"]}");
    store_key(&w, "broken", "{\"access_rights\":[]}");
    jg_buf_init(&token, 4096);
    make_token(signer, "{\"alg\":\"HS256\",\"kid\":\"policy\"}",
               "{\"sub\":\"a\",\"pol\":\"all\"}", &token);
    for (size_t i = 0; i < LEN(attempts); i++) {
        torture(&w, &attempts[i], jg_buf_str(&token), NULL);
        torture(&w, &attempts[i], jg_buf_str(&token), &trace);
    }
    jg_buf_free(&token);
    jg_signer_free(signer);
    world_close(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(callers_are_refused_or_decided_as_before),
    };

    return cmocka_run_group_tests_name("access/stored_torture", tests, NULL,
                                       NULL);
}
