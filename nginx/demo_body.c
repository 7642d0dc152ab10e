/* Reading a body of any size in constant memory. */
#include "demo.h"

static struct ngx_http_jotgate_demo *
demo_of(ngx_http_request_t *r)
{
    return ngx_http_get_module_ctx(r, ngx_http_jotgate_demo_module);
}

/* Take over what nginx has read, and give its buffers back. */
static void
consume(struct ngx_http_jotgate_demo *demo)
{
    ngx_http_request_t *r = demo->r;
    ngx_chain_t *next;

    for (ngx_chain_t *cl = r->request_body->bufs; cl != NULL; cl = next) {
        ngx_buf_t *b = cl->buf;
        struct jg_str piece = {(const char *)b->pos,
                               (size_t)(b->last - b->pos)};

        next = cl->next;
        jg_buf_add(&demo->body, piece); /* fails for good when it is too long */
        demo->received += piece.len;
        b->pos = b->last;
        ngx_free_chain(r->pool, cl);
    }
    r->request_body->bufs = NULL;
}

static void
read_more(ngx_http_request_t *r)
{
    struct ngx_http_jotgate_demo *demo = demo_of(r);

    for (;;) {
        ngx_int_t rc;

        consume(demo);
        if (!r->reading_body)
            break;
        rc = ngx_http_read_unbuffered_request_body(r);
        if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
            ngx_http_finalize_request(r, rc);
            return;
        }
        if (rc == NGX_AGAIN && r->request_body->bufs == NULL)
            return; /* called again when there is more */
    }
    r->read_event_handler = ngx_http_block_reading;
    demo->answer(demo);
}

static void
begin(ngx_http_request_t *r)
{
    r->read_event_handler = read_more;
    read_more(r);
}

ngx_int_t
ngx_http_jotgate_demo_read(struct ngx_http_jotgate_demo *demo)
{
    ngx_http_request_t *r = demo->r;
    ngx_int_t rc;

    ngx_http_set_ctx(r, demo, ngx_http_jotgate_demo_module);
    r->request_body_no_buffering = 1;
    rc = ngx_http_read_client_request_body(r, begin);
    return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
}
