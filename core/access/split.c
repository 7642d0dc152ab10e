/*
 * Split tokens (model/split_token.h): the endpoints that give them, which the
 * broker answers, and what a presented one stands for.
 */
#include "access/split_cache.h"
#include "access/step.h"
#include "store/splits.h"

static const char *const names[JG_SPLIT_ENDPOINTS] = {
    [JG_SPLIT_TOKEN] = "the token endpoint",
    [JG_SPLIT_REVOKE] = "the revocation endpoint",
    [JG_SPLIT_INTROSPECT] = "the introspection endpoint",
};

/* The path behind the listen path, with its '/'; p == NULL: there is none. */
static struct jg_str
path_behind(const struct jg_decision *d)
{
    struct jg_str path = d->path.decoded, listen = d->route->path;

    if (!jg_str_starts(path, listen))
        return (struct jg_str){NULL, 0};
    if (jg_str_ends(listen, JG_STR("/")))
        listen.len--;
    return jg_str_from(path, listen.len);
}

enum jg_err
jg_step_exchange(struct jg_decision *d)
{
    const struct jg_split_token *s = d->api->def.split_token;
    struct jg_str path;

    if (s == NULL || s->token_url.len == 0) {
        jg_trace_skip(d);
        return JG_OK;
    }
    path = path_behind(d);
    for (size_t i = 0; i < JG_SPLIT_ENDPOINTS; i++) {
        if (path.len == 0 || !jg_str_eq(s->paths[i], path))
            continue;
        d->handler =
            (struct jg_handler){.kind = JG_HANDLER_EXCHANGE, .endpoint = i};
        jg_trace_seen(d, "%s answers", names[i]);
        return JG_OK;
    }
    jg_trace_seen(d, "none of them");
    return JG_OK;
}

static enum jg_err
find(struct jg_decision *d, struct jg_txn *txn, struct jg_str *out,
     int64_t *ends_s)
{
    struct jg_split split = {.kind = JG_SPLIT_ACCESS,
                             .org_id = d->api->def.org_id,
                             .handle = d->token};
    enum jg_err err = jg_split_get(txn, &split, d->with.now_s, d->arena);

    if (err == JG_OK) {
        *out = jg_split_whole(&split, d->arena);
        err = out->p != NULL ? JG_OK : JG_E_NOMEM;
    }
    *ends_s = split.ends_s;
    return err == JG_E_NOT_FOUND ? JG_E_SPLIT_UNKNOWN : err;
}

static enum jg_err
open_sealed(struct jg_decision *d, struct jg_txn *txn, struct jg_str *out)
{
    struct jg_sealed_ring ring = {.conf = d->with.snapshot->conf};
    struct jg_str bound =
        jg_split_bound(JG_SPLIT_ACCESS, d->api->def.org_id, d->arena);
    char own[JG_SPLIT_OWN_BYTES];
    struct jg_str text, api_id;
    enum jg_err err = JG_OK;

    if (bound.p == NULL)
        return JG_E_NOMEM;
    if (txn != NULL)
        err = jg_split_own(txn, own, &ring.own);
    if (err == JG_OK)
        err = jg_sealed_open(&ring, bound, d->token, d->arena, &text);
    jg_mem_wipe(own, sizeof(own));
    if (err == JG_OK)
        *out = jg_sealed_access(text, &api_id);
    return err;
}

/* From the store, or by the ring of keys. */
static enum jg_err
look_up(struct jg_decision *d, bool sealed, struct jg_str *out, int64_t *ends_s)
{
    struct jg_txn *txn = NULL;
    enum jg_err err = JG_OK;

    *ends_s = INT64_MAX;
    if (d->with.store != NULL)
        err = jg_txn_read(d->with.store, &txn);
    if (err != JG_OK)
        return err;
    if (sealed)
        err = open_sealed(d, txn, out);
    else if (txn != NULL)
        err = find(d, txn, out, ends_s);
    else
        err = JG_E_SPLIT_UNKNOWN;
    jg_txn_abort(txn);
    return err;
}

/* The number is read before the record is: what changes in between makes the
 * entry one of the past. */
static enum jg_err
recall_or_look_up(struct jg_decision *d, bool sealed, struct jg_str *out)
{
    struct jg_split_cache *cache =
        d->with.counters == NULL ? NULL : d->with.splits;
    struct jg_split_presented presented = {d->api->def.org_id, d->token, 0};
    int64_t ends_s;
    enum jg_err err;

    if (cache != NULL) {
        presented.change = jg_counters_revocations(d->with.counters);
        *out = jg_split_cache_get(cache, &presented, d->with.now_s);
        if (out->p != NULL) {
            *out = jg_arena_str(d->arena, *out);
            return out->p != NULL ? JG_OK : JG_E_NOMEM;
        }
    }
    err = look_up(d, sealed, out, &ends_s);
    if (err == JG_OK && cache != NULL)
        jg_split_cache_put(cache, &presented, *out, ends_s);
    return err;
}

enum jg_err
jg_split_join(struct jg_decision *d)
{
    const struct jg_split_token *s = d->api->def.split_token;
    bool sealed = jg_sealed_looks_so(d->token);
    struct jg_str whole;
    enum jg_err err;

    d->joined = false;
    if (s == NULL || !s->accept)
        return JG_OK;
    if (!sealed && memchr(d->token.p, '.', d->token.len) != NULL) {
        if (s->allow_jwt)
            return JG_OK;
        jg_trace_seen(d, "a whole token");
        err = JG_E_SPLIT_WHOLE;
    } else {
        err = recall_or_look_up(d, sealed, &whole);
    }
    if (err == JG_E_SPLIT_WHOLE || err == JG_E_SPLIT_UNKNOWN)
        jg_trace_expected(d, "what the API's token endpoint gave");
    if (err != JG_OK)
        return err;
    jg_trace_seen(d, "%zu bytes, which stand for a whole token", d->token.len);
    d->token = whole;
    d->joined = true;
    return JG_OK;
}
