/*
 * What is wrong with a virtual endpoint as far as its definition tells: as in
 * Tyk it is no error, but its requests will fail, or pass the script by.
 */
#include <stdio.h>

#include "base/b64.h"
#include "model/model_internal.h"

#define PLACE_BYTES 512

const char *
jg_virtual_place(struct jg_arena *a, const struct jg_api_def *def,
                 const struct jg_api_version *version, size_t i,
                 const char *field)
{
    char text[PLACE_BYTES];

    if (def->is_oas)
        return "x-tyk-api-gateway.middleware.operations";
    snprintf(text, sizeof(text),
             "version_data.versions.%.*s.extended_paths.virtual.%zu.%s",
             JG_STR_ARG(version->name), i, field);
    return jg_arena_str(a, jg_str(text)).p;
}

/* What is wrong, how it is put right, and the classic field that it is about.
 */
struct fault {
    enum jg_err err;
    const char *field, *message, *fix;
};

static const struct fault without_jsvm = {
    JG_E_CONF_SCRIPT_OFF, "path",
    "it does not run without enable_jsvm: the upstream gets its requests",
    "\"enable_jsvm\": true in the gateway's configuration"};
static const struct fault without_function = {
    JG_E_CONF_SCRIPT_SOURCE, "path", "no function is named",
    "response_function_name, or functionName in OpenAPI documents"};
static const struct fault blobs_forbidden = {
    JG_E_CONF_SCRIPT_SOURCE, "function_source_type",
    "[JSVM] Blobs not allowed on this node (disable_virtual_path_blobs)",
    "put the script into a file"};
static const struct fault no_base64 = {
    JG_E_CONF_SCRIPT_SOURCE, "function_source_uri",
    "the script is no base64 of the standard alphabet, with padding",
    "base64 -w0 script.js"};
static const struct fault no_source_type = {
    JG_E_CONF_SCRIPT_SOURCE, "function_source_type",
    "function_source_type must be either file or blob (base64)", NULL};
static const struct fault no_source = {
    JG_E_CONF_SCRIPT_SOURCE, "function_source_uri", "there is no script",
    "function_source_uri, or body or path in OpenAPI documents"};

static bool
is_base64(struct jg_api_reading *r, struct jg_str text)
{
    struct jg_str decoded;

    return jg_b64_decode_arena(text, r->scratch, &decoded) != JG_E_BASE64;
}

/* NULL: nothing that can be seen without reading files and running scripts. */
static const struct fault *
fault_of(struct jg_api_reading *r, const struct jg_virtual_endpoint *e)
{
    bool blob = jg_str_eq(e->source_type, JG_STR("blob"));

    if (!r->conf->enable_jsvm)
        return &without_jsvm;
    if (e->function.len == 0)
        return &without_function;
    if (!blob && !jg_str_eq(e->source_type, JG_STR("file")))
        return &no_source_type;
    if (e->source_uri.len == 0)
        return &no_source;
    if (blob && r->conf->disable_virtual_path_blobs)
        return &blobs_forbidden;
    return blob && !is_base64(r, e->source_uri) ? &no_base64 : NULL;
}

static enum jg_err
report(struct jg_api_reading *r, const struct jg_api_version *version, size_t i,
       const struct fault *fault)
{
    const struct jg_endpoint *e =
        jg_endpoint_at(version, JG_ENDPOINT_VIRTUAL, i);
    const char *place =
        jg_virtual_place(r->scratch, &r->api->def, version, i, fault->field);

    if (place == NULL)
        return JG_E_NOMEM;
    jg_bind_report(r->source, JG_WARNING, fault->err, place, NULL, fault->fix,
                   "virtual endpoint %.*s %.*s: %s", JG_STR_ARG(e->method),
                   JG_STR_ARG(e->path), fault->message);
    return JG_OK;
}

static enum jg_err
check(struct jg_api_reading *r, const struct jg_api_version *version)
{
    const struct jg_list *list =
        &version->endpoints->kinds[JG_ENDPOINT_VIRTUAL];
    const struct jg_virtual_endpoint *e = list->items;
    enum jg_err err = JG_OK;

    for (size_t i = 0; i < list->count && err == JG_OK; i++) {
        const struct fault *fault =
            e[i].endpoint.disabled ? NULL : fault_of(r, &e[i]);

        if (fault != NULL)
            err = report(r, version, i, fault);
    }
    return err;
}

enum jg_err
jg_api_check_virtual(struct jg_api_reading *r)
{
    const struct jg_api_version *versions = r->api->def.versions.items;
    enum jg_err err = JG_OK;

    if (r->source->diags == NULL)
        return JG_OK;
    for (size_t i = 0; i < r->api->def.versions.count && err == JG_OK; i++)
        if (versions[i].endpoints != NULL)
            err = check(r, &versions[i]);
    return err;
}
