/* POST /tyk/policies/effective: policies and scopes into rights and limits. */
#include "admin/effective.h"

#include "store/records.h"

#define SCRATCH_CHUNK (64 * 1024)
#define SCRATCH_MAX (256 * 1024 * 1024)

/* The question. */

static const struct jg_json *
list_of(const struct jg_effective *e, const char *name)
{
    const struct jg_json *list = jg_json_get(e->question, jg_str(name));

    return list != NULL && list->type == JG_JSON_ARRAY ? list : NULL;
}

/* Is it absent, or a list of at most <max> values of one type? */
static bool
is_list(const struct jg_effective *e, const char *name, enum jg_json_type type,
        size_t max)
{
    const struct jg_json *list = jg_json_get(e->question, jg_str(name));

    if (list == NULL || list->type == JG_JSON_NULL)
        return true;
    if (list->type != JG_JSON_ARRAY || list->count > max)
        return false;
    for (uint32_t i = 0; i < list->count; i++)
        if (list->items[i].type != type)
            return false;
    return true;
}

/* The API's own mapping, unless another one is asked about. */
static bool
is_mapping(const struct jg_json *map)
{
    if (map == NULL || map->type == JG_JSON_NULL)
        return true;
    if (map->type != JG_JSON_OBJECT)
        return false;
    for (uint32_t i = 0; i < map->count; i++)
        if (map->members[i].value.type != JG_JSON_STRING)
            return false;
    return true;
}

/* Answers when it makes no sense, and is false. */
static bool
check_question(const struct jg_effective *e)
{
    static const struct {
        const char *name;
        enum jg_json_type type;
        size_t max;
        const char *message;
    } rows[] = {
        {"policies", JG_JSON_STRING, JG_SESSION_POLICIES_MAX,
         "policies is a list of at most 64 ids"},
        {"scopes", JG_JSON_STRING, JG_EFFECTIVE_SCOPES_MAX,
         "scopes is a list of at most 1024 texts"},
        {"documents", JG_JSON_OBJECT, JG_SESSION_POLICIES_MAX,
         "documents is a list of at most 64 policies"},
    };
    const char *message = NULL;
    const struct jg_json *api = jg_json_get(e->question, JG_STR("api_id"));

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (!is_list(e, rows[i].name, rows[i].type, rows[i].max))
            message = rows[i].message;
    if (!is_mapping(jg_json_get(e->question, JG_STR("scope_to_policy"))))
        message = "scope_to_policy maps scopes to ids of policies";
    if (api != NULL && api->type != JG_JSON_NULL && api->type != JG_JSON_STRING)
        message = "api_id is a text";
    if (message == NULL)
        return true;
    jg_answer_message(e->call, 400, message);
    return false;
}

/* Policies that are not saved, checked as a file of theirs would be. */

static enum jg_err
read_draft(struct jg_effective *e, const struct jg_json *json,
           struct jg_diags *diags)
{
    struct jg_bind_source source = {.file = JG_STR("request"), .diags = diags};
    struct jg_str none = {NULL, 0};
    struct jg_buf text;
    enum jg_err err;

    jg_buf_init(&text, JG_ADMIN_BODY_MAX);
    jg_json_write(&text, json, 0);
    source.text = jg_buf_str(&text);
    err = text.failed ? JG_E_NOMEM
                      : jg_policy_read(&source, json, none, 1,
                                       &e->drafts[e->draft_count]);
    jg_buf_free(&text);
    if (err == JG_OK)
        e->draft_count++;
    return err;
}

static bool
read_drafts(struct jg_effective *e)
{
    const struct jg_json *list = list_of(e, "documents");
    struct jg_diags diags;
    enum jg_err err = JG_OK;

    jg_diags_init(&diags, e->call->arena);
    if (list == NULL)
        return true;
    e->drafts = jg_arena_array(e->call->arena, list->count, sizeof(*e->drafts));
    if (e->drafts == NULL)
        err = JG_E_NOMEM;
    for (uint32_t i = 0; i < list->count && err == JG_OK; i++)
        err = read_draft(e, &list->items[i], &diags);
    if (err == JG_OK)
        return true;
    if (err == JG_E_NOMEM)
        jg_answer_err(e->call, err);
    else
        jg_answer_findings(e->call, "{}", &diags);
    return false;
}

