/* grant.c, scopes.c, session_id.c: which policies a token's caller has. */
#include "access_check.h"

#include "access/step.h"

#define SCOPES(more) ",\"scopes\":{\"jwt\":{" more "}}"
#define MAP                                                               \
    "\"scope_to_policy\":{\"read\":\"r\",\"write\":\"w\",\"both\":\"r\"," \
    "\"lost\":\"nowhere\",\"off\":\"off\",\"part\":\"quota\","            \
    "\"single\":\"per\",\"split\":\"acl\"}"

static const struct doc apis[] = {
    JWT_API("plain", SCOPES(MAP)),
    JWT_API("deflt", SCOPES(MAP) ",\"jwt_default_policies\":[\"d\",\"d2\"]"),
    JWT_API("named", SCOPES(MAP ",\"scope_claim_name\":\"our.scope\"")),
    JWT_API("url", SCOPES(MAP ",\"scope_claim_name\":\"https://x.y/s\"")),
    JWT_API("old", ",\"jwt_scope_to_policy_mapping\":{\"read\":\"r\"},"
                   "\"jwt_scope_claim_name\":\"s\""),
    JWT_API("none", ",\"jwt_default_policies\":[\"d\"]"),
    JWT_API("both", ",\"jwt_default_policies\":[\"both\"]"),
    JWT_API("mixed", ",\"jwt_default_policies\":[\"acl\",\"per\"]"),
};

#define ON                                                                   \
    ",\"access_rights\":{\"plain\":{},\"deflt\":{},\"named\":{},\"url\":{}," \
    "\"old\":{},\"none\":{},\"both\":{},\"mixed\":{}}"

static const struct doc policies[] = {
    POLICY("r", ON ",\"meta_data\":{\"k\":\"r\",\"r\":\"r\"}"),
    POLICY("w", ON ",\"meta_data\":{\"k\":\"w\"}"),
    POLICY("base", ON ",\"key_expires_in\":60"),
    POLICY("d", ON ",\"key_expires_in\":100"),
    POLICY("d2", ON),
    POLICY("off", ON ",\"is_inactive\":true"),
    POLICY("quota", ON ",\"partitions\":{\"quota\":true}"),
    POLICY("acl", ON ",\"partitions\":{\"acl\":true}"),
    POLICY("per", ON ",\"partitions\":{\"per_api\":true}"),
    POLICY("both", ON ",\"partitions\":{\"per_api\":true,\"acl\":true}"),
};

struct world {
    struct jg_snapshot *snapshot;
    struct jg_signer *signer;
};

static int
setup(void **state)
{
    struct world *w = calloc(1, sizeof(*w));

    assert_non_null(w);
    w->snapshot = snapshot_with(NULL, 1, "{\"hash_key_function\":\"murmur64\"}",
                                apis, LEN(apis), policies, LEN(policies));
    w->signer = signer_of_secret(SECRET);
    *state = w;
    return 0;
}

static int
teardown(void **state)
{
    struct world *w = *state;

    jg_snapshot_free(w->snapshot);
    jg_signer_free(w->signer);
    free(w);
    return 0;
}

/* One decision about a token of <claims>, to look into. */
struct one {
    struct jg_decision d;
    struct client c;
    struct jg_buf token;
    struct jg_arena a;
};

static void
begin_one(struct one *o, const struct world *w, const char *target,
          const char *claims)
{
    jg_buf_init(&o->token, JG_TOKEN_MAX);
    make_token(w->signer, HS256, claims, &o->token);
    make_request(&o->c, target, "Authorization: Bearer %T",
                 jg_buf_str(&o->token));
    start_decision(&o->d, w->snapshot, &o->c, &o->a);
    jg_decide(&o->d);
}

static void
end_one(struct one *o)
{
    end_decision(&o->d);
    end_request(&o->c);
    jg_buf_free(&o->token);
}

#define NONE "key not authorized: no matching policy found"
#define NO_SCOPE "key not authorized: no matching policy found in scope claim"
#define SEVERAL "key not authorized: could not apply several policies"
#define A(more) "{\"sub\":\"a\"" more "}"
#define SCOPE(value) A(",\"scope\":" value)
#define BASE(value) A(",\"pol\":\"base\",\"scope\":" value)

