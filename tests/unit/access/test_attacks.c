/*
 * The known attacks on tokens, one test for each number of the list of attacks
 * (A1 syntax, A2 algorithms and keys, A3 signatures): what must not pass does
 * not, the cache changes nothing, and there is never a 5xx.
 */
#include "attack_check.h"

static void
a1_not_three_segments(void **state)
{
    static const size_t dots[] = {0, 1, 3, 4, 5, 6, 100, 8000, 65000};

    for (size_t i = 0; i < LEN(dots); i++) {
        struct world *w = *state;
        enum jg_err err;

        jg_buf_reset(&w->token);
        for (size_t k = 0; k < dots[i]; k++)
            jg_buf_addc(&w->token, '.');
        jg_buf_addc(&w->token, 'x');
        err = reason_of(w, "/hmac/", BEARER, jg_buf_str(&w->token));
        assert_err(err, dots[i] == 4 ? JG_E_TOKEN_JWE : JG_E_TOKEN_SHAPE);
    }
}

static void
a2_encrypted_tokens(void **state)
{
    assert_err(reason_of(*state, "/hmac/", BEARER, JG_STR("a.b.c.d.e")),
               JG_E_TOKEN_JWE);
    assert_err(reason_of_token(*state, "/hmac/", HEADER(",\"enc\":\"A128GCM\""),
                               CLAIMS("")),
               JG_E_TOKEN_JWE);
}

static void
a3_json_serialisation(void **state)
{
    assert_err(reason_of(*state, "/hmac/", "Authorization: %T",
                         JG_STR("{\"payload\":\"e30\",\"protected\":\"e30\"}")),
               JG_E_TOKEN_SHAPE);
    assert_err(reason_of(*state, "/hmac/", "Authorization: %T",
                         JG_STR("{\"a\":\"e30.e30.x\"}")),
               JG_E_BASE64);
}

static void
a4_bytes_outside_the_alphabet(void **state)
{
    static const char *const tails[] = {"=",   "+",  "/", " x", "?",
                                        "%00", "\t", "A", "AA="};
    struct world *w = *state;

    for (size_t i = 0; i < LEN(tails); i++) {
        char line[64];

        make_token(w->signer, HS256, CLAIMS(""), &w->token);
        snprintf(line, sizeof(line), "Authorization: Bearer %%T%s|", tails[i]);
        *strrchr(line, '|') = '\0';
        if (reason_of(w, "/hmac/", line, jg_buf_str(&w->token)) == JG_OK)
            assert_string_equal(tails[i], "\t"); /* white space at the end */
    }
}

static void
a5_other_spellings_of_the_last_bits(void **state)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn"
                                   "opqrstuvwxyz0123456789-_";
    struct world *w = *state;
    size_t passed = 0;

    make_token(w->signer, HS256, CLAIMS(""), &w->token);
    for (size_t i = 0; i < 64; i++) {
        w->token.p[w->token.len - 1] = alphabet[i];
        passed +=
            reason_of(w, "/hmac/", BEARER, jg_buf_str(&w->token)) == JG_OK;
    }
    assert_int_equal(passed, 1);
}

static void
a6_empty_parts(void **state)
{
    static const char *const tokens[] = {"..",   "a..",  ".a.", "..a",
                                         "a.b.", "a..c", ".b.c"};

    for (size_t i = 0; i < LEN(tokens); i++)
        assert_true(reason_of(*state, "/hmac/", BEARER, jg_str(tokens[i])) !=
                    JG_OK);
    assert_err(reason_of_parts(*state, "/hmac/", HS256, CLAIMS(""), ""),
               JG_E_SIGNATURE_SIZE);
}

static void
a7_huge_tokens(void **state)
{
    static const size_t sizes[] = {JG_TOKEN_MAX + 1, 200000, 900000};
    struct world *w = *state;

    for (size_t i = 0; i < LEN(sizes); i++) {
        jg_buf_reset(&w->token);
        jg_buf_add(&w->token, JG_STR("e30.e30."));
        while (w->token.len < sizes[i])
            jg_buf_addc(&w->token, 'A');
        assert_err(reason_of(w, "/hmac/", BEARER, jg_buf_str(&w->token)),
                   JG_E_TOKEN_SIZE);
    }
}