/* Which policies. */

static const struct jg_policy *
find_draft(const struct jg_effective *e, struct jg_str id)
{
    for (size_t i = 0; i < e->draft_count; i++)
        if (jg_str_eq(e->drafts[i]->id, id))
            return e->drafts[i];
    return NULL;
}

/* Of the organisation at hand or, while there is none, of any. */
static const struct jg_policy *
find_policy(const struct jg_effective *e, struct jg_str id)
{
    const struct jg_policy *draft = find_draft(e, id);
    bool any = e->api == NULL && e->session.policy_count == 0;

    if (draft != NULL)
        return draft;
    if (!any)
        return jg_snapshot_policy(e->snapshot, e->org_id, id);
    for (size_t i = 0; i < e->snapshot->policy_count; i++)
        if (jg_str_eq(e->snapshot->policies[i]->id, id))
            return e->snapshot->policies[i];
    return NULL;
}

static enum jg_err
use(struct jg_effective *e, struct jg_str id, const struct jg_json *scope)
{
    const struct jg_policy *policy = find_policy(e, id);
    size_t before = e->session.policy_count;
    enum jg_err err;

    if (policy == NULL) {
        e->unknown[e->unknown_count++] = id;
        return JG_OK;
    }
    if (e->api == NULL && before == 0)
        e->org_id = policy->org_id;
    err = jg_session_add(&e->session, policy);
    if (err == JG_OK && e->session.policy_count > before)
        e->because[before] = scope;
    return err;
}

/* The policy that <scope> gives, or an empty text. */
static struct jg_str
map_scope(const struct jg_effective *e, struct jg_str scope)
{
    const struct jg_json *own =
        jg_json_get(e->question, JG_STR("scope_to_policy"));
    const struct jg_str *id = NULL;

    if (own != NULL && own->type == JG_JSON_OBJECT)
        return jg_json_string(jg_json_get(own, scope));
    if (e->api != NULL && e->api->scopes != NULL)
        id = jg_map_get(&e->api->scopes->policies, scope);
    return id != NULL ? *id : (struct jg_str){NULL, 0};
}

static enum jg_err
use_all(struct jg_effective *e)
{
    const struct jg_json *ids = list_of(e, "policies");
    const struct jg_json *scopes = list_of(e, "scopes");
    size_t room =
        (ids != NULL ? ids->count : 0) + (scopes != NULL ? scopes->count : 0);
    enum jg_err err = JG_OK;

    e->unknown = jg_arena_array(e->call->arena, room, sizeof(*e->unknown));
    e->unmapped = jg_arena_array(e->call->arena, room, sizeof(*e->unmapped));
    if (e->unknown == NULL || e->unmapped == NULL)
        return JG_E_NOMEM;
    for (uint32_t i = 0; ids != NULL && i < ids->count && err == JG_OK; i++)
        err = use(e, ids->items[i].string, NULL);
    for (uint32_t i = 0; scopes != NULL && i < scopes->count && err == JG_OK;
         i++) {
        struct jg_str id = map_scope(e, scopes->items[i].string);

        if (id.len == 0)
            e->unmapped[e->unmapped_count++] = scopes->items[i].string;
        else
            err = use(e, id, &scopes->items[i]);
    }
    return err;
}

/* Who won. A number is from the policy with which it last changed. */

static bool
differs(const struct jg_limit *a, const struct jg_limit *b,
        enum jg_effective_number number)
{
    switch (number) {
    case JG_NUMBER_RATE:
        return a->rate != b->rate || a->per_s != b->per_s;
    case JG_NUMBER_THROTTLE:
        return a->throttle_interval_s != b->throttle_interval_s ||
               a->throttle_retries != b->throttle_retries;
    case JG_NUMBER_QUOTA:
        return a->quota_max != b->quota_max ||
               a->quota_renewal_s != b->quota_renewal_s;
    case JG_NUMBER_DEPTH:
        return a->max_query_depth != b->max_query_depth;
    case JG_NUMBER_COUNT:
        break;
    }
    return false;
}

