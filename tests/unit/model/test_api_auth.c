/* api_auth.c: who may call; what we cannot check keeps the API closed. */
#include "model_check.h"

static void
modes_are_chosen_as_in_tyk_or_closed(void **state)
{
    static const struct {
        const char *members;
        enum jg_auth_mode mode;
        const char *path; /* of the fault or risk, or NULL */
        unsigned column;  /* in line 2; 1: absent, and so line 1 */
        const char *message;
    } rows[] = {
        {"'use_keyless':true", JG_AUTH_KEYLESS, NULL, 0, NULL},
        {"'enable_jwt':true", JG_AUTH_CALLERS, NULL, 0, NULL},
        {"'enable_jwt':true,'use_standard_auth':false", JG_AUTH_CALLERS, NULL,
         0, NULL},
        {"'name':'x'", JG_AUTH_CALLERS, "use_standard_auth", 1,
         "no authentication is switched on"},
        {"'use_standard_auth':false", JG_AUTH_CALLERS, "use_standard_auth", 21,
         "no authentication is switched on"},
        {"'use_standard_auth':true", JG_AUTH_CALLERS, NULL, 0, NULL},
        {"'use_basic_auth':true", JG_AUTH_CALLERS, NULL, 0, NULL},
        {"'use_basic_auth':true,'basic_auth':{'extract_from_body':true}",
         JG_AUTH_CALLERS, "basic_auth.extract_from_body", 57,
         "not looked for in bodies"},
        {"'use_oauth2':true", JG_AUTH_CLOSED, "use_oauth2", 14,
         "every request is refused"},
        {"'external_oauth':{'enabled':true}", JG_AUTH_CLOSED,
         "external_oauth.enabled", 29, "every request is refused"},
        {"'use_openid':true", JG_AUTH_CLOSED, "use_openid", 14,
         "every request is refused"},
        {"'enable_signature_checking':true", JG_AUTH_CLOSED,
         "enable_signature_checking", 29, "every request is refused"},
        {"'use_mutual_tls_auth':true", JG_AUTH_CLOSED, "use_mutual_tls_auth",
         23, "every request is refused"},
        {"'custom_plugin_auth_enabled':true", JG_AUTH_CLOSED,
         "custom_plugin_auth_enabled", 30, "every request is refused"},
        {"'enable_coprocess_auth':true", JG_AUTH_CLOSED,
         "enable_coprocess_auth", 25, "every request is refused"},
        {"'use_go_plugin_auth':true", JG_AUTH_CLOSED, "use_go_plugin_auth", 22,
         "every request is refused"},
        /* Where a key alone is not enough. */
        {"'use_standard_auth':true,'auth_configs':{'authToken':{"
         "'validate_signature':true}}",
         JG_AUTH_CLOSED, "auth_configs.authToken.validate_signature", 76,
         "every request is refused"},
        {"'use_standard_auth':true,'auth':{'use_certificate':true}",
         JG_AUTH_CLOSED, "auth.use_certificate", 52,
         "every request is refused"},
        {"'enable_jwt':true,'auth_configs':{'authToken':{"
         "'validate_signature':true},'jwt':{}}",
         JG_AUTH_CALLERS, NULL, 0, NULL},
        /* In Tyk, all that are on must pass. */
        {"'enable_jwt':true,'use_basic_auth':true", JG_AUTH_CALLERS,
         "use_basic_auth", 36, "nobody can send both"},
        {"'enable_jwt':true,'use_basic_auth':true,'auth_configs':{'basic':{"
         "'auth_header_name':'X-User'},'jwt':{}}",
         JG_AUTH_CALLERS, NULL, 0, NULL},
        {"'enable_jwt':true,'use_standard_auth':true", JG_AUTH_CALLERS, NULL, 0,
         NULL},
        {"'use_standard_auth':true,'use_basic_auth':true", JG_AUTH_CALLERS,
         "use_basic_auth", 43, "nobody can send both"},
        {"'enable_jwt':true,'use_mutual_tls_auth':true", JG_AUTH_CLOSED,
         "use_mutual_tls_auth", 41, "Tyk asks for it beside the JWT"},
        /* Keyless wins over all but client certificates. */
        {"'use_keyless':true,'enable_jwt':true", JG_AUTH_KEYLESS, "use_keyless",
         15, "enable_jwt has no effect"},
        {"'use_keyless':true,'use_standard_auth':true", JG_AUTH_KEYLESS,
         "use_keyless", 15, "use_standard_auth has no effect"},
        {"'use_keyless':true,'use_basic_auth':true", JG_AUTH_KEYLESS,
         "use_keyless", 15, "use_basic_auth has no effect"},
        {"'use_keyless':true,'use_mutual_tls_auth':true", JG_AUTH_CLOSED,
         "use_mutual_tls_auth", 42, "every request is refused"},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        bool closed = rows[i].mode == JG_AUTH_CLOSED;
        struct jg_api *api;

        set_text(r,
                 "{'api_id':'a','active':true,'jwt_signing_method':'hmac',"
                 "'jwt_source':'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
                 "'," PROXY ",\n%s}",
                 rows[i].members);
        api = good_api(r);
        assert_int_equal(api->mode, rows[i].mode);
        assert_int_equal(api->key_err, closed ? JG_E_AUTH_UNSUPPORTED : JG_OK);
        assert_int_equal(api->key_fault.len > 0, closed);
        assert_int_equal(api->keys != NULL,
                         (api->methods & JG_METHOD_JWT) != 0);
        assert_int_equal(api->methods != 0, rows[i].mode == JG_AUTH_CALLERS);
        assert_str(api->listen_path, "/a/"); /* its route is kept */
        if (rows[i].path == NULL)
            assert_quiet(r);
        else
            assert_finding(
                r, &((struct want){closed ? JG_FAULT : JG_WARNING,
                                   closed ? JG_E_AUTH_UNSUPPORTED
                                   : rows[i].mode == JG_AUTH_CALLERS
                                       ? JG_E_CONF_VALUE
                                       : JG_E_CONF_RISK,
                                   rows[i].path, rows[i].column > 1 ? 2 : 1,
                                   rows[i].column, rows[i].message}));
        assert_int_equal(r->diags.kept, rows[i].path != NULL);
        jg_api_free(api);
    }
    free_reading(r);
}

