/* What arrived, as JSON with httpbin's member names. */
#include "demo.h"

#include "base/json.h"

#define JSON_CHUNK_BYTES (64 * 1024)
#define JSON_ARENA_MAX (16 * 1024 * 1024)

/* A query parameter, decoded in place. */
struct arg {
    struct jg_str name, value;
    bool shown;
};

static void
begin_member(struct jg_buf *out, const char *name)
{
    jg_buf_add(out, out->len == 0 ? JG_STR("{\n  ") : JG_STR(",\n  "));
    jg_buf_add_quoted(out, jg_str(name));
    jg_buf_add(out, JG_STR(": "));
}

static void
string_member(struct jg_buf *out, const char *name, struct jg_str value)
{
    begin_member(out, name);
    jg_buf_add_quoted(out, value);
}

static void
finish(struct ngx_http_jotgate_demo *demo)
{
    jg_buf_add(&demo->out, JG_STR("\n}\n"));
    ngx_http_jotgate_demo_send(demo, NGX_HTTP_OK);
}

/* "a%20b+c" is "a b c"; what is no escape stays as it is. */
static struct jg_str
decode(ngx_pool_t *pool, struct jg_str s)
{
    u_char *to = ngx_pnalloc(pool, s.len + 1);
    size_t n = 0;

    if (to == NULL)
        return (struct jg_str){0};
    for (size_t i = 0; i < s.len; i++) {
        ngx_int_t byte = NGX_ERROR;

        if (s.p[i] == '%' && s.len - i > 2)
            byte = ngx_hextoi((u_char *)(uintptr_t)&s.p[i + 1], 2);
        if (byte != NGX_ERROR) {
            to[n++] = (u_char)byte;
            i += 2;
        } else {
            to[n++] = s.p[i] == '+' ? ' ' : (u_char)s.p[i];
        }
    }
    return (struct jg_str){(const char *)to, n};
}

static size_t
read_args(ngx_http_request_t *r, struct arg args[static JG_DEMO_ARGS_MAX])
{
    struct jg_str rest = ngx_http_jotgate_str(&r->args), part;
    size_t count = 0;

    while (count < JG_DEMO_ARGS_MAX && jg_str_next(&rest, '&', &part)) {
        size_t equals = jg_str_find(part, '=');

        if (part.len == 0)
            continue;
        args[count].name = decode(r->pool, jg_str_head(part, equals));
        args[count].value = decode(r->pool, jg_str_from(part, equals + 1));
        args[count].shown = false;
        count++;
    }
    return count;
}

/* The value of args[at], or a list when its name occurs more than once. */
static void
add_values(struct jg_buf *out, struct arg *args, size_t count, size_t at)
{
    size_t start = out->len, n = 0;

    for (size_t i = at; i < count; i++) {
        if (!jg_str_eq(args[i].name, args[at].name))
            continue;
        if (n++ > 0)
            jg_buf_add(out, JG_STR(", "));
        jg_buf_add_quoted(out, args[i].value);
        args[i].shown = true;
    }
    if (n > 1 && !out->failed) {
        jg_buf_add(out, JG_STR("[]"));
        memmove(out->p + start + 1, out->p + start, out->len - start - 2);
        out->p[start] = '[';
        out->p[out->len - 1] = ']';
    }
}

static void
add_args(struct ngx_http_jotgate_demo *demo)
{
    struct jg_buf *out = &demo->out;
    struct arg args[JG_DEMO_ARGS_MAX];
    size_t count = read_args(demo->r, args);
    const char *separator = "\n    ";

    begin_member(out, "args");
    jg_buf_addc(out, '{');
    for (size_t i = 0; i < count; i++) {
        if (args[i].shown)
            continue;
        jg_buf_add(out, jg_str(separator));
        jg_buf_add_quoted(out, args[i].name);
        jg_buf_add(out, JG_STR(": "));
        add_values(out, args, count, i);
        separator = ",\n    ";
    }
    jg_buf_add(out, count > 0 ? JG_STR("\n  }") : JG_STR("}"));
}

