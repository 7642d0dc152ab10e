/* claim_rules.c: rules of both spellings, and those that cannot be kept. */
#include "model_check.h"

#define API                                              \
    JWT_API ",'jwt_signing_method':'hmac','jwt_source':" \
            "'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE='"

static void
classic_definitions_take_both_spellings(void **state)
{
    static const char *const rows[] = {
        "'allowedIssuers':['i'],'allowedAudiences':['a'],"
        "'allowedSubjects':['s'],'jtiValidation':{'enabled':true},"
        "'customClaimValidation':{'x':{'type':'contains',"
        "'allowedValues':['v'],'nonBlocking':true}}",
        "'allowed_issuers':['i'],'allowed_audiences':['a'],"
        "'allowed_subjects':['s'],'jti_validation':{'enabled':true},"
        "'custom_claim_validation':{'x':{'type':'contains',"
        "'allowed_values':['v'],'non_blocking':true}}",
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        const struct jg_claim_rules *rules;
        const struct jg_claim_rule *custom;
        struct jg_api *api;

        set_text(r, "{" API ",'jwt_skip_kid':true,%s}", rows[i]);
        api = good_api(r);
        assert_quiet(r);
        rules = &api->def.rules;
        assert_true(jg_claim_rules_any(rules));
        assert_str(rules->allowed_issuers.items[0], "i");
        assert_str(rules->allowed_audiences.items[0], "a");
        assert_str(rules->allowed_subjects.items[0], "s");
        assert_true(rules->jti_required);
        assert_int_equal(rules->custom.count, 1);
        custom = rules->custom.items;
        assert_str(custom->name, "x");
        assert_int_equal(custom->check, JG_CLAIM_CONTAINS);
        assert_int_equal(custom->allowed_values->count, 1);
        assert_true(custom->non_blocking);
        jg_api_free(api);
    }
    free_reading(r);
}

static void
without_rules_there_is_nothing_to_check(void **state)
{
    static const char *const rows[] = {
        "'name':'x'",
        "'allowedIssuers':[]",
        "'jtiValidation':{}",
        "'jtiValidation':{'enabled':false}",
        "'customClaimValidation':{}",
        "'allowedIssuers':null",
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_api *api;

        set_text(r, "{" API ",%s}", rows[i]);
        api = good_api(r);
        assert_quiet(r);
        assert_false(jg_claim_rules_any(&api->def.rules));
        jg_api_free(api);
    }
    free_reading(r);
}

/* A rule that is wrong never becomes no rule. */
static void
a_rule_that_cannot_be_kept_closes_the_api_or_refuses(void **state)
{
    static const struct {
        const char *rules; /* in line 2 */
        bool closed;
        struct want want;
    } rows[] = {
        {"'customClaimValidation':{'x':{'type':'maybe'}}",
         true,
         {JG_FAULT, JG_E_CONF_VALUE, "customClaimValidation.x.type", 2, 38,
          "every request is refused"}},
        {"'customClaimValidation':{'x':{}}",
         true,
         {JG_FAULT, JG_E_CONF_VALUE, "customClaimValidation.x.type", 2, 30,
          "expected \"required\""}},
        {"'customClaimValidation':{'x':null}",
         true,
         {JG_FAULT, JG_E_CONF_VALUE, "customClaimValidation.x.type", 2, 30,
          "expected \"required\""}},
        {"'custom_claim_validation':{'x':{'type':'contains',"
         "'allowedValues':'v'}}",
         true,
         {JG_FAULT, JG_E_CONF_VALUE, "custom_claim_validation.x.allowedValues",
          2, 67, "expected a list"}},
        {"'customClaimValidation':{'x':{'type':'contains'}}",
         false,
         {JG_WARNING, JG_E_CONF_VALUE, "customClaimValidation.x", 2, 30,
          "no allowed values"}},
        {"'customClaimValidation':{'a|b':{'type':'required'}}",
         false,
         {JG_WARNING, JG_E_CONF_VALUE, "customClaimValidation.a|b", 2, 32,
          "pipes are not available"}},
        {"'allowedSubjects':['s']",
         false,
         {JG_WARNING, JG_E_CONF_VALUE, "allowedSubjects", 2, 19,
          "the kid is compared"}},
        {"'allowed_subjects':['s']",
         false,
         {JG_WARNING, JG_E_CONF_VALUE, "allowed_subjects", 2, 20,
          "the kid is compared"}},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_api *api;

        set_text(r, "{" API ",\n%s}", rows[i].rules);
        api = good_api(r);
        assert_finding(r, &rows[i].want);
        assert_int_equal(r->diags.kept, 1);
        assert_int_equal(api->key_err, rows[i].closed ? JG_E_KEY : JG_OK);
        assert_int_equal(api->keys == NULL, rows[i].closed);
        assert_true(jg_claim_rules_any(&api->def.rules));
        jg_api_free(api);
    }
    free_reading(r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classic_definitions_take_both_spellings),
        cmocka_unit_test(without_rules_there_is_nothing_to_check),
        cmocka_unit_test(a_rule_that_cannot_be_kept_closes_the_api_or_refuses),
    };

    return cmocka_run_group_tests_name("model/claim_rules", tests, NULL, NULL);
}