static void
what_is_switched_on_must_be_passed_together(void **state)
{
    static const struct {
        const char *members;
        unsigned methods, base;
        unsigned warnings;
    } rows[] = {
        {"'enable_jwt':true", JG_METHOD_JWT, 0, 0},
        {"'enable_jwt':true,'jwt_issued_at_validation_skew':3600",
         JG_METHOD_JWT, 0, 0},
        {"'enable_jwt':true,'jwt_issued_at_validation_skew':3601,"
         "'jwt_not_before_validation_skew':999999999999",
         JG_METHOD_JWT, 0, 2},
        {"'use_standard_auth':true", JG_METHOD_TOKEN, 0, 0},
        {"'name':'x'", JG_METHOD_TOKEN, 0, 1},
        {"'enable_jwt':true,'use_standard_auth':true",
         JG_METHOD_JWT | JG_METHOD_TOKEN, 0, 0},
        {"'enable_jwt':true,'use_standard_auth':true,"
         "'base_identity_provided_by':'jwt_claim'",
         JG_METHOD_JWT | JG_METHOD_TOKEN, JG_METHOD_JWT, 0},
        {"'enable_jwt':true,'use_standard_auth':true,"
         "'base_identity_provided_by':'auth_token'",
         JG_METHOD_JWT | JG_METHOD_TOKEN, JG_METHOD_TOKEN, 0},
        {"'enable_jwt':true,'base_identity_provided_by':'auth_token'",
         JG_METHOD_JWT, 0, 1},
        {"'enable_jwt':true,'base_identity_provided_by':'hmac_key'",
         JG_METHOD_JWT, 0, 1},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_api *api;

        set_text(r,
                 "{'api_id':'a','active':true,'jwt_signing_method':'hmac',"
                 "'jwt_source':'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
                 "'," PROXY ",%s}",
                 rows[i].members);
        api = good_api(r);
        assert_int_equal(api->methods, rows[i].methods);
        assert_int_equal(api->requirement_count, 1);
        assert_int_equal(api->requirements[0], rows[i].methods);
        assert_int_equal(api->base_method, rows[i].base);
        assert_int_equal(r->diags.kept, rows[i].warnings);
        jg_api_free(api);
    }
    free_reading(r);
}

static void
the_token_source_is_that_of_jwt_or_the_deprecated_one(void **state)
{
    static const struct {
        const char *members;
        const char *header;
    } rows[] = {
        {"'name':'none'", ""},
        {"'auth':{'auth_header_name':'X-Old'}", "X-Old"},
        {"'auth_configs':{},'auth':{'auth_header_name':'X-Old'}", "X-Old"},
        {"'auth_configs':{'authToken':{'auth_header_name':'X-Token'}},"
         "'auth':{'auth_header_name':'X-Old'}",
         "X-Old"},
        {"'auth_configs':{'jwt':{}},'auth':{'auth_header_name':'X-Old'}", ""},
        {"'auth_configs':{'authToken':{'auth_header_name':'X-Token'},"
         "'jwt':{'auth_header_name':'X-Jwt'}}",
         "X-Jwt"},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_api *api;

        set_text(r, "{" OPEN_API ",%s}", rows[i].members);
        api = good_api(r);
        assert_quiet(r);
        assert_non_null(api->token_source);
        assert_str(api->token_source->auth_header_name, rows[i].header);
        jg_api_free(api);
    }
    free_reading(r);
}

static void
a_token_needs_some_place(void **state)
{
    static const struct {
        const char *config;
        unsigned warnings;
    } rows[] = {
        {"{'disable_header':true}", 1},
        {"{'disable_header':true,'use_param':true}", 0},
        {"{'disable_header':true,'use_cookie':true}", 0},
        {"{'disable_header':false}", 0},
    };
    static const struct want want = {JG_WARNING,
                                     JG_E_CONF_VALUE,
                                     "auth_configs.jwt",
                                     2,
                                     23,
                                     "no place is left to look for the token"};
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_api *api;

        set_text(r,
                 "{" JWT_API ",'jwt_signing_method':'hmac','jwt_source':"
                 "'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=',\n"
                 "'auth_configs':{'jwt':%s}}",
                 rows[i].config);
        api = good_api(r);
        assert_int_equal(r->diags.warnings, rows[i].warnings);
        if (rows[i].warnings > 0)
            assert_finding(r, &want);
        jg_api_free(api);
    }
    free_reading(r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modes_are_chosen_as_in_tyk_or_closed),
        cmocka_unit_test(what_is_switched_on_must_be_passed_together),
        cmocka_unit_test(the_token_source_is_that_of_jwt_or_the_deprecated_one),
        cmocka_unit_test(a_token_needs_some_place),
    };

    return cmocka_run_group_tests_name("model/api_auth", tests, NULL, NULL);
}
