/* What several policies make of one caller (reference 3.2, 2.10, 12). */
#include "model/session.h"

/* Tyk does not apply per_api policies beside explicitly partitioned ones. */
static bool
go_together(const struct jg_session *session)
{
    bool per_api = false, partitioned = false;

    for (size_t i = 0; i < session->policy_count; i++) {
        const struct jg_policy_partitions *p =
            &session->policies[i]->partitions;

        per_api = per_api || p->per_api;
        partitioned =
            partitioned || p->quota || p->rate_limit || p->complexity || p->acl;
    }
    return !(per_api && partitioned);
}

/* The first policy's lifetime from now on, or the token's when it is later. */
static int64_t
expiry(const struct jg_session *session, int64_t now_s, int64_t exp_s)
{
    int64_t lifetime_s = session->policies[0]->key_expires_in_s;
    int64_t expires_s = 0;

    if (lifetime_s > 0 && __builtin_add_overflow(now_s, lifetime_s, &expires_s))
        expires_s = INT64_MAX;
    return exp_s > expires_s ? exp_s : expires_s;
}

enum jg_err
jg_session_apply(struct jg_session *session, const struct jg_api *api,
                 int64_t now_s, int64_t exp_s)
{
    const struct jg_access *access = NULL;
    bool inactive = false, grants = false;

    for (size_t i = 0; i < session->policy_count; i++) {
        const struct jg_policy *policy = session->policies[i];

        if (!jg_str_eq(policy->org_id, api->def.org_id))
            return JG_E_POLICY_ORG;
        inactive = inactive || policy->is_inactive;
        if (!jg_policy_grants(policy))
            continue;
        grants = true;
        if (access == NULL)
            access = jg_policy_access(policy, api->def.api_id);
    }
    if (!grants || !go_together(session))
        return JG_E_POLICY_EMPTY;

    session->is_inactive = inactive;
    session->expires_s = expiry(session, now_s, exp_s);
    session->access = access;
    return JG_OK;
}
