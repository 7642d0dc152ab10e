/* stored_session.c: sessions as the control API and Tyk's Redis have them. */
#include "model/stored_session.h"
#include "model_check.h"

static enum jg_err
read_session(struct reading *r, struct jg_stored_session *out)
{
    struct jg_bind_source source = source_of(r);
    const struct jg_json *json;

    forget(r);
    assert_err(jg_bind_parse(&source, &jg_json_limits_conf, &r->arena, &json),
               JG_OK);
    return jg_stored_session_read(&source, json, &r->arena, out);
}

/* As Tyk 5 writes it, zero values and all. */
static void
a_session_of_tyk_is_read_without_a_word(void **state)
{
    struct reading *r = new_reading();
    struct jg_stored_session s;
    const struct jg_access *access;

    (void)state;
    set_text(
        r, "%s",
        "{'last_check':0,'allowance':1000,'rate':1000,'per':60,"
        "'throttle_interval':0.5,'throttle_retry_limit':2,'max_query_depth':-1,"
        "'date_created':'2024-01-02T03:04:05.678Z','expires':1.9e+09,"
        "'quota_max':1e+06,'quota_renews':1700000000,'quota_remaining':5,"
        "'quota_renewal_rate':3600,'access_rights':{'b':{'api_name':'B',"
        "'api_id':'b','versions':['Default'],'allowed_urls':null,"
        "'restricted_types':[],'limit':{'rate':1,'per':2,'quota_max':3,"
        "'quota_renews':4,'quota_remaining':5,'quota_renewal_rate':6},"
        "'field_access_rights':[],'disable_introspection':false,"
        "'allowance_scope':'b'},'a':{}},'org_id':'o','oauth_client_id':'c',"
        "'oauth_keys':{},'certificate':'','basic_auth_data':{'password':'x',"
        "'hash_type':''},'jwt_data':{'secret':'s3cr3t'},'hmac_enabled':false,"
        "'hmac_string':'','is_inactive':true,'apply_policy_id':'old',"
        "'apply_policies':['p','q'],'data_expires':0,'monitor':{"
        "'trigger_limits':[]},'enable_detail_recording':false,'meta_data':{"
        "'k':'v'},'tags':['t'],'alias':'al','last_updated':'17',"
        "'id_extractor_deadline':0,'session_lifetime':60,"
        "'post_expiry_action':'retain','post_expiry_grace_period':-1,"
        "'somebody_s_own':{'x':1}}");
    assert_err(read_session(r, &s), JG_OK);
    assert_quiet(r);
    assert_str(s.org_id, "o");
    assert_str(s.alias, "al");
    assert_int_equal(s.apply_policies.count, 2);
    assert_str(s.apply_policies.items[1], "q");
    assert_true(s.limit.rate == 1000 && s.limit.per_s == 60);
    assert_int_equal(s.limit.quota_max, 1000000);
    assert_int_equal(s.limit.quota_renewal_s, 3600);
    assert_true(s.limit.throttle_interval_s == 0.5);
    assert_int_equal(s.limit.throttle_retries, 2);
    assert_int_equal(s.limit.max_query_depth, -1);
    assert_int_equal(s.expires_s, 1900000000);
    assert_true(s.is_inactive);
    assert_str(s.tags.items[0], "t");
    assert_str(jg_json_string(jg_json_get(s.meta_data, JG_STR("k"))), "v");
    assert_str(s.jwt_secret, "s3cr3t");
    assert_str(s.oauth_client_id, "c");
    assert_str(s.last_updated, "17");
    assert_str(s.post_expiry_action, "retain");
    assert_int_equal(s.post_expiry_grace_s, -1);
    assert_int_equal(s.session_lifetime_s, 60);
    assert_int_equal(s.custom_policy_count, 0);
    access = jg_access_find(&s.access_rights, JG_STR("b"));
    assert_int_equal(access->limit.quota_renewal_s, 6);
    assert_str(access->allowance_scope, "b");
    assert_non_null(jg_access_find(&s.access_rights, JG_STR("a")));
    assert_null(jg_access_find(&s.access_rights, JG_STR("c")));
    free_reading(r);
}

static void
one_deprecated_policy_id_is_a_list_of_one(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"{}", NULL},
        {"{'apply_policy_id':''}", NULL},
        {"{'apply_policy_id':'p'}", "p"},
        {"{'apply_policy_id':'p','apply_policies':null}", "p"},
        {"{'apply_policy_id':'p','apply_policies':[]}", "p"},
        {"{'apply_policy_id':'p','apply_policies':['q']}", "q"},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_stored_session s;

        set_text(r, "%s", rows[i].text);
        assert_err(read_session(r, &s), JG_OK);
        assert_int_equal(s.apply_policies.count, rows[i].want != NULL);
        if (rows[i].want != NULL)
            assert_str(s.apply_policies.items[0], rows[i].want);
    }
    free_reading(r);
}

