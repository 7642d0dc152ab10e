/*
 * The known attacks that turn on what an API is told to do, and on the clock
 * (the rest of A2 to A5), one test for each number of the list of attacks.
 */
#include "attack_check.h"

/* What an OpenID client shares with its provider signs nothing here. */
static void
a19_a_client_secret_is_no_key(void **state)
{
    static const char *const secrets[] = {"client-secret", SECRET, STRONG};
    static const char *const apis_with_keys[] = {"/rsa/", "/ec/"};
    struct world *w = *state;

    for (size_t i = 0; i < LEN(secrets); i++) {
        struct jg_signer *signer = signer_of_secret(secrets[i]);

        make_token(signer, HS256, CLAIMS(""), &w->token);
        for (size_t k = 0; k < LEN(apis_with_keys); k++)
            assert_err(
                reason_of(w, apis_with_keys[k], BEARER, jg_buf_str(&w->token)),
                JG_E_ALG);
        jg_signer_free(signer);
    }
}

static void
a20_no_method_is_no_open_door(void **state)
{
    struct world *w = *state;

    assert_err(reason_of_token(w, "/unsaid/", HS256, CLAIMS("")), JG_E_KEY);
    assert_true(reason_of_parts(w, "/unsaid/", "{\"alg\":\"none\"}", CLAIMS(""),
                                "") != JG_OK);
    assert_true(reason_of_parts(w, "/unsaid/", "{\"alg\":\"RS256\"}",
                                CLAIMS(""), "AAAA") != JG_OK);
}

/* There is no unprotected header, so that no field can stand in it. */
static void
a28_fields_outside_of_the_protected_header(void **state)
{
    struct world *w = *state;
    static char text[4096];

    make_token(w->signer, HS256, CLAIMS(""), &w->token);
    for (size_t i = 0; i < 2; i++) {
        const char *form =
            i == 0 ? "{\"header\":{\"kid\":\"1\",\"alg\":\"HS256\"},"
                     "\"protected\":\"%.*s\",\"payload\":\"%.*s\","
                     "\"signature\":\"%.*s\"}"
                   : "{\"signatures\":[{\"header\":{\"alg\":\"HS256\"},"
                     "\"protected\":\"%.*s\",\"signature\":\"x\"}],"
                     "\"payload\":\"%.*s\",\"x\":\"%.*s\"}";
        struct jg_jws jws;

        assert_err(jg_jws_split(jg_buf_str(&w->token), &jws), JG_OK);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(text, sizeof(text), form, JG_STR_ARG(jws.header),
                 JG_STR_ARG(jws.payload), JG_STR_ARG(jws.signature));
#pragma GCC diagnostic pop
        assert_err(
            reason_of(w, "/hmac/", "Authorization: Bearer %T", jg_str(text)),
            JG_E_TOKEN_SHAPE);
    }
}

/* What the client hears of a refusal. */
static void
answer_of(struct world *w, const char *target, const char *header,
          const char *signature, char out[static 200])
{
    struct jg_decision d;
    struct client c;
    struct jg_arena a;

    reason_of_parts(w, target, header, CLAIMS(""), signature);
    make_request(&c, target, BEARER, jg_buf_str(&w->token));
    start_decision(&d, w->snapshot, &c, &a);
    assert_verdict(jg_decide(&d), JG_DENY);
    snprintf(out, 200, "%d %.*s", jg_decision_status(&d),
             JG_STR_ARG(jg_decision_text(&d)));
    end_decision(&d);
    end_request(&c);
}

/* Kid, key, length, encoding or number: nobody learns which one was wrong.
 * (Times and algorithms are the client's own; Tyk's texts name them.) */
static void
a40_one_answer_for_every_bad_signature(void **state)
{
    static char zeros[400], garbage[87];
    static const struct {
        const char *header, *signature;
    } rows[] = {
        {"{\"alg\":\"ES256\",\"kid\":\"1\"}", garbage},
        {"{\"alg\":\"ES256\",\"kid\":\"2\"}", garbage},
        {"{\"alg\":\"ES256\"}", garbage},
        {"{\"alg\":\"ES256\",\"kid\":\"1\"}", ""},
        {"{\"alg\":\"ES256\",\"kid\":\"1\"}", "AAAA"},
        {"{\"alg\":\"ES256\",\"kid\":\"1\"}", "A"},
        {"{\"alg\":\"ES256\",\"kid\":\"1\"}", "!!!!"},
        {"{\"alg\":\"ES256\",\"kid\":\"1\"}", zeros},
        {"{\"alg\":\"ES384\",\"kid\":\"1\"}", garbage},
        {"{\"alg\":\"ES256\",\"kid\":\"1\",\"crit\":[\"x\"]}", garbage},
        {"{\"alg\":\"ES256\",\"alg\":\"ES256\"}", garbage},
        {"{\"alg\":7}", garbage},
        {"{}", garbage},
        {"[]", garbage},
        {"{\"alg\":\"ES257\"}", garbage},
    };
    struct world *w = *state;
    char first[200], answer[200];

    memset(zeros, 'A', 342);
    memset(garbage, 'B', 85);
    garbage[85] = 'A';
    answer_of(w, "/ec/", rows[0].header, rows[0].signature, first);
    assert_string_equal(first, "403 Key not authorized");
    for (size_t i = 1; i < LEN(rows); i++) {
        answer_of(w, "/ec/", rows[i].header, rows[i].signature, answer);
        assert_string_equal(answer, first);
    }
}

