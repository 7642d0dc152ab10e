/* Requests and tokens in, verdicts, statuses and Tyk's texts out. */
#include "access_check.h"

static const struct doc apis[] = {
    JWT_API("plain", ""),
    JWT_API("field", ",\"jwt_identity_base_field\":\"user.id\""),
    JWT_API("one", ",\"jwt_default_policies\":[\"all\"]"),
    JWT_API("two", ",\"jwt_default_policies\":[\"all\",\"other\"]"),
    JWT_API("again", ",\"jwt_default_policies\":[\"all\",\"all\",\"other\"]"),
    JWT_API("off", ",\"jwt_default_policies\":[\"all\",\"inactive\"]"),
    JWT_API("lost", ",\"jwt_default_policies\":[\"nowhere\"]"),
    JWT_API("lost2", ",\"jwt_default_policies\":[\"nowhere\",\"nowhere\"]"),
    JWT_API("lost3", ",\"jwt_default_policies\":[\"nowhere\",\"gone\"]"),
    JWT_API("part", ",\"jwt_default_policies\":[\"nowhere\",\"all\"]"),
    JWT_API("skew", ",\"jwt_expires_at_validation_skew\":60,"
                    "\"jwt_issued_at_validation_skew\":60,"
                    "\"jwt_not_before_validation_skew\":60"),
    JWT_API("kid", ",\"jwt_skip_kid\":true"),
    {"nofield",
     "{\"api_id\":\"nofield\",\"org_id\":\"default\",\"active\":true,"
     "\"enable_jwt\":true,\"jwt_signing_method\":\"hmac\","
     "\"jwt_source\":\"" SECRET_BASE64 "\","
     "\"proxy\":{\"listen_path\":\"/nofield/\","
     "\"target_url\":\"http://127.0.0.1:8000\"}}"},
    {"rsa", "{\"api_id\":\"rsa\",\"org_id\":\"default\",\"active\":true,"
            "\"enable_jwt\":true,\"jwt_signing_method\":\"rsa\","
            "\"jwt_source\":\"" SECRET_BASE64 "\","
            "\"proxy\":{\"listen_path\":\"/rsa/\","
            "\"target_url\":\"http://127.0.0.1:8000\"}}"},
    {"onetoone",
     "{\"api_id\":\"onetoone\",\"org_id\":\"default\",\"active\":true,"
     "\"enable_jwt\":true,\"jwt_signing_method\":\"hmac\","
     "\"proxy\":{\"listen_path\":\"/onetoone/\","
     "\"target_url\":\"http://127.0.0.1:8000\"}}"},
    {"open", "{\"api_id\":\"open\",\"org_id\":\"default\",\"active\":true,"
             "\"use_keyless\":true,\"proxy\":{\"listen_path\":\"/open/\","
             "\"target_url\":\"http://127.0.0.1:8000\"}}"},
    {"closed", "{\"api_id\":\"closed\",\"org_id\":\"default\",\"active\":true,"
               "\"use_oauth2\":true,\"proxy\":{\"listen_path\":"
               "\"/closed/\",\"target_url\":\"http://127.0.0.1:8000\"}}"},
    {"inactive", "{\"api_id\":\"inactive\",\"org_id\":\"default\","
                 "\"active\":false,\"use_keyless\":true,"
                 "\"proxy\":{\"listen_path\":\"/inactive/\","
                 "\"target_url\":\"http://127.0.0.1:8000\"}}"},
    {"versioned",
     "{\"api_id\":\"versioned\",\"org_id\":\"default\",\"active\":true,"
     "\"enable_jwt\":true,\"jwt_signing_method\":\"hmac\","
     "\"jwt_source\":\"" SECRET_BASE64 "\","
     "\"jwt_policy_field_name\":\"pol\","
     "\"version_data\":{\"not_versioned\":false,\"default_version\":\"v2\","
     "\"versions\":{\"v1\":{},\"v2\":{}}},"
     "\"proxy\":{\"listen_path\":\"/versioned/\","
     "\"target_url\":\"http://127.0.0.1:8000\"}}"},
};