static void
a8_absurdly_long_signatures(void **state)
{
    static char text[30000];

    memset(text, 'A', sizeof(text) - 1);
    text[21830] = '\0';
    assert_err(reason_of_parts(*state, "/hmac/", HS256, CLAIMS(""), text),
               JG_E_SIGNATURE_SIZE);
    assert_err(reason_of_parts(*state, "/ec/", "{\"alg\":\"ES256\"}",
                               CLAIMS(""), text),
               JG_E_SIGNATURE_SIZE);
}

static void
a9_signatures_shorter_than_the_modulus(void **state)
{
    for (size_t bytes = 1; bytes < 256; bytes += 9) {
        static const char zeros[256];
        char text[400];
        size_t len = jg_b64url_encode((struct jg_str){zeros, bytes}, text);

        text[len] = '\0';
        assert_err(reason_of_parts(*state, "/rsa/", "{\"alg\":\"RS256\"}",
                                   CLAIMS(""), text),
                   JG_E_SIGNATURE_SIZE);
    }
}

static void
a10_bearer_variants_and_two_headers(void **state)
{
    static const struct {
        const char *lines;
        enum jg_err want;
    } rows[] = {
        {"Authorization: bearer %T", JG_OK},
        {"Authorization: BEARER %T", JG_OK},
        {"Authorization: %T", JG_OK},
        {"Authorization: Bearer\t%T", JG_E_BASE64},
        {"Authorization: Bearer  %T", JG_E_BASE64},
        {"Authorization: Basic %T", JG_E_BASE64},
        {"Authorization: Basic YTpi", JG_E_TOKEN_SHAPE},
        {"Authorization: Bearer %T\nAuthorization: Bearer %T", JG_OK},
        {"Authorization: Bearer %T\nauthorization: %T", JG_OK},
        {"Authorization: Bearer %T\nAuthorization: Bearer a.b.c",
         JG_E_TOKEN_TWICE},
        {"Authorization: Bearer a.b.c\nAuthorization: Bearer %T",
         JG_E_TOKEN_TWICE},
        {"Authorization: Bearer %T\nAuthorization: Basic YTpi", JG_OK},
        {"Authorization: Bearer %T\nAuthorization: Basic YTpi\n"
         "Authorization: Bearer a.b.c",
         JG_E_TOKEN_TWICE},
    };
    struct world *w = *state;

    make_token(w->signer, HS256, CLAIMS(""), &w->token);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_err(reason_of(w, "/hmac/", rows[i].lines, jg_buf_str(&w->token)),
                   rows[i].want);
}

static void
a11_different_tokens_in_header_query_and_cookie(void **state)
{
    static const struct {
        const char *target, *lines;
        enum jg_err want;
    } rows[] = {
        {"/hmac/?jwt=%T", "", JG_OK},
        {"/hmac/", "Cookie: jwt=%T", JG_OK},
        {"/hmac/?jwt=%T", BEARER "\nCookie: jwt=%T", JG_OK},
        {"/hmac/?jwt=a.b.c", BEARER, JG_E_TOKEN_TWICE},
        {"/hmac/", BEARER "\nCookie: jwt=a.b.c", JG_E_TOKEN_TWICE},
        {"/hmac/?jwt=%T", "Cookie: jwt=a.b.c", JG_E_TOKEN_TWICE},
        {"/hmac/?jwt=a.b.c", "Cookie: jwt=%T", JG_E_TOKEN_TWICE},
        {"/hmac/?jwt=a.b.c&jwt=%T", "", JG_E_TOKEN_TWICE},
        {"/hmac/", "Cookie: jwt=%T; jwt=a.b.c", JG_E_TOKEN_TWICE},
        {"/hmac/?jwt=%T", "Authorization: Basic YTpi", JG_OK},
        /* Not enabled there, so not a token there. */
        {"/twin/?jwt=a.b.c", BEARER "\nCookie: jwt=a.b.c", JG_OK},
    };
    struct world *w = *state;

    make_token(w->signer, HS256, CLAIMS(""), &w->token);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_err(
            reason_of(w, rows[i].target, rows[i].lines, jg_buf_str(&w->token)),
            rows[i].want);
}

