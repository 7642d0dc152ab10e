/* key.c: what a key says about itself, its risks, its release. */
#include "jose_check.h"

#include "jose/key_internal.h"

#define HMAC "HS256 HS384 HS512"

/* The set of the space-separated names in <list>. */
static jg_algs
set_of(const char *list)
{
    const struct jg_alg *alg;
    jg_algs set = 0;

    for (size_t i = 0; (alg = jg_alg_at(i)) != NULL; i++)
        if (has_word(list, alg->name))
            set |= jg_alg_bit(alg);
    return set;
}

static void
assert_risk(const struct jg_key *key, const char *algs, const char *want)
{
    const char *got = jg_key_risk(key, set_of(algs));

    if ((got == NULL) != (want == NULL) ||
        (got != NULL && strcmp(got, want) != 0))
        fail_msg("%s with %s: got \"%s\", want \"%s\"", jg_key_describe(key),
                 algs, got != NULL ? got : "NULL",
                 want != NULL ? want : "NULL");
}

#define S8 "q7#Zr!0v"
#define S32 S8 S8 S8 S8

static void
risks_of_secrets_are_named_the_worst_first(void **state)
{
    static const struct {
        const char *secret;
        const char *algs;
        const char *risk;
    } rows[] = {
        {"tyk123", HMAC, "secret is on public lists of leaked secrets"},
        {"tyk123\n", HMAC, "secret is on public lists of leaked secrets"},
        {"your-256-bit-secret", HMAC,
         "secret is on public lists of leaked secrets"},
        {"a-string-secret-at-least-256-bits-long", "HS256",
         "secret is on public lists of leaked secrets"},
        {S8, HMAC, "secret of 8 bytes, RFC 7518 asks for 32"},
        {S8, "HS384", "secret of 8 bytes, RFC 7518 asks for 48"},
        {S8, "HS512", "secret of 8 bytes, RFC 7518 asks for 64"},
        {S8 "\n", HMAC,
         "secret of 9 bytes (the last is a newline), RFC 7518 asks for 32"},
        {S32, HMAC, NULL},
        {S32, "HS256", NULL},
        {S32, "HS384 HS512", "secret of 32 bytes, RFC 7518 asks for 48"},
        {S32 "\n", "HS256", "secret ends in a newline"},
        {S32 S32, HMAC, NULL},
        {S32 S32, "HS512", NULL},
        {S8, "RS256", NULL}, /* not used with it at all */
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_key *key = good_key_of_secret(rows[i].secret);

        assert_risk(key, rows[i].algs, rows[i].risk);
        jg_key_free(key);
    }
}

static void
risks_of_public_keys_are_named(void **state)
{
    static const struct {
        const char *pem;
        const char *risk;
    } rows[] = {
        {NULL, "RSA key of 1024 bits, RFC 7518 asks for 2048"},
        {rsa2048_cert_pem, NULL},
        {rsa2048_traditional_pem, "a private key was given; only its public "
                                  "half is used and needed"},
        {p256_sec1_pem, "a private key was given; only its public half is "
                        "used and needed"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_key *key = good_key_of_pem(
            rows[i].pem != NULL ? rows[i].pem
                                : test_key("rsa1024")->public_pem);

        assert_risk(key, "RS256 ES256", rows[i].risk);
        jg_key_free(key);
    }
}

static void
info_says_family_curve_and_bits(void **state)
{
    static const struct {
        const char *name;
        enum jg_family family;
        const char *curve;
        unsigned bits;
    } rows[] = {
        {"rsa2048", JG_RSA_PKCS1, NULL, 2048},
        {"rsa1024", JG_RSA_PKCS1, NULL, 1024},
        {"P-256", JG_ECDSA, "P-256", 256},
        {"P-384", JG_ECDSA, "P-384", 384},
        {"P-521", JG_ECDSA, "P-521", 521},
        {"secp256k1", JG_ECDSA, "secp256k1", 256},
        {"ed25519", JG_EDDSA, "Ed25519", 256},
        {"ed448", JG_EDDSA, "Ed448", 456},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_key *key =
            good_key_of_pem(test_key(rows[i].name)->public_pem);
        const struct jg_key_info *info = jg_key_info(key);

        assert_int_equal(info->family, rows[i].family);
        assert_int_equal(info->bits, rows[i].bits);
        assert_null(info->alg);
        assert_int_equal(info->kid.len, 0);
        if (rows[i].curve == NULL)
            assert_null(info->curve);
        else
            assert_string_equal(info->curve, rows[i].curve);
        jg_key_free(key);
    }
}

static void
a_secret_is_described_by_its_length_only(void **state)
{
    struct jg_key *one = good_key_of_secret("x");
    struct jg_key *six = good_key_of_secret("tyk123");

    (void)state;
    assert_string_equal(jg_key_describe(one), "secret of 1 byte");
    assert_string_equal(jg_key_describe(six), "secret of 6 bytes");
    jg_key_free(one);
    jg_key_free(six);
    jg_key_free(NULL);
}

static void
a_fault_is_printable_and_cut_at_its_size(void **state)
{
    struct jg_key_fault fault;
    char longer[300];

    (void)state;
    memset(longer, 'x', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    assert_err(jg_key_fail(&fault, JG_E_KEY, "%s", longer), JG_E_KEY);
    assert_int_equal(strlen(fault.what), JG_KEY_WHAT_MAX - 1);
    assert_err(jg_key_fail(&fault, JG_E_NOMEM, "a\x1b[1m\n\x7f\xc3\xa9z"),
               JG_E_NOMEM);
    assert_string_equal(fault.what, "a?[1m????z");
    assert_err(jg_key_fail(NULL, JG_E_KEY, "%s", ""), JG_E_KEY);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(risks_of_secrets_are_named_the_worst_first),
        cmocka_unit_test(risks_of_public_keys_are_named),
        cmocka_unit_test(info_says_family_curve_and_bits),
        cmocka_unit_test(a_secret_is_described_by_its_length_only),
        cmocka_unit_test(a_fault_is_printable_and_cut_at_its_size),
    };

    return cmocka_run_group_tests_name("jose/key", tests, NULL, NULL);
}
