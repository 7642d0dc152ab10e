/*
 * The headers that single endpoints set and remove (reference 6.1), joined with
 * those of the version once, so that a request has one list to look at.
 */
#include <stdio.h>

#include "model/oas.h"

#define PATH_BYTES 512

#define ENTRY(field) offsetof(struct jg_headers_endpoint, field)

static const struct jg_field rows[] = {
    JG_ENDPOINT_ROWS,
    {"delete_headers", JG_FIELD_STRS, ENTRY(delete_headers)},
    {"add_headers", JG_FIELD_STR_MAP, ENTRY(add_headers)},
    {"act_on", JG_FIELD_SILENT},
};
const struct jg_field_table jg_headers_endpoint_table = {
    sizeof(struct jg_headers_endpoint), rows, JG_FIELD_COUNT(rows)};

static const char *
path_of(struct jg_api_reading *r, const struct jg_api_version *version,
        enum jg_endpoint_kind kind, size_t i)
{
    char text[PATH_BYTES];

    if (r->api->def.is_oas)
        return JG_OAS_EXTENSION ".middleware.operations";
    snprintf(text, sizeof(text),
             "version_data.versions.%.*s.extended_paths.%s.%zu",
             JG_STR_ARG(version->name), jg_endpoint_kind_name(kind), i);
    return jg_arena_str(r->scratch, jg_str(text)).p;
}

static enum jg_err
read_entries(struct jg_api_reading *r, const struct jg_api_version *version,
             enum jg_endpoint_kind kind)
{
    struct jg_list *list = &version->endpoints->kinds[kind];
    struct jg_headers_endpoint *entries = list->items;

    for (size_t i = 0; i < list->count; i++) {
        struct jg_headers_endpoint *entry = &entries[i];
        struct jg_transform_text text = {.path = path_of(r, version, kind, i),
                                         .removed = entry->delete_headers,
                                         .set = entry->add_headers};
        enum jg_err err;

        if (text.path == NULL)
            return JG_E_NOMEM;
        if (entry->endpoint.pattern == NULL)
            continue; /* disabled, or it matches nothing */
        err = jg_transform_read(r, &text, &entry->transform);
        if (err != JG_OK)
            return err;
    }
    return JG_OK;
}

static bool
has_name(const struct jg_strs *names, struct jg_str name)
{
    for (size_t i = 0; i < names->count; i++)
        if (jg_str_eq_nocase(names->items[i], name))
            return true;
    return false;
}

/* Add the names of <t> that say who calls to <names>, which has room. */
static void
add_names(const struct jg_transform *t, struct jg_str *room,
          struct jg_strs *names)
{
    for (size_t i = 0; i < t->count && names->count <= JG_TRANSFORM_MAX; i++)
        if (jg_template_tells_caller(&t->rules[i].value) &&
            !has_name(names, t->rules[i].name))
            room[names->count++] = t->rules[i].name;
}

/*
 * A header that says at one endpoint who calls must not come from the client
 * at another: the upstream may look at it there, too. Tyk lets it pass.
 */
static enum jg_err
remove_everywhere(struct jg_api_reading *r, struct jg_api_version *version)
{
    const struct jg_list *list =
        &version->endpoints->kinds[JG_ENDPOINT_REQUEST_HEADERS];
    const struct jg_headers_endpoint *entries = list->items;
    struct jg_str *room =
        jg_arena_array(r->scratch, JG_TRANSFORM_MAX + 1, sizeof(*room));
    struct jg_transform t = {{room, 0}, NULL, 0};

    if (room == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < list->count; i++)
        add_names(&entries[i].transform, room, &t.removed);
    if (t.removed.count == 0)
        return JG_OK;
    return jg_transform_join(&t, &version->request_headers, &r->api->arena,
                             &version->request_headers);
}

/* Of requests the version's headers come first, of responses last. */
static enum jg_err
join_entries(struct jg_api_reading *r, const struct jg_api_version *version,
             enum jg_endpoint_kind kind)
{
    struct jg_list *list = &version->endpoints->kinds[kind];
    struct jg_headers_endpoint *entries = list->items;
    bool request = kind == JG_ENDPOINT_REQUEST_HEADERS;
    enum jg_err err = JG_OK;

    for (size_t i = 0; i < list->count && err == JG_OK; i++) {
        struct jg_transform *own = &entries[i].transform;

        if (entries[i].endpoint.pattern == NULL)
            continue;
        err = jg_transform_join(request ? &version->request_headers : own,
                                request ? own : &version->response_headers,
                                &r->api->arena, own);
    }
    return err;
}

static enum jg_err
join_all(struct jg_api_reading *r, struct jg_api_version *version)
{
    enum jg_err err = remove_everywhere(r, version);

    if (err == JG_OK)
        err = join_entries(r, version, JG_ENDPOINT_REQUEST_HEADERS);
    if (err == JG_OK)
        err = join_entries(r, version, JG_ENDPOINT_RESPONSE_HEADERS);
    return err != JG_E_CONF_VALUE
               ? err
               : jg_bind_report(r->source, JG_FAULT, err,
                                "version_data.versions", NULL, NULL,
                                "more than %d headers of an endpoint and its "
                                "version together",
                                JG_TRANSFORM_MAX);
}

enum jg_err
jg_api_read_endpoint_headers(struct jg_api_reading *r,
                             struct jg_api_version *version)
{
    enum jg_err err;

    if (version->endpoints == NULL ||
        version->endpoints->kinds[JG_ENDPOINT_REQUEST_HEADERS].count +
                version->endpoints->kinds[JG_ENDPOINT_RESPONSE_HEADERS].count ==
            0)
        return JG_OK;
    err = read_entries(r, version, JG_ENDPOINT_REQUEST_HEADERS);
    if (err == JG_OK)
        err = read_entries(r, version, JG_ENDPOINT_RESPONSE_HEADERS);
    return err == JG_OK ? join_all(r, version) : err;
}
