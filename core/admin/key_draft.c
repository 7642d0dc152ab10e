/* The session of a key: read, its policies applied, changed, shown. */
#include "admin/keys_internal.h"
#include "admin/text.h"
#include "model/key_life.h"

enum jg_err
jg_key_draft_read(struct jg_admin_call *call, struct jg_str text,
                  struct jg_diags *diags, struct jg_key_draft *out)
{
    const struct jg_bind_source source = {
        .file = JG_STR("request"), .text = text, .diags = diags};
    struct jg_key_draft draft = {.text = text};
    enum jg_err err = jg_bind_parse(&source, &jg_stored_session_limits,
                                    call->arena, &draft.json);

    if (err == JG_OK && draft.json->type != JG_JSON_OBJECT)
        err = JG_E_CONF_TYPE;
    if (err == JG_OK)
        err = jg_stored_session_read(&source, draft.json, call->arena,
                                     &draft.stored);
    if (err == JG_OK)
        *out = draft;
    return err;
}

/* The search for a policy whose organisation nobody says. */
struct search {
    struct jg_str id;
    struct jg_str org_id; /* borrowed; p == NULL: not found so far */
};

static enum jg_err
compare_policy(void *arg, struct jg_str key, struct jg_str value)
{
    struct search *search = arg;
    size_t org_len = jg_str_find(key, '\n');

    (void)value;
    if (!jg_str_eq(jg_str_from(key, org_len + 1), search->id))
        return JG_OK;
    search->org_id = jg_str_head(key, org_len);
    return JG_E_NOT_FOUND; /* that is enough */
}

static enum jg_err
find_org(struct jg_admin_call *call, struct jg_txn *txn,
         struct jg_key_draft *draft)
{
    struct jg_stored_session *stored = &draft->stored;
    struct search search = {.id = stored->apply_policies.items[0]};

    (void)jg_store_each(txn, JG_KIND_POLICY, compare_policy, &search);
    if (search.org_id.len == 0)
        return JG_OK;
    stored->org_id = jg_arena_str(call->arena, search.org_id);
    return stored->org_id.p != NULL ? JG_OK : JG_E_NOMEM;
}

/* One that is not there, cannot be read, or is named twice, is left out. */
static enum jg_err
add_policy(struct jg_txn *txn, struct jg_snapshot_builder *b,
           struct jg_str org_id, struct jg_str id)
{
    char buffer[JG_STORE_KEY_MAX];
    struct jg_document document;
    struct jg_str key;
    enum jg_err err = jg_record_policy_key(org_id, id, buffer, &key);

    if (err == JG_OK)
        err = jg_record_get_document(txn, JG_KIND_POLICY, key, &document, NULL);
    if (err == JG_OK)
        err = jg_snapshot_add_policy(b, &document, NULL);
    return err == JG_E_NOMEM ? err : JG_OK;
}

static enum jg_err
read_policies(struct jg_admin_call *call, struct jg_txn *txn,
              struct jg_key_draft *draft)
{
    const struct jg_strs *ids = &draft->stored.apply_policies;
    struct jg_snapshot_builder *b;
    enum jg_err err = JG_OK;

    if (ids->count > JG_SESSION_POLICIES_MAX)
        return JG_E_POLICY_MANY;
    if (draft->stored.org_id.len == 0 && ids->count > 0)
        err = find_org(call, txn, draft);
    if (err == JG_OK)
        err = jg_snapshot_begin(NULL, 0, JG_STR(""), 0, ids->count, &b);
    if (err != JG_OK)
        return err;
    for (size_t i = 0; i < ids->count && err == JG_OK; i++)
        err = add_policy(txn, b, draft->stored.org_id, ids->items[i]);
    if (err == JG_OK)
        return jg_snapshot_finish(b, &draft->policies);
    jg_snapshot_abandon(b);
    return err;
}

enum jg_err
jg_key_draft_apply(struct jg_admin_call *call, struct jg_key_draft *draft)
{
    struct jg_txn *txn;
    enum jg_err err = jg_txn_read(call->admin->store, &txn);

    if (err != JG_OK)
        return err;
    err = read_policies(call, txn, draft);
    jg_txn_abort(txn);
    if (err != JG_OK)
        return err;
    return jg_session_all_of_stored(&draft->session, &draft->stored,
                                    draft->policies, call->arena, &draft->all);
}

void
jg_key_draft_free(struct jg_key_draft *draft)
{
    if (draft->policies != NULL)
        jg_snapshot_free(draft->policies);
    draft->policies = NULL;
}

