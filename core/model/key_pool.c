/* Key sets by the hash of what they were read from. */
#include "model/key_pool.h"

#include "jose/sign.h"

#define HASH_BYTES 32

struct jg_shared_keys {
    unsigned char name[HASH_BYTES + sizeof(jg_algs)];
    struct jg_jwks *keys;
    struct jg_key_fault fault; /* what was said about the source */
    struct jg_shared_keys *next;
};

void
jg_key_pool_init(struct jg_key_pool *pool, struct jg_arena *a, size_t max)
{
    *pool = (struct jg_key_pool){.arena = a, .max = max};
}

static enum jg_err
read_new(struct jg_key_pool *pool, struct jg_shared_keys *shared,
         struct jg_str material, jg_algs algs, struct jg_key_fault *fault)
{
    enum jg_err err =
        jg_jwks_from_source(material, algs, &shared->keys, &shared->fault);

    if (err != JG_OK) {
        if (fault != NULL)
            *fault = shared->fault;
        return err;
    }
    shared->next = pool->all;
    pool->all = shared;
    jg_map_put(
        &pool->map,
        (struct jg_str){(const char *)shared->name, sizeof(shared->name)},
        shared);
    return JG_OK;
}

static enum jg_err
find_or_read(struct jg_key_pool *pool, struct jg_str material, jg_algs algs,
             struct jg_shared_keys **out, struct jg_key_fault *fault)
{
    struct jg_shared_keys wanted = {.keys = NULL}, *shared;
    const struct jg_str name = {(const char *)wanted.name, sizeof(wanted.name)};
    enum jg_err err = jg_sha256(material, wanted.name);

    if (err != JG_OK)
        return err;
    memcpy(wanted.name + HASH_BYTES, &algs, sizeof(algs));
    shared = jg_map_get(&pool->map, name);
    if (shared == NULL) {
        shared = jg_arena_alloc(pool->arena, sizeof(*shared));
        if (shared == NULL)
            return JG_E_NOMEM;
        *shared = wanted;
        err = read_new(pool, shared, material, algs, fault);
        if (err != JG_OK)
            return err;
    }
    *out = shared;
    return JG_OK;
}

enum jg_err
jg_key_pool_take(struct jg_key_pool *pool, struct jg_str material, jg_algs algs,
                 struct jg_jwks **out, struct jg_key_fault *fault)
{
    struct jg_shared_keys *shared;
    enum jg_err err = JG_OK;

    if (pool == NULL || pool->map.count == pool->max)
        return jg_jwks_from_source(material, algs, out, fault);
    if (pool->map.slots == NULL)
        err = jg_map_init(&pool->map, pool->arena, pool->max);
    if (err == JG_OK)
        err = find_or_read(pool, material, algs, &shared, fault);
    if (err != JG_OK)
        return err;
    *out = jg_jwks_ref(shared->keys);
    if (fault != NULL)
        *fault = shared->fault;
    return JG_OK;
}

void
jg_key_pool_free(struct jg_key_pool *pool)
{
    for (struct jg_shared_keys *s = pool->all; s != NULL; s = s->next)
        jg_jwks_free(s->keys);
    pool->all = NULL;
}
