/*
 * The known attacks on keys (A2) and on the mathematics of signatures (A3),
 * one test for each number of the list, forged here: no vectors are needed.
 * What an API makes of whole tokens is in tests/unit/access/test_attacks.c.
 */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "jose_check.h"

#include "jose/jwks.h"

#define TEXT_MAX 8192
#define MODULUS 256 /* bytes of rsa2048 */

/* Member <member> of the JWK of test key <name>. */
static struct jg_str
value_of(const char *name, const char *member, struct jg_arena *a)
{
    const struct jg_json *jwk = json_of(test_key(name)->public_jwk, a);
    struct jg_str value = jg_json_string(jg_json_get(jwk, jg_str(member)));

    assert_non_null(value.p);
    return value;
}

/* The keys that are left of a set: "y" or "-" for each, in order. */
static void
assert_set(const char *text, bool fetched, const char *want)
{
    struct jg_jwks *set = NULL;
    char got[20] = "";

    jg_jwks_parse(jg_str(text), fetched, &set, NULL);
    assert_non_null(set);
    assert_true(jg_jwks_count(set) < sizeof(got));
    for (size_t i = 0; i < jg_jwks_count(set); i++)
        got[i] = jg_jwks_at(set, i)->key != NULL ? 'y' : '-';
    assert_string_equal(got, want);
    jg_jwks_free(set);
}

static void
a21_keys_for_other_uses_are_ignored(void **state)
{
    static const struct {
        const char *member;
        enum jg_err want;
    } rows[] = {
        {"\"use\":\"sig\"", JG_OK},
        {"\"key_ops\":[\"verify\"]", JG_OK},
        {"\"use\":\"enc\"", JG_E_KEY},
        {"\"use\":\"\"", JG_E_KEY},
        {"\"use\":[\"sig\"]", JG_E_KEY},
        {"\"key_ops\":[]", JG_E_KEY},
        {"\"key_ops\":[\"sign\"]", JG_E_KEY},
        {"\"key_ops\":[\"encrypt\",\"wrapKey\"]", JG_E_KEY},
        {"\"use\":\"enc\",\"key_ops\":[\"verify\"]", JG_E_KEY},
        {"\"use\":\"sig\",\"key_ops\":[\"deriveKey\"]", JG_E_KEY},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_key *key = NULL;
        char text[TEXT_MAX];

        snprintf(text, sizeof(text), "{%s,%s", rows[i].member,
                 test_key("P-256")->public_jwk + 1);
        assert_err(key_of_jwk(text, &key, NULL), rows[i].want);
        jg_key_free(key);
    }
}

static void
a22_mixed_sets_and_kids_with_two_meanings(void **state)
{
    static const char secret[] = "{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}";
    const char *p256 = test_key("P-256")->public_jwk;
    const char *ed = test_key("ed25519")->public_jwk;
    const char *rsa = test_key("rsa2048")->public_jwk;
    const char *small = test_key("rsa1024")->public_jwk;
    char text[TEXT_MAX];

    (void)state;
    snprintf(text, sizeof(text), "{\"keys\":[%s,%s]}", p256, secret);
    assert_set(text, false, "y-");
    snprintf(text, sizeof(text), "{\"keys\":[%s,%s]}", secret, secret);
    assert_set(text, false, "yy");
    assert_set(text, true, "--"); /* no secret comes over the network */
    /* One kid: two RSA keys are ambiguous, RSA and Ed25519 are not. */
    snprintf(text, sizeof(text),
             "{\"keys\":[{\"kid\":\"a\",%s,"
             "{\"kid\":\"a\",%s,{\"kid\":\"b\",%s,{\"kid\":\"b\",%s]}",
             rsa + 1, small + 1, rsa + 1, ed + 1);
    assert_set(text, true, "--yy");
    snprintf(text, sizeof(text),
             "{\"keys\":[{\"kid\":\"a\",%s,{\"kid\":\"a\",%s]}", rsa + 1,
             rsa + 1);
    assert_set(text, true, "y-"); /* twice the same key is no second meaning */
}

