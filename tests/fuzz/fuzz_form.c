/*
 * Forms of clients: what is read and written anew reads the same, and has no
 * parameter that the first reading did not have.
 */
#include <stdlib.h>

#include "form.h"

#define ARENA_MAX (4 * 1024 * 1024)
#define TEXT_MAX (4 * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct jg_str
write(const struct jg_form *form, struct jg_arena *a)
{
    struct jg_str out = {NULL, 0};
    struct jg_buf b;

    jg_buf_init(&b, TEXT_MAX);
    for (size_t i = 0; i < form->count; i++)
        jg_form_add(&b, form->items[i].name, form->items[i].value);
    if (jg_form_take(&b, a, &out) != JG_OK)
        abort();
    return out;
}

static void
check_same(const struct jg_form *one, const struct jg_form *other)
{
    if (one->count != other->count)
        abort();
    for (size_t i = 0; i < one->count; i++)
        if (!jg_str_eq(one->items[i].name, other->items[i].name) ||
            !jg_str_eq(one->items[i].value, other->items[i].value) ||
            one->items[i].value.len == 0)
            abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jg_form first, second;
    struct jg_arena a;
    const char *why;

    if (size > 64 * 1024)
        return 0;
    jg_arena_init(&a, 4096, ARENA_MAX);
    if (!jg_form_read((struct jg_str){(const char *)data, size}, &a, &first,
                      &why)) {
        if (why == NULL)
            abort();
    } else if (first.count > 0) {
        if (!jg_form_read(write(&first, &a), &a, &second, &why))
            abort();
        check_same(&first, &second);
    }
    jg_arena_free(&a);
    return 0;
}
