/*
 * The end of a request: it is counted, written to the journal, and a refusal
 * gets one line in the log. No token, and no query, is in any of them.
 */
#include "ngx_http_jotgate.h"

static ngx_uint_t
status_of(const ngx_http_request_t *r)
{
    return r->err_status != 0 ? r->err_status : r->headers_out.status;
}

/* The client went away: nginx's own status for it. */
static enum jg_err
reason_of(const struct ngx_http_jotgate_ctx *ctx, ngx_uint_t status)
{
    if (ctx->reason == JG_OK && status == NGX_HTTP_CLIENT_CLOSED_REQUEST)
        return JG_E_CLIENT_CLOSED;
    return ctx->reason;
}

/* By the hundreds of a status; anything else is not counted. */
static const struct {
    ngx_uint_t hundreds;
    enum jg_metric metric;
} classes[] = {
    {2, JG_METRIC_REQUESTS_2XX},
    {3, JG_METRIC_REQUESTS_3XX},
    {4, JG_METRIC_REQUESTS_4XX},
    {5, JG_METRIC_REQUESTS_5XX},
};

static void
count(struct ngx_http_jotgate_process *p, ngx_uint_t status, enum jg_err reason,
      uint64_t microseconds)
{
    if (p->counters == NULL)
        return;
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if (classes[i].hundreds == status / 100)
            jg_counters_add(p->counters, classes[i].metric, 1);
    jg_counters_reason(p->counters, reason);
    jg_counters_latency(p->counters, microseconds);
}

static struct jg_str
api_id_of(const struct ngx_http_jotgate_ctx *ctx)
{
    const struct jg_api *api = ctx->decision.api;

    return api == NULL ? (struct jg_str){0} : api->def.api_id;
}

/* nginx's way to an error page makes a GET of everything. */
static struct jg_str
method_of(const ngx_http_request_t *r, const struct ngx_http_jotgate_ctx *ctx)
{
    if (ctx->request.method.len > 0)
        return ctx->request.method;
    return ngx_http_jotgate_str(&r->method_name);
}

static void
write_journal(const ngx_http_request_t *r,
              const struct ngx_http_jotgate_ctx *ctx, ngx_uint_t status,
              enum jg_err reason, uint64_t microseconds)
{
    const ngx_time_t *now = ngx_timeofday();
    const struct jg_session *session = &ctx->decision.session;
    struct jg_str identity =
        session->identity.len > 0 ? session->identity : session->id;
    struct jg_journal_entry entry = {
        .time_ms = (int64_t)now->sec * 1000 + (int64_t)now->msec,
        .request_id = {ctx->id[0], ctx->id[1]},
        .microseconds =
            microseconds > UINT32_MAX ? UINT32_MAX : (uint32_t)microseconds,
        .status = (uint16_t)status,
        .reason = (uint16_t)reason,
        .method = jg_method_code(method_of(r, ctx)),
    };

    if (ctx->process->journal == NULL)
        return;
    if (identity.len > 0)
        entry.identity = jg_hash_keyed(&ctx->process->key, identity);
    jg_journal_set_api(&entry, api_id_of(ctx));
    jg_journal_append(ctx->process->journal, &entry);
}

/* May one more line be logged in this second? A flood of refusals must not
 * become a flood of lines. */
static bool
may_log(struct ngx_http_jotgate_log_budget *b, ngx_log_t *log)
{
    if (b->second != ngx_time()) {
        if (b->suppressed > 0)
            ngx_log_error(NGX_LOG_WARN, log, 0,
                          "jotgate: %ui more refusals in one second",
                          b->suppressed);
        *b = (struct ngx_http_jotgate_log_budget){.second = ngx_time()};
    }
    if (b->lines == JG_LOG_LINES_MAX) {
        b->suppressed++;
        return false;
    }
    b->lines++;
    return true;
}

/* Refusals are warnings, as in Tyk. append() adds the request id. */
static void
write_line(const ngx_http_request_t *r, struct ngx_http_jotgate_ctx *ctx,
           ngx_uint_t status, enum jg_err reason)
{
    ngx_log_t *log = r->connection->log;
    ngx_str_t api_id = ngx_http_jotgate_ngx_str(api_id_of(ctx));
    ngx_str_t path = ngx_http_jotgate_ngx_str(ctx->decision.path.wire);

    if (reason == JG_OK || log->log_level < NGX_LOG_WARN)
        return;
    if (!may_log(&ctx->process->log_budget, log))
        return;
    ngx_log_error(NGX_LOG_WARN, log, 0,
                  "jotgate: %s %ui api=\"%V\" path=\"%V\"",
                  jg_err_info(reason)->code, status, &api_id, &path);
}

ngx_int_t
ngx_http_jotgate_log(ngx_http_request_t *r)
{
    struct ngx_http_jotgate_ctx *ctx = ngx_http_jotgate_ctx(r);
    ngx_uint_t status = status_of(r);
    enum jg_err reason;
    uint64_t microseconds;

    if (ctx == NULL)
        return NGX_OK;
    reason = reason_of(ctx, status);
    microseconds = ngx_http_jotgate_now_us() - ctx->started_us;
    count(ctx->process, status, reason, microseconds);
    write_journal(r, ctx, status, reason, microseconds);
    write_line(r, ctx, status, reason);
    return NGX_OK;
}

/* What nginx appends to an error line of this request: its own version quotes
 * the query, the Referer and the upstream's URL, where tokens may be. */
static u_char *
append(ngx_http_request_t *r, ngx_http_request_t *sr, u_char *buf, size_t len)
{
    const struct ngx_http_jotgate_ctx *ctx = ngx_http_jotgate_ctx(r);
    const ngx_http_upstream_t *u = sr->upstream;
    u_char *p = buf;

    p = ngx_snprintf(p, len, ", method: %V", &r->method_name);
    if (u != NULL && u->peer.name != NULL)
        p = ngx_snprintf(p, len - (size_t)(p - buf), ", upstream: %V",
                         u->peer.name);
    if (ctx != NULL)
        p = ngx_snprintf(p, len - (size_t)(p - buf),
                         ", request_id=%016xL%016xL", ctx->id[0], ctx->id[1]);
    return p;
}

void
ngx_http_jotgate_hide_tokens(ngx_http_request_t *r)
{
    r->log_handler = append;
}

ngx_int_t
ngx_http_jotgate_post_read(ngx_http_request_t *r)
{
    ngx_http_jotgate_hide_tokens(r);
    return NGX_DECLINED;
}