static const struct row {
    const char *what, *target, *claims;
    const char *policies; /* the session's, by their ids; or: */
    int status;
    const char *text;
} rows[] = {
    /* Four shapes of the claim, and what is none of them. */
    {"one scope", "/plain/", SCOPE("\"read\""), "r", 0, ""},
    {"scopes with spaces between", "/plain/", SCOPE("\"write x read\""), "w r",
     0, ""},
    {"a list", "/plain/", SCOPE("[\"read\",\"write\"]"), "r w", 0, ""},
    {"lists in a list", "/plain/", SCOPE("[[\"read\"],7,[[\"write\"]]]"), "r w",
     0, ""},
    {"a text in a nested claim", "/named/",
     A(",\"our\":{\"scope\":\"read write\"}"), "r w", 0, ""},
    {"a list in a nested claim", "/named/",
     A(",\"our\":{\"scope\":[\"read\"]}"), "r", 0, ""},
    {"a claim literally called so is the first", "/named/",
     A(",\"our.scope\":\"read\",\"our\":{\"scope\":\"write\"}"), "r", 0, ""},
    {"a claim called by a URL", "/url/", A(",\"https://x.y/s\":\"read\""), "r",
     0, ""},
    {"the deprecated mapping", "/old/", A(",\"s\":\"read\""), "r", 0, ""},
    {"its claim, and no other", "/old/", SCOPE("\"read\""), NULL, 403, NONE},
    {"another claim than the one that is named", "/named/", SCOPE("\"read\""),
     NULL, 403, NONE},
    {"a list is not split", "/plain/", SCOPE("[\"read write\"]"), NULL, 403,
     NO_SCOPE},
    {"two scopes for one policy", "/plain/", SCOPE("\"read both read\""), "r",
     0, ""},
    {"an empty text is one scope", "/plain/", SCOPE("\"\""), NULL, 403,
     NO_SCOPE},
    {"no text and no list", "/plain/", SCOPE("{\"read\":1}"), NULL, 403, NONE},
    {"no scope at all", "/plain/", A(""), NULL, 403, NONE},
    {"an empty list is no scope", "/plain/", SCOPE("[]"), NULL, 403, NONE},

    /* Beside the policy that the token names, in place of default ones. */
    {"a policy claim", "/plain/", BASE("null"), "base", 0, ""},
    {"a policy claim and scopes", "/plain/", BASE("\"read\""), "base r", 0, ""},
    {"a policy claim and unknown scopes", "/plain/", BASE("\"x y\""), "base", 0,
     ""},
    {"an unknown policy claim is not saved by scopes", "/plain/",
     A(",\"pol\":\"nowhere\",\"scope\":\"read\""), NULL, 403,
     "key not authorized: no matching policy"},
    {"default policies", "/deflt/", A(""), "d d2", 0, ""},
    {"scopes take their place", "/deflt/", SCOPE("\"read\""), "r", 0, ""},
    {"unknown scopes leave nothing of them", "/deflt/", SCOPE("\"x\""), NULL,
     403, NO_SCOPE},
    {"a policy claim leaves nothing of them either", "/deflt/",
     BASE("\"read\""), "base r", 0, ""},

    /* What is mapped to. */
    {"the only mapped policy does not exist", "/plain/", SCOPE("\"lost\""),
     NULL, 403, SEVERAL},
    {"one of the mapped policies does not exist", "/plain/",
     SCOPE("\"lost read\""), "r", 0, ""},
    {"it does not, but the token names one", "/plain/", BASE("\"lost\""),
     "base", 0, ""},
    {"policies that grant nothing", "/plain/", SCOPE("\"part\""), NULL, 403,
     SEVERAL},
    {"one grants nothing, the other does", "/plain/", SCOPE("\"part read\""),
     "quota r", 0, ""},
    {"policies that do not go together", "/plain/", SCOPE("\"single split\""),
     NULL, 403, SEVERAL},
    {"the scopes' policies do not go with the token's", "/plain/",
     A(",\"pol\":\"per\",\"scope\":\"split\""), NULL, 403, SEVERAL},
    {"an inactive policy", "/plain/", SCOPE("\"read off\""), NULL, 403,
     "Key is inactive, please renew"},

    /* The policy of the token has to apply by itself. */
    {"the token's policy grants nothing", "/plain/",
     A(",\"pol\":\"quota\",\"scope\":\"read\""), NULL, 500,
     "failed to create key: key has no valid policies to be applied"},
    {"the default policy has per_api and a partition", "/both/", A(""), NULL,
     500,
     "failed to create key: cannot apply policy both which has per_api and any "
     "of partitions set"},
    {"default policies that do not go together", "/mixed/", A(""), NULL, 500,
     "failed to create key: cannot apply multiple policies when some have "
     "per_api set and some are partitioned"},

    /* Without a mapping no scope matters. */
    {"no mapping", "/none/", SCOPE("\"read\""), "d", 0, ""},
};

