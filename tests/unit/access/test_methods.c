/* Several methods on one API: all of them, or one of several sets. */
#include "stored_check.h"

#define BOTH(id, more)                                                         \
    JWT_API(id, ",\"use_standard_auth\":true,\"auth_configs\":{\"authToken\":" \
                "{\"auth_header_name\":\"X-Key\"},\"jwt\":{}}" more)

/* An OAS document that asks for these requirements in compliant mode. */
#define EITHER(id, security)                                                   \
    {                                                                          \
        id, "{\"openapi\":\"3.0.3\",\"info\":{\"title\":\"A\",\"version\":"    \
            "\"1\"},\"paths\":{},\"components\":{\"securitySchemes\":{\"j\":{" \
            "\"type\":\"http\",\"scheme\":\"bearer\",\"bearerFormat\":\"JWT\"" \
            "},\"k\":{\"type\":\"apiKey\",\"in\":\"header\",\"name\":"         \
            "\"X-Key\"}}},\"security\":" security ",\"x-tyk-api-gateway\":{"   \
            "\"info\":{\"id\":\"" id "\",\"orgId\":\"default\",\"name\":\"A\"" \
            ",\"state\":{\"active\":true}},\"upstream\":{\"url\":"             \
            "\"http://127.0.0.1:8000\"},\"server\":{\"listenPath\":{"          \
            "\"value\":\"/" id "/\"},\"authentication\":{\"enabled\":true,"    \
            "\"securityProcessingMode\":\"compliant\",\"securitySchemes\":{"   \
            "\"j\":{\"enabled\":true,\"header\":{\"enabled\":true,\"name\":"   \
            "\"Authorization\"},\"signingMethod\":\"hmac\",\"source\":"        \
            "\"" SECRET_BASE64 "\",\"policyFieldName\":\"pol\"},\"k\":{"       \
            "\"enabled\":true}}}}}}"                                           \
    }

static const struct doc apis[] = {
    BOTH("both", ""),
    BOTH("jwt", ",\"base_identity_provided_by\":\"jwt_claim\""),
    BOTH("key", ",\"base_identity_provided_by\":\"auth_token\""),
    {"client", "{\"api_id\":\"client\",\"org_id\":\"default\",\"active\":"
               "true,\"enable_jwt\":true,\"jwt_signing_method\":\"hmac\","
               "\"jwt_source\":\"" SECRET_BASE64 "\",\"jwt_client_base_field\":"
               "\"azp\",\"jwt_default_policies\":[\"none\"],\"proxy\":{"
               "\"listen_path\":\"/client/\",\"target_url\":"
               "\"http://127.0.0.1:8000\"}}"},
    EITHER("either", "[{\"j\":[]},{\"k\":[]}]"),
    EITHER("reverse", "[{\"k\":[]},{\"j\":[]}]"),
    EITHER("sets", "[{\"j\":[],\"k\":[]},{\"k\":[]}]"),
};
static const struct doc policies[] = {
    POLICY("all", ",\"access_rights\":{\"both\":{},\"jwt\":{},\"key\":{},"
                  "\"either\":{},\"reverse\":{},\"sets\":{},\"client\":{}}"),
    POLICY("none", ",\"access_rights\":{\"x\":{}}"),
};

#define GOOD "{\"sub\":\"a\",\"pol\":\"all\"}"
#define OLD "{\"sub\":\"a\",\"pol\":\"all\",\"exp\":1}"
#define JWT "Authorization: %T\n"
#define KEY "X-Key: alice\n"
#define DEAD "X-Key: dead\n"
#define WRONG "X-Key: wrong\n"

static struct world *
open_world(void)
{
    static struct world w;

    world_open(&w, "{}", apis, LEN(apis), policies, LEN(policies));
    store_key(&w, "defaultalice", "{\"apply_policies\":[\"all\"]}");
    store_key(&w, "dead", "{\"apply_policies\":[\"all\"],\"expires\":1}");
    return &w;
}

static void
ask_with(struct world *w, const char *target, const char *lines,
         const char *claims, struct answer *out)
{
    struct jg_signer *signer = signer_of_secret(SECRET);
    struct jg_buf token;

    jg_buf_init(&token, 4096);
    make_token(signer, HS256, claims, &token);
    ask(w, target, lines, jg_buf_str(&token), out);
    jg_buf_free(&token);
    jg_signer_free(signer);
}

