/*
 * What policies make of one caller on one API (reference 3.2, 2.10, 12). Other
 * APIs matter in two places only: which scopes granted rights at all, and the
 * limits of the session. Both are known without merging them, but for policies
 * that session_all.c looks after.
 */
#include "model/session.h"
#include "model/merge.h"

static struct jg_policies
policies_of(const struct jg_session *session)
{
    return (struct jg_policies){session->policies, session->policy_count};
}

int64_t
jg_session_end(const struct jg_policy *policy, int64_t now_s, int64_t exp_s)
{
    int64_t lifetime_s = policy != NULL ? policy->key_expires_in_s : 0;
    int64_t end_s = 0;

    if (lifetime_s > 0 && __builtin_add_overflow(now_s, lifetime_s, &end_s))
        end_s = INT64_MAX;
    return exp_s > end_s ? exp_s : end_s;
}

enum jg_err
jg_session_add(struct jg_session *session, const struct jg_policy *policy)
{
    for (size_t i = 0; i < session->policy_count; i++)
        if (session->policies[i] == policy)
            return JG_OK;
    if (session->policy_count == JG_SESSION_POLICIES_MAX)
        return JG_E_POLICY_MANY;
    session->policies[session->policy_count++] = policy;
    return JG_OK;
}

const struct jg_policy *
jg_session_partitioned(const struct jg_session *session)
{
    for (size_t i = 0; i < session->policy_count; i++) {
        const struct jg_policy *policy = session->policies[i];

        if (policy->partitions.per_api && jg_policy_is_partitioned(policy))
            return policy;
    }
    return NULL;
}

/* Does the answer for one API depend on the rights on all others? */
static bool
needs_all(const struct jg_policies *policies)
{
    bool per_api = false, whole = false;

    for (size_t i = 0; i < policies->count; i++) {
        const struct jg_policy *policy = policies->items[i];

        if (jg_policy_is_master(policy) || policy->id.len == 0)
            return true;
        per_api = per_api || policy->partitions.per_api;
        whole = whole || !policy->partitions.per_api;
    }
    return per_api && whole;
}

/* Is every API of <some> one of <all>? Both are sorted. */
static bool
covers(const struct jg_policy *all, const struct jg_policy *some)
{
    const struct jg_access *a = all->access_rights.items;
    const struct jg_access *s = some->access_rights.items;
    size_t at = 0;

    for (size_t i = 0; i < some->access_rights.count; i++, at++) {
        while (at < all->access_rights.count &&
               jg_str_cmp(a[at].api_id, s[i].api_id) < 0)
            at++;
        if (at == all->access_rights.count ||
            !jg_str_eq(a[at].api_id, s[i].api_id))
            return false;
    }
    return true;
}

/*
 * Was any API granted by another policy than <set_by>, the last that granted
 * this one? The last policy of all has granted its own APIs.
 */
static bool
is_one_of_several(const struct jg_policies *policies, struct jg_str set_by)
{
    const struct jg_policy *last = NULL;

    for (size_t i = policies->count; i-- > 0;) {
        const struct jg_policy *policy = policies->items[i];

        if (!jg_policy_grants(policy))
            continue;
        if (last == NULL)
            last = policy;
        if (!jg_str_eq(last->id, set_by))
            return true;
        if (!jg_str_eq(policy->id, last->id) && !covers(last, policy))
            return true;
    }
    return false;
}

static enum jg_err
merge_one(const struct jg_policies *policies, struct jg_str api_id,
          struct jg_limit *root, struct jg_merged *m, struct jg_arena *a)
{
    for (size_t i = 0; i < policies->count; i++) {
        const struct jg_policy *policy = policies->items[i];
        const struct jg_access *rights = jg_policy_access(policy, api_id);
        enum jg_err err = JG_OK;

        jg_merge_root(root, policy);
        if (rights != NULL)
            err = jg_merge_rights(m, NULL, policy, rights, a);
        if (err != JG_OK)
            return err;
    }
    if (m->acl)
        jg_merge_finish(m, root, is_one_of_several(policies, m->set_by));
    return JG_OK;
}

static void
take_rights(struct jg_session *session, const struct jg_access *access,
            const struct jg_limit *root)
{
    bool own = access != NULL && !jg_limit_is_empty(&access->limit);

    session->access = access;
    session->limit = own ? access->limit : *root;
}

static enum jg_err
apply_one(struct jg_session *session, const struct jg_policies *policies,
          struct jg_str api_id, struct jg_limit *root, struct jg_arena *a)
{
    struct jg_merged *m = jg_arena_alloc(a, sizeof(*m));
    enum jg_err err;

    if (m == NULL)
        return JG_E_NOMEM;
    jg_merge_clear(root, policies);
    err = merge_one(policies, api_id, root, m, a);
    if (err == JG_OK)
        take_rights(session, m->acl ? &m->access : NULL, root);
    return err;
}

static enum jg_err
apply_among_all(struct jg_session *session, const struct jg_api *api,
                struct jg_arena *a)
{
    struct jg_session_all all;
    enum jg_err err = jg_session_apply_all(session, api->def.org_id, a, &all);

