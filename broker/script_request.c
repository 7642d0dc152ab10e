/* Arguments and results of scripts, as JSON. */
#include "script_request.h"

#include "form.h"
#include "script_pairs.h"

#include "access/fields.h"
#include "base/header.h"

#define RESULT_DEPTH 64

static const struct jg_json_limits limits = {16 * 1024 * 1024, RESULT_DEPTH,
                                             100000, 16 * 1024 * 1024};

/* As Go's decoder: any letter case, the last one counts, null says nothing. */
const struct jg_json *
jg_script_member(const struct jg_json *object, const char *name)
{
    const struct jg_json *found = NULL;

    if (object == NULL || object->type != JG_JSON_OBJECT)
        return NULL;
    for (uint32_t i = 0; i < object->count; i++)
        if (object->members[i].value.type != JG_JSON_NULL &&
            jg_str_eq_nocase(object->members[i].name, jg_str(name)))
            found = &object->members[i].value;
    return found;
}

/* The gateway's own entry is for the upstream. */
static struct jg_str
without_last(struct jg_str list)
{
    size_t len = list.len;

    while (len > 0 && list.p[len - 1] != ',')
        len--;
    return jg_str_head(list, len > 0 ? len - 1 : 0);
}

/* HTTP_USER_AGENT is "User-Agent". */
static bool
take_header(struct jg_script_pairs *p, struct jg_str name, struct jg_str value)
{
    struct jg_str own = jg_arena_str(p->arena, name);
    char *letters = (char *)(uintptr_t)own.p;

    if (own.p == NULL)
        return false;
    for (size_t i = 0; i < own.len; i++)
        letters[i] = letters[i] == '_' ? '-' : letters[i];
    jg_header_canonical(own, letters);
    jg_script_pairs_add(p, own, value);
    return true;
}

/* Go takes Host out of a request's headers. */
static bool
take_headers(struct jg_script_pairs *p, const struct jg_scgi *scgi)
{
    for (size_t i = 0; i < scgi->count; i++) {
        struct jg_str name = scgi->params[i].name;
        struct jg_str value = scgi->params[i].value;

        if (!jg_str_starts(name, JG_STR("HTTP_")) ||
            jg_str_eq(name, JG_STR("HTTP_HOST")))
            continue;
        if (jg_str_eq(name, JG_STR("HTTP_USER_AGENT")) &&
            jg_str_eq(value, JG_STR(JG_USER_AGENT)))
            continue; /* the gateway's, too */
        if (jg_str_eq(name, JG_STR("HTTP_X_FORWARDED_FOR"))) {
            value = without_last(value);
            if (value.len == 0)
                continue;
        }
        if (!take_header(p, jg_str_from(name, 5), value))
            return false;
    }
    return true;
}

static bool
add_headers(struct jg_buf *b, const struct jg_scgi *scgi, struct jg_arena *a)
{
    struct jg_script_pairs headers;

    if (!jg_script_pairs_make(&headers, scgi->count + 1, a) ||
        !take_headers(&headers, scgi))
        return false;
    jg_buf_add(b, JG_STR("\"Headers\":"));
    jg_script_pairs_write(&headers, b);
    return true;
}

#define PARAMS_MAX 256 /* of a query and a form together */

static bool
take_params(struct jg_script_pairs *p, struct jg_str text)
{
    struct jg_pair_text pair;

    while (p->count < PARAMS_MAX && jg_query_next(&text, &pair)) {
        struct jg_str name, value;
        enum jg_err err = JG_E_REQUEST;

        if (pair.all.len > 0 && jg_str_find(pair.all, ';') == pair.all.len)
            err = jg_query_decode(pair.name, p->arena, &name);
        if (err == JG_OK)
            err = jg_query_decode(pair.value, p->arena, &value);
        if (err == JG_E_NOMEM)
            return false;
        if (err == JG_OK)
            jg_script_pairs_add(p, name, value);
    }
    return true;
}

/* Go reads the bodies of these methods only. */
static bool
has_form(const struct jg_scgi *scgi)
{
    struct jg_str method = jg_scgi_get(scgi, JG_STR("REQUEST_METHOD"));

    return (jg_str_eq(method, JG_STR("POST")) ||
            jg_str_eq(method, JG_STR("PUT")) ||
            jg_str_eq(method, JG_STR("PATCH"))) &&
           jg_form_is_type(jg_scgi_get(scgi, JG_STR("CONTENT_TYPE")));
}

/* The form's values stand before those of the query. */
static bool
add_params(struct jg_buf *b, const struct jg_scgi *scgi, struct jg_str query,
           struct jg_arena *a)
{
    struct jg_script_pairs params;

    if (!jg_script_pairs_make(&params, PARAMS_MAX, a) ||
        (has_form(scgi) && !take_params(&params, scgi->body)) ||
        !take_params(&params, query))
        return false;
    jg_buf_add(b, JG_STR(",\"Params\":"));
    jg_script_pairs_write(&params, b);
    return true;
}

