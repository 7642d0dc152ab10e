/* Signed tokens in compact form (RFC 7515): cut, read, verified. */
#include "jose/jws.h"

#include "base/b64.h"

/* Longest signature of any algorithm: ML-DSA-87. RSA ends at 2048 bytes. */
#define SIGNATURE_MAX 4627

/* How many dots <s> has, counted up to <max>; their places go to <at>. */
static size_t
dots(struct jg_str s, size_t *at, size_t max)
{
    size_t n = 0;
    const char *p = s.p;
    const char *end = s.p + s.len;

    while (n < max && (p = memchr(p, '.', (size_t)(end - p))) != NULL)
        at[n++] = (size_t)(p++ - s.p);
    return n;
}

enum jg_err
jg_jws_split(struct jg_str token, struct jg_jws *out)
{
    size_t at[5];
    size_t n;

    if (token.len == 0 || token.len > JG_TOKEN_MAX)
        return JG_E_TOKEN_SIZE;
    n = dots(token, at, 5);
    if (n == 4)
        return JG_E_TOKEN_JWE;
    if (n != 2 || at[0] == 0 || at[1] == at[0] + 1)
        return JG_E_TOKEN_SHAPE;

    out->signed_part = jg_str_head(token, at[1]);
    out->header = jg_str_head(token, at[0]);
    out->payload = jg_str_from(out->signed_part, at[0] + 1);
    out->signature = jg_str_from(token, at[1] + 1);
    return JG_OK;
}

/* One base64url part as a JSON object in <a>. */
static enum jg_err
decode_object(struct jg_str part, struct jg_arena *a,
              const struct jg_json **out)
{
    const struct jg_json *value;
    struct jg_str text;
    enum jg_err err = jg_b64url_decode_arena(part, a, &text);

    if (err == JG_OK)
        err = jg_json_parse(text, &jg_json_limits_token, a, &value, NULL);
    if (err != JG_OK)
        return err;
    if (value->type != JG_JSON_OBJECT)
        return JG_E_JSON;
    *out = value;
    return JG_OK;
}

/* Members that change what a token means, and that nobody here understands. */
static const struct {
    struct jg_str name;
    enum jg_err err;
} refused[] = {
    {{"enc", 3}, JG_E_TOKEN_JWE},
    {{"crit", 4}, JG_E_TOKEN_CRIT},
    {{"b64", 3}, JG_E_TOKEN_CRIT}, /* RFC 7797: only valid with crit */
    {{"zip", 3}, JG_E_TOKEN_CRIT},
};

enum jg_err
jg_jws_header(const struct jg_jws *jws, struct jg_arena *a,
              struct jg_jws_header *out)
{
    const struct jg_json *json;
    const struct jg_json *typ;
    struct jg_str alg, kid;
    enum jg_err err = decode_object(jws->header, a, &json);

    if (err != JG_OK)
        return err;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        if (jg_json_get(json, refused[i].name) != NULL)
            return refused[i].err;

    alg = jg_json_string(jg_json_get(json, JG_STR("alg")));
    kid = jg_json_string(jg_json_get(json, JG_STR("kid")));
    typ = jg_json_get(json, JG_STR("typ"));
    if (alg.p == NULL || (typ != NULL && typ->type != JG_JSON_STRING) ||
        kid.len > JG_KID_MAX)
        return JG_E_TOKEN_HEADER;

    out->json = json;
    out->alg = jg_alg_find(alg);
    out->kid = kid;
    out->typ = jg_json_string(typ);
    return JG_OK;
}

enum jg_err
jg_jws_claims(const struct jg_jws *jws, struct jg_arena *a,
              const struct jg_json **out)
{
    return decode_object(jws->payload, a, out);
}

enum jg_err
jg_jws_signature(const struct jg_jws *jws, const struct jg_alg *alg,
                 struct jg_arena *a, struct jg_str *out)
{
    struct jg_str text = jws->signature;
    struct jg_str bytes;
    enum jg_err err;

    if (text.len == 0 || text.len > JG_B64_ENCODED(SIGNATURE_MAX))
        return JG_E_SIGNATURE_SIZE;
    err = jg_b64url_decode_arena(text, a, &bytes);
    if (err != JG_OK)
        return err;
    if (alg->signature_bytes != 0 && bytes.len != alg->signature_bytes)
        return JG_E_SIGNATURE_SIZE;
    *out = bytes;
    return JG_OK;
}

enum jg_err
jg_jws_verify(const struct jg_jws *jws, const struct jg_jws_header *header,
              const struct jg_jwks *set, struct jg_arena *a,
              const struct jg_key **key)
{
    const struct jg_key *keys[JG_JWKS_MAX_TRIED];
    struct jg_str signature;
    enum jg_err err;
    size_t n;

    if (header->alg == NULL)
        return JG_E_KEY_FIT;
    err = jg_jws_signature(jws, header->alg, a, &signature);
    if (err != JG_OK)
        return err;

    n = jg_jwks_select(set, header->alg, header->kid, keys);
    if (n == 0)
        return JG_E_KEY_UNKNOWN;
    for (size_t i = 0; i < n; i++) {
        err = jg_key_verify(keys[i], header->alg, jws->signed_part, signature);
        if (err == JG_OK) {
            *key = keys[i];
            return JG_OK;
        }
    }
    return err;
}
