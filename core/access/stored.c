/* Stored keys: found by all of what was presented, and what they may do. */
#include "access/step.h"
#include "base/hash.h"
#include "store/key_seal.h"

/* Another one for each key and for each content of it: two keys may have been
 * written in one transaction. */
static uint64_t
version_of(const struct jg_key_id *id, uint64_t revision)
{
    struct jg_hash_key key = {revision, 0};

    return jg_hash_keyed(
        &key, (struct jg_str){(const char *)id->bytes, sizeof(id->bytes)});
}

/* Policies have an organisation, and master keys are good for one: it is the
 * record's when the session does not say, and last of all the API's. */
static enum jg_err
take_org(struct jg_decision *d, const struct jg_stored_key *record,
         struct jg_stored_session *session)
{
    if (session->org_id.len > 0)
        return JG_OK;
    session->org_id = d->api->def.org_id;
    if (record->org_id.len == 0)
        return JG_OK;
    session->org_id = jg_arena_str(d->arena, record->org_id);
    return session->org_id.p != NULL ? JG_OK : JG_E_NOMEM;
}

/* <text>: opened. */
static enum jg_err
read_session(struct jg_decision *d, const struct jg_stored_key *record,
             struct jg_str text)
{
    struct jg_bind_source source = {.text = text};
    struct jg_stored_session *session =
        jg_arena_alloc(d->arena, sizeof(*session));
    const struct jg_json *json;
    enum jg_err err;

    if (session == NULL)
        return JG_E_NOMEM;
    err = jg_json_parse(text, &jg_stored_session_limits, d->arena, &json, NULL);
    if (err == JG_OK)
        err = jg_stored_session_read(&source, json, d->arena, session);
    if (err == JG_OK)
        err = take_org(d, record, session);
    if (err == JG_OK)
        d->stored.session = session;
    return err == JG_OK || err == JG_E_NOMEM ? err : JG_E_AUTH_TOKEN_SESSION;
}

/* Of a key that seals a token in its session: opened once in this process for
 * each content of it. No organisation has this name. */
static enum jg_err
open_session(struct jg_decision *d, struct jg_txn *txn, struct jg_str key,
             const struct jg_stored_key *record, struct jg_str *out)
{
    const struct jg_split_presented presented = {
        .org_id = JG_STR("\nkey"), .token = key, .change = record->revision};
    struct jg_split_cache *cache = d->with.splits;
    struct jg_str kept = {NULL, 0};
    enum jg_err err;

    *out = record->session;
    if (!jg_key_is_sealed(record->session))
        return JG_OK;
    if (cache != NULL)
        kept = jg_split_cache_get(cache, &presented, d->with.now_s);
    if (kept.p != NULL) {
        *out = kept;
        return JG_OK;
    }
    err = jg_key_open(txn, key, record->session, d->arena, out);
    if (err == JG_OK && cache != NULL)
        jg_split_cache_put(cache, &presented, *out, INT64_MAX);
    return err;
}

/* Nothing is borrowed from <txn> afterwards. */
static enum jg_err
find_one(struct jg_decision *d, struct jg_txn *txn, struct jg_str key)
{
    struct jg_stored_key record;
    struct jg_key_id id;
    struct jg_str text;
    enum jg_err err = jg_key_id(key, &id);

    if (err == JG_OK)
        err = jg_stored_key_get(txn, &id, d->with.now_s, &record);
    if (err == JG_OK)
        err = open_session(d, txn, key, &record, &text);
    if (err == JG_OK)
        err = read_session(d, &record, text);
    if (err != JG_OK)
        return err;
    d->stored.key = key;
    d->stored.id = id;
    d->stored.revision = record.revision;
    d->stored.version = version_of(&id, record.revision);
    return JG_OK;
}

/* The first of <candidates> that is stored. */
static enum jg_err
find_any(struct jg_decision *d, const struct jg_key_candidates *candidates)
{
    struct jg_txn *txn;
    enum jg_err err;

    if (candidates->count == 0 || d->with.store == NULL)
        return JG_E_NOT_FOUND;
    err = jg_txn_read(d->with.store, &txn);
    if (err != JG_OK)
        return err;
    err = JG_E_NOT_FOUND;
    for (size_t i = 0; i < candidates->count && err == JG_E_NOT_FOUND; i++)
        err = find_one(d, txn, candidates->keys[i]);
    jg_txn_abort(txn);
    return err;
}

enum jg_err
jg_stored_find(struct jg_decision *d, struct jg_str presented)
{
    struct jg_key_candidates candidates;
    enum jg_err err =
        jg_key_candidates(d->with.snapshot->conf, d->api->def.org_id, presented,
                          d->arena, &candidates);

    if (err == JG_OK)
        err = find_any(d, &candidates);
    return err == JG_OK ? jg_revocation_of_key(d, d->stored.key) : err;
}

enum jg_err
jg_stored_find_user(struct jg_decision *d, struct jg_str user)
{
    struct jg_key_candidates candidates;
    enum jg_err err =
        jg_user_candidates(d->with.snapshot->conf, d->api->def.org_id, user,
                           d->arena, &candidates);

    return err == JG_OK ? find_any(d, &candidates) : err;
}

/* What counts, where the caller is asked for more than one thing. */
struct jg_kept_session {
    struct jg_session session;
    __typeof__(((struct jg_decision *)NULL)->stored) stored;
};

enum jg_err
jg_session_keep(struct jg_decision *d, jg_auth_methods method)
{
    jg_auth_methods asked = jg_methods_asked(d);

    if (d->kept != NULL) {
        d->session = d->kept->session;
        d->stored = d->kept->stored;
        return JG_OK;
    }
    if (d->api->base_method != method || (asked & (asked - 1)) == 0)
        return JG_OK;
    d->kept = jg_arena_alloc(d->arena, sizeof(*d->kept));
    if (d->kept == NULL)
        return JG_E_NOMEM;
    d->kept->session = d->session;
    d->kept->stored = d->stored;
    return JG_OK;
}

/* All APIs of its own organisation, and not those of others. */
static bool
is_strange_master(const struct jg_decision *d, const struct jg_session *session)
{
    struct jg_str own = session->stored->org_id, org = d->api->def.org_id;

    return session->is_master && own.len > 0 && org.len > 0 &&
           !jg_str_eq(own, org);
}

enum jg_err
jg_stored_session(struct jg_decision *d, struct jg_session *out)
{
    enum jg_err err;

    *out = (struct jg_session){.id = d->stored.key};
    err = jg_session_of_stored(out, d->stored.session, d->with.snapshot, d->api,
                               d->arena);
    if (err == JG_E_NOMEM)
        return err;
    if (err != JG_OK) {
        jg_trace_seen(d, "the key's policies: %s", jg_err_info(err)->help);
        return JG_E_AUTH_TOKEN_POLICIES;
    }
    if (!is_strange_master(d, out))
        return JG_OK;
    jg_trace_seen(d, "a key of organisation \"%.*s\" without access_rights",
                  JG_STR_ARG(out->stored->org_id));
    jg_trace_expected(d, "one of organisation \"%.*s\"",
                      JG_STR_ARG(d->api->def.org_id));
    return JG_E_AUTH_TOKEN_ORG;
}
