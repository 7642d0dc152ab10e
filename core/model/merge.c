/* Policies into rights and limits, part by part (reference 3.2). */
#include "model/merge.h"

double
jg_rate_gap(double rate, double per_s)
{
    return rate <= 0 || per_s <= 0 ? 0 : per_s / rate;
}

/* -1 is without limit, and so more than anything. */
static bool
is_more(int64_t a, int64_t b)
{
    return a == -1 || (b != -1 && a > b);
}

/* Does the policy speak about a part? Without partitions about all. */
static bool
has(const struct jg_policy *policy, bool part)
{
    return part || !jg_policy_is_partitioned(policy);
}

bool
jg_policy_is_master(const struct jg_policy *policy)
{
    return policy->access_rights.count == 0 && !policy->partitions.per_api;
}

enum jg_err
jg_merge_check(const struct jg_policies *policies, struct jg_str org_id)
{
    bool per_api = false, partitioned = false;

    for (size_t i = 0; i < policies->count; i++) {
        const struct jg_policy *policy = policies->items[i];
        bool parts = jg_policy_is_partitioned(policy);

        if (!jg_str_eq(policy->org_id, org_id))
            return JG_E_POLICY_ORG;
        if (parts && policy->partitions.per_api)
            return JG_E_POLICY_PARTITIONS;
        if ((parts && per_api) || (policy->partitions.per_api && partitioned))
            return JG_E_POLICY_MIXED;
        partitioned = partitioned || parts;
        per_api = per_api || (policy->partitions.per_api &&
                              policy->access_rights.count > 0);
    }
    return JG_OK;
}

static void
clear_rate(struct jg_limit *limit)
{
    limit->rate = limit->per_s = 0;
    limit->throttle_interval_s = 0;
    limit->throttle_retries = 0;
}

/* The renewal rate stays, as in Tyk: without a quota it says nothing. */
void
jg_merge_clear(struct jg_limit *root, const struct jg_policies *policies)
{
    for (size_t i = 0; i < policies->count; i++) {
        const struct jg_policy *policy = policies->items[i];

        if (has(policy, policy->partitions.quota))
            root->quota_max = 0;
        if (has(policy, policy->partitions.rate_limit))
            clear_rate(root);
        if (has(policy, policy->partitions.complexity))
            root->max_query_depth = 0;
    }
}

static void
replace_rate(struct jg_limit *to, const struct jg_limit *from)
{
    to->rate = from->rate;
    to->per_s = from->per_s;
    to->throttle_interval_s = from->throttle_interval_s;
    to->throttle_retries = from->throttle_retries;
}

static void
replace_quota(struct jg_limit *to, const struct jg_limit *from)
{
    to->quota_max = from->quota_max;
    to->quota_renewal_s = from->quota_renewal_s;
}

/* Take the larger number over, and say whether that was the new one. */
static bool
raise_whole(int64_t *to, int64_t from)
{
    bool rises = from > *to;

    if (rises)
        *to = from;
    return rises;
}

static bool
raise_limit(int64_t *to, int64_t from)
{
    bool rises = is_more(from, *to);

    if (rises)
        *to = from;
    return rises;
}

static bool
has_rate(const struct jg_limit *limit)
{
    return limit->rate != 0 && limit->per_s != 0;
}

static void
raise_rate(struct jg_limit *to, const struct jg_limit *from)
{
    if (!has_rate(from))
        return;
    if (!has_rate(to) || jg_rate_gap(to->rate, to->per_s) >
                             jg_rate_gap(from->rate, from->per_s)) {
        to->rate = from->rate;
        to->per_s = from->per_s;
    }
}

/* As in Tyk, the root is raised when the API's own number was. */
static void
raise_quota(struct jg_limit *to, struct jg_limit *root,
            const struct jg_limit *from)
{
    if (raise_limit(&to->quota_max, from->quota_max) && root != NULL)
        raise_limit(&root->quota_max, from->quota_max);
    if (raise_whole(&to->quota_renewal_s, from->quota_renewal_s) &&
        root != NULL)
        raise_whole(&root->quota_renewal_s, from->quota_renewal_s);
}

static bool
raise_interval(struct jg_limit *to, const struct jg_limit *from)
{
    bool rises = from->throttle_interval_s > to->throttle_interval_s;

    if (rises)
        to->throttle_interval_s = from->throttle_interval_s;
    return rises;
}

static void
raise_rates(struct jg_limit *to, struct jg_limit *root,
            const struct jg_limit *from)
{
    raise_rate(to, from);
    if (root != NULL)
        raise_rate(root, from);
    if (raise_whole(&to->throttle_retries, from->throttle_retries) &&
        root != NULL)
        raise_whole(&root->throttle_retries, from->throttle_retries);
    if (raise_interval(to, from) && root != NULL)
        raise_interval(root, from);
}

static void
raise_depth(struct jg_limit *to, struct jg_limit *root,
            const struct jg_limit *from)
{
    if (raise_limit(&to->max_query_depth, from->max_query_depth) &&
        root != NULL)
        raise_limit(&root->max_query_depth, from->max_query_depth);
}

