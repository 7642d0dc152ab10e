/* Blocks by size classes, four to a doubling; freed ones wait in lists. */
#include "region.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define CLASSES 96
#define SMALLEST 32
#define ALIGNMENT 16

/* Before each block. */
struct head {
    size_t size; /* of the class */
    size_t index;
};

/* A free block begins with a pointer to the next one. */
#define NEXT_BYTES sizeof(struct head *)

struct jg_region {
    size_t max;
    size_t used;  /* bytes from the start, this struct included */
    size_t dirty; /* bytes that are not zero, at most */
    struct head *free[CLASSES];
};

_Static_assert(sizeof(struct head) == ALIGNMENT, "blocks stay aligned");

struct jg_region *
jg_region_make(size_t bytes)
{
    struct jg_region *r =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (r == MAP_FAILED)
        return NULL;
    r->max = bytes;
    r->dirty = sizeof(*r);
    jg_region_clear(r);
    return r;
}

void
jg_region_clear(struct jg_region *r)
{
    r->used = (sizeof(*r) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    memset(r->free, 0, sizeof(r->free));
}

/* 32, 40, 48, 56, 64, 80, ...: the class of <size>, and how large it is. */
static size_t
class_of(size_t size, size_t *rounded)
{
    size_t base = SMALLEST, index = 0, step;

    while (base * 2 < size && index + 4 < CLASSES) {
        base *= 2;
        index += 4;
    }
    step = base / 4;
    *rounded = base;
    while (*rounded < size) {
        *rounded += step;
        index++;
    }
    *rounded = (*rounded + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return index;
}

void *
jg_region_alloc(void *udata, size_t size)
{
    struct jg_region *r = udata;
    struct head *head;
    size_t index, rounded;

    if (size == 0 || size > r->max)
        return NULL;
    index = class_of(size, &rounded);
    if (index >= CLASSES)
        return NULL;
    head = r->free[index];
    if (head != NULL) {
        void *block = head + 1;

        memcpy(&r->free[index], block, NEXT_BYTES);
        return block;
    }
    if (rounded > r->max - r->used ||
        sizeof(*head) > r->max - r->used - rounded)
        return NULL;
    head = (struct head *)(void *)((char *)r + r->used);
    r->used += sizeof(*head) + rounded;
    if (r->used > r->dirty)
        r->dirty = r->used;
    *head = (struct head){rounded, index};
    return head + 1;
}

void
jg_region_free(void *udata, void *p)
{
    struct jg_region *r = udata;
    struct head *head = p;

    if (p == NULL)
        return;
    head--;
    memcpy(p, &r->free[head->index], NEXT_BYTES);
    r->free[head->index] = head;
}

void *
jg_region_realloc(void *udata, void *old, size_t size)
{
    const struct head *head = old;
    void *p;

    if (old == NULL)
        return jg_region_alloc(udata, size);
    if (size == 0) {
        jg_region_free(udata, old);
        return NULL;
    }
    head--;
    if (size <= head->size && size > head->size / 4)
        return old;
    p = jg_region_alloc(udata, size);
    if (p == NULL)
        return size <= head->size ? old : NULL;
    memcpy(p, old, size < head->size ? size : head->size);
    jg_region_free(udata, old);
    return p;
}

size_t
jg_region_used(const struct jg_region *r)
{
    return r->used;
}

void
jg_region_save(const struct jg_region *r, void *to)
{
    memcpy(to, r, r->used);
}

void
jg_region_restore(struct jg_region *r, const void *from, size_t used)
{
    size_t dirty = r->dirty;

    memcpy(r, from, used);
    if (dirty > used)
        memset((char *)r + used, 0, dirty - used);
    r->dirty = used;
}
