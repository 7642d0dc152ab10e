/*
 * Attack 39: every call into OpenSSL fails once, in each of the ways that it
 * can, while a good signature is verified. Only 1 is success: whatever else
 * comes back, the token is refused, and the key works again afterwards.
 */
#include <openssl/err.h>
#include <openssl/evp.h>

#include "jose_check.h"

/* Which call fails and what it says; 0: none. Linked with -Wl,--wrap. */
static unsigned fail_at, calls;
static int failure;

static bool
fails(void)
{
    return ++calls == fail_at;
}

#define INT_CALL(name, params, args) \
    int __real_##name params;        \
    int __wrap_##name params;        \
    int __wrap_##name params         \
    {                                \
        if (fails())                 \
            return failure;          \
        return __real_##name args;   \
    }

#define POINTER_CALL(type, name, params, args) \
    type *__real_##name params;                \
    type *__wrap_##name params;                \
    type *__wrap_##name params                 \
    {                                          \
        if (fails())                           \
            return NULL;                       \
        return __real_##name args;             \
    }

INT_CALL(EVP_Digest,
         (const void *data, size_t len, unsigned char *out, unsigned *out_len,
          const EVP_MD *type, ENGINE *engine),
         (data, len, out, out_len, type, engine))
INT_CALL(EVP_MD_CTX_copy_ex, (EVP_MD_CTX * to, const EVP_MD_CTX *from),
         (to, from))
INT_CALL(EVP_DigestUpdate, (EVP_MD_CTX * ctx, const void *data, size_t len),
         (ctx, data, len))
INT_CALL(EVP_DigestFinal_ex,
         (EVP_MD_CTX * ctx, unsigned char *out, unsigned *len), (ctx, out, len))
INT_CALL(EVP_PKEY_verify,
         (EVP_PKEY_CTX * ctx, const unsigned char *sig, size_t sig_len,
          const unsigned char *data, size_t len),
         (ctx, sig, sig_len, data, len))
INT_CALL(EVP_DigestVerify,
         (EVP_MD_CTX * ctx, const unsigned char *sig, size_t sig_len,
          const unsigned char *data, size_t len),
         (ctx, sig, sig_len, data, len))
POINTER_CALL(EVP_MD_CTX, EVP_MD_CTX_new, (void), ())
POINTER_CALL(EVP_PKEY_CTX, EVP_PKEY_CTX_dup, (const EVP_PKEY_CTX *ctx), (ctx))

/* <token> with each call failing in turn; how many calls there are. */
static unsigned
fail_each_call(const struct jg_jwks *set, struct jg_str token)
{
    static const int failures[] = {0, -1, -2, 2};
    unsigned n = 0;

    for (size_t f = 0; f < LEN(failures); f++) {
        for (unsigned at = 1;; at++) {
            enum jg_err err;

            calls = 0;
            fail_at = at;
            failure = failures[f];
            err = check_token(token, set);
            fail_at = 0;
            assert_true(ERR_peek_error() == 0);
            if (calls < at) {
                assert_err(err, JG_OK);
                n = at - 1;
                break;
            }
            assert_true(err == JG_E_SIGNATURE || err == JG_E_CRYPTO ||
                        err == JG_E_NOMEM);
            assert_err(check_token(token, set), JG_OK);
        }
    }
    return n;
}

static void
a39_only_one_is_success(void **state)
{
    const struct jg_alg *alg;
    unsigned tried = 0;

    (void)state;
    for (size_t k = 0; k <= LEN(test_keys); k++) {
        bool secret = k == LEN(test_keys);
        struct jg_signer *signer = NULL;
        struct jg_jwks *set = NULL;
        const char *algs = secret ? "HS256 HS384 HS512" : test_keys[k].algs;

        if (secret)
            assert_err(jg_signer_from_secret(JG_STR("s"), &signer, NULL),
                       JG_OK);
        else
            signer = good_signer_of_pem(test_keys[k].private_pem);
        assert_err(
            jg_jwks_of_key(secret ? good_key_of_secret("s")
                                  : good_key_of_pem(test_keys[k].public_pem),
                           &set),
            JG_OK);
        for (size_t i = 0; (alg = jg_alg_at(i)) != NULL; i++) {
            struct jg_buf token;
            char header[60];

            if (!has_word(algs, alg->name))
                continue;
            snprintf(header, sizeof(header), "{\"alg\":\"%s\"}", alg->name);
            token = token_of(signer, alg->name, header, "{}");
            tried += fail_each_call(set, jg_buf_str(&token));
            jg_buf_free(&token);
        }
        jg_jwks_free(set);
        jg_signer_free(signer);
    }
    print_message("# %u calls, failed in four ways each\n", tried);
    assert_true(tried > 60);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a39_only_one_is_success),
    };

    return cmocka_run_group_tests_name("jose/attacks_faults", tests, NULL,
                                       NULL);
}