static void
policies_inside_are_read_when_they_are_some(void **state)
{
    static const struct {
        const char *list;
        enum jg_err err;
        size_t count;
    } rows[] = {
        {"null", JG_OK, 0},
        {"[]", JG_OK, 0},
        {"'p'", JG_OK, 0},
        {"{'id':'p'}", JG_OK, 0},
        {"['p','q']", JG_OK, 0}, /* somebody's own data */
        {"[{'id':'p'},'q']", JG_OK, 0},
        {"[{'id':'p','rate':1,'access_rights':{'b':{},'a':{}}},{'_id':'q'}]",
         JG_OK, 2},
        {"[{}]", JG_OK, 1},
        {"[{'id':'p','org_id':'old'},{'id':'q'},{'id':'p','access_rights':{"
         "'a':{}}}]",
         JG_OK, 2}, /* the later one of an id */
        {"[{'rate':'x'}]", JG_E_CONF_TYPE,
         0}, /* not: as if it were not there */
        {"[{'partitions':{'per_api':true,'acl':true}}]", JG_OK, 1},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_stored_session s = {0};

        set_text(r, "{'meta_data':{'policies':%s}}", rows[i].list);
        assert_err(read_session(r, &s), rows[i].err);
        assert_int_equal(s.custom_policy_count, rows[i].count);
        if (rows[i].count < 2)
            continue;
        assert_str(s.custom_policies[0]->id, "p");
        assert_str(s.custom_policies[1]->id, "q");
        assert_non_null(jg_policy_access(s.custom_policies[0], JG_STR("a")));
    }
    free_reading(r);
}

static void
policies_inside_are_not_too_many(void **state)
{
    struct reading *r = new_reading();
    struct jg_stored_session s = {0};
    struct jg_buf b;

    (void)state;
    for (size_t more = 0; more < 2; more++) {
        jg_buf_init(&b, TEXT_MAX - 1);
        jg_buf_add(&b, JG_STR("{\"meta_data\":{\"policies\":[{}"));
        for (size_t i = 1; i < JG_CUSTOM_POLICIES_MAX + more; i++)
            jg_buf_addf(&b, ",{\"id\":\"%zu\"}", i);
        jg_buf_add(&b, JG_STR("]}}"));
        set_text(r, "%.*s", JG_STR_ARG(jg_buf_str(&b)));
        assert_err(read_session(r, &s), more > 0 ? JG_E_CONF_RANGE : JG_OK);
        jg_buf_free(&b);
    }
    assert_int_equal(s.custom_policy_count, JG_CUSTOM_POLICIES_MAX);
    free_reading(r);
}

static void
wrong_types_are_refused_and_secrets_not_shown(void **state)
{
    static const char *const rows[] = {
        "[]",
        "{'expires':'never'}",
        "{'expires':1.5}",
        "{'apply_policies':'p'}",
        "{'apply_policies':[1]}",
        "{'access_rights':[]}",
        "{'access_rights':{'a':{'limit':{'rate':true}}}}",
        "{'meta_data':['x']}",
        "{'meta_data':'x'}",
        "{'is_inactive':1}",
        "{'jwt_data':{'secret':4711}}",
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_stored_session s;

        memset(&s, 0x5a, sizeof(s));
        set_text(r, "%s", rows[i]);
        assert_err(read_session(r, &s), JG_E_CONF_TYPE);
        assert_int_equal(r->diags.faults, 1);
        assert_int_equal(s.expires_s, 0x5a5a5a5a5a5a5a5a); /* untouched */
        for (const struct jg_diag *d = r->diags.first; d != NULL; d = d->next)
            assert_false(contains(d->message, "4711"));
    }
    free_reading(r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_of_tyk_is_read_without_a_word),
        cmocka_unit_test(one_deprecated_policy_id_is_a_list_of_one),
        cmocka_unit_test(policies_inside_are_read_when_they_are_some),
        cmocka_unit_test(policies_inside_are_not_too_many),
        cmocka_unit_test(wrong_types_are_refused_and_secrets_not_shown),
    };

    return cmocka_run_group_tests_name("model/stored_session", tests, NULL,
                                       NULL);
}
