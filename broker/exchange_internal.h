/* What the files of the token endpoints share. */
#ifndef JG_BROKER_EXCHANGE_INTERNAL_H
#define JG_BROKER_EXCHANGE_INTERNAL_H

#include "exchange.h"
#include "form.h"

#include "jose/jws.h"

/* exchange.c: answers. */

const struct jg_split_token *jg_exchange_terms(const struct jg_exchange *x);

void jg_exchange_answer(struct jg_exchange *x, int status, struct jg_str body);

/* Answer {"error":"...","error_description":"..."} of RFC 6749 5.2; both are
 * text of ours. Nothing is written then. */
void jg_exchange_refuse(struct jg_exchange *x, int status, const char *error,
                        const char *text);

/* False: <err> is the answer. */
bool jg_exchange_passes(struct jg_exchange *x, enum jg_err err);

/* One file each: a complete form, and the end of the call that it led to. */
typedef void jg_exchange_beginning(struct jg_exchange *x,
                                   const struct jg_scgi *scgi,
                                   const struct jg_form *form);
typedef void jg_exchange_ending(struct jg_exchange *x,
                                const struct jg_call_result *result);
jg_exchange_beginning jg_exchange_begin_grant, jg_exchange_begin_revoke,
    jg_exchange_begin_introspect;
jg_exchange_ending jg_exchange_end_grant, jg_exchange_end_revoke;

/* exchange_revoke.c: the token <real>, as the provider knows it, is to be
 * revoked there, too, with what the client of <form> shows. Nothing when the
 * provider offers no such endpoint. */
void jg_exchange_tell(struct jg_exchange *x, const struct jg_scgi *scgi,
                      const struct jg_form *form, struct jg_str real);

/* exchange_client.c: who asks, and with whose credentials the provider is
 * asked: the client's, or the gateway's own where it shows none. */

struct jg_exchange_client {
    bool own;                    /* the gateway's */
    struct jg_str authorization; /* "Basic ...", or empty: in the form */
};

/* JG_E_NOMEM */
enum jg_err jg_exchange_client(struct jg_exchange *x,
                               const struct jg_scgi *scgi,
                               const struct jg_form *form,
                               struct jg_exchange_client *out);

/* Have <form>, an encoded one, posted to <url>. */
void jg_exchange_call(struct jg_exchange *x, struct jg_str url,
                      struct jg_str form,
                      const struct jg_exchange_client *client);

/* Read a Basic header; both texts are form-encoded in it (RFC 6749 2.3.1).
 * False: it is none. */
bool jg_exchange_basic(struct jg_exchange *x, struct jg_str authorization,
                       struct jg_str *id, struct jg_str *secret);

/* exchange_give.c: what a token becomes for the client, and the changes that
 * this takes. */

/* Whom they are given to, by the claims of the access token <token>, and,
 * where a refresh token is <renewable>, in which login: once, before both. An
 * error of this needs no answer of its own: what is wrong with <token> is said
 * by the next one. JG_E_CRYPTO, JG_E_NOMEM */
enum jg_err jg_exchange_give_login(struct jg_exchange *x, struct jg_str token,
                                   bool renewable);

/* <link>: what names it when its refresh token is revoked; empty when its login
 * does.
 *   JG_E_IDP_OPAQUE, JG_E_IDP_ENDED, JG_E_CRYPTO, JG_E_STORE, JG_E_NOMEM */
enum jg_err jg_exchange_give_access(struct jg_exchange *x, struct jg_str token,
                                    int64_t expires_in_s, struct jg_str *out,
                                    struct jg_str *link);

/* In the place of x->handle, where there is one.
 *   JG_E_NOT_FOUND  that was revoked meanwhile */
enum jg_err jg_exchange_give_refresh(struct jg_exchange *x, struct jg_str token,
                                     int64_t expires_in_s, struct jg_str link,
                                     struct jg_str *out);

/* exchange_open.c: what was given, and what it stands for. */

struct jg_exchange_access {
    struct jg_str whole;  /* the provider's token */
    struct jg_str api_id; /* whose token endpoint gave it */
};

/* JG_E_NOT_FOUND  not known, or no more */
enum jg_err jg_exchange_open_access(struct jg_exchange *x, struct jg_str given,
                                    struct jg_exchange_access *out);

struct jg_exchange_refresh {
    struct jg_str token; /* the provider's */
    struct jg_str link;  /* sealed: the access token that was given with it */
    struct jg_str turn;  /* kept: which one of its login is good */
    int64_t ends_s;
    bool used; /* an earlier one of its login was presented */
};

/* The name of the login of a refresh token, and its turn. False: it is none of
 * mode "split". */
bool jg_exchange_login(struct jg_str given, struct jg_str *login,
                       struct jg_str *turn);

/* Is the one whose <text> is kept the one of this <turn>? */
bool jg_exchange_is_turn(struct jg_str text, struct jg_str turn);

/* JG_E_NOT_FOUND  also when another API gave it: its provider is another one,
 *                 and is not to see this token */
enum jg_err jg_exchange_open_refresh(struct jg_exchange *x, struct jg_str given,
                                     struct jg_exchange_refresh *out);

/* "<end> <link> <turn> <api>\n<token>": what is kept, or sealed, of a refresh
 * token. JG_E_IDP_ANSWER (so long a token is none), JG_E_NOMEM */
enum jg_err jg_exchange_refresh_text(struct jg_exchange *x,
                                     const struct jg_exchange_refresh *refresh,
                                     struct jg_str *out);

/* A sealed token cannot be taken away: the provider's <token> is on the list of
 * the revoked. JG_E_NOT_FOUND: it is. */
enum jg_err jg_exchange_check_revoked(struct jg_exchange *x,
                                      struct jg_str token);

/* exchange_change.c: changes to come, and facts about tokens. */

/* JG_E_INTERNAL: there are too many */
enum jg_err jg_exchange_change(struct jg_exchange *x,
                               enum jg_exchange_change_kind kind,
                               const struct jg_split *split);
enum jg_err jg_exchange_change_revoke(struct jg_exchange *x,
                                      enum jg_revoke_by by, struct jg_str hash,
                                      int64_t expires_s);

/* 64 hex digits in the arena, as revocations name a token. */
enum jg_err jg_exchange_hash(struct jg_exchange *x, struct jg_str text,
                             struct jg_str *out);

/* The claims of a text that looks like a JWT; NULL: it does not. */
const struct jg_json *jg_exchange_claims(struct jg_exchange *x,
                                         struct jg_str token,
                                         struct jg_jws *jws);

/* When a token ends: what it says itself, else what the provider says, else
 * <default_s> from now. */
int64_t jg_exchange_end_of(const struct jg_exchange *x,
                           const struct jg_json *claims, int64_t expires_in_s,
                           int64_t default_s);

/* What seals and opens whole tokens of one kind. */
struct jg_exchange_seal {
    struct jg_sealed_ring ring;
    struct jg_str bound;          /* what the tokens are bound to */
    char own[JG_SPLIT_OWN_BYTES]; /* of <ring> */
};

/* It is wiped by the caller, also after a failure. JG_E_STORE, JG_E_NOMEM */
enum jg_err jg_exchange_seal(struct jg_exchange *x, enum jg_split_kind kind,
                             struct jg_exchange_seal *out);

#endif
