/*
 * The known attacks on tokens, continued: A4 header parameters, A5 JSON and
 * claims, A8 cached tokens.
 */
#include "attack_check.h"

/* Keys and addresses in the token's header choose nothing (A4: 41 to 43). */
static void
a41_a42_a43_jwk_jku_x5u_x5c(void **state)
{
    static const char *const members[] = {
        ",\"jwk\":{\"kty\":\"oct\",\"k\":\"AAAA\"}",
        ",\"jku\":\"http://127.0.0.1:1/keys\"",
        ",\"x5u\":\"http://127.0.0.1:1/cert\"", ",\"x5c\":[\"AAAA\"]"};
    struct world *w = *state;
    struct jg_signer *other = signer_of_secret("another");

    for (size_t i = 0; i < LEN(members); i++) {
        char header[128];

        snprintf(header, sizeof(header), "{\"alg\":\"HS256\"%s}", members[i]);
        assert_err(reason_of_token(w, "/hmac/", header, CLAIMS("")), JG_OK);
        make_token(other, header, CLAIMS(""), &w->token);
        assert_err(reason_of(w, "/hmac/", BEARER, jg_buf_str(&w->token)),
                   JG_E_SIGNATURE);
    }
    jg_signer_free(other);
}

static void
a44_kid_is_only_a_name(void **state)
{
    static const char *const kids[] = {"\"../../dev/null\"",
                                       "\"' OR 1=1\"",
                                       "\"$(id)\"",
                                       "\"http://x/\"",
                                       "\"%s%n\"",
                                       "\"\\r\\nX: y\"",
                                       "7",
                                       "{}",
                                       "null",
                                       "\"\\u0000\""};
    static char header[70000];
    struct world *w = *state;

    for (size_t i = 0; i < LEN(kids); i++) {
        enum jg_err err;

        snprintf(header, sizeof(header), "{\"alg\":\"ES256\",\"kid\":%s}",
                 kids[i]);
        err =
            reason_of_parts(w, "/ec/", header, CLAIMS(""),
                            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        assert_true(err == JG_E_KEY_UNKNOWN || err == JG_E_SIGNATURE ||
                    err == JG_E_JSON);
    }
    memset(header, 'k', 300);
    memcpy(header, "{\"alg\":\"HS256\",\"kid\":\"", 22);
    memcpy(header + 300, "\"}", 3);
    assert_err(reason_of_token(w, "/hmac/", header, CLAIMS("")),
               JG_E_TOKEN_HEADER);
}

static void
a45_a46_a47_crit_b64_zip(void **state)
{
    static const char *const members[] = {",\"crit\":[\"x\"],\"x\":1",
                                          ",\"crit\":[]",
                                          ",\"crit\":[\"exp\"]",
                                          ",\"crit\":[\"alg\"]",
                                          ",\"crit\":\"x\"",
                                          ",\"crit\":null",
                                          ",\"crit\":{}",
                                          ",\"crit\":[\"b64\"],\"b64\":false",
                                          ",\"b64\":false",
                                          ",\"b64\":true",
                                          ",\"zip\":\"DEF\""};

    for (size_t i = 0; i < LEN(members); i++) {
        char header[128];

        snprintf(header, sizeof(header), "{\"alg\":\"HS256\"%s}", members[i]);
        assert_err(reason_of_token(*state, "/hmac/", header, CLAIMS("")),
                   JG_E_TOKEN_CRIT);
    }
}

static void
a48_typ_confusion(void **state)
{
    static const struct {
        const char *typ;
        bool strict; /* taken there, too */
    } rows[] = {
        {"JWT", true},
        {"jwt", true},
        {"at+jwt", true},
        {"AT+JWT", true},
        {"application/at+jwt", true},
        {"logout+jwt", false},
        {"dpop+jwt", false},
        {"secevent+jwt", false},
        {"JWTx", false},
        {"", false},
    };
    struct world *w = *state;

    for (size_t i = 0; i < LEN(rows); i++) {
        char header[64];

        snprintf(header, sizeof(header), "{\"alg\":\"HS256\",\"typ\":\"%s\"}",
                 rows[i].typ);
        assert_err(reason_of_token(w, "/hmac/", header, CLAIMS("")), JG_OK);
        make_token(w->strong, header,
                   CLAIMS(",\"exp\":1700000100,\"iss\":\"i\",\"aud\":\"a\""),
                   &w->token);
        assert_err(reason_of(w, "/good/", BEARER, jg_buf_str(&w->token)),
                   rows[i].strict ? JG_OK : JG_E_TOKEN_HEADER);
    }
}

static void
a50_a51_duplicate_or_odd_header_members(void **state)
{
    static const struct {
        const char *header;
        enum jg_err want;
    } rows[] = {
        {"{\"alg\":\"HS256\",\"alg\":\"HS256\"}", JG_E_JSON_DUPLICATE},
        {"{\"alg\":\"HS256\",\"kid\":\"a\",\"kid\":\"b\"}",
         JG_E_JSON_DUPLICATE},
        {"{\"alg\":\"HS256\",\"\\u0061lg\":\"none\"}", JG_E_JSON_DUPLICATE},
        {"{\"alg\":1}", JG_E_TOKEN_HEADER},
        {"{\"alg\":\"HS256\",\"typ\":1}", JG_E_TOKEN_HEADER},
        {"[]", JG_E_JSON},
        {"\"HS256\"", JG_E_JSON},
        {"", JG_E_TOKEN_SHAPE},
    };

    for (size_t i = 0; i < LEN(rows); i++)
        assert_err(
            reason_of_token(*state, "/hmac/", rows[i].header, CLAIMS("")),
            rows[i].want);
}

static void
a52_no_kid(void **state)
{
    char zeros[87];

    memset(zeros, 'A', 86);
    zeros[86] = '\0';
    assert_err(reason_of_parts(*state, "/ec/", "{\"alg\":\"ES256\"}",
                               CLAIMS(""), zeros),
               JG_E_SIGNATURE);
}

static void
a53_duplicate_claims(void **state)
{
    static const char *const claims[] = {
        CLAIMS(",\"sub\":\"b\""), CLAIMS(",\"pol\":\"all\""),
        CLAIMS(",\"exp\":0,\"exp\":0"), CLAIMS(",\"x\":{\"a\":1,\"a\":1}"),
        CLAIMS(",\"s\\u0075b\":\"b\"")};

    for (size_t i = 0; i < LEN(claims); i++)
        assert_err(reason_of_token(*state, "/hmac/", HS256, claims[i]),
                   JG_E_JSON_DUPLICATE);
}

/* {"sub":"a","pol":"all","x":[[[...]]]} with <depth> levels in all. */
static void
nested(char *out, size_t depth)
{
    static const char front[] = "{\"sub\":\"a\",\"pol\":\"all\",\"x\":";

    memcpy(out, front, sizeof(front) - 1);
    out += sizeof(front) - 1;
    memset(out, '[', depth - 1);
    memset(out + depth - 1, ']', depth - 1);
    memcpy(out + 2 * (depth - 1), "}", 2);
}

static void
a54_deep_nesting(void **state)
{
    static const size_t depths[] = {32, 33, 2047, 2049, 15000};
    static char claims[40000];

    for (size_t i = 0; i < LEN(depths); i++) {
        nested(claims, depths[i]);
        assert_err(reason_of_token(*state, "/hmac/", HS256, claims),
                   depths[i] <= 32 ? JG_OK : JG_E_JSON_LIMIT);
    }
}

static void
a55_many_members(void **state)
{
    static char claims[48000];
    size_t len = (size_t)snprintf(claims, sizeof(claims), "{\"sub\":\"a\"");

    for (size_t i = 0; i < 3000; i++)
        len += (size_t)snprintf(claims + len, sizeof(claims) - len,
                                ",\"m%zu\":%zu", i, i);
    snprintf(claims + len, sizeof(claims) - len, "}");
    assert_err(reason_of_token(*state, "/hmac/", HS256, claims),
               JG_E_JSON_LIMIT);
}

static void
a56_numbers(void **state)
{
    static const char *const bad[] = {"1e309",
                                      "-1e309",
                                      "1E+9999999",
                                      "1e999999999",
                                      "99999999999999999999999",
                                      "01",
                                      "+1",
                                      "1.",
                                      ".5",
                                      "NaN",
                                      "Infinity",
                                      "0x10"};
    static const char *const good[] = {"-0", "1e308", "0.000000000000001",
                                       "9223372036854775807"};

    for (size_t i = 0; i < LEN(bad); i++) {
        char claims[128];

        snprintf(claims, sizeof(claims),
                 "{\"sub\":\"a\",\"pol\":\"all\",\"n\":%s}", bad[i]);
        assert_true(reason_of_token(*state, "/hmac/", HS256, claims) != JG_OK);
    }
    for (size_t i = 0; i < LEN(good); i++) {
        char claims[128];

        snprintf(claims, sizeof(claims),
                 "{\"sub\":\"a\",\"pol\":\"all\",\"n\":%s}", good[i]);
        assert_err(reason_of_token(*state, "/hmac/", HS256, claims), JG_OK);
    }
}

static void
a57_times_of_another_type(void **state)
{
    static const char *const shapes[] = {
        "\"1\"",        "\"\"", "true",          "false",
        "null",         "[]",   "[1]",           "{}",
        "-1",           "-0.5", "1e300",         "9223372036854775807",
        "253402300800", "1e18", "\"2030-01-01\""};
    static const struct {
        const char *claim;
        enum jg_err want;
    } times[] = {{"exp", JG_E_CLAIM_EXP},
                 {"iat", JG_E_CLAIM_IAT},
                 {"nbf", JG_E_CLAIM_NBF}};

    for (size_t i = 0; i < LEN(shapes); i++)
        for (size_t k = 0; k < LEN(times); k++) {
            char claims[128];

            snprintf(claims, sizeof(claims),
                     "{\"sub\":\"a\",\"pol\":\"all\",\"%s\":%s}",
                     times[k].claim, shapes[i]);
            assert_err(reason_of_token(*state, "/hmac/", HS256, claims),
                       times[k].want);
        }
}

static void
a58_no_exp(void **state)
{
    struct world *w = *state;

    assert_err(reason_of_token(w, "/hmac/", HS256, CLAIMS("")), JG_OK);
    make_token(w->strong, HS256, CLAIMS(",\"iss\":\"i\",\"aud\":\"a\""),
               &w->token);
    assert_err(reason_of(w, "/good/", BEARER, jg_buf_str(&w->token)),
               JG_E_CLAIM_EXP);
}

static void
a59_largest_exp(void **state)
{
    assert_err(reason_of_token(*state, "/hmac/", HS256,
                               CLAIMS(",\"exp\":253402300799")),
               JG_OK);
    assert_err(reason_of_token(*state, "/hmac/", HS256,
                               CLAIMS(",\"exp\":9223372036854775807")),
               JG_E_CLAIM_EXP);
}

static void
a62_a63_aud_and_iss_shapes(void **state)
{
    static const struct {
        const char *claims;
        bool good;
    } rows[] = {
        {",\"iss\":\"i\",\"aud\":\"a\"", true},
        {",\"iss\":\"i\",\"aud\":[\"a\",\"b\"]", true},
        {",\"iss\":\"i\",\"aud\":[]", false},
        {",\"iss\":\"i\",\"aud\":[1]", false},
        {",\"iss\":\"i\",\"aud\":[\"a\",1]", false},
        {",\"iss\":\"i\",\"aud\":\"\"", false},
        {",\"iss\":\"i\",\"aud\":1", false},
        {",\"iss\":\"i\",\"aud\":null", false},
        {",\"iss\":\"i\",\"aud\":{}", false},
        {",\"iss\":\"i\"", false},
        {",\"aud\":\"a\"", false},
        {",\"iss\":\"\",\"aud\":\"a\"", false},
        {",\"iss\":[\"i\"],\"aud\":\"a\"", false},
        {",\"iss\":null,\"aud\":\"a\"", false},
    };
    struct world *w = *state;

    for (size_t i = 0; i < LEN(rows); i++) {
        char claims[160];

        snprintf(claims, sizeof(claims),
                 "{\"sub\":\"a\",\"pol\":\"all\",\"exp\":1700000100%s}",
                 rows[i].claims);
        make_token(w->strong, HS256, claims, &w->token);
        assert_int_equal(
            reason_of(w, "/good/", BEARER, jg_buf_str(&w->token)) == JG_OK,
            rows[i].good);
    }
}

static void
a66_a67_nul_and_text_that_is_no_utf8(void **state)
{
    static const char *const claims[] = {
        "{\"sub\":\"admin\\u0000x\",\"pol\":\"all\"}",
        "{\"sub\":\"\\ud800\",\"pol\":\"all\"}",
        "{\"sub\":\"\xff\",\"pol\":\"all\"}",
        "{\"sub\":\"\xc0\x80\",\"pol\":\"all\"}"};

    for (size_t i = 0; i < LEN(claims); i++)
        assert_err(reason_of_token(*state, "/hmac/", HS256, claims[i]),
                   JG_E_JSON);
}

static void
a70_dotted_claims(void **state)
{
    assert_err(reason_of_token(*state, "/hmac/", HS256,
                               "{\"sub\":\"a\",\"pol.x\":\"all\"}"),
               JG_E_POLICY_NONE);
}

static void
a72_policies_of_other_organisations(void **state)
{
    assert_err(reason_of_token(*state, "/hmac/", HS256,
                               "{\"sub\":\"a\",\"pol\":\"acme\\nall\"}"),
               JG_E_POLICY_UNKNOWN);
    assert_err(reason_of_token(*state, "/hmac/", HS256,
                               "{\"sub\":\"a\",\"pol\":\"All\"}"),
               JG_E_POLICY_UNKNOWN);
}

static void
a74_a75_a76_identities_and_payloads(void **state)
{
    static const struct {
        const char *claims;
        enum jg_err want;
    } rows[] = {
        {"{\"sub\":\"\",\"pol\":\"all\"}", JG_E_IDENTITY_SUB_EMPTY},
        {"[]", JG_E_JSON},
        {"\"text\"", JG_E_JSON},
        {"7", JG_E_JSON},
        {"null", JG_E_JSON},
        {"{\"sub\":\"a\"} ", JG_E_POLICY_NONE},
        {"{\"sub\":\"a\"}x", JG_E_JSON},
        {"{\"sub\":\"a\"}{}", JG_E_JSON},
        {"\xef\xbb\xbf{\"sub\":\"a\"}", JG_E_JSON},
    };

    for (size_t i = 0; i < LEN(rows); i++)
        assert_err(reason_of_token(*state, "/hmac/", HS256, rows[i].claims),
                   rows[i].want);
}

/* A token that one API verified is nothing to another (A8: 99, 100). */
static void
a99_a100_cached_tokens(void **state)
{
    struct world *w = *state;

    make_token(w->signer, HS256, CLAIMS(",\"exp\":1700000001"), &w->token);
    assert_err(reason_of(w, "/hmac/", BEARER, jg_buf_str(&w->token)), JG_OK);
    assert_err(reason_of(w, "/twin/", BEARER, jg_buf_str(&w->token)), JG_OK);
    assert_true(reason_of(w, "/good/", BEARER, jg_buf_str(&w->token)) != JG_OK);
    assert_err(reason_of(w, "/rsa/", BEARER, jg_buf_str(&w->token)), JG_E_ALG);
}

#define ATTACK(name) cmocka_unit_test(name)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ATTACK(a41_a42_a43_jwk_jku_x5u_x5c),
        ATTACK(a44_kid_is_only_a_name),
        ATTACK(a45_a46_a47_crit_b64_zip),
        ATTACK(a48_typ_confusion),
        ATTACK(a50_a51_duplicate_or_odd_header_members),
        ATTACK(a52_no_kid),
        ATTACK(a53_duplicate_claims),
        ATTACK(a54_deep_nesting),
        ATTACK(a55_many_members),
        ATTACK(a56_numbers),
        ATTACK(a57_times_of_another_type),
        ATTACK(a58_no_exp),
        ATTACK(a59_largest_exp),
        ATTACK(a62_a63_aud_and_iss_shapes),
        ATTACK(a66_a67_nul_and_text_that_is_no_utf8),
        ATTACK(a70_dotted_claims),
        ATTACK(a72_policies_of_other_organisations),
        ATTACK(a74_a75_a76_identities_and_payloads),
        ATTACK(a99_a100_cached_tokens),
    };

    return cmocka_run_group_tests_name("access/attacks_json", tests, setup,
                                       teardown);
}