#define EVERYWHERE                                                         \
    ",\"access_rights\":{\"plain\":{},\"field\":{},\"one\":{},\"two\":{}," \
    "\"off\":{},\"part\":{},\"skew\":{},\"kid\":{},\"nofield\":{},"        \
    "\"versioned\":{\"versions\":[\"v1\"]}}"

static const struct doc policies[] = {
    POLICY("all", EVERYWHERE),
    POLICY("other", RIGHTS("plain")),
    POLICY("inactive", EVERYWHERE ",\"is_inactive\":true"),
    POLICY("hour", EVERYWHERE ",\"key_expires_in\":3600"),
    POLICY("empty", ""),
    POLICY("elsewhere", RIGHTS("nothing")),
    POLICY("v2", ",\"access_rights\":{\"versioned\":{\"versions\":[\"v2\"]}}"),
    {"foreign", "{\"id\":\"foreign\",\"org_id\":\"acme\"" EVERYWHERE "}"},
};

/* Claims of a caller with every right; <more> begins with a comma. */
#define ALICE(more) "{\"sub\":\"alice\",\"pol\":\"all\"" more "}"

static const struct row {
    const char *name, *target, *lines;
    const char *header, *claims;
    enum jg_verdict verdict;
    enum jg_err reason;
    int status;
    const char *text;
} rows[] = {
#define BEARER "Authorization: Bearer %T"
#define GENERIC "Key not authorized"
#define PASS JG_ALLOW, JG_OK, 0, ""
    /* Who passes. */
    {"a token without times", "/plain/", BEARER, HS256, ALICE(""), PASS},
    {"no typ", "/plain/", BEARER, "{\"alg\":\"HS256\"}", ALICE(""), PASS},
    {"HS384", "/plain/", BEARER, "{\"alg\":\"HS384\"}", ALICE(""), PASS},
    {"HS512", "/plain/", BEARER, "{\"alg\":\"HS512\"}", ALICE(""), PASS},
    {"a kid that a secret does not ask for", "/plain/", BEARER,
     "{\"alg\":\"HS256\",\"kid\":\"x\"}", ALICE(""), PASS},
    {"a typ of another kind", "/plain/", BEARER,
     "{\"alg\":\"HS256\",\"typ\":\"dpop+jwt\"}", ALICE(""), PASS},
    {"the default policy", "/one/", BEARER, HS256, "{\"sub\":\"a\"}", PASS},
    {"all default policies", "/two/", BEARER, HS256, "{\"sub\":\"a\"}", PASS},
    {"one of the default policies is unknown", "/part/", BEARER, HS256,
     "{\"sub\":\"a\"}", PASS},
    {"a keyless API", "/open/", "", HS256, ALICE(""), PASS},
    {"a keyless API with rubbish", "/open/x", "Authorization: rubbish", HS256,
     ALICE(""), PASS},

    /* Paths and routes (0.3, 0.4). */
    {"no API", "/nowhere/", "", HS256, ALICE(""), JG_DENY, JG_E_ROUTE, 404,
     "Not Found"},
    {"no API, with a token", "/nowhere/", BEARER, HS256, ALICE(""), JG_DENY,
     JG_E_ROUTE, 404, "Not Found"},
    {"an inactive API", "/inactive/", "", HS256, ALICE(""), JG_DENY, JG_E_ROUTE,
     404, "Not Found"},
    {"an API with a mode that is not offered", "/closed/", BEARER, HS256,
     ALICE(""), JG_DENY, JG_E_AUTH_UNSUPPORTED, 403,
     "Access to this API has been disallowed"},
    {"an encoded slash", "/plain/a%2fb", BEARER, HS256, ALICE(""), JG_DENY,
     JG_E_PATH, 400, "Request path is malformed"},
    {"above the root", "/../plain/", BEARER, HS256, ALICE(""), JG_DENY,
     JG_E_PATH, 400, "Request path is malformed"},
    {"no path", "*", BEARER, HS256, ALICE(""), JG_DENY, JG_E_PATH, 400,
     "Request path is malformed"},
    {"another API through dots", "/open/../plain/", "", HS256, ALICE(""),
     JG_DENY, JG_E_TOKEN_MISSING, 400, "Authorization field missing"},
    {"another API through encoded dots", "/open/%2e%2E/plain/", "", HS256,
     ALICE(""), JG_DENY, JG_E_TOKEN_MISSING, 400,
     "Authorization field missing"},
    {"another API through slashes", "//plain//x", "", HS256, ALICE(""), JG_DENY,
     JG_E_TOKEN_MISSING, 400, "Authorization field missing"},
    {"another API through escapes", "/%70lain/x", "", HS256, ALICE(""), JG_DENY,
     JG_E_TOKEN_MISSING, 400, "Authorization field missing"},

    /* Tokens (2.1, 2.2). */
    {"no token", "/plain/", "", HS256, ALICE(""), JG_DENY, JG_E_TOKEN_MISSING,
     400, "Authorization field missing"},
    {"an empty header", "/plain/", "Authorization:", HS256, ALICE(""), JG_DENY,
     JG_E_TOKEN_MISSING, 400, "Authorization field missing"},
    {"only the scheme", "/plain/", "Authorization: Bearer", HS256, ALICE(""),
     JG_DENY, JG_E_TOKEN_SHAPE, 403, GENERIC},
    {"an opaque token", "/plain/", "Authorization: Bearer abc", HS256,
     ALICE(""), JG_DENY, JG_E_TOKEN_SHAPE, 403, GENERIC},
    {"another scheme", "/plain/", "Authorization: Basic %T", HS256, ALICE(""),
     JG_DENY, JG_E_BASE64, 403, GENERIC},
    {"the scheme with a colon", "/plain/", "Authorization: Bearer: %T", HS256,
     ALICE(""), JG_DENY, JG_E_BASE64, 403, GENERIC},
    {"two spaces", "/plain/", "Authorization: Bearer  %T", HS256, ALICE(""),
     JG_DENY, JG_E_BASE64, 403, GENERIC},
    {"the scheme twice", "/plain/", "Authorization: Bearer Bearer %T", HS256,
     ALICE(""), JG_DENY, JG_E_BASE64, 403, GENERIC},
    {"the scheme without space", "/plain/", "Authorization: Bearer%T", HS256,
     ALICE(""), JG_DENY, JG_E_BASE64, 403, GENERIC},
    {"no scheme", "/plain/", "Authorization: %T", HS256, ALICE(""), PASS},
    {"the scheme in capitals", "/plain/", "Authorization: BEARER %T", HS256,
     ALICE(""), PASS},
    {"the scheme in small letters", "/plain/", "authorization: bearer %T",
     HS256, ALICE(""), PASS},
    {"one part more", "/plain/", "Authorization: Bearer %T.x", HS256, ALICE(""),
     JG_DENY, JG_E_TOKEN_SHAPE, 403, GENERIC},
    {"a longer signature", "/plain/", "Authorization: Bearer %TAAAA", HS256,
     ALICE(""), JG_DENY, JG_E_SIGNATURE_SIZE, 403, GENERIC},
    {"padding", "/plain/", "Authorization: Bearer %T=", HS256, ALICE(""),
     JG_DENY, JG_E_BASE64, 403, GENERIC},
    {"claims that are no object", "/plain/", BEARER, HS256, "[1]", JG_DENY,
     JG_E_JSON, 403, GENERIC},
    {"bytes behind the claims", "/plain/", BEARER, HS256, "{} {}", JG_DENY,
     JG_E_JSON, 403, GENERIC},
    {"a claim twice", "/plain/", BEARER, HS256, "{\"sub\":\"a\",\"sub\":\"b\"}",
     JG_DENY, JG_E_JSON_DUPLICATE, 403, GENERIC},
    {"no alg", "/plain/", BEARER, "{\"typ\":\"JWT\"}", ALICE(""), JG_DENY,
     JG_E_TOKEN_HEADER, 403, GENERIC},
    {"crit", "/plain/", BEARER, "{\"alg\":\"HS256\",\"crit\":[\"exp\"]}",
     ALICE(""), JG_DENY, JG_E_TOKEN_CRIT, 403, GENERIC},

    /* Algorithms (2.3). */
    {"another family", "/plain/", BEARER, "{\"alg\":\"RS256\"}", ALICE(""),
     JG_DENY, JG_E_ALG, 403, "Key not authorized: Unexpected signing method"},
    {"unsigned", "/plain/", BEARER, "{\"alg\":\"none\"}", ALICE(""), JG_DENY,
     JG_E_ALG, 403, "Key not authorized: Unexpected signing method"},
    {"EdDSA", "/plain/", BEARER, "{\"alg\":\"EdDSA\"}", ALICE(""), JG_DENY,
     JG_E_ALG, 403, "Key not authorized: Unexpected signing method"},
    {"an unknown algorithm", "/plain/", BEARER, "{\"alg\":\"HS1\"}", ALICE(""),
     JG_DENY, JG_E_ALG_UNKNOWN, 403, GENERIC},
    {"a broken payload before a wrong family", "/plain/", BEARER,
     "{\"alg\":\"RS256\"}", "[]", JG_DENY, JG_E_JSON, 403, GENERIC},
    {"a wrong family before a missing key", "/rsa/", BEARER, HS256, ALICE(""),
     JG_DENY, JG_E_ALG, 403, "Key not authorized: Unexpected signing method"},
    {"no usable key", "/rsa/", BEARER, "{\"alg\":\"RS256\"}", ALICE(""),
     JG_DENY, JG_E_KEY, 403, GENERIC},
    {"no key of the caller's own", "/onetoone/", BEARER, HS256, ALICE(""),
     JG_DENY, JG_E_ONE_TO_ONE, 403, GENERIC},

    /* Times (2.7): skew 0, boundaries to the second. */
    {"exp ahead", "/plain/", BEARER, HS256, ALICE(",\"exp\":1700000001"), PASS},
    {"exp now", "/plain/", BEARER, HS256, ALICE(",\"exp\":1700000000"), JG_DENY,
     JG_E_CLAIM_EXP, 401, "Key not authorized: token has expired"},
    {"exp past", "/plain/", BEARER, HS256, ALICE(",\"exp\":1699999999"),
     JG_DENY, JG_E_CLAIM_EXP, 401, "Key not authorized: token has expired"},
    {"exp 0", "/plain/", BEARER, HS256, ALICE(",\"exp\":0"), PASS},
    {"exp null", "/plain/", BEARER, HS256, ALICE(",\"exp\":null"), JG_DENY,
     JG_E_CLAIM_EXP, 401, "Key not authorized: token has expired"},
    {"exp text", "/plain/", BEARER, HS256, ALICE(",\"exp\":\"1800000000\""),
     JG_DENY, JG_E_CLAIM_EXP, 401, "Key not authorized: token has expired"},
    {"exp true", "/plain/", BEARER, HS256, ALICE(",\"exp\":true"), JG_DENY,
     JG_E_CLAIM_EXP, 401, "Key not authorized: token has expired"},
    {"exp with a fraction", "/plain/", BEARER, HS256,
     ALICE(",\"exp\":1700000001.5"), PASS},
    {"iat now", "/plain/", BEARER, HS256, ALICE(",\"iat\":1700000000"), PASS},
    {"iat ahead", "/plain/", BEARER, HS256, ALICE(",\"iat\":1700000001"),
     JG_DENY, JG_E_CLAIM_IAT, 401,
     "Key not authorized: token used before issued"},
    {"iat text", "/plain/", BEARER, HS256, ALICE(",\"iat\":\"1\""), JG_DENY,
     JG_E_CLAIM_IAT, 401, "Key not authorized: token used before issued"},
    {"nbf now", "/plain/", BEARER, HS256, ALICE(",\"nbf\":1700000000"), PASS},
    {"nbf ahead", "/plain/", BEARER, HS256, ALICE(",\"nbf\":1700000001"),
     JG_DENY, JG_E_CLAIM_NBF, 401,
     "Key not authorized: token is not valid yet"},
    {"the last failing time names the answer", "/plain/", BEARER, HS256,
     ALICE(",\"exp\":1,\"iat\":1800000000"), JG_DENY, JG_E_CLAIM_IAT, 401,
     "Key not authorized: token used before issued"},
    {"all three", "/plain/", BEARER, HS256,
     ALICE(",\"nbf\":1800000000,\"exp\":1,\"iat\":1800000000"), JG_DENY,
     JG_E_CLAIM_NBF, 401, "Key not authorized: token is not valid yet"},
    {"nbf within the skew", "/skew/", BEARER, HS256,
     ALICE(",\"nbf\":1700000060"), PASS},
    {"nbf past the skew", "/skew/", BEARER, HS256, ALICE(",\"nbf\":1700000061"),
     JG_DENY, JG_E_CLAIM_NBF, 401,
     "Key not authorized: token is not valid yet"},
    {"iat within the skew", "/skew/", BEARER, HS256,
     ALICE(",\"iat\":1700000060"), PASS},
    {"exp within the skew: the session has expired", "/skew/", BEARER, HS256,
     ALICE(",\"exp\":1699999941"), JG_DENY, JG_E_KEY_EXPIRED, 401,
     "Key has expired, please renew"},
    {"exp now within the skew", "/skew/", BEARER, HS256,
     ALICE(",\"exp\":1700000000"), JG_DENY, JG_E_KEY_EXPIRED, 401,
     "Key has expired, please renew"},
    {"exp past the skew", "/skew/", BEARER, HS256, ALICE(",\"exp\":1699999940"),
     JG_DENY, JG_E_CLAIM_EXP, 401, "Key not authorized: token has expired"},
    {"exp within the skew, but the policy's keys live an hour", "/skew/",
     BEARER, HS256, "{\"sub\":\"a\",\"pol\":\"hour\",\"exp\":1699999950}",
     PASS},

    /* Identity (2.8). */
    {"no identity", "/plain/", BEARER, HS256, "{\"pol\":\"all\"}", JG_DENY,
     JG_E_IDENTITY_NONE, 403, "no suitable claims for user ID were found"},
    {"a number is no identity", "/plain/", BEARER, HS256,
     "{\"sub\":7,\"pol\":\"all\"}", JG_DENY, JG_E_IDENTITY_NONE, 403,
     "no suitable claims for user ID were found"},
    {"an empty sub", "/plain/", BEARER, HS256, "{\"sub\":\"\",\"pol\":\"all\"}",
     JG_DENY, JG_E_IDENTITY_SUB_EMPTY, 403,
     "found an empty user ID in sub claim"},
    {"the identity field, nested", "/field/", BEARER, HS256,
     "{\"user\":{\"id\":\"a\"},\"pol\":\"all\"}", PASS},
    {"the identity field, literally", "/field/", BEARER, HS256,
     "{\"user.id\":\"a\",\"pol\":\"all\"}", PASS},
    {"an empty identity field", "/field/", BEARER, HS256,
     "{\"user.id\":\"\",\"sub\":\"a\",\"pol\":\"all\"}", JG_DENY,
     JG_E_IDENTITY_EMPTY, 403,
     "found an empty user ID in predefined base claim, claim: user.id"},
    {"sub when the field is absent", "/field/", BEARER, HS256, ALICE(""), PASS},
    {"sub when the field is a number", "/field/", BEARER, HS256,
     ALICE(",\"user\":{\"id\":1}"), PASS},
    {"neither field nor sub", "/field/", BEARER, HS256, "{\"pol\":\"all\"}",
     JG_DENY, JG_E_IDENTITY_NONE, 403,
     "no suitable claims for user ID were found"},
    {"times before identity", "/plain/", BEARER, HS256, "{\"exp\":1}", JG_DENY,
     JG_E_CLAIM_EXP, 401, "Key not authorized: token has expired"},

    /* Policies (2.10). */
    {"an unknown policy", "/plain/", BEARER, HS256,
     "{\"sub\":\"a\",\"pol\":\"nowhere\"}", JG_DENY, JG_E_POLICY_UNKNOWN, 403,
     "key not authorized: no matching policy"},
    {"a policy of another organisation", "/plain/", BEARER, HS256,
     "{\"sub\":\"a\",\"pol\":\"foreign\"}", JG_DENY, JG_E_POLICY_UNKNOWN, 403,
     "key not authorized: no matching policy"},
    {"an unknown policy is not replaced by the default", "/one/", BEARER, HS256,
     "{\"sub\":\"a\",\"pol\":\"nowhere\"}", JG_DENY, JG_E_POLICY_UNKNOWN, 403,
     "key not authorized: no matching policy"},
    {"no policy", "/plain/", BEARER, HS256, "{\"sub\":\"a\"}", JG_DENY,
     JG_E_POLICY_NONE, 403, "key not authorized: no matching policy found"},
    {"an empty policy claim", "/plain/", BEARER, HS256,
     "{\"sub\":\"a\",\"pol\":\"\"}", JG_DENY, JG_E_POLICY_NONE, 403,
     "key not authorized: no matching policy found"},
    {"a policy claim of another type", "/plain/", BEARER, HS256,
     "{\"sub\":\"a\",\"pol\":[\"all\"]}", JG_DENY, JG_E_POLICY_NONE, 403,
     "key not authorized: no matching policy found"},
    {"no policy field configured", "/nofield/", BEARER, HS256, ALICE(""),
     JG_DENY, JG_E_POLICY_NONE, 403,
     "key not authorized: no matching policy found"},
    {"an unknown default policy", "/lost/", BEARER, HS256, "{\"sub\":\"a\"}",
     JG_DENY, JG_E_POLICY_MISSING, 500,
     "failed to create key: policy not found: \"nowhere\""},
    {"the same unknown default policy twice", "/lost2/", BEARER, HS256,
     "{\"sub\":\"a\"}", JG_DENY, JG_E_POLICY_MISSING, 500,
     "failed to create key: policy not found: \"nowhere\""},
    {"unknown default policies", "/lost3/", BEARER, HS256, "{\"sub\":\"a\"}",
     JG_DENY, JG_E_POLICY_EMPTY, 500,
     "failed to create key: key has no valid policies to be applied"},
    {"a policy without rights", "/plain/", BEARER, HS256,
     "{\"sub\":\"a\",\"pol\":\"empty\"}", JG_DENY, JG_E_POLICY_EMPTY, 500,
     "failed to create key: key has no valid policies to be applied"},

    /* Key state and rights (5). */
    {"an inactive policy", "/plain/", BEARER, HS256,
     "{\"sub\":\"a\",\"pol\":\"inactive\"}", JG_DENY, JG_E_KEY_INACTIVE, 403,
     "Key is inactive, please renew"},
    {"one inactive policy of several", "/off/", BEARER, HS256,
     "{\"sub\":\"a\"}", JG_DENY, JG_E_KEY_INACTIVE, 403,
     "Key is inactive, please renew"},
    {"inactive before expired", "/skew/", BEARER, HS256,
     "{\"sub\":\"a\",\"pol\":\"inactive\",\"exp\":1699999990}", JG_DENY,
     JG_E_KEY_INACTIVE, 403, "Key is inactive, please renew"},
    {"no rights on this API", "/plain/", BEARER, HS256,
     "{\"sub\":\"a\",\"pol\":\"elsewhere\"}", JG_DENY, JG_E_ACCESS, 403,
     "Access to this API has been disallowed"},
    {"expired before no rights", "/skew/", BEARER, HS256,
     "{\"sub\":\"a\",\"pol\":\"elsewhere\",\"exp\":1699999990}", JG_DENY,
     JG_E_KEY_EXPIRED, 401, "Key has expired, please renew"},
    {"rights on another version", "/versioned/", BEARER, HS256, ALICE(""),
     JG_DENY, JG_E_ACCESS, 403, "Access to this API has been disallowed"},
    {"rights on the version", "/versioned/", BEARER, HS256,
     "{\"sub\":\"a\",\"pol\":\"v2\"}", PASS},
};

