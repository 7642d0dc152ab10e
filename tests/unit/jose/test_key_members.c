/* key_members.c: the numbers of a JWK, and the certificate beside them. */
#include "jose_check.h"

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
every_type_is_read_and_private_members_are_left_behind(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(test_keys); i++) {
        struct jg_key_fault fault = {"stale"};
        struct jg_key *public = NULL, *private = NULL;

        assert_err(key_of_jwk(test_keys[i].public_jwk, &public, &fault), JG_OK);
        assert_string_equal(fault.what, "");
        assert_err(key_of_jwk(test_keys[i].private_jwk, &private, &fault),
                   JG_OK);
        assert_non_null(strstr(fault.what, "private key"));
        assert_non_null(jg_key_risk(private, jg_key_algs(private)));
        assert_string_equal(jg_key_describe(public), test_keys[i].describe);
        assert_string_equal(jg_key_describe(private), test_keys[i].describe);
        assert_str(jg_key_info(public)->thumbprint, test_keys[i].thumbprint);
        assert_str(jg_key_info(private)->thumbprint, test_keys[i].thumbprint);
        jg_key_free(public);
        jg_key_free(private);
    }
}

static void
private_members_may_be_anything_because_nobody_reads_them(void **state)
{
    char text[2000];

    (void)state;
    snprintf(text, sizeof(text), "{\"d\":[],\"p\":7,\"q\":\"!\",%s",
             test_key("rsa2048")->public_jwk + 1);
    jg_key_free(good_key_of_jwk(text));
}

/* The first two coordinates are P-256's own generator (SEC 2). */
#define GX "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY"
#define GY "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"

