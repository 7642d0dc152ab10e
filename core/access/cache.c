/*
 * Verified tokens: a hash table with chains and a list from the most to the
 * least recently used. One allocation an entry, of exactly its size.
 */
#include "access/cache.h"

#include "base/arena.h"

#define TAIL_BYTES 64     /* of a token, that choose its bucket */
#define SHARE_MAX 8       /* one entry takes 1/8 of the cache at most */
#define BUCKET_BYTES 1024 /* one bucket for so many bytes of entries */
#define BUCKETS_MIN 16
#define BUCKETS_MAX 65536
#define DEPTH_MAX 64 /* of claims: above the parser's own limit */

/* What is in one allocation: this, then everything it points to. */
struct entry {
    struct jg_verified verified; /* first: callers hold its address */
    struct entry *chain;         /* next of the same bucket */
    struct entry *newer, *older;
    struct jg_arena arena; /* over the rest of the allocation */
    struct jg_str api_id;
    uint64_t api_version, keys_version;
    uint64_t hash;
    size_t bytes;
    unsigned references; /* one is the table's */
};

struct jg_token_cache {
    struct jg_hash_key key;
    struct entry **buckets;
    size_t bucket_mask;
    struct entry *newest, *oldest;
    size_t max_bytes;
    struct jg_cache_stats stats;
};

enum jg_err
jg_cache_new(size_t max_bytes, const struct jg_hash_key *key,
             struct jg_token_cache **out)
{
    size_t buckets = BUCKETS_MIN;
    struct jg_token_cache *cache;

    while (buckets < BUCKETS_MAX && buckets * BUCKET_BYTES < max_bytes)
        buckets *= 2;
    cache = jg_mem_grow(NULL, sizeof(*cache));
    if (cache == NULL)
        return JG_E_NOMEM;
    *cache = (struct jg_token_cache){
        .key = *key, .bucket_mask = buckets - 1, .max_bytes = max_bytes};
    cache->buckets = jg_mem_grow(NULL, buckets * sizeof(cache->buckets[0]));
    if (cache->buckets == NULL) {
        jg_mem_free(cache);
        return JG_E_NOMEM;
    }
    memset(cache->buckets, 0, buckets * sizeof(cache->buckets[0]));
    *out = cache;
    return JG_OK;
}

/*
 * The end of a token is its signature: it differs wherever tokens differ, so
 * that there is no need to hash all of it. The comparison is of every byte.
 */
static uint64_t
hash_of(const struct jg_token_cache *cache, const struct jg_api *api,
        uint64_t keys_version, struct jg_str token)
{
    size_t from = token.len > TAIL_BYTES ? token.len - TAIL_BYTES : 0;

    return jg_hash_keyed(&cache->key, jg_str_from(token, from)) ^ api->version ^
           keys_version;
}

static struct entry **
bucket_of(const struct jg_token_cache *cache, uint64_t hash)
{
    return &cache->buckets[(hash ^ hash >> 32) & cache->bucket_mask];
}

static struct entry *
find(const struct jg_token_cache *cache, const struct jg_api *api,
     uint64_t keys_version, struct jg_str token, uint64_t hash)
{
    struct entry *e = *bucket_of(cache, hash);

    while (e != NULL && (e->hash != hash || e->api_version != api->version ||
                         e->keys_version != keys_version ||
                         !jg_str_eq(e->api_id, api->def.api_id) ||
                         !jg_str_eq(e->verified.token, token)))
        e = e->chain;
    return e;
}

static void
unlink_use(struct jg_token_cache *cache, struct entry *e)
{
    *(e->newer != NULL ? &e->newer->older : &cache->newest) = e->older;
    *(e->older != NULL ? &e->older->newer : &cache->oldest) = e->newer;
}

static void
link_newest(struct jg_token_cache *cache, struct entry *e)
{
    e->newer = NULL;
    e->older = cache->newest;
    *(cache->newest != NULL ? &cache->newest->newer : &cache->oldest) = e;
    cache->newest = e;
}

