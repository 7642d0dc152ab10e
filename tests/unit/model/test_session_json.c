/* session_json.c: sessions as the control API shows them. */
#include "model/session_json.h"
#include "session_check.h"

static void
left_is_seven(void *data, const struct jg_limit *limit,
              const struct jg_access *access, struct jg_quota_left *out)
{
    unsigned *calls = data;

    assert_non_null(limit);
    *out = (struct jg_quota_left){access != NULL ? 7 : -1, 1700000000};
    ++*calls;
}

/* Compare with the JSON <want>, apostrophes for quotes. */
static void
assert_session(const char *policies, const char *stored, jg_quota_look *look,
               const char *want)
{
    struct caller *c = new_caller(policies, stored);
    const struct jg_json *document = json_of(&c->arena, stored), *json;
    struct jg_session_all all;
    unsigned calls = 0;
    struct jg_buf b;

    assert_err(jg_session_apply_all(&c->session, JG_STR("o"), &c->arena, &all),
               JG_OK);
    assert_err(jg_session_to_json(document, &c->session, &all, look, &calls,
                                  &c->arena, &json),
               JG_OK);
    assert_int_equal(calls, look == NULL ? 0 : 1 + all.access_rights.count);
    if (!jg_json_equal(json, json_of(&c->arena, want))) {
        jg_buf_init(&b, 100000);
        jg_json_write(&b, json, 0);
        print_message("# got %.*s\n", JG_STR_ARG(jg_buf_str(&b)));
        jg_buf_free(&b);
        fail();
    }
    free_caller(c);
}

#define NO_LIMIT                                                       \
    "'rate':0,'per':0,'throttle_interval':0,'throttle_retry_limit':0," \
    "'max_query_depth':0,'quota_max':0,'quota_renews':0,"              \
    "'quota_remaining':0,'quota_renewal_rate':0"
#define REST                                      \
    "'tags':[],'meta_data':{},'last_updated':''," \
    "'post_expiry_action':'','post_expiry_grace_period':0"

static void
a_key_without_policies_is_shown_as_it_was_stored(void **state)
{
    (void)state;
    assert_session("[]",
                   "{'org_id':'o','somebody':{'s':1},'access_rights':{'x':{"
                   "'restricted_types':['t'],'limit':{'quota_max':9,'own':1}}},"
                   "'expires':5,'meta_data':{'a':[1]}}",
                   NULL,
                   "{'org_id':'o','somebody':{'s':1},'access_rights':{'x':{"
                   "'restricted_types':['t'],'limit':{'rate':0,'per':0,"
                   "'throttle_interval':0,'throttle_retry_limit':0,"
                   "'max_query_depth':0,'quota_max':9,'quota_renews':0,"
                   "'quota_remaining':9,'quota_renewal_rate':0,'own':1},"
                   "'api_name':'','api_id':'x','versions':[],"
                   "'allowed_urls':[],'allowance_scope':'x'}},'expires':5,"
                   "'meta_data':{'a':[1]},'is_inactive':false,"
                   "'tags':[],'last_updated':'','post_expiry_action':'',"
                   "'post_expiry_grace_period':0," NO_LIMIT "}");
    assert_session("[]", "{}", NULL,
                   "{'access_rights':{},'is_inactive':false," REST "," NO_LIMIT
                   "}");
}

static void
policies_replace_what_they_decide(void **state)
{
    (void)state;
    assert_session(
        "[{'id':'p','rate':0.5,'per':60,'quota_max':10,"
        "'quota_renewal_rate':3600,'throttle_interval':1.5,"
        "'throttle_retry_limit':2,'is_inactive':true,'tags':['t'],"
        "'last_updated':'17','meta_data':{'a':'p','b':{'c':1}},"
        "'post_expiry_action':'delete','post_expiry_grace_period':5,"
        "'access_rights':{'x':{'api_name':'X','versions':['v'],"
        "'allowed_urls':[{'url':'/u','methods':['GET']}],'endpoints':[{"
        "'path':'/e','methods':[{'name':'GET','limit':{'rate':1,'per':2}}]}]"
        "}}}]",
        "{'apply_policies':['p'],'rate':99,'access_rights':{'y':{},'x':{"
        "'restricted_types':['t']}},'meta_data':{'a':'s','d':'s'},"
        "'is_inactive':false,'tags':['s'],'last_updated':'1'}",
        left_is_seven,
        "{'apply_policies':['p'],'rate':0.5,'per':60,'quota_max':10,"
        "'quota_renewal_rate':3600,'quota_renews':1700000000,"
        "'quota_remaining':-1,'throttle_interval':1.5,"
        "'throttle_retry_limit':2,'max_query_depth':0,'access_rights':{'x':{"
        "'api_name':'X','api_id':'x','versions':['v'],'allowed_urls':[{"
        "'url':'/u','methods':['GET']}],'limit':{'rate':0.5,'per':60,"
        "'quota_max':10,'quota_renewal_rate':3600,'quota_renews':1700000000,"
        "'quota_remaining':7,'throttle_interval':1.5,"
        "'throttle_retry_limit':2,'max_query_depth':0},'allowance_scope':'',"
        "'endpoints':[{'path':'/e','methods':[{'name':'GET','limit':{"
        "'rate':1,'per':2}}]}]}},'meta_data':{'a':'p','b':{'c':1},'d':'s'},"
        "'is_inactive':true,'tags':['t','s'],'last_updated':'17',"
        "'post_expiry_action':'delete','post_expiry_grace_period':5}");
}

