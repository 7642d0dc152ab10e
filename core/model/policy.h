/* A policy: what its holders may reach, and for how long (reference 3.1). */
#ifndef JG_MODEL_POLICY_H
#define JG_MODEL_POLICY_H

#include "base/bind.h"

/* How often somebody may call (reference 4). */
struct jg_limit {
    double rate, per_s;         /* either 0 or less: no limit */
    int64_t quota_max;          /* 0 or less: no limit */
    int64_t quota_renewal_s;    /* 0 or less: never renewed */
    double throttle_interval_s; /* how long a request is held */
    int64_t throttle_retries;   /* 0 or less: it is not held */
};

/* An entry of allowed_urls: what may be called. */
struct jg_url_right {
    struct jg_str url;      /* a pattern, as written */
    struct jg_strs methods; /* in capitals */
};

/* An entry of endpoints, one a method: a rate of its own. */
struct jg_endpoint_limit {
    struct jg_str path; /* a pattern, as written */
    struct jg_str method;
    double rate, per_s; /* either 0 or less: no limit */
};

/* Rights on one API: an entry of access_rights. */
struct jg_access {
    struct jg_str api_id; /* the member name of access_rights */
    struct jg_str api_name;
    struct jg_strs versions;
    struct jg_limit limit;         /* all zero: the one above it counts */
    struct jg_list allowed_urls;   /* struct jg_url_right; none: all */
    struct jg_list endpoints;      /* struct jg_endpoint_limit */
    struct jg_str allowance_scope; /* of the counters' names; may be empty */
};

struct jg_policy_partitions {
    bool quota, rate_limit, complexity, acl, per_api;
};

/* Immutable; lives in an arena of its own, counted references. */
struct jg_policy {
    struct jg_str id, org_id, name;
    struct jg_str key; /* org_id '\n' id: unique in a snapshot */
    uint64_t version;
    bool is_inactive;
    int64_t key_expires_in_s; /* 0: never */
    struct jg_limit limit;
    struct jg_policy_partitions partitions;
    struct jg_list access_rights; /* struct jg_access, by api_id */
    struct jg_arena arena;
    unsigned references;
};

extern const struct jg_field_table jg_policy_table;

/*
 * The policy in <json>. <id> wins over the inner id (reference 3.1), unless
 * it is empty; then "id", else "_id", counts.
 *   JG_E_CONF_TYPE, JG_E_CONF_MISSING (no id), JG_E_NOMEM
 *   JG_E_CONF_VALUE  a control character in an id, or per_api beside another
 *                    partition, which Tyk refuses when it applies the policy
 */
enum jg_err jg_policy_read(const struct jg_bind_source *source,
                           const struct jg_json *json, struct jg_str id,
                           uint64_t version, struct jg_policy **out);

struct jg_policy *jg_policy_ref(struct jg_policy *policy); /* one more */
void jg_policy_free(struct jg_policy *policy); /* one less; NULL is fine */

/* Does it grant access at all? One for quotas or rates only does not. */
bool jg_policy_grants(const struct jg_policy *policy);

/* Its rights on the API <api_id>, or NULL. */
const struct jg_access *jg_policy_access(const struct jg_policy *policy,
                                         struct jg_str api_id);

#endif