struct world {
    struct jg_snapshot *snapshot;
    struct jg_signer *signer;
    struct jg_token_cache *cache;
};

static int
setup(void **state)
{
    static const struct jg_hash_key key = {1, 2};
    struct world *w = calloc(1, sizeof(*w));

    w->snapshot =
        snapshot_with(NULL, 1, "{}", apis, LEN(apis), policies, LEN(policies));
    w->signer = signer_of_secret(SECRET);
    assert_err(jg_cache_new(1024 * 1024, &key, &w->cache), JG_OK);
    *state = w;
    return 0;
}

static int
teardown(void **state)
{
    struct world *w = *state;

    jg_cache_free(w->cache);
    jg_signer_free(w->signer);
    jg_snapshot_free(w->snapshot);
    free(w);
    return 0;
}

static void
check_row(const struct row *row, const struct jg_decision *d,
          enum jg_verdict verdict)
{
    if (verdict != row->verdict || d->reason != row->reason)
        print_error("row \"%s\": reason %s\n", row->name,
                    jg_err_info(d->reason)->name);
    assert_verdict(verdict, row->verdict);
    assert_err(d->reason, row->reason);
    if (verdict == JG_DENY) {
        assert_str(jg_decision_text(d), row->text);
        assert_int_equal(jg_decision_status(d), row->status);
    } else {
        assert_true(d->forward.peer_count > 0);
    }
}

