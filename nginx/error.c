/*
 * What nginx itself refuses, and upstreams that fail, in Tyk's words: nginx
 * comes here for every status of the template's error_page.
 */
#include "ngx_http_jotgate.h"

/* A status of nginx's: what it means to us, and what the client sees instead
 * (0: the reason's own). Malformed requests are never 5xx. */
static const struct {
    ngx_uint_t from;
    enum jg_err reason;
    ngx_uint_t to;
} rows[] = {
    {400, JG_E_REQUEST, 0},
    {404, JG_E_ROUTE, 0},
    {405, JG_E_REQUEST, 405},
    {408, JG_E_REQUEST, 408},
    {413, JG_E_REQUEST_SIZE, 0},
    {414, JG_E_REQUEST_SIZE, 414},
    {431, JG_E_REQUEST_SIZE, 431}, /* the template makes it of 494 */
    {NGX_HTTPS_CERT_ERROR, JG_E_REQUEST, 0},
    {NGX_HTTPS_NO_CERT, JG_E_REQUEST, 0},
    {NGX_HTTP_TO_HTTPS, JG_E_REQUEST, 0},
    {500, JG_E_INTERNAL, 0},
    {501, JG_E_REQUEST, 0}, /* an unknown Transfer-Encoding */
    {502, JG_E_UPSTREAM, 0},
    {503, JG_E_BROKER, 0},
    {504, JG_E_UPSTREAM_TIMEOUT, 0},
    {505, JG_E_REQUEST, 0}, /* "HTTP/2.0" in a request line */
};

/* What nginx's status means; <status> is what the client sees, 0 the reason's
 * own. */
static enum jg_err
reason_of(ngx_http_request_t *r, ngx_uint_t *status)
{
    enum jg_err reason = JG_E_INTERNAL;

    *status = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].from == r->err_status) {
            reason = rows[i].reason;
            *status = rows[i].to;
        }
    }
    /* Without a decision there was no upstream but the broker. */
    if (ngx_http_jotgate_ctx(r) == NULL &&
        (reason == JG_E_UPSTREAM || reason == JG_E_UPSTREAM_TIMEOUT))
        reason = JG_E_BROKER;
    return reason;
}

/* So that it is counted. */
static void
note_reason(ngx_http_request_t *r, enum jg_err reason)
{
    struct ngx_http_jotgate_ctx *ctx = ngx_http_jotgate_ctx(r);

    if (ctx == NULL)
        ctx = ngx_http_jotgate_ctx_new(r);
    if (ctx != NULL)
        ctx->reason = reason;
}

ngx_int_t
ngx_http_jotgate_error(ngx_http_request_t *r)
{
    ngx_uint_t status;
    enum jg_err reason = reason_of(r, &status);

    if (r->err_status == NGX_HTTP_REQUEST_ENTITY_TOO_LARGE)
        reason = JG_E_BODY_MAX;
    note_reason(r, reason);
    return ngx_http_jotgate_respond(r, reason, status);
}

ngx_int_t
ngx_http_jotgate_control_error(ngx_http_request_t *r)
{
    ngx_uint_t status;
    enum jg_err reason = reason_of(r, &status);

    note_reason(r, reason);
    return ngx_http_jotgate_respond_control(r, reason, status);
}

ngx_int_t
ngx_http_jotgate_script_failed(ngx_http_request_t *r)
{
    note_reason(r, JG_E_SCRIPT);
    return ngx_http_jotgate_respond(r, JG_E_SCRIPT, 0);
}

ngx_int_t
ngx_http_jotgate_not_found(ngx_http_request_t *r)
{
    return ngx_http_jotgate_respond(r, JG_E_ROUTE, 0);
}
