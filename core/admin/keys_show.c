/* /tyk/keys: keys shown and listed, and their policies exchanged. */
#include "admin/keys_internal.h"

/* What is shown points into the policies, which end with the draft: a copy in
 * the call's arena instead. JG_E_NOMEM */
static enum jg_err
outlive(struct jg_admin_call *call, const struct jg_json **json)
{
    struct jg_json *copy = jg_arena_alloc(call->arena, sizeof(*copy));

    if (copy != NULL && !jg_json_copy(*json, call->arena, copy))
        copy = NULL;
    *json = copy;
    return copy != NULL ? JG_OK : JG_E_NOMEM;
}

/* What is stored, when its policies do not apply: then it is refused, too.
 * <out> NULL: it is no session, and so has no password. */
static enum jg_err
read_shown(struct jg_admin_call *call, const struct jg_key_id *id,
           struct jg_str session, const struct jg_json **out)
{
    struct jg_key_draft draft = {.policies = NULL};
    enum jg_err err = jg_key_draft_read(call, session, NULL, &draft);

    *out = NULL;
    if (err == JG_OK) {
        *out = jg_session_without_password(draft.json, call->arena);
        err = *out != NULL ? jg_key_draft_apply(call, &draft) : JG_E_NOMEM;
        if (err == JG_OK)
            err = jg_key_draft_show(call, &draft, id, out);
        if (err == JG_OK)
            err = outlive(call, out);
    }
    jg_key_draft_free(&draft);
    return err;
}

static void
show(struct jg_admin_call *call, const struct jg_key_found *found,
     struct jg_str session)
{
    const struct jg_json *json;
    enum jg_err err = read_shown(call, &found->id, session, &json);
    struct jg_buf *b = jg_answer_json(call, 200);

    if (json != NULL)
        jg_json_write(b, json, 0);
    else if (err != JG_OK)
        jg_buf_add(b, session);
    jg_buf_addc(b, '\n');
    if (err == JG_E_NOMEM)
        jg_answer_err(call, err);
}

const struct jg_json *
jg_admin_show_key(struct jg_admin *admin, const struct jg_key_id *id,
                  struct jg_str session, struct jg_arena *a)
{
    struct jg_admin_call call = {.admin = admin, .arena = a};
    const struct jg_json *json;

    return read_shown(&call, id, session, &json) == JG_E_NOMEM ? NULL : json;
}

void
jg_keys_get(struct jg_admin_call *call)
{
    struct jg_key_query query;
    struct jg_key_found found;
    struct jg_str session = {NULL, 0};
    struct jg_txn *txn;
    enum jg_err err;

    if (!jg_key_query_read(call, &query))
        return;
    err = jg_txn_read(call->admin->store, &txn);
    if (err == JG_OK) {
        err = jg_key_find(call, txn, query.org_id, &query, &found);
        if (err == JG_OK)
            session = jg_arena_str(call->arena, found.record.session);
        jg_txn_abort(txn);
    }
    if (err == JG_E_NOT_FOUND)
        jg_answer_message(call, 404, "Key not found");
    else if (err == JG_OK && session.p == NULL)
        jg_answer_err(call, JG_E_NOMEM);
    else if (err != JG_OK)
        jg_answer_key_err(call, err);
    else
        show(call, &found, session);
}

/* The list while it is written. */
struct list {
    struct jg_admin_call *call;
    struct jg_buf *b;
    struct jg_str api_id; /* empty: keys for all of them */
    const struct jg_snapshot *policies;
    bool any;
    struct jg_buf *details; /* NULL: nobody asked for them */
    size_t detailed;        /* rows in it */
};

/* Each key in an arena of its own: there may be a million. */
static bool
has_rights(const struct list *list, const struct jg_stored_key *key)
{
    struct jg_admin_call call = *list->call;
    struct jg_session_all all;
    struct jg_session session = {0};
    struct jg_key_draft draft;
    struct jg_arena a;
    bool has;

    jg_arena_init(&a, 16 * 1024, 64 * 1024 * 1024);
    call.arena = &a;
    has = jg_key_draft_read(&call, key->session, NULL, &draft) == JG_OK;
    if (has && draft.stored.org_id.len == 0)
        draft.stored.org_id = key->org_id;
    has = has &&
          jg_session_all_of_stored(&session, &draft.stored, list->policies, &a,
                                   &all) == JG_OK &&
          jg_access_find(&all.access_rights, list->api_id) != NULL;
    jg_arena_free(&a);
    return has;
}

