/*
 * Memory by lifetime: everything allocated from one arena is freed with it.
 * The core has three lifetimes, and so three kinds of arena: process,
 * snapshot (one per API, policy and route tree) and request.
 */
#ifndef JG_BASE_ARENA_H
#define JG_BASE_ARENA_H

#include "base/str.h"

struct jg_chunk;

struct jg_arena {
    struct jg_chunk *chunks; /* newest first */
    char *next;              /* where the next allocation goes */
    size_t left;             /* bytes left behind <next>; texts take the last */
    size_t chunk_bytes;      /* size of the next chunk */
    size_t used_bytes;       /* taken from the system, for limits and metrics */
    size_t max_bytes;        /* allocation fails beyond this; never 0 */
};

/*
 * Make <a> ready. It takes memory in pieces of <chunk_bytes> (larger for a
 * single larger allocation) and never more than <max_bytes> in all.
 */
void jg_arena_init(struct jg_arena *a, size_t chunk_bytes, size_t max_bytes);

/*
 * Let <a> use the caller's <len> bytes at <memory> first. They must outlive
 * the arena, which never frees them. Only directly after jg_arena_init().
 */
void jg_arena_seed(struct jg_arena *a, void *memory, size_t len);

/*
 * <size> zeroed bytes, aligned for any type. NULL when the arena's limit or
 * the system's memory is used up. A <size> of 0 gives a valid pointer.
 */
void *jg_arena_alloc(struct jg_arena *a, size_t size)
    __attribute__((malloc, alloc_size(2)));

/* <count> zeroed elements of <size> bytes; NULL also on overflow. */
void *jg_arena_array(struct jg_arena *a, size_t count, size_t size)
    __attribute__((malloc, alloc_size(2, 3)));

/*
 * A copy of <s> in the arena, with a NUL behind it that len does not count.
 * p is NULL only when memory ran out.
 */
struct jg_str jg_arena_str(struct jg_arena *a, struct jg_str s);

/* The same of <count> texts, one after the other. */
struct jg_str jg_arena_join(struct jg_arena *a, const struct jg_str *parts,
                            size_t count);

/* Free everything. The arena may be used again, without its seed. */
void jg_arena_free(struct jg_arena *a);

/*
 * Memory that is no arena's: for buffers whose growth has its own limit. The
 * only other door to the system's allocator in the core.
 */
void *jg_mem_grow(void *old, size_t size);
void jg_mem_free(void *memory);

/* Overwrite with zeros, also when nothing reads <memory> afterwards. */
void jg_mem_wipe(void *memory, size_t len);

#endif
