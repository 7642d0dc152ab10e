/*
 * Stored keys: what the control API and scripts make, and callers present. A
 * key is looked up by the SHA-256 of all of it; the key itself is kept only
 * where it is its own name (without hash_keys). Its short hash, which the
 * control API shows as a name, leads back to it for that API and for nobody
 * else, so that no collision of short hashes ever lets anybody in.
 */
#ifndef JG_STORE_KEYS_H
#define JG_STORE_KEYS_H

#include "model/key_name.h"
#include "store/store.h"

#define JG_KEY_ID_BYTES 32
#define JG_KEY_SESSION_MAX (256 * 1024) /* bytes */
#define JG_KEY_ORG_MAX 255              /* bytes */
#define JG_KEYS_SAME_NAME_MAX 64        /* keys with one short hash */

/* The SHA-256 of a key: what its record is kept under. */
struct jg_key_id {
    unsigned char bytes[JG_KEY_ID_BYTES];
};

/* JG_E_CRYPTO */
enum jg_err jg_key_id(struct jg_str key, struct jg_key_id *out);

/* One record. Strings are the caller's, or borrowed from the transaction. */
struct jg_stored_key {
    struct jg_str name; /* what its owner calls it: jg_key_name() of the key */
    struct jg_str org_id;
    struct jg_str session; /* JSON, byte for byte as it was given */
    int64_t ends_s;        /* unix; the record is gone from then on; 0: never */
    uint64_t revision;     /* of this content: no other one of this key ever
                            * has it. jg_stored_key_put() chooses it */
};

/*
 * Write the record of the key with <id>, also over an older one. Strings may
 * be borrowed from what was committed before, but not from a change that <txn>
 * made itself. key->revision is not looked at.
 *   JG_E_CONF_RANGE  name, org_id or session is too long, or the name empty:
 *                    nothing happened
 *   JG_E_KEY_SAME_NAME  JG_KEYS_SAME_NAME_MAX other keys have this name, and
 *   JG_E_CRYPTO, JG_E_STORE, JG_E_STORE_FULL: the transaction can only be ended
 */
enum jg_err jg_stored_key_put(struct jg_txn *txn, const struct jg_key_id *id,
                              const struct jg_stored_key *key);

/*
 *   JG_E_NOT_FOUND  also when it has ended by <now_s>
 *   JG_E_STORE      also when the record is damaged
 */
enum jg_err jg_stored_key_get(struct jg_txn *txn, const struct jg_key_id *id,
                              int64_t now_s, struct jg_stored_key *out);

/* What somebody read of a key: its id, and which content that was. */
struct jg_key_seen {
    struct jg_key_id id;
    uint64_t revision;
};

/* The same as a text between our own processes: the id in lower case hex
 * digits, a space, the revision; with a NUL. */
#define JG_KEY_SEEN_CHARS (2 * JG_KEY_ID_BYTES + 1 + 20 + 1)
void jg_key_seen_write(const struct jg_key_seen *seen,
                       char out[static JG_KEY_SEEN_CHARS]);
/* False, and <out> untouched: it is none. */
bool jg_key_seen_read(struct jg_str text, struct jg_key_seen *out);

/*
 * Compare and put: write <session> in the place of the one that was <seen>.
 * Name, organisation and end stay; the revision is a new one. Whoever deleted,
 * exchanged or changed the key in the meantime wins.
 *   JG_E_NOT_FOUND   it has gone, has ended by <now_s>, or has another content:
 *                    nothing happened
 *   JG_E_CONF_RANGE  <session> is too long: nothing happened
 *   the others of jg_stored_key_put()
 */
enum jg_err jg_stored_key_change(struct jg_txn *txn,
                                 const struct jg_key_seen *seen, int64_t now_s,
                                 struct jg_str session);

/*
 * The key that is called <name>: for the control API only. Where several are,
 * nothing is chosen: the caller asks for the key itself.
 *   JG_E_NOT_FOUND, JG_E_KEY_AMBIGUOUS, JG_E_CRYPTO, JG_E_STORE
 */
enum jg_err jg_stored_key_find(struct jg_txn *txn, struct jg_str name,
                               int64_t now_s, struct jg_key_id *id,
                               struct jg_stored_key *out);

/* JG_OK also when there was none. JG_E_STORE, JG_E_STORE_FULL */
enum jg_err jg_stored_key_delete(struct jg_txn *txn,
                                 const struct jg_key_id *id);

/*
 * Call <visit> for each key of <org_id> (p == NULL: of all) that has not
 * ended, in no order that means anything, until it returns anything but JG_OK,
 * which is then returned. Damaged records are passed over. <visit> must not
 * write.
 */
typedef enum jg_err jg_stored_key_visit(void *arg, const struct jg_key_id *id,
                                        const struct jg_stored_key *key);
enum jg_err jg_stored_keys_each(struct jg_txn *txn, struct jg_str org_id,
                                int64_t now_s, jg_stored_key_visit *visit,
                                void *arg);

#define JG_KEYS_SWEEP_MAX 256 /* records that one call removes */

/* Is there anything to sweep? For a reader. */
bool jg_stored_keys_ended(struct jg_txn *txn, int64_t now_s);

/* Remove records that ended by <now_s>; <removed> says how many: with
 * JG_KEYS_SWEEP_MAX there may be more. JG_E_STORE, JG_E_STORE_FULL */
enum jg_err jg_stored_keys_sweep(struct jg_txn *txn, int64_t now_s,
                                 size_t *removed);

#endif
