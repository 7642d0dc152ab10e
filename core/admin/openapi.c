/* /openapi.json: the table of routes as an OpenAPI 3.1 description. */
#include "admin/admin_internal.h"
#include "base/bind.h"

static const char head[] =
    "{'openapi':'3.1.0','info':{'title':'jotgate control API',"
    "'version':'" JG_VERSION "','license':{'name':'Apache-2.0',"
    "'identifier':'Apache-2.0'},'description':'The Gateway API of Tyk. Changes "
    "of definitions and policies are in force after a reload.'},"
    "'servers':[{'url':'/'}],'paths':{";

static const char secret[] =
    "},'components':{'securitySchemes':{'secret':{'type':'apiKey',"
    "'in':'header','name':'X-Tyk-Authorization'}}";

static const char headers[] =
    ",'headers':{'ETag':{'description':'of the text that is shown, or was "
    "written','schema':{'type':'string'}}}";

static const char parameters[] =
    ",'parameters':{"
    "'Id':{'name':'id','in':'path','required':true,'schema':{'type':'string'}},"
    "'If-Match':{'name':'If-Match','in':'header','schema':{'type':'string'},"
    "'description':'change it only when this is the ETag of what is stored'},"
    "'If-None-Match':{'name':'If-None-Match','in':'header','schema':{"
    "'type':'string'},'description':'*: only when there is none yet; of a GET: "
    "the ETag that is known'}}";

#define FAILED                                  \
    "'content':{'application/json':{'schema':{" \
    "'$ref':'#/components/schemas/Message'}}}"

static const char responses[] =
    ",'responses':{"
    "'Refused':{'description':'the secret is wrong or missing'," FAILED "},"
    "'Failed':{'description':'it failed; the message says why'," FAILED "},"
    "'Conflict':{'description':'a condition does not hold; nothing was "
    "changed'," FAILED "},"
    "'Unchanged':{'description':'the ETag is still the same'}}";

void
jg_openapi_add(struct jg_buf *b, const char *text)
{
    for (; *text != '\0'; text++)
        jg_buf_addc(b, *text == '\'' ? '"' : *text);
}

static bool
is(const char *method, const struct jg_admin_route_info *info)
{
    return jg_str_eq(jg_str(method), jg_str(info->method));
}

static void
add_reference(struct jg_buf *b, const char *kind, const char *name)
{
    jg_buf_addf(b, "{\"$ref\":\"#/components/%s/%s\"}", kind, name);
}

/* A comma, unless this is the first item. */
static void
next(struct jg_buf *b)
{
    if (!b->failed && b->p[b->len - 1] != '[')
        jg_buf_addc(b, ',');
}

/* Of queries. */
static const struct jg_field queries[] = {
    {"mode", JG_FIELD_STR, .note = "public: without x-tyk-api-gateway"},
    {"block", JG_FIELD_STR, .note = "true: answer when it is done"},
    {"details", JG_FIELD_STR, .note = "true: alias, policies, times"},
    {"api_id", JG_FIELD_STR},
    {"limit", JG_FIELD_INT, .min = 1, .max = JG_ADMIN_LIMIT_MAX},
    {"since", JG_FIELD_INT, .max = JG_JOURNAL_MS_MAX,
     .note = "unix time in milliseconds: older ones are left out"},
    {"after", JG_FIELD_STR,
     .note = "an id of the list, in the journal a request id: those after it"
             ", up to the limit"},
    {"request_id", JG_FIELD_STR, .note = "this one only"},
    {"lines", JG_FIELD_STR, .note = "true: also as lines for people"},
    {"org_id", JG_FIELD_STR},
    {"filter", JG_FIELD_STR, .note = "an organisation"},
    {"subject", JG_FIELD_STR, .note = "claim sub of the token"},
    {"hashed", JG_FIELD_STR, .note = "true: the id is the key's hash"},
    {"username", JG_FIELD_STR, .note = "true: the id is the custom one"},
    {"suppress_reset", JG_FIELD_STR, .note = "1: what was used stays used"},
};

bool
jg_openapi_add_parameter(struct jg_buf *b, struct jg_str name)
{
    for (size_t i = 0; i < JG_FIELD_COUNT(queries); i++) {
        if (!jg_str_eq(jg_str(queries[i].name), name))
            continue;
        jg_buf_addf(b, "{\"name\":\"%s\",\"in\":\"query\",\"schema\":{",
                    queries[i].name);
        jg_openapi_add_field(b, &queries[i]);
        jg_openapi_add(b, "}}");
        return true;
    }
    return false;
}

/* What <info> is asked with, apart from its body. */
static void
add_parameters(struct jg_buf *b, const struct jg_admin_route_info *info)
{
    struct jg_str names = jg_str(info->query != NULL ? info->query : "");
    struct jg_str name;

    jg_openapi_add(b, ",'parameters':[");
    if (strstr(info->path, "{id}") != NULL)
        add_reference(b, "parameters", "Id");
    while (names.len > 0 && jg_str_next(&names, ' ', &name)) {
        next(b);
        jg_openapi_add_parameter(b, name);
    }
    if (info->tagged && !is("GET", info)) {
        next(b);
        add_reference(b, "parameters", "If-Match");
    }
    if (info->tagged) {
        next(b);
        add_reference(b, "parameters", "If-None-Match");
    }
    jg_buf_addc(b, ']');
}

