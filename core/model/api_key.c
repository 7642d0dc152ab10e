/*
 * The key of a JWT API: jwt_signing_method, jwt_algorithms, jwt_source and
 * jwt_profile become a set of algorithms and a set of keys. Whatever is wrong
 * closes the API instead of leaving it out: see jg_api_read().
 *
 * Messages never show the source: it may be a secret.
 */
#include <stdio.h>

#include "base/b64.h"
#include "model/key_url.h"
#include "model/model_internal.h"

#define METHODS "hmac, rsa, ecdsa, eddsa or mldsa"
#define WHY_MAX 400

enum jg_err
jg_api_close_key(struct jg_api_reading *r, enum jg_err err, const char *path,
                 const struct jg_json *found, const char *fix, const char *why)
{
    struct jg_api *api = r->api;

    jg_bind_report(r->source, JG_FAULT, err, path, found, fix, "%s", why);
    if (api->key_err != JG_OK)
        return JG_OK; /* the first reason stays */
    api->key_err = JG_E_KEY;
    api->key_fault = jg_arena_str(&api->arena, jg_str(why));
    return api->key_fault.p != NULL ? JG_OK : JG_E_NOMEM;
}

static jg_algs
read_method(struct jg_api_reading *r)
{
    struct jg_str method = r->api->def.jwt_signing_method;
    const struct jg_alg *alg = jg_alg_find(method);
    const char *fix = "use " METHODS;
    bool known;
    jg_algs algs = jg_alg_method(method, &known);

    if (known)
        return algs;
    if (alg != NULL)
        fix = "this is the name of an algorithm: use " METHODS ", and "
              "jwt_algorithms to take this one only";
    jg_bind_report(r->source, JG_WARNING, JG_E_CONF_VALUE, "jwt_signing_method",
                   jg_json_get(r->root, JG_STR("jwt_signing_method")), fix,
                   "%s, so that hmac is used, as in Tyk",
                   method.len == 0 ? "no signing method is given"
                                   : "this signing method is not known");
    return algs;
}

/* Entry <i> of jwt_algorithms, which is <alg>. */
static enum jg_err
check_algorithm(struct jg_api_reading *r, size_t i, const struct jg_alg *alg,
                jg_algs method)
{
    char path[sizeof("jwt_algorithms.") + 20];
    const struct jg_json *list = jg_json_get(r->root, JG_STR("jwt_algorithms"));
    const struct jg_json *found = list != NULL ? &list->items[i] : NULL;

    snprintf(path, sizeof(path), "jwt_algorithms.%zu", i);
    if (alg == NULL || alg->family == JG_UNSIGNED)
        return jg_api_close_key(
            r, JG_E_CONF_VALUE, path, found,
            "names are those of RFC 7518, for example \"RS256\"",
            alg == NULL ? "this algorithm is not known"
                        : "unsigned tokens are never accepted");
    if ((jg_alg_bit(alg) & method) == 0)
        jg_bind_report(r->source, JG_WARNING, JG_E_CONF_VALUE, path, found,
                       NULL,
                       "no effect: the jwt_signing_method of this API does not "
                       "have this algorithm");
    return JG_OK;
}

/* The algorithms of jwt_algorithms that belong to jwt_signing_method. */
static enum jg_err
read_algorithms(struct jg_api_reading *r)
{
    const struct jg_strs *names = &r->api->def.jwt_algorithms;
    jg_algs method = read_method(r);
    jg_algs listed = 0;

    r->api->algs = method;
    if (names->count == 0)
        return JG_OK;
    for (size_t i = 0; i < names->count; i++) {
        const struct jg_alg *alg = jg_alg_find(names->items[i]);
        enum jg_err err = check_algorithm(r, i, alg, method);

        if (err != JG_OK)
            return err;
        if (alg != NULL)
            listed |= jg_alg_bit(alg);
    }
    r->api->algs = method & listed;
    if (r->api->algs != 0 || r->api->key_err != JG_OK)
        return JG_OK;
    return jg_api_close_key(r, JG_E_CONF_VALUE, "jwt_algorithms", NULL, NULL,
                            "none of these algorithms belongs to the API's "
                            "jwt_signing_method: no token can be verified");
}

static bool
is_pem(struct jg_str s)
{
    return jg_str_starts(s, JG_STR("-----BEGIN "));
}

