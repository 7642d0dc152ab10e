/*
 * The token endpoints of an API (model/split_token.h), one request each: what
 * is asked of the identity provider, what its answer becomes for the client,
 * and what is kept of it. No socket and no waiting here: see exchanger.c.
 *
 * The way of one request, with what each part leaves in struct jg_exchange:
 *   jg_exchange_begin()  <call>, or the answer at once, or both
 *   (the caller makes the call; with an answer, after the changes)
 *   jg_exchange_end()    the answer, and <changes>
 *   jg_exchange_write()  the changes are in the store, or another answer
 */
#ifndef JG_BROKER_EXCHANGE_H
#define JG_BROKER_EXCHANGE_H

#include "broker.h"
#include "call.h"
#include "scgi.h"

#include "access/revoked.h"
#include "model/api.h"
#include "store/splits.h"

#define JG_EXCHANGE_BODY_MAX (64 * 1024)     /* bytes of a client's form */
#define JG_EXCHANGE_ANSWER_MAX (1024 * 1024) /* bytes, for the client */
#define JG_EXCHANGE_PASS_MAX (64 * 1024)     /* of a provider's error */
#define JG_EXCHANGE_CHANGES_MAX 4
#define JG_EXCHANGE_HEADERS_MAX 4

/*
 * A refresh token in mode "split" is this, the name of the login (random
 * bytes), '.', and which of its refresh tokens this is (random bytes). What is
 * kept is found and opened by all before the last '.', so one that was used up
 * still says whose it was.
 */
#define JG_REFRESH_PREFIX "jgr1."

/* What all requests of one process have to do with. */
struct jg_exchange_world {
    const struct jg_broker *broker;
    struct jg_revoked *revoked;
    int64_t now_s;
};

/* Something to be written before the answer is sent. */
enum jg_exchange_change_kind {
    JG_EXCHANGE_PUT,
    JG_EXCHANGE_DELETE,
    JG_EXCHANGE_REPLACE, /* as DELETE, of a login's refresh token, but it must
                          * still be there, and split.text its turn: who revoked
                          * it meanwhile is obeyed */
    JG_EXCHANGE_FORGET,  /* the login with the refresh token <handle> */
    JG_EXCHANGE_REVOKE,
};

struct jg_exchange_change {
    enum jg_exchange_change_kind kind;
    struct jg_split split;
    struct jg_revocation revocation;
};

/* Everything lives in <arena>, or is borrowed from <api> and the request. */
struct jg_exchange {
    struct jg_exchange_world *world;
    struct jg_arena *arena;
    const struct jg_api *api;
    enum jg_split_endpoint endpoint;

    /* To be called when url.len > 0. */
    struct jg_call_request call;
    struct jg_call_header headers[JG_EXCHANGE_HEADERS_MAX];

    struct jg_str handle;  /* presented as refresh token */
    int64_t handle_ends_s; /* ... and it is kept until then */
    struct jg_str refresh; /* what it stands for */
    bool reused;           /* it was used up before: all of it is ended */

    struct jg_str login; /* of what is given: JG_REFRESH_PREFIX..., or empty */
    struct jg_str note;  /* whom it is given to, sealed; or empty */
    struct jg_exchange_change changes[JG_EXCHANGE_CHANGES_MAX];
    size_t change_count;

    /* The answer, when status > 0. */
    int status;
    struct jg_str body;        /* JSON, or empty */
    bool authenticate;         /* with WWW-Authenticate: Basic */
    struct jg_str retry_after; /* seconds, as text */
    int64_t pause_ms;          /* it has to wait for so long */
    enum jg_err reason;        /* JG_OK, or a fault worth a line of the log */
    const char *cause;         /* in words, of the request or of static text */
};

/* Begin with a request: fills <x>->call, or answers. */
void jg_exchange_begin(struct jg_exchange *x, const struct jg_scgi *scgi);

/* The call has ended: answer. */
void jg_exchange_end(struct jg_exchange *x,
                     const struct jg_call_result *result);

/*
 * Write the changes. With an error for this request alone it answers that, and
 * JG_OK is returned.
 *   JG_E_STORE, JG_E_STORE_FULL  the transaction can only be ended
 */
enum jg_err jg_exchange_write(struct jg_exchange *x, struct jg_txn *txn);

/* Does one of the changes end what workers may remember? */
bool jg_exchange_takes_away(const struct jg_exchange *x);

/* Answer with <err> instead of anything before; nothing is written then. */
void jg_exchange_fail(struct jg_exchange *x, enum jg_err err,
                      const char *cause);

#endif
