/*
 * What a caller may do: computed for every request from claims, API and
 * policies, never stored, so that nothing sticks (design: invariant 5).
 */
#ifndef JG_MODEL_SESSION_H
#define JG_MODEL_SESSION_H

#include "model/snapshot.h"
#include "model/stored_session.h"

#define JG_SESSION_POLICIES_MAX 64

struct jg_session {
    struct jg_str identity; /* who: the identity claim's value, or empty for a
                             * stored key */
    struct jg_str id;       /* the session's name (reference 7.2, 7.4): counters
                             * are kept under it, and $tyk_context.token is it.
                             * A secret where it names a stored key */
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

/*
 * Take over what the policies say about <api> (reference 3.2, here: rights,
 * activity and expiry). <exp_s> is the token's exp, 0 when it has none. The
 * first policy is the one that the token or the API named: its key_expires_in
 * counts, or the token's exp when that is later (reference 2.10, 12).
 *   JG_E_POLICY_ORG    a policy of another organisation than the API
 *   JG_E_POLICY_EMPTY  no policy grants anything, or policies that Tyk does
 *                      not apply together (per_api beside partitioned ones)
 */
enum jg_err jg_session_apply(struct jg_session *session,
                             const struct jg_api *api, int64_t now_s,
                             int64_t exp_s);

#endif