/* A JSON object with the members of a JWK, or of a set of them? */
static bool
is_jwk(struct jg_api_reading *r, struct jg_str s)
{
    const struct jg_json *json;

    return jg_str_starts(s, JG_STR("{")) &&
           jg_json_parse(s, &jg_json_limits_conf, r->scratch, &json, NULL) ==
               JG_OK &&
           (jg_json_get(json, JG_STR("kty")) != NULL ||
            jg_json_get(json, JG_STR("keys")) != NULL);
}

/* Material that nobody would use as the bytes of a secret. */
static bool
is_key_text(struct jg_api_reading *r, struct jg_str s)
{
    s = jg_str_trim(s);
    return jg_key_url_looks_so(s) || is_pem(s) || is_jwk(r, s);
}

/* Does base64 of some other kind make sense of <text>? Then say which. */
static const char *
near_base64(struct jg_api_reading *r, struct jg_str text)
{
    struct jg_str bare = jg_str_trim(text);
    struct jg_str bytes;

    if (jg_b64_decode_arena(bare, r->scratch, &bytes) == JG_OK)
        return "jwt_source is base64 with white space around it";
    while (jg_str_ends(bare, JG_STR("=")))
        bare.len--;
    if (bare.len == 0)
        return NULL;
    if (jg_str_find(bare, '-') < bare.len || jg_str_find(bare, '_') < bare.len)
        return jg_b64url_decode_arena(bare, r->scratch, &bytes) == JG_OK
                   ? "jwt_source is base64url; it is expected in the standard "
                     "alphabet, with '+' and '/' and with padding"
                   : NULL;
    if (jg_b64_decode_arena(jg_str_head(bare, bare.len / 4 * 4), r->scratch,
                            &bytes) == JG_OK)
        return "jwt_source is not base64: the padding ('=' at its end) is "
               "missing, or this is the secret itself";
    return NULL;
}

/*
 * The key material in jwt_source (reference 2.4): base64 of it or, as our
 * addition, the text of a key itself. <why> is set when there is none.
 */
static enum jg_err
read_material(struct jg_api_reading *r, struct jg_str *out, const char **why)
{
    struct jg_str text = r->api->def.jwt_source;
    struct jg_str bare = jg_str_trim(text), twice;
    enum jg_err err;

    if (is_pem(bare) || is_jwk(r, bare) || jg_key_url_looks_so(bare)) {
        *out = bare;
        return JG_OK;
    }
    err = jg_b64_decode_arena(text, r->scratch, out);
    if (err == JG_E_BASE64) {
        *why = near_base64(r, text);
        if (*why == NULL)
            *why = "jwt_source is not base64 of a key, and no key itself";
        return JG_OK;
    }
    if (err != JG_OK)
        return err;
    err = jg_b64_decode_arena(jg_str_trim(*out), r->scratch, &twice);
    if (err == JG_OK && is_key_text(r, twice))
        *why = "jwt_source is base64 twice; once is expected";
    return err == JG_E_NOMEM ? err : JG_OK;
}

static void
warn_of_key(struct jg_api_reading *r, enum jg_err err, const char *what)
{
    jg_bind_report(r->source, JG_WARNING, err, "jwt_source", NULL, NULL, "%s",
                   what);
}

/* Why the first risky key of the set is so, or NULL. */
static const char *
risk_of(const struct jg_jwks *keys, jg_algs algs)
{
    for (size_t i = 0; i < jg_jwks_count(keys); i++) {
        const struct jg_key *key = jg_jwks_at(keys, i)->key;
        const char *risk = key != NULL ? jg_key_risk(key, algs) : NULL;

        if (risk != NULL)
            return risk;
    }
    return NULL;
}

/* A strict API has no risky key; others get one warning. */
static enum jg_err
check_risk(struct jg_api_reading *r)
{
    struct jg_api *api = r->api;
    const char *risk = risk_of(api->keys, api->algs);
    char why[WHY_MAX];

    if (risk == NULL)
        return JG_OK;
    if (!jg_str_eq(api->def.jwt_profile, JG_STR("strict"))) {
        warn_of_key(r, JG_E_CONF_RISK, risk);
        return JG_OK;
    }
    snprintf(why, sizeof(why), "jwt_profile \"strict\" refuses the key: %s",
             risk);
    return jg_api_close_key(r, JG_E_KEY, "jwt_source", NULL, NULL, why);
}

