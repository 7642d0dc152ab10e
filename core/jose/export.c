/* Keys written as JWK and PEM. */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/b64.h"
#include "jose/export.h"
#include "jose/key_internal.h"
#include "jose/sign_internal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PRIVATE_MAX JG_KEY_SECRET_MAX /* bytes; an RSA modulus is shorter */

static void
add_member(struct jg_buf *out, const char *name, const unsigned char *bytes,
           size_t len)
{
    char text[JG_B64_ENCODED(PRIVATE_MAX)];
    struct jg_str raw = {(const char *)bytes, len};

    jg_buf_addf(out, ",\"%s\":\"", name);
    jg_buf_add(out, (struct jg_str){text, jg_b64url_encode(raw, text)});
    jg_buf_addc(out, '"');
    jg_mem_wipe(text, sizeof(text));
}

/* The number <param> of the key, padded to <width> bytes unless 0. */
static bool
add_number(struct jg_buf *out, const EVP_PKEY *pkey, const char *name,
           const char *param, size_t width)
{
    unsigned char bytes[PRIVATE_MAX];
    BIGNUM *n = NULL;
    int len = -1;

    if (EVP_PKEY_get_bn_param(pkey, param, &n) != 1)
        return false;
    if (width == 0)
        width = (size_t)BN_num_bytes(n);
    if (width <= sizeof(bytes))
        len = BN_bn2binpad(n, bytes, (int)width);
    BN_clear_free(n);
    if (len >= 0)
        add_member(out, name, bytes, (size_t)len);
    jg_mem_wipe(bytes, sizeof(bytes));
    return len >= 0;
}

/* RFC 7518 6.3.2, two primes; others have no form in use. */
static bool
add_private_rsa(struct jg_buf *out, const EVP_PKEY *pkey)
{
    static const struct {
        const char *name;
        const char *param;
    } rows[] = {
        {"d", OSSL_PKEY_PARAM_RSA_D},
        {"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
        {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},
        {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
        {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2},
        {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        if (!add_number(out, pkey, rows[i].name, rows[i].param, 0))
            return false;
    return true;
}

/* EdDSA keeps its seed as the raw key; ML-DSA under a name of its own. */
static bool
add_private_raw(struct jg_buf *out, const EVP_PKEY *pkey, enum jg_family family)
{
    unsigned char bytes[PRIVATE_MAX];
    size_t len = sizeof(bytes);
    bool ok;

    if (family == JG_EDDSA)
        ok = EVP_PKEY_get_raw_private_key(pkey, bytes, &len) == 1;
    else
        ok = EVP_PKEY_get_octet_string_param(pkey, "seed", bytes, sizeof(bytes),
                                             &len) == 1;
    if (ok)
        add_member(out, family == JG_EDDSA ? "d" : "priv", bytes, len);
    jg_mem_wipe(bytes, sizeof(bytes));
    return ok;
}

static bool
add_private(struct jg_buf *out, const struct jg_key *key)
{
    if (key->info.family == JG_RSA_PKCS1)
        return add_private_rsa(out, key->pkey);
    if (key->info.family == JG_ECDSA)
        return add_number(out, key->pkey, "d", OSSL_PKEY_PARAM_PRIV_KEY,
                          (key->info.bits + 7) / 8);
    return add_private_raw(out, key->pkey, key->info.family);
}

static void
add_names(struct jg_buf *out, const struct jg_jwk_names *names, bool has_alg)
{
    jg_buf_add(out, JG_STR(",\"use\":\"sig\""));
    if (names->alg != NULL && !has_alg)
        jg_buf_addf(out, ",\"alg\":\"%s\"", names->alg->name);
    if (names->kid.len > 0) {
        jg_buf_add(out, JG_STR(",\"kid\":"));
        jg_buf_add_quoted(out, names->kid);
    }
    jg_buf_addc(out, '}');
}

static enum jg_err
write_jwk(const struct jg_key *key, const struct jg_jwk_names *names,
          bool private, struct jg_buf *out)
{
    size_t start = out->len;
    bool ok;

    if (key->pkey == NULL)
        return JG_E_KEY;
    ERR_clear_error();
    ok = jg_key_canonical(&key->info, key->pkey, out) && !out->failed;
    if (ok) {
        out->len--; /* its closing brace */
        if (private)
            ok = add_private(out, key);
        add_names(out, names, key->info.family == JG_MLDSA);
    }
    if (ok && !out->failed)
        return JG_OK;
    out->len = start;
    return jg_crypto_error(out->failed ? JG_E_NOMEM : JG_E_CRYPTO);
}

enum jg_err
jg_jwk_write(const struct jg_key *key, const struct jg_jwk_names *names,
             struct jg_buf *out)
{
    return write_jwk(key, names, false, out);
}

enum jg_err
jg_jwk_write_private(const struct jg_signer *signer,
                     const struct jg_jwk_names *names, struct jg_buf *out)
{
    return write_jwk(signer->key, names, true, out);
}

enum jg_err
jg_jwk_write_secret(struct jg_str secret, const struct jg_jwk_names *names,
                    struct jg_buf *out)
{
    size_t start = out->len;

    if (secret.len > PRIVATE_MAX)
        return JG_E_KEY;
    jg_buf_add(out, JG_STR("{\"kty\":\"oct\""));
    add_member(out, "k", (const unsigned char *)secret.p, secret.len);
    add_names(out, names, false);
    if (!out->failed)
        return JG_OK;
    out->len = start;
    return JG_E_NOMEM;
}

static enum jg_err
write_pem(const struct jg_key *key, bool private, struct jg_buf *out)
{
    BIO *bio = NULL;
    char *text;
    long len;
    int done = 0;

    if (key->pkey == NULL)
        return JG_E_KEY;
    ERR_clear_error();
    bio = BIO_new(BIO_s_secmem());
    if (bio != NULL && private)
        done = PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0,
                                             NULL, NULL);
    else if (bio != NULL)
        done = PEM_write_bio_PUBKEY(bio, key->pkey);
    len = done == 1 ? BIO_get_mem_data(bio, &text) : 0;
    if (len > 0)
        jg_buf_add(out, (struct jg_str){text, (size_t)len});
    BIO_free(bio);
    if (len > 0 && !out->failed)
        return JG_OK;
    return jg_crypto_error(out->failed ? JG_E_NOMEM : JG_E_CRYPTO);
}

enum jg_err
jg_pem_write(const struct jg_key *key, struct jg_buf *out)
{
    return write_pem(key, false, out);
}

enum jg_err
jg_pem_write_private(const struct jg_signer *signer, struct jg_buf *out)
{
    return write_pem(signer->key, true, out);
}
