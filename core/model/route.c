/*
 * Radix trees of listen paths, one for each host and one for all hosts. A tree
 * is built of linked nodes that split as paths are added, and then laid out
 * flat: children side by side, and their first bytes beside each other, so
 * that a step of a lookup is one memchr and one memcmp.
 */
#include "model/route.h"

#include "base/map.h"
#include "model/api.h"

#define SCRATCH_CHUNK_BYTES (64 * 1024)
#define SCRATCH_MAX_BYTES (1024 * 1024 * 1024)

/* A node while its tree grows. */
struct draft {
    struct jg_str label; /* bytes from the parent to here */
    const struct jg_route *route;
    struct draft *child, *sibling;
    uint32_t child_count;
};

/* A node of a finished tree; its children are nodes[first_child...]. */
struct node {
    const char *label;
    const struct jg_route *route; /* that ends here, or NULL */
    uint32_t len;                 /* of label */
    uint32_t first_child, child_count;
};

struct tree {
    const struct node *nodes;    /* the root first, with an empty label */
    const unsigned char *firsts; /* the first byte of each node's label */
};

struct jg_routes {
    bool strict;
    struct tree any;     /* of routes for every host; nodes may be NULL */
    struct jg_map hosts; /* host to struct tree */
};

/* A tree that grows. */
struct growth {
    struct draft root;
    uint32_t count; /* of nodes, with the root */
    struct growth *next;
    struct tree *tree; /* where it goes in the end */
};

struct builder {
    struct jg_arena *a, *scratch;
    struct jg_routes *routes;
    struct growth *all;  /* every tree */
    struct growth *any;  /* of all hosts */
    struct jg_map hosts; /* host to struct growth */
};

static size_t
common_prefix(struct jg_str a, struct jg_str b)
{
    size_t len = 0;

    while (len < a.len && len < b.len && a.p[len] == b.p[len])
        len++;
    return len;
}

static struct draft *
new_draft(struct growth *g, struct jg_arena *a, struct jg_str label)
{
    struct draft *d = jg_arena_alloc(a, sizeof(*d));

    if (d != NULL) {
        d->label = label;
        g->count++;
    }
    return d;
}

/* Where the pointer to the child of <d> that begins with <first> is or goes. */
static struct draft **
child_link(struct draft *d, char first)
{
    struct draft **link = &d->child;

    while (*link != NULL && (*link)->label.p[0] != first)
        link = &(*link)->sibling;
    return link;
}

/* Put a node in the middle of the label of the node at <link>. */
static struct draft *
split(struct growth *g, struct jg_arena *a, struct draft **link, size_t len)
{
    struct draft *lower = *link;
    struct draft *upper = new_draft(g, a, jg_str_head(lower->label, len));

    if (upper == NULL)
        return NULL;
    upper->sibling = lower->sibling;
    upper->child = lower;
    upper->child_count = 1;
    lower->label = jg_str_from(lower->label, len);
    lower->sibling = NULL;
    *link = upper;
    return upper;
}

static enum jg_err
insert(struct growth *g, struct jg_arena *a, const struct jg_route *route)
{
    struct draft *d = &g->root;
    struct jg_str rest = route->path;

    while (rest.len > 0) {
        struct draft **link = child_link(d, rest.p[0]);
        size_t same;

        if (*link == NULL) {
            *link = new_draft(g, a, rest);
            if (*link == NULL)
                return JG_E_NOMEM;
            d->child_count++;
        }
        same = common_prefix((*link)->label, rest);
        d = same < (*link)->label.len ? split(g, a, link, same) : *link;
        if (d == NULL)
            return JG_E_NOMEM;
        rest = jg_str_from(rest, same);
    }
    if (d->route == NULL)
        d->route = route;
    return JG_OK;
}

/* The tree of <host>, made if it is not there. */
static struct growth *
growth_of(struct builder *b, struct jg_str host)
{
    struct growth *g = host.len == 0 ? b->any : jg_map_get(&b->hosts, host);
    struct tree *tree = &b->routes->any;

    if (g != NULL)
        return g;
    g = jg_arena_alloc(b->scratch, sizeof(*g));
    if (host.len > 0)
        tree = jg_arena_alloc(b->a, sizeof(*tree));
    if (g == NULL || tree == NULL)
        return NULL;
    *g = (struct growth){.count = 1, .next = b->all, .tree = tree};
    b->all = g;
    if (host.len == 0) {
        b->any = g;
    } else {
        jg_map_put(&b->hosts, host, g);
        jg_map_put(&b->routes->hosts, host, tree);
    }
    return g;
}

