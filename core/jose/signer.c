/* Private keys and secrets for signing: read, checked against their public
 * half, released. */
#include <openssl/err.h>

#include "jose/key_internal.h"
#include "jose/sign_internal.h"

enum jg_err
jg_signer_of_key(struct jg_key *key, struct jg_signer **out)
{
    struct jg_signer *signer = jg_arena_alloc(&key->arena, sizeof(*signer));

    if (signer == NULL) {
        jg_key_free(key);
        return JG_E_NOMEM;
    }
    signer->key = key;
    *out = signer;
    return JG_OK;
}

enum jg_err
jg_signer_from_secret(struct jg_str secret, struct jg_signer **out,
                      struct jg_key_fault *fault)
{
    struct jg_key *key = NULL;
    enum jg_err err = jg_key_from_secret(secret, &key, fault);

    return err == JG_OK ? jg_signer_of_key(key, out) : err;
}

enum jg_err
jg_signer_from_pem(struct jg_str pem, struct jg_signer **out,
                   struct jg_key_fault *fault)
{
    struct jg_key_meta meta = {0};
    struct jg_key *key = NULL;
    EVP_PKEY *pkey = NULL;
    bool private = false;
    enum jg_err err = jg_pem_read(pem, &pkey, &private, fault);

    if (err == JG_OK && !private)
        err = jg_key_fail(fault, JG_E_KEY,
                          "a public key cannot sign; give the private key");
    if (err == JG_OK)
        err = jg_key_of_pkey(pkey, &meta, &key, fault);
    EVP_PKEY_free(pkey);
    ERR_clear_error();
    return err == JG_OK ? jg_signer_of_key(key, out) : err;
}

/* Do the private members belong to the public ones? */
static enum jg_err
check_pair(const struct jg_json *jwk, EVP_PKEY *pkey,
           struct jg_key_fault *fault)
{
    EVP_PKEY *public = NULL;
    EVP_PKEY_CTX *ctx = NULL;
    enum jg_err err = jg_jwk_read(jwk, false, &public, fault);
    bool same = err == JG_OK && EVP_PKEY_eq(pkey, public) == 1;

    /* OpenSSL derives the public half of OKP keys, but takes EC's as given.
     * A wrong d of an RSA key shows at its first signature. */
    if (same && EVP_PKEY_is_a(pkey, "EC")) {
        ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
        same = ctx != NULL && EVP_PKEY_pairwise_check(ctx) == 1;
        EVP_PKEY_CTX_free(ctx);
    }
    EVP_PKEY_free(public);
    if (err == JG_OK && !same)
        err = jg_key_fail(fault, jg_crypto_error(JG_E_KEY),
                          "the private members do not fit the public ones");
    return err;
}

static enum jg_err
key_pair(const struct jg_json *jwk, const struct jg_key_meta *meta,
         struct jg_key **out, struct jg_key_fault *fault)
{
    EVP_PKEY *pkey = NULL;
    enum jg_err err = jg_jwk_read(jwk, true, &pkey, fault);

    if (err == JG_OK)
        err = check_pair(jwk, pkey, fault);
    if (err == JG_OK)
        err = jg_key_of_pkey(pkey, meta, out, fault);
    EVP_PKEY_free(pkey);
    return err;
}

static enum jg_err
shared_secret(const struct jg_json *jwk, const struct jg_key_meta *meta,
              struct jg_key **out, struct jg_key_fault *fault)
{
    unsigned char bytes[JG_KEY_SECRET_MAX + 2];
    struct jg_str secret = {(const char *)bytes, 0};
    enum jg_err err =
        jg_jwk_bytes(jwk, "k", 0, bytes, JG_KEY_SECRET_MAX, &secret.len, fault);

    if (err == JG_OK)
        err = jg_key_of_secret(secret, meta, out, fault);
    jg_mem_wipe(bytes, sizeof(bytes));
    return err;
}

enum jg_err
jg_signer_from_jwk(const struct jg_json *jwk, struct jg_signer **out,
                   struct jg_key_fault *fault)
{
    struct jg_str kty = jg_json_string(jg_json_get(jwk, JG_STR("kty")));
    struct jg_key_meta meta = {0};
    struct jg_key *key = NULL;
    enum jg_err err = jg_jwk_alg(jwk, &meta.alg, fault);

    if (err != JG_OK)
        return err;
    if (jg_str_eq(kty, JG_STR("oct")))
        err = shared_secret(jwk, &meta, &key, fault);
    else
        err = key_pair(jwk, &meta, &key, fault);
    ERR_clear_error();
    return err == JG_OK ? jg_signer_of_key(key, out) : err;
}

void
jg_signer_free(struct jg_signer *signer)
{
    if (signer != NULL)
        jg_key_free(signer->key);
}

const struct jg_alg *
jg_signer_default_alg(const struct jg_signer *signer)
{
    /* The table's order: HS256, RS256, ES*, EdDSA before their siblings. */
    return signer->key->slots[0].alg;
}
