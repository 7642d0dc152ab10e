/*
 * Which way a response takes through nginx.
 *
 * Responses without a length may be endless (server-sent events, logs): nginx
 * must pass each piece on when it comes, instead of filling a buffer first.
 * Those with a length are buffered, which costs less for each byte.
 */
#include "ngx_http_jotgate.h"

/* An upgraded connection may be silent for as long as its two ends like. */
#define TUNNEL_IDLE_MS (60 * 60 * 1000)

static ngx_http_output_header_filter_pt next_filter;

static ngx_int_t
open_tunnel(ngx_http_request_t *r)
{
    ngx_http_upstream_conf_t *own = ngx_http_jotgate_own_upstream_conf(r);

    if (own == NULL)
        return NGX_ERROR;
    own->read_timeout = TUNNEL_IDLE_MS;
    own->send_timeout = TUNNEL_IDLE_MS;
    return NGX_OK;
}

static ngx_int_t
header_filter(ngx_http_request_t *r)
{
    const struct ngx_http_jotgate_ctx *ctx = ngx_http_jotgate_ctx(r);
    ngx_http_upstream_t *u = r->upstream;

    if (u == NULL || ctx == NULL || r != r->main)
        return next_filter(r);

    /* What is no HTTP at all passes in nginx for HTTP/0.9, and would go to
     * the client without any header. */
    if (r->http_version != ctx->http_version) {
        r->http_version = ctx->http_version;
        return NGX_HTTP_BAD_GATEWAY;
    }
    if (u->upgrade && open_tunnel(r) != NGX_OK)
        return NGX_ERROR;
    if (r->headers_out.content_length_n == -1)
        u->buffering = 0;
    return next_filter(r);
}

void
ngx_http_jotgate_init_filter(void)
{
    next_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = header_filter;
}
