/* key_pem.c: public keys in PEM and DER, and words for everything else. */
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "jose_check.h"

#include "jose/key_internal.h"

static void
refused(struct jg_str bytes, const char *what)
{
    struct jg_key_fault fault = {""};
    struct jg_key *key = NULL;

    assert_err(jg_key_from_public(bytes, &key, &fault), JG_E_KEY);
    assert_null(key);
    if (strstr(fault.what, what) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", fault.what, what);
}

/* The bytes between the lines of <pem>, in <a>. */
static struct jg_str
der_of(const char *pem, struct jg_arena *a)
{
    struct jg_str body = jg_str(strchr(pem, '\n') + 1);

    body.len = (size_t)(strstr(body.p, "-----END") - body.p);
    assert_err(jg_b64_decode_arena(body, a, &body), JG_OK);
    return body;
}

static void
every_type_is_read_from_pem_and_der(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(test_keys); i++) {
        struct jg_arena a;
        struct jg_key *keys[4] = {NULL};
        struct jg_key_fault fault;

        jg_arena_init(&a, 4096, 64 * 1024);
        keys[0] = good_key_of_pem(test_keys[i].public_pem);
        assert_err(jg_key_from_public(der_of(test_keys[i].public_pem, &a),
                                      &keys[1], &fault),
                   JG_OK);
        assert_string_equal(fault.what, "");
        assert_err(jg_key_from_public(jg_str(test_keys[i].private_pem),
                                      &keys[2], &fault),
                   JG_OK);
        assert_non_null(strstr(fault.what, "private key"));
        assert_err(jg_key_from_public(der_of(test_keys[i].private_pem, &a),
                                      &keys[3], NULL),
                   JG_OK);
        for (size_t k = 0; k < 4; k++) {
            assert_string_equal(jg_key_describe(keys[k]),
                                test_keys[i].describe);
            assert_str(jg_key_info(keys[k])->thumbprint,
                       test_keys[i].thumbprint);
            jg_key_free(keys[k]);
        }
        jg_arena_free(&a);
    }
}

static void
other_forms_give_the_same_key(void **state)
{
    static const struct {
        const char *pem;
        const char *same_as;
    } rows[] = {
        {rsa2048_pkcs1_pem, "rsa2048"},
        {rsa2048_traditional_pem, "rsa2048"},
        {rsa2048_cert_pem, "rsa2048"}, /* its dates give no trust */
        {p256_sec1_pem, "P-256"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_key *key = good_key_of_pem(rows[i].pem);

        assert_str(jg_key_info(key)->thumbprint,
                   test_key(rows[i].same_as)->thumbprint);
        jg_key_free(key);
    }
}

static void
no_private_half_stays_in_memory(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(test_keys); i++) {
        struct jg_key *pem = good_key_of_pem(test_keys[i].private_pem);
        struct jg_key *jwk = good_key_of_jwk(test_keys[i].private_jwk);
        EVP_PKEY *pair = NULL;
        bool private;

        assert_true(i2d_PrivateKey(pem->pkey, NULL) <= 0);
        assert_true(i2d_PrivateKey(jwk->pkey, NULL) <= 0);
        /* and what has one is seen to have it */
        assert_err(jg_pem_read(jg_str(test_keys[i].private_pem), &pair,
                               &private, NULL),
                   JG_OK);
        assert_true(private);
        assert_true(i2d_PrivateKey(pair, NULL) > 0);
        EVP_PKEY_free(pair);
        jg_key_free(pem);
        jg_key_free(jwk);
    }
}

static void
text_around_the_pem_is_skipped_and_the_first_key_counts(void **state)
{
    char text[4000];
    struct jg_key *key;

    (void)state;
    snprintf(text, sizeof(text), "subject=CN\r\n%s%s trailing",
             test_key("P-384")->public_pem, test_key("rsa1024")->public_pem);
    key = good_key_of_pem(text);
    assert_string_equal(jg_key_describe(key), "EC P-384");
    jg_key_free(key);
}

static void
an_rsa_pss_key_keeps_its_restrictions(void **state)
{
    static const struct {
        const char *pem;
        const char *algs;
    } rows[] = {
        {rsapss_pem, "PS256 PS384 PS512"},
        {rsapss_sha384_pem, "PS384"},
    };
    const struct jg_alg *alg;

    (void)state;
    for (size_t r = 0; r < LEN(rows); r++) {
        struct jg_key *key = good_key_of_pem(rows[r].pem);

        assert_string_equal(jg_key_describe(key), "RSA-PSS 2048");
        for (size_t i = 0; (alg = jg_alg_at(i)) != NULL; i++)
            assert_int_equal((jg_key_algs(key) & jg_alg_bit(alg)) != 0,
                             has_word(rows[r].algs, alg->name));
        jg_key_free(key);
    }
}