/* Entries of the set that were left out, so that nobody wonders. */
static void
warn_of_skipped(struct jg_api_reading *r)
{
    const struct jg_jwks *keys = r->api->keys;

    for (size_t i = 0; i < jg_jwks_count(keys); i++) {
        const struct jg_jwks_entry *entry = jg_jwks_at(keys, i);
        char what[WHY_MAX];

        if (entry->key != NULL)
            continue;
        snprintf(what, sizeof(what), "key %zu of the set is left out: %s",
                 i + 1, entry->skipped);
        warn_of_key(r, JG_E_KEY, what);
    }
}

/* A key, a secret or a set of keys that the definition itself holds. */
static enum jg_err
read_static(struct jg_api_reading *r, struct jg_str material)
{
    struct jg_api *api = r->api;
    struct jg_key_fault fault = {""};
    enum jg_err err =
        jg_key_pool_take(r->keys, material, api->algs, &api->keys, &fault);

    if (err == JG_E_NOMEM)
        return err;
    if (err != JG_OK)
        return jg_api_close_key(r, JG_E_KEY, "jwt_source", NULL, NULL,
                                fault.what);
    if (fault.what[0] != '\0')
        warn_of_key(r, JG_E_CONF_RISK, fault.what);
    warn_of_skipped(r);
    return check_risk(r);
}

static enum jg_err
read_source(struct jg_api_reading *r)
{
    struct jg_str material = {NULL, 0};
    const char *why = NULL;
    enum jg_err err = read_material(r, &material, &why);

    if (err != JG_OK)
        return err;
    if (why != NULL)
        return jg_api_close_key(
            r, JG_E_KEY, "jwt_source", NULL,
            "base64 -w0 FILE, or printf %s SECRET | base64 -w0", why);
    if (jg_key_url_looks_so(jg_str_trim(material)))
        return jg_api_read_key_url(r, jg_str_trim(material));
    return read_static(r, material);
}

/* Of two sources one counts, and which one depends on the kind of definition,
 * as in Tyk (reference 2.4). */
static enum jg_err
read_sources(struct jg_api_reading *r)
{
    const struct jg_api_def *def = &r->api->def;
    bool uris = def->jwt_jwks_uris.count > 0;

    if (uris && def->jwt_source.len > 0)
        jg_bind_report(r->source, JG_WARNING, JG_E_CONF_VALUE,
                       def->is_oas ? "jwt_source" : "jwt_jwks_uris", NULL,
                       "remove one of the two",
                       "no effect: the keys come from the %s beside it",
                       def->is_oas ? "key sets by URL" : "jwt_source");
    if (uris && (def->is_oas || def->jwt_source.len == 0))
        return jg_api_read_key_uris(r);
    if (def->jwt_source.len > 0)
        return read_source(r);
    if (def->jwt_issuer.len > 0)
        return jg_api_read_issuer(r);
    r->api->one_to_one = true;
    jg_bind_report(
        r->source, JG_WARNING, JG_E_CONF_VALUE, "jwt_source", NULL,
        "give a key, the URL of a key set, or jwt_issuer, if this is "
        "not meant",
        "jwt_source is empty: each token is verified with "
        "jwt_data.secret of the stored key that its kid or identity "
        "names");
    return JG_OK;
}

static enum jg_err
read_profile(struct jg_api_reading *r)
{
    struct jg_str profile = r->api->def.jwt_profile;

    if (profile.len == 0 || jg_str_eq(profile, JG_STR("compatible")) ||
        jg_str_eq(profile, JG_STR("strict")))
        return JG_OK;
    return jg_api_close_key(r, JG_E_CONF_VALUE, "jwt_profile",
                            jg_json_get(r->root, JG_STR("jwt_profile")), NULL,
                            "expected \"compatible\" or \"strict\"");
}

enum jg_err
jg_api_read_key(struct jg_api_reading *r)
{
    struct jg_api *api = r->api;
    enum jg_err err;

    if ((api->methods & JG_METHOD_JWT) == 0)
        return JG_OK;
    err = read_profile(r);
    if (err == JG_OK)
        err = read_algorithms(r);
    if (err == JG_OK && api->algs != 0)
        err = read_sources(r);
    if (err != JG_OK || api->key_err == JG_OK)
        return err;
    jg_jwks_free(api->keys); /* a closed API holds no key, and fetches none */
    api->keys = NULL;
    api->key_url_count = 0;
    api->one_to_one = false;
    return JG_OK;
}
