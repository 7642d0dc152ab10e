/* session.c: what several policies make of one caller. */
#include "session_check.h"

#define NOW 1000000

/* The rights on APIs "x" and "y", as a policy has them. */
static struct jg_access both[] = {{.api_id = {"x", 1}}, {.api_id = {"y", 1}}};
static struct jg_access only_y[] = {{.api_id = {"y", 1}}};

#define ORG .org_id = {"o", 1}
#define BOTH .access_rights = {both, 2}
#define ONLY_Y .access_rights = {only_y, 1}

static const struct jg_api api = {
    .def = {.api_id = {"x", 1}, .org_id = {"o", 1}}};

static void
policies_are_merged(void **state)
{
    static const struct jg_policy
        full = {ORG, BOTH},
        other = {ORG, ONLY_Y}, none = {ORG},
        off = {ORG, BOTH, .is_inactive = true},
        foreign = {.org_id = {"p", 1}, BOTH}, nobody = {BOTH},
        acl = {ORG, BOTH, .partitions = {.acl = true}},
        quota = {ORG, BOTH, .partitions = {.quota = true}},
        quota_off = {ORG, .is_inactive = true, .partitions = {.quota = true}},
        per_api = {ORG, BOTH, .partitions = {.per_api = true}};
    static const struct {
        const struct jg_policy *policies[3];
        enum jg_err err;
        bool access, inactive;
    } rows[] = {
        {{&full}, JG_OK, true, false},
        {{&other}, JG_OK, false, false},
        {{&other, &full}, JG_OK, true, false},
        {{&acl}, JG_OK, true, false},
        {{&per_api}, JG_OK, true, false},
        {{&per_api, &full}, JG_OK, true, false},
        {{&quota}, JG_E_POLICY_EMPTY, false, false},
        {{&quota, &other}, JG_OK, false, false},
        {{&quota, &acl}, JG_OK, true, false},
        {{&none}, JG_E_POLICY_EMPTY, false, false},
        {{&none, &full}, JG_OK, true, false},
        {{NULL}, JG_E_POLICY_EMPTY, false, false},
        /* One that is switched off switches the caller off. */
        {{&off}, JG_OK, true, true},
        {{&full, &off}, JG_OK, true, true},
        {{&off, &full}, JG_OK, true, true},
        {{&full, &quota_off}, JG_OK, true, true},
        {{&foreign}, JG_E_POLICY_ORG, false, false},
        {{&full, &foreign}, JG_E_POLICY_ORG, false, false},
        {{&nobody}, JG_E_POLICY_ORG, false, false},
        /* Tyk does not apply these together. */
        {{&per_api, &acl}, JG_E_POLICY_MIXED, false, false},
        {{&quota, &per_api}, JG_E_POLICY_MIXED, false, false},
    };

    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 65536);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_session session = {0};

        while (session.policy_count < 3 &&
               rows[i].policies[session.policy_count] != NULL) {
            session.policies[session.policy_count] =
                rows[i].policies[session.policy_count];
            session.policy_count++;
        }
        assert_err(jg_session_apply(&session, &api, &a), rows[i].err);
        assert_int_equal(session.access != NULL, rows[i].access);
        assert_int_equal(session.is_inactive, rows[i].inactive);
        if (rows[i].access)
            assert_str(session.access->api_id, "x");
    }
    jg_arena_free(&a);
}

static void
the_later_of_lifetime_and_token_counts(void **state)
{
    static const struct {
        int64_t lifetime_s; /* key_expires_in */
        int64_t exp_s;      /* of the token */
        int64_t want_s;
    } rows[] = {
        {0, 0, 0},
        {60, 0, NOW + 60},
        {0, NOW + 5, NOW + 5},
        {60, NOW + 5, NOW + 60},
        {60, NOW + 100, NOW + 100},
        {60, NOW - 5, NOW + 60},
        /* A skew let the token pass, but does not keep the session alive. */
        {0, NOW - 5, NOW - 5},
        {INT64_MAX, NOW, INT64_MAX},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_policy policy = {.key_expires_in_s = rows[i].lifetime_s};

        assert_int_equal(jg_session_end(&policy, NOW, rows[i].exp_s),
                         rows[i].want_s);
    }
    assert_int_equal(jg_session_end(NULL, NOW, 0), 0);
    assert_int_equal(jg_session_end(NULL, NOW, 5), 5);
}

