/* How long a stored key is kept: its end of life in the store, which is not
 * when it expires (reference 7.5, last paragraph). */
#ifndef JG_MODEL_KEY_LIFE_H
#define JG_MODEL_KEY_LIFE_H

#include "model/snapshot.h"
#include "model/stored_session.h"

/* What a session says about it, with its policies applied. */
struct jg_key_life {
    int64_t expires_s;                /* unix; 0 or less: never */
    int64_t session_lifetime_s;       /* 0 or less: that of the APIs */
    struct jg_str post_expiry_action; /* "", "retain" or "delete" */
    int64_t post_expiry_grace_s; /* after "retain"; less than 0: for ever */
};

/* That of <session> itself, without policies. */
struct jg_key_life jg_key_life_of(const struct jg_stored_session *session);

/*
 * When the record of a key ends that is written at <now_s>: unix time, 0:
 * never. The first that applies: force_global_session_lifetime; an action
 * after the expiry of a key that expires ("delete": at that time, "retain":
 * after the grace period); session_lifetime of the key, else of the API, where
 * *respects_key_expiration* keeps it until it expires at least. Of several APIs
 * in <rights> (struct jg_access) the one that keeps it longest counts; those
 * that <snapshot> does not have do not, and without any only the key does.
 */
int64_t jg_key_life_end(const struct jg_snapshot *snapshot,
                        const struct jg_list *rights,
                        const struct jg_key_life *life, int64_t now_s);

#endif