static void
policies_come_from_claims_defaults_and_scopes(void **state)
{
    struct jg_buf ids;

    jg_buf_init(&ids, 1000);
    for (size_t i = 0; i < LEN(rows); i++) {
        const struct row *row = &rows[i];
        struct one o;

        begin_one(&o, *state, row->target, row->claims);
        if ((o.d.reason == JG_OK) != (row->policies != NULL))
            print_message("# %s\n", row->what);
        if (row->policies == NULL) {
            assert_int_equal(jg_decision_status(&o.d), row->status);
            assert_str(jg_decision_text(&o.d), row->text);
            end_one(&o);
            continue;
        }
        assert_err(o.d.reason, JG_OK);
        jg_buf_reset(&ids);
        for (size_t k = 0; k < o.d.session.policy_count; k++) {
            jg_buf_add(&ids, k > 0 ? JG_STR(" ") : JG_STR(""));
            jg_buf_add(&ids, o.d.session.policies[k]->id);
        }
        assert_str(jg_buf_str(&ids), row->policies);
        end_one(&o);
    }
    jg_buf_free(&ids);
}

/* Tyk makes the session of the first policy, and scopes add to it. */
static void
the_first_named_policy_says_how_long_a_session_lives(void **state)
{
    static const struct {
        const char *target, *claims;
        int64_t end_s;
    } lives[] = {
        {"/plain/", BASE("\"read\""), NOW + 60},
        {"/plain/", SCOPE("\"read\""), 0},
        {"/plain/", A(",\"scope\":\"read\",\"exp\":1700000005"), NOW + 5},
        {"/deflt/", A(""), NOW + 100},
        {"/deflt/", SCOPE("\"read\""), NOW + 100},
        {"/deflt/", A(",\"scope\":\"read\",\"exp\":1700000500"), NOW + 500},
    };

    for (size_t i = 0; i < LEN(lives); i++) {
        struct one o;

        begin_one(&o, *state, lives[i].target, lives[i].claims);
        assert_err(o.d.reason, JG_OK);
        assert_int_equal(o.d.session.expires_s, lives[i].end_s);
        end_one(&o);
    }
}

/* <count> scopes, of which only the last is mapped. */
static enum jg_err
reason_of_many(const struct world *w, size_t count, bool list)
{
    struct jg_buf claims;
    struct one o;
    enum jg_err err;

    jg_buf_init(&claims, JG_TOKEN_MAX);
    jg_buf_add(&claims, JG_STR("{\"sub\":\"a\",\"scope\":"));
    jg_buf_addc(&claims, list ? '[' : '"');
    for (size_t i = 1; i < count; i++)
        jg_buf_add(&claims, list ? JG_STR("\"x\",") : JG_STR("x "));
    jg_buf_add(&claims, list ? JG_STR("\"read\"]}") : JG_STR("read\"}"));
    jg_buf_addc(&claims, '\0');
    begin_one(&o, w, "/plain/", claims.p);
    err = o.d.reason;
    end_one(&o);
    jg_buf_free(&claims);
    return err;
}

static void
a_token_has_so_many_scopes(void **state)
{
    assert_err(reason_of_many(*state, 1024, false), JG_OK);
    assert_err(reason_of_many(*state, 1025, false), JG_E_SCOPE_MANY);
    assert_err(reason_of_many(*state, 20000, false), JG_E_SCOPE_MANY);
    assert_err(reason_of_many(*state, 900, true), JG_OK);
}

static void
sessions_have_tyks_names(void **state)
{
    struct one o;
    struct jg_str id;
    const struct jg_json *value;

    begin_one(&o, *state, "/plain/",
              "{\"sub\":\"1234567890\",\"scope\":\"read write\"}");
    assert_err(o.d.reason, JG_OK);
    assert_err(jg_session_id(&o.d, &id), JG_OK);
    assert_str(id, "eyJvcmciOiJkZWZhdWx0IiwiaWQiOiJlODA3ZjFmY2Y4MmQxMzJmOWJiMDE"
                   "4Y2E2NzM4YTE5ZiIsImgiOiJtdXJtdXI2NCJ9");
    assert_err(jg_decision_meta(&o.d, JG_STR("TykJWTSessionID"), &value),
               JG_OK);
    assert_true(jg_str_eq(jg_json_string(value), id));
    assert_err(jg_decision_meta(&o.d, JG_STR("k"), &value), JG_OK);
    assert_str(jg_json_string(value), "w");
    assert_err(jg_decision_meta(&o.d, JG_STR("r"), &value), JG_OK);
    assert_str(jg_json_string(value), "r");
    assert_err(jg_decision_meta(&o.d, JG_STR("no"), &value), JG_OK);
    assert_null(value);
    end_one(&o);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(policies_come_from_claims_defaults_and_scopes),
        cmocka_unit_test(the_first_named_policy_says_how_long_a_session_lives),
        cmocka_unit_test(a_token_has_so_many_scopes),
        cmocka_unit_test(sessions_have_tyks_names),
    };

    return cmocka_run_group_tests_name("access/grant", tests, setup, teardown);
}