static void
run_row(struct world *w, const struct row *row, struct jg_token_cache *cache,
        struct jg_trace *trace)
{
    struct jg_decision d;
    struct client c;
    struct jg_buf token;
    struct jg_arena a;
    enum jg_verdict verdict;

    jg_buf_init(&token, JG_TOKEN_MAX);
    make_token(w->signer, row->header, row->claims, &token);
    make_request(&c, row->target, row->lines, jg_buf_str(&token));
    start_decision(&d, w->snapshot, &c, &a);
    d.with.cache = cache;
    d.trace = trace;
    verdict = jg_decide(&d);
    check_row(row, &d, verdict);
    check_row(row, &d, jg_decide(&d)); /* it only repeats itself */
    end_decision(&d);
    end_request(&c);
    jg_buf_free(&token);
}

static void
answers_are_tyks(void **state)
{
    for (size_t i = 0; i < LEN(rows); i++)
        run_row(*state, &rows[i], NULL, NULL);
}

static void
answers_are_the_same_from_the_cache(void **state)
{
    struct world *w = *state;

    for (size_t round = 0; round < 3; round++)
        for (size_t i = 0; i < LEN(rows); i++)
            run_row(w, &rows[i], w->cache, NULL);
    assert_true(jg_cache_stats(w->cache).hits > 0);
}

