/* All rights of a session at once (reference 3.2): for people who look at it,
 * and for the few combinations where one API depends on the others. */
#include <stdlib.h>

#include "model/merge.h"
#include "model/session.h"

/* Rights on all APIs while policies are merged into them. */
struct all {
    struct jg_merged *apis; /* sorted by api_id */
    size_t count;
    struct jg_limit root;
};

static int
by_api_id(const void *a, const void *b)
{
    const struct jg_merged *x = a, *y = b;

    return jg_str_cmp(x->access.api_id, y->access.api_id);
}

/* One entry an API, sorted. */
static void
sort_apis(struct all *all)
{
    size_t kept = 0;

    if (all->count > 1)
        qsort(all->apis, all->count, sizeof(all->apis[0]), by_api_id);
    for (size_t i = 0; i < all->count; i++)
        if (kept == 0 || by_api_id(&all->apis[kept - 1], &all->apis[i]) != 0)
            all->apis[kept++] = all->apis[i];
    all->count = kept;
}

static enum jg_err
list_apis(struct all *all, const struct jg_policies *policies,
          struct jg_arena *a)
{
    size_t total = 0;

    for (size_t i = 0; i < policies->count; i++)
        total += policies->items[i]->access_rights.count;
    all->apis = jg_arena_array(a, total, sizeof(all->apis[0]));
    if (all->apis == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < policies->count; i++) {
        const struct jg_list *rights = &policies->items[i]->access_rights;
        const struct jg_access *access = rights->items;

        for (size_t k = 0; k < rights->count; k++)
            all->apis[all->count++].access.api_id = access[k].api_id;
    }
    sort_apis(all);
    return JG_OK;
}

static struct jg_merged *
find(const struct all *all, const struct jg_access *access)
{
    const struct jg_merged key = {.access.api_id = access->api_id};

    return bsearch(&key, all->apis, all->count, sizeof(key), by_api_id);
}

static enum jg_err
merge_policy(struct all *all, const struct jg_policy *policy,
             struct jg_arena *a)
{
    const struct jg_access *access = policy->access_rights.items;
    enum jg_err err = JG_OK;

    if (jg_policy_is_master(policy))
        jg_merge_root(&all->root, policy);
    for (size_t i = 0; i < policy->access_rights.count && err == JG_OK; i++)
        err = jg_merge_rights(find(all, &access[i]), &all->root, policy,
                              &access[i], a);
    return err;
}

/* Did more than one scope grant something? */
static bool
several_granted(const struct all *all)
{
    struct jg_str first = {NULL, 0};

    for (size_t i = 0; i < all->count; i++) {
        struct jg_str by = all->apis[i].set_by;

        if (by.len == 0)
            continue;
        if (first.len > 0 && !jg_str_eq(first, by))
            return true;
        first = by;
    }
    return false;
}

/* The only API that got a quota, and the only one that got the other parts,
 * decides for the session itself: so it was before APIs had limits. */
static void
update_root(struct all *all)
{
    size_t quotas = 0, rates = 0, depths = 0;
    const struct jg_merged *only = NULL;

    for (size_t i = 0; i < all->count; i++) {
        quotas += all->apis[i].quota;
        rates += all->apis[i].rate;
        depths += all->apis[i].complexity;
        if (all->apis[i].acl)
            only = &all->apis[i];
    }
    if (quotas != 1 || rates != 1 || depths != 1 || only == NULL)
        return;
    all->root.rate = only->access.limit.rate;
    all->root.per_s = only->access.limit.per_s;
    all->root.quota_max = only->access.limit.quota_max;
    all->root.quota_renewal_s = only->access.limit.quota_renewal_s;
    all->root.max_query_depth = only->access.limit.max_query_depth;
}

