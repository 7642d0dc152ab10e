/* client.c: a claim that names a stored key gives its first policy. */
#include "stored_check.h"

static const struct doc apis[] = {
    {"a", "{\"api_id\":\"a\",\"org_id\":\"default\",\"active\":true,"
          "\"enable_jwt\":true,\"jwt_signing_method\":\"hmac\",\"jwt_source\":"
          "\"" SECRET_BASE64 "\",\"jwt_client_base_field\":\"azp\","
          "\"jwt_default_policies\":[\"d\"],\"scopes\":{\"jwt\":{"
          "\"scope_to_policy\":{\"s\":\"s\"}}},\"proxy\":{\"listen_path\":"
          "\"/a/\",\"target_url\":\"http://127.0.0.1:8000\"}}"},
    JWT_API("named", ",\"jwt_client_base_field\":\"azp\""),
};

#define ON ",\"access_rights\":{\"a\":{},\"named\":{}}"
static const struct doc policies[] = {POLICY("p", ON), POLICY("q", ON),
                                      POLICY("d", ON), POLICY("s", ON)};

static void
the_first_policy_of_the_clients_key_counts(void **state)
{
    static struct world w;
    static const struct {
        const char *target, *claims;
        enum jg_err reason;
        const char *policies;
    } rows[] = {
        {"/a/", "\"azp\":\"two\"", JG_OK, "p"},
        {"/a/", "\"azp\":\"custom\"", JG_OK, "q"},
        {"/a/", "\"azp\":\"two\",\"scope\":\"s\"", JG_OK, "p s"},
        /* None of its own: those of everybody. */
        {"/a/", "\"azp\":\"nobody\"", JG_OK, "d"},
        {"/a/", "\"azp\":\"no policies\"", JG_OK, "d"},
        {"/a/", "\"azp\":\"\"", JG_OK, "d"},
        {"/a/", "\"azp\":7", JG_OK, "d"},
        {"/a/", "\"a\":\"two\"", JG_OK, "d"},
        {"/a/", "\"azp\":\"nobody\",\"scope\":\"s\"", JG_OK, "s"},
        {"/a/", "\"azp\":\"lost\"", JG_E_POLICY_UNKNOWN, NULL},
        {"/a/", "\"azp\":\"no session\"", JG_E_AUTH_TOKEN_SESSION, NULL},
        /* Never beside a field for the policy. */
        {"/named/", "\"azp\":\"two\"", JG_E_POLICY_NONE, NULL},
        {"/named/", "\"azp\":\"two\",\"pol\":\"q\"", JG_OK, "q"},
    };

    (void)state;
    world_open(&w, "{}", apis, LEN(apis), policies, LEN(policies));
    store_key(&w, "two", "{\"apply_policies\":[\"p\",\"q\"]}");
    store_key(&w, "defaultcustom", "{\"apply_policy_id\":\"q\"}");
    store_key(&w, "no policies", "{\"access_rights\":{\"a\":{}}}");
    store_key(&w, "lost", "{\"apply_policies\":[\"gone\"]}");
    store_key(&w, "no session", "[]");
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_signer *signer = signer_of_secret(SECRET);
        struct jg_buf token;
        struct answer answer;
        char claims[200];

        snprintf(claims, sizeof(claims), "{\"sub\":\"a\",%s}", rows[i].claims);
        jg_buf_init(&token, 64 * 1024);
        make_token(signer, HS256, claims, &token);
        ask(&w, rows[i].target, "Authorization: Bearer %T", jg_buf_str(&token),
            &answer);
        assert_err(answer.reason, rows[i].reason);
        if (rows[i].policies != NULL)
            assert_string_equal(answer.policies, rows[i].policies);
        jg_buf_free(&token);
        jg_signer_free(signer);
    }
    world_close(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_policy_of_the_clients_key_counts),
    };

    return cmocka_run_group_tests_name("access/client", tests, NULL, NULL);
}
