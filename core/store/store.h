/*
 * Records in LMDB: written by the broker, read by every nginx worker without
 * locks. One environment, one sub-database a kind. Open it after fork, once in
 * a process: in a child of that process every call fails with JG_E_STORE.
 */
#ifndef JG_STORE_STORE_H
#define JG_STORE_STORE_H

#include "base/err.h"
#include "base/hash.h"

#include <sys/types.h>

/* Kinds of records; each row of store.c names its sub-database. */
enum jg_kind {
    JG_KIND_META,       /* schema version, hash key */
    JG_KIND_CONF,       /* "gateway": the configuration the workers use */
    JG_KIND_API,        /* api_id -> definition */
    JG_KIND_POLICY,     /* org_id '\n' id -> policy */
    JG_KIND_ADDRESS,    /* host name -> its addresses */
    JG_KIND_KEYSET,     /* id of a key set's URL -> struct jg_keyset */
    JG_KIND_KEYSET_USE, /* api_id -> the key sets that it names */
    JG_KIND_KEY,        /* SHA-256 of a key -> struct jg_stored_key */
    JG_KIND_KEY_NAME, /* short hash of a key -> the SHA-256 of those with it */
    JG_KIND_KEY_END,  /* time, SHA-256 of a key -> nothing: when it ends */
    JG_KIND_REVOCATION,        /* id -> struct jg_revocation */
    JG_KIND_REVOCATION_CHANGE, /* number -> what changed */
    JG_KIND_ORG,               /* org_id -> its session, JSON */
    JG_KIND_SPLIT,       /* kind, SHA-256 of a handle -> struct jg_split */
    JG_KIND_SPLIT_END,   /* time, the same -> nothing: when it ends */
    JG_KIND_SPLIT_LOGIN, /* login, SHA-256 of a handle -> nothing: the access
                          * tokens of it */
    JG_KIND_FINDINGS,    /* "scripts" -> what is wrong with them */
    JG_KIND_COUNT
};

#define JG_STORE_KEY_MAX 511 /* bytes of a key: LMDB's own limit */
#define JG_STORE_VALUE_MAX (64 * 1024 * 1024) /* bytes of a value */
#define JG_STORE_FAULT_MAX 256

struct jg_store; /* one per process */

struct jg_store_options {
    const char *path; /* a folder, made (0750) when it is missing */
    size_t max_bytes; /* of the data file, at least 1 MiB; it has this size
                       * from the start, but holes where nothing is stored */
    bool writable;    /* the broker; readers cannot change a byte */
    gid_t group;      /* owner group of new files; (gid_t)-1: leave it */
};

/*
 * Open the store. <fault> gets the cause in words.
 *   JG_E_STORE  no such folder, wrong rights, damaged, another schema version
 *   JG_E_STORE_FULL, JG_E_NOMEM
 */
enum jg_err jg_store_open(const struct jg_store_options *options,
                          struct jg_store **out,
                          char fault[static JG_STORE_FAULT_MAX]);
void jg_store_close(struct jg_store *store); /* NULL is fine */

/* "LMDB 0.9.24: (July 24, 2019)": the library in use. */
const char *jg_store_version(void);

/*
 * A transaction. What is read is borrowed until its end. Readers see one
 * moment and never wait; there is one writer at a time in all processes, and
 * a second one waits for it (in the same process it fails instead). A reader
 * should be short: the space of what it could still see is not used again.
 */
struct jg_txn;

enum jg_err jg_txn_read(struct jg_store *store, struct jg_txn **out);
enum jg_err jg_txn_write(struct jg_store *store, struct jg_txn **out);

/* Ends it. On disk when it returns JG_OK; JG_E_STORE, JG_E_STORE_FULL (also of
 * a change before that failed): nothing is. */
enum jg_err jg_txn_commit(struct jg_txn *txn);
void jg_txn_abort(struct jg_txn *txn); /* also the end of a reader; NULL ok */

/* <value> is borrowed until the transaction ends, in a writer until its next
 * change. JG_E_NOT_FOUND, JG_E_STORE. */
enum jg_err jg_store_get(struct jg_txn *txn, enum jg_kind kind,
                         struct jg_str key, struct jg_str *value);

/*
 *   JG_E_CONF_RANGE  the key has not 1..JG_STORE_KEY_MAX bytes, or the value
 *                    more than JG_STORE_VALUE_MAX: nothing happened
 *   JG_E_STORE, JG_E_STORE_FULL  the transaction can only be ended now
 */
enum jg_err jg_store_put(struct jg_txn *txn, enum jg_kind kind,
                         struct jg_str key, struct jg_str value);

/* JG_OK also when there was none. */
enum jg_err jg_store_delete(struct jg_txn *txn, enum jg_kind kind,
                            struct jg_str key);

/*
 * Call <visit> for each record in the order of the keys, until it returns
 * anything but JG_OK, which is then returned. <visit> must not write.
 */
typedef enum jg_err jg_store_visit(void *arg, struct jg_str key,
                                   struct jg_str value);
enum jg_err jg_store_each(struct jg_txn *txn, enum jg_kind kind,
                          jg_store_visit *visit, void *arg);

/* The same, beginning with the first key that is not before <from>, which has
 * at most JG_STORE_KEY_MAX bytes. */
enum jg_err jg_store_each_from(struct jg_txn *txn, enum jg_kind kind,
                               struct jg_str from, jg_store_visit *visit,
                               void *arg);

size_t jg_store_count(struct jg_txn *txn, enum jg_kind kind);

/* Free the slots of readers that died: what they read keeps its space until
 * then. Returns how many. */
unsigned jg_store_sweep_readers(struct jg_store *store);

/* The secret of this installation, made with the store, for names that must
 * be equal in all processes and guessed by nobody. JG_E_STORE. */
enum jg_err jg_store_hash_key(struct jg_txn *txn, struct jg_hash_key *out);

#endif