/* The first ones; a list that goes on says so. */
static void
add_details(struct list *list, const struct jg_stored_key *key)
{
    if (list->details == NULL || list->detailed == JG_KEY_DETAILS_MAX ||
        jg_buf_str(list->details).len > JG_KEY_DETAILS_BYTES)
        return;
    if (list->detailed > 0)
        jg_buf_addc(list->details, ',');
    if (jg_key_details_add(list->details, key))
        list->detailed++;
}

static enum jg_err
add_to_list(void *arg, const struct jg_key_id *id,
            const struct jg_stored_key *key)
{
    struct list *list = arg;

    (void)id;
    if (list->api_id.len > 0 && !has_rights(list, key))
        return JG_OK;
    if (list->any)
        jg_buf_addc(list->b, ',');
    list->any = true;
    jg_buf_add_quoted(list->b, key->name);
    add_details(list, key);
    return list->b->failed ? JG_E_NOMEM : JG_OK;
}

static enum jg_err
write_list(struct list *list, struct jg_str org_id)
{
    struct jg_store *store = list->call->admin->store;
    struct jg_snapshot *policies = NULL;
    struct jg_txn *txn;
    enum jg_err err = JG_OK;

    if (list->api_id.len > 0)
        err = jg_records_snapshot_of(store, list->api_id, &policies);
    if (err == JG_OK)
        err = jg_txn_read(store, &txn);
    if (err == JG_OK) {
        list->policies = policies;
        err = jg_stored_keys_each(txn, org_id, list->call->admin->now_s,
                                  add_to_list, list);
        jg_txn_abort(txn);
    }
    if (policies != NULL)
        jg_snapshot_free(policies);
    return err;
}

static void
end_details(struct list *list)
{
    jg_buf_add(list->b, JG_STR(",\"details\":["));
    jg_buf_add(list->b, jg_buf_str(list->details));
    jg_buf_add(list->b, JG_STR("]"));
}

/* Tyk's rules for who may be listed; answers, and is false. */
static bool
may_list(struct jg_admin_call *call, struct jg_str filter, struct jg_str api_id)
{
    const struct jg_conf_keys *conf = &call->admin->conf->keys;

    if (conf->hash_keys && !conf->enable_hashed_keys_listing) {
        jg_answer_message(call, 404,
                          "Hashed key listing is disabled in config "
                          "(enable_hashed_keys_listing)");
        return false;
    }
    if (conf->hash_keys || api_id.len == 0 || filter.len > 0)
        return true;
    jg_answer_message(call, 400,
                      "The 'filter' parameter (Org ID) is required when "
                      "filtering by 'api_id' in legacy mode");
    return false;
}

void
jg_keys_list(struct jg_admin_call *call)
{
    struct jg_str filter = jg_admin_query(call, JG_STR("filter"));
    bool detailed =
        jg_str_eq(jg_admin_query(call, JG_STR("details")), JG_STR("true"));
    struct list list = {.call = call};
    struct jg_key_query query;
    struct jg_buf details;
    enum jg_err err;

    if (!jg_key_query_read(call, &query) ||
        !may_list(call, filter, query.api_id))
        return;
    if (filter.len == 0)
        filter.p = NULL; /* of all organisations */
    list.api_id = query.api_id;
    jg_buf_init(&details, 2 * JG_KEY_DETAILS_BYTES);
    list.details = detailed ? &details : NULL;
    list.b = jg_answer_json(call, 200);
    jg_buf_add(list.b, JG_STR("{\"keys\":["));
    err = write_list(&list, filter);
    jg_buf_add(list.b, JG_STR("]"));
    if (detailed)
        end_details(&list);
    jg_buf_add(list.b, JG_STR("}\n"));
    if (err != JG_OK || details.failed)
        jg_answer_err(call, err != JG_OK ? err : JG_E_NOMEM);
    jg_buf_free(&details);
}