/* And the trace says where: the last step is the one that failed. */
static void
answers_are_the_same_when_somebody_asks(void **state)
{
    for (size_t i = 0; i < LEN(rows); i++) {
        static struct jg_trace trace;
        const struct jg_trace_step *last;

        memset(&trace, 0, sizeof(trace));
        run_row(*state, &rows[i], NULL, &trace);
        assert_in_range(trace.count, 1, JG_TRACE_MAX);
        last = &trace.steps[trace.count - 1];
        assert_int_equal(last->outcome == JG_STEP_FAIL,
                         rows[i].verdict == JG_DENY);
        assert_err(last->reason, rows[i].reason);
    }
}

static void
a_decision_without_surroundings_finds_no_api(void **state)
{
    struct jg_decision d;
    struct client c;
    struct jg_arena a;

    (void)state;
    make_request(&c, "/plain/", "", JG_STR(""));
    start_decision(&d, NULL, &c, &a);
    assert_verdict(jg_decide(&d), JG_DENY);
    assert_err(d.reason, JG_E_ROUTE);
    assert_null(d.api);
    end_decision(&d);
    end_request(&c);
}

static void
too_many_headers_are_refused(void **state)
{
    struct world *w = *state;
    struct jg_decision d;
    struct client c;
    struct jg_arena a;

    make_request(&c, "/open/", "", JG_STR(""));
    for (size_t i = 0; i < JG_HEADERS_MAX; i++)
        c.headers[i] = (struct jg_header){JG_STR("X"), JG_STR("y")};
    c.request.header_count = JG_HEADERS_MAX;
    start_decision(&d, w->snapshot, &c, &a);
    assert_verdict(jg_decide(&d), JG_ALLOW);
    end_decision(&d);
    c.headers[JG_HEADERS_MAX] = c.headers[0];
    c.request.header_count++;
    start_decision(&d, w->snapshot, &c, &a);
    assert_verdict(jg_decide(&d), JG_DENY);
    assert_err(d.reason, JG_E_HEADERS);
    assert_int_equal(jg_decision_status(&d), 400);
    end_decision(&d);
    end_request(&c);
}

