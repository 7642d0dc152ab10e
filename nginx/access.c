/*
 * The phase handler: asks the core, and the broker for what the core wants.
 * nginx calls it again after each answer, as it does for auth_request.
 */
#include "ngx_http_jotgate.h"

/* Refuse, and end the request: the access phase has nothing more to do. */
static ngx_int_t
refuse(ngx_http_request_t *r, struct ngx_http_jotgate_ctx *ctx,
       enum jg_err reason)
{
    ctx->reason = reason;
    ngx_http_finalize_request(r, ngx_http_jotgate_respond(r, reason, 0));
    return NGX_DONE;
}

static ngx_int_t
deny(ngx_http_request_t *r, struct ngx_http_jotgate_ctx *ctx)
{
    ctx->reason = ctx->decision.reason;
    ngx_http_finalize_request(r, ngx_http_jotgate_refuse(r, &ctx->decision));
    return NGX_DONE;
}

static ngx_int_t
answer(ngx_http_request_t *r, struct ngx_http_jotgate_ctx *ctx)
{
    ngx_http_finalize_request(
        r, ngx_http_jotgate_answer(r, &ctx->decision.answer));
    return NGX_DONE;
}

static void
set_clock(struct jg_surroundings *with)
{
    const ngx_time_t *now = ngx_timeofday();

    with->now_s = now->sec;
    with->now_ms = (int64_t)now->sec * 1000 + (int64_t)now->msec;
}

/* Fill the decision's first part. */
static enum jg_err
begin(ngx_http_request_t *r, struct ngx_http_jotgate_ctx *ctx)
{
    struct jg_decision *d = &ctx->decision;

    d->with = (struct jg_surroundings){
        .snapshot = ctx->snapshot,
        .store = ctx->process->store,
        .counters = ctx->process->counters,
        .cache = ctx->process->cache,
        .addresses = ctx->process->addresses,
        .keysets = ctx->process->keysets,
        .revoked = ctx->process->revoked,
        .passwords = ctx->process->passwords,
        .matching = ctx->process->matching,
        .splits = ctx->process->splits,
    };
    set_clock(&d->with);
    d->request = &ctx->request;
    d->arena = &ctx->arena;
    if (ctx->snapshot == NULL)
        return JG_E_BROKER; /* nothing was ever loaded */
    return ngx_http_jotgate_read_request(r, ctx);
}

/* The subrequest is over, or its client went away. */
static ngx_int_t
answered(ngx_http_request_t *sr, void *data, ngx_int_t rc)
{
    struct ngx_http_jotgate_want *want = data;

    want->waiting = false;
    want->status = sr->headers_out.status;
    if (want->kind == JG_WANT_PASSWORD) {
        ngx_explicit_memzero(want->name, want->name_len);
        want->name_len = 0;
    }
    return rc;
}

/* Note what is asked for; false when it makes no sense to ask. */
static bool
note_want(struct ngx_http_jotgate_want *note, const struct jg_want *want)
{
    struct jg_str before = {note->name, note->name_len};

    if (note->count == JG_WANTS_MAX || want->name.len > sizeof(note->name))
        return false;
    if (note->kind == want->kind && jg_str_eq(before, want->name))
        return false; /* it answered, and yet the thing is not there */
    note->kind = want->kind;
    memcpy(note->name, want->name.p, want->name.len);
    note->name_len = want->name.len;
    note->count++;
    return true;
}

/* A subrequest whose answer is a status only: no body goes to the client, and
 * none of the client's goes to the broker. */
static ngx_int_t
start_subrequest(ngx_http_request_t *r, struct ngx_http_jotgate_want *want)
{
    ngx_str_t uri = ngx_string("/.jotgate/want");
    ngx_http_post_subrequest_t *ps = ngx_palloc(r->pool, sizeof(*ps));
    ngx_http_request_t *sr;

    if (ps == NULL)
        return NGX_ERROR;
    ps->handler = answered;
    ps->data = want;
    if (ngx_http_subrequest(r, &uri, NULL, &sr, ps,
                            NGX_HTTP_SUBREQUEST_WAITED) != NGX_OK)
        return NGX_ERROR;
    sr->request_body = ngx_pcalloc(r->pool, sizeof(*sr->request_body));
    if (sr->request_body == NULL)
        return NGX_ERROR;
    sr->header_only = 1;
    want->waiting = true;
    return NGX_AGAIN;
}

