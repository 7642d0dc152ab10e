/*
 * The steps of a decision, for this folder only: each one looks at what the
 * steps before it found, adds to it, and passes or names its reason.
 */
#ifndef JG_ACCESS_STEP_H
#define JG_ACCESS_STEP_H

#include "access/decide.h"
#include "model/conf.h"

/*
 * One row of the table. <run> returns JG_OK, or the reason for a refusal; when
 * it sets d->want instead, it is run again once the thing is there.
 */
struct jg_step {
    struct jg_step_info info;
    enum jg_err (*run)(struct jg_decision *d);
    bool for_callers;       /* an API without keys skips it */
    jg_auth_methods method; /* of these: an API that does not ask for it skips
                             * it. 0: of none */
    bool for_exchange;      /* also where JG_HANDLER_EXCHANGE answers */
};

enum jg_err jg_step_path(struct jg_decision *d);
enum jg_err jg_step_route(struct jg_decision *d);
enum jg_err jg_step_exchange(struct jg_decision *d);
enum jg_err jg_step_version(struct jg_decision *d);
enum jg_err jg_step_cors(struct jg_decision *d);
enum jg_err jg_step_address(struct jg_decision *d);
enum jg_err jg_step_organisation(struct jg_decision *d);
enum jg_err jg_step_size(struct jg_decision *d);
enum jg_err jg_step_auth(struct jg_decision *d);
enum jg_err jg_step_basic(struct jg_decision *d);
enum jg_err jg_step_token(struct jg_decision *d);
enum jg_err jg_step_algorithm(struct jg_decision *d);
enum jg_err jg_step_key(struct jg_decision *d);
enum jg_err jg_step_profile(struct jg_decision *d);
enum jg_err jg_step_signature(struct jg_decision *d);
enum jg_err jg_step_claims(struct jg_decision *d);
enum jg_err jg_step_claim_rules(struct jg_decision *d);
enum jg_err jg_step_identity(struct jg_decision *d);
enum jg_err jg_step_revocation(struct jg_decision *d);
enum jg_err jg_step_policies(struct jg_decision *d);
enum jg_err jg_step_auth_token(struct jg_decision *d);
enum jg_err jg_step_rights(struct jg_decision *d);
enum jg_err jg_step_own_limits(struct jg_decision *d);
enum jg_err jg_step_limits(struct jg_decision *d);
enum jg_err jg_step_api_limit(struct jg_decision *d);
enum jg_err jg_step_validation(struct jg_decision *d);
enum jg_err jg_step_headers(struct jg_decision *d);
enum jg_err jg_step_method(struct jg_decision *d);
enum jg_err jg_step_mock(struct jg_decision *d);
enum jg_err jg_step_script(struct jg_decision *d);
enum jg_err jg_step_target(struct jg_decision *d);

/* Is anything asked of the caller, so that there is a session? */
bool jg_has_caller(const struct jg_decision *d);

/*
 * The one text in the places that <source> names, without "Bearer ".
 *   <missing>         there is none
 *   JG_E_TOKEN_TWICE  two that differ
 *   JG_E_NOMEM
 */
enum jg_err jg_token_find(struct jg_decision *d,
                          const struct jg_auth_config *source,
                          enum jg_err missing, struct jg_str *out);

/* The same for user and password: the whole of it, as it was sent. */
enum jg_err jg_credentials_find(struct jg_decision *d,
                                const struct jg_auth_config *source,
                                enum jg_err missing, struct jg_str *out);

/*
 * Where the API takes split tokens: d->token becomes the whole one that it
 * stands for, and d->joined true. split.c
 *   JG_E_SPLIT_WHOLE, JG_E_SPLIT_UNKNOWN, JG_E_SPLIT_SEALED
 *   JG_E_STORE, JG_E_CRYPTO, JG_E_NOMEM
 */
enum jg_err jg_split_join(struct jg_decision *d);

/* Was d->token verified before, with the keys that have <version>? Then what
 * was read of it is in <d>. */
bool jg_token_recall(struct jg_decision *d, uint64_t version);

/* Its signature has just been verified with the keys that have <version>. */
void jg_token_keep(struct jg_decision *d, uint64_t version);

/* The methods that the caller must pass, as the decision stands. */
jg_auth_methods jg_methods_asked(const struct jg_decision *d);

/*
 * The stored key for which <presented> stands: d->stored. stored.c
 *   JG_E_NOT_FOUND          also when it is too short or too long
 *   JG_E_AUTH_TOKEN_SESSION it holds no session
 *   JG_E_STORE, JG_E_CRYPTO, JG_E_NOMEM
 *   the errors of jg_revocation_of_key()
 */
enum jg_err jg_stored_find(struct jg_decision *d, struct jg_str presented);

/* The same for the name of a user, whose password is looked at before anybody
 * may know whether he is revoked. */
enum jg_err jg_stored_find_user(struct jg_decision *d, struct jg_str user);

/*
 * The caller has passed <method>, and d->session is what it gave him. Of
 * several methods the one of base_identity_provided_by counts, else the last:
 * afterwards d->session and d->stored are those that count. JG_E_NOMEM
 */
enum jg_err jg_session_keep(struct jg_decision *d, jg_auth_methods method);

/*
 * The session of d->stored for this API, with its policies: <out>, which may
 * be d->session.
 *   JG_E_AUTH_TOKEN_POLICIES, JG_E_AUTH_TOKEN_ORG, JG_E_NOMEM
 */
enum jg_err jg_stored_session(struct jg_decision *d, struct jg_session *out);

/*
 * The parts of the steps "key", "signature" and "policies" where every caller
 * has a key of his own (reference 2.9): one_to_one.c
 */
