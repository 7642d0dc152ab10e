/* A policy: what its holders may reach, and for how long (reference 3.1). */
#ifndef JG_MODEL_POLICY_H
#define JG_MODEL_POLICY_H

#include "base/bind.h"
#include "model/path_pattern.h"

/* How often somebody may call (reference 4). */
struct jg_limit {
    double rate, per_s;         /* either 0 or less: no limit */
    int64_t quota_max;          /* 0 or less: no limit */
    int64_t quota_renewal_s;    /* 0 or less: never renewed */
    double throttle_interval_s; /* how long a request is held */
    int64_t throttle_retries;   /* 0 or less: it is not held */
    int64_t max_query_depth;    /* of GraphQL, which is not looked at: kept for
                                 * the sake of sessions as they are shown */
};

/* The pattern of a right: of policies compiled when they are read, of stored
 * keys when they are used, see jg_right_match() of access. */
struct jg_right_pattern {
    const struct jg_path_pattern *pattern; /* NULL: it matches nothing */
    bool is_compiled;
};

/* An entry of allowed_urls: what may be called. */
struct jg_url_right {
    struct jg_str url;               /* a pattern, as written */
    struct jg_strs methods;          /* in capitals */
    struct jg_right_pattern pattern; /* of <url> */
};

/* An entry of endpoints, one a method: a rate of its own. */
struct jg_endpoint_limit {
    struct jg_str path; /* a pattern, as written */
    struct jg_str method;
    double rate, per_s;              /* either 0 or less: no limit */
    struct jg_right_pattern pattern; /* of <path> */
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
    struct jg_strs tags;
    const struct jg_json *meta_data;  /* an object, or NULL */
    struct jg_str last_updated;       /* compared as text */
    struct jg_str post_expiry_action; /* "", "retain" or "delete" */
    int64_t post_expiry_grace_s;      /* -1: for ever */
    struct jg_arena arena;
    unsigned references;
};

extern const struct jg_field_table jg_policy_table;
extern const struct jg_field_table jg_limit_table;  /* struct jg_limit */
extern const struct jg_field_table jg_access_table; /* an access right */

/*
 * What jg_bind() made of a member access_rights by jg_access_table becomes a
 * list of rights: sorted by api_id, its endpoints one a method.  JG_E_NOMEM
 */
enum jg_err jg_access_prepare(struct jg_list *rights, struct jg_arena *a);

/*
 * Compile the patterns of a prepared list into <a>, as <conf> says that they
 * match. Those that are none are reported, and match nothing.  JG_E_NOMEM
 */
enum jg_err jg_access_compile(const struct jg_bind_source *source,
                              struct jg_list *rights,
                              const struct jg_conf *conf, struct jg_arena *a);

/* The entry for <api_id> of a prepared list, or NULL. */
const struct jg_access *jg_access_find(const struct jg_list *rights,
                                       struct jg_str api_id);

/* Are all its numbers zero, so that the limit above it counts? */
bool jg_limit_is_empty(const struct jg_limit *limit);

/*
 * The policy in <json>. <id> wins over the inner id (reference 3.1), unless
 * it is empty; then "id", else "_id", counts.
 *   JG_E_CONF_TYPE, JG_E_CONF_MISSING (no id), JG_E_NOMEM
 *   JG_E_CONF_VALUE  a control character in an id
 */
enum jg_err jg_policy_read(const struct jg_bind_source *source,
                           const struct jg_json *json, struct jg_str id,
                           uint64_t version, struct jg_policy **out);

/*
 * A policy that is written inside a session, into <out>, which the caller
 * zeroed and keeps with <a>. It may lack an id; key, version and references
 * stay zero. Errors as of jg_policy_read(), but for the missing id.
 */
enum jg_err jg_policy_read_inner(const struct jg_bind_source *source,
                                 const struct jg_json *json, struct jg_arena *a,
                                 struct jg_policy *out);

struct jg_policy *jg_policy_ref(struct jg_policy *policy); /* one more */
void jg_policy_free(struct jg_policy *policy); /* one less; NULL is fine */

/* Is it one for single parts (quota, rate, ...)? per_api is none of them. */
bool jg_policy_is_partitioned(const struct jg_policy *policy);

/* Does it grant access at all? One for quotas or rates only does not. */
bool jg_policy_grants(const struct jg_policy *policy);

/* Its rights on the API <api_id>, or NULL. */
const struct jg_access *jg_policy_access(const struct jg_policy *policy,
                                         struct jg_str api_id);

#endif