static void
a23_empty_and_short_secrets(void **state)
{
    static const struct {
        const char *alg;
        size_t bytes; /* RFC 7518 3.2: as long as the hash */
    } rows[] = {{"HS256", 32}, {"HS384", 48}, {"HS512", 64}};
    struct jg_key *key = NULL;

    (void)state;
    assert_err(jg_key_from_secret(JG_STR(""), &key, NULL), JG_E_KEY);
    assert_err(key_of_jwk("{\"kty\":\"oct\",\"k\":\"\"}", &key, NULL),
               JG_E_KEY);
    for (size_t bytes = 1; bytes <= 65; bytes++) {
        static const char text[] = "kQ9v-5LwkQ9v-5LwkQ9v-5LwkQ9v-5LwkQ9v-5Lw"
                                   "kQ9v-5LwkQ9v-5LwkQ9v-5Lwx";

        assert_err(jg_key_from_secret((struct jg_str){text, bytes}, &key, NULL),
                   JG_OK);
        for (size_t i = 0; i < LEN(rows); i++) {
            jg_algs alg = jg_alg_bit(jg_alg_find(jg_str(rows[i].alg)));

            assert_int_equal(jg_key_risk(key, alg) == NULL,
                             bytes >= rows[i].bytes);
        }
        jg_key_free(key);
    }
}

static void
a24_rsa_numbers_out_of_bounds(void **state)
{
    static const struct {
        const char *e;
        enum jg_err want;
    } rows[] = {
        {"AQAB", JG_OK},
        {"Aw", JG_OK}, /* 3 */
        {"AQ", JG_E_KEY},
        {"Ag", JG_E_KEY},
        {"AA", JG_E_KEY},
        {"AQAA", JG_E_KEY},         /* even */
        {"AQAAAAAAAAAB", JG_E_KEY}, /* 2^64 + 1 */
    };
    struct jg_arena a;
    struct jg_str n;

    (void)state;
    jg_arena_init(&a, 4096, 1024 * 1024);
    n = value_of("rsa2048", "n", &a);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_key *key = NULL;
        char text[TEXT_MAX];

        snprintf(text, sizeof(text),
                 "{\"kty\":\"RSA\",\"n\":\"%.*s\",\"e\":\"%s\"}", JG_STR_ARG(n),
                 rows[i].e);
        assert_err(key_of_jwk(text, &key, NULL), rows[i].want);
        jg_key_free(key);
    }
    /* 768 bits, and 16,392: nobody computes with those. */
    for (size_t chars = 128; chars <= 2732; chars += 2732 - 128) {
        static char text[TEXT_MAX];
        struct jg_key *key = NULL;
        char digits[2733];

        memset(digits, '_', chars);
        digits[chars] = '\0';
        snprintf(text, sizeof(text),
                 "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQAB\"}", digits);
        assert_err(key_of_jwk(text, &key, NULL), JG_E_KEY);
    }
    jg_arena_free(&a);
}

static void
a25_points_off_the_curve(void **state)
{
    /* the point itself, y changed, x = p, the origin, one byte too few */
    static const struct {
        const char *x, *y;
    } rows[] = {
        {NULL, "e5gT92RQDnf8_UUuQF3BHCfXVAHDc4cO1iDvRzLGX90"},
        {"_____wAAAAEAAAAAAAAAAAAAAAD_______________8", NULL},
        {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
         "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
        {"AAAA", NULL},
        {"", ""},
    };
    struct jg_arena a;

    (void)state;
    jg_arena_init(&a, 4096, 1024 * 1024);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_str x =
            rows[i].x != NULL ? jg_str(rows[i].x) : value_of("P-256", "x", &a);
        struct jg_str y =
            rows[i].y != NULL ? jg_str(rows[i].y) : value_of("P-256", "y", &a);
        struct jg_key *key = NULL;
        char text[400];

        snprintf(text, sizeof(text),
                 "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%.*s\","
                 "\"y\":\"%.*s\"}",
                 JG_STR_ARG(x), JG_STR_ARG(y));
        assert_err(key_of_jwk(text, &key, NULL), JG_E_KEY);
    }
    jg_arena_free(&a);
}

