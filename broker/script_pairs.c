/* Names with lists of values, as Go writes them. */
#include "script_pairs.h"

#include "base/header.h"

#include <stdlib.h>

bool
jg_script_pairs_make(struct jg_script_pairs *p, size_t max, struct jg_arena *a)
{
    *p = (struct jg_script_pairs){
        .items = jg_arena_array(a, max, sizeof(*p->items)),
        .max = max,
        .arena = a,
    };
    return p->items != NULL;
}

void
jg_script_pairs_add(struct jg_script_pairs *p, struct jg_str name,
                    struct jg_str value)
{
    if (p->count == p->max)
        return;
    p->items[p->count] = (struct jg_script_pair){name, value, p->count};
    p->count++;
}

bool
jg_script_pairs_add_header(struct jg_script_pairs *p, struct jg_str name,
                           struct jg_str value)
{
    char *own = jg_arena_alloc(p->arena, name.len + 1);

    if (own == NULL)
        return false;
    jg_header_canonical(name, own);
    jg_script_pairs_add(p, (struct jg_str){own, name.len}, value);
    return true;
}

static int
by_name(const void *x, const void *y)
{
    const struct jg_script_pair *a = x, *b = y;
    int order = jg_str_cmp(a->name, b->name);

    return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

void
jg_script_pairs_write(struct jg_script_pairs *p, struct jg_buf *b)
{
    if (p->count > 0)
        qsort(p->items, p->count, sizeof(*p->items), by_name);
    jg_buf_addc(b, '{');
    for (size_t i = 0; i < p->count; i++) {
        const struct jg_script_pair *pair = &p->items[i];

        if (i > 0 && jg_str_eq(pair[-1].name, pair->name)) {
            jg_buf_addc(b, ',');
        } else {
            jg_buf_add(b, i > 0 ? JG_STR("],") : JG_STR(""));
            jg_buf_add_quoted(b, pair->name);
            jg_buf_add(b, JG_STR(":["));
        }
        jg_buf_add_quoted(b, pair->value);
    }
    jg_buf_add(b, p->count > 0 ? JG_STR("]}") : JG_STR("}"));
}
