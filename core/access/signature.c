/* Algorithm, key and signature (reference 2.3, 2.4): cheap checks first. */
#include "access/step.h"

#include <stdio.h>

/* " HS256 HS384", for people. */
static void
trace_algorithms(struct jg_decision *d)
{
    char text[200] = "";
    const struct jg_alg *alg;
    size_t len = 0;

    if (d->trace == NULL)
        return;
    for (size_t i = 0; (alg = jg_alg_at(i)) != NULL; i++)
        if ((d->api->algs & jg_alg_bit(alg)) != 0 && len < sizeof(text))
            len += (size_t)snprintf(text + len, sizeof(text) - len, " %s",
                                    alg->name);
    jg_trace_expected(d, "one of%s (jwt_signing_method %.*s)", text,
                      JG_STR_ARG(d->api->def.jwt_signing_method));
}

enum jg_err
jg_step_algorithm(struct jg_decision *d)
{
    const struct jg_alg *alg = d->header.alg;

    if (alg == NULL) {
        jg_trace_seen(d, "an alg that is not known");
        trace_algorithms(d);
        return JG_E_ALG_UNKNOWN;
    }
    jg_trace_seen(d, "%s", alg->name);
    trace_algorithms(d);
    return (d->api->algs & jg_alg_bit(alg)) != 0 ? JG_OK : JG_E_ALG;
}

static void
trace_keys(struct jg_decision *d, const struct jg_key *const *keys, size_t n)
{
    if (d->trace == NULL)
        return;
    if (d->header.kid.p == NULL)
        jg_trace_seen(d, "no kid; %zu of %zu keys fit", n,
                      jg_jwks_count(d->api->keys));
    else
        jg_trace_seen(d, "kid %.*s; %zu of %zu keys fit",
                      JG_STR_ARG(d->header.kid), n,
                      jg_jwks_count(d->api->keys));
    if (n > 0)
        jg_trace_expected(d, "%s for %s", jg_key_describe(keys[0]),
                          d->header.alg->name);
}

enum jg_err
jg_step_key(struct jg_decision *d)
{
    const struct jg_key *keys[JG_JWKS_MAX_TRIED], *used;
    size_t n;

    if (d->api->key_err != JG_OK || d->api->keys == NULL) {
        jg_trace_seen(d, "%.*s", JG_STR_ARG(d->api->key_fault));
        jg_trace_expected(d, "a usable key in jwt_source");
        return JG_E_KEY;
    }
    if (d->cached)
        return JG_OK;
    n = jg_jwks_select(d->api->keys, d->header.alg, d->header.kid, keys);
    trace_keys(d, keys, n);
    /* Nothing can verify it: let jws.c say which of the two it is, a kid that
     * is not known or a signature that no key can have made. */
    if (n == 0 || (jg_key_algs(keys[0]) & jg_alg_bit(d->header.alg)) == 0) {
        enum jg_err err =
            jg_jws_verify(&d->jws, &d->header, d->api->keys, d->arena, &used);

        return err == JG_OK ? JG_E_INTERNAL : err;
    }
    return JG_OK;
}

/* Later requests with exactly these bytes skip the mathematics. */
static void
keep(struct jg_decision *d)
{
    struct jg_token_cache *cache = d->with.cache;
    uint64_t evictions;

    if (cache == NULL)
        return;
    evictions = jg_cache_stats(cache).evictions;
    d->verified = jg_cache_put(cache, d->api, d->token, &d->header,
                               d->unverified, d->with.now_s);
    evictions = jg_cache_stats(cache).evictions - evictions;
    if (evictions > 0 && d->with.counters != NULL)
        jg_counters_add(d->with.counters, JG_METRIC_CACHE_EVICTIONS, evictions);
}

enum jg_err
jg_step_signature(struct jg_decision *d)
{
    const struct jg_key *key = NULL;
    enum jg_err err;

    if (d->cached) {
        jg_trace_seen(d, "verified before, these exact bytes");
        d->claims = d->unverified;
        return JG_OK;
    }
    err = jg_jws_verify(&d->jws, &d->header, d->api->keys, d->arena, &key);
    if (err != JG_OK) {
        jg_trace_seen(d, "%s does not verify", d->header.alg->name);
        jg_trace_expected(d, "the signature of the API's key");
        return err;
    }
    jg_trace_seen(d, "%s verifies with %s", d->header.alg->name,
                  d->trace == NULL ? "" : jg_key_describe(key));
    d->claims = d->unverified;
    keep(d);
    return JG_OK;
}