/* Auth0's x5t is no hash of anything (a certificate's own: a26_...). */
static void
a27_x5t_is_not_looked_at(void **state)
{
    static const char *const members[] = {
        "\"x5t\":\"AAAA\"", "\"x5t\":\"!\"", "\"x5t\":7",
        "\"x5t#S256\":\"AAAA\"",
        "\"x5t\":\"RDk2RDg0RTE3NkE3QzMwRjQ5RkEzMTlDQUMxNTQyNjQ3QTEyMzQ1Ng\""};

    (void)state;
    for (size_t i = 0; i < LEN(members); i++) {
        struct jg_key *key = NULL;
        char text[TEXT_MAX];

        snprintf(text, sizeof(text), "{%s,%s", members[i],
                 test_key("rsa2048")->public_jwk + 1);
        assert_err(key_of_jwk(text, &key, NULL), JG_OK);
        jg_key_free(key);
    }
}

static void
a29_private_members_are_left_behind(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(test_keys); i++) {
        struct jg_key *key = good_key_of_jwk(test_keys[i].private_jwk);

        assert_str(jg_key_info(key)->thumbprint, test_keys[i].thumbprint);
        /* and said, unless something worse is */
        assert_non_null(
            strstr(jg_key_risk(key, jg_key_algs(key)),
                   jg_key_info(key)->bits == 1024 ? "1024" : "private key"));
        jg_key_free(key);
    }
}

/* <bytes> tried as a signature of "message". */
static enum jg_err
tried(const char *key_name, const char *alg, const void *bytes, size_t len)
{
    struct jg_key *key = good_key_of_pem(test_key(key_name)->public_pem);
    enum jg_err err =
        jg_key_verify(key, jg_alg_find(jg_str(alg)), JG_STR("message"),
                      (struct jg_str){bytes, len});

    assert_true(ERR_peek_error() == 0);
    jg_key_free(key);
    return err;
}

static void
a30_numbers_of_zero_and_past_the_order(void **state)
{
    static const struct {
        const char *key, *alg;
        size_t bytes;
    } rows[] = {{"P-256", "ES256", 64},
                {"P-384", "ES384", 96},
                {"P-521", "ES512", 132},
                {"secp256k1", "ES256K", 64}};

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        unsigned char signature[132];
        size_t half = rows[i].bytes / 2;

        for (unsigned fill = 0; fill < 4; fill++) {
            memset(signature, (fill & 1) != 0 ? 0xff : 0, half);
            memset(signature + half, (fill & 2) != 0 ? 0xff : 0, half);
            assert_err(
                tried(rows[i].key, rows[i].alg, signature, rows[i].bytes),
                JG_E_SIGNATURE);
        }
        memset(signature, 0, rows[i].bytes); /* r = s = 1 */
        signature[half - 1] = signature[2 * half - 1] = 1;
        assert_err(tried(rows[i].key, rows[i].alg, signature, rows[i].bytes),
                   JG_E_SIGNATURE);
    }
}

static EVP_PKEY *
private_key(const char *name)
{
    const char *pem = test_key(name)->private_pem;
    BIO *bio = BIO_new_mem_buf(pem, -1);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);

    assert_non_null(key);
    BIO_free(bio);
    return key;
}

/* OpenSSL's own signature of "message", before JOSE's form. */
static size_t
sign_der(const char *name, const char *digest, unsigned char *out, size_t size)
{
    EVP_PKEY *key = private_key(name);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    assert_int_equal(
        EVP_DigestSignInit_ex(ctx, NULL, digest, NULL, NULL, key, NULL), 1);
    assert_int_equal(
        EVP_DigestSign(ctx, out, &size, (const unsigned char *)"message", 7),
        1);
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
    return size;
}

static void
a31_der_and_unpadded_numbers(void **state)
{
    (void)state;
    for (size_t round = 0; round < 50; round++) {
        unsigned char der[200], padded[64] = {0};
        size_t len = sign_der("P-256", "SHA256", der, sizeof(der));

        if (len == 64) /* would have to be right by its content */
            assert_err(tried("P-256", "ES256", der, len), JG_E_SIGNATURE);
        else
            assert_err(tried("P-256", "ES256", der, len), JG_E_SIGNATURE_SIZE);
        memcpy(padded, der, 64);
        assert_err(tried("P-256", "ES256", padded, 64), JG_E_SIGNATURE);
        assert_err(tried("P-256", "ES256", padded, 63), JG_E_SIGNATURE_SIZE);
        assert_err(tried("P-256", "ES256", padded, 0), JG_E_SIGNATURE_SIZE);
    }
}

