/* Places for entries, each of one allocation; a newer entry takes the place of
 * the one that is there. */
#include "access/split_cache.h"

struct entry {
    uint64_t change;
    int64_t ends_s;
    size_t org_len, token_len, whole_len;
    size_t bytes;
    char text[]; /* org_id, token, whole */
};

struct jg_split_cache {
    struct jg_hash_key key;
    size_t bytes, hand; /* <hand>: the next place to empty for room */
    struct entry *slots[JG_SPLIT_CACHE_SLOTS];
};

enum jg_err
jg_split_cache_new(const struct jg_hash_key *key, struct jg_split_cache **out)
{
    struct jg_split_cache *cache = jg_mem_grow(NULL, sizeof(*cache));

    if (cache == NULL)
        return JG_E_NOMEM;
    memset(cache, 0, sizeof(*cache));
    cache->key = *key;
    *out = cache;
    return JG_OK;
}

static void
empty(struct jg_split_cache *cache, size_t i)
{
    struct entry *e = cache->slots[i];

    if (e == NULL)
        return;
    cache->bytes -= e->bytes;
    cache->slots[i] = NULL;
    jg_mem_wipe(e, e->bytes);
    jg_mem_free(e);
}

void
jg_split_cache_free(struct jg_split_cache *cache)
{
    if (cache == NULL)
        return;
    for (size_t i = 0; i < JG_SPLIT_CACHE_SLOTS; i++)
        empty(cache, i);
    jg_mem_free(cache);
}

static size_t
slot_of(const struct jg_split_cache *cache,
        const struct jg_split_presented *presented)
{
    return jg_hash_keyed(&cache->key, presented->token) % JG_SPLIT_CACHE_SLOTS;
}

struct jg_str
jg_split_cache_get(const struct jg_split_cache *cache,
                   const struct jg_split_presented *presented, int64_t now_s)
{
    const struct entry *e = cache->slots[slot_of(cache, presented)];
    const struct jg_str none = {NULL, 0};
    struct jg_str text;

    if (e == NULL || e->change != presented->change || e->ends_s <= now_s)
        return none;
    text = (struct jg_str){e->text, e->org_len + e->token_len + e->whole_len};
    if (!jg_str_eq(jg_str_head(text, e->org_len), presented->org_id))
        return none;
    text = jg_str_from(text, e->org_len);
    if (!jg_str_eq(jg_str_head(text, e->token_len), presented->token))
        return none;
    return jg_str_from(text, e->token_len);
}

static char *
append(char *to, struct jg_str s)
{
    if (s.len > 0)
        memcpy(to, s.p, s.len);
    return to + s.len;
}

void
jg_split_cache_put(struct jg_split_cache *cache,
                   const struct jg_split_presented *presented,
                   struct jg_str whole, int64_t ends_s)
{
    size_t i = slot_of(cache, presented);
    size_t len = presented->org_id.len + presented->token.len + whole.len;
    struct entry *e;

    empty(cache, i);
    if (len > JG_SPLIT_CACHE_ENTRY_MAX)
        return;
    while (cache->bytes + sizeof(*e) + len > JG_SPLIT_CACHE_MAX)
        empty(cache, cache->hand++ % JG_SPLIT_CACHE_SLOTS);
    e = jg_mem_grow(NULL, sizeof(*e) + len);
    if (e == NULL)
        return;
    *e = (struct entry){.change = presented->change,
                        .ends_s = ends_s,
                        .org_len = presented->org_id.len,
                        .token_len = presented->token.len,
                        .whole_len = whole.len,
                        .bytes = sizeof(*e) + len};
    append(append(append(e->text, presented->org_id), presented->token), whole);
    cache->slots[i] = e;
    cache->bytes += e->bytes;
}
