/* /tyk/apis/oas: definitions in OpenAPI's form (reference 9.3). */
#include "admin/admin_internal.h"
#include "admin/text.h"

#define EXTENSION JG_STR("x-tyk-api-gateway")

/* Tyk's words. */
#define NOT_OAS                                                          \
    "the requested API definition is in Tyk classic format, please use " \
    "old api endpoint"
#define CLASSIC_THERE                                                   \
    "the supplied API definition is in OAS format, please use the Tyk " \
    "classic format for this API"
#define NO_EXTENSION "the payload should contain x-tyk-api-gateway"

/* ?mode=public: without Tyk's part. */
static bool
wants_public(const struct jg_admin_call *call)
{
    return jg_str_eq(jg_admin_query(call, JG_STR("mode")), JG_STR("public"));
}

/* The document without its extension; what is left keeps its order. */
static enum jg_err
add_public(struct jg_buf *b, const struct jg_json *json, struct jg_arena *a)
{
    struct jg_json_member *members =
        jg_arena_array(a, json->count, sizeof(*members));
    struct jg_json rest = {.type = JG_JSON_OBJECT, .members = members};

    if (members == NULL)
        return JG_E_NOMEM;
    for (uint32_t i = 0; i < json->count; i++)
        if (!jg_str_eq(json->members[i].name, EXTENSION))
            members[rest.count++] = json->members[i];
    jg_json_write(b, &rest, 0);
    return JG_OK;
}

static enum jg_err
add_document(const struct jg_admin_call *call, struct jg_buf *b,
             struct jg_str text, const struct jg_json *json, struct jg_arena *a)
{
    if (wants_public(call))
        return add_public(b, json, a);
    jg_buf_add(b, jg_str_trim(text));
    return JG_OK;
}

static enum jg_err
add_listed(struct jg_admin_call *call, struct jg_str text)
{
    const struct jg_json *json = NULL;
    struct jg_arena a;
    enum jg_err err;

    jg_arena_init(&a, 64 * 1024, 256 << 20);
    err = jg_json_parse(text, &jg_json_limits_conf, &a, &json, NULL);
    if (err == JG_OK && jg_apis_is_oas(json))
        err = add_document(call, &call->response->body, text, json, &a);
    jg_arena_free(&a);
    return err;
}

void
jg_oas_list(struct jg_admin_call *call)
{
    jg_admin_list(call, JG_KIND_API, add_listed);
}

/* The definition in force, in this form; answers when there is none. */
static bool
find(struct jg_admin_call *call, const char *classic, struct jg_apis_found *out)
{
    if (!jg_apis_find(call, call->id, out))
        return false;
    if (!out->oas)
        jg_answer_message(call, 400, classic);
    return out->oas;
}

void
jg_oas_get(struct jg_admin_call *call)
{
    struct jg_apis_found found;
    struct jg_buf *b;
    enum jg_err err;

    if (!find(call, NOT_OAS, &found) || jg_answer_unchanged(call, found.text))
        return;
    b = jg_answer_json(call, 200);
    err = add_document(call, b, found.text, found.json, call->arena);
    if (err == JG_OK) {
        jg_buf_addc(b, '\n');
        jg_answer_etag(call, found.text);
    } else
        jg_answer_err(call, err);
}

/* Of documents Tyk says so in other words than of definitions. */
#define MALFORMED "request malformed"

/* The body, with the extension; answers when it is something else. */
static bool
read_oas(struct jg_admin_call *call, const struct jg_json **out)
{
    const struct jg_json *extension;

    if (!jg_admin_read_body_or(call, MALFORMED, out))
        return false;
    extension = jg_json_get(*out, EXTENSION);
    if (extension != NULL && extension->type == JG_JSON_OBJECT &&
        jg_json_get(*out, JG_STR("openapi")) != NULL)
        return true;
    jg_answer_message(call, 400, extension == NULL ? NO_EXTENSION : MALFORMED);
    return false;
}

/* Give the document <text> a new id, deep inside of it. */
static enum jg_err
generate_id(struct jg_admin_call *call, const struct jg_json *json,
            struct jg_str *id, struct jg_str *text)
{
    const struct jg_json *extension = jg_json_get(json, EXTENSION);
    const struct jg_json *info = jg_json_get(extension, JG_STR("info"));
    struct jg_json nothing = {.type = JG_JSON_OBJECT};
    struct jg_str part = jg_text_find(*text, json, EXTENSION), inner;
    enum jg_err err = jg_apis_new_id(call, id);