static void
coordinates_have_the_exact_length_and_lie_on_the_curve(void **state)
{
    static const struct {
        const char *jwk;
        const char *what; /* NULL: good */
    } rows[] = {
        {"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" GX "\",\"y\":\"" GY "\"}",
         NULL},
        {"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" GY "\",\"y\":\"" GX "\"}",
         "not on P-256"},
        {"{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"" GX "\",\"y\":\"" GY "\"}",
         "x has 32 bytes"},
        {"{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"" GX "\",\"y\":\"" GY
         "\"}",
         "not on secp256k1"},
        {"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" GX "\"}", "y is missing"},
        {"{\"kty\":\"EC\",\"crv\":\"P-256\",\"y\":\"" GY "\"}", "x is missing"},
        {"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"" GY "\"}",
         "x has 1 bytes"},
        /* a leading zero: 33 bytes */
        {"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AGsX0fLhLEJH-Lzm5WOkQPJ3A3"
         "2BLeszoPShOUXYmMKW\",\"y\":\"" GY "\"}",
         "x is too long"},
        {"{\"kty\":\"EC\",\"crv\":\"P-256\","
         "\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
         "\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
         "not on P-256"},
        /* x = p + something: not reduced */
        {"{\"kty\":\"EC\",\"crv\":\"P-256\","
         "\"x\":\"__________________________________________8\","
         "\"y\":\"" GY "\"}",
         "not on P-256"},
        {"{\"kty\":\"EC\",\"x\":\"" GX "\",\"y\":\"" GY "\"}", "crv \"\""},
        {"{\"kty\":\"EC\",\"crv\":\"P-192\",\"x\":\"" GX "\",\"y\":\"" GY "\"}",
         "crv \"P-192\""},
        {"{\"kty\":\"EC\",\"crv\":\"Ed25519\",\"x\":\"" GX "\",\"y\":\"" GY
         "\"}",
         "crv \"Ed25519\""},
        {"{\"kty\":\"EC\",\"crv\":\"p-256\",\"x\":\"" GX "\",\"y\":\"" GY "\"}",
         "crv \"p-256\""},
        {"{\"kty\":\"RSA\",\"crv\":\"P-256\",\"x\":\"" GX "\",\"y\":\"" GY
         "\"}",
         "n is missing"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        if (rows[i].what == NULL)
            jg_key_free(good_key_of_jwk(rows[i].jwk));
        else
            refused(rows[i].jwk, rows[i].what);
}

static void
only_signing_curves_are_octet_keys(void **state)
{
    static const struct {
        const char *jwk;
        const char *what;
    } rows[] = {
        {"{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"" GX "\"}",
         "crv \"X25519\" does not sign"},
        {"{\"kty\":\"OKP\",\"crv\":\"X448\",\"x\":\"" GX "\"}",
         "crv \"X448\" does not sign"},
        {"{\"kty\":\"OKP\",\"crv\":\"Ed448\",\"x\":\"" GX "\"}",
         "x has 32 bytes"},
        {"{\"kty\":\"OKP\",\"crv\":\"P-256\",\"x\":\"" GX "\"}",
         "crv \"P-256\""},
        {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\"}", "x is missing"},
        {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x5c\":[\"AAAA\"]}",
         "x is missing"},
        {"{\"kty\":\"OKP\",\"x\":\"" GX "\"}", "crv \"\""},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        refused(rows[i].jwk, rows[i].what);
}

/* 3 is the smallest exponent; n is that of the test key of 2048 bits. */
static void
rsa_numbers_are_checked(void **state)
{
    static const struct {
        const char *e;
        const char *what; /* NULL: good */
    } exponents[] = {
        {"AQAB", NULL},
        {"AAEAAQ", NULL}, /* a leading zero changes nothing */
        {"Aw", NULL},
        {"__________8", NULL}, /* 2^64 - 1 */
        {"AQAAAAAAAAAB", "over 64 bits"},
        {"AQ", "1 or even"},
        {"AA", "1 or even"},
        {"Ag", "1 or even"},
        {"AQAA", "1 or even"},
        {"", "e has 0 bytes"},
        {"AQAB=", "e is not base64url"},
    };
    static char text[8000];
    const char *n = strstr(test_key("rsa2048")->public_jwk, "\"n\"");

    (void)state;
    for (size_t i = 0; i < LEN(exponents); i++) {
        snprintf(text, sizeof(text), "{\"kty\":\"RSA\",\"e\":\"%s\",%.*s}",
                 exponents[i].e, (int)(strchr(n, ',') - n), n);
        if (exponents[i].what == NULL)
            jg_key_free(good_key_of_jwk(text));
        else
            refused(text, exponents[i].what);
    }
    refused("{\"kty\":\"RSA\",\"n\":\"AQAB\"}", "e is missing");
    refused("{\"kty\":\"RSA\",\"e\":\"AQAB\"}", "n is missing");
    refused("{\"kty\":\"RSA\",\"n\":\"_w\",\"e\":\"AQAB\"}", "of 8 bits");
    refused("{\"kty\":\"RSA\",\"n\":\"AA\",\"e\":\"AQAB\"}", "of 0 bits");
}

/* A modulus of <bits>, all ones, as a JWK. */
static const char *
modulus_jwk(size_t bits, char *text, size_t size)
{
    unsigned char n[2600];
    char n64[JG_B64_ENCODED(sizeof(n))];
    size_t len = (bits + 7) / 8;

    memset(n, 0xff, len);
    n[0] = (unsigned char)(0xff >> (len * 8 - bits));
    len = jg_b64url_encode((struct jg_str){(const char *)n, len}, n64);
    snprintf(text, size, "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"%.*s\"}",
             (int)len, n64);
    return text;
}

static void
a_modulus_has_1024_to_16384_bits(void **state)
{
    static char text[8000];

    (void)state;
    refused(modulus_jwk(1023, text, sizeof(text)), "of 1023 bits");
    jg_key_free(good_key_of_jwk(modulus_jwk(1024, text, sizeof(text))));
    jg_key_free(good_key_of_jwk(modulus_jwk(16384, text, sizeof(text))));
    refused(modulus_jwk(16385, text, sizeof(text)), "of 16385 bits");
    refused(modulus_jwk(20800, text, sizeof(text)), "too long");
}

static void
a26_a_certificate_is_enough_and_must_agree_with_the_numbers(void **state)
{
    static char text[8000];
    const char *rsa = test_key("rsa2048")->public_jwk;
    const char *ec = test_key("P-256")->public_jwk;
    struct jg_key *key;

    (void)state;
    /* alone */
    snprintf(text, sizeof(text), "{\"kty\":\"RSA\",\"x5c\":[\"%s\",7]}",
             rsa2048_x5c);
    key = good_key_of_jwk(text);
    assert_str(jg_key_info(key)->thumbprint, test_key("rsa2048")->thumbprint);
    jg_key_free(key);
    snprintf(text, sizeof(text), "{\"kty\":\"EC\",\"x5c\":[\"%s\"]}", p256_x5c);
    key = good_key_of_jwk(text);
    assert_str(jg_key_info(key)->thumbprint, test_key("P-256")->thumbprint);
    jg_key_free(key);
    /* of another type than kty */
    snprintf(text, sizeof(text), "{\"kty\":\"RSA\",\"x5c\":[\"%s\"]}",
             p256_x5c);
    refused(text, "x5c holds no RSA key");
    snprintf(text, sizeof(text), "{\"kty\":\"EC\",\"x5c\":[\"%s\"]}",
             rsa2048_x5c);
    refused(text, "x5c holds no EC key");
    /* beside the numbers */
    snprintf(text, sizeof(text), "{\"x5c\":[\"%s\"],%s", rsa2048_x5c, rsa + 1);
    jg_key_free(good_key_of_jwk(text));
    snprintf(text, sizeof(text), "{\"x5c\":[\"%s\"],%s", p256_x5c, ec + 1);
    jg_key_free(good_key_of_jwk(text));
    snprintf(text, sizeof(text), "{\"x5c\":[\"%s\"],%s", p256_x5c, rsa + 1);
    refused(text, "x5c holds another key");
    snprintf(text, sizeof(text), "{\"x5c\":[\"%s\"],%s", rsa2048_x5c,
             test_key("rsa1024")->public_jwk + 1);
    refused(text, "x5c holds another key");
}

static void
old_providers_put_a_pem_into_x5c(void **state)
{
    static char pem64[8000], text[8000];
    struct jg_key *key;
    size_t len = jg_b64_encode(jg_str(rsa2048_cert_pem), pem64);

    (void)state;
    snprintf(text, sizeof(text), "{\"kty\":\"RSA\",\"x5c\":[\"%.*s\"]}",
             (int)len, pem64);
    key = good_key_of_jwk(text);
    assert_str(jg_key_info(key)->thumbprint, test_key("rsa2048")->thumbprint);
    jg_key_free(key);
    /* whose key it is then, whatever the members say, as in Tyk */
    snprintf(text, sizeof(text),
             "{\"kty\":\"RSA\",\"n\":\"!\",\"x5c\":[\"%.*s\"]}", (int)len,
             pem64);
    key = good_key_of_jwk(text);
    assert_str(jg_key_info(key)->thumbprint, test_key("rsa2048")->thumbprint);
    jg_key_free(key);
    snprintf(text, sizeof(text),
             "{\"kty\":\"EC\",\"x\":\"!\",\"x5c\":[\"%.*s\"]}", (int)len,
             pem64);
    refused(text, "x5c holds no EC key");
    /* but no private key */
    len = jg_b64_encode(jg_str(rsa2048_traditional_pem), pem64);
    snprintf(text, sizeof(text), "{\"kty\":\"RSA\",\"x5c\":[\"%.*s\"]}",
             (int)len, pem64);
    refused(text, "x5c does not start with a certificate");
}

static void
a_bad_certificate_spoils_its_key(void **state)
{
    static const char *const rows[] = {
        "[]",      "\"AAAA\"",   "7",         "[7]",           "[\"\"]",
        "[\"!\"]", "[\"AAAA\"]", "[\"AAA\"]", "[\"MIIB_-A\"]", "null",
        "{}",
    };
    static char text[4000];

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        snprintf(text, sizeof(text), "{\"x5c\":%s,%s", rows[i],
                 test_key("rsa2048")->public_jwk + 1);
        refused(text, "x5c");
    }
}

/* Where OpenSSL has it (3.5), the sample keys of the vectors are read. */
static void
a_key_of_ml_dsa_asks_for_its_alg_and_for_openssl_3_5(void **state)
{
    static const struct {
        const char *jwk;
        const char *what;
    } rows[] = {
        {"{\"kty\":\"AKP\",\"pub\":\"AAAA\"}", "without an alg of ML-DSA"},
        {"{\"kty\":\"AKP\",\"alg\":\"ES256\",\"pub\":\"AAAA\"}",
         "without an alg of ML-DSA"},
        {"{\"kty\":\"AKP\",\"alg\":\"ML-DSA-45\",\"pub\":\"AAAA\"}",
         "no signature algorithm"},
    };
    struct jg_key_fault fault = {""};
    struct jg_key *key = NULL;

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        refused(rows[i].jwk, rows[i].what);
    assert_err(key_of_jwk("{\"kty\":\"AKP\",\"alg\":\"ML-DSA-44\","
                          "\"pub\":\"AAAA\"}",
                          &key, &fault),
               JG_E_KEY);
    assert_true(strstr(fault.what, "needs OpenSSL 3.5") != NULL ||
                strstr(fault.what, "OpenSSL refuses") != NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            every_type_is_read_and_private_members_are_left_behind),
        cmocka_unit_test(
            private_members_may_be_anything_because_nobody_reads_them),
        cmocka_unit_test(
            coordinates_have_the_exact_length_and_lie_on_the_curve),
        cmocka_unit_test(only_signing_curves_are_octet_keys),
        cmocka_unit_test(rsa_numbers_are_checked),
        cmocka_unit_test(a_modulus_has_1024_to_16384_bits),
        cmocka_unit_test(
            a26_a_certificate_is_enough_and_must_agree_with_the_numbers),
        cmocka_unit_test(old_providers_put_a_pem_into_x5c),
        cmocka_unit_test(a_bad_certificate_spoils_its_key),
        cmocka_unit_test(a_key_of_ml_dsa_asks_for_its_alg_and_for_openssl_3_5),
    };

    return cmocka_run_group_tests_name("jose/key_members", tests, NULL, NULL);
}
