/* signer.c: private keys in every form, and what is refused as one. */
#include "jose_check.h"

/* A signer of the JWK in <text>. */
static enum jg_err
signer_of_jwk(const char *text, struct jg_signer **out,
              struct jg_key_fault *fault)
{
    struct jg_arena a;
    enum jg_err err;

    jg_arena_init(&a, 4096, 1024 * 1024);
    err = jg_signer_from_jwk(json_of(text, &a), out, fault);
    jg_arena_free(&a);
    return err;
}

/* Does a token of <signer> verify with <key>? Frees both. */
static void
assert_pair(struct jg_signer *signer, struct jg_key *key)
{
    const struct jg_alg *alg = jg_signer_default_alg(signer);
    struct jg_jwks *set = NULL;
    struct jg_buf token;
    char header[60];

    snprintf(header, sizeof(header), "{\"alg\":\"%s\"}", alg->name);
    token = token_of(signer, alg->name, header, "{\"sub\":\"x\"}");
    assert_err(jg_jwks_of_key(key, &set), JG_OK);
    assert_err(check_token(jg_buf_str(&token), set), JG_OK);
    jg_jwks_free(set);
    jg_buf_free(&token);
    jg_signer_free(signer);
}

static void
every_type_signs_from_pem_and_from_jwk(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(test_keys); i++) {
        struct jg_signer *signer = NULL;

        assert_pair(good_signer_of_pem(test_keys[i].private_pem),
                    good_key_of_jwk(test_keys[i].public_jwk));
        assert_err(signer_of_jwk(test_keys[i].private_jwk, &signer, NULL),
                   JG_OK);
        assert_pair(signer, good_key_of_pem(test_keys[i].public_pem));
    }
    assert_pair(good_signer_of_pem(rsa2048_traditional_pem),
                good_key_of_pem(rsa2048_cert_pem));
    assert_pair(good_signer_of_pem(p256_sec1_pem),
                good_key_of_jwk(test_key("P-256")->public_jwk));
    assert_pair(good_signer_of_pem(rsapss_sha384_pem),
                good_key_of_pem(rsapss_sha384_pem));
    jg_signer_free(NULL);
}

static void
a_secret_signs_from_bytes_and_from_jwk(void **state)
{
    struct jg_signer *signer = NULL;

    (void)state;
    assert_err(jg_signer_from_secret(JG_STR("tyk123"), &signer, NULL), JG_OK);
    assert_pair(signer, good_key_of_secret("tyk123"));
    assert_err(
        signer_of_jwk("{\"kty\":\"oct\",\"k\":\"dHlrMTIz\"}", &signer, NULL),
        JG_OK);
    assert_pair(signer, good_key_of_secret("tyk123"));
}

static void
the_default_is_the_usual_or_the_keys_own_algorithm(void **state)
{
    static const struct {
        const char *key;
        const char *own; /* "alg" in the JWK, or NULL */
        const char *want;
    } rows[] = {
        {"rsa2048", NULL, "RS256"},        {"rsa2048", "PS384", "PS384"},
        {"P-256", NULL, "ES256"},          {"P-384", NULL, "ES384"},
        {"P-521", NULL, "ES512"},          {"secp256k1", NULL, "ES256K"},
        {"ed25519", NULL, "EdDSA"},        {"ed448", NULL, "EdDSA"},
        {"ed25519", "Ed25519", "Ed25519"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_signer *signer = NULL;
        char text[4000];

        snprintf(text, sizeof(text), "{%s%s%s%s",
                 rows[i].own != NULL ? "\"alg\":\"" : "",
                 rows[i].own != NULL ? rows[i].own : "",
                 rows[i].own != NULL ? "\"," : "",
                 test_key(rows[i].key)->private_jwk + 1);
        assert_err(signer_of_jwk(text, &signer, NULL), JG_OK);
        assert_string_equal(jg_signer_default_alg(signer)->name, rows[i].want);
        jg_signer_free(signer);
    }
}

static void
a_public_key_cannot_sign(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(test_keys); i++) {
        struct jg_key_fault fault = {""};
        struct jg_signer *signer = NULL;

        assert_err(jg_signer_from_pem(jg_str(test_keys[i].public_pem), &signer,
                                      &fault),
                   JG_E_KEY);
        assert_non_null(strstr(fault.what, "public key cannot sign"));
        assert_err(signer_of_jwk(test_keys[i].public_jwk, &signer, &fault),
                   JG_E_KEY);
        assert_non_null(strstr(fault.what, "member d is missing"));
        assert_err(jg_signer_from_secret(jg_str(test_keys[i].public_pem),
                                         &signer, &fault),
                   JG_E_KEY);
        assert_null(signer);
    }
}

static void
halves_that_do_not_belong_together_are_refused(void **state)
{
    static const char *const rows[] = {
        /* RFC 8037 A.1 with the x of another key */
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
        "\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\","
        "\"x\":\"PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw\"}",
        /* the generator of P-256, and a d that is not 1 */
        "{\"kty\":\"EC\",\"crv\":\"P-256\","
        "\"x\":\"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY\","
        "\"y\":\"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU\","
        "\"d\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAI\"}",
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_key_fault fault = {""};
        struct jg_signer *signer = NULL;

        assert_err(signer_of_jwk(rows[i], &signer, &fault), JG_E_KEY);
        assert_non_null(strstr(fault.what, "do not fit"));
        assert_null(signer);
    }
}

static void
an_rsa_key_of_n_e_and_d_alone_signs(void **state)
{
    const char *jwk = test_key("rsa2048")->private_jwk;
    struct jg_signer *signer = NULL;
    char text[4000];

    (void)state;
    snprintf(text, sizeof(text), "%.*s}", (int)(strstr(jwk, ",\"p\"") - jwk),
             jwk);
    assert_err(signer_of_jwk(text, &signer, NULL), JG_OK);
    assert_pair(signer, good_key_of_pem(test_key("rsa2048")->public_pem));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_signs_from_pem_and_from_jwk),
        cmocka_unit_test(a_secret_signs_from_bytes_and_from_jwk),
        cmocka_unit_test(the_default_is_the_usual_or_the_keys_own_algorithm),
        cmocka_unit_test(a_public_key_cannot_sign),
        cmocka_unit_test(halves_that_do_not_belong_together_are_refused),
        cmocka_unit_test(an_rsa_key_of_n_e_and_d_alone_signs),
    };

    return cmocka_run_group_tests_name("jose/signer", tests, NULL, NULL);
}
