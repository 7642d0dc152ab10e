/* key_prepare.c: HMAC from prepared halves, and keys that stay as they are. */
#include <openssl/err.h>

#include "jose_check.h"

/* The bytes of <hex>, in <out>. */
static struct jg_str
unhex(const char *hex, unsigned char *out)
{
    size_t len = strlen(hex) / 2;

    for (size_t i = 0; i < len; i++) {
        unsigned byte = 0;

        assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
        out[i] = (unsigned char)byte;
    }
    return (struct jg_str){(const char *)out, len};
}

/* RFC 4231 4.2, 4.3, 4.7, 4.8: keys of 20, 4 and 131 bytes. */
static void
macs_are_those_of_rfc_4231(void **state)
{
    static char aa[132];
    static const struct {
        struct jg_str key;
        const char *message;
        const char *macs[3];
    } rows[] = {
        {{"\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"
          "\x0b\x0b\x0b\x0b",
          20},
         "Hi There",
         {"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
          "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
          "faea9ea9076ede7f4af152e8b2fa9cb6",
          "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
          "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"}},
        {{"Jefe", 4},
         "what do ya want for nothing?",
         {"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
          "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
          "8e2240ca5e69e2c78b3239ecfab21649",
          "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
          "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"}},
        {{aa, 131},
         "Test Using Larger Than Block-Size Key - Hash Key First",
         {"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
          "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6"
          "0c2ef6ab4030fe8296248df163f44952",
          "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
          "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"}},
        {{aa, 131},
         "This is a test using a larger than block-size key and a larger than "
         "block-size data. The key needs to be hashed before being used by the "
         "HMAC algorithm.",
         {"9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
          "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5"
          "a678cc31e799176d3860e6110c46523e",
          "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944"
          "b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58"}},
    };
    static const char *const algs[] = {"HS256", "HS384", "HS512"};

    (void)state;
    memset(aa, 0xaa, sizeof(aa));
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_key *key = NULL;

        assert_err(jg_key_from_secret(rows[i].key, &key, NULL), JG_OK);
        for (size_t a = 0; a < 3; a++) {
            unsigned char mac[64];
            struct jg_str signature = unhex(rows[i].macs[a], mac);
            const struct jg_alg *alg = jg_alg_find(jg_str(algs[a]));

            assert_err(
                jg_key_verify(key, alg, jg_str(rows[i].message), signature),
                JG_OK);
            mac[0] ^= 0x80;
            assert_err(
                jg_key_verify(key, alg, jg_str(rows[i].message), signature),
                JG_E_SIGNATURE);
        }
        jg_key_free(key);
    }
}

static void
secrets_around_the_block_sizes_differ_in_every_byte(void **state)
{
    static const size_t lengths[] = {1,   63,  64,  65,  127,
                                     128, 129, 144, 145, JG_KEY_SECRET_MAX};
    static char bytes[JG_KEY_SECRET_MAX];
    static const char *const algs[] = {"HS256", "HS384", "HS512"};

    (void)state;
    for (size_t i = 0; i < LEN(lengths); i++) {
        struct jg_str secret = {bytes, lengths[i]};
        struct jg_signer *signer = NULL;
        struct jg_key *other = NULL;

        memset(bytes, 'k', sizeof(bytes));
        assert_err(jg_signer_from_secret(secret, &signer, NULL), JG_OK);
        bytes[lengths[i] - 1] = 'j';
        assert_err(jg_key_from_secret(secret, &other, NULL), JG_OK);
        for (size_t a = 0; a < 3; a++) {
            struct jg_buf token = token_of(signer, algs[a], "{}", "{}");
            struct jg_str raw, text = jg_buf_str(&token);
            struct jg_jws jws;
            struct jg_arena arena;

            jg_arena_init(&arena, 1024, 8192);
            assert_err(jg_jws_split(text, &jws), JG_OK);
            assert_err(jg_b64url_decode_arena(jws.signature, &arena, &raw),
                       JG_OK);
            assert_err(jg_key_verify(other, jg_alg_find(jg_str(algs[a])),
                                     jws.signed_part, raw),
                       JG_E_SIGNATURE);
            jg_arena_free(&arena);
            jg_buf_free(&token);
        }
        jg_signer_free(signer);
        jg_key_free(other);
    }
}

