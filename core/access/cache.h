/*
 * Tokens whose signature was verified, with their header and claims already
 * parsed. An entry says only: exactly these bytes carry a good signature by a
 * key of API <id> at <version> with key sets by URL at <keys_version> (design:
 * invariant 4). Everything else is
 * checked again on every hit. One cache a process; entries are counted.
 */
#ifndef JG_ACCESS_CACHE_H
#define JG_ACCESS_CACHE_H

#include "base/hash.h"
#include "jose/jws.h"
#include "model/api.h"

#define JG_CACHE_ENTRIES_MAX 50000

struct jg_token_cache; /* private: cache.c */

/* A verified token. Read only; valid while the reference is held. */
struct jg_verified {
    struct jg_str token;
    struct jg_jws_header header;
    const struct jg_json *claims;
    int64_t exp_s; /* 0: none; the entry is not returned after it */
};

/*
 * For <max_bytes> of entries and JG_CACHE_ENTRIES_MAX of them at most; the
 * least recently used one goes first. <key> must be secret: it keeps clients
 * from choosing buckets.  JG_E_NOMEM
 */
enum jg_err jg_cache_new(size_t max_bytes, const struct jg_hash_key *key,
                         struct jg_token_cache **out);
void jg_cache_free(struct jg_token_cache *cache); /* NULL is fine */

/*
 * The entry of these exact token bytes for this API at this version, with a
 * reference for the caller; NULL: not there. Keys of the definition are covered
 * by its version, those of key sets by URL by <keys_version>, which is 0 when
 * there are none. <now_s> drops what has expired (exp plus the API's skew).
 */
const struct jg_verified *jg_cache_get(struct jg_token_cache *cache,
                                       const struct jg_api *api,
                                       uint64_t keys_version,
                                       struct jg_str token, int64_t now_s);

/*
 * Keep a token whose signature has just been verified. Header and claims are
 * copied. The new entry is returned with a reference, or NULL when it is not
 * kept (that is no error): too large, expired, exp of a wrong type, no memory.
 */
const struct jg_verified *
jg_cache_put(struct jg_token_cache *cache, const struct jg_api *api,
             uint64_t keys_version, struct jg_str token,
             const struct jg_jws_header *header, const struct jg_json *claims,
             int64_t now_s);

/* Give a reference back. NULL is fine. */
void jg_cache_release(const struct jg_verified *entry);

struct jg_cache_stats {
    uint64_t hits, misses, evictions;
    size_t entries, bytes;
};
struct jg_cache_stats jg_cache_stats(const struct jg_token_cache *cache);

#endif
