/* The $jotgate_ variables, which carry a decision into nginx's directives. */
#include "ngx_http_jotgate.h"

/* What a variable says about a request; p == NULL: nothing. */
typedef struct jg_str variable_value(ngx_http_request_t *r,
                                     const struct ngx_http_jotgate_ctx *ctx);

/* nginx cuts the name at a ':', unless it is an address in brackets. */
static struct jg_str
tls_name(ngx_http_request_t *r, const struct ngx_http_jotgate_ctx *ctx)
{
    struct jg_str name = {0};
    u_char *p;

    if (ctx->peer == NULL)
        return name;
    name = ctx->peer->target->host;
    if (jg_str_find(name, ':') == name.len)
        return name;
    p = ngx_pnalloc(r->pool, name.len + 3);
    if (p == NULL)
        return (struct jg_str){0};
    ngx_snprintf(p, name.len + 3, "[%*s]%Z", name.len, name.p);
    return (struct jg_str){(char *)p, name.len + 2};
}

/* "address example.org": what the broker is asked for. */
static struct jg_str
want(ngx_http_request_t *r, const struct ngx_http_jotgate_ctx *ctx)
{
    static const char *const kinds[] = {
        [JG_WANT_NOTHING] = "nothing",
        [JG_WANT_ADDRESS] = "address",
        [JG_WANT_KEYSET] = "keyset",
        [JG_WANT_KEYSET_AGAIN] = "keyset-again",
        [JG_WANT_PASSWORD] = "password", /* secret; gone when answered */
    };
    const char *kind = kinds[ctx->want.kind];
    size_t len = strlen(kind) + 1 + ctx->want.name_len;
    u_char *p = ngx_pnalloc(r->pool, len);

    if (p == NULL)
        return (struct jg_str){0};
    ngx_snprintf(p, len, "%s %*s", kind, ctx->want.name_len, ctx->want.name);
    return (struct jg_str){(char *)p, len};
}

static struct jg_str
request_id(ngx_http_request_t *r, const struct ngx_http_jotgate_ctx *ctx)
{
    u_char *p = ngx_pnalloc(r->pool, 32);

    if (p == NULL)
        return (struct jg_str){0};
    ngx_snprintf(p, 32, "%016xL%016xL", ctx->id[0], ctx->id[1]);
    return (struct jg_str){(char *)p, 32};
}

static struct jg_str
reason(ngx_http_request_t *r, const struct ngx_http_jotgate_ctx *ctx)
{
    (void)r;
    return jg_str(jg_err_info(ctx->reason)->code);
}

/* What the broker is told of a request that a script answers, a line each: API,
 * version, number of the endpoint; then, so that it is still that endpoint
 * after a reload, its function and its path. */
static struct jg_str
script(ngx_http_request_t *r, const struct ngx_http_jotgate_ctx *ctx)
{
    const struct jg_decision *d = &ctx->decision;
    const struct jg_virtual_endpoint *e;
    struct jg_str api, version, path;
    size_t len;
    u_char *p;

    if (d->handler.kind != JG_HANDLER_SCRIPT)
        return (struct jg_str){0};
    e = (const struct jg_virtual_endpoint *)jg_endpoint_at(
        d->version, JG_ENDPOINT_VIRTUAL, d->handler.endpoint);
    path = e->endpoint.path;
    api = d->api->def.api_id;
    version = d->version->name;
    len =
        api.len + version.len + NGX_SIZE_T_LEN + e->function.len + path.len + 4;
    p = ngx_pnalloc(r->pool, len);
    if (p == NULL)
        return (struct jg_str){0};
    len = (size_t)(ngx_snprintf(p, len, "%*s\n%*s\n%uz\n%*s\n%*s", api.len,
                                api.p, version.len, version.p,
                                d->handler.endpoint, e->function.len,
                                e->function.p, path.len, path.p) -
                   p);
    return (struct jg_str){(char *)p, len};
}

