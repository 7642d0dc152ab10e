/*
 * The headers that every request and response of an API gets or loses: those
 * of its versions, and of its response processors.
 */
#include <stdio.h>

#include "model/model_internal.h"

#define PATH_BYTES 512

/* "version_data.versions.Default.global_headers" */
static const char *
path_of(struct jg_api_reading *r, const struct jg_api_version *version,
        const char *field)
{
    char text[PATH_BYTES];

    snprintf(text, sizeof(text), "version_data.versions.%.*s.%s",
             JG_STR_ARG(version->name), field);
    return jg_arena_str(r->scratch, jg_str(text)).p;
}

static enum jg_err
read_request(struct jg_api_reading *r, struct jg_api_version *version)
{
    struct jg_transform_text text = {
        .path = path_of(r, version, "global_headers"),
        .removed = version->global_headers_remove,
        .set = version->global_headers,
    };

    if (version->global_headers_disabled)
        return JG_OK;
    if (text.path == NULL)
        return JG_E_NOMEM;
    return jg_transform_read(r, &text, &version->request_headers);
}

static enum jg_err
read_response(struct jg_api_reading *r, struct jg_api_version *version)
{
    struct jg_transform_text text = {
        .path = path_of(r, version, "global_response_headers"),
        .removed = version->global_response_headers_remove,
        .set = version->global_response_headers,
    };

    if (version->global_response_headers_disabled)
        return JG_OK;
    if (text.path == NULL)
        return JG_E_NOMEM;
    return jg_transform_read(r, &text, &version->response_headers);
}

static enum jg_err
join(struct jg_api_reading *r, const struct jg_transform *first,
     const struct jg_transform *second, struct jg_transform *out)
{
    enum jg_err err = jg_transform_join(first, second, &r->api->arena, out);

    return err != JG_E_CONF_VALUE
               ? err
               : jg_bind_report(r->source, JG_FAULT, err, "response_processors",
                                NULL, NULL,
                                "more than %d headers, with those of the "
                                "version",
                                JG_TRANSFORM_MAX);
}

/* After those of the version, as Tyk's processor of this name. */
static enum jg_err
read_processors(struct jg_api_reading *r, struct jg_transform *out)
{
    const struct jg_response_processor *items =
        r->api->def.response_processors.items;

    for (size_t i = 0; i < r->api->def.response_processors.count; i++) {
        struct jg_transform_text text = {.path = "response_processors",
                                         .removed = items[i].remove_headers,
                                         .set = items[i].add_headers};
        struct jg_transform one = {{NULL, 0}, NULL, 0};
        enum jg_err err;

        if (!jg_str_eq(items[i].name, JG_STR("header_injector"))) {
            jg_bind_report(r->source, JG_WARNING, JG_E_CONF_UNSUPPORTED,
                           "response_processors", NULL, NULL,
                           "\"%.*s\" does nothing: there is only "
                           "header_injector",
                           JG_STR_ARG(items[i].name));
            continue;
        }
        err = jg_transform_read(r, &text, &one);
        if (err == JG_OK)
            err = join(r, out, &one, out);
        if (err != JG_OK)
            return err;
    }
    return JG_OK;
}

/* An API without versions has headers, too, when it has processors. */
static enum jg_err
need_version(struct jg_api_reading *r)
{
    struct jg_api_version *version;

    if (r->api->def.versions.count > 0 ||
        r->api->def.response_processors.count == 0)
        return JG_OK;
    version = jg_arena_alloc(&r->api->arena, sizeof(*version));
    if (version == NULL)
        return JG_E_NOMEM;
    *version = (struct jg_api_version){.name = JG_STR("Default")};
    r->api->def.versions = (struct jg_list){version, 1};
    r->api->headers = version;
    return JG_OK;
}

static enum jg_err
read_version(struct jg_api_reading *r, struct jg_api_version *version,
             const struct jg_transform *processors)
{
    enum jg_err err = read_request(r, version);

    if (err == JG_OK)
        err = read_response(r, version);
    if (err == JG_OK && processors->count + processors->removed.count > 0)
        err = join(r, &version->response_headers, processors,
                   &version->response_headers);
    return err == JG_OK ? jg_api_read_endpoint_headers(r, version) : err;
}

enum jg_err
jg_api_read_headers(struct jg_api_reading *r)
{
    struct jg_transform processors = {{NULL, 0}, NULL, 0};
    struct jg_api_version *versions;
    enum jg_err err = need_version(r);

    if (err == JG_OK)
        err = read_processors(r, &processors);
    versions = r->api->def.versions.items;
    for (size_t i = 0; err == JG_OK && i < r->api->def.versions.count; i++)
        err = read_version(r, &versions[i], &processors);
    return err;
}
