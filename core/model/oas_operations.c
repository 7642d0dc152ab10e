/*
 * middleware.operations of an OAS definition: what is said about one operation
 * becomes entries for the path and method that have its operationId.
 */
#include <stdio.h>

#include "base/map.h"
#include "model/oas.h"

#define PLACE_BYTES 400

/* Where an operation is reached. */
struct reached {
    struct jg_str path, method;
};

/* One member of an operation, and the entries that it becomes. */
static const struct {
    size_t offset; /* of a struct jg_oas_listed in struct jg_oas_operation */
    enum jg_endpoint_kind kind;
} members[] = {
    {offsetof(struct jg_oas_operation, allow), JG_ENDPOINT_WHITE_LIST},
    {offsetof(struct jg_oas_operation, block), JG_ENDPOINT_BLACK_LIST},
    {offsetof(struct jg_oas_operation, ignore), JG_ENDPOINT_IGNORED},
    {offsetof(struct jg_oas_operation, internal), JG_ENDPOINT_INTERNAL},
};

static const struct {
    const char *name;
    struct jg_str method;
} methods[] = {
    {"get", {"GET", 3}},         {"put", {"PUT", 3}},
    {"post", {"POST", 4}},       {"delete", {"DELETE", 6}},
    {"options", {"OPTIONS", 7}}, {"head", {"HEAD", 4}},
    {"patch", {"PATCH", 5}},     {"trace", {"TRACE", 5}},
};
#define METHODS (sizeof(methods) / sizeof(methods[0]))

/* Of two operations with one id the first counts. */
static enum jg_err
index_path(struct jg_api_reading *r, const struct jg_json_member *path,
           struct jg_map *map)
{
    for (size_t i = 0; i < METHODS; i++) {
        const struct jg_json *operation =
            jg_json_get(&path->value, jg_str(methods[i].name));
        struct jg_str id =
            jg_json_string(jg_json_get(operation, JG_STR("operationId")));
        struct reached *reached;

        if (id.len == 0)
            continue;
        reached = jg_arena_alloc(r->scratch, sizeof(*reached));
        if (reached == NULL)
            return JG_E_NOMEM;
        *reached = (struct reached){path->name, methods[i].method};
        jg_map_put(map, id, reached);
    }
    return JG_OK;
}

/* operationId to struct reached. */
static enum jg_err
index_paths(struct jg_api_reading *r, struct jg_map *map)
{
    const struct jg_json *paths = jg_json_get(r->root, JG_STR("paths"));
    bool any = paths != NULL && paths->type == JG_JSON_OBJECT;
    enum jg_err err =
        jg_map_init(map, r->scratch, any ? paths->count * METHODS : 0);

    for (uint32_t i = 0; any && i < paths->count && err == JG_OK; i++)
        err = index_path(r, &paths->members[i], map);
    return err;
}

static const struct jg_oas_listed *
member_of(const struct jg_oas_operation *operation, size_t m)
{
    return (const struct jg_oas_listed *)((const char *)operation +
                                          members[m].offset);
}

/* Entry <e> for what is reached, in the API's memory. */
static enum jg_err
fill(struct jg_api_reading *r, const struct reached *reached, bool ignore_case,
     struct jg_endpoint *e)
{
    e->path = jg_arena_str(&r->api->arena, reached->path);
    e->method = reached->method;
    e->ignore_case = ignore_case;
    return e->path.p == NULL ? JG_E_NOMEM : JG_OK;
}

/* The entries of member <m>, of all operations that have it. */
static enum jg_err
make_entries(struct jg_api_reading *r, const struct jg_oas_operations *all,
             const struct jg_map *map, size_t m, struct jg_endpoints *out)
{
    const struct jg_oas_operation *operations = all->items.items;
    enum jg_endpoint_kind kind = members[m].kind;
    size_t count = 0, n = 0;
    enum jg_err err;

    for (size_t i = 0; i < all->items.count; i++)
        count += member_of(&operations[i], m)->enabled &&
                 jg_map_get(map, operations[i].id) != NULL;
    err = jg_endpoints_room(&out->kinds[kind], kind, count, &r->api->arena);
    for (size_t i = 0; i < all->items.count && err == JG_OK; i++) {
        const struct jg_oas_listed *member = member_of(&operations[i], m);
        const struct reached *reached = jg_map_get(map, operations[i].id);

        if (member->enabled && reached != NULL)
            err = fill(r, reached, member->ignore_case,
                       jg_endpoint_in(&out->kinds[kind], kind, n++));
    }
    return err;
}

static void
warn_of_unknown(struct jg_api_reading *r, const struct jg_oas_operations *all,
                const struct jg_map *map)
{
    const struct jg_oas_operation *operations = all->items.items;

    for (size_t i = 0; i < all->items.count; i++) {
        char place[PLACE_BYTES];

        if (jg_map_get(map, operations[i].id) != NULL)
            continue;
        snprintf(place, sizeof(place),
                 JG_OAS_EXTENSION ".middleware.operations.%.*s",
                 JG_STR_ARG(operations[i].id));
        jg_bind_report(r->source, JG_WARNING, JG_E_CONF_VALUE, place, NULL,
                       NULL,
                       "no effect: nothing in paths has this operationId");
    }
}

enum jg_err
jg_oas_read_operations(struct jg_api_reading *r, struct jg_endpoints **out)
{
    struct jg_oas_operations all = {{NULL, 0}};
    struct jg_endpoints *endpoints;
    struct jg_map map;
    enum jg_err err =
        jg_bind(&jg_oas_operations_table, r->root, &all, r->scratch, r->source);

    *out = NULL;
    if (err != JG_OK || all.items.count == 0)
        return err;
    endpoints = jg_arena_alloc(&r->api->arena, sizeof(*endpoints));
    if (endpoints == NULL)
        return JG_E_NOMEM;
    err = index_paths(r, &map);
    if (err == JG_OK)
        warn_of_unknown(r, &all, &map);
    for (size_t m = 0; m < sizeof(members) / sizeof(members[0]); m++)
        if (err == JG_OK)
            err = make_entries(r, &all, &map, m, endpoints);
    *out = endpoints;
    return err;
}