static void
compare(struct jg_limit *last, const struct jg_limit *now,
        const struct jg_policy *by, struct jg_effective_winners *won)
{
    for (int i = 0; i < JG_NUMBER_COUNT; i++)
        if (differs(last, now, (enum jg_effective_number)i))
            won->of[i] = by;
    *last = *now;
}

static void
compare_all(struct jg_effective *e, const struct jg_session_all *now,
            const struct jg_policy *by)
{
    for (size_t i = 0; i < e->all.access_rights.count; i++) {
        struct jg_effective_right *right = &e->rights[i];
        const struct jg_access *access =
            jg_access_find(&now->access_rights, right->access->api_id);

        if (access != NULL)
            compare(&right->last, &access->limit, by, &right->won);
    }
    compare(&e->root_last, &now->limit, by, &e->root_won);
}

/* The first 1, 2, ... of the policies, merged as the gateway merges them. */
static enum jg_err
find_winners(struct jg_effective *e)
{
    struct jg_session some = e->session;
    enum jg_err err = JG_OK;

    for (size_t i = 0; i < e->session.policy_count && err != JG_E_NOMEM; i++) {
        struct jg_session_all now;
        struct jg_arena a;

        jg_arena_init(&a, SCRATCH_CHUNK, SCRATCH_MAX);
        some.policy_count = i + 1;
        err = jg_session_apply_all(&some, e->org_id, &a, &now);
        if (err == JG_OK)
            compare_all(e, &now, e->session.policies[i]);
        jg_arena_free(&a);
    }
    return err == JG_E_NOMEM ? err : JG_OK;
}

static enum jg_err
merge(struct jg_effective *e)
{
    const struct jg_access *access;

    e->err =
        jg_session_apply_all(&e->session, e->org_id, e->call->arena, &e->all);
    if (e->err == JG_E_NOMEM)
        return e->err;
    if (e->err != JG_OK)
        return JG_OK; /* which is the answer */
    access = e->all.access_rights.items;
    e->rights = jg_arena_array(e->call->arena, e->all.access_rights.count,
                               sizeof(*e->rights));
    if (e->rights == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < e->all.access_rights.count; i++)
        e->rights[i].access = &access[i];
    return find_winners(e);
}

/* The configuration in force. Answers when the API is not there. */
static bool
read_records(struct jg_effective *e)
{
    struct jg_str id =
        jg_json_string(jg_json_get(e->question, JG_STR("api_id")));
    enum jg_err err =
        jg_records_snapshot_of(e->call->admin->store, id, &e->snapshot);

    if (err != JG_OK) {
        jg_answer_err(e->call, err);
        return false;
    }
    e->api = jg_snapshot_api(e->snapshot, id);
    if (e->api != NULL)
        e->org_id = e->api->def.org_id;
    if (e->api != NULL || id.len == 0)
        return true;
    jg_answer_message(e->call, 404, "API not found");
    return false;
}

static void
release(struct jg_effective *e)
{
    for (size_t i = 0; i < e->draft_count; i++)
        jg_policy_free(e->drafts[i]);
    if (e->snapshot != NULL)
        jg_snapshot_free(e->snapshot);
}

void
jg_effective_post(struct jg_admin_call *call)
{
    struct jg_effective *e = jg_arena_alloc(call->arena, sizeof(*e));
    enum jg_err err;

    if (e == NULL) {
        jg_answer_err(call, JG_E_NOMEM);
        return;
    }
    e->call = call;
    if (jg_admin_read_body(call, &e->question) && check_question(e) &&
        read_drafts(e) && read_records(e)) {
        err = use_all(e);
        if (err == JG_OK)
            err = merge(e);
        if (err == JG_OK)
            jg_effective_answer(e);
        else if (err == JG_E_POLICY_MANY)
            jg_answer_message(call, 400,
                              jg_policy_fault(call->arena, err, JG_STR("")).p);
        else
            jg_answer_err(call, err);
    }
    release(e);
}
