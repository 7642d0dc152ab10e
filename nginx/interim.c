/*
 * Responses that are not the last word: "103 Early Hints" and the rest of 1xx.
 * nginx would take such a header for the answer, and the real answer for its
 * body; to a HEAD even for the answer to the client's next request. They are
 * read and dropped. 101 is no such thing: it ends HTTP on its connection.
 */
#include "ngx_http_jotgate.h"

static bool
is_interim(ngx_uint_t status)
{
    return status / 100 == 1 && status != NGX_HTTP_SWITCHING_PROTOCOLS;
}

/* As nginx does before it reads the header of another attempt, but for the
 * bytes that were read already. */
static ngx_int_t
begin_again(ngx_http_request_t *r, ngx_http_upstream_t *u)
{
    if (u->reinit_request(r) != NGX_OK)
        return NGX_ERROR;
    u->keepalive = 0;
    u->state->status = 0;
    ngx_memzero(&u->headers_in, sizeof(u->headers_in));
    u->headers_in.content_length_n = -1;
    u->headers_in.last_modified_time = -1;
    if (ngx_list_init(&u->headers_in.headers, r->pool, 8,
                      sizeof(ngx_table_elt_t)) != NGX_OK)
        return NGX_ERROR;
    return ngx_list_init(&u->headers_in.trailers, r->pool, 2,
                         sizeof(ngx_table_elt_t));
}

/* Their number is bounded: all of them must fit into proxy_buffer_size. */
static ngx_int_t
process_header(ngx_http_request_t *r)
{
    struct ngx_http_jotgate_ctx *ctx = ngx_http_jotgate_ctx(r);
    ngx_http_upstream_t *u = r->upstream;

    for (;;) {
        ngx_int_t rc;

        u->process_header = ctx->process_header;
        rc = u->process_header(r); /* which may choose the next one */
        ctx->process_header = u->process_header;
        u->process_header = process_header;
        if (rc != NGX_OK || !is_interim(u->headers_in.status_n))
            return rc;
        if (begin_again(r, u) != NGX_OK)
            return NGX_ERROR;
    }
}

static ngx_int_t
reinit_request(ngx_http_request_t *r)
{
    struct ngx_http_jotgate_ctx *ctx = ngx_http_jotgate_ctx(r);
    ngx_http_upstream_t *u = r->upstream;
    ngx_int_t rc = ctx->reinit_request(r);

    ctx->process_header = u->process_header;
    u->process_header = process_header;
    return rc;
}

void
ngx_http_jotgate_drop_interim(ngx_http_request_t *r,
                              struct ngx_http_jotgate_ctx *ctx)
{
    ngx_http_upstream_t *u = r->upstream;

    ctx->process_header = u->process_header;
    ctx->reinit_request = u->reinit_request;
    u->process_header = process_header;
    u->reinit_request = reinit_request;
}
