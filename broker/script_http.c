/* TykMakeHttpRequest and TykBatchRequest: from an object of a script to
 * requests, and from the answers to JSON, as Go reads and writes them. */
#include "script_functions.h"

#include "form.h"
#include "script_pairs.h"
#include "script_request.h"
#include "script_send.h"

#include <stdlib.h>

#define FORM_MAX 64        /* members of FormData */
#define HEAD_LINES_MAX 256 /* of an answer, which a script is told */

static bool
fail(struct jg_script_api_call *call, const char *why)
{
    jg_script_warn(call, "", why);
    return false;
}

/* A text, or nothing. */
static bool
read_text(const struct jg_json *object, const char *name, struct jg_str *out)
{
    const struct jg_json *member = jg_script_member(object, name);

    *out = jg_json_string(member);
    return member == NULL || out->p != NULL;
}

/* A value of an object of texts: null is an empty one. */
static bool
read_value(const struct jg_json *json, struct jg_str *out)
{
    *out = json->type == JG_JSON_NULL ? JG_STR("") : jg_json_string(json);
    return out->p != NULL;
}

static int
by_name(const void *x, const void *y)
{
    const struct jg_json_member *a = x, *b = y;

    return jg_str_cmp(a->name, b->name);
}

static bool
add_form(struct jg_buf *b, const struct jg_json_member *members, size_t count)
{
    struct jg_str value;

    for (size_t i = 0; i < count; i++) {
        if (!read_value(&members[i].value, &value))
            return false;
        jg_form_add(b, members[i].name, value);
    }
    return true;
}

/* As Go's url.Values.Encode(): sorted by name. */
static bool
encode_form(const struct jg_json *form, struct jg_arena *a, struct jg_str *out)
{
    struct jg_json_member *members;
    struct jg_buf b;
    bool good;

    if (form->type != JG_JSON_OBJECT || form->count > FORM_MAX)
        return false;
    members = jg_arena_array(a, form->count + 1, sizeof(*members));
    if (members == NULL)
        return false;
    memcpy(members, form->members, form->count * sizeof(*members));
    qsort(members, form->count, sizeof(*members), by_name);
    jg_buf_init(&b, JG_CALL_BODY_MAX);
    good = add_form(&b, members, form->count);
    return jg_form_take(&b, a, out) == JG_OK && good;
}

static bool
read_body(const struct jg_json *spec, struct jg_arena *a, struct jg_str *out)
{
    const struct jg_json *form = jg_script_member(spec, "FormData");
    struct jg_str encoded = {NULL, 0};

    if (!read_text(spec, "Body", out) ||
        (form != NULL && !encode_form(form, a, &encoded)))
        return false;
    if (out->len == 0)
        *out = encoded;
    return true;
}

/* Go's client takes no Host out of the headers. */
static bool
read_headers(const struct jg_json *spec, struct jg_arena *a,
             struct jg_script_send *out)
{
    const struct jg_json *headers = jg_script_member(spec, "Headers");

    if (headers == NULL)
        return true;
    if (headers->type != JG_JSON_OBJECT || headers->count > JG_CALL_HEADERS_MAX)
        return false;
    out->headers = jg_arena_array(a, headers->count + 1, sizeof(*out->headers));
    if (out->headers == NULL)
        return false;
    for (uint32_t i = 0; i < headers->count; i++) {
        struct jg_call_header *h = &out->headers[out->header_count];

        h->name = headers->members[i].name;
        if (!read_value(&headers->members[i].value, &h->value))
            return false;
        out->header_count += !jg_str_eq_nocase(h->name, JG_STR("Host"));
    }
    return true;
}

/* All of it but the URL. */
static bool
read_send(const struct jg_json *spec, struct jg_arena *a,
          struct jg_script_send *out)
{
    memset(out, 0, sizeof(*out));
    if (spec->type != JG_JSON_OBJECT ||
        !read_text(spec, "Method", &out->method) ||
        !read_body(spec, a, &out->body))
        return false;
    if (out->method.len == 0)
        out->method = JG_STR("GET");
    return read_headers(spec, a, out);
}

static bool
join_url(struct jg_str start, struct jg_str rest, struct jg_arena *a,
         struct jg_script_send *out)
{
    struct jg_str url =
        jg_arena_join(a, (const struct jg_str[]){start, rest}, 2);

    out->url = url.p != NULL ? jg_script_send_url(url, a) : url;
    return out->url.p != NULL;
}

/* "Headers":{"Name":["value",...],...} of the lines of an answer, named as in
 * Go. */
static bool
add_head(struct jg_buf *b, struct jg_str head, struct jg_arena *a)
{
    struct jg_script_pairs pairs;
    struct jg_str line;

    if (!jg_script_pairs_make(&pairs, HEAD_LINES_MAX, a))
        return false;
    while (pairs.count < HEAD_LINES_MAX && jg_str_next(&head, '\n', &line)) {
        size_t colon = jg_str_find(line, ':');

        if (colon < line.len && !jg_script_pairs_add_header(
                                    &pairs, jg_str_head(line, colon),
                                    jg_str_trim(jg_str_from(line, colon + 1))))
            return false;
    }
    jg_script_pairs_write(&pairs, b);
    return true;
}

/* Every member twice, as Tyk writes them. */
static bool
add_result(struct jg_buf *out, const struct jg_call_result *result,
           struct jg_arena *a)
{
    static const char *const names[][3] = {{"Code", "Body", "Headers"},
                                           {"code", "body", "headers"}};