static void
what_is_no_public_key_is_refused_with_its_name(void **state)
{
    static const struct {
        const char *text;
        const char *what;
    } rows[] = {
        {"", "empty"},
        {"x", "found neither"},
        {"tyk123", "found neither"},
        {rsa2048_ssh, "ssh-keygen"},
        {rsa2048_encrypted_pem, "encrypted"},
        {rsa2048_locked_pem, "encrypted"},
        {x25519_pem, "X25519 keys cannot verify"},
        {dsa_pem, "DSA keys cannot verify"},
        {p224_pem, "secp224r1"},
        {p256_explicit_pem, "named curve"},
        {rsa2048_x5c, "base64 of DER"},
        {"{\"kty\":\"RSA\"}", "JSON"},
        {"https://idp.example/jwks", "a URL"},
        {"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
         "cannot be read"},
        {"-----BEGIN PUBLIC KEY-----\n!!!!\n-----END PUBLIC KEY-----\n",
         "damaged"},
        {"-----BEGIN PUBLIC KEY-----\nAAAA\n", "damaged"},
        {"-----BEGIN PUBLIC KEY-----\\nAAAA\\n-----END PUBLIC KEY-----\\n",
         "two characters"},
        {"-----BEGIN DH PARAMETERS-----\nAAAA\n-----END DH PARAMETERS-----\n",
         "DH PARAMETERS is no public key"},
        {"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
         "-----END EC PARAMETERS-----\n",
         "damaged"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        refused(jg_str(rows[i].text), rows[i].what);
}

static void
der_with_bytes_behind_it_or_cut_is_refused(void **state)
{
    struct jg_arena a;
    struct jg_str der;
    char *longer;

    (void)state;
    jg_arena_init(&a, 4096, 64 * 1024);
    der = der_of(test_key("rsa2048")->public_pem, &a);
    longer = jg_arena_alloc(&a, der.len + 1);
    memcpy(longer, der.p, der.len);
    refused((struct jg_str){longer, der.len + 1}, "found neither");
    for (size_t len = 1; len < der.len; len += 13)
        refused(jg_str_head(der, len), "found neither");
    jg_arena_free(&a);
}

static void
a_pem_with_bytes_behind_its_der_is_refused(void **state)
{
    struct jg_arena a;
    struct jg_str der;
    char *longer, pem[2000], text[1000];
    size_t len;

    (void)state;
    jg_arena_init(&a, 4096, 64 * 1024);
    der = der_of(test_key("ed25519")->public_pem, &a);
    longer = jg_arena_alloc(&a, der.len + 4);
    memcpy(longer, der.p, der.len);
    for (size_t more = 0; more <= 4; more += 4) {
        len = jg_b64_encode((struct jg_str){longer, der.len + more}, text);
        snprintf(pem, sizeof(pem),
                 "-----BEGIN PUBLIC KEY-----\n%.*s\n"
                 "-----END PUBLIC KEY-----\n",
                 (int)len, text);
        if (more == 0)
            jg_key_free(good_key_of_pem(pem));
        else
            refused(jg_str(pem), "cannot be read");
    }
    jg_arena_free(&a);
}

static void
a_text_past_the_limit_is_refused_unread(void **state)
{
    static char text[JG_KEY_TEXT_MAX + 1];

    (void)state;
    memset(text, '\n', sizeof(text));
    memcpy(text, test_key("P-256")->public_pem,
           strlen(test_key("P-256")->public_pem));
    refused((struct jg_str){text, sizeof(text)}, "65537 bytes");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_read_from_pem_and_der),
        cmocka_unit_test(other_forms_give_the_same_key),
        cmocka_unit_test(no_private_half_stays_in_memory),
        cmocka_unit_test(
            text_around_the_pem_is_skipped_and_the_first_key_counts),
        cmocka_unit_test(an_rsa_pss_key_keeps_its_restrictions),
        cmocka_unit_test(what_is_no_public_key_is_refused_with_its_name),
        cmocka_unit_test(der_with_bytes_behind_it_or_cut_is_refused),
        cmocka_unit_test(a_pem_with_bytes_behind_its_der_is_refused),
        cmocka_unit_test(a_text_past_the_limit_is_refused_unread),
    };

    return cmocka_run_group_tests_name("jose/key_pem", tests, NULL, NULL);
}