static void
a_key_without_any_rights_is_a_master(void **state)
{
    static const struct {
        const char *policies, *stored;
        bool master;
    } rows[] = {
        {"[]", "{}", true},
        {"[]", "{'access_rights':{}}", true},
        {"[]", "{'access_rights':{'y':{}}}", false},
        {"[" P("p", "") "]", "{}", false},
        {"[{'id':'p','access_rights':{'y':{}}}]", "{}", false},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct caller *c = new_caller(rows[i].policies, rows[i].stored);

        assert_err(jg_session_apply(&c->session, &c->api, &c->arena), JG_OK);
        assert_int_equal(c->session.is_master, rows[i].master);
        free_caller(c);
    }
}

static void
policies_say_whether_a_key_is_inactive(void **state)
{
    static const struct {
        const char *policies, *stored;
        bool inactive;
    } rows[] = {
        {"[]", "{'is_inactive':true}", true},
        {"[]", "{}", false},
        {"[" P("p", "") "]", "{'is_inactive':true}", false},
        {"[" P("p", ",'is_inactive':true") "," P("q", "") "]", "{}", true},
        {"[" P("q", "") ",{'id':'m','is_inactive':true}]", "{}", true},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct caller *c = new_caller(rows[i].policies, rows[i].stored);
        struct jg_session_all all;

        assert_err(jg_session_apply(&c->session, &c->api, &c->arena), JG_OK);
        assert_int_equal(c->session.is_inactive, rows[i].inactive);
        assert_err(
            jg_session_apply_all(&c->session, JG_STR("o"), &c->arena, &all),
            JG_OK);
        assert_int_equal(all.is_inactive, rows[i].inactive);
        free_caller(c);
    }
}

static void
the_last_policy_with_a_name_in_its_meta_data_counts(void **state)
{
    static const struct {
        const char *name, *want;
    } rows[] = {
        {"both", "q"}, {"first", "p"}, {"own", "s"},
        {"over", "p"}, {"no", NULL},
    };
    struct caller *c = new_caller(
        "[" P("p", ",'meta_data':{'both':'p','first':'p','over':'p'}") "," P(
            "n", "") "," P("q", ",'meta_data':{'both':'q'}") "]",
        "{'meta_data':{'own':'s','over':'s'}}");

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        const struct jg_json *value =
            jg_session_meta(&c->session, jg_str(rows[i].name));

        assert_int_equal(value != NULL, rows[i].want != NULL);
        if (value != NULL)
            assert_str(jg_json_string(value), rows[i].want);
    }
    c->session.stored = NULL;
    assert_null(jg_session_meta(&c->session, JG_STR("own")));
    free_caller(c);
}

static void
the_rest_of_policies_is_gathered(void **state)
{
    struct caller *c = new_caller(
        "[" P("p",
              ",'tags':['a','b'],'last_updated':'9',"
              "'post_expiry_action':'retain',"
              "'post_expiry_grace_period':5") "," P("q",
                                                    ",'tags':['b','c'],'last_"
                                                    "updated':'10'") "]",
        "{'tags':['c','d'],'last_updated':'5','post_expiry_action':'delete'}");
    struct jg_session_all all;
    struct jg_buf b;

    (void)state;
    jg_buf_init(&b, 100);
    assert_err(jg_session_apply_all(&c->session, JG_STR("o"), &c->arena, &all),
               JG_OK);
    print_strs(&b, &all.tags);
    assert_str(jg_buf_str(&b), "a,b,c,d");
    assert_str(all.last_updated, "9"); /* as texts */
    assert_str(all.post_expiry_action, "retain");
    assert_int_equal(all.post_expiry_grace_s, 5);
    jg_buf_free(&b);
    free_caller(c);
}

static void
a_session_has_room_for_so_many_policies(void **state)
{
    static struct jg_policy policies[JG_SESSION_POLICIES_MAX + 1];
    struct jg_session session = {0};

    (void)state;
    for (size_t i = 0; i < JG_SESSION_POLICIES_MAX; i++) {
        assert_err(jg_session_add(&session, &policies[i]), JG_OK);
        assert_err(jg_session_add(&session, &policies[i]), JG_OK);
    }
    assert_int_equal(session.policy_count, JG_SESSION_POLICIES_MAX);
    assert_err(jg_session_add(&session, &policies[JG_SESSION_POLICIES_MAX]),
               JG_E_POLICY_MANY);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(policies_are_merged),
        cmocka_unit_test(the_later_of_lifetime_and_token_counts),
        cmocka_unit_test(a_key_without_any_rights_is_a_master),
        cmocka_unit_test(policies_say_whether_a_key_is_inactive),
        cmocka_unit_test(the_last_policy_with_a_name_in_its_meta_data_counts),
        cmocka_unit_test(the_rest_of_policies_is_gathered),
        cmocka_unit_test(a_session_has_room_for_so_many_policies),
    };

    return cmocka_run_group_tests_name("model/session", tests, NULL, NULL);
}
