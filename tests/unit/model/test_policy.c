/* policy.c: policies, their ids and their rights. */
#include "model_check.h"

static enum jg_err
read_policy(struct reading *r, const char *id, struct jg_policy **out)
{
    struct jg_bind_source source = source_of(r);
    const struct jg_json *json;

    forget(r);
    *out = NULL;
    assert_err(jg_bind_parse(&source, &jg_json_limits_conf, &r->arena, &json),
               JG_OK);
    return jg_policy_read(&source, json, jg_str(id), 7, out);
}

static void
a_policy_is_read(void **state)
{
    struct reading *r = new_reading();
    struct jg_policy *policy;
    const struct jg_access *access;

    (void)state;
    set_text(r, "{'id':'p','org_id':'o','name':'P','active':true,"
                "'is_inactive':true,'key_expires_in':60,"
                "'partitions':{'acl':true},'access_rights':{"
                "'b':{'api_name':'B','api_id':'b','versions':['v1','v2']},"
                "'a':{'versions':['Default']},'c':null}}");
    assert_err(read_policy(r, "", &policy), JG_OK);
    assert_quiet(r);
    assert_str(policy->id, "p");
    assert_str(policy->org_id, "o");
    assert_str(policy->name, "P");
    assert_str(policy->key, "o\np");
    assert_int_equal(policy->version, 7);
    assert_true(policy->is_inactive);
    assert_int_equal(policy->key_expires_in_s, 60);
    assert_true(policy->partitions.acl);
    assert_int_equal(policy->access_rights.count, 3);
    access = jg_policy_access(policy, JG_STR("b"));
    assert_non_null(access);
    assert_str(access->api_name, "B");
    assert_int_equal(access->versions.count, 2);
    assert_non_null(jg_policy_access(policy, JG_STR("a")));
    assert_non_null(jg_policy_access(policy, JG_STR("c")));
    assert_null(jg_policy_access(policy, JG_STR("d")));
    assert_null(jg_policy_access(policy, JG_STR("")));
    assert_ptr_equal(jg_policy_ref(policy), policy);
    jg_policy_free(policy);
    assert_str(policy->id, "p");
    jg_policy_free(policy);
    jg_policy_free(NULL);
    free_reading(r);
}

static void
the_id_comes_from_outside_or_inside(void **state)
{
    static const struct {
        const char *id, *text, *want;
        unsigned warnings;
    } rows[] = {
        {"x", "{'access_rights':{'a':{}}}", "x", 0},
        {"x", "{'id':'x','access_rights':{'a':{}}}", "x", 0},
        {"x", "{'id':\n'y','access_rights':{'a':{}}}", "x", 1},
        {"x", "{'_id':'y','access_rights':{'a':{}}}", "x", 0},
        {"", "{'id':'y','_id':'z','access_rights':{'a':{}}}", "y", 0},
        {"", "{'id':'','_id':'z','access_rights':{'a':{}}}", "z", 0},
    };
    static const struct want want = {
        JG_WARNING, JG_E_CONF_VALUE,
        "id",       2,
        1,          "known by its name in the file, \"x\""};
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_policy *policy;

        set_text(r, "%s", rows[i].text);
        assert_err(read_policy(r, rows[i].id, &policy), JG_OK);
        assert_str(policy->id, rows[i].want);
        assert_int_equal(r->diags.kept, rows[i].warnings);
        if (rows[i].warnings > 0)
            assert_finding(r, &want);
        jg_policy_free(policy);
    }
    free_reading(r);
}

