/* Requests to the token endpoints of an API: taken in, and answered. */
#include "exchange_internal.h"

const struct jg_split_token *
jg_exchange_terms(const struct jg_exchange *x)
{
    return x->api->def.split_token;
}

void
jg_exchange_answer(struct jg_exchange *x, int status, struct jg_str body)
{
    x->status = status;
    x->body = body;
    x->call.url = (struct jg_str){NULL, 0};
}

void
jg_exchange_refuse(struct jg_exchange *x, int status, const char *error,
                   const char *text)
{
    struct jg_buf b;
    struct jg_str body;

    jg_buf_init(&b, 1024);
    jg_buf_addf(&b, "{\"error\":\"%s\",\"error_description\":", error);
    jg_buf_add_quoted(&b, jg_str(text));
    jg_buf_addc(&b, '}');
    body = jg_arena_str(x->arena, jg_buf_str(&b));
    jg_buf_free(&b);
    x->change_count = 0;
    x->authenticate = status == 401;
    jg_exchange_answer(x, status, body);
}

void
jg_exchange_fail(struct jg_exchange *x, enum jg_err err, const char *cause)
{
    const struct jg_err_info *info = jg_err_info(err);

    x->reason = err;
    x->cause = cause;
    jg_exchange_refuse(x, info->status,
                       info->status == 503 ? "temporarily_unavailable"
                                           : "server_error",
                       info->text);
    if (info->status == 503)
        x->retry_after = JG_STR("1");
}

bool
jg_exchange_passes(struct jg_exchange *x, enum jg_err err)
{
    if (err != JG_OK)
        jg_exchange_fail(x, err, NULL);
    return err == JG_OK;
}

/* NULL: answered. */
static const struct jg_form *
read_form(struct jg_exchange *x, const struct jg_scgi *scgi)
{
    struct jg_form *form = jg_arena_alloc(x->arena, sizeof(*form));
    const char *why;

    if (form == NULL)
        jg_exchange_fail(x, JG_E_NOMEM, NULL);
    else if (!jg_str_eq(jg_scgi_get(scgi, JG_STR("REQUEST_METHOD")),
                        JG_STR("POST")))
        jg_exchange_refuse(x, 405, "invalid_request",
                           "POST is the method to use");
    else if (scgi->body.len > JG_EXCHANGE_BODY_MAX)
        jg_exchange_refuse(x, 413, "invalid_request",
                           "The form is over 64 KiB");
    else if (!jg_form_is_type(jg_scgi_get(scgi, JG_STR("CONTENT_TYPE"))))
        jg_exchange_refuse(
            x, 400, "invalid_request",
            "The Content-Type must be application/x-www-form-urlencoded");
    else if (!jg_form_read(scgi->body, x->arena, form, &why))
        jg_exchange_refuse(x, 400, "invalid_request", why);
    else
        return form;
    return NULL;
}

/* One row per endpoint; introspection asks nobody. */
static const struct {
    jg_exchange_beginning *begin;
    jg_exchange_ending *end;
} endpoints[JG_SPLIT_ENDPOINTS] = {
    [JG_SPLIT_TOKEN] = {jg_exchange_begin_grant, jg_exchange_end_grant},
    [JG_SPLIT_REVOKE] = {jg_exchange_begin_revoke, jg_exchange_end_revoke},
    [JG_SPLIT_INTROSPECT] = {jg_exchange_begin_introspect, NULL},
};

void
jg_exchange_begin(struct jg_exchange *x, const struct jg_scgi *scgi)
{
    const struct jg_form *form = read_form(x, scgi);

    if (form != NULL)
        endpoints[x->endpoint].begin(x, scgi, form);
}

void
jg_exchange_end(struct jg_exchange *x, const struct jg_call_result *result)
{
    if (x->reused)
        jg_exchange_end_revoke(x, result);
    else
        endpoints[x->endpoint].end(x, result);
}
