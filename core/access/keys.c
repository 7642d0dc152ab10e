/*
 * Which keys may verify a token, and what is to be fetched when none does
 * (reference 2.4 to 2.6, and issuer binding, which is ours).
 */
#include "access/keys.h"

#include <inttypes.h>

_Static_assert(JG_KEY_URLS_MAX <= 32, "masks have a bit for each set");

/* Unverified, and used only to choose among sets, or to refuse. */
static struct jg_str
issuer_of(const struct jg_decision *d)
{
    return jg_json_string(jg_json_get(d->unverified, JG_STR("iss")));
}

static bool
is_bound(const struct jg_decision *d, struct jg_str issuer)
{
    return issuer.len == 0 || jg_str_eq(issuer, issuer_of(d));
}

static bool
is_stale(const struct jg_decision *d, int64_t fetched_s)
{
    return d->with.now_s - fetched_s > d->with.snapshot->conf->jwks.max_stale_s;
}

/* The set <i> and, when it is too old to be used, what is written down about
 * it now: it may have been confirmed since. */
static enum jg_err
look_at(const struct jg_decision *d, size_t i, enum jg_keysets_look look,
        struct jg_keyset_state *out)
{
    const struct jg_surroundings *with = &d->with;
    struct jg_str id = d->api->key_urls[i].id;
    enum jg_err err = jg_keysets_find(with->keysets, with->store,
                                      with->counters, id, look, out);

    if (err != JG_OK || look == JG_KEYSETS_NOW || out->keys == NULL ||
        !is_stale(d, out->fetched_s))
        return err;
    jg_jwks_free(out->keys);
    return jg_keysets_find(with->keysets, with->store, with->counters, id,
                           JG_KEYSETS_NOW, out);
}

static uint64_t
version_of(const uint64_t *versions, size_t count)
{
    static const struct jg_hash_key key;

    return jg_hash_keyed(&key, (struct jg_str){(const char *)versions,
                                               count * sizeof(*versions)});
}

enum jg_err
jg_keys_version(struct jg_decision *d, uint64_t *out)
{
    uint64_t versions[JG_KEY_URLS_MAX] = {0};
    size_t count = d->api->key_url_count;

    for (size_t i = 0; i < count; i++) {
        struct jg_keyset_state state;
        enum jg_err err = look_at(d, i, JG_KEYSETS_KNOWN, &state);

        if (err != JG_OK)
            return err;
        if (state.keys != NULL && !is_stale(d, state.fetched_s))
            versions[i] = state.version;
        jg_jwks_free(state.keys);
    }
    *out = count > 0 ? version_of(versions, count) : 0;
    return JG_OK;
}

/* A strict API takes no risky key, wherever it comes from. */
static const char *
risk_of(const struct jg_decision *d, const struct jg_key *key)
{
    return jg_strict(d->api) ? jg_key_risk(key, jg_alg_bit(d->header.alg))
                             : NULL;
}

/* Those keys of set <i> that may have made the signature. */
static void
add_keys(const struct jg_decision *d, size_t i, struct jg_key_choice *out)
{
    const struct jg_key *found[JG_JWKS_MAX_TRIED];
    const struct jg_alg *alg = d->header.alg;
    size_t max = d->header.kid.len > 0 ? JG_KEYS_MAX : JG_JWKS_MAX_TRIED;
    size_t n = jg_jwks_select(out->sets[i], alg, d->header.kid, found);

    out->known += jg_jwks_count(out->sets[i]);
    for (size_t k = 0; k < n; k++) {
        const char *risk = risk_of(d, found[k]);

        if ((jg_key_algs(found[k]) & jg_alg_bit(alg)) == 0) {
            out->misfit = true;
        } else if (risk != NULL) {
            out->risk = risk;
        } else if (out->count < max) {
            out->from[out->count] = (uint8_t)i;
            out->keys[out->count++] = found[k];
        }
    }
}

static void
choose_own(const struct jg_decision *d, struct jg_key_choice *out)
{
    if (!is_bound(d, d->api->def.jwt_issuer))
        return;
    out->bound = 1;
    out->sets[0] = jg_jwks_ref(d->api->keys);
    add_keys(d, 0, out);
}