/* Each field as it arrived: a name that occurs twice is shown twice. */
static void
add_headers(struct ngx_http_jotgate_demo *demo)
{
    struct jg_buf *out = &demo->out;
    const char *separator = "\n    ";

    begin_member(out, "headers");
    jg_buf_addc(out, '{');
    for (const ngx_list_part_t *part = &demo->r->headers_in.headers.part;
         part != NULL; part = part->next) {
        const ngx_table_elt_t *h = part->elts;

        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            jg_buf_add(out, jg_str(separator));
            jg_buf_add_quoted(out, ngx_http_jotgate_str(&h[i].key));
            jg_buf_add(out, JG_STR(": "));
            jg_buf_add_quoted(out, ngx_http_jotgate_str(&h[i].value));
            separator = ",\n    ";
        }
    }
    jg_buf_add(out, JG_STR("\n  }"));
}

/* As httpbin: what X-Forwarded-For says, else who connected. */
static void
add_origin(struct ngx_http_jotgate_demo *demo)
{
    const ngx_http_headers_in_t *in = &demo->r->headers_in;
    const ngx_table_elt_t *const *forwarded = in->x_forwarded_for.elts;
    const ngx_str_t *origin = &demo->r->connection->addr_text;

    if (in->x_forwarded_for.nelts > 0)
        origin = &forwarded[0]->value;
    string_member(&demo->out, "origin", ngx_http_jotgate_str(origin));
}

/* The request target byte for byte. */
static void
add_url(struct ngx_http_jotgate_demo *demo)
{
    const ngx_http_request_t *r = demo->r;
    struct jg_buf *out = &demo->out;

    begin_member(out, "url");
    jg_buf_add(out, JG_STR("\"http://"));
    if (r->headers_in.host != NULL)
        jg_buf_add_json(out, ngx_http_jotgate_str(&r->headers_in.host->value),
                        false);
    jg_buf_add_json(out, ngx_http_jotgate_str(&r->unparsed_uri), false);
    jg_buf_addc(out, '"');
}

/* "data" is the text, "json" what it means, "bytes" its length. */
static void
add_body(struct ngx_http_jotgate_demo *demo)
{
    struct jg_buf *out = &demo->out;
    struct jg_str body = jg_buf_str(&demo->body);
    const struct jg_json *value;
    struct jg_arena arena;

    begin_member(out, "bytes");
    jg_buf_addf(out, "%llu", (unsigned long long)demo->received);
    begin_member(out, "data");
    if (demo->body.failed)
        jg_buf_add(out, JG_STR("null"));
    else
        jg_buf_add_quoted(out, body);
    begin_member(out, "json");
    jg_arena_init(&arena, JSON_CHUNK_BYTES, JSON_ARENA_MAX);
    if (!demo->body.failed && body.len > 0 &&
        jg_json_parse(body, &jg_json_limits_conf, &arena, &value, NULL) ==
            JG_OK)
        jg_json_write(out, value, 0);
    else
        jg_buf_add(out, JG_STR("null"));
    jg_arena_free(&arena);
}

void
ngx_http_jotgate_demo_headers(struct ngx_http_jotgate_demo *demo)
{
    add_headers(demo);
    finish(demo);
}

void
ngx_http_jotgate_demo_ip(struct ngx_http_jotgate_demo *demo)
{
    add_origin(demo);
    finish(demo);
}

void
ngx_http_jotgate_demo_get(struct ngx_http_jotgate_demo *demo)
{
    add_args(demo);
    add_headers(demo);
    add_origin(demo);
    add_url(demo);
    finish(demo);
}

void
ngx_http_jotgate_demo_anything(struct ngx_http_jotgate_demo *demo)
{
    add_args(demo);
    add_body(demo);
    add_headers(demo);
    string_member(&demo->out, "method",
                  ngx_http_jotgate_str(&demo->r->method_name));
    add_origin(demo);
    add_url(demo);
    finish(demo);
}
