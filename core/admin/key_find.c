/* Which stored key does a call mean? And answers about keys. */
#include "access/fields.h"
#include "admin/keys_internal.h"

/* A parameter of the query, decoded; empty: none. False: answered. */
static bool
param(struct jg_admin_call *call, const char *name, struct jg_str *out)
{
    struct jg_str text = jg_admin_query(call, jg_str(name));
    enum jg_err err = JG_OK;

    *out = (struct jg_str){NULL, 0};
    if (text.len > 0)
        err = jg_query_decode(text, call->arena, out);
    if (err == JG_OK)
        return true;
    jg_answer_message(call, 400, "A parameter of the query is malformed");
    return false;
}

/* Where a definition says whose it is. */
static struct jg_str
org_of(const struct jg_apis_found *found)
{
    return jg_json_string(
        found->oas
            ? jg_json_path(found->json, JG_STR("x-tyk-api-gateway.info.orgId"))
            : jg_json_get(found->json, JG_STR("org_id")));
}

static bool
take_org(struct jg_admin_call *call, struct jg_key_query *query)
{
    struct jg_apis_found found;
    enum jg_err err;

    if (query->api_id.len == 0)
        return true;
    err = jg_apis_look(call, query->api_id, &found);
    if (err == JG_OK)
        query->org_id = org_of(&found);
    return err == JG_OK || err == JG_E_NOT_FOUND;
}

bool
jg_key_query_read(struct jg_admin_call *call, struct jg_key_query *out)
{
    struct jg_str hashed, username, suppress;

    if (!param(call, "org_id", &out->org_id) ||
        !param(call, "api_id", &out->api_id) ||
        !param(call, "hashed", &hashed) ||
        !param(call, "username", &username) ||
        !param(call, "suppress_reset", &suppress))
        return false;
    out->hashed = hashed.len > 0;
    out->username = jg_str_eq(username, JG_STR("true"));
    out->suppress_reset = jg_str_eq(suppress, JG_STR("1"));
    if (!out->hashed || call->admin->conf->keys.hash_keys)
        return take_org(call, out);
    /* Only reading minds in Tyk: elsewhere the hash of a key is the key. */
    if (call->id.len > 0 && jg_str_eq(call->request->method, JG_STR("GET"))) {
        jg_answer_message(
            call, 400, "Key requested by hash but key hashing is not enabled");
        return false;
    }
    out->hashed = false;
    return take_org(call, out);
}

/* With what only this key opens. */
static enum jg_err
look_at(struct jg_admin_call *call, struct jg_txn *txn, struct jg_str key,
        struct jg_key_found *out)
{
    enum jg_err err = jg_key_id(key, &out->id);

    out->key = key;
    if (err == JG_OK)
        err =
            jg_stored_key_get(txn, &out->id, call->admin->now_s, &out->record);
    if (err == JG_OK)
        err = jg_key_open(txn, key, out->record.session, call->arena,
                          &out->record.session);
    return err;
}

static enum jg_err
find_username(struct jg_admin_call *call, struct jg_txn *txn,
              struct jg_str org_id, struct jg_key_found *out)
{
    struct jg_str key;
    enum jg_err err =
        jg_key_make(org_id, call->id, call->admin->conf->keys.hash_key_function,
                    call->arena, &key);

    if (err == JG_E_CONF_RANGE)
        return JG_E_NOT_FOUND;
    return err == JG_OK ? look_at(call, txn, key, out) : err;
}

static enum jg_err
find_presented(struct jg_admin_call *call, struct jg_txn *txn,
               struct jg_str org_id, struct jg_key_found *out)
{
    struct jg_key_candidates candidates;
    enum jg_err err = jg_key_candidates(call->admin->conf, org_id, call->id,
                                        call->arena, &candidates);

    if (err != JG_OK)
        return err;
    err = JG_E_NOT_FOUND;
    for (size_t i = 0; i < candidates.count && err == JG_E_NOT_FOUND; i++)
        err = look_at(call, txn, candidates.keys[i], out);
    return err;
}

enum jg_err
jg_key_find(struct jg_admin_call *call, struct jg_txn *txn,
            struct jg_str org_id, const struct jg_key_query *query,
            struct jg_key_found *out)
{
    enum jg_err err = JG_E_NOT_FOUND;

    if (call->id.len == 0)
        return err;
    if (query->hashed) {
        out->key = call->id;
        return jg_stored_key_find(txn, call->id, call->admin->now_s, &out->id,
                                  &out->record);
    }
    if (query->username)
        err = find_username(call, txn, org_id, out);
    return err == JG_E_NOT_FOUND ? find_presented(call, txn, org_id, out) : err;
}

void
jg_answer_key_err(struct jg_admin_call *call, enum jg_err err)
{
    const struct jg_err_info *info = jg_err_info(err);

    if (err == JG_E_CONF_RANGE)
        jg_answer_message(call, 400,
                          "The key, its org_id or its session is too long");
    else if (info->status == 409)
        jg_answer_message(call, info->status, info->text);
    else
        jg_answer_err(call, err);
}