/* The rights of those that were granted, and nothing of the others. */
static enum jg_err
finish(struct all *all, struct jg_arena *a, struct jg_session_all *out)
{
    struct jg_access *rights = jg_arena_array(a, all->count, sizeof(*rights));
    bool several = several_granted(all);
    size_t count = 0;

    if (rights == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < all->count; i++) {
        if (!all->apis[i].acl)
            continue;
        jg_merge_finish(&all->apis[i], &all->root, several);
        rights[count++] = all->apis[i].access;
    }
    update_root(all);
    out->limit = all->root;
    out->access_rights = (struct jg_list){rights, count};
    return count > 0 ? JG_OK : JG_E_POLICY_EMPTY;
}

static enum jg_err
apply_policies(const struct jg_session *session, struct jg_str org_id,
               struct jg_arena *a, struct jg_session_all *out)
{
    struct jg_policies policies = {session->policies, session->policy_count};
    struct all all = {.root = session->stored != NULL ? session->stored->limit
                                                      : (struct jg_limit){0}};
    enum jg_err err = jg_merge_check(&policies, org_id);

    if (err == JG_OK)
        err = list_apis(&all, &policies, a);
    if (err != JG_OK)
        return err;
    jg_merge_clear(&all.root, &policies);
    for (size_t i = 0; i < policies.count && err == JG_OK; i++)
        err = merge_policy(&all, policies.items[i], a);
    return err == JG_OK ? finish(&all, a, out) : err;
}

static enum jg_err
apply_own(const struct jg_stored_session *stored, struct jg_arena *a,
          struct jg_session_all *out)
{
    const struct jg_access *own = stored->access_rights.items;
    size_t count = stored->access_rights.count;
    struct jg_access *rights = jg_arena_array(a, count, sizeof(*rights));

    if (rights == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < count; i++) {
        rights[i] = own[i];
        if (!jg_limit_is_empty(&own[i].limit))
            rights[i].allowance_scope = own[i].api_id;
    }
    out->access_rights = (struct jg_list){rights, count};
    out->limit = stored->limit;
    return JG_OK;
}

static void
take_latest(struct jg_session_all *out, const struct jg_policy *policy)
{
    out->is_inactive = out->is_inactive || policy->is_inactive;
    if (jg_str_cmp(policy->last_updated, out->last_updated) > 0)
        out->last_updated = policy->last_updated;
    if (policy->post_expiry_action.len > 0)
        out->post_expiry_action = policy->post_expiry_action;
    if (policy->post_expiry_grace_s != 0)
        out->post_expiry_grace_s = policy->post_expiry_grace_s;
}

/* Everything that does not belong to single APIs. */
static enum jg_err
apply_rest(const struct jg_session *session, struct jg_arena *a,
           struct jg_session_all *out)
{
    const struct jg_stored_session *stored = session->stored;
    bool good = true;

    if (stored != NULL) {
        out->is_inactive = session->policy_count == 0 && stored->is_inactive;
        out->last_updated = stored->last_updated;
        out->post_expiry_action = stored->post_expiry_action;
        out->post_expiry_grace_s = stored->post_expiry_grace_s;
    }
    for (size_t i = 0; i < session->policy_count; i++) {
        take_latest(out, session->policies[i]);
        good =
            good && jg_merge_strs(&out->tags, &session->policies[i]->tags, a);
    }
    if (stored != NULL)
        good = good && jg_merge_strs(&out->tags, &stored->tags, a);
    return good ? JG_OK : JG_E_NOMEM;
}

enum jg_err
jg_session_apply_all(const struct jg_session *session, struct jg_str org_id,
                     struct jg_arena *a, struct jg_session_all *out)
{
    enum jg_err err;

    *out = (struct jg_session_all){0};
    if (session->stored != NULL && session->policy_count == 0)
        err = apply_own(session->stored, a, out);
    else
        err = apply_policies(session, org_id, a, out);
    return err == JG_OK ? apply_rest(session, a, out) : err;
}

enum jg_err
jg_session_apply_here(const struct jg_session *session, struct jg_arena *a,
                      struct jg_session_all *out)
{
    void *rights = (void *)(uintptr_t)session->access; /* a list's, to read */

    *out = (struct jg_session_all){
        .limit = session->limit,
        .access_rights = {rights, rights != NULL ? 1 : 0},
    };
    return apply_rest(session, a, out);
}