static void
a32_the_size_of_another_curve(void **state)
{
    static const size_t sizes[] = {64, 96, 132, 114, 48, 256};
    static const struct {
        const char *key, *alg;
        size_t bytes;
    } rows[] = {{"P-256", "ES256", 64},        {"P-384", "ES384", 96},
                {"P-521", "ES512", 132},       {"secp256k1", "ES256K", 64},
                {"ed25519", "EdDSA", 64},      {"ed25519", "Ed25519", 64},
                {"ed448", "EdDSA", 114},       {"ed448", "Ed448", 114},
                {"rsa2048", "RS256", MODULUS}, {"rsa2048", "PS256", MODULUS}};
    unsigned char bytes[MODULUS];

    (void)state;
    memset(bytes, 1, sizeof(bytes));
    for (size_t i = 0; i < LEN(rows); i++)
        for (size_t s = 0; s < LEN(sizes); s++)
            assert_err(tried(rows[i].key, rows[i].alg, bytes, sizes[s]),
                       sizes[s] == rows[i].bytes ? JG_E_SIGNATURE
                                                 : JG_E_SIGNATURE_SIZE);
}

/* The modulus' own power of <block>, whatever its padding says. */
static void
sign_block(const unsigned char block[static MODULUS],
           unsigned char out[static MODULUS])
{
    EVP_PKEY *key = private_key("rsa2048");
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
    size_t len = MODULUS;

    assert_int_equal(EVP_PKEY_sign_init(ctx), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING), 1);
    assert_int_equal(EVP_PKEY_sign(ctx, out, &len, block, MODULUS), 1);
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(key);
}

static void
a33_forged_pkcs1_paddings(void **state)
{
#define PREFIX "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
    static const struct {
        const char *what;
        struct jg_str info; /* before the hash */
        size_t ones;        /* bytes of 0xff; the rest stands behind the hash */
        unsigned char type;
        enum jg_err want;
    } rows[] = {
        {"right", JG_STR(PREFIX "\x05\x00\x04\x20"), 202, 1, JG_OK},
        {"no NULL",
         JG_STR("\x30\x2f\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
                "\x04\x20"),
         204, 1, JG_E_SIGNATURE},
        {"type 2", JG_STR(PREFIX "\x05\x00\x04\x20"), 202, 2, JG_E_SIGNATURE},
        {"type 0", JG_STR(PREFIX "\x05\x00\x04\x20"), 202, 0, JG_E_SIGNATURE},
        {"rubbish behind", JG_STR(PREFIX "\x05\x00\x04\x20"), 8, 1,
         JG_E_SIGNATURE},
        {"one byte behind", JG_STR(PREFIX "\x05\x00\x04\x20"), 201, 1,
         JG_E_SIGNATURE},
        {"no ASN.1", JG_STR(""), 221, 1, JG_E_SIGNATURE},
        {"SHA-1's name",
         JG_STR("\x30\x2d\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x20"),
         206, 1, JG_E_SIGNATURE},
    };
#undef PREFIX
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        unsigned char block[MODULUS] = {0}, signature[MODULUS];
        size_t at = 2 + rows[i].ones + 1;

        block[1] = rows[i].type;
        memset(block + 2, 0xff, rows[i].ones);
        memcpy(block + at, rows[i].info.p, rows[i].info.len);
        at += rows[i].info.len;
        assert_true(at + 32 <= MODULUS);
        assert_err(jg_sha256(JG_STR("message"), block + at), JG_OK);
        sign_block(block, signature);
        if (tried("rsa2048", "RS256", signature, MODULUS) != rows[i].want)
            fail_msg("%s", rows[i].what);
    }
}

/* "message" with these PSS parameters by OpenSSL. */
static void
sign_pss(const EVP_MD *digest, const EVP_MD *mgf1, int salt,
         unsigned char out[static MODULUS])
{
    EVP_PKEY *key = private_key("rsa2048");
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *pctx;
    size_t len = MODULUS;

    assert_int_equal(EVP_DigestSignInit(ctx, &pctx, digest, NULL, key), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING),
                     1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_mgf1_md(pctx, mgf1), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, salt), 1);
    assert_int_equal(
        EVP_DigestSign(ctx, out, &len, (const unsigned char *)"message", 7), 1);
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
}