static void
who_may_pass_depends_on_all_that_is_asked_for(void **state)
{
    static const struct {
        const char *target, *lines, *claims;
        enum jg_err reason;
    } rows[] = {
        /* All methods, JWT first. */
        {"/both/", JWT KEY, GOOD, JG_OK},
        {"/both/", JWT, GOOD, JG_E_AUTH_TOKEN_MISSING},
        {"/both/", KEY, GOOD, JG_E_TOKEN_MISSING},
        {"/both/", "A: b", GOOD, JG_E_TOKEN_MISSING},
        {"/both/", JWT WRONG, GOOD, JG_E_AUTH_TOKEN},
        {"/both/", JWT WRONG, OLD, JG_E_CLAIM_EXP},
        {"/both/", JWT KEY, OLD, JG_E_CLAIM_EXP},
        {"/both/", JWT KEY, "{\"sub\":\"a\"}", JG_E_POLICY_NONE},
        /* Whose session it is. */
        {"/both/", JWT DEAD, GOOD, JG_E_KEY_EXPIRED},
        {"/key/", JWT DEAD, GOOD, JG_E_KEY_EXPIRED},
        {"/jwt/", JWT DEAD, GOOD, JG_OK},
        {"/jwt/", JWT WRONG, GOOD, JG_E_AUTH_TOKEN},
        {"/jwt/", JWT, GOOD, JG_E_AUTH_TOKEN_MISSING},
        /* One of two. */
        {"/either/", JWT, GOOD, JG_OK},
        {"/either/", KEY, GOOD, JG_OK},
        {"/either/", JWT KEY, OLD, JG_OK},
        {"/either/", JWT WRONG, GOOD, JG_OK},
        {"/reverse/", JWT, GOOD, JG_OK},
        {"/reverse/", KEY, GOOD, JG_OK},
        {"/reverse/", JWT WRONG, GOOD, JG_OK},
        {"/sets/", JWT KEY, GOOD, JG_OK},
        {"/sets/", KEY, GOOD, JG_OK},
        {"/sets/", JWT, GOOD, JG_E_AUTH_TOKEN_MISSING},
        /* The answer is that of the last that was tried with something. */
        {"/either/", "A: b", GOOD, JG_E_AUTH_TOKEN_MISSING},
        {"/either/", JWT, OLD, JG_E_CLAIM_EXP},
        {"/either/", WRONG, GOOD, JG_E_AUTH_TOKEN},
        {"/either/", JWT WRONG, OLD, JG_E_AUTH_TOKEN},
        {"/reverse/", "A: b", GOOD, JG_E_TOKEN_MISSING},
        {"/reverse/", WRONG, GOOD, JG_E_AUTH_TOKEN},
        {"/reverse/", JWT WRONG, OLD, JG_E_CLAIM_EXP},
        /* What is asked after the caller is known has no alternative. */
        {"/either/", DEAD, GOOD, JG_E_KEY_EXPIRED},
        {"/reverse/", JWT DEAD, GOOD, JG_E_KEY_EXPIRED},
    };
    struct world *w = open_world();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct answer answer;

        ask_with(w, rows[i].target, rows[i].lines, rows[i].claims, &answer);
        if (answer.reason != rows[i].reason)
            print_error("row %zu\n", i);
        assert_err(answer.reason, rows[i].reason);
    }
    world_close(w);
}

/* Nothing of an alternative that failed is left. */
static void
each_alternative_starts_anew(void **state)
{
    struct world *w = open_world();
    struct answer answer;

    (void)state;
    ask_with(w, "/reverse/", JWT WRONG, GOOD, &answer);
    assert_err(answer.reason, JG_OK);
    assert_string_equal(answer.id, "");
    ask_with(w, "/either/", JWT KEY, "{\"sub\":\"a\",\"pol\":\"gone\"}",
             &answer);
    assert_err(answer.reason, JG_OK);
    assert_string_equal(answer.id, "defaultalice");
    world_close(w);
}

static void
a_claim_may_name_a_clients_key_which_gives_its_first_policy(void **state)
{
    static const struct {
        const char *claims;
        enum jg_err reason;
    } rows[] = {
        {"{\"sub\":\"a\",\"azp\":\"alice\"}", JG_OK},
        {"{\"sub\":\"a\",\"azp\":\"defaultalice\"}", JG_OK},
        {"{\"sub\":\"a\",\"azp\":\"gone\"}", JG_E_POLICY_UNKNOWN},
        /* The default policies, which do not have the API. */
        {"{\"sub\":\"a\",\"azp\":\"nobody\"}", JG_E_ACCESS},
        {"{\"sub\":\"a\",\"azp\":\"bare\"}", JG_E_ACCESS},
        {"{\"sub\":\"a\",\"azp\":\"\"}", JG_E_ACCESS},
        {"{\"sub\":\"a\",\"azp\":[\"alice\"]}", JG_E_ACCESS},
        {"{\"sub\":\"a\"}", JG_E_ACCESS},
    };
    struct world *w = open_world();

    (void)state;
    store_key(w, "gone", "{\"apply_policies\":[\"gone\",\"all\"]}");
    store_key(w, "bare", "{}");
    for (size_t i = 0; i < LEN(rows); i++) {
        struct answer answer;

        ask_with(w, "/client/", JWT, rows[i].claims, &answer);
        if (answer.reason != rows[i].reason)
            print_error("row %zu\n", i);
        assert_err(answer.reason, rows[i].reason);
        assert_string_equal(answer.id, "");
    }
    world_close(w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_may_pass_depends_on_all_that_is_asked_for),
        cmocka_unit_test(each_alternative_starts_anew),
        cmocka_unit_test(
            a_claim_may_name_a_clients_key_which_gives_its_first_policy),
    };

    return cmocka_run_group_tests_name("access/methods", tests, NULL, NULL);
}
