/* A response of any length in constant memory: /bytes/N. */
#include "demo.h"

#define BLOCK_BYTES 65536
#define EVENT_BYTES_MAX (16 * 1024 * 1024) /* then others have their turn */

static void write_more(ngx_http_request_t *r);

static ngx_int_t
send_header(struct ngx_http_jotgate_demo *demo)
{
    ngx_http_request_t *r = demo->r;

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = demo->left;
    ngx_str_set(&r->headers_out.content_type, "application/octet-stream");
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    return ngx_http_send_header(r);
}

/* One block is sent again and again: its bytes never change. */
static ngx_chain_t *
make_block(ngx_pool_t *pool)
{
    ngx_chain_t *cl = ngx_alloc_chain_link(pool);
    u_char *bytes = ngx_palloc(pool, BLOCK_BYTES);
    ngx_buf_t *b = ngx_calloc_buf(pool);

    if (cl == NULL || bytes == NULL || b == NULL)
        return NULL;
    for (size_t i = 0; i < BLOCK_BYTES; i++)
        bytes[i] = (u_char)('a' + i % 26);
    b->start = bytes;
    b->memory = 1;
    b->flush = 1;
    cl->buf = b;
    cl->next = NULL;
    return cl;
}

/* Wait until the client takes more. */
static void
wait_for_client(struct ngx_http_jotgate_demo *demo)
{
    ngx_http_request_t *r = demo->r;
    ngx_event_t *ev = r->connection->write;
    ngx_http_core_loc_conf_t *conf =
        ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    demo->blocked = true;
    ngx_add_timer(ev, conf->send_timeout);
    if (ngx_handle_write_event(ev, conf->send_lowat) != NGX_OK)
        ngx_http_finalize_request(r, NGX_ERROR);
}

/* The next block, or what was left of the last one. */
static ngx_int_t
send_block(struct ngx_http_jotgate_demo *demo)
{
    ngx_buf_t *b = demo->block->buf;
    off_t n = demo->left < BLOCK_BYTES ? demo->left : BLOCK_BYTES;

    if (demo->blocked)
        return ngx_http_output_filter(demo->r, NULL);
    demo->left -= n;
    b->pos = b->start;
    b->last = b->start + n;
    b->last_buf = demo->left == 0;
    b->last_in_chain = demo->left == 0;
    return ngx_http_output_filter(demo->r, demo->block);
}

static void
write_more(ngx_http_request_t *r)
{
    struct ngx_http_jotgate_demo *demo =
        ngx_http_get_module_ctx(r, ngx_http_jotgate_demo_module);
    ngx_event_t *ev = r->connection->write;

    if (ev->timedout) {
        ngx_http_finalize_request(r, NGX_HTTP_REQUEST_TIME_OUT);
        return;
    }
    for (off_t sent = 0; sent < EVENT_BYTES_MAX; sent += BLOCK_BYTES) {
        ngx_int_t rc = send_block(demo);

        if (rc == NGX_AGAIN) {
            wait_for_client(demo);
            return;
        }
        demo->blocked = false;
        if (rc == NGX_ERROR || demo->left == 0) {
            ngx_http_finalize_request(r, rc);
            return;
        }
    }
    ngx_post_event(ev, &ngx_posted_next_events);
}

void
ngx_http_jotgate_demo_bytes(struct ngx_http_jotgate_demo *demo)
{
    ngx_http_request_t *r = demo->r;
    ngx_int_t rc;

    demo->block = make_block(r->pool);
    if (demo->block == NULL) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }
    rc = send_header(demo);
    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only || demo->left == 0) {
        if (rc == NGX_OK && !r->header_only)
            rc = ngx_http_send_special(r, NGX_HTTP_LAST);
        ngx_http_finalize_request(r, rc);
        return;
    }
    r->write_event_handler = write_more;
    write_more(r);
}
