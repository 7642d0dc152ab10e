/* Arguments and results of scripts, as JSON. */
#include "script_request.h"

#include "access/fields.h"
#include "base/header.h"

#define RESULT_DEPTH 64

static const struct jg_json_limits limits = {16 * 1024 * 1024, RESULT_DEPTH,
                                             100000, 16 * 1024 * 1024};

const struct jg_json *
jg_script_member(const struct jg_json *object, const char *name)
{
    const struct jg_json *exact = jg_json_get(object, jg_str(name));

    if (exact != NULL || object == NULL || object->type != JG_JSON_OBJECT)
        return exact;
    for (uint32_t i = 0; i < object->count; i++)
        if (jg_str_eq_nocase(object->members[i].name, jg_str(name)))
            return &object->members[i].value;
    return NULL;
}

/* HTTP_USER_AGENT as "User-Agent". */
static void
add_header_name(struct jg_buf *b, struct jg_str name)
{
    bool first = true;

    jg_buf_addc(b, '"');
    for (size_t i = 0; i < name.len; i++) {
        char c = name.p[i] == '_' ? '-' : name.p[i];

        if (!first && c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        first = c == '-';
        jg_buf_add_json(b, (struct jg_str){&c, 1}, false);
    }
    jg_buf_addc(b, '"');
}

static void
add_headers(struct jg_buf *b, const struct jg_scgi *scgi)
{
    bool any = false;

    jg_buf_add(b, JG_STR("\"Headers\":{"));
    for (size_t i = 0; i < scgi->count; i++) {
        const struct jg_scgi_param *param = &scgi->params[i];

        if (!jg_str_starts(param->name, JG_STR("HTTP_")))
            continue;
        jg_buf_add(b, any ? JG_STR(",") : JG_STR(""));
        any = true;
        add_header_name(b, jg_str_from(param->name, 5));
        jg_buf_add(b, JG_STR(":["));
        jg_buf_add_quoted(b, param->value);
        jg_buf_addc(b, ']');
    }
    jg_buf_addc(b, '}');
}

#define PARAMS_MAX 256 /* names of a query and a form together */

struct params {
    struct jg_script_header items[PARAMS_MAX];
    size_t count;
    struct jg_arena *arena;
};

static bool
take_params(struct params *p, struct jg_str text)
{
    struct jg_pair_text pair;

    while (p->count < PARAMS_MAX && jg_query_next(&text, &pair)) {
        struct jg_script_header *param = &p->items[p->count];
        enum jg_err err = jg_query_decode(pair.name, p->arena, &param->name);

        if (err == JG_OK)
            err = jg_query_decode(pair.value, p->arena, &param->value);
        if (err == JG_E_NOMEM)
            return false;
        p->count += err == JG_OK;
    }
    return true;
}

/* All values of one name together, in the order of the names' first places. */
static void
add_params(struct jg_buf *b, const struct params *p)
{
    const char *comma = "";

    jg_buf_add(b, JG_STR(",\"Params\":{"));
    for (size_t i = 0; i < p->count; i++) {
        struct jg_str name = p->items[i].name;
        const char *inner = "";
        size_t before = 0;

        while (before < i && !jg_str_eq(p->items[before].name, name))
            before++;
        if (before < i)
            continue;
        jg_buf_add(b, jg_str(comma));
        comma = ",";
        jg_buf_add_quoted(b, name);
        jg_buf_add(b, JG_STR(":["));
        for (size_t k = i; k < p->count; k++) {
            if (!jg_str_eq(p->items[k].name, name))
                continue;
            jg_buf_add(b, jg_str(inner));
            inner = ",";
            jg_buf_add_quoted(b, p->items[k].value);
        }
        jg_buf_addc(b, ']');
    }
    jg_buf_addc(b, '}');
}

static bool
is_form(const struct jg_scgi *scgi)
{
    return jg_str_starts_nocase(jg_scgi_get(scgi, JG_STR("CONTENT_TYPE")),
                                JG_STR("application/x-www-form-urlencoded"));
}

static bool
add_request(struct jg_buf *b, const struct jg_scgi *scgi, struct jg_arena *a)
{
    struct jg_str uri = jg_scgi_get(scgi, JG_STR("REQUEST_URI"));
    size_t query = jg_str_find(uri, '?');
    struct params *params = jg_arena_alloc(a, sizeof(*params));

    if (params == NULL)
        return false;
    params->arena = a;
    if (!take_params(params,
                     jg_str_from(uri, query < uri.len ? query + 1 : uri.len)) ||
        (is_form(scgi) && !take_params(params, scgi->body)))
        return false;
    jg_buf_addc(b, '{');
    add_headers(b, scgi);
    jg_buf_add(b, JG_STR(",\"Body\":"));
    jg_buf_add_quoted(b, scgi->body);
    jg_buf_add(b, JG_STR(",\"URL\":"));
    jg_buf_add_quoted(b, uri);
    add_params(b, params);
    jg_buf_add(b, JG_STR(",\"Scheme\":"));
    jg_buf_add_quoted(b, jg_scgi_get(scgi, JG_STR("JOTGATE_SCHEME")));
    jg_buf_addc(b, '}');
    return true;
}

bool
jg_script_arguments(struct jg_buf *b, const struct jg_scgi *scgi,
                    const struct jg_script_api *api, struct jg_str session,
                    struct jg_arena *a)
{
    jg_buf_addc(b, '[');
    if (!add_request(b, scgi, a))
        return false;
    jg_buf_addc(b, ',');
    jg_buf_add(b, session.len > 0 ? session : JG_STR("{}"));
    jg_buf_add(b, JG_STR(",{\"OrgID\":"));
    jg_buf_add_quoted(b, api->org_id);
    jg_buf_add(b, JG_STR(",\"APIID\":"));
    jg_buf_add_quoted(b, api->api_id);
    if (api->config_data != NULL) {
        jg_buf_add(b, JG_STR(",\"config_data\":"));
        jg_json_write(b, api->config_data, 0);
    }
    jg_buf_add(b, JG_STR("}]"));
    return !b->failed;
}

/* Never one that steers nginx. */
static bool
is_name(struct jg_str name)
{
    return jg_header_is_name(name) && name.len < 256 &&
           !jg_str_starts_nocase(name, JG_STR("X-Accel-"));
}

static bool
is_value(struct jg_str value)
{
    return jg_header_is_value(value) && value.len <= 8192;
}

/* Framing and the connection are nginx's; these would contradict it. */
static bool
is_nginx_own(struct jg_str name)
{
    return jg_str_eq_nocase(name, JG_STR("Status")) ||
           jg_header_is_framing(name) || jg_header_is_hop_by_hop(name);
}

static bool
read_headers(const struct jg_json *headers, struct jg_script_answer *out)
{
    for (uint32_t i = 0; headers != NULL && i < headers->count; i++) {
        struct jg_str name = headers->members[i].name;
        struct jg_str value = jg_json_string(&headers->members[i].value);

        if (value.p == NULL || !is_name(name) || !is_value(value) ||
            out->header_count == JG_SCRIPT_HEADERS_MAX)
            return false;
        if (!is_nginx_own(name))
            out->headers[out->header_count++] =
                (struct jg_script_header){name, value};
    }
    return true;
}

/* Absent and 0 are 200: Tyk's own server would not send a 0. */
static bool
read_status(const struct jg_json *code, int *out)
{
    int64_t status = 200;

    if (code != NULL && code->type != JG_JSON_NULL &&
        !jg_json_to_int(code, &status))
        return false;
    if (status == 0)
        status = 200;
    *out = (int)status;
    return status >= 200 && status <= 599;
}

enum jg_err
jg_script_answer_read(struct jg_str result, struct jg_arena *a,
                      struct jg_script_answer *out, const char **why)
{
    const struct jg_json *json, *response, *body, *headers;

    *why = "it returned no JSON";
    if (jg_json_parse(result, &limits, a, &json, NULL) != JG_OK)
        return JG_E_JSON;
    response = jg_script_member(json, "Response");
    *why = "there is no object Response in what it returned";
    if (response == NULL || response->type != JG_JSON_OBJECT)
        return JG_E_JSON;
    body = jg_script_member(response, "Body");
    headers = jg_script_member(response, "Headers");
    out->header_count = 0;
    out->body = jg_json_string(body);
    out->session_meta = jg_script_member(json, "SessionMeta");
    *why = "Body is no text";
    if (body != NULL && body->type != JG_JSON_NULL && out->body.p == NULL)
        return JG_E_JSON;
    *why = "Code is no status from 200 to 599";
    if (!read_status(jg_script_member(response, "Code"), &out->status))
        return JG_E_JSON;
    *why = "Headers is no object of texts that can be headers";
    if (headers != NULL && headers->type != JG_JSON_NULL &&
        (headers->type != JG_JSON_OBJECT || !read_headers(headers, out)))
        return JG_E_JSON;
    return JG_OK;
}
