/* AES-256-GCM and HKDF by OpenSSL. */
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "jose/seal.h"

enum jg_err
jg_seal_derive(struct jg_str secret, struct jg_str salt, const char *purpose,
               struct jg_seal_key *out)
{
    /* OpenSSL's parameters take no const; it does not write. */
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
                                         (char *)(uintptr_t) "SHA256", 0),
        OSSL_PARAM_construct_octet_string(
            OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)secret.p, secret.len),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT,
                                          (void *)(uintptr_t)salt.p, salt.len),
        OSSL_PARAM_construct_octet_string(
            OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)purpose, strlen(purpose)),
        OSSL_PARAM_construct_end(),
    };
    enum jg_err err = JG_E_CRYPTO;
    EVP_KDF_CTX *ctx = NULL;
    EVP_KDF *hkdf;

    if (secret.len == 0)
        return JG_E_CONF_VALUE;
    hkdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    if (hkdf != NULL)
        ctx = EVP_KDF_CTX_new(hkdf);
    if (ctx != NULL &&
        EVP_KDF_derive(ctx, out->bytes, sizeof(out->bytes), params) == 1)
        err = JG_OK;
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(hkdf);
    ERR_clear_error();
    return err;
}

/* What differs between the two ways. */
static bool
begin(EVP_CIPHER_CTX *ctx, const struct jg_seal_key *key,
      const unsigned char *nonce, struct jg_str bound, int encrypt)
{
    int n;

    return EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL, key->bytes, nonce,
                             encrypt) == 1 &&
           (bound.len == 0 ||
            EVP_CipherUpdate(ctx, NULL, &n, (const unsigned char *)bound.p,
                             (int)bound.len) == 1);
}

/* <len> bytes from <in> to <out>; GCM holds nothing back. */
static bool
run(EVP_CIPHER_CTX *ctx, const unsigned char *in, size_t len,
    unsigned char *out)
{
    int n = 0;

    return len == 0 || (EVP_CipherUpdate(ctx, out, &n, in, (int)len) == 1 &&
                        (size_t)n == len);
}

static bool
finish(EVP_CIPHER_CTX *ctx)
{
    unsigned char none[16];
    int n;

    return EVP_CipherFinal_ex(ctx, none, &n) == 1;
}

enum jg_err
jg_seal(const struct jg_seal_key *key,
        const unsigned char nonce[static JG_SEAL_NONCE_BYTES],
        struct jg_str bound, struct jg_str text, struct jg_arena *a,
        struct jg_str *out)
{
    EVP_CIPHER_CTX *ctx;
    unsigned char *p;
    bool sealed;

    if (text.len > JG_SEAL_MAX || bound.len > JG_SEAL_MAX)
        return JG_E_CONF_RANGE;
    p = jg_arena_alloc(a, JG_SEAL_OVERHEAD + text.len);
    ctx = p != NULL ? EVP_CIPHER_CTX_new() : NULL;
    if (ctx == NULL)
        return JG_E_NOMEM;
    memcpy(p, nonce, JG_SEAL_NONCE_BYTES);
    sealed = begin(ctx, key, nonce, bound, 1) &&
             run(ctx, (const unsigned char *)text.p, text.len,
                 p + JG_SEAL_NONCE_BYTES) &&
             finish(ctx) &&
             EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, JG_SEAL_TAG_BYTES,
                                 p + JG_SEAL_NONCE_BYTES + text.len) == 1;
    EVP_CIPHER_CTX_free(ctx);
    ERR_clear_error();
    if (!sealed)
        return JG_E_CRYPTO;
    *out = (struct jg_str){(const char *)p, JG_SEAL_OVERHEAD + text.len};
    return JG_OK;
}

enum jg_err
jg_unseal(const struct jg_seal_key *key, struct jg_str bound,
          struct jg_str sealed, struct jg_arena *a, struct jg_str *out)
{
    unsigned char tag[JG_SEAL_TAG_BYTES], *p;
    const unsigned char *from = (const unsigned char *)sealed.p;
    enum jg_err err = JG_E_CRYPTO;
    EVP_CIPHER_CTX *ctx;
    size_t len;

    if (sealed.len < JG_SEAL_OVERHEAD || bound.len > JG_SEAL_MAX ||
        sealed.len > JG_SEAL_MAX + JG_SEAL_OVERHEAD)
        return JG_E_SIGNATURE;
    len = sealed.len - JG_SEAL_OVERHEAD;
    memcpy(tag, from + JG_SEAL_NONCE_BYTES + len, sizeof(tag));
    p = jg_arena_alloc(a, len + 1);
    ctx = p != NULL ? EVP_CIPHER_CTX_new() : NULL;
    if (ctx == NULL)
        return JG_E_NOMEM;
    if (begin(ctx, key, from, bound, 0) &&
        run(ctx, from + JG_SEAL_NONCE_BYTES, len, p) &&
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, JG_SEAL_TAG_BYTES,
                            tag) == 1)
        err = finish(ctx) ? JG_OK : JG_E_SIGNATURE;
    EVP_CIPHER_CTX_free(ctx);
    ERR_clear_error();
    if (err == JG_OK)
        *out = (struct jg_str){(const char *)p, len};
    else
        jg_mem_wipe(p, len); /* nobody sees what was not proved */
    return err;
}
