/* api_scopes.c: which scopes give which policy, and in which claim they are. */
#include "model_check.h"

/* The policy of scope "a" and the claims to look at, "-" for no mapping. */
static void
print_scopes(const struct jg_api *api, struct jg_buf *b)
{
    const struct jg_str *id;

    jg_buf_reset(b);
    if (api->scopes == NULL) {
        jg_buf_addc(b, '-');
        return;
    }
    id = jg_map_get(&api->scopes->policies, JG_STR("a"));
    jg_buf_add(b, id != NULL ? *id : JG_STR("none"));
    for (size_t i = 0; i < api->scopes->claims.count; i++) {
        jg_buf_addc(b, ' ');
        jg_buf_add(b, api->scopes->claims.items[i]);
    }
}

static void
the_deprecated_mapping_counts_without_any_other(void **state)
{
    static const struct {
        const char *members, *want;
    } rows[] = {
        {"'name':'n'", "-"},
        {"'scopes':{}", "-"},
        {"'scopes':null", "-"},
        {"'scopes':{'jwt':{'scope_to_policy':{'a':'p','b':'q'}}}", "p scope"},
        {"'scopes':{'jwt':{'scope_claim_name':'s.t',"
         "'scope_to_policy':{'a':'p'}}}",
         "p s.t"},
        {"'scopes':{'jwt':{'scope_to_policy':{'b':'p'}}}", "none scope"},
        {"'scopes':{'jwt':{'scope_to_policy':{'':'p'}}}", "none scope"},
        {"'jwt_scope_to_policy_mapping':{'a':'p'}", "p scope"},
        {"'jwt_scope_to_policy_mapping':{'a':'p'},'jwt_scope_claim_name':'s'",
         "p s"},
        {"'jwt_scope_claim_name':'s'", "-"},
        {"'scopes':{'jwt':{},'oidc':{}},'jwt_scope_to_policy_mapping':"
         "{'a':'p'}",
         "p scope"},
        {"'scopes':{'jwt':{'scope_claim_name':'','scope_to_policy':{}},"
         "'oidc':{'scope_claim_name':'','scope_to_policy':{}}},"
         "'jwt_scope_to_policy_mapping':{'a':'p'}",
         "p scope"},
        {"'scopes':{'jwt':{'scope_to_policy':{'a':'p'}}},"
         "'jwt_scope_to_policy_mapping':{'a':'q'}",
         "p scope"},
        {"'scopes':{'jwt':{'scope_claim_name':'s'}},"
         "'jwt_scope_to_policy_mapping':{'a':'q'}",
         "-"},
        {"'scopes':{'oidc':{'scope_to_policy':{'a':'p'}}},"
         "'jwt_scope_to_policy_mapping':{'a':'q'}",
         "-"},
        {"'scopes':{'oidc':{'scope_claim_name':'x'}},"
         "'jwt_scope_to_policy_mapping':{'a':'q'}",
         "-"},
    };
    struct reading *r = new_reading();
    struct jg_buf b;

    (void)state;
    jg_buf_init(&b, 1000);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_api *api;

        set_text(r,
                 "{" JWT_API ",'jwt_signing_method':'hmac','jwt_source':"
                 "'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=',%s}",
                 rows[i].members);
        api = good_api(r);
        assert_int_equal(r->diags.warnings, 0);
        print_scopes(api, &b);
        assert_str(jg_buf_str(&b), rows[i].want);
        jg_api_free(api);
    }
    jg_buf_free(&b);
    free_reading(r);
}

static void
oas_has_a_list_of_claims_and_of_pairs(void **state)
{
    static const struct {
        const char *scopes, *want;
    } rows[] = {
        {"{}", "-"},
        {"{'claims':['s']}", "-"},
        {"{'scopeToPolicyMapping':[{'scope':'a','policyId':'p'}]}", "p scope"},
        {"{'claimName':'s','scopeToPolicyMapping':[{'scope':'a','policyId':'p'}"
         "]}",
         "p s scope"},
        {"{'claimName':'s','claims':['t','https://x.y/u'],"
         "'scopeToPolicyMapping':[{'scope':'a','policyId':'p'}]}",
         "p t https://x.y/u scope"},
        /* The last one of a scope, as when Tyk makes a map of them. */
        {"{'scopeToPolicyMapping':[{'scope':'a','policyId':'p'},"
         "{'scope':'a','policyId':'q'},{'policyId':'r'}]}",
         "q scope"},
    };
    struct reading *r = new_reading();
    struct jg_buf b;

    (void)state;
    jg_buf_init(&b, 1000);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_api *api;

        set_text(
            r,
            "{'openapi':'3.0.3','info':{'title':'t','version':'1'},'paths':{},"
            "'security':[{'j':[]}],'components':{'securitySchemes':{'j':{"
            "'type':'http','scheme':'bearer','bearerFormat':'JWT'}}},"
            "'x-tyk-api-gateway':{'info':{'id':'a','name':'n','state':{"
            "'active':true}},'upstream':{'url':'http://up'},'server':{"
            "'listenPath':{'value':'/a/'},'authentication':{'enabled':true,"
            "'securitySchemes':{'j':{'enabled':true,'header':{'enabled':true,"
            "'name':'Authorization'},'signingMethod':'hmac','source':"
            "'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=','scopes':%s}}}}}}",
            rows[i].scopes);
        api = good_api(r);
        assert_int_equal(r->diags.warnings, 0);
        print_scopes(api, &b);
        assert_str(jg_buf_str(&b), rows[i].want);
        jg_api_free(api);
    }
    jg_buf_free(&b);
    free_reading(r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_deprecated_mapping_counts_without_any_other),
        cmocka_unit_test(oas_has_a_list_of_claims_and_of_pairs),
    };

    return cmocka_run_group_tests_name("model/api_scopes", tests, NULL, NULL);
}