/* Lay a grown tree out, level by level. */
static enum jg_err
lay_out(const struct growth *g, struct jg_arena *scratch, struct jg_arena *a)
{
    const struct draft **drafts =
        jg_arena_array(scratch, g->count, sizeof(*drafts));
    struct node *nodes = jg_arena_array(a, g->count, sizeof(*nodes));
    unsigned char *firsts = jg_arena_array(a, g->count, 1);
    uint32_t used = 1;

    if (drafts == NULL || nodes == NULL || firsts == NULL)
        return JG_E_NOMEM;
    drafts[0] = &g->root;
    for (uint32_t i = 0; i < g->count; i++) {
        const struct draft *d = drafts[i];

        nodes[i] = (struct node){d->label.p, d->route, (uint32_t)d->label.len,
                                 used, d->child_count};
        if (d->label.len > 0)
            firsts[i] = (unsigned char)d->label.p[0];
        for (d = d->child; d != NULL; d = d->sibling)
            drafts[used++] = d;
    }
    *g->tree = (struct tree){nodes, firsts};
    return JG_OK;
}

static size_t
count_with_host(const struct jg_route *routes, size_t count)
{
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        n += routes[i].host.len > 0;
    return n;
}

static enum jg_err
build(struct builder *b, const struct jg_route *routes, size_t count)
{
    size_t hosts = count_with_host(routes, count);
    enum jg_err err = jg_map_init(&b->hosts, b->scratch, hosts);

    if (err == JG_OK)
        err = jg_map_init(&b->routes->hosts, b->a, hosts);
    for (size_t i = 0; err == JG_OK && i < count; i++) {
        struct growth *g = growth_of(b, routes[i].host);

        err = g == NULL ? JG_E_NOMEM : insert(g, b->scratch, &routes[i]);
    }
    for (struct growth *g = b->all; err == JG_OK && g != NULL; g = g->next)
        err = lay_out(g, b->scratch, b->a);
    return err;
}

enum jg_err
jg_routes_build(const struct jg_route *routes, size_t count, bool strict,
                struct jg_arena *a, const struct jg_routes **out)
{
    struct jg_routes *made = jg_arena_alloc(a, sizeof(*made));
    struct jg_arena scratch;
    struct builder b = {.a = a, .scratch = &scratch, .routes = made};
    enum jg_err err;

    if (made == NULL)
        return JG_E_NOMEM;
    made->strict = strict;
    jg_arena_init(&scratch, SCRATCH_CHUNK_BYTES, SCRATCH_MAX_BYTES);
    err = build(&b, routes, count);
    jg_arena_free(&scratch);
    if (err == JG_OK)
        *out = made;
    return err;
}

/* Does <route>, a prefix of <path>, serve it? */
static bool
serves(const struct jg_route *route, struct jg_str path, bool strict)
{
    size_t len = route->path.len;

    return !strict || len == path.len || path.p[len] == '/' ||
           (len > 0 && path.p[len - 1] == '/');
}

static const struct jg_route *
find_longest(const struct tree *tree, struct jg_str path, bool strict)
{
    const struct node *node = tree->nodes;
    const struct jg_route *best = NULL;
    size_t at = 0; /* bytes of <path> from the root to <node> */

    while (node != NULL) {
        const unsigned char *firsts = tree->firsts + node->first_child;
        const unsigned char *hit = NULL;

        if (node->route != NULL && serves(node->route, path, strict))
            best = node->route;
        if (at < path.len && node->child_count > 0)
            hit = memchr(firsts, path.p[at], node->child_count);
        if (hit == NULL)
            return best;
        node = &tree->nodes[node->first_child + (size_t)(hit - firsts)];
        if (path.len - at < node->len ||
            memcmp(node->label, path.p + at, node->len) != 0)
            return best;
        at += node->len;
    }
    return best;
}

/* <host> without its port, the brackets of IPv6 and a last dot. */
static struct jg_str
bare_host(struct jg_str host)
{
    if (jg_str_starts(host, JG_STR("["))) {
        host = jg_str_from(host, 1);
        return jg_str_head(host, jg_str_find(host, ']'));
    }
    host = jg_str_head(host, jg_str_find(host, ':'));
    if (jg_str_ends(host, JG_STR(".")))
        host.len--;
    return host;
}

static const struct tree *
tree_of(const struct jg_routes *routes, struct jg_str host)
{
    char lower[JG_ID_MAX];

    if (routes->hosts.count == 0)
        return NULL;
    host = bare_host(host);
    if (host.len == 0 || host.len > sizeof(lower))
        return NULL;
    for (size_t i = 0; i < host.len; i++)
        lower[i] = host.p[i] >= 'A' && host.p[i] <= 'Z'
                       ? (char)(host.p[i] - 'A' + 'a')
                       : host.p[i];
    return jg_map_get(&routes->hosts, (struct jg_str){lower, host.len});
}

const struct jg_route *
jg_routes_find(const struct jg_routes *routes, struct jg_str host,
               struct jg_str path)
{
    const struct tree *own = tree_of(routes, host);
    const struct jg_route *route =
        own == NULL ? NULL : find_longest(own, path, routes->strict);

    return route != NULL ? route
                         : find_longest(&routes->any, path, routes->strict);
}
