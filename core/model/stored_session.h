/*
 * A session that is kept under a key: made through the control API, by a
 * script or for a split token (reference 7.5). Sessions of centrally verified
 * tokens are computed instead.
 */
#ifndef JG_MODEL_STORED_SESSION_H
#define JG_MODEL_STORED_SESSION_H

#include "model/policy.h"

/*
 * What the gateway reads of it. Everything else that the document holds is
 * its caller's to keep: bind a copy, store the text.
 */
struct jg_stored_session {
    struct jg_str org_id, alias;
    struct jg_strs apply_policies; /* or the deprecated apply_policy_id */
    const struct jg_policy *const *custom_policies; /* meta_data.policies: in
                                                     * place of the ids */
    size_t custom_policy_count;
    struct jg_list access_rights; /* struct jg_access, sorted by api_id */
    struct jg_limit limit;
    int64_t expires_s; /* unix; 0 or less: never */
    bool is_inactive;
    struct jg_strs tags;
    const struct jg_json *document;  /* what it was read from */
    const struct jg_json *meta_data; /* an object, or NULL */
    struct jg_str jwt_secret;        /* jwt_data.secret */
    struct jg_str basic_password;    /* basic_auth_data.password: its hash */
    struct jg_str basic_hash_type;   /* "": bcrypt */
    struct jg_str oauth_client_id;
    struct jg_str last_updated;
    struct jg_str post_expiry_action; /* "", "retain" or "delete" */
    int64_t post_expiry_grace_s;      /* -1: for ever */
    int64_t session_lifetime_s;       /* how long it is kept; 0: the API's */
};

#define JG_CUSTOM_POLICIES_MAX 64 /* policies inside one session */

/* What the text of one may hold: whoever stores it keeps to the same. */
extern const struct jg_json_limits jg_stored_session_limits;

extern const struct jg_field_table jg_stored_session_table;

/*
 * The session in <json>, in <a>. Numbers that Tyk writes as 1e+06 are fine, and
 * members that nobody knows are no warning. <out> is untouched on failure.
 *   JG_E_CONF_TYPE, JG_E_NOMEM
 *   JG_E_CONF_RANGE  more than JG_CUSTOM_POLICIES_MAX policies inside
 *   the errors of jg_policy_read(), for those inside
 */
enum jg_err jg_stored_session_read(const struct jg_bind_source *source,
                                   const struct jg_json *json,
                                   struct jg_arena *a,
                                   struct jg_stored_session *out);

#endif
