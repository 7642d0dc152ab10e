/*
 * Every allocation fails once while a request is decided, answered and
 * explained: it is refused for want of memory or decided as before, nothing
 * leaks, and the next request finds everything in order.
 */
#include "access_check.h"

#include "access/explain.h"
#include "access/respond.h"
#include "torture.h"

static const struct doc apis[] = {
    JWT_API("a", ",\"strip_auth_data\":true,\"enable_context_vars\":true,"
                 "\"auth_configs\":{\"jwt\":{\"use_param\":true,"
                 "\"param_name\":\"p\",\"use_cookie\":true,"
                 "\"cookie_name\":\"c\"}},\"version_data\":{\"not_versioned\":"
                 "true,\"versions\":{\"Default\":{\"global_headers\":{\"X-U\":"
                 "\"<$tyk_context.jwt_claims_x$tyk_context.request_data>\","
                 "\"X-P\":\"$tyk_context.path_parts$tyk_context.request_id\","
                 "\"X-N\":\"$tyk_context.request_data_q\"},"
                 "\"global_response_headers\":{\"X-R\":"
                 "\"$tyk_context.jwt_claims_x\"}}}}"),
    JWT_API("lost", ""),
    JWT_API("aud", ",\"allowedAudiences\":[\"x\"]"),
    JWT_API("sub", ",\"allowedSubjects\":[\"b\"]"),
    JWT_API("custom", ",\"customClaimValidation\":{\"x.#.y\":{\"type\":"
                      "\"exact_match\",\"allowedValues\":[[\"z\"]]},\"x.#\":"
                      "{\"type\":\"contains\",\"allowedValues\":[3]}}"),
    {"lost2", "{\"api_id\":\"lost2\",\"org_id\":\"default\",\"active\":true,"
              "\"enable_jwt\":true,\"jwt_signing_method\":\"hmac\","
              "\"jwt_source\":\"" SECRET_BASE64 "\","
              "\"jwt_default_policies\":[\"gone\"],"
              "\"proxy\":{\"listen_path\":\"/lost2/\","
              "\"target_url\":\"http://127.0.0.1\"}}"},
};
static const struct doc policies[] = {
    POLICY("all", ",\"access_rights\":{\"a\":{}}")};

struct attempt {
    const char *target, *lines;
    enum jg_err want;
};

static const struct attempt attempts[] = {
    {"/a/x?a=1&p=%T&b",
     "X-U: me\nX-Forwarded-For: 1.1.1.1\nCookie: a=1; c=%T\nConnection: X-B\n"
     "X-B: 1",
     JG_OK},
    {"/a/%41%20?p=%T&q=%20", "Cookie: b=2", JG_OK},
    {"/a/x", "Authorization: Bearer a.b.c", JG_E_BASE64},
    {"/lost/x", "Authorization: Bearer %T", JG_E_ACCESS},
    {"/lost2/x", "Authorization: Bearer %T", JG_E_POLICY_MISSING},
    {"/aud/x", "Authorization: Bearer %T", JG_E_CLAIM_AUD},
    {"/sub/x", "Authorization: Bearer %T", JG_E_CLAIM_SUB},
    {"/custom/x", "Authorization: Bearer %T", JG_E_CLAIM_CONTAINS},
};

struct world {
    struct jg_snapshot *snapshot;
    struct jg_buf token;
};

/* Small pieces, so that there are many allocations to fail. */
static enum jg_err
run(struct world *w, const struct client *c, bool traced)
{
    static const struct jg_hash_key key = {1, 1};
    static struct jg_trace trace;
    struct jg_token_cache *cache = NULL;
    struct jg_error_response response;
    enum jg_err err = jg_cache_new(64 * 1024, &key, &cache);

    for (size_t i = 0; i < 2 && err == JG_OK; i++) {
        struct jg_decision d;
        struct jg_arena a;

        start_decision(&d, w->snapshot, c, &a);
        jg_arena_init(&a, 64, 4 * 1024 * 1024);
        d.with.cache = cache;
        d.trace = traced ? &trace : NULL;
        if (jg_decide(&d) == JG_DENY &&
            jg_respond_decision(&d, &response) != JG_OK)
            d.reason = JG_E_NOMEM;
        err = d.reason;
        end_decision(&d);
    }
    jg_cache_free(cache);
    return err;
}

static void
torture(struct world *w, const struct attempt *attempt, bool traced)
{
    unsigned long total, survived = 0;
    struct client c;

    fail_at = 0;
    make_request(&c, attempt->target, attempt->lines, jg_buf_str(&w->token));
    allocations = 0;
    assert_err(run(w, &c, traced), attempt->want);
    total = allocations;
    for (unsigned long n = 1; n <= total; n++) {
        enum jg_err err;

        allocations = 0;
        fail_at = n;
        err = run(w, &c, traced);
        fail_at = 0;
        survived += err == attempt->want;
        if (err != attempt->want)
            assert_err(err, JG_E_NOMEM);
    }
    assert_err(run(w, &c, traced), attempt->want);
    print_message("# %s: %lu allocations failed, %lu not needed\n",
                  attempt->target, total, survived);
    assert_true(survived < total);
    end_request(&c);
}

static void
requests_are_refused_or_decided_as_before(void **state)
{
    for (size_t i = 0; i < LEN(attempts); i++) {
        torture(*state, &attempts[i], false);
        torture(*state, &attempts[i], true);
    }
}

static void
caches_are_made_or_not(void **state)
{
    static const struct jg_hash_key key = {1, 1};
    struct jg_token_cache *cache = NULL;
    struct jg_address_cache *addresses = NULL;

    (void)state;
    for (unsigned long n = 1; n <= 2; n++) {
        allocations = 0;
        fail_at = n;
        assert_err(jg_cache_new(1024, &key, &cache), JG_E_NOMEM);
        fail_at = 0;
        assert_null(cache);
    }
    allocations = 0;
    fail_at = 1;
    assert_err(jg_address_cache_new(&addresses), JG_E_NOMEM);
    fail_at = 0;
    assert_null(addresses);
    jg_cache_free(NULL);
    jg_address_cache_free(NULL);
}

static int
setup(void **state)
{
    struct world *w = calloc(1, sizeof(*w));
    struct jg_signer *signer = signer_of_secret(SECRET);

    w->snapshot =
        snapshot_with(NULL, 1, "{}", apis, LEN(apis), policies, LEN(policies));
    jg_buf_init(&w->token, JG_TOKEN_MAX);
    make_token(signer, HS256,
               "{\"sub\":\"a\",\"pol\":\"all\",\"aud\":[\"a\",\"b\"],"
               "\"x\":[1,{\"y\":\"z\"}]}",
               &w->token);
    jg_signer_free(signer);
    *state = w;
    return 0;
}

static int
teardown(void **state)
{
    struct world *w = *state;

    jg_buf_free(&w->token);
    jg_snapshot_free(w->snapshot);
    free(w);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_refused_or_decided_as_before),
        cmocka_unit_test(caches_are_made_or_not),
    };

    torture_jansson();
    return cmocka_run_group_tests_name("access/torture", tests, setup,
                                       teardown);
}
