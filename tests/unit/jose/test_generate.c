/* New key pairs: each signs what its public half verifies. */
#include "jose/export.h"

#include "jose_check.h"

static void
every_algorithm_gets_a_pair_that_works(void **state)
{
    static const char *const names[] = {"RS256",   "PS512", "ES256",
                                        "ES384",   "ES512", "ES256K",
                                        "Ed25519", "Ed448", "EdDSA"};

    (void)state;
    for (size_t i = 0; i < LEN(names); i++) {
        const struct jg_alg *alg = jg_alg_find(jg_str(names[i]));
        struct jg_str text = JG_STR("any bytes");
        struct jg_signer *signer = NULL;
        const struct jg_key *key;
        struct jg_buf token;
        char header[40];

        assert_err(jg_signer_generate(alg, 2048, &signer, NULL), JG_OK);
        key = jg_signer_key(signer);
        assert_ptr_equal(jg_signer_default_alg(signer), alg);
        assert_null(jg_key_risk(key, jg_key_algs(key)));
        snprintf(header, sizeof(header), "{\"alg\":\"%s\"}", names[i]);
        token = token_of(signer, names[i], header, "{}");
        assert_err(jg_key_verify(key, alg, text, text), JG_E_SIGNATURE_SIZE);
        jg_buf_free(&token);
        jg_signer_free(signer);
    }
}

static void
no_two_are_alike(void **state)
{
    const struct jg_alg *alg = jg_alg_find(JG_STR("ES256"));
    struct jg_signer *a = NULL, *b = NULL;

    (void)state;
    assert_err(jg_signer_generate(alg, 0, &a, NULL), JG_OK);
    assert_err(jg_signer_generate(alg, 0, &b, NULL), JG_OK);
    assert_false(jg_str_eq(jg_key_info(jg_signer_key(a))->thumbprint,
                           jg_key_info(jg_signer_key(b))->thumbprint));
    jg_signer_free(a);
    jg_signer_free(b);
}

static void
what_cannot_be_made_is_refused_in_words(void **state)
{
    static const struct {
        const char *alg;
        unsigned bits;
        const char *what;
    } rows[] = {
        {"HS256", 0, "HS256 has no key pair"},
        {"none", 0, "none has no key pair"},
        {"RS256", 1024, "an RSA key of 1024 bits; 2048 to 8192 are offered"},
        {"RS256", 8193, "an RSA key of 8193 bits; 2048 to 8192 are offered"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_signer *signer = NULL;
        struct jg_key_fault fault;

        assert_err(jg_signer_generate(jg_alg_find(jg_str(rows[i].alg)),
                                      rows[i].bits, &signer, &fault),
                   JG_E_KEY);
        assert_string_equal(fault.what, rows[i].what);
        assert_null(signer);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_algorithm_gets_a_pair_that_works),
        cmocka_unit_test(no_two_are_alike),
        cmocka_unit_test(what_cannot_be_made_is_refused_in_words),
    };

    return cmocka_run_group_tests_name("jose/generate", tests, NULL, NULL);
}
