/* The one table of signature algorithms, and sets of its rows. */
#include "jose/alg.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * One row per algorithm. No other file compares algorithm names: to add one,
 * add a row, and a verifier in verify.c if its family is new. The order is
 * public: the bits of jg_algs are row numbers.
 */
static const struct jg_alg algs[] = {
    {"none", JG_UNSIGNED, NULL, NULL, 0}, /* never verifies */
    {"HS256", JG_HMAC, "SHA256", NULL, 32},
    {"HS384", JG_HMAC, "SHA384", NULL, 48},
    {"HS512", JG_HMAC, "SHA512", NULL, 64},
    {"RS256", JG_RSA_PKCS1, "SHA256", NULL, 0},
    {"RS384", JG_RSA_PKCS1, "SHA384", NULL, 0},
    {"RS512", JG_RSA_PKCS1, "SHA512", NULL, 0},
    {"PS256", JG_RSA_PSS, "SHA256", NULL, 0}, /* salt = hash, RFC 7518 3.5 */
    {"PS384", JG_RSA_PSS, "SHA384", NULL, 0},
    {"PS512", JG_RSA_PSS, "SHA512", NULL, 0},
    {"ES256", JG_ECDSA, "SHA256", "P-256", 64}, /* r||s, RFC 7518 3.4 */
    {"ES384", JG_ECDSA, "SHA384", "P-384", 96},
    {"ES512", JG_ECDSA, "SHA512", "P-521", 132},
    {"ES256K", JG_ECDSA, "SHA256", "secp256k1", 64}, /* RFC 8812 3.2 */
    {"EdDSA", JG_EDDSA, NULL, NULL, 0}, /* RFC 8037: 64 or 114, by key */
    {"Ed25519", JG_EDDSA, NULL, "Ed25519", 64}, /* RFC 9864 2.2 */
    {"Ed448", JG_EDDSA, NULL, "Ed448", 114},
    {"ML-DSA-44", JG_MLDSA, NULL, "ML-DSA-44", 2420},
    {"ML-DSA-65", JG_MLDSA, NULL, "ML-DSA-65", 3309},
    {"ML-DSA-87", JG_MLDSA, NULL, "ML-DSA-87", 4627},
};

_Static_assert(COUNT(algs) <= 32, "a set of algorithms has 32 bits");

/* The values of jwt_signing_method; the first one is Tyk's fallback. */
static const struct {
    const char *method;
    enum jg_family families[2];
} methods[] = {
    {"hmac", {JG_HMAC, JG_HMAC}},    {"rsa", {JG_RSA_PKCS1, JG_RSA_PSS}},
    {"ecdsa", {JG_ECDSA, JG_ECDSA}}, {"eddsa", {JG_EDDSA, JG_EDDSA}},
    {"mldsa", {JG_MLDSA, JG_MLDSA}},
};

const struct jg_alg *
jg_alg_find(struct jg_str name)
{
    for (size_t i = 0; i < COUNT(algs); i++)
        if (jg_str_eq(name, jg_str(algs[i].name)))
            return &algs[i];
    return NULL;
}

jg_algs
jg_alg_bit(const struct jg_alg *alg)
{
    return (jg_algs)1 << (alg - algs);
}

const struct jg_alg *
jg_alg_at(size_t i)
{
    return i < COUNT(algs) ? &algs[i] : NULL;
}

jg_algs
jg_alg_method(struct jg_str method, bool *known)
{
    size_t row = COUNT(methods);
    jg_algs set = 0;

    while (row > 0 && !jg_str_eq(method, jg_str(methods[row - 1].method)))
        row--;
    *known = row > 0;
    if (row > 0)
        row--;
    for (size_t i = 0; i < COUNT(algs); i++)
        if (algs[i].family == methods[row].families[0] ||
            algs[i].family == methods[row].families[1])
            set |= jg_alg_bit(&algs[i]);
    return set;
}