/* One decision about a token of <claims>, to look into. */
struct one {
    struct jg_decision d;
    struct client c;
    struct jg_buf token;
    struct jg_arena a;
};

static void
begin_one(struct one *o, const struct world *w, const struct jg_signer *signer,
          const char *target, const char *claims)
{
    jg_buf_init(&o->token, JG_TOKEN_MAX);
    make_token(signer, HS256, claims, &o->token);
    make_request(&o->c, target, BEARER, jg_buf_str(&o->token));
    start_decision(&o->d, w->snapshot, &o->c, &o->a);
    jg_decide(&o->d);
}

static void
end_one(struct one *o)
{
    end_decision(&o->d);
    end_request(&o->c);
    jg_buf_free(&o->token);
}

static void
the_session_is_for_the_caller(void **state)
{
    struct world *w = *state;
    struct one o;

    begin_one(&o, w, w->signer, "/plain/", ALICE(",\"exp\":1700000300"));
    assert_err(o.d.reason, JG_OK);
    assert_str(o.d.session.identity, "alice");
    assert_int_equal(o.d.session.policy_count, 1);
    assert_str(o.d.session.policies[0]->id, "all");
    assert_int_equal(o.d.session.expires_s, 1700000300);
    assert_str(o.d.api->def.api_id, "plain");
    assert_non_null(o.d.claims);
    end_one(&o);
}

