/*
 * The memory of one script: a fixed piece of address space with an allocator
 * inside of it, so that all of a heap, its free lists too, can be copied away
 * and put back. That is how every call gets a fresh heap in which the script
 * was evaluated already.
 */
#ifndef JG_SCRIPT_REGION_H
#define JG_SCRIPT_REGION_H

#include <stdbool.h>
#include <stddef.h>

struct jg_region; /* lies at the beginning of its own memory */

/* <bytes> of memory, which is also the limit. NULL: there is none. */
struct jg_region *jg_region_make(size_t bytes);

/* Duktape's three functions; <udata> is the region. NULL: full. */
void *jg_region_alloc(void *udata, size_t size);
void *jg_region_realloc(void *udata, void *old, size_t size);
void jg_region_free(void *udata, void *p);

/* Nothing is allocated any more. */
void jg_region_clear(struct jg_region *r);

/* Bytes that a copy of everything needs. */
size_t jg_region_used(const struct jg_region *r);

/* Copy everything to <to>, or back; what was used since then is zeroed. */
void jg_region_save(const struct jg_region *r, void *to);
void jg_region_restore(struct jg_region *r, const void *from, size_t used);

#endif