    inner = jg_text_find(part, extension, JG_STR("info"));
    if (info == NULL || info->type != JG_JSON_OBJECT) {
        info = &nothing;
        inner = JG_STR("{}");
    }
    if (err == JG_OK)
        err = jg_text_set(inner, info, JG_STR("id"), *id, call->arena, &inner);
    if (err == JG_OK)
        err = jg_text_put(part, extension, JG_STR("info"), inner, call->arena,
                          &part);
    if (err == JG_OK)
        err = jg_text_put(*text, json, EXTENSION, part, call->arena, text);
    return err;
}

/* Under <id>; empty: a new one is made. */
static void
add_under(struct jg_admin_call *call, const struct jg_json *json,
          struct jg_str id)
{
    struct jg_str text = call->request->body;
    struct jg_apis_found found = {.file = {NULL, 0}};
    enum jg_err err = JG_E_NOT_FOUND;

    if (id.len > 0) {
        err = jg_apis_look(call, id, &found);
    } else if (generate_id(call, json, &id, &text) != JG_OK) {
        jg_answer_err(call, JG_E_NOMEM);
        return;
    }
    if (err == JG_OK && !found.oas)
        jg_answer_message(call, 400, CLASSIC_THERE);
    else if (err == JG_OK || err == JG_E_NOT_FOUND)
        jg_apis_save(call, id, true, found.file, text, "added");
}

void
jg_oas_add(struct jg_admin_call *call)
{
    const struct jg_json *json, *member;
    struct jg_str id;

    if (!read_oas(call, &json))
        return;
    member = jg_json_path(json, JG_STR(JG_OAS_ID));
    id = jg_json_string(member);
    if (member != NULL && member->type != JG_JSON_STRING &&
        member->type != JG_JSON_NULL)
        jg_answer_message(call, 400, MALFORMED);
    else if (id.len > 0 && !jg_apis_is_id(id))
        jg_answer_message(call, 400, "Invalid API ID");
    else
        add_under(call, json, id);
}

/* Write <text>, whose form is <json>, in the place of <found>. */
static void
replace(struct jg_admin_call *call, const struct jg_apis_found *found,
        const struct jg_json *json, struct jg_str text, const char *action)
{
    struct jg_str id = jg_json_string(jg_json_path(json, JG_STR(JG_OAS_ID)));

    if (!jg_str_eq(id, call->id))
        jg_answer_message(call, 400,
                          "Request APIID does not match that in Definition! "
                          "For Update operations these must match.");
    else
        jg_apis_save(call, id, true, found->file, text, action);
}

/* The definition that is to change; answers when there is none. */
static bool
find_to_change(struct jg_admin_call *call, struct jg_apis_found *out)
{
    if (jg_apis_is_id(call->id))
        return find(call, CLASSIC_THERE, out);
    jg_answer_message(call, 400, "Invalid API ID");
    return false;
}

void
jg_oas_update(struct jg_admin_call *call)
{
    struct jg_apis_found found;
    const struct jg_json *json;

    /* The body first, as in Tyk. */
    if (read_oas(call, &json) && find_to_change(call, &found))
        replace(call, &found, json, call->request->body, "modified");
}

/* Parameters with which Tyk would build parts of the extension. */
static bool
has_parameters(const struct jg_admin_call *call)
{
    static const char *const names[] = {
        "upstreamURL", "listenPath",      "customDomain", "authentication",
        "allowList",   "validateRequest", "mockResponse", "tykExtension",
        "apiId",       "internal",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (jg_admin_query(call, jg_str(names[i])).len > 0)
            return true;
    return false;
}

/* A new OpenAPI document; without an extension it keeps the one in force. */
void
jg_oas_patch(struct jg_admin_call *call)
{
    struct jg_str text = call->request->body, extension;
    const struct jg_json *json;
    struct jg_apis_found found;

    if (has_parameters(call)) {
        jg_answer_message(call, 400,
                          "Parameters are not offered by this version; write "
                          "x-tyk-api-gateway itself");
        return;
    }
    if (!find_to_change(call, &found) ||
        !jg_admin_read_body_or(call, MALFORMED, &json))
        return;
    if (jg_json_get(json, JG_STR("openapi")) == NULL) {
        jg_answer_message(call, 400, MALFORMED);
        return;
    }
    if (jg_json_get(json, EXTENSION) == NULL) {
        extension = jg_text_find(found.text, found.json, EXTENSION);
        if (jg_text_put(text, json, EXTENSION, extension, call->arena, &text) !=
            JG_OK) {
            jg_answer_err(call, JG_E_NOMEM);
            return;
        }
        json = found.json; /* its id is that of the extension */
    }
    replace(call, &found, json, text, "modified");
}

void
jg_oas_import(struct jg_admin_call *call)
{
    jg_answer_message(call, 400,
                      "Imports are not offered by this version; add "
                      "x-tyk-api-gateway and send the document to "
                      "/tyk/apis/oas");
}