/* Out of the table; freed when nobody holds it any more. */
static void
drop(struct jg_token_cache *cache, struct entry *e)
{
    struct entry **at = bucket_of(cache, e->hash);

    while (*at != e)
        at = &(*at)->chain;
    *at = e->chain;
    unlink_use(cache, e);
    cache->stats.entries--;
    cache->stats.bytes -= e->bytes;
    jg_cache_release(&e->verified);
}

/* As jg_claims_check_time() sees it: a token is dead from exp + skew on. */
static bool
is_dead(int64_t exp_s, const struct jg_api *api, int64_t now_s)
{
    int64_t skew_s = api->def.skew.exp_s;

    if (skew_s < 0)
        skew_s = 0;
    if (skew_s > JG_SKEW_MAX_S)
        skew_s = JG_SKEW_MAX_S;
    return exp_s != 0 && exp_s <= now_s - skew_s;
}

const struct jg_verified *
jg_cache_get(struct jg_token_cache *cache, const struct jg_api *api,
             uint64_t keys_version, struct jg_str token, int64_t now_s)
{
    struct entry *e = find(cache, api, keys_version, token,
                           hash_of(cache, api, keys_version, token));

    if (e != NULL && is_dead(e->verified.exp_s, api, now_s)) {
        drop(cache, e);
        e = NULL;
    }
    if (e == NULL) {
        cache->stats.misses++;
        return NULL;
    }
    cache->stats.hits++;
    if (cache->newest != e) {
        unlink_use(cache, e);
        link_newest(cache, e);
    }
    e->references++;
    return &e->verified;
}

/* As the arena aligns: an upper bound for one allocation of <size>. */
static size_t
slot(size_t size)
{
    return size + _Alignof(max_align_t);
}

/* Bytes that copy() takes for what <v> points to; SIZE_MAX: too deep. */
static size_t
weigh(const struct jg_json *v, unsigned depth)
{
    size_t sum = 0;

    if (depth > DEPTH_MAX)
        return SIZE_MAX / 4;
    if (v->type == JG_JSON_STRING)
        return slot(v->string.len + 1);
    if (v->type == JG_JSON_ARRAY) {
        sum = slot(v->count * sizeof(v->items[0]));
        for (uint32_t i = 0; i < v->count; i++)
            sum += weigh(&v->items[i], depth + 1);
    } else if (v->type == JG_JSON_OBJECT) {
        sum = slot(v->count * sizeof(v->members[0]));
        for (uint32_t i = 0; i < v->count; i++)
            sum += slot(v->members[i].name.len + 1) +
                   weigh(&v->members[i].value, depth + 1);
    }
    return sum;
}

static bool copy(const struct jg_json *v, struct jg_arena *a,
                 struct jg_json *out);

static bool
copy_items(const struct jg_json *v, struct jg_arena *a, struct jg_json *out)
{
    struct jg_json *items = jg_arena_array(a, v->count, sizeof(*items));

    if (items == NULL)
        return false;
    out->items = items;
    for (uint32_t i = 0; i < v->count; i++)
        if (!copy(&v->items[i], a, &items[i]))
            return false;
    return true;
}

static bool
copy_members(const struct jg_json *v, struct jg_arena *a, struct jg_json *out)
{
    struct jg_json_member *members =
        jg_arena_array(a, v->count, sizeof(*members));

    if (members == NULL)
        return false;
    out->members = members;
    for (uint32_t i = 0; i < v->count; i++) {
        members[i].name = jg_arena_str(a, v->members[i].name);
        if (members[i].name.p == NULL ||
            !copy(&v->members[i].value, a, &members[i].value))
            return false;
    }
    return true;
}

/* weigh() has bounded the depth. */
static bool
copy(const struct jg_json *v, struct jg_arena *a, struct jg_json *out)
{
    *out = *v;
    if (v->type == JG_JSON_STRING) {
        out->string = jg_arena_str(a, v->string);
        return out->string.p != NULL;
    }
    if (v->type == JG_JSON_ARRAY)
        return copy_items(v, a, out);
    return v->type != JG_JSON_OBJECT || copy_members(v, a, out);
}

static const struct jg_json *
copy_tree(const struct jg_json *v, struct jg_arena *a)
{
    struct jg_json *out = jg_arena_alloc(a, sizeof(*out));

    return out != NULL && copy(v, a, out) ? out : NULL;
}

