/* One JWK (RFC 7517): what it says about itself, and the key it becomes. */
#include <openssl/err.h>

#include "base/b64.h"
#include "jose/jws.h"
#include "jose/key_internal.h"

enum jg_err
jg_jwk_bytes(const struct jg_json *jwk, const char *name, size_t exact,
             unsigned char *out, size_t max, size_t *len,
             struct jg_key_fault *fault)
{
    struct jg_str text = jg_json_string(jg_json_get(jwk, jg_str(name)));

    if (text.p == NULL)
        return jg_key_fail(fault, JG_E_KEY,
                           "member %s is missing, or no string", name);
    /* The decoder may write up to JG_B64_DECODED bytes. */
    if (JG_B64_DECODED(text.len) > max + 2)
        return jg_key_fail(fault, JG_E_KEY, "member %s is too long", name);
    if (jg_b64url_decode(text, out, len) != JG_OK)
        return jg_key_fail(fault, JG_E_KEY,
                           "member %s is not base64url without padding", name);
    if (exact != 0 ? *len != exact : *len == 0 || *len > max)
        return jg_key_fail(fault, JG_E_KEY, "member %s has %zu bytes%s", name,
                           *len,
                           exact != 0 ? ", which is the wrong length" : "");
    return JG_OK;
}

enum jg_err
jg_jwk_alg(const struct jg_json *jwk, const struct jg_alg **out,
           struct jg_key_fault *fault)
{
    const struct jg_json *value = jg_json_get(jwk, JG_STR("alg"));
    struct jg_str name = jg_json_string(value);
    const struct jg_alg *alg = NULL;

    if (value != NULL) {
        alg = jg_alg_find(name);
        if (alg == NULL || alg->family == JG_UNSIGNED)
            return jg_key_fail(fault, JG_E_KEY,
                               "alg \"%.*s\" is no signature algorithm",
                               JG_STR_ARG(jg_str_head(name, 40)));
    }
    *out = alg;
    return JG_OK;
}

/* Does the array of strings "key_ops" hold "verify"? */
static bool
may_verify(const struct jg_json *ops)
{
    if (ops->type != JG_JSON_ARRAY)
        return false;
    for (uint32_t i = 0; i < ops->count; i++)
        if (jg_str_eq(jg_json_string(&ops->items[i]), JG_STR("verify")))
            return true;
    return false;
}

/* What the JWK is for; one that is not for verifying is refused. */
static enum jg_err
read_meta(const struct jg_json *jwk, struct jg_key_meta *meta,
          struct jg_key_fault *fault)
{
    const struct jg_json *use = jg_json_get(jwk, JG_STR("use"));
    const struct jg_json *ops = jg_json_get(jwk, JG_STR("key_ops"));
    const struct jg_json *kid = jg_json_get(jwk, JG_STR("kid"));

    if (use != NULL && !jg_str_eq(jg_json_string(use), JG_STR("sig")))
        return jg_key_fail(fault, JG_E_KEY, "use is \"%.*s\", not \"sig\"",
                           JG_STR_ARG(jg_str_head(jg_json_string(use), 40)));
    if (ops != NULL && !may_verify(ops))
        return jg_key_fail(fault, JG_E_KEY,
                           "key_ops is there without \"verify\"");
    meta->kid = jg_json_string(kid);
    if (kid != NULL && meta->kid.p == NULL)
        return jg_key_fail(fault, JG_E_KEY, "kid is no string");
    if (meta->kid.len > JG_KID_MAX)
        return jg_key_fail(fault, JG_E_KEY, "kid has %zu bytes, over %d",
                           meta->kid.len, JG_KID_MAX);
    return jg_jwk_alg(jwk, &meta->alg, fault);
}

/* kty "oct": the secret itself. */
static enum jg_err
from_oct(const struct jg_json *jwk, const struct jg_key_meta *meta,
         struct jg_key **out, struct jg_key_fault *fault)
{
    unsigned char bytes[JG_KEY_SECRET_MAX + 2];
    struct jg_str secret = {(const char *)bytes, 0};
    enum jg_err err =
        jg_jwk_bytes(jwk, "k", 0, bytes, JG_KEY_SECRET_MAX, &secret.len, fault);

    if (err == JG_OK)
        err = jg_key_secret_check(secret, fault);
    if (err == JG_OK)
        err = jg_key_of_secret(secret, meta, out, fault);
    jg_mem_wipe(bytes, sizeof(bytes));
    return err;
}

enum jg_err
jg_key_from_jwk(const struct jg_json *jwk, struct jg_key **out,
                struct jg_key_fault *fault)
{
    struct jg_str kty = jg_json_string(jg_json_get(jwk, JG_STR("kty")));
    struct jg_key_meta meta = {0};
    EVP_PKEY *pkey = NULL;
    enum jg_err err;

    if (kty.p == NULL)
        return jg_key_fail(fault, JG_E_KEY,
                           "not a JWK: member kty is missing, or no string");
    err = read_meta(jwk, &meta, fault);
    if (err != JG_OK)
        return err;
    if (jg_str_eq(kty, JG_STR("oct"))) {
        err = from_oct(jwk, &meta, out, fault);
    } else {
        if (jg_json_get(jwk, JG_STR("d")) != NULL ||
            jg_json_get(jwk, JG_STR("priv")) != NULL)
            meta.risk = "the JWK holds the private key too; only its public "
                        "half is used and needed";
        err = jg_jwk_read(jwk, false, &pkey, fault);
        if (err == JG_OK)
            err = jg_key_of_pkey(pkey, &meta, out, fault);
        EVP_PKEY_free(pkey);
    }
    if (err == JG_OK)
        jg_key_fail(fault, JG_OK, "%s", meta.risk != NULL ? meta.risk : "");
    ERR_clear_error();
    return err;
}