static void
a12_tokens_in_queries_only_where_enabled(void **state)
{
    struct world *w = *state;

    make_token(w->signer, HS256, CLAIMS(""), &w->token);
    assert_err(reason_of(w, "/twin/?jwt=%T&Authorization=%T", "",
                         jg_buf_str(&w->token)),
               JG_E_TOKEN_MISSING);
}

static void
a14_none_spellings(void **state)
{
    static const char *const algs[] = {
        "\"none\"",   "\"None\"",   "\"NONE\"",
        "\"nOnE\"",   "\"none \"",  "\" none\"",
        "\"\"",       "\"n\"",      "\"no\"",
        "null",       "0",          "[]",
        "{}",         "true",       "[\"HS256\"]",
        "\"hs256\"",  "\"HS256 \"", "\"HS25\"",
        "\"HS2566\"", "\"Hs256\"",  "\"HS256\\u0000\""};
    struct world *w = *state;

    for (size_t i = 0; i < LEN(algs); i++) {
        char header[64];

        snprintf(header, sizeof(header), "{\"alg\":%s}", algs[i]);
        assert_true(reason_of_token(w, "/hmac/", header, CLAIMS("")) != JG_OK);
        assert_true(reason_of_parts(w, "/hmac/", header, CLAIMS(""), "") !=
                    JG_OK);
        assert_true(reason_of_parts(w, "/rsa/", header, CLAIMS(""), "") !=
                    JG_OK);
    }
    assert_true(reason_of_parts(w, "/hmac/", "{}", CLAIMS(""), "") != JG_OK);
}

static void
a15_public_key_as_hmac_secret(void **state)
{
    static const char pem[] = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG";
    struct world *w = *state;
    struct jg_signer *signer = NULL;

    /* Nobody even makes such a signer; with any other secret the family of
     * the API decides. */
    assert_err(jg_signer_from_secret(JG_STR(pem), &signer, NULL), JG_E_KEY);
    assert_err(reason_of_token(w, "/rsa/", HS256, CLAIMS("")), JG_E_ALG);
    assert_err(reason_of_token(w, "/ec/", HS256, CLAIMS("")), JG_E_ALG);
}

static void
a16_key_without_alg_and_another_family(void **state)
{
    static const char *const algs[] = {"HS256", "HS384", "HS512", "RS256",
                                       "PS256", "ES256", "EdDSA", "ES256K"};

    for (size_t i = 0; i < LEN(algs); i++) {
        char header[64];
        enum jg_err rsa, ec;

        snprintf(header, sizeof(header), "{\"alg\":\"%s\",\"kid\":\"1\"}",
                 algs[i]);
        rsa = reason_of_parts(*state, "/rsa/", header, CLAIMS(""), "AAAA");
        ec = reason_of_parts(*state, "/ec/", header, CLAIMS(""), "AAAA");
        assert_err(rsa,
                   algs[i][1] == 'S' && algs[i][0] != 'H' && algs[i][0] != 'E'
                       ? JG_E_SIGNATURE_SIZE
                       : JG_E_ALG);
        if (strcmp(algs[i], "ES256") == 0)
            assert_err(ec, JG_E_SIGNATURE_SIZE);
        else
            assert_true(ec != JG_OK);
    }
}