/* What is written is read again as the same rights. */
static void
what_is_shown_can_be_stored_again(void **state)
{
    struct caller *c = new_caller(
        "[{'id':'p','rate':0.25,'per':1e-3,'access_rights':{'x':{"
        "'allowed_urls':[{'url':'^/a\\\\d$','methods':['GET','PUT']}],"
        "'versions':['a','b'],'endpoints':[{'path':'/e','methods':["
        "{'name':'GET','limit':{'rate':1.5,'per':2}},{'name':'PUT'}]}]}}}]",
        "{}");
    struct jg_bind_source source = {0};
    struct jg_stored_session again;
    struct jg_session_all all;
    const struct jg_json *json;
    struct jg_buf before, after;

    (void)state;
    jg_buf_init(&before, 10000);
    jg_buf_init(&after, 10000);
    assert_err(jg_session_apply_all(&c->session, JG_STR("o"), &c->arena, &all),
               JG_OK);
    assert_err(jg_session_to_json(json_of(&c->arena, "{}"), &c->session, &all,
                                  NULL, NULL, &c->arena, &json),
               JG_OK);
    assert_err(jg_stored_session_read(&source, json, &c->arena, &again), JG_OK);
    print_access(&before, jg_access_find(&all.access_rights, JG_STR("x")));
    print_access(&after, jg_access_find(&again.access_rights, JG_STR("x")));
    assert_str(jg_buf_str(&before), jg_buf_str(&after).p);
    jg_buf_free(&before);
    jg_buf_free(&after);
    free_caller(c);
}

static void
a_whole_session_has_every_member_in_tyks_order(void **state)
{
    static const char *const names[] = {"last_check",
                                        "allowance",
                                        "rate",
                                        "per",
                                        "throttle_interval",
                                        "throttle_retry_limit",
                                        "max_query_depth",
                                        "date_created",
                                        "expires",
                                        "quota_max",
                                        "quota_renews",
                                        "quota_remaining",
                                        "quota_renewal_rate",
                                        "access_rights",
                                        "org_id",
                                        "oauth_client_id",
                                        "oauth_keys",
                                        "certificate",
                                        "basic_auth_data",
                                        "jwt_data",
                                        "hmac_enabled",
                                        "enable_http_signature_validation",
                                        "hmac_string",
                                        "rsa_certificate_id",
                                        "is_inactive",
                                        "apply_policy_id",
                                        "apply_policies",
                                        "data_expires",
                                        "monitor",
                                        "enable_detail_recording",
                                        "enable_detailed_recording",
                                        "meta_data",
                                        "tags",
                                        "alias",
                                        "last_updated",
                                        "id_extractor_deadline",
                                        "session_lifetime",
                                        "post_expiry_action",
                                        "post_expiry_grace_period",
                                        "somebody",
                                        "more"};
    struct jg_json whole;
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 1 << 20);
    assert_err(jg_session_whole(json_of(&a, "{'somebody':1,'tags':['t'],"
                                            "'rate':2.5,'more':null}"),
                                &a, &whole),
               JG_OK);
    assert_int_equal(whole.count, LEN(names));
    for (size_t i = 0; i < LEN(names); i++)
        assert_str(whole.members[i].name, names[i]);
    assert_true(jg_json_equal(jg_json_get(&whole, JG_STR("tags")),
                              json_of(&a, "['t']")));
    assert_true(
        jg_json_equal(jg_json_get(&whole, JG_STR("rate")), json_of(&a, "2.5")));
    assert_true(jg_json_equal(jg_json_get(&whole, JG_STR("monitor")),
                              json_of(&a, "{'trigger_limits':[]}")));
    jg_arena_free(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_without_policies_is_shown_as_it_was_stored),
        cmocka_unit_test(policies_replace_what_they_decide),
        cmocka_unit_test(what_is_shown_can_be_stored_again),
        cmocka_unit_test(a_whole_session_has_every_member_in_tyks_order),
    };

    return cmocka_run_group_tests_name("model/session_json", tests, NULL, NULL);
}
