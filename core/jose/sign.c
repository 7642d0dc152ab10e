/* Compact tokens: header and claims encoded, signed, appended. */
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "base/b64.h"
#include "jose/key_internal.h"
#include "jose/sign_internal.h"

#define SIGNATURE_MAX 4627 /* ML-DSA-87 */
#define STEP 3072          /* bytes encoded at once; a multiple of 3 */

static void
add_base64(struct jg_buf *out, struct jg_str bytes)
{
    char text[JG_B64_ENCODED(STEP)];

    while (bytes.len > 0) {
        struct jg_str part = jg_str_head(bytes, STEP);

        jg_buf_add(out, (struct jg_str){text, jg_b64url_encode(part, text)});
        bytes = jg_str_from(bytes, part.len);
    }
}

/* A DER signature of <len> bytes as r || s, each <half> bytes, in place. */
static bool
der_to_raw(unsigned char *signature, size_t len, size_t half)
{
    const unsigned char *p = signature;
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)len);
    bool ok =
        sig != NULL &&
        BN_bn2binpad(ECDSA_SIG_get0_r(sig), signature, (int)half) > 0 &&
        BN_bn2binpad(ECDSA_SIG_get0_s(sig), signature + half, (int)half) > 0;

    ECDSA_SIG_free(sig);
    return ok;
}

static enum jg_err
sign_pkey(EVP_PKEY *pkey, const struct jg_alg *alg, struct jg_str message,
          unsigned char *out, size_t *len)
{
    enum jg_err err = JG_E_CRYPTO;
    EVP_PKEY_CTX *pctx; /* owned by ctx */
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    if (ctx == NULL)
        return JG_E_NOMEM;
    ERR_clear_error();
    if (EVP_DigestSignInit_ex(ctx, &pctx, alg->digest, NULL, NULL, pkey,
                              NULL) != 1)
        goto done;
    if (alg->family == JG_RSA_PSS &&
        (EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) != 1 ||
         EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST) != 1))
        goto done;
    if (EVP_DigestSign(ctx, out, len, (const unsigned char *)message.p,
                       message.len) != 1)
        goto done;
    if (alg->family == JG_ECDSA) {
        if (!der_to_raw(out, *len, alg->signature_bytes / 2))
            goto done;
        *len = alg->signature_bytes;
    }
    err = JG_OK;
done:
    if (err != JG_OK)
        err = jg_crypto_error(err);
    EVP_MD_CTX_free(ctx);
    return err;
}

enum jg_err
jg_sign(const struct jg_signer *signer, const struct jg_alg *alg,
        struct jg_str header, struct jg_str claims, struct jg_buf *out)
{
    const struct jg_key_slot *slot = jg_key_slot(signer->key, alg);
    unsigned char signature[SIGNATURE_MAX];
    size_t len = sizeof(signature);
    size_t start = out->len;
    struct jg_str message;
    enum jg_err err;

    if (slot == NULL)
        return JG_E_KEY_FIT;
    add_base64(out, header);
    jg_buf_addc(out, '.');
    add_base64(out, claims);
    err = out->failed ? JG_E_NOMEM : JG_OK;

    message = jg_str_from(jg_buf_str(out), start);
    if (err == JG_OK && alg->family == JG_HMAC) {
        len = slot->signature_bytes;
        err = jg_key_mac(slot, message, signature);
    } else if (err == JG_OK) {
        err = sign_pkey(signer->key->pkey, alg, message, signature, &len);
    }
    if (err == JG_OK) {
        jg_buf_addc(out, '.');
        add_base64(out, (struct jg_str){(const char *)signature, len});
        err = out->failed ? JG_E_NOMEM : JG_OK;
    }
    if (err != JG_OK)
        out->len = start; /* half a token is none */
    return err;
}
