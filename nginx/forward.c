/*
 * Makes the nginx request what the decision says is to be sent: the list of
 * headers is built anew, and the request line's URI is the decision's, which
 * proxy_pass sends byte for byte. No variable of nginx's has a part in it: they
 * cost more than the rest of this file.
 */
#include "ngx_http_jotgate.h"

#define FRAMING_MAX 3 /* Host, Connection, Upgrade */

/* May the client's header <name> reach the upstream? */
static bool
passes(const struct jg_forward *f, struct jg_str name)
{
    for (size_t i = 0; i < f->removed_count; i++)
        if (jg_header_same(f->removed[i], name))
            return false;
    return true;
}

static ngx_uint_t
count_headers(const ngx_list_part_t *part)
{
    ngx_uint_t n = 0;

    for (; part != NULL; part = part->next)
        n += part->nelts;
    return n;
}

/* A header as nginx's own parser would have left it. */
static bool
make_header(ngx_pool_t *pool, const struct jg_forward_header *from,
            ngx_table_elt_t *to)
{
    to->key = ngx_http_jotgate_ngx_str(from->name);
    to->value = ngx_http_jotgate_ngx_str(from->value);
    to->lowcase_key = ngx_pnalloc(pool, from->name.len + 1);
    if (to->lowcase_key == NULL)
        return false;
    to->hash = ngx_hash_strlow(to->lowcase_key, to->key.data, to->key.len);
    return true;
}

/*
 * One that nginx.conf leaves out of every request, so that the client's never
 * passes. nginx looks for those by their names in small letters: a header that
 * has capitals there is not found, and is sent.
 */
static ngx_table_elt_t
framing_header(struct jg_str name, struct jg_str value)
{
    ngx_table_elt_t h = {.key = ngx_http_jotgate_ngx_str(name),
                         .value = ngx_http_jotgate_ngx_str(value)};

    h.lowcase_key = h.key.data;
    return h;
}

static ngx_uint_t
add_framing(const struct jg_forward *f, ngx_table_elt_t *to)
{
    to[0] = framing_header(JG_STR("Host"), f->host);
    if (!f->websocket)
        return 1;
    to[1] = framing_header(JG_STR("Connection"), JG_STR("Upgrade"));
    to[2] = framing_header(JG_STR("Upgrade"), JG_STR("websocket"));
    return FRAMING_MAX;
}

static enum jg_err
rewrite_headers(ngx_http_request_t *r, const struct jg_forward *f)
{
    ngx_list_t *list = &r->headers_in.headers;
    ngx_uint_t max = FRAMING_MAX + count_headers(&list->part) + f->set_count;
    ngx_table_elt_t *to = ngx_palloc(r->pool, max * sizeof(*to));
    ngx_uint_t n;

    if (to == NULL)
        return JG_E_NOMEM;
    n = add_framing(f, to);
    for (const ngx_list_part_t *part = &list->part; part != NULL;
         part = part->next) {
        const ngx_table_elt_t *h = part->elts;

        for (ngx_uint_t i = 0; i < part->nelts; i++)
            if (passes(f, ngx_http_jotgate_str(&h[i].key)))
                to[n++] = h[i];
    }
    for (size_t i = 0; i < f->set_count; i++)
        if (!make_header(r->pool, &f->set[i], &to[n++]))
            return JG_E_NOMEM;

    list->part = (ngx_list_part_t){.elts = to, .nelts = n};
    list->last = &list->part;
    list->nalloc = max;
    return JG_OK;
}

/* nginx keeps the client's in r->method, by which it answers; the name is what
 * it sends. Who gets a body announced expects one. */
static void
change_method(ngx_http_request_t *r, struct jg_str method)
{
    static const struct jg_str with_body[] = {
        {"POST", 4}, {"PUT", 3}, {"PATCH", 5}};

    r->method_name = ngx_http_jotgate_ngx_str(method);
    for (size_t i = 0; i < sizeof(with_body) / sizeof(with_body[0]); i++)
        if (jg_str_eq(method, with_body[i]) && !r->headers_in.chunked &&
            r->headers_in.content_length_n < 0)
            r->headers_in.content_length_n = 0;
}

enum jg_err
ngx_http_jotgate_forward(ngx_http_request_t *r,
                         struct ngx_http_jotgate_ctx *ctx)
{
    const struct jg_forward *f = &ctx->decision.forward;
    enum jg_err err = rewrite_headers(r, f);

    if (err != JG_OK)
        return err;
    if (f->peer_count > 0)
        ctx->peer = &f->peers[0];
    if (ctx->snapshot->conf->close_connections)
        r->keepalive = 0;
    if (!f->websocket)
        r->headers_in.upgrade = NULL; /* nginx would take a 101 for granted */
    if (f->method.len > 0 && ctx->decision.handler.kind == JG_HANDLER_UPSTREAM)
        change_method(r, f->method);
    r->unparsed_uri = ngx_http_jotgate_ngx_str(f->uri);
    r->valid_unparsed_uri = 1;
    return JG_OK;
}