/* What the broker is told of a token endpoint: API and which one it is. */
static struct jg_str
exchange(ngx_http_request_t *r, const struct ngx_http_jotgate_ctx *ctx)
{
    const struct jg_decision *d = &ctx->decision;
    struct jg_str api;
    size_t len;
    u_char *p;

    if (d->api == NULL)
        return (struct jg_str){0};
    api = d->api->def.api_id;
    len = api.len + 1 + NGX_SIZE_T_LEN;
    p = ngx_pnalloc(r->pool, len);
    if (p == NULL)
        return (struct jg_str){0};
    len = (size_t)(ngx_snprintf(p, len, "%*s\n%uz", api.len, api.p,
                                d->handler.endpoint) -
                   p);
    return (struct jg_str){(char *)p, len};
}

static struct jg_str
session(ngx_http_request_t *r, const struct ngx_http_jotgate_ctx *ctx)
{
    (void)r;
    return ctx->decision.handler.session;
}

static struct jg_str
key(ngx_http_request_t *r, const struct ngx_http_jotgate_ctx *ctx)
{
    (void)r;
    return ctx->decision.handler.key;
}

/* Path and query as the client sent them, whatever is sent on, but for what
 * strip_auth_data takes off the query. */
static struct jg_str
target(ngx_http_request_t *r, const struct ngx_http_jotgate_ctx *ctx)
{
    struct jg_str all = ctx->request.target, query = ctx->decision.query;
    size_t path = jg_str_find(all, '?');
    u_char *p;

    if (jg_str_eq(jg_str_from(all, path + 1), query))
        return all;
    p = ngx_pnalloc(r->pool, path + 1 + query.len);
    if (p == NULL)
        return (struct jg_str){0};
    ngx_memcpy(p, all.p, path);
    if (query.len == 0)
        return (struct jg_str){(char *)p, path};
    p[path] = '?';
    ngx_memcpy(p + path + 1, query.p, query.len);
    return (struct jg_str){(char *)p, path + 1 + query.len};
}

/* One row a variable. Those that change within a request are not cached. */
static const struct {
    ngx_str_t name;
    variable_value *value;
    ngx_uint_t flags;
} variables[] = {
    {ngx_string("jotgate_tls_name"), tls_name, NGX_HTTP_VAR_NOCACHEABLE},
    {ngx_string("jotgate_want"), want, NGX_HTTP_VAR_NOCACHEABLE},
    {ngx_string("jotgate_request_id"), request_id, 0},
    {ngx_string("jotgate_script"), script, NGX_HTTP_VAR_NOCACHEABLE},
    {ngx_string("jotgate_exchange"), exchange, NGX_HTTP_VAR_NOCACHEABLE},
    {ngx_string("jotgate_session"), session, NGX_HTTP_VAR_NOCACHEABLE},
    {ngx_string("jotgate_key"), key, NGX_HTTP_VAR_NOCACHEABLE},
    {ngx_string("jotgate_target"), target, NGX_HTTP_VAR_NOCACHEABLE},
    {ngx_string("jotgate_reason"), reason, NGX_HTTP_VAR_NOCACHEABLE},
};

/* <data> is the variable's row. */
static ngx_int_t
get_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v,
             uintptr_t data)
{
    const struct ngx_http_jotgate_ctx *ctx = ngx_http_jotgate_ctx(r);
    struct jg_str value = {0};

    if (ctx != NULL)
        value = variables[data].value(r, ctx);
    if (value.p == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }
    v->len = (unsigned)value.len;
    v->data = (u_char *)(uintptr_t)value.p;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;
    return NGX_OK;
}

ngx_int_t
ngx_http_jotgate_add_variables(ngx_conf_t *cf)
{
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        ngx_str_t name = variables[i].name;
        ngx_http_variable_t *v =
            ngx_http_add_variable(cf, &name, variables[i].flags);

        if (v == NULL)
            return NGX_ERROR;
        v->get_handler = get_variable;
        v->data = i;
    }
    return NGX_OK;
}