    if (err == JG_OK)
        take_rights(session,
                    jg_access_find(&all.access_rights, api->def.api_id),
                    &all.limit);
    return err;
}

/* A key without policies: an API with limits of its own has its own counters,
 * and one without any rights may do everything. */
static enum jg_err
apply_own(struct jg_session *session, const struct jg_api *api,
          struct jg_arena *a)
{
    const struct jg_stored_session *stored = session->stored;
    const struct jg_access *own =
        jg_access_find(&stored->access_rights, api->def.api_id);
    struct jg_access *access;

    session->is_inactive = stored->is_inactive;
    session->is_master = stored->access_rights.count == 0;
    if (own == NULL || jg_limit_is_empty(&own->limit)) {
        take_rights(session, own, &stored->limit);
        return JG_OK;
    }
    access = jg_arena_alloc(a, sizeof(*access));
    if (access == NULL)
        return JG_E_NOMEM;
    *access = *own;
    access->allowance_scope = own->api_id;
    take_rights(session, access, &stored->limit);
    return JG_OK;
}

enum jg_err
jg_session_check(const struct jg_session *session, struct jg_str org_id)
{
    struct jg_policies policies = policies_of(session);
    enum jg_err err = jg_merge_check(&policies, org_id);
    bool grants = false;

    for (size_t i = 0; i < policies.count; i++)
        grants = grants || jg_policy_grants(policies.items[i]);
    if (err == JG_OK && !grants)
        return JG_E_POLICY_EMPTY;
    return err;
}

enum jg_err
jg_session_apply(struct jg_session *session, const struct jg_api *api,
                 struct jg_arena *a)
{
    struct jg_policies policies = policies_of(session);
    struct jg_limit root = {0};
    bool inactive = false;
    enum jg_err err;

    if (session->stored != NULL && session->policy_count == 0)
        return apply_own(session, api, a);
    err = jg_session_check(session, api->def.org_id);
    if (err != JG_OK)
        return err;
    for (size_t i = 0; i < policies.count; i++)
        inactive = inactive || policies.items[i]->is_inactive;
    session->is_inactive = inactive;
    if (needs_all(&policies))
        return apply_among_all(session, api, a);
    if (session->stored != NULL)
        root = session->stored->limit;
    return apply_one(session, &policies, api->def.api_id, &root, a);
}

static enum jg_err
add_inner(struct jg_session *session, const struct jg_stored_session *stored)
{
    enum jg_err err = JG_OK;

    for (size_t i = 0; i < stored->custom_policy_count && err == JG_OK; i++)
        err = jg_session_add(session, stored->custom_policies[i]);
    return err;
}

static enum jg_err
add_named(struct jg_session *session, const struct jg_stored_session *stored,
          const struct jg_snapshot *snapshot)
{
    const struct jg_strs *ids = &stored->apply_policies;
    enum jg_err err = JG_OK;

    for (size_t i = 0; i < ids->count && err == JG_OK; i++) {
        const struct jg_policy *policy =
            jg_snapshot_policy(snapshot, stored->org_id, ids->items[i]);

        if (policy != NULL)
            err = jg_session_add(session, policy);
        else if (ids->count == 1)
            err = JG_E_POLICY_MISSING;
    }
    if (err == JG_OK && ids->count > 0 && session->policy_count == 0)
        err = JG_E_POLICY_EMPTY;
    return err;
}

static enum jg_err
take_stored(struct jg_session *session, const struct jg_stored_session *stored,
            const struct jg_snapshot *snapshot)
{
    session->stored = stored;
    session->policy_count = 0;
    session->expires_s = stored->expires_s > 0 ? stored->expires_s : 0;
    if (stored->custom_policy_count > 0)
        return add_inner(session, stored);
    return add_named(session, stored, snapshot);
}

enum jg_err
jg_session_of_stored(struct jg_session *session,
                     const struct jg_stored_session *stored,
                     const struct jg_snapshot *snapshot,
                     const struct jg_api *api, struct jg_arena *a)
{
    enum jg_err err = take_stored(session, stored, snapshot);

    return err == JG_OK ? jg_session_apply(session, api, a) : err;
}

enum jg_err
jg_session_all_of_stored(struct jg_session *session,
                         const struct jg_stored_session *stored,
                         const struct jg_snapshot *snapshot, struct jg_arena *a,
                         struct jg_session_all *out)
{
    enum jg_err err = take_stored(session, stored, snapshot);

    if (err != JG_OK)
        return err;
    return jg_session_apply_all(session, stored->org_id, a, out);
}

const struct jg_json *
jg_session_meta(const struct jg_session *session, struct jg_str name)
{
    for (size_t i = session->policy_count; i-- > 0;) {
        const struct jg_json *value =
            jg_json_get(session->policies[i]->meta_data, name);

        if (value != NULL)
            return value;
    }
    return session->stored != NULL
               ? jg_json_get(session->stored->meta_data, name)
               : NULL;
}
