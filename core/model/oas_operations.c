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

/* What the member at <from> says, beside path and method, into <e>. */
typedef enum jg_err fill_entry(struct jg_api_reading *r, const void *from,
                               struct jg_endpoint *e);
static fill_entry fill_listed, fill_headers, fill_rate, fill_virtual, fill_size,
    fill_mock, fill_timeout, fill_method;

/* One member of an operation, and the entries that it becomes. */
static const struct {
    size_t offset; /* of a struct in struct jg_oas_operation that begins with
                    * "bool enabled" */
    enum jg_endpoint_kind kind;
    fill_entry *fill;
} members[] = {
    {offsetof(struct jg_oas_operation, allow.enabled), JG_ENDPOINT_WHITE_LIST,
     fill_listed},
    {offsetof(struct jg_oas_operation, block.enabled), JG_ENDPOINT_BLACK_LIST,
     fill_listed},
    {offsetof(struct jg_oas_operation, ignore.enabled), JG_ENDPOINT_IGNORED,
     fill_listed},
    {offsetof(struct jg_oas_operation, internal.enabled), JG_ENDPOINT_INTERNAL,
     fill_listed},
    {offsetof(struct jg_oas_operation, request_headers.enabled),
     JG_ENDPOINT_REQUEST_HEADERS, fill_headers},
    {offsetof(struct jg_oas_operation, response_headers.enabled),
     JG_ENDPOINT_RESPONSE_HEADERS, fill_headers},
    {offsetof(struct jg_oas_operation, rate.enabled), JG_ENDPOINT_RATE_LIMIT,
     fill_rate},
    {offsetof(struct jg_oas_operation, virtual_endpoint.enabled),
     JG_ENDPOINT_VIRTUAL, fill_virtual},
    {offsetof(struct jg_oas_operation, size.enabled), JG_ENDPOINT_SIZE_LIMIT,
     fill_size},
    {offsetof(struct jg_oas_operation, validate.enabled), JG_ENDPOINT_VALIDATE,
     fill_listed},
    {offsetof(struct jg_oas_operation, mock.enabled), JG_ENDPOINT_OAS_MOCK,
     fill_mock},
    {offsetof(struct jg_oas_operation, timeout.enabled), JG_ENDPOINT_TIMEOUT,
     fill_timeout},
    {offsetof(struct jg_oas_operation, method.enabled), JG_ENDPOINT_METHOD,
     fill_method},
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

static const void *
member_of(const struct jg_oas_operation *operation, size_t m)
{
    return (const char *)operation + members[m].offset;
}

static bool
is_enabled(const struct jg_oas_operation *operation, size_t m)
{
    return *(const bool *)member_of(operation, m);
}

static enum jg_err
fill_listed(struct jg_api_reading *r, const void *from, struct jg_endpoint *e)
{
    (void)r;
    e->ignore_case = ((const struct jg_oas_listed *)from)->ignore_case;
    return JG_OK;
}

/* Operations were bound into memory that does not stay. */
static enum jg_err
keep_pairs(struct jg_arena *a, const struct jg_list *from, struct jg_pairs *out)
{
    const struct jg_pair *pairs = from->items;
    struct jg_pair *items = jg_arena_array(a, from->count, sizeof(*items));

    if (items == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < from->count; i++) {
        items[i] = (struct jg_pair){jg_arena_str(a, pairs[i].name),
                                    jg_arena_str(a, pairs[i].value)};
        if (items[i].name.p == NULL || items[i].value.p == NULL)
            return JG_E_NOMEM;
    }
    *out = (struct jg_pairs){items, from->count};
    return JG_OK;
}

static enum jg_err
keep_strs(struct jg_arena *a, const struct jg_strs *from, struct jg_strs *out)
{
    struct jg_str *items = jg_arena_array(a, from->count, sizeof(*items));

    if (items == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < from->count; i++) {
        items[i] = jg_arena_str(a, from->items[i]);
        if (items[i].p == NULL)
            return JG_E_NOMEM;
    }
    *out = (struct jg_strs){items, from->count};
    return JG_OK;
}

static enum jg_err
fill_headers(struct jg_api_reading *r, const void *from, struct jg_endpoint *e)
{
    const struct jg_oas_headers *headers = from;
    struct jg_headers_endpoint *entry = (struct jg_headers_endpoint *)e;
    enum jg_err err =
        keep_pairs(&r->api->arena, &headers->add, &entry->add_headers);

    return err != JG_OK ? err
                        : keep_strs(&r->api->arena, &headers->remove,
                                    &entry->delete_headers);
}

static enum jg_err
fill_rate(struct jg_api_reading *r, const void *from, struct jg_endpoint *e)
{
    const struct jg_oas_rate *rate = from;
    struct jg_rate_endpoint *entry = (struct jg_rate_endpoint *)e;

    (void)r;
    entry->rate = rate->rate;
    entry->per_s = (double)rate->per_ms / 1000;
    return JG_OK;
}

static enum jg_err
fill_virtual(struct jg_api_reading *r, const void *from, struct jg_endpoint *e)
{
    const struct jg_oas_virtual *said = from;
    struct jg_virtual_endpoint *entry = (struct jg_virtual_endpoint *)e;
    bool is_blob = said->body.len > 0;

    entry->function = jg_arena_str(&r->api->arena, said->function_name.len > 0
                                                       ? said->function_name
                                                       : said->name);
    entry->source_type = is_blob ? JG_STR("blob") : JG_STR("file");
    entry->source_uri =
        jg_arena_str(&r->api->arena, is_blob ? said->body : said->path);
    entry->use_session = said->require_session;
    entry->proxy_on_error = said->proxy_on_error;
    return entry->function.p == NULL || entry->source_uri.p == NULL ? JG_E_NOMEM
                                                                    : JG_OK;
}

static enum jg_err
fill_size(struct jg_api_reading *r, const void *from, struct jg_endpoint *e)
{
    (void)r;
    ((struct jg_size_endpoint *)e)->size_limit =
        ((const struct jg_oas_size *)from)->bytes;
    return JG_OK;
}

static enum jg_err
fill_mock(struct jg_api_reading *r, const void *from, struct jg_endpoint *e)
{
    const struct jg_oas_mock *said = from;
    struct jg_endpoint_reply *reply = &((struct jg_mock_endpoint *)e)->reply;

    reply->code = said->code;
    reply->body = jg_arena_str(&r->api->arena, said->body);
    return reply->body.p == NULL
               ? JG_E_NOMEM
               : keep_pairs(&r->api->arena, &said->headers, &reply->headers);
}

static enum jg_err
fill_timeout(struct jg_api_reading *r, const void *from, struct jg_endpoint *e)
{
    (void)r;
    ((struct jg_timeout_endpoint *)e)->timeout_ms =
        jg_oas_timeout_ms((const struct jg_oas_timeout *)from);
    return JG_OK;
}

static enum jg_err
fill_method(struct jg_api_reading *r, const void *from, struct jg_endpoint *e)
{
    struct jg_str *to = &((struct jg_method_endpoint *)e)->to_method;

    *to =
        jg_arena_str(&r->api->arena, ((const struct jg_oas_method *)from)->to);
    return to->p == NULL ? JG_E_NOMEM : JG_OK;
}

/* Entry <e> for what is reached, in the API's memory. */
static enum jg_err
fill(struct jg_api_reading *r, const struct reached *reached, size_t m,
     const void *from, struct jg_endpoint *e)
{
    e->path = jg_arena_str(&r->api->arena, reached->path);
    e->method = reached->method;
    return e->path.p == NULL ? JG_E_NOMEM : members[m].fill(r, from, e);
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
        count += is_enabled(&operations[i], m) &&
                 jg_map_get(map, operations[i].id) != NULL;
    err = jg_endpoints_room(&out->kinds[kind], kind, count, &r->api->arena);
    for (size_t i = 0; i < all->items.count && err == JG_OK; i++) {
        const struct reached *reached = jg_map_get(map, operations[i].id);

        if (is_enabled(&operations[i], m) && reached != NULL)
            err = fill(r, reached, m, member_of(&operations[i], m),
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

/* Examples of the document are not made into answers. */
static void
drop_examples(struct jg_api_reading *r, struct jg_oas_operations *all)
{
    struct jg_oas_operation *operations = all->items.items;

    for (size_t i = 0; i < all->items.count; i++) {
        char place[PLACE_BYTES];

        if (!operations[i].mock.enabled || !operations[i].mock.from_examples)
            continue;
        operations[i].mock.enabled = false;
        snprintf(place, sizeof(place),
                 JG_OAS_EXTENSION
                 ".middleware.operations.%.*s.mockResponse.fromOASExamples",
                 JG_STR_ARG(operations[i].id));
        jg_bind_report(r->source, JG_WARNING, JG_E_CONF_UNSUPPORTED, place,
                       NULL, "write code, body and headers beside it",
                       "the upstream answers: examples are not made into "
                       "responses");
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
    drop_examples(r, &all);
    for (size_t m = 0; m < sizeof(members) / sizeof(members[0]); m++)
        if (err == JG_OK)
            err = make_entries(r, &all, &map, m, endpoints);
    *out = endpoints;
    return err;
}