static void
raise_parts(struct jg_limit *to, struct jg_limit *root,
            const struct jg_policy *policy)
{
    const struct jg_policy_partitions *p = &policy->partitions;

    if (has(policy, p->quota))
        raise_quota(to, root, &policy->limit);
    if (has(policy, p->rate_limit))
        raise_rates(to, root, &policy->limit);
    if (has(policy, p->complexity))
        raise_depth(to, root, &policy->limit);
}

static void
replace_parts(struct jg_limit *to, const struct jg_policy *policy)
{
    const struct jg_policy_partitions *p = &policy->partitions;

    if (has(policy, p->quota))
        replace_quota(to, &policy->limit);
    if (has(policy, p->rate_limit))
        replace_rate(to, &policy->limit);
    if (has(policy, p->complexity))
        to->max_query_depth = policy->limit.max_query_depth;
}

void
jg_merge_root(struct jg_limit *root, const struct jg_policy *policy)
{
    if (jg_policy_is_master(policy))
        replace_parts(root, policy);
    else if (!policy->partitions.per_api)
        raise_parts(root, NULL, policy);
}

/* Keep what was better before, and then the name that it is counted under. */
static void
keep_better(struct jg_access *next, const struct jg_merged *before,
            struct jg_str *set_by)
{
    const struct jg_limit *old = &before->access.limit;
    struct jg_limit *new = &next->limit;
    bool kept = false;

    if (jg_rate_gap(new->rate, new->per_s) >
        jg_rate_gap(old->rate, old->per_s)) {
        new->rate = old->rate;
        new->per_s = old->per_s;
        kept = true;
    }
    if (old->quota_max != new->quota_max)
        kept = raise_limit(&new->quota_max, old->quota_max) || kept;
    raise_limit(&new->quota_renewal_s, old->quota_renewal_s);
    if (new->quota_max == -1)
        new->quota_renewal_s = 0;
    if (kept) {
        next->allowance_scope = before->access.allowance_scope;
        *set_by = before->set_by;
    }
}

/* The later policy's rights replace the earlier one's; limits are merged. */
static enum jg_err
merge_per_api(struct jg_merged *m, const struct jg_policy *policy,
              const struct jg_access *rights, struct jg_arena *a)
{
    struct jg_access next = *rights;
    bool own = !jg_limit_is_empty(&rights->limit);
    struct jg_str scope = own ? rights->api_id : policy->id;

    if (!own)
        next.limit = policy->limit;
    next.allowance_scope = scope;
    if (m->seen) {
        next.endpoints = m->access.endpoints;
        if (!jg_merge_endpoints(&next.endpoints, &rights->endpoints, a))
            return JG_E_NOMEM;
        keep_better(&next, m, &scope);
    }
    *m = (struct jg_merged){next, scope, true, true, true, true, true};
    return JG_OK;
}

static bool
merge_acl(struct jg_merged *m, const struct jg_policy *policy,
          const struct jg_access *rights, struct jg_arena *a)
{
    m->acl = true;
    m->set_by = policy->id;
    if (m->access.api_name.len == 0)
        m->access.api_name = rights->api_name;
    return jg_merge_strs(&m->access.versions, &rights->versions, a) &&
           jg_merge_urls(&m->access.allowed_urls, &rights->allowed_urls, a);
}

static enum jg_err
merge_parts(struct jg_merged *m, struct jg_limit *root,
            const struct jg_policy *policy, const struct jg_access *rights,
            struct jg_arena *a)
{
    const struct jg_policy_partitions *p = &policy->partitions;

    m->seen = true;
    m->access.api_id = rights->api_id;
    if (has(policy, p->acl) && !merge_acl(m, policy, rights, a))
        return JG_E_NOMEM;
    m->quota = m->quota || has(policy, p->quota);
    m->complexity = m->complexity || has(policy, p->complexity);
    raise_parts(&m->access.limit, root, policy);
    if (!has(policy, p->rate_limit))
        return JG_OK;
    m->rate = true;
    return jg_merge_endpoints(&m->access.endpoints, &rights->endpoints, a)
               ? JG_OK
               : JG_E_NOMEM;
}

enum jg_err
jg_merge_rights(struct jg_merged *m, struct jg_limit *root,
                const struct jg_policy *policy, const struct jg_access *rights,
                struct jg_arena *a)
{
    if (policy->partitions.per_api)
        return merge_per_api(m, policy, rights, a);
    return merge_parts(m, root, policy, rights, a);
}

void
jg_merge_finish(struct jg_merged *m, const struct jg_limit *root, bool several)
{
    if (!m->rate)
        replace_rate(&m->access.limit, root);
    if (!m->quota)
        replace_quota(&m->access.limit, root);
    if (!m->complexity)
        m->access.limit.max_query_depth = root->max_query_depth;
    if (several && m->access.allowance_scope.len == 0)
        m->access.allowance_scope = m->set_by;
}