static void
add_content(struct jg_buf *b, enum jg_admin_shape shape, bool download)
{
    const char *name = jg_openapi_schema_name(shape);

    if (name == NULL) {
        jg_openapi_add(b,
                       "'content':{'text/plain':{'schema':{'type':'string'}}}");
        return;
    }
    jg_buf_addf(b, "\"content\":{\"application/%s\":{\"schema\":",
                download ? "octet-stream" : "json");
    add_reference(b, "schemas", name);
    jg_buf_add(b, JG_STR("}}"));
}

static void
add_response(struct jg_buf *b, const char *status, const char *name)
{
    jg_buf_addf(b, ",\"%s\":", status);
    add_reference(b, "responses", name);
}

static void
add_responses(struct jg_buf *b, const struct jg_admin_route *route)
{
    const struct jg_admin_route_info *info = &route->info;

    jg_openapi_add(b, ",'responses':{'200':{'description':'done',");
    if (info->tagged && !is("DELETE", info))
        jg_openapi_add(
            b, "'headers':{'ETag':{'$ref':'#/components/headers/ETag'}},");
    add_content(b, info->gives, info->download);
    jg_buf_addc(b, '}');
    if (info->tagged && is("GET", info))
        add_response(b, "304", "Unchanged");
    if (route->access == JG_ADMIN_SECRET)
        add_response(b, "403", "Refused");
    if (info->tagged && !is("GET", info))
        add_response(b, "412", "Conflict");
    add_response(b, "default", "Failed");
    jg_buf_addc(b, '}');
}

/* "get_tyk_apis_id": of method and path, so it is another one for each. */
static void
add_id(struct jg_buf *b, const struct jg_admin_route_info *info)
{
    jg_openapi_add(b, "'operationId':'");
    for (const char *p = info->method; *p != '\0'; p++)
        jg_buf_addc(b, (char)(*p | 0x20));
    for (const char *p = info->path; *p != '\0'; p++)
        if (*p != '{' && *p != '}')
            jg_buf_addc(b, *p == '/' || *p == '.' ? '_' : *p);
    jg_buf_addc(b, '"');
}

static void
add_operation(struct jg_buf *b, const struct jg_admin_route *route)
{
    const struct jg_admin_route_info *info = &route->info;

    jg_buf_addc(b, '"');
    for (const char *p = info->method; *p != '\0'; p++)
        jg_buf_addc(b, (char)(*p | 0x20));
    jg_buf_add(b, JG_STR("\":{"));
    add_id(b, info);
    jg_openapi_add(b, ",'summary':");
    jg_buf_add_quoted(b, jg_str(info->summary));
    jg_buf_addf(b, ",\"security\":[%s]",
                route->access == JG_ADMIN_SECRET ? "{\"secret\":[]}" : "");
    add_parameters(b, info);
    if (info->takes != JG_SHAPE_NONE) {
        jg_openapi_add(b, ",'requestBody':{'required':true,");
        add_content(b, info->takes, false);
        jg_buf_addc(b, '}');
    }
    add_responses(b, route);
    jg_buf_addc(b, '}');
}

/* The path under which it is here; empty when it is switched off. */
static struct jg_str
name_of(const struct jg_admin_call *call, const struct jg_admin_route *route)
{
    const char *conf = (const char *)call->admin->conf;

    if (route->name_at == 0)
        return jg_str_from(jg_str(route->info.path), 1);
    return *(const struct jg_str *)(const void *)(conf + route->name_at);
}

/* Is there a row of the same path above row <i>? */
static bool
is_told(size_t i)
{
    struct jg_str path = jg_str(jg_admin_routes[i].info.path);

    for (size_t j = 0; j < i; j++)
        if (jg_str_eq(jg_str(jg_admin_routes[j].info.path), path))
            return true;
    return false;
}

static void
add_path(struct jg_buf *b, size_t first, struct jg_str name)
{
    struct jg_str path = jg_str(jg_admin_routes[first].info.path);

    jg_buf_add(b, JG_STR("\"/"));
    jg_buf_add_json(b, name, false);
    jg_buf_add(b, JG_STR("\":{"));
    for (size_t i = first; i < jg_admin_route_count; i++) {
        if (!jg_str_eq(jg_str(jg_admin_routes[i].info.path), path))
            continue;
        if (i > first)
            jg_buf_addc(b, ',');
        add_operation(b, &jg_admin_routes[i]);
    }
    jg_buf_addc(b, '}');
}

void
jg_openapi_get(struct jg_admin_call *call)
{
    struct jg_buf *b = jg_answer_json(call, 200);
    bool any = false;

    jg_openapi_add(b, head);
    for (size_t i = 0; !b->failed && i < jg_admin_route_count; i++) {
        struct jg_str name = name_of(call, &jg_admin_routes[i]);

        if (is_told(i) || name.len == 0)
            continue;
        if (any)
            jg_buf_addc(b, ',');
        add_path(b, i, name);
        any = true;
    }
    jg_openapi_add(b, secret);
    jg_openapi_add(b, headers);
    jg_openapi_add(b, parameters);
    jg_openapi_add(b, responses);
    jg_openapi_add(b, ",'schemas':{");
    jg_openapi_add_schemas(b);
    jg_buf_add(b, JG_STR("}}}\n"));
}