static void
a17_same_family_other_hash(void **state)
{
    static const char *const algs[] = {"HS256", "HS384", "HS512"};

    for (size_t i = 0; i < LEN(algs); i++) {
        char header[32];

        snprintf(header, sizeof(header), "{\"alg\":\"%s\"}", algs[i]);
        assert_err(reason_of_token(*state, "/pinned/", header, CLAIMS("")),
                   i == 0 ? JG_OK : JG_E_ALG);
    }
}

static void
a18_another_curve(void **state)
{
    static char zeros[200];

    memset(zeros, 'A', 128);
    assert_err(reason_of_parts(*state, "/ec/",
                               "{\"alg\":\"ES384\",\"kid\":\"1\"}", CLAIMS(""),
                               zeros),
               JG_E_KEY_FIT);
    zeros[86] = '\0';
    assert_err(reason_of_parts(*state, "/ec/", "{\"alg\":\"ES256K\"}",
                               CLAIMS(""), zeros),
               JG_E_KEY_UNKNOWN);
}

static void
a23_weak_secrets_only_in_the_compatible_profile(void **state)
{
    struct world *w = *state;

    assert_err(reason_of_token(w, "/hmac/", HS256, CLAIMS("")), JG_OK);
    assert_err(reason_of_token(w, "/strict/", HS256, CLAIMS("")), JG_E_KEY);
}

static void
a30_psychic_signatures(void **state)
{
    char zeros[87];

    memset(zeros, 'A', 86);
    zeros[86] = '\0';
    assert_err(reason_of_parts(*state, "/ec/",
                               "{\"alg\":\"ES256\",\"kid\":\"1\"}", CLAIMS(""),
                               zeros),
               JG_E_SIGNATURE);
}

static void
a31_der_signatures(void **state)
{
    static const char der[] = {0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01};
    char text[20];
    size_t len = jg_b64url_encode((struct jg_str){der, sizeof(der)}, text);

    text[len] = '\0';
    assert_err(reason_of_parts(*state, "/ec/", "{\"alg\":\"ES256\"}",
                               CLAIMS(""), text),
               JG_E_SIGNATURE_SIZE);
}

/* Changing any one byte of a good token never gives another good token. */
static void
a36_changed_tokens(void **state)
{
    struct world *w = *state;
    size_t len;

    make_token(w->signer, HS256, CLAIMS(""), &w->token);
    len = w->token.len;
    assert_err(reason_of(w, "/hmac/", BEARER, jg_buf_str(&w->token)), JG_OK);
    for (size_t i = 0; i < len; i++) {
        char was = w->token.p[i];

        w->token.p[i] = was == 'A' ? 'B' : 'A';
        assert_true(reason_of(w, "/hmac/", BEARER, jg_buf_str(&w->token)) !=
                    JG_OK);
        w->token.p[i] = was;
    }
}

#define ATTACK(name) cmocka_unit_test(name)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ATTACK(a1_not_three_segments),
        ATTACK(a2_encrypted_tokens),
        ATTACK(a3_json_serialisation),
        ATTACK(a4_bytes_outside_the_alphabet),
        ATTACK(a5_other_spellings_of_the_last_bits),
        ATTACK(a6_empty_parts),
        ATTACK(a7_huge_tokens),
        ATTACK(a8_absurdly_long_signatures),
        ATTACK(a9_signatures_shorter_than_the_modulus),
        ATTACK(a10_bearer_variants_and_two_headers),
        ATTACK(a11_different_tokens_in_header_query_and_cookie),
        ATTACK(a12_tokens_in_queries_only_where_enabled),
        ATTACK(a14_none_spellings),
        ATTACK(a15_public_key_as_hmac_secret),
        ATTACK(a16_key_without_alg_and_another_family),
        ATTACK(a17_same_family_other_hash),
        ATTACK(a18_another_curve),
        ATTACK(a23_weak_secrets_only_in_the_compatible_profile),
        ATTACK(a30_psychic_signatures),
        ATTACK(a31_der_signatures),
        ATTACK(a36_changed_tokens),
    };

    return cmocka_run_group_tests_name("access/attacks", tests, setup,
                                       teardown);
}
