/* session.c: what several policies make of one caller. */
#include "model/session.h"
#include "model_check.h"

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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(policies_are_merged),
        cmocka_unit_test(the_later_of_lifetime_and_token_counts),
    };

    return cmocka_run_group_tests_name("model/session", tests, NULL, NULL);
}