static void
faults_are_reported_with_their_place(void **state)
{
    static char long_id[JG_ID_MAX + 2];
    const struct {
        const char *id, *text;
        enum jg_err err;
        struct want want;
    } rows[] = {
        {"",
         "{'access_rights':{'a':{}}}",
         JG_E_CONF_MISSING,
         {JG_FAULT, JG_E_CONF_MISSING, "id", 1, 1, "id of the policy"}},
        {"",
         "{'_id':{'$oid':'x'},'access_rights':{'a':{}}}",
         JG_E_CONF_MISSING,
         {JG_FAULT, JG_E_CONF_MISSING, "id", 1, 1, "id of the policy"}},
        {"p",
         "{'is_inactive':'no'}",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_TYPE, "is_inactive", 1, 16,
          "expected true or false"}},
        {"p",
         "{'key_expires_in':3155760001}",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_RANGE, "key_expires_in", 1, 19,
          "from -1 to 3155760000"}},
        {"p",
         "{'key_expires_in':-2}",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_RANGE, "key_expires_in", 1, 19,
          "from -1 to 3155760000"}},
        {"p",
         "{'access_rights':[]}",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_TYPE, "access_rights", 1, 18,
          "an object of objects"}},
        {"p",
         "{'access_rights':{'a':{'versions':'v'}}}",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_TYPE, "access_rights.a.versions", 1, 35,
          "a list of strings"}},
        {"p",
         "{'meta_data':['x']}",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_TYPE, "meta_data", 1, 14, "expected an object"}},
        {"p",
         "{'access_rights':{'a':{'limit':{'quota_max':1.5}}}}",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_TYPE, "access_rights.a.limit.quota_max", 1, 45,
          "a whole number"}},
        {"p",
         "{'access_rights':{'a':{'endpoints':[{'methods':[{'limit':5}]}]}}}",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_TYPE,
          "access_rights.a.endpoints.0.methods.0.limit", 1, 58,
          "expected an object"}},
        {"p",
         "[]",
         JG_E_CONF_TYPE,
         {JG_FAULT, JG_E_CONF_TYPE, "", 1, 1, "expected an object"}},
        {"p\n",
         "{'access_rights':{'a':{}}}",
         JG_E_CONF_VALUE,
         {JG_FAULT, JG_E_CONF_VALUE, "id", 1, 1, "no control characters"}},
        {"p",
         "{'org_id':'a\\nb','access_rights':{'a':{}}}",
         JG_E_CONF_VALUE,
         {JG_FAULT, JG_E_CONF_VALUE, "org_id", 1, 11, "no control characters"}},
        {long_id,
         "{'access_rights':{'a':{}}}",
         JG_E_CONF_VALUE,
         {JG_FAULT, JG_E_CONF_VALUE, "id", 1, 1, "longer than 255 bytes"}},
    };
    struct reading *r = new_reading();

    (void)state;
    memset(long_id, 'a', sizeof(long_id) - 1);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_policy *policy;

        set_text(r, "%s", rows[i].text);
        assert_err(read_policy(r, rows[i].id, &policy), rows[i].err);
        assert_null(policy);
        assert_finding(r, &rows[i].want);
        assert_int_equal(r->diags.kept, 1);
    }
    free_reading(r);
}

static void
what_makes_no_sense_is_said(void **state)
{
    static const struct {
        const char *members; /* in line 2 */
        const char *path;    /* NULL: nothing to say */
        const char *message;
    } rows[] = {
        {"'access_rights':{'a':{}}", NULL, NULL},
        {"'rate':1.5,'per':0.5,'quota_max':5,'quota_renewal_rate':1e+06,"
         "'access_rights':{'a':{'limit':{'rate':1,'per':1,'quota_renews':7}}}",
         NULL, NULL},
        {"'access_rights':{'a':{'allowed_urls':[{'url':'/x','methods':['GET']"
         "}],'endpoints':[{'path':'/x','methods':[]}]}}",
         NULL, NULL},
        {"'tags':['x'],'last_updated':'1','hmac_enabled':true,"
         "'meta_data':{'x':1},'post_expiry_action':'delete',"
         "'access_rights':{'a':{}}",
         NULL, NULL},
        {"'access_rights':{'a':{'disable_introspection':true}}",
         "access_rights.a.disable_introspection", "GraphQL"},
        {"'partitions':{'per_api':true,'acl':true},'access_rights':{'a':{}}",
         "partitions", "every caller with this policy is refused"},
        {"'name':'none'", "access_rights", "access to no API"},
        {"'access_rights':{}", "access_rights", "access to no API"},
        {"'access_right':{}", "access_right",
         "did you mean \"access_rights\"?"},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_policy *policy;

        set_text(r, "{\n%s}", rows[i].members);
        assert_err(read_policy(r, "p", &policy), JG_OK);
        if (rows[i].path == NULL) {
            assert_quiet(r);
        } else {
            assert_true(r->diags.warnings == 1 || i == LEN(rows) - 1);
            assert_str(r->diags.first->path, rows[i].path);
            assert_true(contains(r->diags.first->message, rows[i].message));
        }
        assert_int_equal(r->diags.faults, 0);
        jg_policy_free(policy);
    }
    free_reading(r);
}

