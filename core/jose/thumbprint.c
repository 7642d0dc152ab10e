/* The name of a key that everybody computes alike (RFC 7638). */
#include <openssl/bn.h>
#include <openssl/core_names.h>

#include "base/b64.h"
#include "base/buf.h"
#include "jose/key_internal.h"

/* Longest part: the key of ML-DSA-87. A modulus ends at 2048 bytes. */
#define PART_MAX 2592
#define TEXT_MAX (JG_B64_ENCODED(PART_MAX) + 256)

static void
add_bytes(struct jg_buf *b, const unsigned char *bytes, size_t len)
{
    char text[JG_B64_ENCODED(PART_MAX)];
    struct jg_str raw = {(const char *)bytes, len};

    jg_buf_add(b, (struct jg_str){text, jg_b64url_encode(raw, text)});
}

/* A number of the key in base64url, padded to <width> bytes unless 0. */
static bool
add_number(struct jg_buf *b, const EVP_PKEY *pkey, const char *param,
           size_t width)
{
    unsigned char bytes[PART_MAX];
    BIGNUM *n = NULL;
    int len = -1;

    if (EVP_PKEY_get_bn_param(pkey, param, &n) != 1)
        return false;
    if (width == 0)
        width = (size_t)BN_num_bytes(n);
    if (width <= sizeof(bytes))
        len = BN_bn2binpad(n, bytes, (int)width);
    BN_free(n);
    if (len < 0)
        return false;
    add_bytes(b, bytes, (size_t)len);
    return true;
}

/* The required members in the order of their names, without spaces. */
static bool
add_rsa(struct jg_buf *b, const struct jg_key_info *info, const EVP_PKEY *pkey)
{
    bool ok;

    (void)info;
    jg_buf_add(b, JG_STR("{\"e\":\""));
    ok = add_number(b, pkey, OSSL_PKEY_PARAM_RSA_E, 0);
    jg_buf_add(b, JG_STR("\",\"kty\":\"RSA\",\"n\":\""));
    ok = ok && add_number(b, pkey, OSSL_PKEY_PARAM_RSA_N, 0);
    jg_buf_add(b, JG_STR("\"}"));
    return ok;
}

static bool
add_ec(struct jg_buf *b, const struct jg_key_info *info, const EVP_PKEY *pkey)
{
    size_t width = (info->bits + 7) / 8;
    bool ok;

    jg_buf_addf(b, "{\"crv\":\"%s\",\"kty\":\"EC\",\"x\":\"", info->curve);
    ok = add_number(b, pkey, OSSL_PKEY_PARAM_EC_PUB_X, width);
    jg_buf_add(b, JG_STR("\",\"y\":\""));
    ok = ok && add_number(b, pkey, OSSL_PKEY_PARAM_EC_PUB_Y, width);
    jg_buf_add(b, JG_STR("\"}"));
    return ok;
}

static bool
add_raw(struct jg_buf *b, const struct jg_key_info *info, const EVP_PKEY *pkey)
{
    unsigned char bytes[PART_MAX];
    size_t len = sizeof(bytes);

    if (EVP_PKEY_get_raw_public_key(pkey, bytes, &len) != 1)
        return false;
    if (info->family == JG_EDDSA)
        jg_buf_addf(b, "{\"crv\":\"%s\",\"kty\":\"OKP\",\"x\":\"", info->curve);
    else
        jg_buf_addf(b, "{\"alg\":\"%s\",\"kty\":\"AKP\",\"pub\":\"",
                    info->curve);
    add_bytes(b, bytes, len);
    jg_buf_add(b, JG_STR("\"}"));
    return true;
}

bool
jg_key_canonical(const struct jg_key_info *info, const EVP_PKEY *pkey,
                 struct jg_buf *b)
{
    if (info->family == JG_RSA_PKCS1)
        return add_rsa(b, info, pkey);
    if (info->family == JG_ECDSA)
        return add_ec(b, info, pkey);
    return add_raw(b, info, pkey);
}

enum jg_err
jg_key_thumbprint(const struct jg_key_info *info, const EVP_PKEY *pkey,
                  struct jg_arena *a, struct jg_str *out)
{
    unsigned char hash[32];
    char text[JG_B64_ENCODED(sizeof(hash))];
    struct jg_str name = {text, 0};
    struct jg_buf b;
    bool ok, full;

    jg_buf_init(&b, TEXT_MAX);
    ok = jg_key_canonical(info, pkey, &b) && !b.failed &&
         EVP_Digest(b.p, b.len, hash, NULL, EVP_sha256(), NULL) == 1;
    full = b.failed;
    jg_buf_free(&b);
    if (!ok)
        return jg_crypto_error(full ? JG_E_NOMEM : JG_E_CRYPTO);

    name.len = jg_b64url_encode(
        (struct jg_str){(const char *)hash, sizeof(hash)}, text);
    name = jg_arena_str(a, name);
    if (name.p == NULL)
        return JG_E_NOMEM;
    *out = name;
    return JG_OK;
}
