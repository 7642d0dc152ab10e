/* The one place that writes what the gateway answers itself. */
#include "ngx_http_jotgate.h"

#define RESPONSE_CHUNK_BYTES 4096
#define RESPONSE_ARENA_MAX (64 * 1024)
#define CONTROL_BODY_MAX 512 /* a text of errors.def, and what is around it */

/* The configuration in force for <r>, or NULL when none was ever loaded. */
static const struct jg_conf *
conf_of(ngx_http_request_t *r)
{
    const struct ngx_http_jotgate_ctx *ctx = ngx_http_jotgate_ctx(r);
    const struct ngx_http_jotgate_process *p;

    if (ctx != NULL)
        return ctx->snapshot == NULL ? NULL : ctx->snapshot->conf;
    p = ngx_http_jotgate_process(r);
    return p == NULL || p->snapshot == NULL ? NULL : p->snapshot->conf;
}

static struct jg_str
content_type_of(const ngx_http_request_t *r)
{
    if (r->headers_in.content_type == NULL)
        return (struct jg_str){0};
    return ngx_http_jotgate_str(&r->headers_in.content_type->value);
}

/* A copy in the request's pool; data is NULL when there is no memory. */
static ngx_str_t
keep(ngx_http_request_t *r, struct jg_str s)
{
    ngx_str_t copy = {s.len, ngx_pnalloc(r->pool, s.len + 1)};

    if (copy.data != NULL && s.len > 0)
        ngx_memcpy(copy.data, s.p, s.len);
    return copy;
}

static ngx_table_elt_t *
add_header(ngx_http_request_t *r, struct jg_str name, struct jg_str value)
{
    ngx_table_elt_t *h = ngx_list_push(&r->headers_out.headers);

    if (h == NULL)
        return NULL;
    h->hash = 1;
    h->key = ngx_http_jotgate_ngx_str(name);
    h->value = keep(r, value);
    if (h->value.data == NULL) {
        h->hash = 0; /* not sent */
        return NULL;
    }
    return h;
}

static ngx_table_elt_t *
add_seconds(ngx_http_request_t *r, struct jg_str name, int64_t seconds)
{
    u_char text[NGX_INT64_LEN];
    u_char *end = ngx_sprintf(text, "%L", seconds);

    return add_header(
        r, name, (struct jg_str){(const char *)text, (size_t)(end - text)});
}

static ngx_int_t
fill_headers(ngx_http_request_t *r, const struct jg_error_response *from)
{
    const struct jg_conf *conf = conf_of(r);
    ngx_http_headers_out_t *to = &r->headers_out;

    ngx_http_clean_header(r); /* what a failed upstream left */
    to->status = (ngx_uint_t)from->status;
    r->err_status = to->status;
    to->content_type = ngx_http_jotgate_ngx_str(jg_str(from->content_type));
    to->content_type_len = to->content_type.len;
    to->content_length_n = (off_t)from->body.len;
    if (add_header(r, JG_STR("Cache-Control"), JG_STR("no-store")) == NULL)
        return NGX_ERROR;
    if (from->generator && (conf == NULL || !conf->hide_generator_header) &&
        add_header(r, JG_STR("X-Generator"), JG_STR("tyk.io")) == NULL)
        return NGX_ERROR;
    if (from->authenticate.len > 0) {
        to->www_authenticate =
            add_header(r, JG_STR("WWW-Authenticate"), from->authenticate);
        if (to->www_authenticate == NULL)
            return NGX_ERROR;
    }
    if (from->retry_after_s > 0 &&
        add_seconds(r, JG_STR("Retry-After"), from->retry_after_s) == NULL)
        return NGX_ERROR;
    if (conf != NULL && conf->close_connections)
        r->keepalive = 0;
    return NGX_OK;
}

static ngx_int_t
send_body(ngx_http_request_t *r, struct jg_str body)
{
    ngx_str_t copy = keep(r, body);
    ngx_buf_t *b = ngx_calloc_buf(r->pool);
    ngx_chain_t out = {.buf = b, .next = NULL};

    if (copy.data == NULL || b == NULL)
        return NGX_ERROR;
    b->pos = copy.data;
    b->last = copy.data + copy.len;
    b->memory = copy.len > 0;
    b->last_buf = 1;
    b->last_in_chain = 1;
    return ngx_http_output_filter(r, &out);
}

/* Not even "100 Continue" for a body that nobody will read. */
static void
discard_body(ngx_http_request_t *r)
{
    r->expect_tested = 1;
    if (ngx_http_discard_request_body(r) != NGX_OK)
        r->keepalive = 0;
}

static ngx_int_t
respond(ngx_http_request_t *r, const struct jg_error_response *response)
{
    ngx_int_t rc;

    discard_body(r);
    if (fill_headers(r, response) != NGX_OK)
        return NGX_ERROR;
    rc = ngx_http_send_header(r);
    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only)
        return rc;
    return send_body(r, response->body);
}

static void
fill_answer(ngx_http_request_t *r, const struct jg_answer *from)
{
    const struct jg_conf *conf = conf_of(r);
    ngx_http_headers_out_t *to = &r->headers_out;

    to->status = (ngx_uint_t)from->status;
    to->content_type = ngx_http_jotgate_ngx_str(from->content_type);
    to->content_type_len = to->content_type.len;
    to->content_length_n = (off_t)from->body.len;
    if (conf != NULL && conf->close_connections)
        r->keepalive = 0;
}

ngx_int_t
ngx_http_jotgate_answer(ngx_http_request_t *r, const struct jg_answer *answer)
{
    ngx_int_t rc;

    discard_body(r);
    fill_answer(r, answer);
    rc = ngx_http_send_header(r);
    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only)
        return rc;
    return send_body(r, answer->body);
}

ngx_int_t
ngx_http_jotgate_refuse(ngx_http_request_t *r, const struct jg_decision *d)
{
    struct jg_error_response response;

    if (jg_respond_decision(d, &response) != JG_OK)
        return NGX_ERROR;
    return respond(r, &response);
}

ngx_int_t
ngx_http_jotgate_respond(ngx_http_request_t *r, enum jg_err reason,
                         ngx_uint_t status)
{
    const struct jg_refusal refusal = {
        .reason = reason,
        .status = (int)status,
        .text = jg_str(jg_err_info(reason)->text),
        .content_type = content_type_of(r),
        .conf = conf_of(r),
    };
    struct jg_error_response response;
    struct jg_arena arena;
    ngx_int_t rc = NGX_ERROR;

    jg_arena_init(&arena, RESPONSE_CHUNK_BYTES, RESPONSE_ARENA_MAX);
    if (jg_respond(&refusal, &arena, &response) == JG_OK)
        rc = respond(r, &response);
    jg_arena_free(&arena);
    return rc;
}

#define CONTROL_BODY "{\"status\":\"error\",\"message\":\"%s\"}\n"

ngx_int_t
ngx_http_jotgate_respond_control(ngx_http_request_t *r, enum jg_err reason,
                                 ngx_uint_t status)
{
    const struct jg_err_info *info = jg_err_info(reason);
    u_char body[CONTROL_BODY_MAX];
    const char *text =
        status == NGX_HTTP_NOT_ALLOWED ? "Method not supported" : info->text;
    u_char *end = ngx_snprintf(body, sizeof(body), CONTROL_BODY, text);
    const struct jg_error_response response = {
        .status = status != 0 ? (int)status : info->status,
        .content_type = "application/json",
        .body = {(const char *)body, (size_t)(end - body)},
        .retry_after_s = reason == JG_E_BROKER ? 1 : 0,
    };

    return respond(r, &response);
}