/* The numbers of <limit>, in the order of the struct, are 1 to 7. */
static void
assert_counts_up(const struct jg_limit *limit)
{
    assert_true(limit->rate == 1 && limit->per_s == 2);
    assert_int_equal(limit->quota_max, 3);
    assert_int_equal(limit->quota_renewal_s, 4);
    assert_true(limit->throttle_interval_s == 5);
    assert_int_equal(limit->throttle_retries, 6);
    assert_int_equal(limit->max_query_depth, 7);
}

#define COUNTS_UP                                                  \
    "'rate':1,'per':2.0,'quota_max':3e+00,'quota_renewal_rate':4," \
    "'throttle_interval':5,'throttle_retry_limit':6,'max_query_depth':7"

static void
every_field_is_bound(void **state)
{
    struct reading *r = new_reading();
    struct jg_policy *policy;
    const struct jg_access *access;

    (void)state;
    set_text(r, "{" COUNTS_UP ",'access_rights':{'a':{'limit':{" COUNTS_UP
                "}}},'tags':['t','u'],'meta_data':{'x':{'y':1}},"
                "'last_updated':'9','post_expiry_action':'retain',"
                "'post_expiry_grace_period':-1}");
    assert_err(read_policy(r, "p", &policy), JG_OK);
    assert_quiet(r);
    assert_counts_up(&policy->limit);
    access = jg_policy_access(policy, JG_STR("a"));
    assert_counts_up(&access->limit);
    assert_int_equal(policy->tags.count, 2);
    assert_str(policy->tags.items[1], "u");
    assert_int_equal(policy->meta_data->type, JG_JSON_OBJECT);
    assert_str(policy->last_updated, "9");
    assert_str(policy->post_expiry_action, "retain");
    assert_int_equal(policy->post_expiry_grace_s, -1);
    jg_policy_free(policy);
    free_reading(r);
}

static void
rights_are_bound_by_path_and_method(void **state)
{
    struct reading *r = new_reading();
    struct jg_policy *policy;
    const struct jg_access *access;
    const struct jg_url_right *url;
    const struct jg_endpoint_limit *limit;

    (void)state;
    set_text(r, "{'access_rights':{'a':{'allowed_urls':[{'url':'^/x$',"
                "'methods':['GET','PUT']},null],'endpoints':[{'path':'/x',"
                "'methods':[{'name':'GET','limit':{'rate':1,'per':2}},"
                "{'name':'PUT'}]},{'path':'/none'},{'path':'/y','methods':["
                "{'name':'GET','limit':{'rate':3,'per':4}}]}]}}}");
    assert_err(read_policy(r, "p", &policy), JG_OK);
    access = jg_policy_access(policy, JG_STR("a"));
    url = access->allowed_urls.items;
    assert_int_equal(access->allowed_urls.count, 2);
    assert_str(url[0].url, "^/x$");
    assert_int_equal(url[0].methods.count, 2);
    assert_str(url[0].methods.items[1], "PUT");
    assert_int_equal(url[1].methods.count, 0);
    limit = access->endpoints.items;
    assert_int_equal(access->endpoints.count, 3);
    assert_str(limit[0].path, "/x");
    assert_str(limit[0].method, "GET");
    assert_true(limit[0].rate == 1 && limit[0].per_s == 2);
    assert_str(limit[1].method, "PUT");
    assert_true(limit[1].rate == 0 && limit[1].per_s == 0);
    assert_str(limit[2].path, "/y");
    assert_true(limit[2].rate == 3 && limit[2].per_s == 4);
    jg_policy_free(policy);
    free_reading(r);
}

