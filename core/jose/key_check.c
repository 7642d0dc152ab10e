/* Is this EVP_PKEY a key we verify with: type, size, curve, exponent. */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>

#include "jose/key_internal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* OpenSSL's key types by name, and what JOSE calls them. */
static const struct {
    const char *ossl;
    enum jg_family family;
    const char *curve;
} types[] = {
    {"RSA", JG_RSA_PKCS1, NULL},
    {"RSA-PSS", JG_RSA_PKCS1, NULL}, /* jg_key_fitting() keeps it to PS* */
    {"EC", JG_ECDSA, NULL},          /* the curve is a parameter */
    {"ED25519", JG_EDDSA, "Ed25519"},
    {"ED448", JG_EDDSA, "Ed448"},
    {"ML-DSA-44", JG_MLDSA, "ML-DSA-44"},
    {"ML-DSA-65", JG_MLDSA, "ML-DSA-65"},
    {"ML-DSA-87", JG_MLDSA, "ML-DSA-87"},
};

static const struct {
    const char *ossl;
    const char *jose;
} curves[] = {
    {"prime256v1", "P-256"},
    {"secp384r1", "P-384"},
    {"secp521r1", "P-521"},
    {"secp256k1", "secp256k1"},
};

static enum jg_err
check_rsa(EVP_PKEY *pkey, struct jg_key_info *info, struct jg_key_fault *fault)
{
    BIGNUM *n = NULL;
    BIGNUM *e = NULL;
    enum jg_err err = JG_OK;

    info->bits = (unsigned)EVP_PKEY_get_bits(pkey);
    if (info->bits < JG_RSA_BITS_MIN || info->bits > JG_RSA_BITS_MAX)
        return jg_key_fail(fault, JG_E_KEY,
                           "RSA key of %u bits; %d to %d are taken", info->bits,
                           JG_RSA_BITS_MIN, JG_RSA_BITS_MAX);
    if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n) != 1 ||
        EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) != 1)
        err = jg_crypto_error(JG_E_CRYPTO);
    else if (!BN_is_odd(n))
        err = jg_key_fail(fault, JG_E_KEY, "RSA key with an even modulus");
    else if (!BN_is_odd(e) || BN_is_one(e))
        err =
            jg_key_fail(fault, JG_E_KEY, "RSA key whose exponent is 1 or even");
    else if (BN_num_bits(e) > JG_RSA_EXPONENT_BITS_MAX)
        err = jg_key_fail(fault, JG_E_KEY,
                          "RSA key whose exponent has over %d bits",
                          JG_RSA_EXPONENT_BITS_MAX);
    BN_free(n);
    BN_free(e);
    return err;
}

static enum jg_err
check_ec(EVP_PKEY *pkey, struct jg_key_info *info, struct jg_key_fault *fault)
{
    char group[40];
    int explicit_curve = 0;
    EVP_PKEY_CTX *ctx;
    int valid;

    info->bits = (unsigned)EVP_PKEY_get_bits(pkey);
    /* A curve spelled out in numbers can be a forged one (CVE-2020-0601). */
    EVP_PKEY_get_int_param(
        pkey, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &explicit_curve);
    if (explicit_curve != 0 ||
        EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL) != 1)
        return jg_key_fail(fault, JG_E_KEY, "EC key without a named curve");
    for (size_t i = 0; i < COUNT(curves); i++)
        if (strcmp(group, curves[i].ossl) == 0)
            info->curve = curves[i].jose;
    if (info->curve == NULL)
        return jg_key_fail(fault, JG_E_KEY,
                           "EC key on curve %s; P-256, P-384, P-521 and "
                           "secp256k1 are taken",
                           group);

    ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    if (ctx == NULL)
        return JG_E_NOMEM;
    /* All four curves have prime order, so the quick check is complete. */
    valid = EVP_PKEY_public_check_quick(ctx);
    EVP_PKEY_CTX_free(ctx);
    if (valid != 1)
        return jg_key_fail(fault, jg_crypto_error(JG_E_KEY),
                           "EC key whose point is not on %s", info->curve);
    return JG_OK;
}

enum jg_err
jg_key_check(EVP_PKEY *pkey, struct jg_key_info *out,
             struct jg_key_fault *fault)
{
    struct jg_key_info info = {0};
    enum jg_err err = JG_OK;
    size_t row = 0;

    while (row < COUNT(types) && !EVP_PKEY_is_a(pkey, types[row].ossl))
        row++;
    if (row == COUNT(types)) {
        const char *name = EVP_PKEY_get0_type_name(pkey);

        return jg_key_fail(fault, JG_E_KEY, "%s keys cannot verify tokens",
                           name != NULL ? name : "such");
    }
    info.family = types[row].family;
    info.curve = types[row].curve;
    info.bits = (unsigned)EVP_PKEY_get_bits(pkey);
    if (info.family == JG_RSA_PKCS1)
        err = check_rsa(pkey, &info, fault);
    else if (info.family == JG_ECDSA)
        err = check_ec(pkey, &info, fault);
    if (err == JG_OK)
        *out = info;
    return err;
}

jg_algs
jg_key_fitting(const struct jg_key_info *info, const EVP_PKEY *pkey)
{
    const struct jg_alg *alg;
    jg_algs set = 0;

    for (size_t i = 0; (alg = jg_alg_at(i)) != NULL; i++) {
        bool fits = alg->family == info->family;

        if (alg->family == JG_RSA_PKCS1 && fits)
            fits = EVP_PKEY_is_a(pkey, "RSA"); /* not RSA-PSS */
        if (alg->family == JG_RSA_PSS)
            fits = info->family == JG_RSA_PKCS1;
        if (alg->curve != NULL)
            fits = fits && info->curve != NULL &&
                   strcmp(alg->curve, info->curve) == 0;
        if (fits)
            set |= jg_alg_bit(alg);
    }
    return set;
}
