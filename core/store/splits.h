/*
 * What is kept of split tokens: the part that a client does not hold, sealed
 * under a key that only the client's part gives (jose/seal.h), and found by the
 * SHA-256 of that. A copy of the store opens nothing, and names nobody: whom it
 * belongs to is sealed, too (model/split_note.h).
 *
 * A login is a grant with everything that came of it: one refresh token, whose
 * id names it, and the access tokens given with it. It is forgotten as a whole.
 */
#ifndef JG_STORE_SPLITS_H
#define JG_STORE_SPLITS_H

#include "base/arena.h"
#include "model/sealed_token.h"
#include "model/split_note.h"
#include "store/store.h"

/* Characters of a handle. The shortest signatures (HS256, 32 bytes) have 43,
 * those of ML-DSA-87 6170. Less could be guessed. */
#define JG_SPLIT_HANDLE_MIN 43
#define JG_SPLIT_HANDLE_MAX 8192
#define JG_SPLIT_ORG_MAX 255 /* bytes; of an api_id, too */
#define JG_SPLIT_HASH_BYTES 32
#define JG_SPLIT_TEXT_MAX (64 * 1024) /* bytes */
#define JG_SPLITS_SWEEP_MAX 256       /* records that one sweep removes */

struct jg_split {
    enum jg_split_kind kind;
    struct jg_str org_id; /* nobody else's APIs find it */
    struct jg_str handle; /* what the client holds: the secret */
    struct jg_str text;   /* what is kept */
    struct jg_str api_id; /* whose token endpoint gave it */
    struct jg_str note;   /* whom it belongs to, sealed; or empty */
    struct jg_str login;  /* of an access token: the handle of the refresh token
                           * that was given with it; or empty */
    int64_t ends_s;       /* unix; it is gone from then on */
};

/*
 * Keep <split>, as issued at <now_s>. <nonce>: random bytes. Needs <a> for a
 * while. The same text again only gets the later end. JG_E_SPLIT_SAME  another
 * text is kept under this handle: nothing happened JG_E_CONF_RANGE  a size is
 * past the limits above: nothing happened JG_E_CRYPTO, JG_E_NOMEM  nothing
 * happened JG_E_STORE, JG_E_STORE_FULL  the transaction can only be ended
 */
enum jg_err jg_split_put(struct jg_txn *txn, const struct jg_split *split,
                         int64_t now_s,
                         const unsigned char nonce[static JG_SEAL_NONCE_BYTES],
                         struct jg_arena *a);

/*
 * Find by split->kind, ->org_id and ->handle: fills text, api_id and ends_s,
 * in <a>.
 *   JG_E_NOT_FOUND  also when it has ended by <now_s>, is another
 *                   organisation's, or no handle is so short or long
 *   JG_E_STORE      also when the record is damaged
 *   JG_E_CRYPTO, JG_E_NOMEM
 */
enum jg_err jg_split_get(struct jg_txn *txn, struct jg_split *split,
                         int64_t now_s, struct jg_arena *a);

/* An access token whole again: split->text, '.', split->handle, in <a>. p ==
 * NULL: no memory. */
struct jg_str jg_split_whole(const struct jg_split *split, struct jg_arena *a);

/* Forget it; found as above. <found>: it was there. JG_OK also when it was
 * not. JG_E_CRYPTO, JG_E_STORE, JG_E_STORE_FULL */
enum jg_err jg_split_delete(struct jg_txn *txn, const struct jg_split *split,
                            bool *found);

/* One that is kept, without what opens it. Texts are borrowed from the
 * transaction. */
struct jg_split_shown {
    enum jg_split_kind kind;
    unsigned char hash[JG_SPLIT_HASH_BYTES];  /* SHA-256 of its handle */
    unsigned char login[JG_SPLIT_HASH_BYTES]; /* ... of the refresh token's that
                                               * belongs to it; zeros: none */
    struct jg_str org_id, api_id, note;
    int64_t issued_s, ends_s;
};

/*
 * The name of one in lists: 'a' (access token) or 'r' (refresh token), and the
 * beginning of the hash. It opens nothing. It has a NUL.
 */
#define JG_SPLIT_ID_CHARS (1 + 32)
void jg_split_id(const struct jg_split_shown *split,
                 char out[static JG_SPLIT_ID_CHARS + 1]);
bool jg_split_is_id(struct jg_str id);

/*
 * Call <visit> for each that has not ended by <now_s>, access tokens first, in
 * the order of their ids, until it returns anything but JG_OK, which is then
 * returned. With an <after> that is an id, begin behind that, whether it is
 * there or not. Damaged records are passed over. <visit> must not write.
 *   JG_E_STORE
 */
typedef enum jg_err jg_split_visit(void *arg,
                                   const struct jg_split_shown *split);
enum jg_err jg_splits_each(struct jg_txn *txn, struct jg_str after,
                           int64_t now_s, jg_split_visit *visit, void *arg);

/* The one with <id>. JG_E_NOT_FOUND (also: it has ended), JG_E_STORE */
enum jg_err jg_split_show(struct jg_txn *txn, struct jg_str id, int64_t now_s,
                          struct jg_split_shown *out);

/* Forget <split>, with all of its login. <removed> grows by how many records
 * there were. JG_E_STORE, JG_E_STORE_FULL */
enum jg_err jg_split_forget(struct jg_txn *txn,
                            const struct jg_split_shown *split,
                            size_t *removed);

/* The same of the login of the refresh token <handle> of the organisation
 * <org_id>. JG_E_CRYPTO, JG_E_STORE, JG_E_STORE_FULL */
enum jg_err jg_split_forget_login(struct jg_txn *txn, struct jg_str org_id,
                                  struct jg_str handle, size_t *removed);

/* The secret of this installation that salts the keys, as a text for
 * jg_sealed_ring.own: <buffer> is filled. JG_E_STORE */
#define JG_SPLIT_OWN_BYTES 16
enum jg_err jg_split_own(struct jg_txn *txn,
                         char buffer[static JG_SPLIT_OWN_BYTES],
                         struct jg_str *out);

/* Is there anything to sweep? For a reader. */
bool jg_splits_ended(struct jg_txn *txn, int64_t now_s);

/* Remove those that have ended; <removed> says how many: with
 * JG_SPLITS_SWEEP_MAX there may be more. JG_E_STORE, JG_E_STORE_FULL */
enum jg_err jg_splits_sweep(struct jg_txn *txn, int64_t now_s, size_t *removed);

#endif
