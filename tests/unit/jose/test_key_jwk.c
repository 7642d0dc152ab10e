/* key_jwk.c: what a JWK says about itself. */
#include "jose_check.h"

#define OCT "\"kty\":\"oct\",\"k\":\"MDEyMzQ1Njc4OWFiY2RlZg\""

static void
refused(const char *jwk, const char *what)
{
    struct jg_key_fault fault = {""};
    struct jg_key *key = NULL;

    assert_err(key_of_jwk(jwk, &key, &fault), JG_E_KEY);
    assert_null(key);
    if (strstr(fault.what, what) == NULL)
        fail_msg("%.60s: \"%s\" does not say \"%s\"", jwk, fault.what, what);
}

static void
keys_that_are_not_for_verifying_are_refused(void **state)
{
    static const struct {
        const char *jwk;
        const char *what;
    } rows[] = {
        {"{" OCT ",\"use\":\"enc\"}", "use is \"enc\""},
        {"{" OCT ",\"use\":\"\"}", "use is \"\""},
        {"{" OCT ",\"use\":\"Sig\"}", "use is \"Sig\""},
        {"{" OCT ",\"use\":1}", "use is \"\""},
        {"{" OCT ",\"use\":null}", "use is"},
        {"{" OCT ",\"key_ops\":[]}", "without \"verify\""},
        {"{" OCT ",\"key_ops\":[\"sign\"]}", "without \"verify\""},
        {"{" OCT ",\"key_ops\":\"verify\"}", "without \"verify\""},
        {"{" OCT ",\"key_ops\":[\"deriveKey\",\"wrapKey\"]}", "without"},
        {"{" OCT ",\"key_ops\":[1,null,{}]}", "without"},
        {"{" OCT ",\"use\":\"sig\",\"key_ops\":[\"encrypt\"]}", "without"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        refused(rows[i].jwk, rows[i].what);
}

static void
keys_for_verifying_are_taken(void **state)
{
    static const char *const rows[] = {
        "{" OCT "}",
        "{" OCT ",\"use\":\"sig\"}",
        "{" OCT ",\"key_ops\":[\"verify\"]}",
        "{" OCT ",\"key_ops\":[\"sign\",\"verify\"],\"use\":\"sig\"}",
        "{" OCT ",\"x5t\":\"!!\",\"x5u\":7,\"ext\":true,\"other\":null}",
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        jg_key_free(good_key_of_jwk(rows[i]));
}

static void
the_keys_own_alg_must_fit_and_is_the_only_one_then(void **state)
{
    static const struct {
        const char *key;  /* "": a secret */
        const char *alg;  /* as JSON */
        const char *what; /* NULL: good */
    } rows[] = {
        {"", "\"HS256\"", NULL},
        {"", "\"HS512\"", NULL},
        {"", "\"RS256\"", "says alg RS256"},
        {"", "\"none\"", "no signature algorithm"},
        {"", "\"A128KW\"", "no signature algorithm"},
        {"", "\"hs256\"", "no signature algorithm"},
        {"", "\"\"", "no signature algorithm"},
        {"", "5", "no signature algorithm"},
        {"", "null", "no signature algorithm"},
        {"rsa2048", "\"RS256\"", NULL},
        {"rsa2048", "\"PS512\"", NULL},
        {"rsa2048", "\"HS256\"", "RSA 2048 but says alg HS256"},
        {"rsa2048", "\"ES256\"", "says alg ES256"},
        {"rsa2048", "\"RSA-OAEP\"", "no signature algorithm"},
        {"rsa1024", "\"PS512\"", "too small for PS512"},
        {"rsa1024", "\"PS384\"", NULL},
        {"P-256", "\"ES256\"", NULL},
        {"P-256", "\"ES256K\"", "says alg ES256K"},
        {"P-256", "\"ES384\"", "EC P-256 but says alg ES384"},
        {"P-521", "\"ES521\"", "no signature algorithm"},
        {"secp256k1", "\"ES256\"", "says alg ES256"},
        {"ed25519", "\"EdDSA\"", NULL},
        {"ed25519", "\"Ed25519\"", NULL},
        {"ed25519", "\"Ed448\"", "says alg Ed448"},
        {"ed25519", "\"ES256\"", "says alg ES256"},
        {"ed448", "\"Ed25519\"", "says alg Ed25519"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        const char *jwk = rows[i].key[0] == '\0'
                              ? "{" OCT "}"
                              : test_key(rows[i].key)->public_jwk;
        struct jg_key *key;
        char text[2000];

        snprintf(text, sizeof(text), "{\"alg\":%s,%s", rows[i].alg, jwk + 1);
        if (rows[i].what != NULL) {
            refused(text, rows[i].what);
            continue;
        }
        key = good_key_of_jwk(text);
        assert_int_equal(jg_key_algs(key), jg_alg_bit(jg_key_info(key)->alg));
        jg_key_free(key);
    }
}

static void
kid_is_a_string_of_at_most_256_bytes(void **state)
{
    static const struct {
        const char *kid; /* as JSON */
        const char *want;
        const char *what;
    } rows[] = {
        {"\"a\"", "a", NULL},
        {"\"\"", "", NULL},
        {"\"../../dev/null\"", "../../dev/null", NULL},
        {"\"\\u00e9\\\"\"", "\xc3\xa9\"", NULL},
        {"1", NULL, "kid is no string"},
        {"null", NULL, "kid is no string"},
        {"[\"a\"]", NULL, "kid is no string"},
    };
    char text[400];
    struct jg_key *key;

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        snprintf(text, sizeof(text), "{" OCT ",\"kid\":%s}", rows[i].kid);
        if (rows[i].what != NULL) {
            refused(text, rows[i].what);
            continue;
        }
        key = good_key_of_jwk(text);
        assert_str(jg_key_info(key)->kid, rows[i].want);
        jg_key_free(key);
    }
    snprintf(text, sizeof(text), "{" OCT ",\"kid\":\"%0256d\"}", 0);
    key = good_key_of_jwk(text);
    assert_int_equal(jg_key_info(key)->kid.len, 256);
    jg_key_free(key);
    snprintf(text, sizeof(text), "{" OCT ",\"kid\":\"%0257d\"}", 0);
    refused(text, "kid has 257 bytes");
}

static void
a_secret_in_a_jwk_obeys_the_rules_of_secrets(void **state)
{
    char text[8000];
    char k[JG_B64_ENCODED(4000)];
    struct jg_str pem = jg_str(test_key("P-256")->public_pem);
    size_t len = jg_b64url_encode(pem, k);

    (void)state;
    snprintf(text, sizeof(text), "{\"kty\":\"oct\",\"k\":\"%.*s\"}", (int)len,
             k);
    refused(text, "a PEM");
    refused("{\"kty\":\"oct\"}", "member k is missing");
    refused("{\"kty\":\"oct\",\"k\":7}", "member k is missing");
    refused("{\"kty\":\"oct\",\"k\":\"\"}", "member k has 0 bytes");
    refused("{\"kty\":\"oct\",\"k\":\"AA==\"}", "base64url");
    refused("{\"kty\":\"oct\",\"k\":\"AB\"}", "base64url");
    refused("{\"kty\":\"oct\",\"k\":\"A+/A\"}", "base64url");
    snprintf(text, sizeof(text), "{\"kty\":\"oct\",\"k\":\"%05464d\"}", 0);
    refused(text, "too long");
}

static void
what_is_no_jwk_is_refused(void **state)
{
    static const struct {
        const char *jwk;
        const char *what;
    } rows[] = {
        {"{}", "kty is missing"},
        {"[]", "kty is missing"},
        {"\"oct\"", "kty is missing"},
        {"5", "kty is missing"},
        {"null", "kty is missing"},
        {"{\"kty\":1}", "kty is missing"},
        {"{\"kty\":\"\"}", "kty \"\" is not known"},
        {"{\"kty\":\"rsa\"}", "kty \"rsa\" is not known"},
        {"{\"kty\":\"x\\n\\u001b[31m\"}", "kty \"x??[31m\" is not known"},
        {"{\"keys\":[{" OCT "}]}", "kty is missing"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        refused(rows[i].jwk, rows[i].what);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_that_are_not_for_verifying_are_refused),
        cmocka_unit_test(keys_for_verifying_are_taken),
        cmocka_unit_test(the_keys_own_alg_must_fit_and_is_the_only_one_then),
        cmocka_unit_test(kid_is_a_string_of_at_most_256_bytes),
        cmocka_unit_test(a_secret_in_a_jwk_obeys_the_rules_of_secrets),
        cmocka_unit_test(what_is_no_jwk_is_refused),
    };

    return cmocka_run_group_tests_name("jose/key_jwk", tests, NULL, NULL);
}
