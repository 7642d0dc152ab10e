/* oas_auth.c: who may call an API with an OAS definition. */
#include "oas_check.h"

#define J "'j':{" KEY "," HEADER "}"
#define ON(name) "'" name "':{'enabled':true}"
#define AUTHENTICATION(more) "'authentication':{'enabled':true" more "}"
#define COMPLIANT(list)                                     \
    AUTHENTICATION(",'securityProcessingMode':'compliant'," \
                   "'securitySchemes':{" list "}")
#define SCHEMES(list) AUTHENTICATION(",'securitySchemes':{" list "}")

/* What becomes of one document. */
struct row {
    const char *security, *authentication;
    enum jg_auth_mode mode;
    enum jg_severity severity;
    const char *path, *message; /* NULL: nothing is said */
};

static bool
is_found(const struct reading *r, const struct row *row)
{
    for (const struct jg_diag *d = r->diags.first; d != NULL; d = d->next)
        if (row->path != NULL && d->severity == row->severity &&
            jg_str_eq(d->path, jg_str(row->path)) &&
            contains(d->message, row->message))
            return true;
    return false;
}

static void
check_row(struct reading *r, const struct row *row)
{
    struct jg_api *api;

    set_auth(r, row->security, row->authentication);
    api = good_api(r);
    if (api->mode != row->mode || is_found(r, row) != (row->path != NULL)) {
        print_findings(&r->diags);
        fail_msg("%s: mode %d", row->security, api->mode);
    }
    assert_int_equal(api->key_err, api->mode == JG_AUTH_CLOSED
                                       ? JG_E_AUTH_UNSUPPORTED
                                       : JG_OK);
    assert_int_equal(api->keys != NULL, (api->methods & JG_METHOD_JWT) != 0);
    jg_api_free(api);
}

