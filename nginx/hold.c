/*
 * Requests that are held back (throttling): each has a timer and no thread, as
 * in nginx's own limit_req. A client that goes away ends its request at once.
 */
#include "ngx_http_jotgate.h"

static void
go_on(ngx_http_request_t *r)
{
    struct ngx_http_jotgate_ctx *ctx = ngx_http_jotgate_ctx(r);

    ngx_http_jotgate_let_go(ctx);
    if (ngx_handle_read_event(r->connection->read, 0) != NGX_OK) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }
    r->read_event_handler = ngx_http_block_reading;
    r->write_event_handler = ngx_http_core_run_phases;
    ngx_http_core_run_phases(r);
}

/* Is it time? The connection may have become writable, no more than that. */
static void
woken(ngx_http_request_t *r)
{
    ngx_event_t *write = r->connection->write;

    if (!write->delayed) {
        go_on(r);
        return;
    }
    if (ngx_handle_write_event(write, 0) != NGX_OK)
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
}

ngx_int_t
ngx_http_jotgate_hold(ngx_http_request_t *r, struct ngx_http_jotgate_ctx *ctx,
                      int64_t pause_ms)
{
    if (ctx->process->held == JG_HELD_MAX)
        return NGX_BUSY;
    if (ngx_handle_read_event(r->connection->read, 0) != NGX_OK)
        return NGX_ERROR;
    ctx->held = true;
    ctx->process->held++;
    r->read_event_handler = ngx_http_test_reading; /* sees a client leave */
    r->write_event_handler = woken;
    r->connection->write->delayed = 1;
    ngx_add_timer(r->connection->write, (ngx_msec_t)pause_ms);
    return NGX_AGAIN;
}

void
ngx_http_jotgate_let_go(struct ngx_http_jotgate_ctx *ctx)
{
    if (!ctx->held)
        return;
    ctx->held = false;
    ctx->process->held--;
}