static void
only_some_policies_grant_access(void **state)
{
    static const struct {
        const char *text;
        bool grants;
    } rows[] = {
        {"{'access_rights':{'a':{}}}", true},
        {"{'partitions':{},'access_rights':{'a':{}}}", true},
        {"{'partitions':{'acl':true},'access_rights':{'a':{}}}", true},
        {"{'partitions':{'acl':true,'quota':true},'access_rights':{'a':{}}}",
         true},
        {"{'partitions':{'per_api':true},'access_rights':{'a':{}}}", true},
        {"{'partitions':{'quota':true},'access_rights':{'a':{}}}", false},
        {"{'partitions':{'rate_limit':true},'access_rights':{'a':{}}}", false},
        {"{'partitions':{'complexity':true},'access_rights':{'a':{}}}", false},
        {"{'partitions':{'acl':true}}", false},
        {"{}", false},
    };
    struct reading *r = new_reading();

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_policy *policy;

        set_text(r, "%s", rows[i].text);
        assert_err(read_policy(r, "p", &policy), JG_OK);
        assert_int_equal(jg_policy_grants(policy), rows[i].grants);
        jg_policy_free(policy);
    }
    free_reading(r);
}

static void
rights_are_found_among_many(void **state)
{
    struct reading *r = new_reading();
    struct jg_policy *policy;
    struct jg_buf b;
    char id[32];

    (void)state;
    jg_buf_init(&b, TEXT_MAX - 1);
    jg_buf_add(&b, JG_STR("{\"access_rights\":{"));
    for (int i = 0; i < 1000; i++)
        jg_buf_addf(&b, "%s\"api%d\":{\"versions\":[\"%d\"]}",
                    i == 0 ? "" : ",", i * 7919 % 1000, i * 7919 % 1000);
    jg_buf_add(&b, JG_STR("}}"));
    set_text(r, "%.*s", JG_STR_ARG(jg_buf_str(&b)));
    assert_err(read_policy(r, "p", &policy), JG_OK);
    for (int i = 0; i < 1000; i++) {
        const struct jg_access *access;

        snprintf(id, sizeof(id), "api%d", i);
        access = jg_policy_access(policy, jg_str(id));
        assert_non_null(access);
        assert_str(access->api_id, id);
        assert_str(access->versions.items[0], id + 3);
    }
    assert_null(jg_policy_access(policy, JG_STR("api1000")));
    jg_policy_free(policy);
    jg_buf_free(&b);
    free_reading(r);
}

static void
minus_one_never_expires(void **state)
{
    struct reading *r = new_reading();
    struct jg_policy *policy;

    (void)state;
    set_text(r, "{'key_expires_in':-1,'access_rights':{'a':{}}}");
    assert_err(read_policy(r, "p", &policy), JG_OK);
    assert_int_equal(policy->key_expires_in_s, 0);
    jg_policy_free(policy);
    free_reading(r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_policy_is_read),
        cmocka_unit_test(the_id_comes_from_outside_or_inside),
        cmocka_unit_test(faults_are_reported_with_their_place),
        cmocka_unit_test(what_makes_no_sense_is_said),
        cmocka_unit_test(every_field_is_bound),
        cmocka_unit_test(rights_are_bound_by_path_and_method),
        cmocka_unit_test(only_some_policies_grant_access),
        cmocka_unit_test(rights_are_found_among_many),
        cmocka_unit_test(minus_one_never_expires),
    };

    return cmocka_run_group_tests_name("model/policy", tests, NULL, NULL);
}
