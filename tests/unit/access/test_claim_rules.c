/* claim_rules.c, identity.c, grant.c: Tyk's texts for what an API asks of the
 * claims, in Tyk's order (reference 2.7, 2.8, 2.10). */
#include "access_check.h"

#define RULES(id, rules) \
    JWT_API(id, ",\"jwt_default_policies\":[\"all\"]" rules)

/* An OAS definition; <scheme> are the members of its JWT scheme. */
#define OAS_API(id, scheme)                                               \
    {                                                                     \
        id, "{\"openapi\":\"3.0.3\",\"components\":{\"securitySchemes\":" \
            "{\"j\":{\"type\":\"http\",\"scheme\":\"bearer\","            \
            "\"bearerFormat\":\"JWT\"}}},\"security\":[{\"j\":[]}],"      \
            "\"x-tyk-api-gateway\":{\"info\":{\"id\":\"" id "\","         \
            "\"orgId\":\"default\",\"state\":{\"active\":true}},"         \
            "\"upstream\":{\"url\":\"http://127.0.0.1:8000\"},"           \
            "\"server\":{\"listenPath\":{\"value\":\"/" id "/\"},"        \
            "\"authentication\":{\"enabled\":true,\"securitySchemes\":"   \
            "{\"j\":{\"enabled\":true,\"source\":\"" SECRET_BASE64 "\","  \
            "\"signingMethod\":\"hmac\",\"header\":{\"enabled\":true,"    \
            "\"name\":\"Authorization\"}" scheme "}}}}}}"                 \
    }

static const struct doc apis[] = {
    RULES("iss", ",\"allowedIssuers\":[\"https://a\",\"https://b\"]"),
    RULES("aud", ",\"allowed_audiences\":[\"x\",\"y\"]"),
    RULES("jti", ",\"jtiValidation\":{\"enabled\":true}"),
    RULES("sub", ",\"allowedSubjects\":[\"alice\"]"),
    RULES("subskip", ",\"allowedSubjects\":[\"alice\"],\"jwt_skip_kid\":true,"
                     "\"jwt_identity_base_field\":\"user.id\""),
    RULES("order", ",\"allowedIssuers\":[\"i\"],\"allowedAudiences\":[\"a\"],"
                   "\"jtiValidation\":{\"enabled\":true},"
                   "\"allowedSubjects\":[\"s\"],\"customClaimValidation\":"
                   "{\"c\":{\"type\":\"required\"}}"),
    RULES("req", ",\"customClaimValidation\":{\"user.name\":"
                 "{\"type\":\"required\"}}"),
    RULES("exact", ",\"customClaimValidation\":{\"c\":{\"type\":"
                   "\"exact_match\",\"allowedValues\":[\"one\",2,true,null,"
                   "[\"l\"],{\"o\":1}]}}"),
    RULES("has", ",\"customClaimValidation\":{\"c\":{\"type\":\"contains\","
                 "\"allowedValues\":[7,\"admin\",\"ops\",{\"k\":1}]}}"),
    RULES("soft", ",\"customClaimValidation\":{\"c\":{\"type\":\"exact_match\","
                  "\"allowedValues\":[1],\"nonBlocking\":true},"
                  "\"d\":{\"type\":\"required\",\"nonBlocking\":true}}"),
    RULES("two", ",\"customClaimValidation\":{\"z\":{\"type\":\"required\"},"
                 "\"a\":{\"type\":\"required\"}}"),
    RULES("bad", ",\"customClaimValidation\":{\"a..b\":{\"type\":\"required\","
                 "\"nonBlocking\":true}}"),
    RULES("deep", ",\"customClaimValidation\":{\"roles.#\":{\"type\":"
                  "\"exact_match\",\"allowedValues\":[2]},\"g.#.n\":"
                  "{\"type\":\"contains\",\"allowedValues\":[\"x\"]},"
                  "\"https://ns.example/t\":{\"type\":\"exact_match\","
                  "\"allowedValues\":[\"me\"]}}"),
    RULES("times", ",\"allowedIssuers\":[\"i\"]"),
    OAS_API("oasiss", ",\"defaultPolicies\":[\"all\"],"
                      "\"allowedIssuers\":[\"i\"]"),
    OAS_API("oassub", ",\"defaultPolicies\":[\"all\"],\"subjectClaims\":"
                      "[\"uid\",\"user.id\"]"),
    OAS_API("oassub2", ",\"defaultPolicies\":[\"all\"],"
                       "\"identityBaseField\":\"uid\",\"skipKid\":true,"
                       "\"allowedSubjects\":[\"alice\"]"),
    OAS_API("oaslist", ",\"defaultPolicies\":[\"all\"],\"subjectClaims\":"
                       "[\"sub\",\"uid\"]"),
    OAS_API("oaspol", ",\"basePolicyClaims\":[\"pol\",\"app.policy\"]"),
    OAS_API("oaspol1", ",\"policyFieldName\":\"pol\""),
};

