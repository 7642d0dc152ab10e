/*
 * The only file of the core that asks the system for memory: arenas, and the
 * door for buffers that grow.
 */
#include <stdalign.h>
#include <stdlib.h>

#include "base/arena.h"

#define ALIGN alignof(max_align_t)

struct jg_chunk {
    struct jg_chunk *next;
    alignas(max_align_t) char bytes[];
};

void
jg_arena_init(struct jg_arena *a, size_t chunk_bytes, size_t max_bytes)
{
    *a = (struct jg_arena){.chunk_bytes = chunk_bytes, .max_bytes = max_bytes};
}

void
jg_arena_seed(struct jg_arena *a, void *memory, size_t len)
{
    size_t skip = -(uintptr_t)memory & (ALIGN - 1);

    if (len <= skip)
        return;
    a->next = (char *)memory + skip;
    a->left = (len - skip) & ~(ALIGN - 1);
}

/* A chunk with room for <size> bytes at least, and for <want> if allowed. */
static struct jg_chunk *
chunk_new(struct jg_arena *a, size_t size, size_t want, size_t *room)
{
    size_t allowed = a->max_bytes - a->used_bytes;
    struct jg_chunk *chunk;
    size_t total;

    if (__builtin_add_overflow(size, sizeof(*chunk), &total) || total > allowed)
        return NULL;
    if (want > total)
        total = want < allowed ? want : allowed;
    chunk = malloc(total);
    if (chunk == NULL)
        return NULL;
    a->used_bytes += total;
    *room = (total - sizeof(*chunk)) & ~(ALIGN - 1);
    return chunk;
}

/* Would more be lost of the present chunk than a new one had left? */
static bool
is_large(const struct jg_arena *a, size_t size)
{
    return size > a->chunk_bytes / 4 &&
           (size >= a->chunk_bytes || a->chunk_bytes - size <= a->left);
}

/*
 * What does not fit into the present chunk. A large piece gets a chunk of
 * its own, so that the rest of the present one is not lost.
 */
static void *
alloc_slow(struct jg_arena *a, size_t size)
{
    bool large = is_large(a, size);
    size_t room;
    struct jg_chunk *chunk =
        chunk_new(a, size, large ? 0 : a->chunk_bytes, &room);

    if (chunk == NULL)
        return NULL;
    chunk->next = a->chunks;
    a->chunks = chunk;
    if (!large) {
        a->next = chunk->bytes + size;
        a->left = room - size;
    }
    return memset(chunk->bytes, 0, size);
}

void *
jg_arena_alloc(struct jg_arena *a, size_t size)
{
    size_t padded = (size + ALIGN - 1) & ~(ALIGN - 1);
    char *p = a->next;

    if (padded == 0) { /* nothing asked for, or it wrapped around */
        if (size != 0)
            return NULL;
        padded = ALIGN;
    }
    if (padded > a->left)
        return alloc_slow(a, padded);
    a->next += padded;
    a->left -= padded;
    return memset(p, 0, padded);
}

void *
jg_arena_array(struct jg_arena *a, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        return NULL;
    return jg_arena_alloc(a, bytes);
}

/* Room for <len> bytes of text and a NUL. */
static char *
alloc_text(struct jg_arena *a, size_t len)
{
    if (len < a->left) { /* from the end, where nothing has to be aligned */
        a->left -= len + 1;
        return a->next + a->left;
    }
    return len < SIZE_MAX ? jg_arena_alloc(a, len + 1) : NULL;
}

struct jg_str
jg_arena_str(struct jg_arena *a, struct jg_str s)
{
    char *copy = alloc_text(a, s.len);

    if (copy == NULL)
        return (struct jg_str){NULL, 0};
    if (s.len > 0)
        memcpy(copy, s.p, s.len);
    copy[s.len] = '\0';
    return (struct jg_str){copy, s.len};
}

struct jg_str
jg_arena_join(struct jg_arena *a, const struct jg_str *parts, size_t count)
{
    size_t len = 0, at = 0;
    char *text;

    for (size_t i = 0; i < count; i++)
        if (__builtin_add_overflow(len, parts[i].len, &len))
            return (struct jg_str){NULL, 0};
    text = alloc_text(a, len);
    if (text == NULL)
        return (struct jg_str){NULL, 0};
    for (size_t i = 0; i < count; i++) {
        if (parts[i].len > 0)
            memcpy(text + at, parts[i].p, parts[i].len);
        at += parts[i].len;
    }
    text[len] = '\0';
    return (struct jg_str){text, len};
}

void
jg_arena_free(struct jg_arena *a)
{
    struct jg_chunk *chunk = a->chunks;

    while (chunk != NULL) {
        struct jg_chunk *next = chunk->next;

        free(chunk);
        chunk = next;
    }
    jg_arena_init(a, a->chunk_bytes, a->max_bytes);
}

void *
jg_mem_grow(void *old, size_t size)
{
    return realloc(old, size == 0 ? 1 : size);
}

void
jg_mem_free(void *memory)
{
    free(memory);
}

void
jg_mem_wipe(void *memory, size_t len)
{
    if (len > 0)
        explicit_bzero(memory, len);
}