static void
a_default_policy_counts_once(void **state)
{
    struct world *w = *state;
    struct one o;

    begin_one(&o, w, w->signer, "/again/", "{\"sub\":\"a\"}");
    assert_err(o.d.reason, JG_E_ACCESS); /* no rights on this one */
    assert_int_equal(o.d.session.policy_count, 2);
    assert_str(o.d.session.policies[0]->id, "all");
    assert_str(o.d.session.policies[1]->id, "other");
    end_one(&o);
}

static void
claims_stay_unknown_until_the_signature_verifies(void **state)
{
    struct jg_signer *other = signer_of_secret("another");
    struct one o;

    begin_one(&o, *state, other, "/plain/", ALICE(""));
    assert_err(o.d.reason, JG_E_SIGNATURE);
    assert_null(o.d.claims);
    assert_int_equal(o.d.session.identity.len, 0);
    end_one(&o);
    jg_signer_free(other);
}

/* HS256 with the secret "tyk123"; it has no exp. */
static void
the_product_pages_token_passes(void **state)
{
    static const char token[] =
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
        "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5"
        "MDIyfQ."
        "7u0ls1snw4tPEzd0JTFaf19oXoOvQYtowiHEAZnan74";
    struct world *w = *state;
    struct jg_decision d;
    struct client c;
    struct jg_arena a;

    make_request(&c, "/one/", BEARER, JG_STR(token));
    start_decision(&d, w->snapshot, &c, &a);
    assert_verdict(jg_decide(&d), JG_ALLOW);
    assert_str(d.session.identity, "1234567890");
    end_decision(&d);
    end_request(&c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_tyks),
        cmocka_unit_test(answers_are_the_same_from_the_cache),
        cmocka_unit_test(answers_are_the_same_when_somebody_asks),
        cmocka_unit_test(a_decision_without_surroundings_finds_no_api),
        cmocka_unit_test(too_many_headers_are_refused),
        cmocka_unit_test(the_session_is_for_the_caller),
        cmocka_unit_test(a_default_policy_counts_once),
        cmocka_unit_test(claims_stay_unknown_until_the_signature_verifies),
        cmocka_unit_test(the_product_pages_token_passes),
    };

    return cmocka_run_group_tests_name("access/decide", tests, setup, teardown);
}
