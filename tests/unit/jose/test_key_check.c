/* key_check.c: which EVP_PKEYs are keys that verify tokens. */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "jose_check.h"

#include "jose/key_internal.h"

static void
types_that_sign_nothing_are_refused_by_name(void **state)
{
    static const struct {
        const char *type;
        const char *what;
    } rows[] = {
        {"X25519", "X25519 keys cannot verify"},
        {"X448", "X448 keys cannot verify"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, rows[i].type);
        struct jg_key_info info = {.bits = 7};
        struct jg_key_fault fault = {""};

        assert_non_null(pkey);
        assert_err(jg_key_check(pkey, &info, &fault), JG_E_KEY);
        assert_non_null(strstr(fault.what, rows[i].what));
        assert_int_equal(info.bits, 7);
        EVP_PKEY_free(pkey);
    }
}

static void
curves_outside_jose_are_refused_by_name(void **state)
{
    static const char *const curves[] = {
        "secp224r1",
        "brainpoolP256r1",
        "sect283k1",
        "prime192v1",
    };

    (void)state;
    for (size_t i = 0; i < LEN(curves); i++) {
        EVP_PKEY *pkey = EVP_EC_gen(curves[i]);
        struct jg_key_fault fault = {""};
        struct jg_key_info info;

        assert_non_null(pkey);
        assert_err(jg_key_check(pkey, &info, &fault), JG_E_KEY);
        assert_non_null(strstr(fault.what, curves[i]));
        EVP_PKEY_free(pkey);
    }
}

static void
an_rsa_key_below_the_minimum_is_refused_with_its_size(void **state)
{
    EVP_PKEY *pkey = EVP_RSA_gen(768);
    struct jg_key_fault fault = {""};
    struct jg_key_info info;

    (void)state;
    assert_non_null(pkey);
    assert_err(jg_key_check(pkey, &info, &fault), JG_E_KEY);
    assert_string_equal(fault.what,
                        "RSA key of 768 bits; 1024 to 16384 are taken");
    EVP_PKEY_free(pkey);
}

static void
what_fits_follows_type_and_curve(void **state)
{
    const struct jg_alg *alg;

    (void)state;
    for (size_t k = 0; k < LEN(test_keys); k++) {
        struct jg_key_info info = {0};
        EVP_PKEY *pkey = NULL;
        bool private = true;
        jg_algs set;

        assert_err(
            jg_pem_read(jg_str(test_keys[k].public_pem), &pkey, &private, NULL),
            JG_OK);
        assert_false(private);
        assert_err(jg_key_check(pkey, &info, NULL), JG_OK);
        set = jg_key_fitting(&info, pkey);
        for (size_t i = 0; (alg = jg_alg_at(i)) != NULL; i++)
            if (has_word(test_keys[k].algs, alg->name))
                assert_int_not_equal(set & jg_alg_bit(alg), 0);
            else if (alg->family != JG_RSA_PSS) /* size is looked at later */
                assert_int_equal(set & jg_alg_bit(alg), 0);
        EVP_PKEY_free(pkey);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_that_sign_nothing_are_refused_by_name),
        cmocka_unit_test(curves_outside_jose_are_refused_by_name),
        cmocka_unit_test(an_rsa_key_below_the_minimum_is_refused_with_its_size),
        cmocka_unit_test(what_fits_follows_type_and_curve),
    };

    return cmocka_run_group_tests_name("jose/key_check", tests, NULL, NULL);
}
