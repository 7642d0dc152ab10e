/*
 * Whole tokens that presented ones stood for, so that a client's next request
 * costs neither a look at the store nor a decryption; and sessions that a
 * presented key opened. An entry counts for its
 * organisation, its exact bytes, and one number of changes: when anything was
 * revoked since, it is no entry any more. One cache a process.
 */
#ifndef JG_ACCESS_SPLIT_CACHE_H
#define JG_ACCESS_SPLIT_CACHE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"

#define JG_SPLIT_CACHE_SLOTS 8192
#define JG_SPLIT_CACHE_MAX (16 * 1024 * 1024) /* bytes of all entries */
#define JG_SPLIT_CACHE_ENTRY_MAX (32 * 1024)  /* of one; others are not kept */

struct jg_split_cache; /* private: split_cache.c */

/* <key> must be secret: it keeps clients from choosing places. JG_E_NOMEM */
enum jg_err jg_split_cache_new(const struct jg_hash_key *key,
                               struct jg_split_cache **out);
void jg_split_cache_free(struct jg_split_cache *cache); /* NULL is fine */

/* What an entry is for. */
struct jg_split_presented {
    struct jg_str org_id, token;
    uint64_t change; /* jg_counters_revocations(); of a key, its revision */
};

/* The whole token, borrowed until the next put; p == NULL: not there. */
struct jg_str jg_split_cache_get(const struct jg_split_cache *cache,
                                 const struct jg_split_presented *presented,
                                 int64_t now_s);

/* Keep <whole> until <ends_s>, if there is room for it. */
void jg_split_cache_put(struct jg_split_cache *cache,
                        const struct jg_split_presented *presented,
                        struct jg_str whole, int64_t ends_s);

#endif