enum jg_err jg_one_to_one_key(struct jg_decision *d);
enum jg_err jg_one_to_one_signature(struct jg_decision *d);
enum jg_err jg_one_to_one_policies(struct jg_decision *d);

/*
 * The first policy of the stored key that jwt_client_base_field's claim names;
 * empty when there is none. client.c
 *   the errors of jg_stored_find(), but for JG_E_NOT_FOUND
 */
enum jg_err jg_client_policy(struct jg_decision *d, struct jg_str *id);

/*
 * Who the verified claims say is calling; d->detail, where the reason's text
 * has one.
 *   JG_E_IDENTITY_NONE, JG_E_IDENTITY_EMPTY, JG_E_IDENTITY_SUB_EMPTY
 */
enum jg_err jg_identity(struct jg_decision *d, struct jg_str *out);

/*
 * The name of the session: of a stored key the key itself, which is a secret;
 * of a verified token Tyk's name for organisation and identity (reference 7.2).
 * Empty without session. In the arena or borrowed.  JG_E_NOMEM, JG_E_CRYPTO
 */
enum jg_err jg_session_id(const struct jg_decision *d, struct jg_str *out);

/*
 * meta_data[<name>] of the session: what policies and the stored key say, and
 * TykJWTSessionID, the session's name, for verified tokens. NULL when there is
 * none. In the arena or borrowed.  JG_E_NOMEM, JG_E_CRYPTO
 */
enum jg_err jg_decision_meta(const struct jg_decision *d, struct jg_str name,
                             const struct jg_json **out);

/*
 * Is the stored <key> (all of it, as it is looked up) revoked, by itself or by
 * another text that it may be presented as? For those who find it.
 *   JG_E_TOKEN_REVOKED, JG_E_REVOCATIONS (not known), JG_E_CRYPTO
 */
enum jg_err jg_revocation_of_key(struct jg_decision *d, struct jg_str key);

/* Is any kid revoked, so that it counts which key verified a token without
 * one? */
bool jg_revocation_asks_kid(struct jg_decision *d);

/*
 * For people, and only when somebody asked (d->trace): what the running step
 * found, what it wanted, or that it does not apply. Control characters become
 * '?', long texts are cut. Never pass a token, a signature or a secret.
 */
void jg_trace_seen(struct jg_decision *d, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void jg_trace_expected(struct jg_decision *d, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void jg_trace_skip(struct jg_decision *d);

#define JG_TRACE_TIME_MAX 32

/* "2026-11-25 12:01:03", UTC, into <out>; returns <out>. */
const char *jg_trace_time(int64_t t, char out[static JG_TRACE_TIME_MAX]);

#define JG_HTTP_TIME_MAX 32

/* "Thu, 26 Nov 2026 12:01:03 UTC" into <out>; returns <out>. */
const char *jg_http_time(int64_t t, char out[static JG_HTTP_TIME_MAX]);

/* The one place where the strict profile differs: strict.c. */
bool jg_strict(const struct jg_api *api);
int jg_strict_status(enum jg_err reason, int status);

/* Take every parameter called <name> off d->query.  JG_E_NOMEM */
enum jg_err jg_strip_param(struct jg_decision *d, struct jg_str name);

/*
 * What the lists of d->version say about this endpoint: d->ignored, or
 * d->answer (its status is not 0 then), or nothing.
 *   JG_E_ENDPOINT, JG_E_NOMEM, JG_E_INTERNAL
 */
enum jg_err jg_check_path_lists(struct jg_decision *d);

/*
 * Does a pattern of the caller's rights match one of <forms>? <text> is as it
 * is written. JG_MATCH_UNKNOWN (a path that is too long to look at, no memory)
 * grants nothing, and is no way out of a limit.
 */
enum jg_match jg_right_match(struct jg_decision *d,
                             const struct jg_right_pattern *right,
                             struct jg_str text,
                             const struct jg_path_forms *forms);

/* How long the upstream may be silent, and how it is asked. endpoint_rules.c */
int64_t jg_upstream_timeout_ms(struct jg_decision *d);

/*
 * The gateway's own answer, as a definition says it: d->answer, and headers of
 * the response. What is none of HTTP's, or the HTTP engine's, is left out.
 * reply.c   JG_E_NOMEM, JG_E_INTERNAL
 */
enum jg_err jg_reply_as_defined(struct jg_decision *d,
                                const struct jg_endpoint_reply *reply);

/* Set a header of every response; a later value replaces an earlier one.
 * JG_E_NOMEM, JG_E_INTERNAL (more than JG_FORWARD_HEADERS_MAX) */
enum jg_err jg_respond_set(struct jg_decision *d, struct jg_str name,
                           struct jg_str value);

/*
 * The caller's session as a script is told it: JSON, with the members of
 * reference 7.5, policies applied and what is left of quotas. In the arena.
 *   JG_E_HEADER_SIZE  more than a request to a script has room for
 *   JG_E_NOMEM, JG_E_CRYPTO
 */
enum jg_err jg_script_session(struct jg_decision *d, struct jg_str *out);

/*
 * Take what strip_auth_data says off d->query, and mark in <drop>, one a
 * request header, those that carry it. <cookies> gets the other cookies when
 * some were taken out, and is untouched otherwise. JG_E_NOMEM
 */
enum jg_err jg_strip_auth_data(struct jg_decision *d,
                               bool drop[static JG_HEADERS_MAX],
                               struct jg_str *cookies);

/* The endpoint of this kind that the request is for, or NULL. <unknown_is_yes>:
 * it may be one, when the path is too long to be compared. */
const struct jg_endpoint *jg_endpoint_of(struct jg_decision *d,
                                         enum jg_endpoint_kind kind,
                                         bool unknown_is_yes);

#endif