static const struct doc policies[] = {POLICY(
    "all", ",\"access_rights\":{\"iss\":{},\"aud\":{},\"jti\":{},\"sub\":{},"
           "\"subskip\":{},\"order\":{},\"req\":{},\"exact\":{},\"has\":{},"
           "\"soft\":{},\"two\":{},\"bad\":{},\"deep\":{},\"times\":{},"
           "\"oasiss\":{},\"oassub\":{},\"oassub2\":{},\"oaslist\":{},"
           "\"oaspol\":{},\"oaspol1\":{}}")};

#define KID "{\"alg\":\"HS256\",\"kid\":\"key-1\"}"
#define KID_ALICE "{\"alg\":\"HS256\",\"kid\":\"alice\"}"
#define SAYS(text) "Key not authorized: " text
#define ME "\"sub\":\"alice\""

static const struct row {
    const char *api, *header, *claims;
    enum jg_err reason; /* JG_OK: passes */
    const char *text;
} rows[] = {
    /* iss */
    {"iss", HS256, "{" ME ",\"iss\":\"https://a\"}", JG_OK, ""},
    {"iss", HS256, "{" ME ",\"iss\":\"https://b\"}", JG_OK, ""},
    {"iss", HS256, "{" ME "}", JG_E_CLAIM_ISS_MISSING,
     SAYS("issuer claim is required but not present in token")},
    {"iss", HS256, "{" ME ",\"iss\":null}", JG_E_CLAIM_ISS_TYPE,
     SAYS("issuer claim must be a string")},
    {"iss", HS256, "{" ME ",\"iss\":[\"https://a\"]}", JG_E_CLAIM_ISS_TYPE,
     SAYS("issuer claim must be a string")},
    {"iss", HS256, "{" ME ",\"iss\":\"https://a/\"}", JG_E_CLAIM_ISS,
     SAYS("invalid issuer claim: https://a/")},
    {"iss", HS256, "{" ME ",\"iss\":\"HTTPS://A\"}", JG_E_CLAIM_ISS,
     SAYS("invalid issuer claim: HTTPS://A")},
    {"iss", HS256, "{" ME ",\"iss\":\"\"}", JG_E_CLAIM_ISS,
     SAYS("invalid issuer claim: ")},
    {"iss", HS256, "{" ME ",\"iss\":\"{}\"}", JG_E_CLAIM_ISS,
     SAYS("invalid issuer claim: {}")},
    /* aud */
    {"aud", HS256, "{" ME ",\"aud\":\"y\"}", JG_OK, ""},
    {"aud", HS256, "{" ME ",\"aud\":[1,\"z\",\"x\"]}", JG_OK, ""},
    {"aud", HS256, "{" ME "}", JG_E_CLAIM_AUD_MISSING,
     SAYS("audience claim is required but not present in token")},
    {"aud", HS256, "{" ME ",\"aud\":null}", JG_E_CLAIM_AUD_TYPE,
     SAYS("invalid audience claim format")},
    {"aud", HS256, "{" ME ",\"aud\":{\"x\":1}}", JG_E_CLAIM_AUD_TYPE,
     SAYS("invalid audience claim format")},
    {"aud", HS256, "{" ME ",\"aud\":\"z\"}", JG_E_CLAIM_AUD,
     SAYS("no matching audience found in token: [z]")},
    {"aud", HS256, "{" ME ",\"aud\":[\"a\",7,\"b\",null]}", JG_E_CLAIM_AUD,
     SAYS("no matching audience found in token: [a b]")},
    {"aud", HS256, "{" ME ",\"aud\":[]}", JG_E_CLAIM_AUD,
     SAYS("no matching audience found in token: []")},
    /* jti */
    {"jti", HS256, "{" ME ",\"jti\":\"1\"}", JG_OK, ""},
    {"jti", HS256, "{" ME ",\"jti\":null}", JG_OK, ""},
    {"jti", HS256, "{" ME "}", JG_E_CLAIM_JTI,
     SAYS("JWT ID (jti) claim is required but not present in token")},
    /* sub, and the kid that comes before it */
    {"sub", HS256, "{" ME "}", JG_OK, ""},
    {"sub", HS256, "{\"sub\":\"bob\"}", JG_E_CLAIM_SUB,
     SAYS("invalid subject value: bob")},
    {"sub", KID, "{" ME "}", JG_E_CLAIM_SUB,
     SAYS("invalid subject value: key-1")},
    {"sub", KID_ALICE, "{\"sub\":\"bob\"}", JG_OK, ""},
    {"sub", HS256, "{}", JG_E_CLAIM_SUB_UNKNOWN,
     SAYS("no suitable claims for user ID were found")},
    {"sub", HS256, "{\"sub\":\"\"}", JG_E_CLAIM_SUB_UNKNOWN,
     SAYS("found an empty user ID in sub claim")},
    {"subskip", KID, "{" ME "}", JG_OK, ""},
    {"subskip", KID, "{" ME ",\"user\":{\"id\":\"bob\"}}", JG_E_CLAIM_SUB,
     SAYS("invalid subject value: bob")},
    {"subskip", KID, "{" ME ",\"user\":{\"id\":\"\"}}", JG_E_CLAIM_SUB_UNKNOWN,
     SAYS("found an empty user ID in predefined base claim, claim: user.id")},
    /* The first that fails is the answer. */
    {"order", HS256, "{}", JG_E_CLAIM_ISS_MISSING,
     SAYS("issuer claim is required but not present in token")},
    {"order", HS256, "{\"iss\":\"i\"}", JG_E_CLAIM_AUD_MISSING,
     SAYS("audience claim is required but not present in token")},
    {"order", HS256, "{\"iss\":\"i\",\"aud\":\"a\"}", JG_E_CLAIM_JTI,
     SAYS("JWT ID (jti) claim is required but not present in token")},
    {"order", HS256, "{\"iss\":\"i\",\"aud\":\"a\",\"jti\":1,\"sub\":\"x\"}",
     JG_E_CLAIM_SUB, SAYS("invalid subject value: x")},
    {"order", HS256, "{\"iss\":\"i\",\"aud\":\"a\",\"jti\":1,\"sub\":\"s\"}",
     JG_E_CLAIM_MISSING,
     SAYS("custom claim c is required but not present in token")},
    {"order", HS256,
     "{\"iss\":\"i\",\"aud\":\"a\",\"jti\":1,\"sub\":\"s\",\"c\":0}", JG_OK,
     ""},
    {"times", HS256, "{" ME ",\"exp\":1}", JG_E_CLAIM_EXP,
     SAYS("token has expired")},
    /* required */
    {"req", HS256, "{" ME ",\"user\":{\"name\":\"\"}}", JG_OK, ""},
    {"req", HS256, "{" ME ",\"user.name\":false}", JG_OK, ""},
    {"req", HS256, "{" ME ",\"user\":\"name\"}", JG_E_CLAIM_MISSING,
     SAYS("custom claim user.name is required but not present in token")},
    {"req", HS256, "{" ME ",\"user\":{\"name\":null}}", JG_E_CLAIM_NULL,
     SAYS("custom claim user.name expects a non nil value")},
    /* exact_match */
    {"exact", HS256, "{" ME ",\"c\":\"one\"}", JG_OK, ""},
    {"exact", HS256, "{" ME ",\"c\":2.0}", JG_OK, ""},
    {"exact", HS256, "{" ME ",\"c\":true}", JG_OK, ""},
    {"exact", HS256, "{" ME ",\"c\":null}", JG_OK, ""},
    {"exact", HS256, "{" ME ",\"c\":[\"l\"]}", JG_OK, ""},
    {"exact", HS256, "{" ME ",\"c\":{\"o\":1}}", JG_OK, ""},
    {"exact", HS256, "{" ME "}", JG_E_CLAIM_MISSING,
     SAYS("custom claim c is required but not present in token")},
    {"exact", HS256, "{" ME ",\"c\":\"One\"}", JG_E_CLAIM_MATCH,
     SAYS("claim c value does not match any expected values")},
    {"exact", HS256, "{" ME ",\"c\":\"2\"}", JG_E_CLAIM_MATCH,
     SAYS("claim c value does not match any expected values")},
    {"exact", HS256, "{" ME ",\"c\":[\"l\",\"m\"]}", JG_E_CLAIM_MATCH,
     SAYS("claim c value does not match any expected values")},
    {"exact", HS256, "{" ME ",\"c\":{\"o\":1,\"p\":1}}", JG_E_CLAIM_MATCH,
     SAYS("claim c value does not match any expected values")},
    /* contains */
    {"has", HS256, "{" ME ",\"c\":\"the admins\"}", JG_OK, ""},
    {"has", HS256, "{" ME ",\"c\":[\"x\",\"ops\"]}", JG_OK, ""},
    {"has", HS256, "{" ME ",\"c\":[{\"k\":1}]}", JG_OK, ""},
    {"has", HS256, "{" ME ",\"c\":7}", JG_OK, ""}, /* not only the last */
    {"has", HS256, "{" ME ",\"c\":{\"k\":1}}", JG_OK, ""},
    {"has", HS256, "{" ME ",\"c\":\"adm\"}", JG_E_CLAIM_CONTAINS,
     SAYS("claim c value does not contain any expected values")},
    {"has", HS256, "{" ME ",\"c\":[\"administrator\"]}", JG_E_CLAIM_CONTAINS,
     SAYS("claim c value does not contain any expected values")},
    {"has", HS256, "{" ME ",\"c\":[]}", JG_E_CLAIM_CONTAINS,
     SAYS("claim c value does not contain any expected values")},
    {"has", HS256, "{" ME ",\"c\":8}", JG_E_CLAIM_CONTAINS,
     SAYS("claim c value does not contain any expected values")},
    {"has", HS256, "{" ME ",\"c\":null}", JG_E_CLAIM_CONTAINS,
     SAYS("claim c value does not contain any expected values")},
    {"has", HS256, "{" ME "}", JG_E_CLAIM_MISSING,
     SAYS("custom claim c is required but not present in token")},
    /* Only noted; in the order of the file; paths. */
    {"soft", HS256, "{" ME ",\"c\":2,\"d\":null}", JG_OK, ""},
    {"soft", HS256, "{" ME "}", JG_OK, ""},
    {"two", HS256, "{" ME "}", JG_E_CLAIM_MISSING,
     SAYS("custom claim z is required but not present in token")},
    {"two", HS256, "{" ME ",\"z\":1}", JG_E_CLAIM_MISSING,
     SAYS("custom claim a is required but not present in token")},
    {"bad", HS256, "{" ME "}", JG_E_CLAIM_PATH,
     SAYS("invalid claim path: a..b")},
    {"deep", HS256,
     "{" ME ",\"roles\":[1,2],\"g\":[{\"n\":\"y\"},{\"n\":\"x\"}],"
     "\"https://ns.example/t\":\"me\"}",
     JG_OK, ""},
    {"deep", HS256, "{" ME ",\"roles\":[1]}", JG_E_CLAIM_MATCH,
     SAYS("claim roles.# value does not match any expected values")},
    {"deep", HS256, "{" ME ",\"roles\":[1,2],\"g\":[{\"n\":\"y\"}]}",
     JG_E_CLAIM_CONTAINS,
     SAYS("claim g.#.n value does not contain any expected values")},
    /* OAS: the same rules, and lists of claims. */
    {"oasiss", HS256, "{" ME ",\"iss\":\"i\"}", JG_OK, ""},
    {"oasiss", HS256, "{" ME ",\"iss\":\"j\"}", JG_E_CLAIM_ISS,
     SAYS("invalid issuer claim: j")},
    {"oassub", HS256, "{\"uid\":\"u\"}", JG_OK, ""},
    {"oassub", HS256, "{\"user\":{\"id\":\"u\"}}", JG_OK, ""},
    {"oassub", HS256, "{" ME "}", JG_OK, ""}, /* sub is tried last */
    {"oassub", HS256, "{\"uid\":7,\"user\":{\"id\":\"u\"}}", JG_OK, ""},
    {"oassub", HS256, "{\"uid\":\"\"," ME "}", JG_E_IDENTITY_EMPTY,
     "found an empty user ID in predefined base claim, claim: uid"},
    {"oassub", HS256, "{\"sub\":\"\"}", JG_E_IDENTITY_EMPTY,
     "found an empty user ID in predefined base claim, claim: sub"},
    {"oassub", HS256, "{\"uid\":7}", JG_E_IDENTITY_NONE,
     "no suitable claims for user ID were found"},
    {"oassub2", KID, "{\"uid\":\"alice\"}", JG_OK, ""},
    {"oassub2", KID, "{\"uid\":\"bob\"," ME "}", JG_E_CLAIM_SUB,
     SAYS("invalid subject value: bob")},
    {"oaslist", HS256, "{\"sub\":\"\",\"uid\":\"u\"}", JG_E_IDENTITY_EMPTY,
     "found an empty user ID in predefined base claim, claim: sub"},
    {"oaslist", HS256, "{\"uid\":\"u\"}", JG_OK, ""},
    {"oaspol", HS256, "{" ME ",\"pol\":\"all\"}", JG_OK, ""},
    {"oaspol", HS256, "{" ME ",\"app\":{\"policy\":\"all\"}}", JG_OK, ""},
    {"oaspol", HS256, "{" ME ",\"pol\":\"\",\"app\":{\"policy\":\"all\"}}",
     JG_OK, ""},
    {"oaspol", HS256, "{" ME ",\"pol\":7,\"app.policy\":\"all\"}", JG_OK, ""},
    {"oaspol", HS256, "{" ME ",\"pol\":\"x\",\"app.policy\":\"all\"}",
     JG_E_POLICY_UNKNOWN, "key not authorized: no matching policy"},
    {"oaspol", HS256, "{" ME "}", JG_E_POLICY_NONE,
     "key not authorized: no matching policy found"},
    {"oaspol1", HS256, "{" ME ",\"pol\":\"all\"}", JG_OK, ""},
    {"oaspol1", HS256, "{" ME ",\"pol\":\"no\"}", JG_E_POLICY_UNKNOWN,
     "key not authorized: no matching policy"},
};

