/* Stored keys over the control API: between its files only. */
#ifndef JG_ADMIN_KEYS_INTERNAL_H
#define JG_ADMIN_KEYS_INTERNAL_H

#include "admin/admin_internal.h"
#include "model/session_json.h"
#include "store/key_seal.h"

/* A session on its way into the store, or out of it. */
struct jg_key_draft {
    struct jg_str text;         /* the document, with all of its members */
    const struct jg_json *json; /* the same */
    struct jg_stored_session stored;
    struct jg_str password;       /* of basic_auth_data, as it was sent */
    struct jg_snapshot *policies; /* that it names; owned */
    struct jg_session session;
    struct jg_session_all all; /* with its policies applied */
};

/*
 * Understand <text>; findings go to <diags> (may be NULL). Nothing is owned
 * until jg_key_draft_apply().
 *   JG_E_CONF_JSON, JG_E_CONF_TYPE, JG_E_CONF_RANGE, ...: reported
 *   JG_E_NOMEM
 */
enum jg_err jg_key_draft_read(struct jg_admin_call *call, struct jg_str text,
                              struct jg_diags *diags, struct jg_key_draft *out);

/*
 * Look its policies up among the records, and apply them. A session without
 * organisation has that of its first policy. To be freed in any case.
 *   the errors of jg_session_all_of_stored(), JG_E_STORE
 */
enum jg_err jg_key_draft_apply(struct jg_admin_call *call,
                               struct jg_key_draft *draft);
void jg_key_draft_free(struct jg_key_draft *draft);

/* Why policies do not apply, in Tyk's words, in the arena. */
const char *jg_key_draft_fault(struct jg_admin_call *call,
                               const struct jg_key_draft *draft,
                               enum jg_err err);

/* Set a member of the document to <value>, which is JSON. JG_E_NOMEM */
enum jg_err jg_key_draft_set(struct jg_admin_call *call,
                             struct jg_key_draft *draft, const char *name,
                             struct jg_str value);

/*
 * Put the hash of the password that <draft> was sent with, if any, in its
 * place; or take a hash over, with ?password_is_hash=true. Takes tens of
 * milliseconds. False: it is answered. key_password.c
 */
bool jg_key_password_hash(struct jg_admin_call *call,
                          struct jg_key_draft *draft);

/*
 * A user keeps his password when <draft> brings none, or the stored hash: whose
 * reader was shown none, and without one his name alone would be a key.
 *   JG_E_NOMEM
 */
enum jg_err jg_key_password_keep(struct jg_admin_call *call,
                                 struct jg_key_draft *draft,
                                 const struct jg_key_draft *old);

/* Until when its record is kept: unix, 0 for ever (model/key_life.h).
 * JG_E_STORE, JG_E_NOMEM */
enum jg_err jg_key_draft_end(struct jg_admin_call *call,
                             const struct jg_key_draft *draft, int64_t *out);

/* As JSON, policies applied and quotas looked up. <id> NULL: all of each quota
 * is left.  JG_E_NOMEM */
enum jg_err jg_key_draft_show(struct jg_admin_call *call,
                              const struct jg_key_draft *draft,
                              const struct jg_key_id *id,
                              const struct jg_json **out);

/* What the query of a call says about a key. */
struct jg_key_query {
    struct jg_str org_id; /* org_id, or that of the API api_id; may be empty */
    struct jg_str api_id;
    bool hashed, username, suppress_reset;
};

/* Answers, and is false, when it makes no sense. */
bool jg_key_query_read(struct jg_admin_call *call, struct jg_key_query *out);

/* One that is stored. */
struct jg_key_found {
    struct jg_str key; /* all of it, in the arena or the request; of one that
                        * was found by its hash, that */
    struct jg_key_id id;
    struct jg_stored_key record; /* borrowed from the transaction; what the key
                                  * seals in its session is open */
};

/*
 * The key that call->id means, in the organisation <org_id>.
 *   JG_E_NOT_FOUND, JG_E_KEY_AMBIGUOUS (only by its hash), JG_E_STORE, ...
 */
enum jg_err jg_key_find(struct jg_admin_call *call, struct jg_txn *txn,
                        struct jg_str org_id, const struct jg_key_query *query,
                        struct jg_key_found *out);

#define JG_KEY_DETAILS_MAX 5000                /* keys of one answer */
#define JG_KEY_DETAILS_BYTES (4 * 1024 * 1024) /* then no other one begins */

/* Append {"key": name, ...} with what one reads in a list: alias, policies,
 * times. A session that cannot be read has its name alone. False: too long. */
bool jg_key_details_add(struct jg_buf *b, const struct jg_stored_key *key);

/* An error of store or keys that has no words of Tyk's. */
void jg_answer_key_err(struct jg_admin_call *call, enum jg_err err);

/* Rates and quotas of a key begin again. */
void jg_key_reset(struct jg_admin_call *call, const struct jg_key_id *id,
                  const struct jg_key_draft *draft);

/* For jg_session_to_json(): <data> is a struct jg_key_meter. */
struct jg_key_meter {
    struct jg_counters *counters;
    const struct jg_key_id *id;
    bool own; /* without policies: an API with limits counts by itself */
    int64_t now_ms;
};
jg_quota_look jg_key_quota_look;

#endif