/* Everything but the links; false: <e> is to be freed. */
static bool
fill(struct entry *e, const struct jg_api *api, struct jg_str token,
     const struct jg_jws_header *header, const struct jg_json *claims)
{
    struct jg_verified *v = &e->verified;

    v->token = jg_arena_str(&e->arena, token);
    e->api_id = jg_arena_str(&e->arena, api->def.api_id);
    v->header.alg = header->alg;
    v->header.json = copy_tree(header->json, &e->arena);
    v->claims = copy_tree(claims, &e->arena);
    if (v->token.p == NULL || e->api_id.p == NULL || v->header.json == NULL ||
        v->claims == NULL)
        return false;
    v->header.kid = jg_json_string(jg_json_get(v->header.json, JG_STR("kid")));
    v->header.typ = jg_json_string(jg_json_get(v->header.json, JG_STR("typ")));
    e->api_version = api->version;
    e->references = 1;
    return true;
}

static void
free_entry(struct entry *e)
{
    jg_arena_free(&e->arena);
    jg_mem_free(e);
}

static struct entry *
make(size_t bytes, const struct jg_api *api, struct jg_str token,
     const struct jg_jws_header *header, const struct jg_json *claims)
{
    struct entry *e = jg_mem_grow(NULL, bytes);

    if (e == NULL)
        return NULL;
    *e = (struct entry){.bytes = bytes};
    /* The seed is all there is: a limit of one byte lets nothing more in. */
    jg_arena_init(&e->arena, 1, 1);
    jg_arena_seed(&e->arena, e + 1, bytes - sizeof(*e));
    if (fill(e, api, token, header, claims))
        return e;
    free_entry(e);
    return NULL;
}

static void
make_room(struct jg_token_cache *cache, size_t bytes)
{
    while (cache->oldest != NULL &&
           (cache->stats.bytes + bytes > cache->max_bytes ||
            cache->stats.entries >= JG_CACHE_ENTRIES_MAX)) {
        drop(cache, cache->oldest);
        cache->stats.evictions++;
    }
}

const struct jg_verified *
jg_cache_put(struct jg_token_cache *cache, const struct jg_api *api,
             uint64_t keys_version, struct jg_str token,
             const struct jg_jws_header *header, const struct jg_json *claims,
             int64_t now_s)
{
    uint64_t hash = hash_of(cache, api, keys_version, token);
    struct entry *e;
    int64_t exp_s = 0;
    size_t bytes = sizeof(*e) + 2 * slot(0) + /* both ends of the seed */
                   slot(token.len + 1) + slot(api->def.api_id.len + 1) +
                   2 * slot(sizeof(struct jg_json)) + weigh(header->json, 0) +
                   weigh(claims, 0);

    jg_claims_time(claims, JG_STR("exp"), &exp_s);
    if (bytes > cache->max_bytes / SHARE_MAX || exp_s < 0 ||
        is_dead(exp_s, api, now_s))
        return NULL;
    e = find(cache, api, keys_version, token, hash);
    if (e != NULL)
        drop(cache, e);
    e = make(bytes, api, token, header, claims);
    if (e == NULL)
        return NULL;
    make_room(cache, bytes);
    e->verified.exp_s = exp_s;
    e->hash = hash;
    e->keys_version = keys_version;
    e->chain = *bucket_of(cache, hash);
    *bucket_of(cache, hash) = e;
    link_newest(cache, e);
    cache->stats.entries++;
    cache->stats.bytes += bytes;
    e->references++;
    return &e->verified;
}

void
jg_cache_release(const struct jg_verified *verified)
{
    /* The const is for callers; the entry around it is ours. */
    struct entry *e = (struct entry *)(uintptr_t)verified;

    if (e != NULL && --e->references == 0)
        free_entry(e);
}

struct jg_cache_stats
jg_cache_stats(const struct jg_token_cache *cache)
{
    return cache->stats;
}

void
jg_cache_free(struct jg_token_cache *cache)
{
    if (cache == NULL)
        return;
    while (cache->oldest != NULL)
        drop(cache, cache->oldest);
    jg_mem_free(cache->buckets);
    jg_mem_free(cache);
}