static void
a34_other_salts_and_masks_of_pss(void **state)
{
    static const int salts[] = {0, 1, 20, 31, 32, 33, 48, 64, 100};
    const struct {
        const char *alg;
        const EVP_MD *digest;
        int salt;
    } algs[] = {{"PS256", EVP_sha256(), 32},
                {"PS384", EVP_sha384(), 48},
                {"PS512", EVP_sha512(), 64}};
    const EVP_MD *masks[] = {EVP_sha1(), EVP_sha256(), EVP_sha384(),
                             EVP_sha512()};
    unsigned char signature[MODULUS];
    size_t good = 0;

    (void)state;
    for (size_t i = 0; i < LEN(algs); i++) {
        for (size_t s = 0; s < LEN(salts); s++) {
            for (size_t m = 0; m < LEN(masks); m++) {
                bool fits =
                    salts[s] == algs[i].salt && masks[m] == algs[i].digest;

                sign_pss(algs[i].digest, masks[m], salts[s], signature);
                assert_err(tried("rsa2048", algs[i].alg, signature, MODULUS),
                           fits ? JG_OK : JG_E_SIGNATURE);
                good += fits;
            }
        }
    }
    assert_int_equal(good, LEN(algs));
}

/* S + L signs the same, for who does not look at its size (RFC 8032 5.1.7). */
static void
a35_ed25519_numbers_past_the_order(void **state)
{
    static const unsigned char order[32] = {
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
        0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
        0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
    unsigned char signature[64];
    unsigned carry = 0;

    (void)state;
    assert_int_equal(sign_der("ed25519", NULL, signature, 64), 64);
    assert_err(tried("ed25519", "EdDSA", signature, 64), JG_OK);
    for (size_t i = 0; i < 32; i++) {
        carry += (unsigned)signature[32 + i] + order[i];
        signature[32 + i] = (unsigned char)carry;
        carry >>= 8;
    }
    assert_err(tried("ed25519", "EdDSA", signature, 64), JG_E_SIGNATURE);
    assert_err(tried("ed25519", "Ed25519", signature, 64), JG_E_SIGNATURE);
}

/* Whatever failed, OpenSSL's queue is as empty as before. */
static void
a38_the_error_queue_stays_clean(void **state)
{
    static const char *const bad[] = {
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}",
        "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}",
        "{\"kty\":\"RSA\",\"x5c\":[\"AAAA\"]}"};
    static const char *const pems[] = {
        "", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"};
    struct jg_key *key = NULL;

    (void)state;
    for (size_t i = 0; i < LEN(bad); i++) {
        assert_err(key_of_jwk(bad[i], &key, NULL), JG_E_KEY);
        assert_true(ERR_peek_error() == 0);
    }
    for (size_t i = 0; i < LEN(pems); i++) {
        assert_err(jg_key_from_public(jg_str(pems[i]), &key, NULL), JG_E_KEY);
        assert_true(ERR_peek_error() == 0);
    }
    /* tried() looks after every verification of the tests above. */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a21_keys_for_other_uses_are_ignored),
        cmocka_unit_test(a22_mixed_sets_and_kids_with_two_meanings),
        cmocka_unit_test(a23_empty_and_short_secrets),
        cmocka_unit_test(a24_rsa_numbers_out_of_bounds),
        cmocka_unit_test(a25_points_off_the_curve),
        cmocka_unit_test(a27_x5t_is_not_looked_at),
        cmocka_unit_test(a29_private_members_are_left_behind),
        cmocka_unit_test(a30_numbers_of_zero_and_past_the_order),
        cmocka_unit_test(a31_der_and_unpadded_numbers),
        cmocka_unit_test(a32_the_size_of_another_curve),
        cmocka_unit_test(a33_forged_pkcs1_paddings),
        cmocka_unit_test(a34_other_salts_and_masks_of_pss),
        cmocka_unit_test(a35_ed25519_numbers_past_the_order),
        cmocka_unit_test(a38_the_error_queue_stays_clean),
    };

    return cmocka_run_group_tests_name("jose/attacks", tests, NULL, NULL);
}
