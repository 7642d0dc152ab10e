/*
 * What a caller may do: computed for every request from claims, API and
 * policies, or from a stored key and its policies. Nothing of it is stored,
 * so that nothing sticks (design: invariant 5).
 */
#ifndef JG_MODEL_SESSION_H
#define JG_MODEL_SESSION_H

#include "model/snapshot.h"
#include "model/stored_session.h"

#define JG_SESSION_POLICIES_MAX 64

struct jg_session {
    struct jg_str identity; /* who: the identity claim's value, or empty for a
                             * stored key */
    struct jg_str id;       /* of a stored key: the key, which is a secret. For
                             * verified tokens see jg_session_id() of access */
    const struct jg_stored_session *stored; /* of a key; NULL: computed */
    const struct jg_policy *policies[JG_SESSION_POLICIES_MAX];
    size_t policy_count;
    bool is_inactive;
    int64_t expires_s;              /* unix; 0: never */
    const struct jg_access *access; /* rights on the requested API with what is
                                     * inherited filled in, or NULL */
    bool is_master; /* a stored key without any access_rights: all is allowed */
    struct jg_limit limit; /* the one that counts here: of <access>, or root */
};

/* A session with its policies applied, for all APIs. In an arena. */
struct jg_session_all {
    struct jg_limit limit;        /* of the session itself, the root */
    struct jg_list access_rights; /* struct jg_access, by api_id */
    bool is_inactive;
    struct jg_strs tags;        /* in order of appearance */
    struct jg_str last_updated; /* the latest */
    struct jg_str post_expiry_action;
    int64_t post_expiry_grace_s;
};

/*
 * Apply session->policies, for requests to <api>: fill in rights, limits and
 * activity (reference 3.2). A stored session without policies has its own
 * rights. Everything new is in <a>; a single policy costs one allocation.
 *   JG_E_POLICY_ORG         a policy of another organisation than the API
 *   JG_E_POLICY_PARTITIONS  a policy has per_api and partitions
 *   JG_E_POLICY_MIXED       per_api policies beside partitioned ones
 *   JG_E_POLICY_EMPTY       none of them grants anything
 *   JG_E_NOMEM
 */
enum jg_err jg_session_apply(struct jg_session *session,
                             const struct jg_api *api, struct jg_arena *a);

/*
 * Would they apply to an API of organisation <org_id>? The same errors, but
 * for JG_E_NOMEM.
 */
enum jg_err jg_session_check(const struct jg_session *session,
                             struct jg_str org_id);

/* The policy that JG_E_POLICY_PARTITIONS is about: the first that has both; or
 * NULL. */
const struct jg_policy *
jg_session_partitioned(const struct jg_session *session);

/*
 * The <session> of a stored key for requests to <api>: its policies are looked
 * up in <snapshot> and applied. An unknown one of several is passed over. What
 * <stored> and <snapshot> hold is borrowed.
 *   JG_E_POLICY_MISSING  its only policy does not exist
 *   JG_E_POLICY_MANY     more than JG_SESSION_POLICIES_MAX
 *   the errors of jg_session_apply()
 */
enum jg_err jg_session_of_stored(struct jg_session *session,
                                 const struct jg_stored_session *stored,
                                 const struct jg_snapshot *snapshot,
                                 const struct jg_api *api, struct jg_arena *a);

/* The same for all APIs: see jg_session_apply_all(). */
enum jg_err jg_session_all_of_stored(struct jg_session *session,
                                     const struct jg_stored_session *stored,
                                     const struct jg_snapshot *snapshot,
                                     struct jg_arena *a,
                                     struct jg_session_all *out);

/*
 * When a computed session ends: <policy>'s key_expires_in from <now_s> on, or
 * at the token's <exp_s> (0: it has none) when that is later (reference 2.10,
 * 12). <policy> is the one that the token or the API named; NULL: none.
 */
int64_t jg_session_end(const struct jg_policy *policy, int64_t now_s,
                       int64_t exp_s);

/*
 * Take <policy> into the session, once.
 *   JG_E_POLICY_MANY  there is no room: fails closed, since it could have been
 *                     the one that switches the caller off
 */
enum jg_err jg_session_add(struct jg_session *session,
                           const struct jg_policy *policy);

/*
 * The same as jg_session_apply() for all APIs of the <session>, whose policies
 * are those of organisation <org_id>. Its cost is that of all their rights.
 */
enum jg_err jg_session_apply_all(const struct jg_session *session,
                                 struct jg_str org_id, struct jg_arena *a,
                                 struct jg_session_all *out);

/*
 * What is known of it without a look at other APIs: the <session> must have
 * been applied for one, and that one's rights and limit are all there are.
 * JG_E_NOMEM
 */
enum jg_err jg_session_apply_here(const struct jg_session *session,
                                  struct jg_arena *a,
                                  struct jg_session_all *out);

/*
 * meta_data[<name>] of the session, or NULL: of the last policy that has it,
 * else of the stored session. TykJWTSessionID of computed ones is not here:
 * see jg_decision_meta().
 */
const struct jg_json *jg_session_meta(const struct jg_session *session,
                                      struct jg_str name);

#endif