/* {"policy": "id"} or {"apply_policies": ["id", ...]}, or both, as JSON. */
static bool
read_policies(struct jg_admin_call *call, struct jg_buf *out)
{
    const struct jg_json *body, *list, *one;
    enum jg_err err =
        jg_json_parse(call->request->body, &jg_stored_session_limits,
                      call->arena, &body, NULL);
    uint32_t i = 0, count;

    if (err != JG_OK || body->type != JG_JSON_OBJECT)
        return false;
    list = jg_json_get(body, JG_STR("apply_policies"));
    one = jg_json_get(body, JG_STR("policy"));
    if ((list != NULL && list->type != JG_JSON_ARRAY) ||
        (one != NULL && one->type != JG_JSON_STRING))
        return false;
    count = list != NULL ? list->count : 0;
    jg_buf_addc(out, '[');
    for (; i < count; i++) {
        if (list->items[i].type != JG_JSON_STRING)
            return false;
        jg_buf_add(out, i > 0 ? JG_STR(",") : JG_STR(""));
        jg_buf_add_quoted(out, list->items[i].string);
    }
    if (one != NULL && one->string.len > 0) {
        jg_buf_add(out, i > 0 ? JG_STR(",") : JG_STR(""));
        jg_buf_add_quoted(out, one->string);
    }
    jg_buf_addc(out, ']');
    return !out->failed;
}

/* The session with other policies, everything else as it was. A key whose
 * policies do not apply is refused at the gate; one that would have no rights
 * left could do everything, so it is refused here. */
static enum jg_err
exchange(struct jg_admin_call *call, struct jg_str session,
         struct jg_str policies, struct jg_key_draft *draft)
{
    struct jg_str text = jg_arena_str(call->arena, session);
    enum jg_err err = text.p != NULL ? JG_OK : JG_E_NOMEM;

    if (err == JG_OK)
        err = jg_key_draft_read(call, text, NULL, draft);
    if (err == JG_OK)
        err = jg_key_draft_set(call, draft, "apply_policies", policies);
    if (err == JG_OK &&
        jg_json_get(draft->json, JG_STR("apply_policy_id")) != NULL)
        err = jg_key_draft_set(call, draft, "apply_policy_id", JG_STR("\"\""));
    if (err == JG_OK)
        err = jg_key_draft_read(call, draft->text, NULL, draft);
    if (err != JG_OK)
        return err;
    err = jg_key_draft_apply(call, draft);
    if (err == JG_OK && draft->all.access_rights.count == 0 &&
        !call->admin->conf->keys.allow_master_keys)
        return JG_E_CONF_VALUE;
    return err == JG_E_NOMEM ? err : JG_OK;
}

static enum jg_err
exchange_in(struct jg_admin_call *call, struct jg_txn *txn,
            struct jg_str policies)
{
    struct jg_key_draft draft = {.policies = NULL};
    struct jg_stored_key key;
    struct jg_key_id id;
    struct jg_str name, org_id;
    enum jg_err err =
        jg_stored_key_find(txn, call->id, call->admin->now_s, &id, &key);

    if (err != JG_OK)
        return err;
    name = jg_arena_str(call->arena, key.name);
    org_id = jg_arena_str(call->arena, key.org_id);
    err = name.p != NULL && org_id.p != NULL
              ? exchange(call, key.session, policies, &draft)
              : JG_E_NOMEM;
    if (err == JG_OK) {
        key.name = name;
        key.org_id = org_id;
        key.session = draft.text;
        err = jg_stored_key_put(txn, &id, &key);
    }
    jg_key_draft_free(&draft);
    return err;
}

static void
answer_exchanged(struct jg_admin_call *call, enum jg_err err)
{
    if (err == JG_OK)
        jg_answer_key(call, call->id, "updated", (struct jg_str){NULL, 0},
                      NULL);
    else if (err == JG_E_NOT_FOUND)
        jg_answer_message(call, 404, "Key not found");
    else if (err == JG_E_CONF_VALUE)
        jg_answer_message(call, 400,
                          "The key would have no Access Rights record left, "
                          "and so be a master key (allow_master_keys)");
    else if (err == JG_E_KEY_AMBIGUOUS)
        jg_answer_key_err(call, err);
    else
        jg_answer_message(call, 500, "Could not write key data");
}

void
jg_keys_policy(struct jg_admin_call *call)
{
    struct jg_buf policies;
    struct jg_txn *txn;
    enum jg_err err;

    jg_buf_init(&policies, jg_stored_session_limits.max_bytes);
    if (!read_policies(call, &policies)) {
        jg_answer_message(call, 400, "Couldn't decode instruction");
        jg_buf_free(&policies);
        return;
    }
    err = jg_txn_write(call->admin->store, &txn);
    if (err == JG_OK) {
        err = exchange_in(call, txn, jg_buf_str(&policies));
        if (err == JG_OK)
            err = jg_txn_commit(txn);
        else
            jg_txn_abort(txn);
    }
    answer_exchanged(call, err);
    jg_buf_free(&policies);
}