enum jg_err
jg_keys_choose(struct jg_decision *d, enum jg_keysets_look look,
               struct jg_key_choice *out)
{
    uint64_t versions[JG_KEY_URLS_MAX] = {0};
    size_t count = d->api->key_url_count;

    *out = (struct jg_key_choice){.count = 0};
    if (count == 0) {
        choose_own(d, out);
        return JG_OK;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t bit = UINT32_C(1) << i;
        struct jg_keyset_state state;
        enum jg_err err = look_at(d, i, look, &state);
        bool stale = state.keys != NULL && is_stale(d, state.fetched_s);

        if (err != JG_OK) {
            jg_keys_release(out);
            return err;
        }
        out->sets[i] = state.keys;
        out->tried_s[i] = state.tried_s;
        versions[i] = stale ? 0 : state.version;
        if (!is_bound(d, d->api->key_urls[i].issuer))
            continue;
        out->bound |= bit;
        out->missing |= state.keys == NULL ? bit : 0;
        out->stale |= stale ? bit : 0;
        if (state.keys != NULL && !stale)
            add_keys(d, i, out);
    }
    out->version = version_of(versions, count);
    return JG_OK;
}

void
jg_keys_release(struct jg_key_choice *choice)
{
    for (size_t i = 0; i < JG_KEY_URLS_MAX; i++)
        jg_jwks_free(choice->sets[i]);
}

/* Seconds until set <i> may be asked for again: 0, when it may be. A time to
 * come was written by a clock that has been put back since. */
static int64_t
wait_s(const struct jg_decision *d, int64_t tried_s)
{
    int64_t now_s = d->with.now_s;
    int64_t least_s = d->with.snapshot->conf->jwks.min_refresh_interval_s;

    if (tried_s <= 0 || tried_s > now_s || now_s - tried_s >= least_s)
        return 0;
    return least_s - (now_s - tried_s);
}

/*
 * The id of a set that lacks a key, and the kid, for whoever looks into it
 * later. A client chooses the kid: one of letters, digits and signs, or none.
 */
static struct jg_str
name_with_kid(struct jg_decision *d, struct jg_str id)
{
    struct jg_str kid = d->header.kid;
    size_t len = id.len + 1 + kid.len;
    char *p;

    if (!jg_key_kid_is_plain(kid))
        return id;
    p = jg_arena_alloc(d->arena, len);
    if (p == NULL)
        return id;
    memcpy(p, id.p, id.len);
    p[id.len] = ' ';
    memcpy(p + id.len + 1, kid.p, kid.len);
    return (struct jg_str){p, len};
}

/* Want the first of the <sets> that may be asked for; each one once. */
static bool
want(struct jg_decision *d, const struct jg_key_choice *choice, uint32_t sets,
     enum jg_want_kind kind)
{
    uint32_t *asked = kind == JG_WANT_KEYSET ? &d->asked : &d->asked_again;

    if (d->want_failed || __builtin_popcount(*asked) >= JG_KEYSETS_ASKED_MAX)
        return false;
    for (size_t i = 0; i < d->api->key_url_count; i++) {
        uint32_t bit = UINT32_C(1) << i;

        if ((sets & ~*asked & bit) == 0 || wait_s(d, choice->tried_s[i]) > 0)
            continue;
        *asked |= bit;
        d->want = (struct jg_want){kind, d->api->key_urls[i].id};
        if (kind == JG_WANT_KEYSET_AGAIN)
            d->want.name = name_with_kid(d, d->want.name);
        jg_trace_expected(d, "the key set at %.*s",
                          JG_STR_ARG(d->api->key_urls[i].url));
        return true;
    }
    return false;
}

/* The sets that the keys of <choice> come from. */
static uint32_t
sources_of(const struct jg_key_choice *choice)
{
    uint32_t sets = 0;

    for (size_t k = 0; k < choice->count; k++)
        sets |= UINT32_C(1) << choice->from[k];
    return sets;
}

bool
jg_keys_want_other(struct jg_decision *d, const struct jg_key_choice *choice)
{
    return want(d, choice, choice->missing, JG_WANT_KEYSET) ||
           want(d, choice, sources_of(choice) | choice->stale,
                JG_WANT_KEYSET_AGAIN);
}