struct world {
    struct jg_snapshot *snapshot;
    struct jg_signer *signer;
    struct jg_token_cache *cache;
};

static void
open_world(struct world *w)
{
    w->snapshot =
        snapshot_with(NULL, 1, "{}", apis, LEN(apis), policies, LEN(policies));
    w->signer = signer_of_secret(SECRET);
    w->cache = NULL;
}

static void
close_world(struct world *w)
{
    jg_signer_free(w->signer);
    jg_snapshot_free(w->snapshot);
}

/* One request; the decision stays open for the caller to look at. */
struct attempt {
    struct jg_buf token;
    struct client client;
    struct jg_arena arena;
    struct jg_trace trace;
    struct jg_decision d;
    enum jg_verdict verdict;
};

static void
try_row(const struct world *w, const char *api, const char *header,
        const char *claims, struct attempt *t)
{
    char target[64];

    snprintf(target, sizeof(target), "/%s/", api);
    jg_buf_init(&t->token, 256 * 1024);
    make_token(w->signer, header, claims, &t->token);
    make_request(&t->client, target, "Authorization: Bearer %T",
                 jg_buf_str(&t->token));
    start_decision(&t->d, w->snapshot, &t->client, &t->arena);
    t->d.with.cache = w->cache;
    t->d.trace = &t->trace;
    t->trace.count = 0;
    /* Without a store no address is known: what passes ends at the target. */
    t->verdict = jg_decide(&t->d);
}