static ngx_int_t
ask_broker(ngx_http_request_t *r, struct ngx_http_jotgate_ctx *ctx)
{
    if (!note_want(&ctx->want, &ctx->decision.want))
        return refuse(r, ctx, JG_E_BROKER);
    if (ctx->process->counters != NULL)
        jg_counters_add(ctx->process->counters, JG_METRIC_WANTS, 1);
    return start_subrequest(r, &ctx->want);
}

/* The broker answers, as a location of its own says it. */
static ngx_int_t
hand_over(ngx_http_request_t *r, struct ngx_http_jotgate_ctx *ctx)
{
    static const ngx_str_t locations[] = {
        [JG_HANDLER_EXCHANGE] = ngx_string("@jotgate_exchange"),
        [JG_HANDLER_SCRIPT] = ngx_string("@jotgate_script"),
    };
    enum jg_handler_kind kind = ctx->decision.handler.kind;
    ngx_str_t location = locations[kind];
    enum jg_err err = JG_OK;

    /* The token endpoint gets what the client sent. */
    if (kind != JG_HANDLER_EXCHANGE)
        err = ngx_http_jotgate_forward(r, ctx);
    if (err != JG_OK)
        return refuse(r, ctx, err);
    ngx_http_finalize_request(r, ngx_http_named_location(r, &location));
    return NGX_DONE;
}

static ngx_int_t
hold(ngx_http_request_t *r, struct ngx_http_jotgate_ctx *ctx)
{
    ngx_int_t rc = ngx_http_jotgate_hold(r, ctx, ctx->decision.want.pause_ms);

    if (rc == NGX_AGAIN)
        return rc;
    ctx->decision.reason = rc == NGX_BUSY ? JG_E_HELD : JG_E_INTERNAL;
    return deny(r, ctx);
}

static ngx_int_t
go_on(ngx_http_request_t *r, struct ngx_http_jotgate_ctx *ctx)
{
    enum jg_err err;

    switch (jg_decide(&ctx->decision)) {
    case JG_ALLOW:
        err = ngx_http_jotgate_forward(r, ctx);
        if (err == JG_OK)
            return NGX_OK;
        return refuse(r, ctx, err);
    case JG_HAND_OVER:
        return hand_over(r, ctx);
    case JG_DENY:
        return deny(r, ctx);
    case JG_WANT: /* NGX_AGAIN */
        if (ctx->decision.want.kind == JG_WANT_PAUSE)
            return hold(r, ctx);
        return ask_broker(r, ctx);
    case JG_ANSWER:
        return answer(r, ctx);
    }
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
}

/* What the broker said; false: nothing goes on without it. */
static bool
take_answer(struct ngx_http_jotgate_ctx *ctx)
{
    ngx_uint_t status = ctx->want.status;
    bool done = status / 100 == 2;

    switch (ctx->want.kind) {
    case JG_WANT_ADDRESS:
        return done;
    case JG_WANT_KEYSET:
    case JG_WANT_KEYSET_AGAIN:
        ctx->decision.want_failed |= !done;
        return true;
    case JG_WANT_PASSWORD:
        ctx->decision.password = done ? JG_PASSWORD_RIGHT
                                 : status == NGX_HTTP_FORBIDDEN
                                     ? JG_PASSWORD_WRONG
                                     : JG_PASSWORD_FAILED;
        return true;
    case JG_WANT_NOTHING:
    case JG_WANT_PAUSE:
        break;
    }
    return true;
}

ngx_int_t
ngx_http_jotgate_access(ngx_http_request_t *r)
{
    struct ngx_http_jotgate_loc_conf *conf =
        ngx_http_get_module_loc_conf(r, ngx_http_jotgate_module);
    struct ngx_http_jotgate_ctx *ctx;
    enum jg_err err;

    if (!conf->enabled)
        return NGX_DECLINED;
    ctx = ngx_http_jotgate_ctx(r);
    if (ctx == NULL) {
        ctx = ngx_http_jotgate_ctx_new(r);
        if (ctx == NULL)
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        err = begin(r, ctx);
        if (err != JG_OK)
            return refuse(r, ctx, err);
    }
    if (ctx->want.waiting || ctx->held)
        return NGX_AGAIN;
    if (ctx->decision.want.kind == JG_WANT_PAUSE)
        set_clock(&ctx->decision.with);
    if (ctx->want.count > 0 && !take_answer(ctx))
        return refuse(r, ctx, JG_E_BROKER);
    return go_on(r, ctx);
}
