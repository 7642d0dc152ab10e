/* TykGetKeyData and TykSetKeyData: keys of the API's own organisation. */
#include "script_functions.h"

#include "clock.h"

#include "admin/admin.h"
#include "jose/sign.h"
#include "model/key_life.h"
#include "store/key_seal.h"

/* Scripts have nothing to do with the keys of other organisations. */
static bool
is_own(const struct jg_script_api_call *call, struct jg_str org_id)
{
    return org_id.len == 0 || call->org_id.len == 0 ||
           jg_str_eq(org_id, call->org_id);
}

/* Its session as it was stored, in <a>; p == NULL: there is none. */
static struct jg_str
find_key(const struct jg_script_api_call *call, struct jg_str key,
         struct jg_arena *a, struct jg_key_id *id)
{
    struct jg_key_candidates candidates;
    struct jg_str session = {NULL, 0};
    int64_t now_s = jg_clock_s();
    struct jg_stored_key found;
    struct jg_str text;
    struct jg_txn *txn;
    bool there = false;

    if (jg_key_candidates(call->broker->conf, call->org_id, key, a,
                          &candidates) != JG_OK ||
        jg_txn_read(call->broker->store, &txn) != JG_OK)
        return session;
    for (size_t i = 0; !there && i < candidates.count; i++)
        there = jg_key_id(candidates.keys[i], id) == JG_OK &&
                jg_stored_key_get(txn, id, now_s, &found) == JG_OK &&
                jg_key_open(txn, candidates.keys[i], found.session, a, &text) ==
                    JG_OK;
    if (there && is_own(call, found.org_id))
        session = jg_arena_str(a, text);
    jg_txn_abort(txn);
    return session;
}

static struct jg_admin
admin_of(const struct jg_script_api_call *call)
{
    return (struct jg_admin){.conf = call->broker->conf,
                             .store = call->broker->store,
                             .counters = call->broker->counters,
                             .now_s = jg_clock_s()};
}

/* As the control API shows it. */
static bool
add_key(const struct jg_script_api_call *call, struct jg_str key,
        struct jg_arena *a, struct jg_buf *out)
{
    struct jg_admin admin = admin_of(call);
    const struct jg_json *json = NULL;
    struct jg_key_id id;
    struct jg_str session = find_key(call, key, a, &id);

    if (session.p != NULL)
        json = jg_admin_show_key(&admin, &id, session, a);
    if (json != NULL)
        jg_json_write(out, json, 0);
    return json != NULL;
}

bool
jg_script_get_key(struct jg_script_api_call *call, const struct jg_str *args,
                  size_t count, struct jg_arena *a, struct jg_buf *out)
{
    if (count > 0 && call->keys++ < JG_SCRIPT_KEYS_MAX &&
        add_key(call, args[0], a, out))
        return true;
    jg_buf_add(out, JG_STR("{\"status\":\"error\",\"message\":\"Key not "
                           "found\"}"));
    return true;
}

/* A session needs rights or policies unless allow_master_keys says otherwise.
 * Whose policies they are, org_id says. */
static bool
is_session(const struct jg_script_api_call *call, const struct jg_json *json)
{
    const struct jg_json *rights = jg_json_get(json, JG_STR("access_rights"));
    const struct jg_json *ids = jg_json_get(json, JG_STR("apply_policies"));

    if (!is_own(call, jg_json_string(jg_json_get(json, JG_STR("org_id")))))
        return false;
    return call->broker->conf->keys.allow_master_keys ||
           (rights != NULL && rights->type == JG_JSON_OBJECT &&
            rights->count > 0) ||
           (ids != NULL && ids->type == JG_JSON_ARRAY && ids->count > 0) ||
           jg_json_string(jg_json_get(json, JG_STR("apply_policy_id"))).len > 0;
}

/* Is nobody's key in this place, or one of this organisation? */
static bool
is_free(const struct jg_script_api_call *call, struct jg_txn *txn,
        const struct jg_key_id *id)
{
    struct jg_stored_key old;
    enum jg_err err = jg_stored_key_get(txn, id, INT64_MIN, &old);

    return err == JG_E_NOT_FOUND || (err == JG_OK && is_own(call, old.org_id));
}