/* When the first of the <sets> may be asked for again, at least a second. */
static int64_t
retry_after_s(const struct jg_decision *d, const struct jg_key_choice *choice,
              uint32_t sets)
{
    int64_t least_s = INT64_MAX;

    for (size_t i = 0; i < d->api->key_url_count; i++) {
        int64_t s = wait_s(d, choice->tried_s[i]);

        if ((sets & UINT32_C(1) << i) != 0 && s < least_s)
            least_s = s;
    }
    return least_s < 1 ? 1 : least_s;
}

/* For people: the first of the <sets>, and how its last fetch went. */
static void
trace_set(struct jg_decision *d, uint32_t sets)
{
    const struct jg_key_url *url;
    char time[JG_TRACE_TIME_MAX];
    struct jg_keyset record;
    struct jg_txn *txn;
    size_t i = 0;

    if (d->trace == NULL || sets == 0)
        return;
    while ((sets & UINT32_C(1) << i) == 0)
        i++;
    url = &d->api->key_urls[i];
    if (d->with.store == NULL || jg_txn_read(d->with.store, &txn) != JG_OK) {
        jg_trace_seen(d, "the key set at %.*s is not known here",
                      JG_STR_ARG(url->url));
        return;
    }
    if (jg_keyset_get(txn, url->id, &record) != JG_OK)
        record = (struct jg_keyset){.version = 0};
    jg_trace_seen(d, "the key set at %.*s: %s%s%s%.*s", JG_STR_ARG(url->url),
                  record.fetched_s == 0 ? "never fetched" : "fetched at ",
                  record.fetched_s == 0 ? ""
                                        : jg_trace_time(record.fetched_s, time),
                  record.fault.len > 0 ? "; " : "", JG_STR_ARG(record.fault));
    jg_txn_abort(txn);
}

static enum jg_err
refuse_issuer(struct jg_decision *d)
{
    struct jg_str issuer = issuer_of(d);
    struct jg_str bound = d->api->def.jwt_issuer;

    if (bound.len == 0 && d->api->key_url_count > 0)
        bound = d->api->key_urls[0].issuer;
    jg_trace_seen(d, "iss %.*s", JG_STR_ARG(issuer));
    jg_trace_expected(d, "the issuer of the API's keys: %.*s",
                      JG_STR_ARG(bound));
    return JG_E_KEYSET_ISSUER;
}

/* No set has the key, and no fetch may bring it. */
static enum jg_err
refuse(struct jg_decision *d, const struct jg_key_choice *choice)
{
    if (choice->stale != 0) {
        trace_set(d, choice->stale);
        jg_trace_expected(d, "a key set not older than %" PRId64 " s",
                          d->with.snapshot->conf->jwks.max_stale_s);
        d->retry_after_s = retry_after_s(d, choice, choice->stale);
        return JG_E_KEYSET_STALE;
    }
    if (choice->missing != 0) {
        trace_set(d, choice->missing);
        jg_trace_expected(d, "a key set that could be fetched");
        /* Who only asks a question has nothing fetched: nobody was too slow. */
        if (!d->want_failed || d->with.is_question)
            return JG_E_KEYSET;
        d->retry_after_s = 1;
        return JG_E_BROKER;
    }
    if (d->with.counters != NULL && d->api->key_url_count > 0)
        jg_counters_add(d->with.counters, JG_METRIC_KEYSET_KID_MISSES, 1);
    return JG_E_KEY_UNKNOWN;
}

enum jg_err
jg_keys_none(struct jg_decision *d, const struct jg_key_choice *choice)
{
    struct jg_str signature;
    enum jg_err err =
        jg_jws_signature(&d->jws, d->header.alg, d->arena, &signature);

    if (err != JG_OK)
        return err;
    if (choice->bound == 0)
        return refuse_issuer(d);
    if (want(d, choice, choice->missing, JG_WANT_KEYSET))
        return JG_OK;
    if (choice->risk != NULL) {
        jg_trace_seen(d, "jwt_profile strict refuses the key: %s",
                      choice->risk);
        return JG_E_KEY;
    }
    /* The kid is right and the type is not: another fetch is no help. */
    if (choice->misfit)
        return JG_E_KEY_FIT;
    if (want(d, choice, choice->bound & ~choice->missing, JG_WANT_KEYSET_AGAIN))
        return JG_OK;
    return refuse(d, choice);
}
