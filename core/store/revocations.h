/*
 * Revocations: tokens, keys and callers that are refused from now on, although
 * everything about them is in order. Written by the control API, looked at for
 * every request (access/revocations.h). Each change is also kept for a while as
 * one of a numbered row, so that a worker which has read all before it needs to
 * read nothing else.
 */
#ifndef JG_STORE_REVOCATIONS_H
#define JG_STORE_REVOCATIONS_H

#include "base/json.h"
#include "store/store.h"

#define JG_REVOCATIONS_MAX 100000      /* in force at a time */
#define JG_REVOCATION_VALUE_MAX 1024   /* bytes */
#define JG_REVOCATION_API_MAX 255      /* bytes */
#define JG_REVOCATION_NOTE_MAX 512     /* bytes */
#define JG_REVOCATION_CHANGES_MAX 4096 /* changes that are kept */
#define JG_REVOCATION_ID_BYTES 32      /* hex digits */

/* By what a token or key is revoked; revocations.c names each. */
enum jg_revoke_by {
    JG_REVOKE_TOKEN,  /* SHA-256 of all of a token or stored key, in 64 small
                       * hex digits */
    JG_REVOKE_SIGNED, /* the same of header.claims: however it is signed. An
                       * ECDSA signature has a twin that verifies, too */
    JG_REVOKE_JTI,
    JG_REVOKE_SUB,    /* claim sub, or the identity that the API finds */
    JG_REVOKE_CLIENT, /* azp, client_id, cid or clientId */
    JG_REVOKE_KID,    /* of the token, else of the key that verified it */
    JG_REVOKE_ISSUED, /* before a time; the value is empty */
    JG_REVOKE_COUNT
};

struct jg_revocation {
    enum jg_revoke_by by;
    struct jg_str value;
    struct jg_str api_id; /* empty: for all APIs */
    int64_t before_s;     /* JG_REVOKE_ISSUED: unix */
    int64_t created_s;    /* unix */
    int64_t expires_s;    /* unix; without effect from then on; 0: never */
    struct jg_str note;   /* for people */
};

/* "token_sha256", "signed_sha256", "jti" ... as the control API has them. */
struct jg_str jg_revoke_name(enum jg_revoke_by by);

/* Has it an effect at <now_s>? */
bool jg_revocation_holds(const struct jg_revocation *r, int64_t now_s);

/* The id of <r>: made of <by>, value and api_id, so that the same one is never
 * there twice. JG_E_NOMEM, JG_E_CRYPTO */
enum jg_err jg_revocation_id(const struct jg_revocation *r,
                             char id[static JG_REVOCATION_ID_BYTES + 1]);

/*
 * Write a revocation; <id> gets its id. <changed>: it replaces one. Nothing may
 * be borrowed from a change that <txn> made itself. JG_E_CONF_RANGE        a
 * text is too long, or the value missing: nothing happened
 *   JG_E_REVOCATIONS_FULL  there are JG_REVOCATIONS_MAX: nothing happened
 *   JG_E_CRYPTO, JG_E_STORE, JG_E_STORE_FULL: the transaction can only be ended
 */
enum jg_err jg_revocation_put(struct jg_txn *txn, const struct jg_revocation *r,
                              char id[static JG_REVOCATION_ID_BYTES + 1],
                              bool *changed);

/*
 * The revocation <id>, borrowed from the transaction.
 *   JG_E_NOT_FOUND
 *   JG_E_STORE  also when it is damaged
 */
enum jg_err jg_revocation_get(struct jg_txn *txn, struct jg_str id,
                              struct jg_revocation *out);

/* JG_OK also when there was none. JG_E_STORE, JG_E_STORE_FULL */
enum jg_err jg_revocation_delete(struct jg_txn *txn, struct jg_str id);

/* Call <visit> for each, also for those without effect, in the order of the
 * ids, until it returns anything but JG_OK, which is then returned. <r> is
 * NULL for a damaged one. <visit> must not write. */
typedef enum jg_err jg_revocation_visit(void *arg, struct jg_str id,
                                        const struct jg_revocation *r);
enum jg_err jg_revocations_each(struct jg_txn *txn, jg_revocation_visit *visit,
                                void *arg);

/* The number of the last change; 0: there was never any. JG_E_STORE */
enum jg_err jg_revocations_last(struct jg_txn *txn, uint64_t *out);

/*
 * What change <number> was: <removed>, or written. Borrowed.
 *   JG_E_NOT_FOUND  it is too long ago
 *   JG_E_STORE      also when it is damaged
 */
enum jg_err jg_revocation_change(struct jg_txn *txn, uint64_t number,
                                 struct jg_revocation *out, bool *removed);

#define JG_REVOCATIONS_SWEEP_MAX 256 /* records that one call removes */

/* Is there anything to sweep? For a reader; damaged ones are left. */
bool jg_revocations_ended(struct jg_txn *txn, int64_t now_s);

/* Remove those without effect at <now_s>; <removed> says how many: with
 * JG_REVOCATIONS_SWEEP_MAX there may be more. JG_E_STORE, JG_E_STORE_FULL */
enum jg_err jg_revocations_sweep(struct jg_txn *txn, int64_t now_s,
                                 size_t *removed);

#endif
