/* JWK members into an EVP_PKEY: RSA, EC, OKP, AKP, and x5c (RFC 7518 6). */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include "base/b64.h"
#include "jose/key_internal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Longest member: the key of ML-DSA-87; a modulus may have a leading zero. */
#define MEMBER_MAX 2592
#define RSA_MEMBERS_MAX 8

/* What goes into one EVP_PKEY_fromdata(). */
struct build {
    const struct jg_json *jwk;
    bool private;
    struct jg_key_fault *fault;
    OSSL_PARAM_BLD *params;
    BIGNUM *numbers[RSA_MEMBERS_MAX]; /* params point into them */
    size_t number_count;
};

/* Make the key that the collected parameters describe. */
static enum jg_err
finish(struct build *b, const char *type, EVP_PKEY **out)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(b->params);
    int selection = b->private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
    enum jg_err err = JG_OK;

    if (params == NULL)
        err = jg_crypto_error(JG_E_NOMEM);
    else if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
             EVP_PKEY_fromdata(ctx, out, selection, params) != 1)
        err = jg_key_fail(b->fault, jg_crypto_error(JG_E_KEY),
                          "OpenSSL refuses this as a key of type %s", type);
    OSSL_PARAM_free(params);
    EVP_PKEY_CTX_free(ctx);
    return err;
}

/* A base64url number of <exact> bytes (0: any) as parameter <param>. */
static enum jg_err
add_number(struct build *b, const char *name, const char *param, size_t exact)
{
    unsigned char bytes[MEMBER_MAX + 2];
    BIGNUM *n = NULL;
    size_t len;
    enum jg_err err =
        jg_jwk_bytes(b->jwk, name, exact, bytes, MEMBER_MAX, &len, b->fault);

    if (err == JG_OK) {
        n = b->private ? BN_secure_new() : BN_new();
        if (n == NULL || BN_bin2bn(bytes, (int)len, n) == NULL) {
            BN_clear_free(n);
            err = JG_E_NOMEM;
        }
    }
    jg_mem_wipe(bytes, sizeof(bytes));
    if (err != JG_OK)
        return err;
    b->numbers[b->number_count++] = n;
    return OSSL_PARAM_BLD_push_BN(b->params, param, n) == 1 ? JG_OK
                                                            : JG_E_NOMEM;
}