static void
modes_follow_security_and_schemes(void **state)
{
    static const struct row rows[] = {
        {"[]", "'authentication':{'enabled':false}", JG_AUTH_KEYLESS, 0, NULL,
         NULL},
        {"[]", "", JG_AUTH_KEYLESS, JG_WARNING, AUTH,
         "open to everybody, as in Tyk"},
        {"[{'j':[]}]", "'authentication':{'securitySchemes':{" J "}}",
         JG_AUTH_KEYLESS, JG_WARNING, AUTH ".enabled",
         "security has no effect"},
        {"[{'j':[]}]", SCHEMES(J), JG_AUTH_CALLERS, 0, NULL, NULL},
        {"[{'k':[]}]", SCHEMES("'k':{" KEY "," HEADER "}"), JG_AUTH_CALLERS, 0,
         NULL, NULL}, /* letter case does not count */
        /* Not asked for, not known, or not enabled. */
        {"[]", SCHEMES(J), JG_AUTH_CALLERS, JG_WARNING, AUTH,
         "no authentication is switched on"},
        {"{}", SCHEMES(J), JG_AUTH_CALLERS, JG_WARNING, AUTH,
         "no authentication is switched on"},
        {"[{}]", SCHEMES(J), JG_AUTH_CALLERS, JG_WARNING, AUTH,
         "no authentication is switched on"},
        {"[7]", SCHEMES(J), JG_AUTH_CALLERS, JG_WARNING, AUTH,
         "no authentication is switched on"},
        {"[{'x':[]}]", SCHEMES(J), JG_AUTH_CALLERS, JG_WARNING, "security",
         "\"x\" is not among components.securitySchemes"},
        {"[{'odd':[]}]", SCHEMES(ON("odd")), JG_AUTH_CALLERS, JG_WARNING,
         "security", "\"odd\" is of a kind that Tyk does not know"},
        {"[{'plain':[]}]", SCHEMES("'plain':{" KEY "}"), JG_AUTH_CALLERS,
         JG_WARNING, "security", "\"bearerFormat\": \"JWT\""},
        {"[{'k':[]}]", SCHEMES(J), JG_AUTH_CALLERS, JG_WARNING, "security",
         "\"k\" is not among server.authentication.securitySchemes"},
        {"[{'j':[]}]", SCHEMES("'j':{'enabled':false}"), JG_AUTH_CALLERS,
         JG_WARNING, "security", "\"j\" is not enabled"},
        /* Modes that are not offered. */
        {"[{'oauth':[]}]", SCHEMES(ON("oauth")), JG_AUTH_CLOSED, JG_FAULT,
         AUTH ".securitySchemes.oauth.enabled", "is not available"},
        {"[{'basic':[]}]", SCHEMES(ON("basic")), JG_AUTH_CALLERS, JG_WARNING,
         AUTH ".securitySchemes.basic", "no place is left to look"},
        {"[{'basic':[]}]",
         SCHEMES("'basic':{'enabled':true,'header':{'enabled':true,"
                 "'name':'Authorization'},'cacheTTL':5,'disableCaching':true}"),
         JG_AUTH_CALLERS, 0, NULL, NULL},
        {"[{'basic':[]}]",
         SCHEMES("'basic':{'enabled':true,'header':{'enabled':true},"
                 "'extractCredentialsFromBody':{'enabled':true,"
                 "'userRegexp':'x'}}"),
         JG_AUTH_CALLERS, JG_WARNING,
         AUTH ".securitySchemes.basic.extractCredentialsFromBody.enabled",
         "not looked for in bodies"},
        {"[{'token':[]}]", SCHEMES(ON("token")), JG_AUTH_CALLERS, 0, NULL,
         NULL},
        {"[{'token':[]}]",
         SCHEMES("'token':{'enabled':true,'signatureValidation':{"
                 "'enabled':true}}"),
         JG_AUTH_CLOSED, JG_FAULT,
         AUTH ".securitySchemes.token.signatureValidation.enabled",
         "is not available"},
        {"[{'token':[]}]",
         SCHEMES("'token':{'enabled':true,'enableClientCertificate':true}"),
         JG_AUTH_CLOSED, JG_FAULT,
         AUTH ".securitySchemes.token.enableClientCertificate",
         "is not available"},
        {"[{'oauth':[]}]", SCHEMES(ON("oauth")), JG_AUTH_CLOSED, JG_FAULT,
         AUTH ".securitySchemes.oauth.enabled", "is not available"},
        {"[{'j':[],'token':[]}]", SCHEMES(J "," ON("token")), JG_AUTH_CALLERS,
         0, NULL, NULL},
        {"[{'j':[],'token':[]}]", SCHEMES(J), JG_AUTH_CALLERS, JG_WARNING,
         "security", "\"token\" is not among server"},
        {"[{'j':[]}]",
         AUTHENTICATION(",'hmac':{'enabled':true},'securitySchemes':{" J "}"),
         JG_AUTH_CLOSED, JG_FAULT, AUTH ".hmac.enabled", "beside the JWT"},
        {"[{'j':[]}]",
         AUTHENTICATION(",'oidc':{'enabled':true},'securitySchemes':{" J "}"),
         JG_AUTH_CLOSED, JG_FAULT, AUTH ".oidc.enabled", "beside the JWT"},
        {"[{'j':[]}]",
         AUTHENTICATION(",'custom':{'enabled':true},'securitySchemes':{" J "}"),
         JG_AUTH_CLOSED, JG_FAULT, AUTH ".custom.enabled", "beside the JWT"},
        {"[{'j':[]}]",
         AUTHENTICATION(",'certificateAuth':{'enabled':true},"
                        "'securitySchemes':{" J "}"),
         JG_AUTH_CLOSED, JG_FAULT, AUTH ".certificateAuth.enabled",
         "beside the JWT"},
        {"[{'j':[]}]", SCHEMES(J) ",'clientCertificates':{'enabled':true}",
         JG_AUTH_CLOSED, JG_FAULT, EXT ".server.clientCertificates.enabled",
         "beside the JWT"},
        {"[]",
         "'authentication':{'enabled':false},"
         "'clientCertificates':{'enabled':true}",
         JG_AUTH_CLOSED, JG_FAULT, EXT ".server.clientCertificates.enabled",
         "is not available"},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        check_row(r, &rows[i]);
    free_reading(r);
}

static void
of_several_requirements_one_or_each_counts(void **state)
{
    static const struct row rows[] = {
        /* Several: the first; in compliant mode each that we can check. */
        {"[{'j':[]},{'token':[]}]", SCHEMES(J "," ON("token")), JG_AUTH_CALLERS,
         JG_WARNING, "security", "only number 1 of these counts"},
        {"[{'token':[]},{'j':[]}]", SCHEMES(J "," ON("token")), JG_AUTH_CALLERS,
         JG_WARNING, "security", "only number 1 of these counts"},
        {"[{'token':[]},{'j':[]}]", COMPLIANT(J "," ON("token")),
         JG_AUTH_CALLERS, 0, NULL, NULL},
        {"[{},{'j':[]}]", COMPLIANT(J), JG_AUTH_CALLERS, JG_WARNING, "security",
         "number 1 lets nobody in"},
        {"[{'oauth':[]},{'j':[]}]", COMPLIANT(J "," ON("oauth")),
         JG_AUTH_CALLERS, JG_WARNING, "security", "number 1 lets nobody in"},
        {"[{'oauth':[],'j':[]},{'oauth':[]}]", COMPLIANT(J "," ON("oauth")),
         JG_AUTH_CLOSED, JG_FAULT, AUTH ".securitySchemes.oauth.enabled",
         "beside the JWT"},
        {"[{'j':[]},{'k':[]}]", COMPLIANT(J ",'k':{" KEY "}"), JG_AUTH_CALLERS,
         JG_WARNING, "security", "number 2 lets nobody in"},
        {"[{'j':[],'k':[]}]", SCHEMES(J ",'k':{" KEY "}"), JG_AUTH_CALLERS,
         JG_WARNING, "security", "only \"j\" is checked"},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        check_row(r, &rows[i]);
    free_reading(r);
}

static void
requirements_are_sets_of_methods(void **state)
{
    static const struct {
        const char *security, *authentication;
        jg_auth_methods want[4];
    } rows[] = {
        {"[{'j':[]}]", SCHEMES(J), {JG_METHOD_JWT}},
        {"[{'token':[]}]", SCHEMES(ON("token")), {JG_METHOD_TOKEN}},
        {"[{'j':[],'token':[]}]",
         SCHEMES(J "," ON("token")),
         {JG_METHOD_JWT | JG_METHOD_TOKEN}},
        {"[{'token':[]},{'j':[]}]",
         SCHEMES(J "," ON("token")),
         {JG_METHOD_TOKEN}},
        {"[{'token':[]},{'j':[]},{'oauth':[]},{'j':[],'token':[]}]",
         COMPLIANT(J "," ON("token") "," ON("oauth")),
         {JG_METHOD_TOKEN, JG_METHOD_JWT, JG_METHOD_JWT | JG_METHOD_TOKEN}},
        {"[{'basic':[]},{'j':[]},{'basic':[],'token':[]}]",
         COMPLIANT(J "," ON("token") "," ON("basic")),
         {JG_METHOD_BASIC, JG_METHOD_JWT, JG_METHOD_BASIC | JG_METHOD_TOKEN}},
        {"[]", SCHEMES(J), {JG_METHOD_TOKEN}},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_api *api;
        size_t n = 0;

        set_auth(r, rows[i].security, rows[i].authentication);
        api = good_api(r);
        for (; rows[i].want[n] != 0; n++)
            assert_int_equal(api->requirements[n], rows[i].want[n]);
        assert_int_equal(api->requirement_count, n);
        jg_api_free(api);
    }
    free_reading(r);
}

/* The document says where the key is; Tyk's part adds places. */
static void
a_key_scheme_has_the_documents_place(void **state)
{
    struct reading *r = new_reading();
    const struct jg_auth_config *source;
    struct jg_api *api;

    (void)state;
    set_auth(
        r, "[{'token':[]}]",
        SCHEMES(
            "'token':{'enabled':true,'header':{'enabled':true,"
            "'name':'X-Other'},'query':{'enabled':true,'name':'q'}}") ",'"
                                                                      "detailed"
                                                                      "Activity"
                                                                      "Logs':{"
                                                                      "}");
    api = good_api(r);
    source = api->key_source;
    assert_false(source->disable_header);
    assert_str(source->auth_header_name, "X");
    assert_true(source->use_param);
    assert_str(source->param_name, "q");
    assert_false(source->use_cookie);
    assert_int_equal(api->def.auth_configs.count, 1);
    jg_api_free(api);
    free_reading(r);
}

static void
the_lifetime_of_keys_is_read(void **state)
{
    struct reading *r = new_reading();
    struct jg_api *api;

    (void)state;
    set_auth(r, "[{'token':[]}]",
             AUTHENTICATION(",'baseIdentityProvider':'auth_token',"
                            "'customKeyLifetime':{'enabled':true,'value':'1h',"
                            "'respectValidity':true},'securitySchemes':{" ON(
                                "token") "}"));
    api = good_api(r);
    assert_quiet(r);
    assert_int_equal(api->def.session_lifetime_s, 3600);
    assert_true(api->def.session_lifetime_respects_key_expiration);
    assert_int_equal(api->base_method, JG_METHOD_TOKEN);
    jg_api_free(api);
    free_reading(r);
}

static void
every_member_of_a_jwt_scheme_reaches_its_field(void **state)
{
    struct reading *r = new_reading();
    const struct jg_claim_rule *custom;
    const struct jg_jwks_uri *uris;
    const struct jg_api_def *def;
    struct jg_api *api;

    (void)state;
    set_jwt(r,
            KEY ",'header':{'enabled':true,'name':'X-H'},"
                "'query':{'enabled':true,'name':'q'},"
                "'cookie':{'enabled':true,'name':'c'},"
                "'algorithms':['HS256'],'profile':'compatible',"
                "'identityBaseField':'id','subjectClaims':['s1','s2'],"
                "'policyFieldName':'pol','basePolicyClaims':['p1','p.2'],"
                "'clientBaseField':'client','defaultPolicies':['d'],"
                "'skipKid':true,'issuedAtValidationSkew':1,"
                "'notBeforeValidationSkew':2,'expiresAtValidationSkew':3,"
                "'allowedIssuers':['i'],'allowedAudiences':['a1','a2'],"
                "'allowedSubjects':['s'],'jtiValidation':{'enabled':true},"
                "'customClaimValidation':{'b.c':{'type':'exact_match',"
                "'allowedValues':[1,['x']],'nonBlocking':true},"
                "'a':{'type':'required'}},'idpClientIdMappingDisabled':true");
    api = good_api(r);
    assert_quiet(r);
    def = &api->def;
    assert_str(api->token_source->auth_header_name, "X-H");
    assert_str(api->token_source->param_name, "q");
    assert_str(api->token_source->cookie_name, "c");
    assert_true(api->token_source->use_param);
    assert_true(api->token_source->use_cookie);
    assert_false(api->token_source->disable_header);
    assert_str(def->jwt_identity_base_field, "id");
    assert_int_equal(jg_api_subject_claims(def).count, 2);
    assert_str(jg_api_subject_claims(def).items[1], "s2");
    assert_int_equal(jg_api_policy_claims(def).count, 2);
    assert_str(jg_api_policy_claims(def).items[1], "p.2");
    assert_str(def->jwt_client_base_field, "client");
    assert_str(def->jwt_default_policies.items[0], "d");
    assert_true(def->jwt_skip_kid);
    assert_int_equal(def->skew.iat_s, 1);
    assert_int_equal(def->skew.nbf_s, 2);
    assert_int_equal(def->skew.exp_s, 3);
    assert_str(def->rules.allowed_issuers.items[0], "i");
    assert_str(def->rules.allowed_audiences.items[1], "a2");
    assert_str(def->rules.allowed_subjects.items[0], "s");
    assert_true(def->rules.jti_required);
    assert_int_equal(def->rules.custom.count, 2);
    custom = def->rules.custom.items;
    assert_str(custom[0].name, "b.c");
    assert_int_equal(custom[0].check, JG_CLAIM_EXACT_MATCH);
    assert_int_equal(custom[0].allowed_values->count, 2);
    assert_int_equal(custom[0].path.count, 2);
    assert_true(custom[0].non_blocking);
    assert_str(custom[1].name, "a");
    assert_int_equal(custom[1].check, JG_CLAIM_REQUIRED);
    jg_api_free(api);

    set_jwt(r, "'enabled':true,'signingMethod':'rsa'," HEADER
               ",'jwksURIs':[{'url':'https://idp/1','cacheTimeout':'5m'},"
               "{'url':'https://idp/2'},\n"
               "{'url':'https://idp/3','cacheTimeout':'soon'}]");
    api = good_api(r);
    uris = api->def.jwt_jwks_uris.items;
    assert_int_equal(api->def.jwt_jwks_uris.count, 3);
    assert_str(uris[0].url, "https://idp/1");
    assert_int_equal(uris[0].cache_timeout_ms, 300000);
    assert_int_equal(uris[1].cache_timeout_ms, 0);
    assert_int_equal(uris[2].cache_timeout_ms, 0);
    assert_finding(
        r, &((struct want){JG_WARNING, JG_E_CONF_VALUE,
                           AUTH ".securitySchemes.j.jwksURIs.2.cacheTimeout", 3,
                           24, "not a duration: counts as 0"}));
    jg_api_free(api);
    free_reading(r);
}

static void
lists_win_over_single_fields(void **state)
{
    static const struct {
        const char *members;
        const char *subject, *policy; /* NULL: none */
    } rows[] = {
        {"", NULL, NULL},
        {",'identityBaseField':'id','policyFieldName':'pol'", "id", "pol"},
        {",'subjectClaims':['s'],'basePolicyClaims':['p']", "s", "p"},
        {",'identityBaseField':'id','subjectClaims':[],"
         "'policyFieldName':'pol','basePolicyClaims':[]",
         "id", "pol"},
        {",'identityBaseField':'id','subjectClaims':['s'],"
         "'policyFieldName':'pol','basePolicyClaims':['p']",
         "s", "p"},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_strs subjects, policies;
        char scheme[512];
        struct jg_api *api;

        snprintf(scheme, sizeof(scheme), KEY "," HEADER "%s", rows[i].members);
        set_jwt(r, scheme);
        api = good_api(r);
        assert_quiet(r);
        subjects = jg_api_subject_claims(&api->def);
        policies = jg_api_policy_claims(&api->def);
        assert_int_equal(subjects.count, rows[i].subject != NULL);
        assert_int_equal(policies.count, rows[i].policy != NULL);
        if (subjects.count > 0)
            assert_str(subjects.items[0], rows[i].subject);
        if (policies.count > 0)
            assert_str(policies.items[0], rows[i].policy);
        jg_api_free(api);
    }
    free_reading(r);
}

static void
without_a_header_object_no_header_is_looked_at(void **state)
{
    static const struct {
        const char *places;
        bool disabled, warned;
    } rows[] = {
        {"," HEADER, false, false},
        {",'header':{'enabled':true}", false, false},
        {"", true, true},
        {",'header':{'name':'X'}", true, true},
        {",'header':{'enabled':false,'name':'X'}", true, true},
        {",'query':{'enabled':true,'name':'q'}", true, false},
        {",'cookie':{'enabled':true,'name':'c'}", true, false},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        char scheme[512];
        struct jg_api *api;

        snprintf(scheme, sizeof(scheme), "%s%s", KEY, rows[i].places);
        set_jwt(r, scheme);
        api = good_api(r);
        assert_int_equal(api->token_source->disable_header, rows[i].disabled);
        assert_int_equal(r->diags.kept, rows[i].warned);
        if (rows[i].warned)
            assert_finding(r, &((struct want){JG_WARNING, JG_E_CONF_VALUE,
                                              AUTH ".securitySchemes.j", 2, 57,
                                              "no place is left to look"}));
        jg_api_free(api);
    }
    free_reading(r);
}

static void
findings_about_keys_have_the_schemes_place(void **state)
{
    static const struct {
        const char *scheme;
        struct want want;
        bool closed;
    } rows[] = {
        {"'enabled':true," HEADER ",\n'signingMethod':'hmac','source':'='",
         {JG_FAULT, JG_E_KEY, AUTH ".securitySchemes.j.source", 3, 33,
          "jwt_source"},
         true},
        {"'enabled':true," HEADER ",'source':'" SECRET32
         "',\n'signingMethod':'RS256'",
         {JG_WARNING, JG_E_CONF_VALUE, AUTH ".securitySchemes.j.signingMethod",
          3, 17, "not known"},
         false},
        {KEY "," HEADER ",\n'profile':'lax'",
         {JG_FAULT, JG_E_CONF_VALUE, AUTH ".securitySchemes.j.profile", 3, 11,
          "compatible"},
         true},
        {KEY "," HEADER ",\n'allowedSubjects':['a']",
         {JG_WARNING, JG_E_CONF_VALUE,
          AUTH ".securitySchemes.j.allowedSubjects", 3, 19,
          "the kid is compared"},
         false},
        {KEY "," HEADER ",\n'expiresAtValidationSkew':3601",
         {JG_WARNING, JG_E_CONF_RISK,
          AUTH ".securitySchemes.j.expiresAtValidationSkew", 3, 27,
          "more than an hour"},
         false},
        {KEY "," HEADER ",\n'policyFieldname':'pol'",
         {JG_WARNING, JG_E_CONF_UNKNOWN,
          AUTH ".securitySchemes.j.policyFieldname", 3, 1,
          "spelt \"policyFieldName\""},
         false},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_api *api;

        set_jwt(r, rows[i].scheme);
        api = good_api(r);
        assert_finding(r, &rows[i].want);
        assert_int_equal(api->key_err != JG_OK, rows[i].closed);
        check_not_shown(&r->diags, SECRET32);
        jg_api_free(api);
    }
    free_reading(r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modes_follow_security_and_schemes),
        cmocka_unit_test(of_several_requirements_one_or_each_counts),
        cmocka_unit_test(requirements_are_sets_of_methods),
        cmocka_unit_test(a_key_scheme_has_the_documents_place),
        cmocka_unit_test(the_lifetime_of_keys_is_read),
        cmocka_unit_test(every_member_of_a_jwt_scheme_reaches_its_field),
        cmocka_unit_test(lists_win_over_single_fields),
        cmocka_unit_test(without_a_header_object_no_header_is_looked_at),
        cmocka_unit_test(findings_about_keys_have_the_schemes_place),
    };

    return cmocka_run_group_tests_name("model/oas_auth", tests, NULL, NULL);
}
