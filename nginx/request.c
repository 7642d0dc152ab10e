/* Contexts of requests, and an nginx request as the core sees it. */
#include "ngx_http_jotgate.h"

/* Give everything back, and keep the memory for the next request. */
static void
release(void *data)
{
    struct ngx_http_jotgate_ctx *ctx = data;
    struct ngx_http_jotgate_process *p = ctx->process;

    ngx_http_jotgate_let_go(ctx);
    jg_decision_done(&ctx->decision);
    jg_snapshot_free(ctx->snapshot);
    jg_arena_free(&ctx->arena);
    if (p->spare_count == JG_SPARE_CONTEXTS_MAX || ngx_exiting) {
        jg_mem_free(ctx);
        return;
    }
    ctx->next_spare = p->spare;
    p->spare = ctx;
    p->spare_count++;
}

static struct ngx_http_jotgate_ctx *
take(struct ngx_http_jotgate_process *p)
{
    struct ngx_http_jotgate_ctx *ctx = p->spare;

    if (ctx == NULL)
        return jg_mem_grow(NULL, sizeof(*ctx));
    p->spare = ctx->next_spare;
    p->spare_count--;
    return ctx;
}

/* 128 bits that nobody can guess: the journal's name of this request. */
static void
number(struct ngx_http_jotgate_process *p, uint64_t id[static 2])
{
    for (int i = 0; i < 2; i++) {
        uint64_t n = ++p->request_number;

        id[i] = jg_hash_keyed(&p->key,
                              (struct jg_str){(const char *)&n, sizeof(n)});
    }
}

struct ngx_http_jotgate_ctx *
ngx_http_jotgate_ctx_new(ngx_http_request_t *r)
{
    struct ngx_http_jotgate_process *p = ngx_http_jotgate_process(r);
    ngx_pool_cleanup_t *cleanup;
    struct ngx_http_jotgate_ctx *ctx;

    if (p == NULL)
        return NULL;
    cleanup = ngx_pool_cleanup_add(r->pool, 0);
    if (cleanup == NULL)
        return NULL;
    ctx = take(p);
    if (ctx == NULL)
        return NULL;

    ngx_memzero(ctx, offsetof(struct ngx_http_jotgate_ctx, headers));
    jg_arena_init(&ctx->arena, JG_REQUEST_CHUNK_BYTES, JG_REQUEST_ARENA_MAX);
    jg_arena_seed(&ctx->arena, ctx->seed, sizeof(ctx->seed));
    ctx->process = p;
    ctx->snapshot = ngx_http_jotgate_snapshot(p, r->connection->log);
    ctx->http_version = r->http_version;
    ctx->started_us = ngx_http_jotgate_now_us();
    number(p, ctx->id);
    cleanup->handler = release;
    cleanup->data = ctx;
    ngx_http_set_ctx(r, ctx, ngx_http_jotgate_module);
    ngx_http_jotgate_hide_tokens(r); /* malformed ones skip the first phase */
    return ctx;
}

struct ngx_http_jotgate_ctx *
ngx_http_jotgate_ctx(ngx_http_request_t *r)
{
    struct ngx_http_jotgate_ctx *ctx =
        ngx_http_get_module_ctx(r->main, ngx_http_jotgate_module);

    if (ctx != NULL || !(r->main->internal || r->main->filter_finalize))
        return ctx;
    for (ngx_pool_cleanup_t *c = r->pool->cleanup; c != NULL; c = c->next)
        if (c->handler == release)
            return c->data;
    return NULL;
}

/* Does the list <value> ("keep-alive, Upgrade") hold <token>? */
static bool
lists(struct jg_str value, struct jg_str token)
{
    struct jg_str part;

    while (jg_str_next(&value, ',', &part))
        if (jg_str_eq_nocase(jg_str_trim(part), token))
            return true;
    return false;
}

static bool
connection_lists(const struct jg_request *request, struct jg_str token)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (jg_str_eq_nocase(request->headers[i].name, JG_STR("connection")) &&
            lists(request->headers[i].value, token))
            return true;
    return false;
}

/* RFC 6455 4.1: only this kind of upgrade is ever passed on. */
static bool
asks_for_websocket(const ngx_http_request_t *r,
                   const struct jg_request *request)
{
    const ngx_table_elt_t *upgrade = r->headers_in.upgrade;

    return upgrade != NULL && r->method == NGX_HTTP_GET &&
           r->http_version == NGX_HTTP_VERSION_11 &&
           r->headers_in.content_length_n <= 0 && !r->headers_in.chunked &&
           jg_str_eq_nocase(ngx_http_jotgate_str(&upgrade->value),
                            JG_STR("websocket")) &&
           connection_lists(request, JG_STR("upgrade"));
}

/* The host of "GET http://host/path" wins over the Host header (RFC 9112
 * 3.2.2), as it does in nginx. */
static struct jg_str
host_of(const ngx_http_request_t *r)
{
    if (r->host_start != NULL || r->headers_in.host == NULL)
        return ngx_http_jotgate_str(&r->headers_in.server);
    return ngx_http_jotgate_str(&r->headers_in.host->value);
}

/* "GET http://host?query" has no path of its own. */
static enum jg_err
read_target(const ngx_http_request_t *r, struct jg_arena *a, struct jg_str *out)
{
    struct jg_str target = ngx_http_jotgate_str(&r->unparsed_uri);
    char *p;

    if (!r->empty_path_in_uri || target.len == 0 || target.p[0] == '/') {
        *out = target;
        return JG_OK;
    }
    p = jg_arena_alloc(a, target.len + 1);
    if (p == NULL)
        return JG_E_NOMEM;
    p[0] = '/';
    memcpy(p + 1, target.p, target.len);
    *out = (struct jg_str){p, target.len + 1};
    return JG_OK;
}

static enum jg_err
read_headers(const ngx_http_request_t *r, struct ngx_http_jotgate_ctx *ctx)
{
    size_t count = 0;

    for (const ngx_list_part_t *part = &r->headers_in.headers.part;
         part != NULL; part = part->next) {
        const ngx_table_elt_t *h = part->elts;

        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (count == JG_HEADERS_MAX)
                return JG_E_HEADERS;
            ctx->headers[count].name = ngx_http_jotgate_str(&h[i].key);
            ctx->headers[count].value = ngx_http_jotgate_str(&h[i].value);
            count++;
        }
    }
    ctx->request.headers = ctx->headers;
    ctx->request.header_count = count;
    return JG_OK;
}

enum jg_err
ngx_http_jotgate_read_request(ngx_http_request_t *r,
                              struct ngx_http_jotgate_ctx *ctx)
{
    struct jg_request *to = &ctx->request;
    enum jg_err err;

    to->method = ngx_http_jotgate_str(&r->method_name);
    to->host = host_of(r);
    to->peer = ngx_http_jotgate_str(&r->connection->addr_text);
    to->tls = r->connection->ssl != NULL;
    to->id[0] = ctx->id[0];
    to->id[1] = ctx->id[1];
    err = read_target(r, &ctx->arena, &to->target);
    if (err == JG_OK)
        err = read_headers(r, ctx);
    if (err == JG_OK)
        to->websocket = asks_for_websocket(r, to);
    return err;
}
