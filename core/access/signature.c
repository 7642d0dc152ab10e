/* Algorithm, key and signature (reference 2.3, 2.4): cheap checks first. */
#include "access/keys.h"
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
trace_keys(struct jg_decision *d, const struct jg_key_choice *choice)
{
    if (d->trace == NULL)
        return;
    if (d->header.kid.p == NULL)
        jg_trace_seen(d, "no kid; %zu of %zu keys fit", choice->count,
                      choice->known);
    else
        jg_trace_seen(d, "kid %.*s; %zu of %zu keys fit",
                      JG_STR_ARG(d->header.kid), choice->count, choice->known);
    if (choice->count > 0)
        jg_trace_expected(d, "%s for %s", jg_key_describe(choice->keys[0]),
                          d->header.alg->name);
}

/* As keys are known, and when there is none for this token, as they are now.
 * After a question the answer is looked for at once. */
static enum jg_err
choose(struct jg_decision *d, struct jg_key_choice *out)
{
    bool asked = (d->asked | d->asked_again) != 0;
    enum jg_err err =
        jg_keys_choose(d, asked ? JG_KEYSETS_NOW : JG_KEYSETS_KNOWN, out);

    if (err != JG_OK || asked || out->count > 0 || d->api->key_url_count == 0)
        return err;
    jg_keys_release(out);
    return jg_keys_choose(d, JG_KEYSETS_NOW, out);
}

enum jg_err
jg_step_key(struct jg_decision *d)
{
    struct jg_key_choice choice;
    enum jg_err err;

    if (d->api->key_err == JG_OK && d->api->one_to_one)
        return jg_one_to_one_key(d);
    if (d->api->key_err != JG_OK ||
        (d->api->keys == NULL && d->api->key_url_count == 0)) {
        jg_trace_seen(d, "%.*s", JG_STR_ARG(d->api->key_fault));
        jg_trace_expected(d, "a usable key in jwt_source");
        return JG_E_KEY;
    }
    if (d->cached)
        return JG_OK;
    err = choose(d, &choice);
    if (err != JG_OK)
        return err;
    trace_keys(d, &choice);
    if (choice.count == 0)
        err = jg_keys_none(d, &choice);
    jg_keys_release(&choice);
    return err;
}

/* Later requests with exactly these bytes skip the mathematics. */
void
jg_token_keep(struct jg_decision *d, uint64_t keys_version)
{
    struct jg_token_cache *cache = d->with.cache;
    uint64_t evictions;

    if (cache == NULL)
        return;
    evictions = jg_cache_stats(cache).evictions;
    d->verified = jg_cache_put(cache, d->api, keys_version, d->token,
                               &d->header, d->unverified, d->with.now_s);
    evictions = jg_cache_stats(cache).evictions - evictions;
    if (evictions > 0 && d->with.counters != NULL)
        jg_counters_add(d->with.counters, JG_METRIC_CACHE_EVICTIONS, evictions);
}

/* Try each key; <used> is the number of the one that verified. */
static enum jg_err
verify(struct jg_decision *d, const struct jg_key_choice *choice, size_t *used)
{
    struct jg_str signature;
    enum jg_err err =
        jg_jws_signature(&d->jws, d->header.alg, d->arena, &signature);

    if (err != JG_OK)
        return err;
    err = JG_E_KEY_UNKNOWN;
    for (size_t i = 0; i < choice->count; i++) {
        err = jg_key_verify(choice->keys[i], d->header.alg, d->jws.signed_part,
                            signature);
        if (err == JG_OK) {
            *used = i;
            return JG_OK;
        }
    }
    return err;
}

/* A key may have been replaced under its own kid, also by a longer one. */
static bool
may_be_outdated(const struct jg_decision *d, enum jg_err err)
{
    return d->api->key_url_count > 0 &&
           (err == JG_E_SIGNATURE || err == JG_E_SIGNATURE_SIZE);
}

/* The same with the keys as they are now, if they are others. */
static enum jg_err
verify_again(struct jg_decision *d, struct jg_key_choice *choice, size_t *used,
             enum jg_err err)
{
    uint64_t before = choice->version;
    struct jg_key_choice now;
    enum jg_err failed = jg_keys_choose(d, JG_KEYSETS_NOW, &now);

    if (failed != JG_OK)
        return failed;
    jg_keys_release(choice);
    *choice = now;
    if (choice->version == before)
        return err;
    return choice->count > 0 ? verify(d, choice, used) : JG_E_KEY_UNKNOWN;
}

static enum jg_err
verified_by(struct jg_decision *d, const struct jg_key_choice *choice,
            size_t used)
{
    const struct jg_key *key = choice->keys[used];
    const struct jg_api *api = d->api;

    jg_trace_seen(d, "%s verifies with %s", d->header.alg->name,
                  d->trace == NULL ? "" : jg_key_describe(key));
    if (api->key_url_count > 0 && d->with.counters != NULL)
        jg_counters_key_used(
            d->with.counters,
            jg_counters_key(api->key_urls[choice->from[used]].id,
                            jg_key_info(key)->thumbprint),
            d->with.now_s);
    if (d->header.kid.len == 0) { /* then the key's own may be revoked */
        d->key_kid = jg_arena_str(d->arena, jg_key_info(key)->kid);
        if (d->key_kid.p == NULL)
            return JG_E_NOMEM;
    }
    d->claims = d->unverified;
    jg_token_keep(d, choice->version);
    return JG_OK;
}

/* With the keys of <choice>, which is another one afterwards. */
static enum jg_err
check_signature(struct jg_decision *d, struct jg_key_choice *choice)
{
    size_t used = 0;
    enum jg_err err = verify(d, choice, &used);

    if (may_be_outdated(d, err))
        err = verify_again(d, choice, &used, err);
    if (err == JG_OK)
        return verified_by(d, choice, used);
    if (choice->count == 0) /* its key has gone just now */
        return jg_keys_none(d, choice);
    jg_trace_seen(d, "%s does not verify", d->header.alg->name);
    if (may_be_outdated(d, err) && jg_keys_want_other(d, choice))
        return JG_OK;
    jg_trace_expected(d, "the signature of the API's key");
    return err;
}

enum jg_err
jg_step_signature(struct jg_decision *d)
{
    struct jg_key_choice choice;
    enum jg_err err;

    if (d->cached) {
        jg_trace_seen(d, "verified before, these exact bytes");
        d->claims = d->unverified;
        return JG_OK;
    }
    if (d->api->one_to_one)
        return jg_one_to_one_signature(d);
    err = choose(d, &choice);
    if (err != JG_OK)
        return err;
    err = check_signature(d, &choice);
    jg_keys_release(&choice);
    return err;
}
