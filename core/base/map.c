/* Open addressing with linear probing, never more than half full. */
#include <assert.h>

#include "base/map.h"

#define MIX 0x9e3779b97f4a7c15 /* odd, and its bits look random */

/* Eight bytes at a time: a reload looks every path and name up several times.
 * Nothing depends on the values, which differ from machine to machine. */
static size_t
hash_of(struct jg_str s)
{
    uint64_t hash = s.len * MIX, word;
    size_t i = 0;

    for (; s.len - i >= sizeof(word); i += sizeof(word)) {
        memcpy(&word, s.p + i, sizeof(word));
        hash = (hash ^ word) * MIX;
        hash ^= hash >> 32;
    }
    word = 0;
    if (i < s.len)
        memcpy(&word, s.p + i, s.len - i);
    hash = (hash ^ word) * MIX;
    return (size_t)(hash ^ hash >> 32);
}

enum jg_err
jg_map_init(struct jg_map *m, struct jg_arena *a, size_t max_count)
{
    struct jg_map_slot *slots;
    size_t size = 2;

    while (size / 2 < max_count) {
        if (size > SIZE_MAX / 4)
            return JG_E_NOMEM;
        size *= 2;
    }
    slots = jg_arena_array(a, size, sizeof(*slots));
    if (slots == NULL)
        return JG_E_NOMEM;
    *m = (struct jg_map){slots, size - 1, 0, max_count};
    return JG_OK;
}

/* The slot of <key>, or the free one where it belongs. */
static struct jg_map_slot *
find(const struct jg_map *m, struct jg_str key)
{
    size_t at = hash_of(key) & m->mask;

    while (m->slots[at].key.p != NULL && !jg_str_eq(m->slots[at].key, key))
        at = (at + 1) & m->mask;
    return &m->slots[at];
}

bool
jg_map_put(struct jg_map *m, struct jg_str key, void *value)
{
    struct jg_map_slot *slot = find(m, key);

    if (slot->key.p != NULL)
        return false;
    assert(m->count < m->max_count && value != NULL);
    if (key.p == NULL)
        key.p = ""; /* the empty key takes a slot too */
    *slot = (struct jg_map_slot){key, value};
    m->count++;
    return true;
}

void *
jg_map_get(const struct jg_map *m, struct jg_str key)
{
    return find(m, key)->value;
}
