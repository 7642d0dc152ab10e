/*
 * Which responses pass through nginx, and which way they take.
 *
 * Responses without a length may be endless (server-sent events, logs): nginx
 * must pass each piece on when it comes, instead of filling a buffer first.
 * Those with a length are buffered, which costs less for each byte.
 */
#include "ngx_http_jotgate.h"

/* An upgraded connection may be silent for as long as its two ends like. */
#define TUNNEL_IDLE_MS (60 * 60 * 1000)

#define LISTED_MAX 32 /* names in a Connection header that are looked at */

static ngx_http_output_header_filter_pt next_filter;

/* The template hides the upstream's own: in other responses it is an offer
 * for this hop only. */
static ngx_int_t
add_upgrade(ngx_http_request_t *r)
{
    ngx_table_elt_t *h = ngx_list_push(&r->headers_out.headers);

    if (h == NULL)
        return NGX_ERROR;
    h->hash = 1;
    ngx_str_set(&h->key, "Upgrade");
    ngx_str_set(&h->value, "websocket");
    return NGX_OK;
}

static ngx_int_t
open_tunnel(ngx_http_request_t *r)
{
    ngx_http_upstream_conf_t *own = ngx_http_jotgate_own_upstream_conf(r);

    if (own == NULL)
        return NGX_ERROR;
    own->read_timeout = TUNNEL_IDLE_MS;
    own->send_timeout = TUNNEL_IDLE_MS;
    return add_upgrade(r);
}

/*
 * Is it HTTP, and an answer? What is no HTTP at all passes in nginx for
 * HTTP/0.9, and would go to the client without any header. A tunnel that the
 * decision did not ask for is none of the client's either.
 */
static bool
is_answer(const ngx_http_request_t *r, const struct ngx_http_jotgate_ctx *ctx)
{
    if (r->http_version != ctx->http_version)
        return false;
    if (r->headers_out.status == NGX_HTTP_SWITCHING_PROTOCOLS)
        return r->upstream->upgrade;
    return r->headers_out.status >= NGX_HTTP_OK;
}

/* For this hop only. Never the length, which is how the answer is framed. */
static void
drop_header(ngx_http_request_t *r, struct jg_str name)
{
    ngx_list_part_t *part = &r->headers_out.headers.part;

    if (jg_str_eq_nocase(name, JG_STR("Content-Length")))
        return;
    for (; part != NULL; part = part->next) {
        ngx_table_elt_t *h = part->elts;

        for (ngx_uint_t i = 0; i < part->nelts; i++)
            if (jg_str_eq_nocase(ngx_http_jotgate_str(&h[i].key), name))
                h[i].hash = 0; /* not sent */
    }
}

/* What the upstream's Connection header names (RFC 9110 7.6.1). */
static void
drop_listed(ngx_http_request_t *r)
{
    const ngx_table_elt_t *connection = r->upstream->headers_in.connection;
    struct jg_str list, part;
    unsigned count = 0;

    if (connection == NULL)
        return;
    list = ngx_http_jotgate_str(&connection->value);
    while (count++ < LISTED_MAX && jg_str_next(&list, ',', &part)) {
        part = jg_str_trim(part);
        if (!jg_str_eq_nocase(part, JG_STR("keep-alive")) &&
            !jg_str_eq_nocase(part, JG_STR("close")))
            drop_header(r, part);
    }
}

static ngx_int_t
of_upstream(ngx_http_request_t *r, const struct ngx_http_jotgate_ctx *ctx)
{
    ngx_http_upstream_t *u = r->upstream;

    if (!is_answer(r, ctx)) {
        r->http_version = ctx->http_version;
        return NGX_HTTP_BAD_GATEWAY;
    }
    drop_listed(r);
    if (u->upgrade && open_tunnel(r) != NGX_OK)
        return NGX_ERROR;
    if (r->headers_out.content_length_n == -1)
        u->buffering = 0;
    return NGX_OK;
}

static ngx_int_t
header_filter(ngx_http_request_t *r)
{
    static const ngx_table_elt_t nothing = {.hash = 0};
    const struct ngx_http_jotgate_ctx *ctx = ngx_http_jotgate_ctx(r);

    if (ctx != NULL && r == r->main) {
        ngx_int_t rc = r->upstream == NULL ? NGX_OK : of_upstream(r, ctx);

        if (rc == NGX_OK)
            rc = ngx_http_jotgate_response_headers(r, ctx);
        if (rc != NGX_OK)
            return rc;
    }
    /* nginx names itself where there is no Server header. It only looks
     * whether this is set. */
    if (r->headers_out.server == NULL)
        r->headers_out.server = (ngx_table_elt_t *)(uintptr_t)&nothing;
    return next_filter(r);
}

void
ngx_http_jotgate_init_filter(void)
{
    next_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = header_filter;
}