/* A token in a token is not opened, whatever cty says. */
static void
a49_nested_tokens(void **state)
{
    struct world *w = *state;
    struct jg_buf inner;

    jg_buf_init(&inner, 4096);
    make_token(w->signer, HS256, CLAIMS(""), &inner);
    jg_buf_addc(&inner, '\0');
    make_token(w->signer, HEADER(",\"cty\":\"JWT\""), inner.p, &w->token);
    assert_err(reason_of(w, "/hmac/", BEARER, jg_buf_str(&w->token)),
               JG_E_JSON);
    jg_buf_free(&inner);
}

/* The answer at another time, with what the cache knows by then. */
static enum jg_err
reason_at(struct world *w, const char *target, int64_t now_s)
{
    struct jg_decision d;
    struct client c;
    struct jg_arena a;
    enum jg_err reason;

    make_request(&c, target, BEARER, jg_buf_str(&w->token));
    start_decision(&d, w->snapshot, &c, &a);
    d.with.cache = w->cache;
    d.with.now_s = now_s;
    jg_decide(&d);
    reason = d.reason;
    end_decision(&d);
    end_request(&c);
    return reason;
}

/* The clock may jump as it likes, past 2038 too: each request asks it anew. */
static void
a60_clocks_that_jump(void **state)
{
    static const struct {
        int64_t now_s;
        enum jg_err want;
    } rows[] = {
        {NOW, JG_OK},
        {NOW + 3600, JG_E_CLAIM_EXP},
        {NOW, JG_OK},
        {NOW - 3600, JG_E_CLAIM_NBF},
        {NOW + 9, JG_OK},
        {NOW + 10, JG_E_CLAIM_EXP},
        {NOW + 9, JG_OK},
        {2147483648, JG_E_CLAIM_EXP},
        {4294967296, JG_E_CLAIM_EXP},
        {0, JG_E_CLAIM_NBF},
        {NOW, JG_OK},
    };
    struct world *w = *state;

    make_token(w->signer, HS256,
               CLAIMS(",\"exp\":1700000010,\"nbf\":1700000000"), &w->token);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_err(reason_at(w, "/hmac/", rows[i].now_s), rows[i].want);
    make_token(w->signer, HS256, CLAIMS(",\"exp\":2147483649"), &w->token);
    assert_err(reason_at(w, "/hmac/", 2147483648), JG_OK);
    assert_err(reason_at(w, "/hmac/", 2147483649), JG_E_CLAIM_EXP);
}

static void
a61_issued_in_the_future(void **state)
{
    struct world *w = *state;

    assert_err(
        reason_of_token(w, "/hmac/", HS256, CLAIMS(",\"iat\":1700000000")),
        JG_OK);
    assert_err(
        reason_of_token(w, "/hmac/", HS256, CLAIMS(",\"iat\":1700000001")),
        JG_E_CLAIM_IAT);
    assert_err(
        reason_of_token(w, "/hmac/", HS256, CLAIMS(",\"iat\":1,\"nbf\":1")),
        JG_OK);
}

/* A claim that becomes a header begins no other one, and is no book. */
static void
a68_claims_that_break_out_of_their_header(void **state)
{
    static char long_claim[48 * 1024];
    static const struct {
        const char *claims;
        enum jg_err want;
    } rows[] = {
        {"\"sub\":\"ada\"", JG_OK},
        {"\"sub\":\"Ã¤\"", JG_OK},
        {"\"sub\":\"a\\r\\nX-Admin: 1\"", JG_E_HEADER_VALUE},
        {"\"sub\":\"a\\nX-Admin: 1\"", JG_E_HEADER_VALUE},
        {"\"sub\":\"a\\rX-Admin: 1\"", JG_E_HEADER_VALUE},
        {"\"sub\":\"\\u0001\"", JG_E_HEADER_VALUE},
        {"\"sub\":\"\\u001b[2J\"", JG_E_HEADER_VALUE},
        {"\"sub\":\"\\u007f\"", JG_E_HEADER_VALUE},
        {"\"sub\":\"ada\",\"roles\":\"\\n\"", JG_E_HEADER_VALUE},
        {"\"sub\":\"ada\",\"roles\":[\"a\\r\\nX-Admin: 1\",\"b\"]", JG_OK},
        {"\"sub\":\"ada\",\"roles\":{\"a\":\"\\n\"}", JG_OK},
        {long_claim, JG_E_HEADER_SIZE},
    };
    struct world *w = *state;

    snprintf(long_claim, sizeof(long_claim), "\"sub\":\"%040000d\"", 7);
    for (size_t i = 0; i < LEN(rows); i++) {
        static char claims[50 * 1024];

        snprintf(claims, sizeof(claims), "{\"pol\":\"all\",%s}",
                 rows[i].claims);
        assert_err(reason_of_token(w, "/named/", HS256, claims), rows[i].want);
    }
}