/* The policy that a fault is about: the first that has both, else the first. */
static struct jg_str
guilty_policy(const struct jg_key_draft *draft)
{
    const struct jg_policy *policy = jg_session_partitioned(&draft->session);

    if (policy != NULL)
        return policy->id;
    if (draft->stored.apply_policies.count > 0)
        return draft->stored.apply_policies.items[0];
    return JG_STR("");
}

const char *
jg_key_draft_fault(struct jg_admin_call *call, const struct jg_key_draft *draft,
                   enum jg_err err)
{
    struct jg_str why = jg_policy_fault(call->arena, err,
                                        jg_str_head(guilty_policy(draft), 512));
    struct jg_str out = jg_arena_join(
        call->arena,
        (const struct jg_str[]){JG_STR("Failed to create key - "), why}, 2);

    return why.p != NULL && out.p != NULL ? out.p : "Failed to create key";
}

enum jg_err
jg_key_draft_set(struct jg_admin_call *call, struct jg_key_draft *draft,
                 const char *name, struct jg_str value)
{
    enum jg_err err = jg_text_put(draft->text, draft->json, jg_str(name), value,
                                  call->arena, &draft->text);

    if (err != JG_OK)
        return err;
    err = jg_json_parse(draft->text, &jg_stored_session_limits, call->arena,
                        &draft->json, NULL);
    return err;
}

/* One that is not there, or cannot be read, has no say. */
static enum jg_err
add_api(struct jg_txn *txn, struct jg_snapshot_builder *b, struct jg_str id)
{
    struct jg_document document;
    enum jg_err err =
        jg_record_get_document(txn, JG_KIND_API, id, &document, NULL);

    if (err == JG_OK)
        err = jg_snapshot_add_api(b, &document, NULL);
    return err == JG_E_NOMEM ? err : JG_OK;
}

/* The APIs that the session has rights on. */
static enum jg_err
read_apis(struct jg_txn *txn, const struct jg_list *rights,
          struct jg_snapshot **out)
{
    const struct jg_access *access = rights->items;
    struct jg_snapshot_builder *b;
    enum jg_err err =
        jg_snapshot_begin(NULL, 0, JG_STR(""), rights->count, 0, &b);

    if (err != JG_OK)
        return err;
    for (size_t i = 0; i < rights->count && err == JG_OK; i++)
        err = add_api(txn, b, access[i].api_id);
    if (err == JG_OK)
        return jg_snapshot_finish(b, out);
    jg_snapshot_abandon(b);
    return err;
}

/* What policies say about the time after its expiry counts, too. */
static struct jg_key_life
life_of(const struct jg_key_draft *draft)
{
    struct jg_key_life life = jg_key_life_of(&draft->stored);

    life.post_expiry_action = draft->all.post_expiry_action;
    life.post_expiry_grace_s = draft->all.post_expiry_grace_s;
    return life;
}

enum jg_err
jg_key_draft_end(struct jg_admin_call *call, const struct jg_key_draft *draft,
                 int64_t *out)
{
    const struct jg_list *rights = &draft->all.access_rights;
    struct jg_key_life life = life_of(draft);
    struct jg_snapshot *apis, view;
    struct jg_txn *txn;
    enum jg_err err = jg_txn_read(call->admin->store, &txn);

    if (err != JG_OK)
        return err;
    err = read_apis(txn, rights, &apis);
    jg_txn_abort(txn);
    if (err != JG_OK)
        return err;
    view = *apis; /* with the configuration in force */
    view.conf = call->admin->conf;
    *out = jg_key_life_end(&view, rights, &life, call->admin->now_s);
    jg_snapshot_free(apis);
    return JG_OK;
}

enum jg_err
jg_key_draft_show(struct jg_admin_call *call, const struct jg_key_draft *draft,
                  const struct jg_key_id *id, const struct jg_json **out)
{
    struct jg_key_meter meter = {.counters = call->admin->counters,
                                 .id = id,
                                 .own = draft->session.policy_count == 0,
                                 .now_ms = call->admin->now_s * 1000};
    bool looks = id != NULL && meter.counters != NULL;
    struct jg_json *whole = jg_arena_alloc(call->arena, sizeof(*whole));
    const struct jg_json *shown;
    enum jg_err err = jg_session_to_json(
        draft->json, &draft->session, &draft->all,
        looks ? jg_key_quota_look : NULL, &meter, call->arena, &shown);

    if (err == JG_OK && whole == NULL)
        err = JG_E_NOMEM;
    if (err == JG_OK)
        err = jg_session_whole(shown, call->arena, whole);
    if (err == JG_OK)
        *out = whole;
    return err;
}