static void
end_attempt(struct attempt *t)
{
    end_decision(&t->d);
    end_request(&t->client);
    jg_buf_free(&t->token);
}

static void
check_row(const struct world *w, const struct row *row)
{
    struct attempt t;
    int status = row->reason == JG_OK ? 200 : jg_err_info(row->reason)->status;

    try_row(w, row->api, row->header, row->claims, &t);
    if (t.d.reason != row->reason)
        print_error("%s %s\n", row->api, row->claims);
    assert_err(t.d.reason, row->reason);
    assert_int_equal(t.verdict == JG_DENY, row->reason != JG_OK);
    if (row->reason != JG_OK) {
        assert_str(jg_decision_text(&t.d), row->text);
        assert_int_equal(jg_decision_status(&t.d), status);
    }
    end_attempt(&t);
}

static void
rules_are_kept_with_tyks_texts(void **state)
{
    struct world w;

    (void)state;
    open_world(&w);
    for (size_t i = 0; i < LEN(rows); i++)
        check_row(&w, &rows[i]);
    close_world(&w);
}

/* A rule is no part of what the cache knows. */
static void
a_cached_token_meets_the_same_rules(void **state)
{
    const struct jg_hash_key key = {1, 2};
    struct world w;

    (void)state;
    open_world(&w);
    assert_err(jg_cache_new(1024 * 1024, &key, &w.cache), JG_OK);
    for (size_t n = 0; n < 2; n++)
        for (size_t i = 0; i < LEN(rows); i++)
            check_row(&w, &rows[i]);
    jg_cache_free(w.cache);
    close_world(&w);
}

