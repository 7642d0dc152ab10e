/* Rights on APIs, as policies and stored sessions have them (reference 3.1). */
#include <stdlib.h>

#include "model/policy.h"

#define LIMIT(field) offsetof(struct jg_limit, field)
#define ACCESS(field) offsetof(struct jg_access, field)
#define URL(field) offsetof(struct jg_url_right, field)
#define ENDPOINT(field) offsetof(struct endpoint, field)
#define METHOD(field) offsetof(struct method, field)

/* An entry of endpoints as it is written. */
struct endpoint {
    struct jg_str path;
    struct jg_list methods; /* struct method */
};
struct method {
    struct jg_str name;
    double rate, per_s;
};

static const char graphql[] = "GraphQL is passed on without being looked at";
static const char counted[] = "counted by the gateway, not read";

static const struct jg_field limit_rows[] = {
    {"rate", JG_FIELD_NUMBER, LIMIT(rate)},
    {"per", JG_FIELD_NUMBER, LIMIT(per_s)},
    {"quota_max", JG_FIELD_INT, LIMIT(quota_max)},
    {"quota_renews", JG_FIELD_SILENT, .note = counted},
    {"quota_remaining", JG_FIELD_SILENT, .note = counted},
    {"quota_renewal_rate", JG_FIELD_INT, LIMIT(quota_renewal_s)},
    {"throttle_interval", JG_FIELD_NUMBER, LIMIT(throttle_interval_s)},
    {"throttle_retry_limit", JG_FIELD_INT, LIMIT(throttle_retries)},
    {"max_query_depth", JG_FIELD_INT, LIMIT(max_query_depth), .note = graphql},
    {"smoothing", JG_FIELD_SILENT,
     .note = "a rate counts from the first request on"},
    {"set_by_policy", JG_FIELD_SILENT, .note = "set by Tyk itself"},
};
const struct jg_field_table jg_limit_table = {
    sizeof(struct jg_limit), limit_rows, JG_FIELD_COUNT(limit_rows)};

static const struct jg_field url_rows[] = {
    {"url", JG_FIELD_STR, URL(url)},
    {"methods", JG_FIELD_STRS, URL(methods)},
};
static const struct jg_field_table url_table = {
    sizeof(struct jg_url_right), url_rows, JG_FIELD_COUNT(url_rows)};

static const struct jg_field rate_rows[] = {
    {"rate", JG_FIELD_NUMBER, METHOD(rate)},
    {"per", JG_FIELD_NUMBER, METHOD(per_s)},
    {"smoothing", JG_FIELD_SILENT,
     .note = "a rate counts from the first request on"},
};
static const struct jg_field_table rate_table = {
    sizeof(struct method), rate_rows, JG_FIELD_COUNT(rate_rows)};

static const struct jg_field method_rows[] = {
    {"name", JG_FIELD_STR, METHOD(name), .max = 64},
    {"limit", JG_FIELD_OBJECT, 0, &rate_table},
};
static const struct jg_field_table method_table = {
    sizeof(struct method), method_rows, JG_FIELD_COUNT(method_rows)};

static const struct jg_field endpoint_rows[] = {
    {"path", JG_FIELD_STR, ENDPOINT(path)},
    {"methods", JG_FIELD_LIST, ENDPOINT(methods), &method_table},
};
static const struct jg_field_table endpoint_table = {
    sizeof(struct endpoint), endpoint_rows, JG_FIELD_COUNT(endpoint_rows)};

static const struct jg_field access_rows[] = {
    {"api_name", JG_FIELD_STR, ACCESS(api_name), .max = 1024},
    {"api_id", JG_FIELD_SILENT, .note = "the member name counts"},
    {"versions", JG_FIELD_STRS, ACCESS(versions)},
    {"limit", JG_FIELD_OBJECT, ACCESS(limit), &jg_limit_table},
    {"allowed_urls", JG_FIELD_LIST, ACCESS(allowed_urls), &url_table},
    {"endpoints", JG_FIELD_LIST, ACCESS(endpoints), &endpoint_table},
    {"restricted_types", JG_FIELD_IGNORED, .note = graphql},
    {"allowed_types", JG_FIELD_IGNORED, .note = graphql},
    {"field_access_rights", JG_FIELD_IGNORED, .note = graphql},
    {"disable_introspection", JG_FIELD_IGNORED, .note = graphql},
    {"allowance_scope", JG_FIELD_STR, ACCESS(allowance_scope), .max = 1024,
     .note = "of stored sessions; policies compute it"},
};
const struct jg_field_table jg_access_table = {
    sizeof(struct jg_access), access_rows, JG_FIELD_COUNT(access_rows)};

static size_t
count_methods(const struct jg_list *endpoints)
{
    const struct endpoint *e = endpoints->items;
    size_t count = 0;

    for (size_t i = 0; i < endpoints->count; i++)
        count += e[i].methods.count;
    return count;
}

/* One limit a path and method, where there was one list a path. */
static enum jg_err
flatten(struct jg_list *endpoints, struct jg_arena *a)
{
    const struct endpoint *e = endpoints->items;
    size_t count = count_methods(endpoints), next = 0;
    struct jg_endpoint_limit *limits =
        jg_arena_array(a, count, sizeof(*limits));

    if (limits == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < endpoints->count; i++) {
        const struct method *m = e[i].methods.items;

        for (size_t j = 0; j < e[i].methods.count; j++)
            limits[next++] = (struct jg_endpoint_limit){
                .path = e[i].path,
                .method = m[j].name,
                .rate = m[j].rate,
                .per_s = m[j].per_s,
            };
    }
    *endpoints = (struct jg_list){limits, count};
    return JG_OK;
}

static int
by_api_id(const void *a, const void *b)
{
    const struct jg_access *x = a, *y = b;

    return jg_str_cmp(x->api_id, y->api_id);
}

enum jg_err
jg_access_prepare(struct jg_list *rights, struct jg_arena *a)
{
    struct jg_access *access = rights->items;
    enum jg_err err = JG_OK;

    for (size_t i = 0; i < rights->count && err == JG_OK; i++)
        if (access[i].endpoints.count > 0)
            err = flatten(&access[i].endpoints, a);
    if (err == JG_OK && rights->count > 1)
        qsort(access, rights->count, sizeof(*access), by_api_id);
    return err;
}

const struct jg_access *
jg_access_find(const struct jg_list *rights, struct jg_str api_id)
{
    const struct jg_access key = {.api_id = api_id};

    if (rights->count == 0)
        return NULL;
    return bsearch(&key, rights->items, rights->count, sizeof(key), by_api_id);
}

bool
jg_limit_is_empty(const struct jg_limit *l)
{
    return l->rate == 0 && l->per_s == 0 && l->quota_max == 0 &&
           l->quota_renewal_s == 0 && l->throttle_interval_s == 0 &&
           l->throttle_retries == 0 && l->max_query_depth == 0;
}