/* n and e; with <private>, d and the five members that make it fast. */
static enum jg_err
read_rsa(struct build *b, EVP_PKEY **out)
{
    static const struct {
        const char *name, *param;
    } members[RSA_MEMBERS_MAX] = {
        {"n", OSSL_PKEY_PARAM_RSA_N},
        {"e", OSSL_PKEY_PARAM_RSA_E},
        {"d", OSSL_PKEY_PARAM_RSA_D},
        {"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
        {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},
        {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
        {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2},
        {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1},
    };
    size_t n = 2;
    enum jg_err err = JG_OK;

    if (b->private) /* RFC 7518 6.3.2: all of them, or only d */
        n = jg_json_get(b->jwk, JG_STR("p")) != NULL ? 8 : 3;
    for (size_t i = 0; i < n && err == JG_OK; i++)
        err = add_number(b, members[i].name, members[i].param, 0);
    return err == JG_OK ? finish(b, "RSA", out) : err;
}

/* "crv" as OpenSSL calls it, and the length of a coordinate. */
static const struct curve {
    const char *crv;
    const char *ossl;
    size_t bytes;
} ec_curves[] = {
    {"P-256", "prime256v1", 32},
    {"P-384", "secp384r1", 48},
    {"P-521", "secp521r1", 66},
    {"secp256k1", "secp256k1", 32},
};
static const struct curve okp_curves[] = {
    {"Ed25519", "ED25519", 32},
    {"Ed448", "ED448", 57},
};

/* The row of the member "crv"; NULL when it is none of them. */
static const struct curve *
find_curve(const struct build *b, const struct curve *rows, size_t count)
{
    struct jg_str crv = jg_json_string(jg_json_get(b->jwk, JG_STR("crv")));

    for (size_t i = 0; i < count; i++)
        if (jg_str_eq(crv, jg_str(rows[i].crv)))
            return &rows[i];
    jg_key_fail(b->fault, JG_E_KEY, "crv \"%.*s\" does not sign tokens",
                JG_STR_ARG(jg_str_head(crv, 40)));
    return NULL;
}

/* x and y, each with exactly the bytes of the field (RFC 7518 6.2.1.2). */
static enum jg_err
read_ec(struct build *b, EVP_PKEY **out)
{
    const struct curve *curve = find_curve(b, ec_curves, COUNT(ec_curves));
    unsigned char point[1 + 2 * 66 + 2] = {4}; /* uncompressed */
    size_t len;
    enum jg_err err;

    if (curve == NULL)
        return JG_E_KEY;
    err = jg_jwk_bytes(b->jwk, "x", curve->bytes, point + 1, curve->bytes, &len,
                       b->fault);
    if (err == JG_OK)
        err = jg_jwk_bytes(b->jwk, "y", curve->bytes, point + 1 + curve->bytes,
                           curve->bytes, &len, b->fault);
    if (err == JG_OK && b->private)
        err = add_number(b, "d", OSSL_PKEY_PARAM_PRIV_KEY, curve->bytes);
    if (err != JG_OK)
        return err;
    if (OSSL_PARAM_BLD_push_utf8_string(b->params, OSSL_PKEY_PARAM_GROUP_NAME,
                                        curve->ossl, 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(b->params, OSSL_PKEY_PARAM_PUB_KEY,
                                         point, 1 + 2 * curve->bytes) != 1)
        return JG_E_NOMEM;
    err = finish(b, "EC", out);
    if (err == JG_E_KEY)
        jg_key_fail(b->fault, err, "the point x, y is not on %s", curve->crv);
    return err;
}

static enum jg_err
read_okp(struct build *b, EVP_PKEY **out)
{
    const struct curve *curve = find_curve(b, okp_curves, COUNT(okp_curves));
    unsigned char bytes[57 + 2];
    size_t len;
    enum jg_err err;

    if (curve == NULL)
        return JG_E_KEY;
    err = jg_jwk_bytes(b->jwk, b->private ? "d" : "x", curve->bytes, bytes,
                       curve->bytes, &len, b->fault);
    if (err != JG_OK)
        return err;
    *out = b->private ? EVP_PKEY_new_raw_private_key_ex(NULL, curve->ossl, NULL,
                                                        bytes, len)
                      : EVP_PKEY_new_raw_public_key_ex(NULL, curve->ossl, NULL,
                                                       bytes, len);
    jg_mem_wipe(bytes, sizeof(bytes));
    return *out != NULL ? JG_OK : jg_crypto_error(JG_E_KEY);
}

/* ML-DSA (RFC 9964): "alg" names the parameter set; "priv" is the seed. */
static enum jg_err
read_akp(struct build *b, EVP_PKEY **out)
{
    const struct jg_alg *alg = NULL;
    const char *name = b->private ? "priv" : "pub";
    unsigned char bytes[MEMBER_MAX + 2];
    EVP_PKEY_CTX *there;
    size_t len;
    int pushed;
    enum jg_err err = jg_jwk_alg(b->jwk, &alg, b->fault);

    if (err != JG_OK)
        return err;
    if (alg == NULL || alg->family != JG_MLDSA)
        return jg_key_fail(b->fault, JG_E_KEY,
                           "a key of kty AKP without an alg of ML-DSA");
    there = EVP_PKEY_CTX_new_from_name(NULL, alg->name, NULL);
    EVP_PKEY_CTX_free(there);
    if (there == NULL)
        return jg_key_fail(b->fault, jg_crypto_error(JG_E_KEY),
                           "%s needs OpenSSL 3.5 or later", alg->name);
    err = jg_jwk_bytes(b->jwk, name, 0, bytes, MEMBER_MAX, &len, b->fault);
    if (err != JG_OK)
        return err;
    pushed = OSSL_PARAM_BLD_push_octet_string(
        b->params, b->private ? "seed" : OSSL_PKEY_PARAM_PUB_KEY, bytes, len);
    err = pushed == 1 ? finish(b, alg->name, out) : JG_E_NOMEM;
    jg_mem_wipe(bytes, sizeof(bytes));
    return err;
}

/* By "kty"; <member> is the one without which only x5c can give the key. */
static const struct kind {
    const char *kty;
    const char *member;
    const char *ossl; /* type that x5c alone must hold; NULL: never alone */
    enum jg_err (*read)(struct build *b, EVP_PKEY **out);
} kinds[] = {
    {"RSA", "n", "RSA", read_rsa},
    {"EC", "x", "EC", read_ec},
    {"OKP", "x", NULL, read_okp},
    {"AKP", "pub", NULL, read_akp},
};

/*
 * The key of the first certificate in x5c. Its chain and dates give no trust:
 * the key is trusted because the set is. Some old providers wrap a <pem>.
 */
static enum jg_err
read_x5c(const struct jg_json *x5c, EVP_PKEY **out, bool *pem,
         struct jg_key_fault *fault)
{
    struct jg_arena a;
    struct jg_str text = {NULL, 0};
    struct jg_str der;
    bool private = false;
    enum jg_err err;

    if (x5c->type == JG_JSON_ARRAY && x5c->count > 0)
        text = jg_json_string(&x5c->items[0]);
    if (text.p == NULL || text.len > JG_KEY_TEXT_MAX)
        return jg_key_fail(fault, JG_E_KEY,
                           "x5c is no array of certificates, or too long");
    jg_arena_init(&a, 4096, 2 * JG_KEY_TEXT_MAX);
    err = jg_b64_decode_arena(text, &a, &der);
    if (err == JG_OK)
        err = jg_pem_read(der, out, &private, NULL);
    *pem = err == JG_OK && jg_pem_seen(der);
    jg_arena_free(&a);
    if (err == JG_E_BASE64 || err == JG_E_KEY || private)
        return jg_key_fail(fault, JG_E_KEY,
                           "x5c does not start with a certificate in base64");
    return err;
}

/*
 * The key of the members, of x5c, or of both when they are the same. Beside a
 * PEM in x5c the members are not looked at: such sets are made for Tyk, which
 * takes that key, and their members may be another's (its own tests' are).
 */
static enum jg_err
read_both(struct build *b, const struct kind *kind, EVP_PKEY **out)
{
    const struct jg_json *x5c =
        b->private ? NULL : jg_json_get(b->jwk, JG_STR("x5c"));
    bool members = x5c == NULL || kind->ossl == NULL;
    bool pem = false;
    EVP_PKEY *first = NULL;
    EVP_PKEY *second = NULL;
    enum jg_err err = JG_OK;

    if (members)
        err = kind->read(b, &first);
    if (err == JG_OK && x5c != NULL)
        err = read_x5c(x5c, &second, &pem, b->fault);
    if (err == JG_OK && !members && !pem &&
        jg_json_get(b->jwk, jg_str(kind->member)) != NULL) {
        members = true;
        err = kind->read(b, &first);
    }
    if (err == JG_OK && members && x5c != NULL &&
        EVP_PKEY_eq(first, second) != 1)
        err = jg_key_fail(b->fault, JG_E_KEY,
                          "x5c holds another key than the members");
    if (err == JG_OK && !members && !EVP_PKEY_is_a(second, kind->ossl))
        err = jg_key_fail(b->fault, JG_E_KEY, "x5c holds no %s key", kind->kty);
    if (err == JG_OK) {
        *out = members ? first : second;
        EVP_PKEY_up_ref(*out);
    }
    EVP_PKEY_free(first);
    EVP_PKEY_free(second);
    return err;
}

enum jg_err
jg_jwk_read(const struct jg_json *jwk, bool private, EVP_PKEY **out,
            struct jg_key_fault *fault)
{
    struct build b = {jwk, private, fault, NULL, {NULL}, 0};
    struct jg_str kty = jg_json_string(jg_json_get(jwk, JG_STR("kty")));
    const struct kind *kind = NULL;
    enum jg_err err;

    for (size_t i = 0; i < COUNT(kinds); i++)
        if (jg_str_eq(kty, jg_str(kinds[i].kty)))
            kind = &kinds[i];
    if (kind == NULL)
        return jg_key_fail(fault, JG_E_KEY, "kty \"%.*s\" is not known",
                           JG_STR_ARG(jg_str_head(kty, 40)));
    ERR_clear_error();
    b.params = OSSL_PARAM_BLD_new();
    if (b.params == NULL)
        return JG_E_NOMEM;
    err = read_both(&b, kind, out);
    OSSL_PARAM_BLD_free(b.params);
    for (size_t i = 0; i < b.number_count; i++)
        BN_clear_free(b.numbers[i]);
    return err;
}