static void
all_of_them_are_401(void **state)
{
    (void)state;
    for (int err = JG_E_CLAIM_EXP; err <= JG_E_CLAIM_MATCH; err++) {
        assert_int_equal(jg_err_info((enum jg_err)err)->status, 401);
        assert_memory_equal(jg_err_info((enum jg_err)err)->text,
                            "Key not authorized: ", 20);
    }
}

static void
a_long_claim_is_cut_between_characters(void **state)
{
    static char claims[8192];
    struct jg_str text;
    struct attempt t;
    struct world w;
    size_t len;

    (void)state;
    len = (size_t)snprintf(claims, sizeof(claims), "{\"iss\":\"x");
    for (int i = 0; i < 3000; i += 2) {
        memcpy(claims + len, "\xc3\xa4", 2);
        len += 2;
    }
    memcpy(claims + len, "\"}", 3);
    open_world(&w);
    try_row(&w, "iss", HS256, claims, &t);
    assert_err(t.d.reason, JG_E_CLAIM_ISS);
    text = jg_decision_text(&t.d);
    assert_int_equal(text.len, strlen(SAYS("invalid issuer claim: ")) + 1023);
    assert_memory_equal(text.p + text.len - 2, "\xc3\xa4", 2);
    end_attempt(&t);
    close_world(&w);
}