/* The client's own never passes: in no spelling, and not without the claim. */
static void
a124_identity_headers_of_the_client(void **state)
{
    static const char *const names[] = {
        "X-User", "x-user",  "X-USER",  "X_User",  "x_user",  "X.User",
        "x.USER", "X-Roles", "x_roles", "X.Roles", "X-Empty", "x_empty"};
    struct world *w = *state;

    make_token(w->signer, HS256, CLAIMS(""), &w->token);
    for (size_t i = 0; i < LEN(names); i++) {
        struct jg_decision d;
        struct client c;
        struct jg_arena a;
        char lines[200];

        snprintf(lines, sizeof(lines),
                 "%s\n%s: root\nConnection: %s\n%s:", BEARER, names[i],
                 names[i], names[i]);
        make_request(&c, "/named/", lines, jg_buf_str(&w->token));
        start_decision(&d, w->snapshot, &c, &a);
        assert_verdict(jg_decide(&d), JG_ALLOW);
        assert_true(header_removed(&d.forward, names[i]));
        assert_str(header_set(&d.forward, "X-User"), "a");
        assert_str(header_set(&d.forward, "X-Roles"), "");
        assert_str(header_set(&d.forward, "X-Empty"), "");
        end_decision(&d);
        end_request(&c);
    }
}

/* A scope is a whole word in its own letter case, or a member of a list. */
static void
a71_scopes_match_as_a_whole(void **state)
{
    static const struct {
        const char *scope;
        enum jg_err reason;
    } rows[] = {
        {"\"admin\"", JG_OK},
        {"\"a admin\"", JG_OK},
        {"\"  admin  \"", JG_OK},
        {"[\"admin\"]", JG_OK},
        {"[[\"admin\"]]", JG_OK},
        {"\"admin2\"", JG_E_SCOPE_NONE},
        {"\"ADMIN\"", JG_E_SCOPE_NONE},
        {"\"admin\\tadmin\"", JG_E_SCOPE_NONE},
        {"\"admin,admin\"", JG_E_SCOPE_NONE},
        {"\"admin\\u00a0\"", JG_E_SCOPE_NONE},
        {"[\"admin \"]", JG_E_SCOPE_NONE},
        {"[\"a admin\"]", JG_E_SCOPE_NONE},
        {"\"\"", JG_E_SCOPE_NONE},
        {"[\"\"]", JG_E_SCOPE_NONE},
        {"{\"admin\":true}", JG_E_POLICY_NONE},
        {"[{\"admin\":\"admin\"}]", JG_E_POLICY_NONE},
        {"[]", JG_E_POLICY_NONE},
        {"[7,null,true]", JG_E_POLICY_NONE},
        {"null", JG_E_POLICY_NONE},
        {"7", JG_E_POLICY_NONE},
    };

    for (size_t i = 0; i < LEN(rows); i++) {
        char claims[100];

        snprintf(claims, sizeof(claims), "{\"sub\":\"a\",\"scope\":%s}",
                 rows[i].scope);
        assert_err(reason_of_token(*state, "/scoped/", HS256, claims),
                   rows[i].reason);
    }
}

static void
a73_the_stricter_of_two_policies_counts(void **state)
{
    assert_err(reason_of_token(*state, "/torn/", HS256, "{\"sub\":\"a\"}"),
               JG_E_KEY_INACTIVE);
    assert_err(reason_of_token(*state, "/torn/", HS256, CLAIMS("")), JG_OK);
}

#define ATTACK(name) cmocka_unit_test(name)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ATTACK(a19_a_client_secret_is_no_key),
        ATTACK(a20_no_method_is_no_open_door),
        ATTACK(a28_fields_outside_of_the_protected_header),
        ATTACK(a40_one_answer_for_every_bad_signature),
        ATTACK(a49_nested_tokens),
        ATTACK(a60_clocks_that_jump),
        ATTACK(a61_issued_in_the_future),
        ATTACK(a68_claims_that_break_out_of_their_header),
        ATTACK(a71_scopes_match_as_a_whole),
        ATTACK(a73_the_stricter_of_two_policies_counts),
        ATTACK(a124_identity_headers_of_the_client),
    };

    return cmocka_run_group_tests_name("access/attacks_rules", tests, setup,
                                       teardown);
}