static bool
add_request(struct jg_buf *b, const struct jg_scgi *scgi, struct jg_arena *a)
{
    struct jg_str uri = jg_scgi_get(scgi, JG_STR("REQUEST_URI"));

    jg_buf_addc(b, '{');
    if (!add_headers(b, scgi, a))
        return false;
    jg_buf_add(b, JG_STR(",\"Body\":"));
    jg_buf_add_quoted(b, scgi->body);
    jg_buf_add(b, JG_STR(",\"URL\":"));
    jg_buf_add_quoted(b, uri);
    if (!add_params(b, scgi, jg_str_from(uri, jg_str_find(uri, '?') + 1), a))
        return false;
    jg_buf_add(b, JG_STR(",\"Scheme\":"));
    jg_buf_add_quoted(b, jg_scgi_get(scgi, JG_STR("JOTGATE_SCHEME")));
    jg_buf_addc(b, '}');
    return true;
}

/* Without config_data: null, unless it is disabled. */
static void
add_config(struct jg_buf *b, const struct jg_script_api *api)
{
    jg_buf_add(b, JG_STR("{\"APIID\":"));
    jg_buf_add_quoted(b, api->api_id);
    jg_buf_add(b, JG_STR(",\"OrgID\":"));
    jg_buf_add_quoted(b, api->org_id);
    if (!api->config_data_disabled) {
        jg_buf_add(b, JG_STR(",\"config_data\":"));
        if (api->config_data != NULL)
            jg_json_write(b, api->config_data, 0);
        else
            jg_buf_add(b, JG_STR("null"));
    }
    jg_buf_addc(b, '}');
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
    jg_buf_addc(b, ',');
    add_config(b, api);
    jg_buf_addc(b, ']');
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

/* Framing and the connection are nginx's, and who serves and when is said by
 * the gateway, as in Tyk. */
static bool
is_own(struct jg_str name)
{
    return jg_str_eq_nocase(name, JG_STR("Status")) ||
           jg_str_eq_nocase(name, JG_STR("Server")) ||
           jg_str_eq_nocase(name, JG_STR("Date")) ||
           jg_header_is_framing(name) || jg_header_is_hop_by_hop(name);
}

/* The last of one name counts, as in a map. */
static struct jg_script_header *
place_for(struct jg_script_answer *out, struct jg_str name)
{
    for (size_t i = 0; i < out->header_count; i++)
        if (jg_str_eq_nocase(out->headers[i].name, name))
            return &out->headers[i];
    if (out->header_count == JG_SCRIPT_HEADERS_MAX)
        return NULL;
    return &out->headers[out->header_count++];
}

static bool
read_header(const struct jg_json_member *member, struct jg_script_answer *out)
{
    struct jg_str value = member->value.type == JG_JSON_NULL
                              ? JG_STR("")
                              : jg_json_string(&member->value);
    struct jg_script_header *place;

    if (value.p == NULL || !is_name(member->name) || !is_value(value))
        return false;
    if (is_own(member->name))
        return true;
    place = place_for(out, member->name);
    if (place != NULL)
        *place = (struct jg_script_header){member->name, value};
    return place != NULL;
}

static bool
read_headers(const struct jg_json *headers, struct jg_script_answer *out)
{
    for (uint32_t i = 0; headers != NULL && i < headers->count; i++)
        if (!read_header(&headers->members[i], out))
            return false;
    return true;
}

/* Absent and 0 are 200: Tyk's own server would not send a 0. */
static bool
read_status(const struct jg_json *code, int *out)
{
    int64_t status = 0;

    if (code != NULL &&
        (code->type != JG_JSON_INT || !jg_json_to_int(code, &status)))
        return false;
    if (status == 0)
        status = 200;
    *out = (int)status;
    return status >= 200 && status <= 999;
}

static bool
is_object(const struct jg_json *json)
{
    return json == NULL || json->type == JG_JSON_OBJECT;
}

/* A redirect to another API inside of the gateway. */
static bool
is_loop(const struct jg_script_answer *answer)
{
    if (answer->status != 301 && answer->status != 302)
        return false;
    for (size_t i = 0; i < answer->header_count; i++)
        if (jg_str_eq_nocase(answer->headers[i].name, JG_STR("Location")) &&
            jg_str_starts(answer->headers[i].value, JG_STR("tyk://")))
            return true;
    return false;
}

/* What is wrong with it, or NULL. */
static const char *
read_answer(const struct jg_json *json, struct jg_script_answer *out)
{
    const struct jg_json *response = jg_script_member(json, "Response");
    const struct jg_json *body = jg_script_member(response, "Body");
    const struct jg_json *headers = jg_script_member(response, "Headers");

    out->header_count = 0;
    out->body = jg_json_string(body);
    out->session_meta = jg_script_member(json, "SessionMeta");
    if (response == NULL || response->type != JG_JSON_OBJECT)
        return "there is no object Response in what it returned";
    if (body != NULL && out->body.p == NULL)
        return "Body is no text";
    if (!is_object(out->session_meta))
        return "SessionMeta is no object";
    if (!read_status(jg_script_member(response, "Code"), &out->status))
        return "Code is no status from 200 to 999";
    if (!is_object(headers) || !read_headers(headers, out))
        return "Headers is no object of texts that can be headers";
    if (is_loop(out))
        return "it redirects to tyk://: loops are not available";
    return NULL;
}

enum jg_err
jg_script_answer_read(struct jg_str result, struct jg_arena *a,
                      struct jg_script_answer *out, const char **why)
{
    const struct jg_json *json;

    *why = "it returned no JSON";
    if (jg_json_parse(result, &limits, a, &json, NULL) != JG_OK)
        return JG_E_JSON;
    *why = read_answer(json, out);
    return *why == NULL ? JG_OK : JG_E_JSON;
}
