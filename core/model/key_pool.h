/*
 * Equal jwt_sources of the APIs of one snapshot are read once: ten thousand
 * definitions with one PEM cost one key, in time and in memory.
 */
#ifndef JG_MODEL_KEY_POOL_H
#define JG_MODEL_KEY_POOL_H

#include "base/map.h"
#include "jose/jwks.h"

struct jg_shared_keys; /* private: key_pool.c */

struct jg_key_pool {
    struct jg_arena *arena; /* outlives the pool */
    size_t max;             /* sources; those beyond it are not shared */
    struct jg_map map;      /* made with the first of them */
    struct jg_shared_keys *all;
};

/* An empty pool for <max> different sources; it takes no memory yet. */
void jg_key_pool_init(struct jg_key_pool *pool, struct jg_arena *a, size_t max);

/*
 * As jg_jwks_from_source(), with its errors and its <fault>: the set that an
 * equal <material> for the same <algs> gave before, with one more reference,
 * or a new one. <pool> may be NULL. The material is not kept, only its hash.
 */
enum jg_err jg_key_pool_take(struct jg_key_pool *pool, struct jg_str material,
                             jg_algs algs, struct jg_jwks **out,
                             struct jg_key_fault *fault);

/* Release the pool's references. */
void jg_key_pool_free(struct jg_key_pool *pool);

#endif
