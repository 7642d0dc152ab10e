/*
 * What several policies make of rights on one API and of the limits of the
 * session as a whole, policy by policy (reference 3.2). For this folder only:
 * session.c merges one API for a request, session_all.c all of them.
 */
#ifndef JG_MODEL_MERGE_H
#define JG_MODEL_MERGE_H

#include "model/policy.h"

/* Policies in the order in which they are applied. */
struct jg_policies {
    const struct jg_policy *const *items;
    size_t count;
};

/* Rights on one API while policies are merged into them. Start with zeros. */
struct jg_merged {
    struct jg_access access;
    struct jg_str set_by;              /* which scope granted it last */
    bool seen;                         /* a policy had this API */
    bool acl, quota, rate, complexity; /* parts that some policy gave */
};

/*
 * May these be applied together, by an API of <org_id>?
 *   JG_E_POLICY_ORG         one belongs to another organisation
 *   JG_E_POLICY_PARTITIONS  one has per_api and a partition
 *   JG_E_POLICY_MIXED       one has per_api, another one partitions
 */
enum jg_err jg_merge_check(const struct jg_policies *policies,
                           struct jg_str org_id);

/* Zero what the policies are going to say about the session's <root>. */
void jg_merge_clear(struct jg_limit *root, const struct jg_policies *policies);

/*
 * What <policy> does to the <root> by itself. Exact as long as all policies
 * have access_rights; beside one without (a "master", which replaces the root
 * instead of raising it), merge APIs with jg_merge_rights(m, root, ...).
 */
void jg_merge_root(struct jg_limit *root, const struct jg_policy *policy);

/*
 * Merge <rights>, those of <policy> on this API, into <m>. Lists are borrowed
 * while one policy has them, and made anew in <a> otherwise. With <root> (may
 * be NULL) whatever rises in <m> raises it, too.  JG_E_NOMEM
 */
enum jg_err jg_merge_rights(struct jg_merged *m, struct jg_limit *root,
                            const struct jg_policy *policy,
                            const struct jg_access *rights, struct jg_arena *a);

/* Inherit missing parts from <root>. With <several> (more than one scope
 * granted rights) counters get the name of the scope that did. */
void jg_merge_finish(struct jg_merged *m, const struct jg_limit *root,
                     bool several);

/* Does <policy> replace the limits of the session instead of raising them? */
bool jg_policy_is_master(const struct jg_policy *policy);

/* Unions in order of appearance, in <a>; false without memory. */
bool jg_merge_strs(struct jg_strs *to, const struct jg_strs *more,
                   struct jg_arena *a);
/* URLs by their text, with the methods of both. */
bool jg_merge_urls(struct jg_list *to, const struct jg_list *more,
                   struct jg_arena *a);
/* Endpoints by path and method, with the faster limit of two. */
bool jg_merge_endpoints(struct jg_list *to, const struct jg_list *more,
                        struct jg_arena *a);

/* Seconds between two requests; 0 when they are not limited. */
double jg_rate_gap(double rate, double per_s);

#endif
