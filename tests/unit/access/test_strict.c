/* "jwt_profile": "strict": what it refuses, when, and with which status. */
#include "access_check.h"

#define STRICT_API(id, profile)                                              \
    {                                                                        \
        id, "{\"api_id\":\"" id "\",\"org_id\":\"default\",\"active\":true," \
            "\"enable_jwt\":true,\"jwt_signing_method\":\"hmac\","           \
            "\"jwt_source\":\"" STRONG_BASE64 "\","                          \
            "\"jwt_policy_field_name\":\"pol\"," profile                     \
            "\"proxy\":{\"listen_path\":\"/" id "/\","                       \
            "\"target_url\":\"http://127.0.0.1:8000\"}}"                     \
    }

static const struct doc apis[] = {
    STRICT_API("strict", "\"jwt_profile\":\"strict\","),
    STRICT_API("usual", ""),
};
static const struct doc policies[] = {
    POLICY("all", ",\"access_rights\":{\"strict\":{},\"usual\":{}}"),
    POLICY("none", ",\"access_rights\":{\"other\":{}}")};

#define WHO "\"sub\":\"a\",\"pol\":\"all\","
#define FULL WHO "\"iss\":\"i\",\"aud\":\"a\",\"exp\":1700000100"

static const struct {
    const char *header, *claims, *lines;
    bool spoiled; /* the signature is changed */
    enum jg_err strict;
    int strict_status;
    enum jg_err usual;
    int usual_status;
} rows[] = {
#define BEARER "Authorization: Bearer %T"
    {HS256, "{" FULL "}", BEARER, false, JG_OK, 0, JG_OK, 0},
    {"{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}", "{" FULL "}", BEARER, false,
     JG_OK, 0, JG_OK, 0},
    {HS256, "{" FULL "}", "", false, JG_E_TOKEN_MISSING, 401,
     JG_E_TOKEN_MISSING, 400},
    {HS256, "{" FULL "}", "Authorization: x", false, JG_E_TOKEN_SHAPE, 401,
     JG_E_TOKEN_SHAPE, 403},
    {HS256, "{" FULL "}", BEARER "\nAuthorization: a.b.c", false,
     JG_E_TOKEN_TWICE, 400, JG_E_TOKEN_TWICE, 400},
    {HS256, "{" FULL "}", BEARER, true, JG_E_SIGNATURE, 401, JG_E_SIGNATURE,
     403},
    {"{\"alg\":\"none\"}", "{" FULL "}", BEARER, false, JG_E_ALG, 401, JG_E_ALG,
     403},
    {"{\"alg\":\"HS256\",\"typ\":\"dpop+jwt\"}", "{" FULL "}", BEARER, false,
     JG_E_TOKEN_HEADER, 401, JG_OK, 0},
    {HS256, "{" WHO "\"iss\":\"i\",\"aud\":\"a\"}", BEARER, false,
     JG_E_CLAIM_EXP, 401, JG_OK, 0},
    {HS256, "{" WHO "\"iss\":\"i\",\"exp\":1700000100}", BEARER, false,
     JG_E_IDENTITY_NONE, 401, JG_OK, 0},
    {HS256, "{" WHO "\"aud\":\"a\",\"exp\":1700000100}", BEARER, false,
     JG_E_IDENTITY_NONE, 401, JG_OK, 0},
    /* Expired, and badly signed: only the strict one does not look. */
    {HS256, "{" WHO "\"iss\":\"i\",\"aud\":\"a\",\"exp\":1}", BEARER, true,
     JG_E_CLAIM_EXP, 401, JG_E_SIGNATURE, 403},
    {HS256, "{" WHO "\"iss\":\"i\",\"aud\":\"a\",\"exp\":1}", BEARER, false,
     JG_E_CLAIM_EXP, 401, JG_E_CLAIM_EXP, 401},
    {HS256, "{" WHO "\"iss\":\"i\",\"aud\":\"a\",\"exp\":0}", BEARER, false,
     JG_E_CLAIM_EXP, 401, JG_OK, 0},
    {HS256,
     "{\"sub\":\"a\",\"pol\":\"none\",\"iss\":\"i\",\"aud\":\"a\","
     "\"exp\":1700000100}",
     BEARER, false, JG_E_ACCESS, 403, JG_E_ACCESS, 403},
    {HS256, "{\"pol\":\"all\",\"iss\":\"i\",\"aud\":\"a\",\"exp\":1700000100}",
     BEARER, false, JG_E_IDENTITY_NONE, 401, JG_E_IDENTITY_NONE, 403},
};

static void
check(const struct jg_snapshot *snapshot, size_t i, const char *target,
      struct jg_str token, enum jg_err want, int status)
{
    struct jg_decision d;
    struct client c;
    struct jg_arena a;

    make_request(&c, target, rows[i].lines, token);
    start_decision(&d, snapshot, &c, &a);
    jg_decide(&d);
    if (d.reason != want)
        print_error("row %zu, %s\n", i, target);
    assert_err(d.reason, want);
    if (want != JG_OK)
        assert_int_equal(jg_decision_status(&d), status);
    end_decision(&d);
    end_request(&c);
}

static void
the_strict_profile_asks_for_more(void **state)
{
    struct jg_snapshot *snapshot =
        snapshot_with(NULL, 1, "{}", apis, LEN(apis), policies, LEN(policies));
    struct jg_signer *signer = signer_of_secret(STRONG);
    struct jg_buf token;

    (void)state;
    jg_buf_init(&token, JG_TOKEN_MAX);
    for (size_t i = 0; i < LEN(rows); i++) {
        make_token(signer, rows[i].header, rows[i].claims, &token);
        if (rows[i].spoiled)
            token.p[token.len - 10] ^= 1;
        check(snapshot, i, "/strict/", jg_buf_str(&token), rows[i].strict,
              rows[i].strict_status);
        check(snapshot, i, "/usual/", jg_buf_str(&token), rows[i].usual,
              rows[i].usual_status);
    }
    jg_buf_free(&token);
    jg_signer_free(signer);
    jg_snapshot_free(snapshot);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_strict_profile_asks_for_more),
    };

    return cmocka_run_group_tests_name("access/strict", tests, NULL, NULL);
}
