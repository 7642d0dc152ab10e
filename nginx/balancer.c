/*
 * Where the request goes: to the peers of its decision, in their order. An
 * idle connection of this worker is used before a new one is made.
 */
#include "idle.h"
#include "ngx_http_jotgate.h"

/* One request on its way. */
struct peer_data {
    struct ngx_http_jotgate_ctx *ctx;
    ngx_http_upstream_t *u;
    const struct ngx_http_jotgate_srv_conf *limits;
    size_t next;  /* index of the peer to try */
    bool fresh;   /* an idle connection was dead: try a new one */
    bool careful; /* cannot be sent twice: look before using an idle one */
    struct ngx_http_jotgate_idle_key key;    /* of the peer in use */
    struct ngx_http_jotgate_idle_item *item; /* of its connection */
    ngx_sockaddr_t sockaddr;
    ngx_str_t name;
    u_char text[NGX_SOCKADDR_STRLEN];
};

ngx_http_upstream_conf_t *
ngx_http_jotgate_own_upstream_conf(ngx_http_request_t *r)
{
    struct ngx_http_jotgate_ctx *ctx = ngx_http_jotgate_ctx(r);
    ngx_http_upstream_conf_t *own;

    if (ctx->own_conf != NULL)
        return ctx->own_conf;
    own = ngx_palloc(r->pool, sizeof(*own));
    if (own == NULL)
        return NULL;
    *own = *r->upstream->conf;
    r->upstream->conf = own;
    ctx->own_conf = own;
    return own;
}

/* An idle connection to <key>'s peer, or NGX_OK for a new one. Its address in
 * words is copied: log lines want it after the connection went its way. */
static ngx_int_t
use_idle(ngx_peer_connection_t *pc, struct peer_data *data)
{
    const ngx_str_t *name;
    ngx_connection_t *c;

    data->item = ngx_http_jotgate_idle_take(data->ctx->process->idle,
                                            &data->key, data->careful);
    if (data->item == NULL)
        return NGX_OK;
    c = ngx_http_jotgate_idle_connection(data->item);
    c->log = pc->log;
    c->read->log = pc->log;
    c->write->log = pc->log;
    c->pool->log = pc->log;
    name = ngx_http_jotgate_idle_name(data->item);
    data->name.len = name->len;
    ngx_memcpy(data->text, name->data, name->len);
    pc->connection = c;
    pc->cached = 1;
    return NGX_DONE;
}

static ngx_int_t
get_peer(ngx_peer_connection_t *pc, void *p)
{
    struct peer_data *data = p;
    const struct jg_forward *f = &data->ctx->decision.forward;
    const struct jg_peer *peer;

    pc->cached = 0;
    pc->connection = NULL;
    pc->name = &data->name;
    data->item = NULL;
    data->name = (ngx_str_t){0, data->text};
    if (data->next >= f->peer_count)
        return NGX_BUSY;
    peer = &f->peers[data->next];
    data->ctx->peer = peer;
    data->u->ssl = peer->target->tls;
    data->key = (struct ngx_http_jotgate_idle_key){
        .address = peer->address,
        .tls = peer->target->tls,
        .verify = f->tls_verify,
    };
    if (peer->target->tls)
        data->key.name = peer->target->host;

    memcpy(&data->sockaddr, peer->address.bytes, peer->address.len);
    pc->sockaddr = &data->sockaddr.sockaddr;
    pc->socklen = peer->address.len;
    if (!data->fresh && use_idle(pc, data) == NGX_DONE)
        return NGX_DONE;
    data->fresh = false;
    data->name.len = ngx_sock_ntop(pc->sockaddr, pc->socklen, data->text,
                                   sizeof(data->text), 1);
    return NGX_OK;
}

/* May the connection serve another request? As ngx_http_upstream_keepalive. */
static bool
is_reusable(const ngx_connection_t *c, const ngx_http_upstream_t *u)
{
    if (c == NULL || c->read->eof || c->read->error || c->read->timedout ||
        c->write->error || c->write->timedout)
        return false;
    if (!u->keepalive || !u->request_body_sent)
        return false;
    if (c->requests >= JG_IDLE_REQUESTS_MAX ||
        ngx_current_msec - c->start_time > JG_IDLE_AGE_MAX_MS)
        return false;
    if (ngx_terminate || ngx_exiting)
        return false;
    return ngx_handle_read_event(c->read, 0) == NGX_OK;
}

static void
free_peer(ngx_peer_connection_t *pc, void *p, ngx_uint_t state)
{
    struct peer_data *data = p;

    if (pc->tries > 0)
        pc->tries--;
    if (state & NGX_PEER_FAILED) {
        if (pc->cached)
            data->fresh = true; /* nginx gives that try back */
        else
            data->next++;
        return;
    }
    if (data->limits->idle_max > 0 && is_reusable(pc->connection, data->u) &&
        ngx_http_jotgate_idle_put(data->ctx->process->idle, pc->connection,
                                  data->item, &data->key, &data->name,
                                  data->limits))
        pc->connection = NULL;
}

/* Would nginx, or anybody, send this request a second time? */
static bool
is_careful(const ngx_http_request_t *r)
{
    return r->request_body_no_buffering ||
           (r->method & (NGX_HTTP_POST | NGX_HTTP_LOCK | NGX_HTTP_PATCH)) != 0;
}

/* What one API, or one endpoint, asks for, and the others do not. */
static ngx_int_t
take_terms(ngx_http_request_t *r, const struct jg_forward *f)
{
    ngx_http_upstream_conf_t *own;

    if (f->tls_verify && f->timeout_ms == 0 && f->method.len == 0)
        return NGX_OK;
    own = ngx_http_jotgate_own_upstream_conf(r);
    if (own == NULL)
        return NGX_ERROR;
    if (!f->tls_verify)
        own->ssl_verify = 0;
    if (f->timeout_ms > 0) {
        own->connect_timeout = (ngx_msec_t)f->timeout_ms;
        own->read_timeout = (ngx_msec_t)f->timeout_ms;
        own->send_timeout = (ngx_msec_t)f->timeout_ms;
    }
    /* nginx judges by the client's method whether it may try again. */
    if (f->method.len > 0)
        own->next_upstream = NGX_HTTP_UPSTREAM_FT_OFF;
    return NGX_OK;
}

static ngx_int_t
init_peer(ngx_http_request_t *r, ngx_http_upstream_srv_conf_t *us)
{
    struct ngx_http_jotgate_ctx *ctx = ngx_http_jotgate_ctx(r);
    struct peer_data *data = ngx_pcalloc(r->pool, sizeof(*data));
    ngx_http_upstream_t *u = r->upstream;

    if (ctx == NULL || data == NULL)
        return NGX_ERROR;
    data->ctx = ctx;
    data->u = u;
    data->limits = ngx_http_conf_upstream_srv_conf(us, ngx_http_jotgate_module);
    data->careful = is_careful(r) || ctx->decision.forward.method.len > 0;
    if (take_terms(r, &ctx->decision.forward) != NGX_OK)
        return NGX_ERROR;
    ngx_http_jotgate_drop_interim(r, ctx);
    u->peer.data = data;
    u->peer.get = get_peer;
    u->peer.free = free_peer;
    u->peer.tries = ctx->decision.forward.peer_count;
    return NGX_OK;
}

ngx_int_t
ngx_http_jotgate_init_upstream(ngx_conf_t *cf, ngx_http_upstream_srv_conf_t *us)
{
    (void)cf;
    us->peer.init = init_peer;
    return NGX_OK;
}
