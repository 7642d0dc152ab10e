/*
 * String to pointer, built once in an arena and only read afterwards. Keys
 * come from configuration, so a fixed hash is enough here; tables whose keys
 * an attacker chooses use jg_hash_keyed().
 */
#ifndef JG_BASE_MAP_H
#define JG_BASE_MAP_H

#include "base/arena.h"
#include "base/err.h"

struct jg_map_slot {
    struct jg_str key; /* p == NULL: free */
    void *value;
};

struct jg_map {
    struct jg_map_slot *slots;
    size_t mask; /* number of slots - 1 */
    size_t count;
    size_t max_count;
};

/* Room for <max_count> keys, never more. JG_E_NOMEM. */
enum jg_err jg_map_init(struct jg_map *m, struct jg_arena *a, size_t max_count);

/*
 * Bind <key> (borrowed: it must outlive the map) to <value>, not NULL. A key
 * that is there keeps its first value: false. The map must have room.
 */
bool jg_map_put(struct jg_map *m, struct jg_str key, void *value);

/* The value of <key>, or NULL. */
void *jg_map_get(const struct jg_map *m, struct jg_str key);

#endif
