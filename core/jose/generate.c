/* New key pairs. */
#include <openssl/err.h>

#include "jose/export.h"
#include "jose/key_internal.h"
#include "jose/sign_internal.h"

/* Ed25519 for the name that says no curve: what everybody means by EdDSA. */
static EVP_PKEY *
generate(const struct jg_alg *alg, unsigned rsa_bits)
{
    if (alg->family == JG_RSA_PKCS1 || alg->family == JG_RSA_PSS)
        return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)rsa_bits);
    if (alg->family == JG_ECDSA)
        return EVP_PKEY_Q_keygen(NULL, NULL, "EC", alg->curve);
    return EVP_PKEY_Q_keygen(NULL, NULL,
                             alg->curve != NULL ? alg->curve : "ED25519");
}

enum jg_err
jg_signer_generate(const struct jg_alg *alg, unsigned rsa_bits,
                   struct jg_signer **out, struct jg_key_fault *fault)
{
    bool rsa = alg->family == JG_RSA_PKCS1 || alg->family == JG_RSA_PSS;
    struct jg_key_meta meta = {.alg = alg};
    struct jg_key *key = NULL;
    EVP_PKEY *pkey;
    enum jg_err err;

    if (alg->family == JG_HMAC || alg->family == JG_UNSIGNED)
        return jg_key_fail(fault, JG_E_KEY, "%s has no key pair", alg->name);
    if (rsa &&
        (rsa_bits < JG_RSA_BITS_NEW_MIN || rsa_bits > JG_RSA_BITS_NEW_MAX))
        return jg_key_fail(fault, JG_E_KEY,
                           "an RSA key of %u bits; %d to %d are offered",
                           rsa_bits, JG_RSA_BITS_NEW_MIN, JG_RSA_BITS_NEW_MAX);
    ERR_clear_error();
    pkey = generate(alg, rsa_bits);
    if (pkey == NULL)
        return jg_key_fail(fault, jg_crypto_error(JG_E_CRYPTO),
                           "OpenSSL cannot make a key for %s", alg->name);
    err = jg_key_of_pkey(pkey, &meta, &key, fault);
    EVP_PKEY_free(pkey);
    return err == JG_OK ? jg_signer_of_key(key, out) : err;
}

const struct jg_key *
jg_signer_key(const struct jg_signer *signer)
{
    return signer->key;
}
