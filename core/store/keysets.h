/*
 * Key sets by URL as records: one a distinct URL, however many APIs name it.
 * The loader makes and removes them, the broker fetches and writes them, the
 * workers read them. Beside them is written down which API names which.
 */
#ifndef JG_STORE_KEYSETS_H
#define JG_STORE_KEYSETS_H

#include "model/api.h"
#include "store/store.h"

#define JG_KEYSET_BODY_MAX JG_JWKS_MAX_BYTES
#define JG_KEYSET_ETAG_MAX 256            /* bytes; longer ones are useless */
#define JG_KEYSET_FAULT_MAX 512           /* bytes */
#define JG_KEYSET_HISTORY_MAX (64 * 1024) /* bytes */
#define JG_KEYSET_KID_MAX 128             /* bytes of a kid that is noted */

/*
 * The record of one URL; its key is the id of struct jg_key_url. Times are
 * unix seconds, 0 is never. A record with all times 0 is a stub: due now.
 */
struct jg_keyset {
    struct jg_str url;    /* of the set or, with <discover>, of the document */
    struct jg_str issuer; /* with <discover>: what the document must name,
                           * byte for byte; otherwise empty */
    bool discover;        /* <url> is a provider's metadata, not the set */
    bool insecure;        /* its TLS certificate is not verified */
    int64_t ttl_s; /* the smallest cache_timeout that an API asks for; 0: none
                    * does, so that the answer's own word counts, and without
                    * one jwks.cache.timeout */
    struct jg_str jwks_url; /* found by discovery, or empty */
    struct jg_str body;     /* the last good answer; empty: none yet, or it
                             * was thrown away */
    uint64_t version;       /* of the body, 0 without one: equal bodies have
                             * equal versions. jg_keyset_put() computes it */
    int64_t fetched_s;     /* <body> was got, or confirmed, for the last time */
    int64_t tried_s;       /* the last attempt ended, good or not. Set when it
                            * ends, so that nobody who waits for it is sent away */
    int64_t refresh_s;     /* the next attempt is due */
    int64_t failures;      /* attempts that failed since the last good one */
    int64_t status;        /* of HTTP, of the last attempt; 0: no answer */
    int64_t took_ms;       /* it took so long */
    struct jg_str etag;    /* of <body>, or empty */
    struct jg_str fault;   /* why the last attempt failed, for people; empty */
    struct jg_str history; /* what the writer remembers of keys, in its own
                            * form: nobody else reads it */
};

/* May <kid>, which a client chose, be noted and shown? One to JG_KEYSET_KID_MAX
 * bytes of printable ASCII without a space. */
bool jg_key_kid_is_plain(struct jg_str kid);

/*
 * Write the record <id>. Strings may be borrowed from what was committed
 * before, but not from a change that <txn> made itself. keyset->version is not
 * looked at.
 *   JG_E_CONF_RANGE  a string is longer than its limit (urls: JG_URL_MAX)
 *   JG_E_NOMEM, JG_E_STORE, JG_E_STORE_FULL
 */
enum jg_err jg_keyset_put(struct jg_txn *txn, struct jg_str id,
                          const struct jg_keyset *keyset);

/*
 * <out> borrows from the transaction. The body is not verified, and so not
 * touched; jg_keyset_verify() does it before the first use.
 *   JG_E_NOT_FOUND
 *   JG_E_STORE  also when its head is damaged
 */
enum jg_err jg_keyset_get(struct jg_txn *txn, struct jg_str id,
                          struct jg_keyset *out);

/* Take a record apart that jg_store_each() gave: as jg_keyset_get(). */
enum jg_err jg_keyset_decode(struct jg_str value, struct jg_keyset *out);

/* JG_OK when the body is what was written, else JG_E_STORE, JG_E_NOMEM. */
enum jg_err jg_keyset_verify(const struct jg_keyset *keyset);

/*
 * Which key sets the API <api_id> names: replaces what was written before.
 * With <count> 0 nothing is kept.
 *   JG_E_CONF_RANGE, JG_E_NOMEM, JG_E_STORE, JG_E_STORE_FULL
 */
enum jg_err jg_keyset_put_uses(struct jg_txn *txn, struct jg_str api_id,
                               const struct jg_key_url *urls, size_t count);

/*
 * Call <visit> for each URL that an API names, API by API in the order of
 * their ids, URLs in their own order, until it returns anything but JG_OK,
 * which is then returned. Strings are borrowed. A damaged record is left out.
 * jg_keyset_uses_of() does so for one API: JG_OK also when it names none.
 *   JG_E_STORE
 */
typedef enum jg_err jg_keyset_visit(void *arg, struct jg_str api_id,
                                    const struct jg_key_url *url);
enum jg_err jg_keyset_each_use(struct jg_txn *txn, jg_keyset_visit *visit,
                               void *arg);
enum jg_err jg_keyset_uses_of(struct jg_txn *txn, struct jg_str api_id,
                              jg_keyset_visit *visit, void *arg);

#endif