static const struct jg_trace_step *
step_of(const struct attempt *t, const char *name)
{
    for (size_t i = 0; i < t->trace.count; i++)
        if (strcmp(t->trace.steps[i].name, name) == 0)
            return &t->trace.steps[i];
    fail_msg("no step %s", name);
    return NULL;
}

static void
explain_says_what_a_rule_saw(void **state)
{
    static const struct {
        const char *api, *header, *claims;
        enum jg_outcome outcome;
        const char *seen, *expected;
    } cases[] = {
        {"iss", HS256, "{" ME ",\"iss\":\"j\"}", JG_STEP_FAIL, "iss j",
         "https://a, or another of the list"},
        {"aud", HS256, "{" ME ",\"aud\":7}", JG_STEP_FAIL, "aud is number",
         "x, or another of the list"},
        {"aud", HS256, "{" ME ",\"aud\":[\"q\"]}", JG_STEP_FAIL, "aud [q]",
         "x, or another of the list"},
        {"jti", HS256, "{" ME "}", JG_STEP_FAIL, "jti is absent",
         "a jti claim"},
        {"sub", KID, "{" ME "}", JG_STEP_FAIL, "kid key-1", "alice"},
        {"exact", HS256, "{" ME ",\"c\":[]}", JG_STEP_FAIL, "c is array",
         "exact_match"},
        {"soft", HS256, "{" ME ",\"c\":2,\"d\":1}", JG_STEP_PASS,
         "c is number, which is only noted", "exact_match"},
        {"oaspol1", HS256, "{" ME "}", JG_STEP_SKIP, "", ""},
    };
    struct world w;

    (void)state;
    open_world(&w);
    for (size_t i = 0; i < LEN(cases); i++) {
        const struct jg_trace_step *step;
        struct attempt t;

        try_row(&w, cases[i].api, cases[i].header, cases[i].claims, &t);
        step = step_of(&t, "claim_rules");
        assert_int_equal(step->outcome, cases[i].outcome);
        assert_str(step->seen, cases[i].seen);
        assert_str(step->expected, cases[i].expected);
        end_attempt(&t);
    }
    close_world(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_are_kept_with_tyks_texts),
        cmocka_unit_test(a_cached_token_meets_the_same_rules),
        cmocka_unit_test(all_of_them_are_401),
        cmocka_unit_test(a_long_claim_is_cut_between_characters),
        cmocka_unit_test(explain_says_what_a_rule_saw),
    };

    return cmocka_run_group_tests_name("access/claim_rules", tests, NULL, NULL);
}
