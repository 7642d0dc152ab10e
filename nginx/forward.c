/*
 * Makes the nginx request what the decision says is to be sent: the list of
 * headers is built anew, the rest goes through variables (variables.c).
 */
#include "ngx_http_jotgate.h"

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

static enum jg_err
rewrite_headers(ngx_http_request_t *r, const struct jg_forward *f)
{
    ngx_list_t *list = &r->headers_in.headers;
    ngx_uint_t max = count_headers(&list->part) + f->set_count, n = 0;
    ngx_table_elt_t *to = ngx_palloc(r->pool, (max + 1) * sizeof(*to));

    if (to == NULL)
        return JG_E_NOMEM;
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
    list->nalloc = max + 1;
    return JG_OK;
}

/* "https://jotgate/path?query": the upstream block's name instead of a host,
 * because the balancer chooses the address. nginx sends what follows it byte
 * for byte. */
static enum jg_err
write_url(ngx_http_request_t *r, struct ngx_http_jotgate_ctx *ctx)
{
    const struct jg_forward *f = &ctx->decision.forward;
    struct jg_str front =
        f->target->tls ? JG_STR("https://jotgate") : JG_STR("http://jotgate");
    u_char *p = ngx_pnalloc(r->pool, front.len + f->uri.len);

    if (p == NULL)
        return JG_E_NOMEM;
    ctx->upstream_url = (ngx_str_t){front.len + f->uri.len, p};
    p = ngx_cpymem(p, front.p, front.len);
    ngx_memcpy(p, f->uri.p, f->uri.len);
    return JG_OK;
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
    return write_url(r, ctx);
}