/* When the record goes, by what the session itself says: keys that scripts make
 * would fill the store. False: it is no session. */
static bool
read_end(struct jg_script_api_call *call, const struct jg_json *json,
         struct jg_str text, struct jg_arena *a, int64_t *out)
{
    const struct jg_snapshot none = {.conf = call->broker->conf};
    const struct jg_list no_rights = {NULL, 0};
    const struct jg_bind_source source = {.text = text};
    struct jg_stored_session session;
    struct jg_key_life life;

    if (jg_stored_session_read(&source, json, a, &session) != JG_OK)
        return false;
    life = jg_key_life_of(&session);
    *out = jg_key_life_end(&none, &no_rights, &life, jg_clock_s());
    return true;
}

/* Unless the key stands beside it, as without hash_keys. */
static enum jg_err
seal(struct jg_txn *txn, struct jg_str key, struct jg_stored_key *record,
     struct jg_arena *a)
{
    unsigned char nonce[JG_SEAL_NONCE_BYTES];
    enum jg_err err = JG_OK;

    if (jg_str_eq(key, record->name))
        return JG_OK;
    err = jg_random(nonce, sizeof(nonce));
    return err == JG_OK ? jg_key_seal(txn, key, record->org_id, nonce,
                                      record->session, a, &record->session)
                        : err;
}

/* Under the id as it is given (reference 7.7 b). */
static bool
put_key(struct jg_script_api_call *call, struct jg_str key,
        struct jg_str session, int64_t ends_s, struct jg_arena *a,
        struct jg_key_id *out)
{
    struct jg_stored_key record = {
        .org_id = call->org_id, .session = session, .ends_s = ends_s};
    struct jg_key_id id;
    struct jg_txn *txn;
    enum jg_err err;

    if (jg_key_name(call->broker->conf, key, a, &record.name) != JG_OK ||
        jg_key_id(key, &id) != JG_OK ||
        jg_txn_write(call->broker->store, &txn) != JG_OK)
        return false;
    err = is_free(call, txn, &id) ? JG_OK : JG_E_CONF_VALUE;
    if (err == JG_OK)
        err = seal(txn, key, &record, a);
    if (err == JG_OK)
        err = jg_stored_key_put(txn, &id, &record);
    if (err != JG_OK) {
        jg_txn_abort(txn);
        return false;
    }
    *out = id;
    return jg_txn_commit(txn) == JG_OK;
}

/* Rates and quotas of a key begin again when it is written, as after a PUT,
 * unless the third argument is "1" (reference 8.4). */
static bool
keeps_quota(const struct jg_str *args, size_t count)
{
    return count > 2 && jg_str_eq(args[2], JG_STR("1"));
}

/* False: nothing was stored. */
static bool
set_key(struct jg_script_api_call *call, const struct jg_str *args,
        size_t count, struct jg_arena *a)
{
    struct jg_admin admin = admin_of(call);
    const struct jg_json *json;
    struct jg_key_id id;
    int64_t ends_s;

    if (count < 2 || call->keys++ >= JG_SCRIPT_KEYS_MAX || args[0].len == 0 ||
        args[0].len > JG_KEY_BYTES_MAX ||
        jg_json_parse(args[1], &jg_json_limits_conf, a, &json, NULL) != JG_OK ||
        !is_session(call, json) || !read_end(call, json, args[1], a, &ends_s) ||
        !put_key(call, args[0], args[1], ends_s, a, &id))
        return false;
    if (!keeps_quota(args, count))
        jg_admin_key_reset(&admin, &id, args[1], a);
    return true;
}

bool
jg_script_set_key(struct jg_script_api_call *call, const struct jg_str *args,
                  size_t count, struct jg_arena *a, struct jg_buf *out)
{
    (void)out;
    if (!set_key(call, args, count, a))
        jg_script_warn(call, "TykSetKeyData stored nothing: ",
                       "the session is no JSON, or has neither access_rights "
                       "nor apply_policies, or session or key are another "
                       "organisation's, or the store failed");
    return false;
}
