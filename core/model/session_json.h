/*
 * A session with its policies applied, as the control API shows it (reference
 * 7.5, 9.2): the document that was stored, with what policies decide in place
 * of what they replace.
 */
#ifndef JG_MODEL_SESSION_JSON_H
#define JG_MODEL_SESSION_JSON_H

#include "model/session.h"

/* How much of a quota is left: of counters, which the model does not know. */
struct jg_quota_left {
    int64_t remaining; /* -1: without limit */
    int64_t renews_s;  /* unix time; 0: never, or nobody looked */
};

/*
 * Fills in <out> for the limit of <access>, or of the session itself (NULL).
 * Called for each of them.
 */
typedef void jg_quota_look(void *data, const struct jg_limit *limit,
                           const struct jg_access *access,
                           struct jg_quota_left *out);

/*
 * The session <document>, whose members stay in their order, with rights,
 * limits, tags, meta data and activity of <all>, which jg_session_apply_all()
 * made of <session>. No password is shown. Without <look> (may be NULL) all of
 * a quota is left. In <a>, or borrowed from the arguments. Members of an entry
 * of access_rights that the gateway does not know are kept where no policy made
 * the entry. JG_E_NOMEM
 */
enum jg_err jg_session_to_json(const struct jg_json *document,
                               const struct jg_session *session,
                               const struct jg_session_all *all,
                               jg_quota_look *look, void *data,
                               struct jg_arena *a, const struct jg_json **out);

/*
 * <shown> as scripts and the control API tell it: with every member that Tyk's
 * stable releases print, in their order, those that are missing with their zero
 * values; what else <shown> has stands behind them. In <a>, or borrowed.
 * JG_E_NOMEM
 */
enum jg_err jg_session_whole(const struct jg_json *shown, struct jg_arena *a,
                             struct jg_json *out);

/*
 * The meta data of <session>: its <own>, which may be NULL, under those of its
 * policies, the last one on top. In <a>, or borrowed. JG_E_NOMEM
 */
enum jg_err jg_session_meta_data(const struct jg_session *session,
                                 const struct jg_json *own, struct jg_arena *a,
                                 struct jg_json *out);

/* <document> with the password of basic_auth_data, its hash that is, made
 * empty, as it may be shown. In <a>, or <document> itself; NULL: no memory, or
 * no document. */
const struct jg_json *
jg_session_without_password(const struct jg_json *document, struct jg_arena *a);

#endif
