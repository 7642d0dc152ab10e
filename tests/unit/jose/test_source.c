/* source.c: the key of an API definition, by its look. */
#include "jose_check.h"

static enum jg_err
read_source(struct jg_str material, const char *method, struct jg_jwks **set,
            struct jg_key_fault *fault)
{
    const struct jg_alg *one = jg_alg_find(jg_str(method));
    bool known;

    return jg_jwks_from_source(
        material,
        one != NULL ? jg_alg_bit(one) : jg_alg_method(jg_str(method), &known),
        set, fault);
}

static void
every_form_is_known_by_its_look(void **state)
{
    static const struct {
        const char *method;
        const char *text;
        const char *describe;
    } rows[] = {
        {"hmac", "tyk123", "secret of 6 bytes"},
        {"hmac", "tyk123\n", "secret of 7 bytes"}, /* never trimmed */
        {"hmac", " tyk123", "secret of 7 bytes"},
        {"hmac", "{", "secret of 1 byte"},
        {"hmac", "{\"a\":1}", "secret of 7 bytes"},
        {"hmac", "{not json", "secret of 9 bytes"},
        {"hmac", "https://idp.example/", "secret of 20 bytes"},
        {"hmac", "{\"kty\":\"oct\",\"k\":\"dHlr\"}", "secret of 3 bytes"},
        {"hmac", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"dHlr\"}]}",
         "secret of 3 bytes"},
        {"HS512", "tyk123", "secret of 6 bytes"},
        {"rsa", rsa2048_cert_pem, "RSA 2048"},
        {"rsa", rsa2048_pkcs1_pem, "RSA 2048"},
        {"PS256", rsa2048_pkcs1_pem, "RSA 2048"},
        {"ecdsa", p256_sec1_pem, "EC P-256"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_jwks *set = NULL;

        assert_err(
            read_source(jg_str(rows[i].text), rows[i].method, &set, NULL),
            JG_OK);
        assert_int_equal(jg_jwks_count(set), 1);
        assert_string_equal(jg_key_describe(jg_jwks_at(set, 0)->key),
                            rows[i].describe);
        jg_jwks_free(set);
    }
}

static void
every_type_is_taken_by_its_own_method_only(void **state)
{
    static const char *const methods[] = {"hmac", "rsa", "ecdsa", "eddsa",
                                          "mldsa"};

    (void)state;
    for (size_t k = 0; k < LEN(test_keys); k++)
        for (size_t m = 0; m < LEN(methods); m++) {
            const char *const forms[] = {test_keys[k].public_pem,
                                         test_keys[k].public_jwk};
            struct jg_key *key = good_key_of_pem(test_keys[k].public_pem);
            bool known;
            bool fits = (jg_alg_method(jg_str(methods[m]), &known) &
                         jg_key_algs(key)) != 0;

            for (size_t f = 0; f < 2; f++) {
                struct jg_jwks *set = NULL;

                assert_err(
                    read_source(jg_str(forms[f]), methods[m], &set, NULL),
                    fits ? JG_OK : JG_E_KEY);
                assert_int_equal(set != NULL, fits);
                jg_jwks_free(set);
            }
            jg_key_free(key);
        }
}

static void
a_refusal_says_what_was_expected_and_what_was_found(void **state)
{
    static const struct {
        const char *method;
        const char *key; /* of test_keys, in PEM; or NULL */
        const char *text;
        const char *what;
    } rows[] = {
        {"rsa", "P-256", NULL,
         "expected an RSA public key for jwt_signing_method rsa, found EC "
         "P-256"},
        {"ecdsa", "rsa2048", NULL,
         "expected an EC public key for jwt_signing_method ecdsa, found RSA "
         "2048"},
        {"eddsa", "P-384", NULL,
         "expected an Ed25519 or Ed448 public key for jwt_signing_method "
         "eddsa, found EC P-384"},
        {"mldsa", "ed25519", NULL,
         "expected an ML-DSA public key for jwt_signing_method mldsa, found "
         "Ed25519"},
        {"hmac", "rsa2048", NULL,
         "expected an HMAC secret, found a PEM: whoever has it could sign "
         "tokens"},
        {"ES384", "P-256", NULL,
         "expected an EC public key for ES384, found EC P-256"},
        {"rsa", NULL, "{\"kty\":\"oct\",\"k\":\"AAAA\"}",
         "expected an RSA public key for jwt_signing_method rsa, found secret "
         "of 3 bytes"},
        {"HS256", NULL, "{\"kty\":\"oct\",\"alg\":\"HS512\",\"k\":\"AAAA\"}",
         "expected an HMAC secret for HS256, found secret of 3 bytes for "
         "HS512"},
        {"rsa", NULL, "tyk123",
         "expected a public key in PEM or DER, found neither"},
        {"rsa", NULL, "", "the key is empty"},
        {"hmac", NULL, "", "the secret is empty"},
        {"rsa", NULL, "{}",
         "expected a JSON object with an array \"keys\", or a JWK with "
         "\"kty\""},
        {"rsa", NULL, "{\"keys\":[]}", "the key set is empty"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        const char *text = rows[i].key != NULL
                               ? test_key(rows[i].key)->public_pem
                               : rows[i].text;
        struct jg_key_fault fault = {""};
        struct jg_jwks *set = NULL;

        assert_err(read_source(jg_str(text), rows[i].method, &set, &fault),
                   JG_E_KEY);
        assert_string_equal(fault.what, rows[i].what);
        assert_null(set);
    }
}

static void
in_a_set_the_keys_of_other_methods_are_left_out(void **state)
{
    struct jg_key_fault fault = {"stale"};
    struct jg_jwks *set = NULL;
    char text[4000];

    (void)state;
    snprintf(text, sizeof(text), " {\"keys\":[%s,%s]}",
             test_key("P-256")->public_jwk, test_key("rsa2048")->public_jwk);
    assert_err(read_source(jg_str(text), "rsa", &set, &fault), JG_OK);
    assert_int_equal(jg_jwks_count(set), 2);
    assert_null(jg_jwks_at(set, 0)->key);
    assert_non_null(strstr(jg_jwks_at(set, 0)->skipped, "found EC P-256"));
    assert_non_null(jg_jwks_at(set, 1)->key);
    assert_string_equal(fault.what, "");
    jg_jwks_free(set);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_is_known_by_its_look),
        cmocka_unit_test(every_type_is_taken_by_its_own_method_only),
        cmocka_unit_test(a_refusal_says_what_was_expected_and_what_was_found),
        cmocka_unit_test(in_a_set_the_keys_of_other_methods_are_left_out),
    };

    return cmocka_run_group_tests_name("jose/source", tests, NULL, NULL);
}
