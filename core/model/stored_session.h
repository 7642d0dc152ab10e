/*
 * A session that is kept under a key: made through the control API, by a
 * script or for a split token (reference 7.5). Sessions of centrally verified
 * tokens are computed instead.
 */
#ifndef JG_MODEL_STORED_SESSION_H
#define JG_MODEL_STORED_SESSION_H

#include "model/policy.h"

struct jg_stored_session {
    struct jg_str org_id, alias;
    struct jg_strs
        apply_policies;           /* or the single deprecated apply_policy_id */
    struct jg_list access_rights; /* struct jg_access, sorted by api_id */
    struct jg_limit limit;
    int64_t expires_s; /* unix; 0 or less: never */
    int64_t date_created_s;
    bool is_inactive;
    struct jg_strs tags;
    const struct jg_json *meta_data; /* an object, or NULL */
    struct jg_str jwt_secret;        /* jwt_data.secret */
    struct jg_str last_updated;
};

extern const struct jg_field_table jg_stored_session_table;

/*
 * The session in <json>, in <a>. Numbers that Tyk writes as 1e+06 are fine.
 *   JG_E_CONF_TYPE, JG_E_NOMEM
 */
enum jg_err jg_stored_session_read(const struct jg_bind_source *source,
                                   const struct jg_json *json,
                                   struct jg_arena *a,
                                   struct jg_stored_session *out);

#endif
