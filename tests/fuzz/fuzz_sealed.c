/* Any text as a sealed token: none opens that was not sealed. */
#include <stdlib.h>

#include "model/sealed_token.h"

#define ARENA_MAX (4 * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* With the prefix, so that every input gets behind it. */
static struct jg_str
token_of(const uint8_t *data, size_t size, struct jg_arena *a)
{
    static const char prefix[] = JG_SEALED_PREFIX;
    char *p = jg_arena_alloc(a, sizeof(prefix) + size);

    if (p == NULL)
        abort();
    memcpy(p, prefix, sizeof(prefix) - 1);
    if (size > 0)
        memcpy(p + sizeof(prefix) - 1, data, size);
    return (struct jg_str){p, sizeof(prefix) - 1 + size};
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jg_conf_split_key key = {JG_STR("1"),
                                    JG_STR("0123456789abcdef0123456789abcdef")};
    struct jg_conf conf = {.split_token_keys = {&key, 1}};
    struct jg_sealed_ring ring = {&conf, JG_STR("0123456789abcdef")};
    struct jg_str out, bound = JG_STR("org");
    struct jg_arena a;

    if (size > 64 * 1024)
        return 0;
    jg_arena_init(&a, 4096, ARENA_MAX);
    if (jg_sealed_open(&ring, bound, token_of(data, size, &a), &a, &out) !=
        JG_E_SPLIT_SEALED)
        abort();
    conf.split_token_keys.count = 0;
    if (jg_sealed_open(&ring, bound, token_of(data, size, &a), &a, &out) !=
        JG_E_SPLIT_SEALED)
        abort();
    jg_arena_free(&a);
    return 0;
}