    jg_buf_addc(out, '{');
    for (size_t i = 0; i < 2; i++) {
        jg_buf_addf(out, "%s\"%s\":%d,\"%s\":", i > 0 ? "," : "", names[i][0],
                    result->status, names[i][1]);
        jg_buf_add_quoted(out, result->body);
        jg_buf_addf(out, ",\"%s\":", names[i][2]);
        if (!add_head(out, result->head, a))
            return false;
    }
    jg_buf_addc(out, '}');
    return true;
}

bool
jg_script_make_request(struct jg_script_api_call *call,
                       const struct jg_str *args, size_t count,
                       struct jg_arena *a, struct jg_buf *out)
{
    struct jg_call_result result;
    const struct jg_json *spec;
    struct jg_str domain, resource;
    struct jg_script_send send;
    bool done;

    if (call->calls == JG_SCRIPT_CALLS_MAX)
        return fail(call, "too many requests to other services");
    if (count == 0 ||
        jg_json_parse(args[0], &jg_json_limits_conf, a, &spec, NULL) != JG_OK ||
        !read_send(spec, a, &send) || !read_text(spec, "Domain", &domain) ||
        !read_text(spec, "Resource", &resource) ||
        !join_url(domain, resource, a, &send))
        return fail(call, "TykMakeHttpRequest was not given an object of a "
                          "request: texts, and objects of texts");
    call->calls++;
    jg_script_send(call, &send, 1, a);
    done = jg_script_send_result(&send, &result) && add_result(out, &result, a);
    jg_script_send_free(&send, 1);
    return done;
}

/* TykBatchRequest */

struct batch {
    struct jg_script_send *items;
    struct jg_str *names; /* relative_url of each */
    size_t count;
};

/* Tyk's own takes whole URLs here; what begins with a path is the API's. */
static bool
read_place(const struct jg_script_api_call *call, struct jg_str name,
           struct jg_arena *a, struct jg_script_send *out)
{
    struct jg_str target =
        jg_str_head(call->target, jg_str_find(call->target, '?'));

    if (jg_str_starts_nocase(name, JG_STR("http://")) ||
        jg_str_starts_nocase(name, JG_STR("https://")))
        return join_url(name, JG_STR(""), a, out);
    while (target.len > 0 && target.p[target.len - 1] == '/')
        target.len--;
    while (name.len > 0 && name.p[0] == '/')
        name = jg_str_from(name, 1);
    target = jg_arena_join(a, (const struct jg_str[]){target, JG_STR("/")}, 2);
    return target.p != NULL && join_url(target, name, a, out);
}

static bool
read_batch(struct jg_script_api_call *call, const struct jg_json *requests,
           struct jg_arena *a, struct batch *out)
{
    if (requests == NULL || requests->type != JG_JSON_ARRAY ||
        requests->count > JG_SCRIPT_CALLS_MAX - call->calls)
        return requests == NULL;
    out->items = jg_arena_array(a, requests->count + 1, sizeof(*out->items));
    out->names = jg_arena_array(a, requests->count + 1, sizeof(*out->names));
    if (out->items == NULL || out->names == NULL)
        return false;
    for (; out->count < requests->count; out->count++) {
        const struct jg_json *spec = &requests->items[out->count];
        struct jg_script_send *item = &out->items[out->count];
        struct jg_str *name = &out->names[out->count];

        if (!read_send(spec, a, item) ||
            !read_text(spec, "relative_url", name) ||
            !read_place(call, *name, a, item))
            return false;
    }
    call->calls += (unsigned)out->count;
    return true;
}

/* One that failed is empty, as in Tyk. */
static bool
add_unit(struct jg_buf *out, const struct jg_script_send *item,
         struct jg_str name, struct jg_arena *a)
{
    struct jg_call_result result;

    if (!jg_script_send_result(item, &result)) {
        jg_buf_add(out, JG_STR("{\"relative_url\":\"\",\"code\":0,"
                               "\"headers\":null,\"body\":\"\"}"));
        return true;
    }
    jg_buf_add(out, JG_STR("{\"relative_url\":"));
    jg_buf_add_quoted(out, name);
    jg_buf_addf(out, ",\"code\":%d,\"headers\":", result.status);
    if (!add_head(out, result.head, a))
        return false;
    jg_buf_add(out, JG_STR(",\"body\":"));
    jg_buf_add_quoted(out, result.body);
    jg_buf_addc(out, '}');
    return true;
}

/* In the order of the requests, also when they were sent at once. */
static bool
add_units(struct jg_buf *out, const struct batch *batch, struct jg_arena *a)
{
    bool done = true;

    jg_buf_addc(out, '[');
    for (size_t i = 0; done && i < batch->count; i++) {
        if (i > 0)
            jg_buf_addc(out, ',');
        done = add_unit(out, &batch->items[i], batch->names[i], a);
    }
    jg_buf_addc(out, ']');
    return done;
}

bool
jg_script_batch_request(struct jg_script_api_call *call,
                        const struct jg_str *args, size_t count,
                        struct jg_arena *a, struct jg_buf *out)
{
    const struct jg_json *json, *serial;
    struct batch batch = {NULL, NULL, 0};
    size_t together;
    bool done;

    if (count == 0 ||
        jg_json_parse(args[0], &jg_json_limits_conf, a, &json, NULL) != JG_OK ||
        json->type != JG_JSON_OBJECT ||
        !read_batch(call, jg_script_member(json, "requests"), a, &batch))
        return fail(call, "TykBatchRequest was not given requests, or too "
                          "many of them");
    serial = jg_script_member(json, "suppress_parallel_execution");
    together = jg_json_is_true(serial) ? 1 : batch.count;
    for (size_t i = 0; i < batch.count; i += together)
        jg_script_send(call, &batch.items[i], together, a);
    done = add_units(out, &batch, a) && !out->failed;
    jg_script_send_free(batch.items, batch.count);
    return done || fail(call, "the answers to TykBatchRequest are too large");
}
