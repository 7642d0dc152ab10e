/*
 * Unions of lists of rights. Policies may hold thousands of entries, and a
 * request may have to merge them: short lists are searched, long ones indexed.
 */
#include "base/map.h"
#include "model/merge.h"

#define SEARCHED_MAX 24 /* entries that are looked through one by one */

/* Entries of <size> bytes, each of which begins with its name. */
struct merging {
    char *items;
    size_t count, size;
    bool (*same)(const void *a, const void *b);
    struct jg_str (*name)(const void *item, struct jg_arena *a);
    struct jg_map map; /* of the names, when there are many */
    bool mapped;
};

/* Index what is there when searching it would take long. False: no memory. */
static bool
begin(struct merging *m, size_t total, struct jg_arena *a)
{
    m->mapped = total > SEARCHED_MAX;
    if (!m->mapped)
        return true;
    if (jg_map_init(&m->map, a, total) != JG_OK)
        return false;
    for (size_t i = 0; i < m->count; i++) {
        void *item = m->items + i * m->size;
        struct jg_str name = m->name(item, a);

        if (name.p == NULL)
            return false;
        jg_map_put(&m->map, name, item);
    }
    return true;
}

/*
 * The entry like <item>, or NULL after a copy of <item> was added. False
 * without memory. There is room for all of both lists.
 */
static bool
find_or_add(struct merging *m, const void *item, void **found,
            struct jg_arena *a)
{
    void *added = m->items + m->count * m->size;
    struct jg_str name = {NULL, 0};

    *found = NULL;
    if (m->mapped) {
        name = m->name(item, a);
        if (name.p == NULL)
            return false;
        *found = jg_map_get(&m->map, name);
    } else {
        for (size_t i = 0; i < m->count && *found == NULL; i++)
            if (m->same(m->items + i * m->size, item))
                *found = m->items + i * m->size;
    }
    if (*found != NULL)
        return true;
    memcpy(added, item, m->size);
    m->count++;
    if (m->mapped)
        jg_map_put(&m->map, name, added);
    return true;
}

/* A copy of <to> with room for <more> behind it. False without memory. */
static bool
make_room(struct merging *m, const void *to, size_t count, size_t more,
          struct jg_arena *a)
{
    m->items = jg_arena_array(a, count + more, m->size);
    if (m->items == NULL)
        return false;
    memcpy(m->items, to, count * m->size);
    m->count = count;
    return begin(m, count + more, a);
}

static bool
same_str(const void *a, const void *b)
{
    const struct jg_str *x = a, *y = b;

    return jg_str_eq(*x, *y);
}

/* The map takes p == NULL for a free slot. */
static struct jg_str
str_name(const void *item, struct jg_arena *a)
{
    const struct jg_str *s = item;

    (void)a;
    return s->p != NULL ? *s : JG_STR("");
}

bool
jg_merge_strs(struct jg_strs *to, const struct jg_strs *more,
              struct jg_arena *a)
{
    struct merging m = {
        .size = sizeof(struct jg_str), .same = same_str, .name = str_name};
    void *found;

    if (to->count == 0 || more->count == 0) {
        if (to->count == 0)
            *to = *more;
        return true;
    }
    if (!make_room(&m, to->items, to->count, more->count, a))
        return false;
    for (size_t i = 0; i < more->count; i++)
        if (!find_or_add(&m, &more->items[i], &found, a))
            return false;
    *to = (struct jg_strs){(const struct jg_str *)(void *)m.items, m.count};
    return true;
}

static bool
same_url(const void *a, const void *b)
{
    const struct jg_url_right *x = a, *y = b;

    return jg_str_eq(x->url, y->url);
}

static struct jg_str
url_name(const void *item, struct jg_arena *a)
{
    const struct jg_url_right *right = item;

    return str_name(&right->url, a);
}

bool
jg_merge_urls(struct jg_list *to, const struct jg_list *more,
              struct jg_arena *a)
{
    struct merging m = {.size = sizeof(struct jg_url_right),
                        .same = same_url,
                        .name = url_name};
    const struct jg_url_right *right = more->items;

    if (to->count == 0 || more->count == 0) {
        if (to->count == 0)
            *to = *more;
        return true;
    }
    if (!make_room(&m, to->items, to->count, more->count, a))
        return false;
    for (size_t i = 0; i < more->count; i++) {
        struct jg_url_right *known;
        void *found;

        if (!find_or_add(&m, &right[i], &found, a))
            return false;
        known = found;
        if (known != NULL &&
            !jg_merge_strs(&known->methods, &right[i].methods, a))
            return false;
    }
    *to = (struct jg_list){m.items, m.count};
    return true;
}

static bool
same_endpoint(const void *a, const void *b)
{
    const struct jg_endpoint_limit *x = a, *y = b;

    return jg_str_eq(x->path, y->path) && jg_str_eq(x->method, y->method);
}

/* "METHOD\0path": no method holds a NUL. */
static struct jg_str
endpoint_name(const void *item, struct jg_arena *a)
{
    const struct jg_endpoint_limit *e = item;
    size_t len = e->method.len + 1 + e->path.len;
    char *name = jg_arena_alloc(a, len);

    if (name == NULL)
        return (struct jg_str){NULL, 0};
    if (e->method.len > 0)
        memcpy(name, e->method.p, e->method.len);
    if (e->path.len > 0)
        memcpy(name + e->method.len + 1, e->path.p, e->path.len);
    return (struct jg_str){name, len};
}

/* The faster of two; of two that are equally fast the one with more room. */
static void
keep_faster(struct jg_endpoint_limit *known,
            const struct jg_endpoint_limit *other)
{
    double gap = jg_rate_gap(known->rate, known->per_s);
    double other_gap = jg_rate_gap(other->rate, other->per_s);

    if (other_gap < gap || (other_gap == gap && other->rate > known->rate)) {
        known->rate = other->rate;
        known->per_s = other->per_s;
    }
}

bool
jg_merge_endpoints(struct jg_list *to, const struct jg_list *more,
                   struct jg_arena *a)
{
    struct merging m = {.size = sizeof(struct jg_endpoint_limit),
                        .same = same_endpoint,
                        .name = endpoint_name};
    const struct jg_endpoint_limit *limit = more->items;

    if (to->count == 0 || more->count == 0) {
        if (to->count == 0)
            *to = *more;
        return true;
    }
    if (!make_room(&m, to->items, to->count, more->count, a))
        return false;
    for (size_t i = 0; i < more->count; i++) {
        void *found;

        if (!find_or_add(&m, &limit[i], &found, a))
            return false;
        if (found != NULL)
            keep_faster(found, &limit[i]);
    }
    *to = (struct jg_list){m.items, m.count};
    return true;
}