/* A key is const: good and bad signatures in any order change nothing. */
static void
a_verification_leaves_no_trace_in_the_key(void **state)
{
    const struct jg_alg *alg;

    (void)state;
    for (size_t k = 0; k < LEN(test_keys); k++) {
        struct jg_signer *signer = good_signer_of_pem(test_keys[k].private_pem);
        struct jg_key *key = good_key_of_pem(test_keys[k].public_pem);

        for (size_t i = 0; (alg = jg_alg_at(i)) != NULL; i++) {
            struct jg_buf token;
            struct jg_jws jws;
            struct jg_arena a;
            struct jg_str raw;

            if (!has_word(test_keys[k].algs, alg->name))
                continue;
            jg_arena_init(&a, 4096, 65536);
            token = token_of(signer, alg->name, "{}", "{}");
            assert_err(jg_jws_split(jg_buf_str(&token), &jws), JG_OK);
            assert_err(jg_b64url_decode_arena(jws.signature, &a, &raw), JG_OK);
            for (int round = 0; round < 3; round++) {
                assert_err(jg_key_verify(key, alg, jws.signed_part, raw),
                           JG_OK);
                assert_err(jg_key_verify(key, alg, JG_STR("other"), raw),
                           JG_E_SIGNATURE);
                assert_err(jg_key_verify(key, alg, jws.signed_part,
                                         jg_str_from(raw, 1)),
                           JG_E_SIGNATURE_SIZE);
            }
            jg_arena_free(&a);
            jg_buf_free(&token);
        }
        jg_key_free(key);
        jg_signer_free(signer);
    }
}

/* What others left in OpenSSL's queue says nothing about us, and what we do
 * leaves nothing there: nginx would report it on another connection. */
static void
the_error_queue_is_neither_believed_nor_left_dirty(void **state)
{
    static const char zeros[256];
    struct jg_key *key = NULL;

    (void)state;
    for (size_t i = 0; i < LEN(test_keys); i++) {
        const struct jg_alg *alg;

        ERR_raise(ERR_LIB_EVP, ERR_R_MALLOC_FAILURE);
        key = good_key_of_pem(test_keys[i].public_pem);
        assert_int_equal(ERR_peek_error(), 0);
        for (size_t a = 0; (alg = jg_alg_at(a)) != NULL; a++) {
            enum jg_err err;

            ERR_raise(ERR_LIB_EVP, ERR_R_MALLOC_FAILURE);
            for (size_t len = 0; len <= sizeof(zeros); len++) {
                err = jg_key_verify(key, alg, JG_STR("m"),
                                    (struct jg_str){zeros, len});
                assert_true(err == JG_E_KEY_FIT || err == JG_E_SIGNATURE_SIZE ||
                            err == JG_E_SIGNATURE);
                if (err == JG_E_SIGNATURE)
                    assert_int_equal(ERR_peek_error(), 0);
            }
            ERR_clear_error();
        }
        jg_key_free(key);
        ERR_raise(ERR_LIB_EVP, ERR_R_MALLOC_FAILURE);
        jg_key_free(good_key_of_jwk(test_keys[i].public_jwk));
        assert_int_equal(ERR_peek_error(), 0);
        ERR_raise(ERR_LIB_EVP, ERR_R_MALLOC_FAILURE);
        jg_signer_free(good_signer_of_pem(test_keys[i].private_pem));
        assert_int_equal(ERR_peek_error(), 0);
    }
    assert_err(jg_key_from_public(JG_STR("0\x03xxx"), &key, NULL), JG_E_KEY);
    assert_int_equal(ERR_peek_error(), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(macs_are_those_of_rfc_4231),
        cmocka_unit_test(secrets_around_the_block_sizes_differ_in_every_byte),
        cmocka_unit_test(a_verification_leaves_no_trace_in_the_key),
        cmocka_unit_test(the_error_queue_is_neither_believed_nor_left_dirty),
    };

    return cmocka_run_group_tests_name("jose/key_prepare", tests, NULL, NULL);
}
