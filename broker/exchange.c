/* Requests to the token endpoints of an API, and their answers. */
#include "exchange.h"

#include "clock.h"
#include "form.h"

#include "access/decide.h"
#include "access/fields.h"
#include "base/b64.h"

#include <stdio.h>

#define FORM JG_STR("application/x-www-form-urlencoded")
#define CREDENTIAL_MAX 4096

static const struct jg_json_limits answer_limits = {
    .max_bytes = JG_CALL_BODY_MAX,
    .max_depth = 16,
    .max_values = 1000,
    .max_string = JG_CALL_BODY_MAX,
};

static const struct jg_split_token *
terms(const struct jg_exchange *x)
{
    return x->api->def.split_token;
}

static void
answer(struct jg_exchange *x, int status, struct jg_str body)
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
    answer(x, status, body);
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
}

/* False: answered. */
static bool
passes(struct jg_exchange *x, enum jg_err err)
{
    if (err != JG_OK)
        jg_exchange_fail(x, err, NULL);
    return err == JG_OK;
}

static bool
is_basic(struct jg_str authorization)
{
    return jg_str_starts_nocase(authorization, JG_STR("Basic "));
}

/* "Basic ..." of the gateway's own credentials (RFC 6749 2.3.1). */
static enum jg_err
own_basic(struct jg_exchange *x, struct jg_str *out)
{
    struct jg_buf plain, b;
    char *text;

    jg_buf_init(&plain, CREDENTIAL_MAX * 3);
    jg_form_encode(&plain, terms(x)->client_id);
    jg_buf_addc(&plain, ':');
    jg_form_encode(&plain, terms(x)->client_secret);
    text = jg_arena_alloc(x->arena, JG_B64_ENCODED(plain.len) + 1);
    jg_buf_init(&b, CREDENTIAL_MAX * 6);
    jg_buf_add(&b, JG_STR("Basic "));
    if (text != NULL)
        jg_buf_add(
            &b, (struct jg_str){text, jg_b64_encode(jg_buf_str(&plain), text)});
    b.failed = b.failed || plain.failed || text == NULL;
    if (plain.p != NULL)
        jg_mem_wipe(plain.p, plain.len);
    jg_buf_free(&plain);
    return jg_form_take(&b, x->arena, out);
}

/* Does the client show who it is? */
static bool
shows_itself(const struct jg_form *form, struct jg_str authorization)
{
    return is_basic(authorization) ||
           jg_form_get(form, "client_secret") != NULL ||
           jg_form_get(form, "client_assertion") != NULL;
}

/* A form for the provider, with the credentials <authorization> or our own. */
static enum jg_err
call(struct jg_exchange *x, struct jg_str url, struct jg_str body,
     struct jg_str authorization)
{
    size_t n = 0;

    x->headers[n++] = (struct jg_call_header){JG_STR("Content-Type"), FORM};
    x->headers[n++] =
        (struct jg_call_header){JG_STR("Accept"), JG_STR("application/json")};
    if (authorization.len > 0)
        x->headers[n++] =
            (struct jg_call_header){JG_STR("Authorization"), authorization};
    x->call =
        (struct jg_call_request){.method = JG_STR("POST"),
                                 .url = url,
                                 .body = body,
                                 .headers = x->headers,
                                 .header_count = n,
                                 .timeout_ms = terms(x)->timeout_s * 1000};
    return JG_OK;
}

/* Whose credentials go with a call: the client's, or ours where it has none. */
static enum jg_err
credentials(struct jg_exchange *x, const struct jg_form *form,
            struct jg_str authorization, bool *own, struct jg_str *out)
{
    *own = terms(x)->client_id.len > 0 && !shows_itself(form, authorization);
    *out = (struct jg_str){NULL, 0};
    if (*own)
        return own_basic(x, out);
    if (is_basic(authorization))
        *out = authorization;
    return JG_OK;
}

static bool
is_offered(struct jg_str grant)
{
    static const char *const grants[] = {"client_credentials", "password",
                                         "refresh_token", "authorization_code"};

    for (size_t i = 0; i < sizeof(grants) / sizeof(grants[0]); i++)
        if (jg_str_eq(grant, jg_str(grants[i])))
            return true;
    return false;
}

/* What the client calls its refresh token, as the provider calls it. */
static bool
open_handle(struct jg_exchange *x, const struct jg_form *form)
{
    struct jg_str given = jg_form_value(form, "refresh_token");
    struct jg_exchange_refresh found;
    enum jg_err err = jg_exchange_open_refresh(x, given, &found);

    if (err == JG_E_NOT_FOUND) {
        jg_exchange_refuse(
            x, 400, "invalid_grant",
            "The refresh token is not known here, has ended, or was "
            "revoked");
        return false;
    }
    if (!passes(x, err))
        return false;
    x->handle = given;
    x->handle_ends_s = found.ends_s;
    x->refresh = found.token;
    return true;
}

static enum jg_err
token_body(struct jg_exchange *x, const struct jg_form *form, bool own,
           struct jg_str *out)
{
    struct jg_buf b;

    jg_buf_init(&b, 3 * JG_EXCHANGE_BODY_MAX);
    for (size_t i = 0; i < form->count; i++) {
        const struct jg_form_param *p = &form->items[i];

        if (own && jg_str_eq(p->name, JG_STR("client_id")))
            continue; /* it is ours now */
        if (x->handle.len > 0 && jg_str_eq(p->name, JG_STR("refresh_token"))) {
            jg_form_add(&b, "refresh_token", x->refresh);
            continue;
        }
        if (b.len > 0)
            jg_buf_addc(&b, '&');
        jg_buf_add(&b, p->all);
    }
    return jg_form_take(&b, x->arena, out);
}

static void
begin_token(struct jg_exchange *x, const struct jg_form *form,
            struct jg_str authorization)
{
    struct jg_str grant = jg_form_value(form, "grant_type");
    struct jg_str body, basic;
    bool own;
    enum jg_err err;

    if (grant.len == 0) {
        jg_exchange_refuse(x, 400, "invalid_request", "grant_type is missing");
        return;
    }
    if (!is_offered(grant)) {
        jg_exchange_refuse(
            x, 400, "unsupported_grant_type",
            "Offered are client_credentials, password, refresh_token and "
            "authorization_code");
        return;
    }
    if (jg_str_eq(grant, JG_STR("refresh_token")) && !open_handle(x, form))
        return;
    err = credentials(x, form, authorization, &own, &basic);
    /* Ours are for those who have something else to show. */
    if (err == JG_OK && own && jg_str_eq(grant, JG_STR("client_credentials"))) {
        jg_exchange_refuse(x, 401, "invalid_client",
                           "The client shows no credentials");
        return;
    }
    if (err == JG_OK)
        err = token_body(x, form, own, &body);
    if (err == JG_OK)
        err = call(x, terms(x)->token_url, body, basic);
    passes(x, err);
}

/* RFC 7009 2.2: also a token that nobody knows is revoked now. */
static void
begin_revoke(struct jg_exchange *x, const struct jg_form *form,
             struct jg_str authorization)
{
    struct jg_str given = jg_form_value(form, "token");
    struct jg_str real, body, basic;
    struct jg_buf b;
    bool own;
    enum jg_err err;

    if (given.len == 0) {
        jg_exchange_refuse(x, 400, "invalid_request", "token is missing");
        return;
    }
    if (!passes(x, jg_exchange_forget(x, given, &real)))
        return;
    answer(x, 200, (struct jg_str){NULL, 0});
    if (real.len == 0 || terms(x)->revocation_url.len == 0)
        return;
    err = credentials(x, form, authorization, &own, &basic);
    jg_buf_init(&b, 4 * JG_EXCHANGE_BODY_MAX);
    jg_form_add(&b, "token", real);
    if (!own && jg_form_get(form, "client_id") != NULL)
        jg_form_add(&b, "client_id", jg_form_value(form, "client_id"));
    if (!own && jg_form_get(form, "client_secret") != NULL)
        jg_form_add(&b, "client_secret", jg_form_value(form, "client_secret"));
    if (err == JG_OK)
        err = jg_form_take(&b, x->arena, &body);
    else
        jg_buf_free(&b);
    if (err == JG_OK)
        err = call(x, terms(x)->revocation_url, body, basic);
    if (err == JG_OK)
        x->status = 0; /* after that */
}

/* Decode "id:secret" of a Basic header; both are form-encoded inside. */
static bool
read_basic(struct jg_exchange *x, struct jg_str authorization,
           struct jg_str *id, struct jg_str *secret)
{
    struct jg_str text = jg_str_trim(jg_str_from(authorization, 6)), plain;
    size_t colon;

    if (!is_basic(authorization) || text.len > CREDENTIAL_MAX * 6 ||
        jg_b64_decode_arena(text, x->arena, &plain) != JG_OK)
        return false;
    colon = jg_str_find(plain, ':');
    return jg_query_decode(jg_str_head(plain, colon), x->arena, id) == JG_OK &&
           jg_query_decode(jg_str_from(plain, colon + 1), x->arena, secret) ==
               JG_OK;
}

/* Services that may ask: who knows the control API's secret, or the API's own
 * client credentials. */
static bool
may_introspect(struct jg_exchange *x, const struct jg_scgi *scgi)
{
    struct jg_str secret = x->world->broker->conf->secret, id;
    struct jg_str shown = jg_scgi_get(scgi, JG_STR("HTTP_X_TYK_AUTHORIZATION"));

    if (secret.len > 0 && jg_str_eq_secret(shown, secret))
        return true;
    return terms(x)->client_id.len > 0 &&
           read_basic(x, jg_scgi_get(scgi, JG_STR("HTTP_AUTHORIZATION")), &id,
                      &shown) &&
           jg_str_eq(id, terms(x)->client_id) &&
           jg_str_eq_secret(shown, terms(x)->client_secret);
}

/* Would the API take <whole>? Its signature is the provider's own business:
 * it came from there. JG_OK: yes. */
static enum jg_err
look_at(struct jg_exchange *x, struct jg_str whole,
        const struct jg_json **claims)
{
    const struct jg_broker *broker = x->world->broker;
    struct jg_decision d = {.with = {.store = broker->store,
                                     .counters = broker->counters,
                                     .revoked = x->world->revoked,
                                     .now_s = x->world->now_s},
                            .arena = x->arena,
                            .api = x->api,
                            .token = whole};
    struct jg_jws jws;
    enum jg_err err = jg_jws_split(whole, &jws);

    if (err == JG_OK)
        err = jg_jws_header(&jws, x->arena, &d.header);
    if (err == JG_OK)
        err = jg_jws_claims(&jws, x->arena, claims);
    if (err == JG_OK)
        err = jg_claims_check_time(*claims, d.with.now_s, &x->api->def.skew);
    d.claims = err == JG_OK ? *claims : NULL;
    return err == JG_OK ? jg_decide_revocation(&d) : err;
}

static void
begin_introspect(struct jg_exchange *x, const struct jg_scgi *scgi,
                 const struct jg_form *form)
{
    struct jg_str given = jg_form_value(form, "token"), whole, body;
    const struct jg_json *claims;
    struct jg_buf b;
    enum jg_err err;

    if (!may_introspect(x, scgi)) {
        jg_exchange_refuse(
            x, 401, "invalid_client",
            "Introspection is for services that the gateway knows");
        x->pause_ms =
            jg_throttle_failed(&x->world->broker->pool->throttle,
                               jg_scgi_get(scgi, JG_STR("REMOTE_ADDR")),
                               jg_clock_ms())
                .pause_ms;
        return;
    }
    err = jg_exchange_open_access(x, given, &whole);
    if (err == JG_OK)
        err = look_at(x, whole, &claims);
    if (err == JG_E_STORE || err == JG_E_NOMEM || err == JG_E_REVOCATIONS) {
        jg_exchange_fail(x, err, NULL);
        return;
    }
    jg_buf_init(&b, JG_EXCHANGE_ANSWER_MAX);
    jg_buf_addf(&b, "{\"active\":%s", err == JG_OK ? "true" : "false");
    for (uint32_t i = 0; err == JG_OK && i < claims->count; i++) {
        if (jg_str_eq(claims->members[i].name, JG_STR("active")))
            continue;
        jg_buf_addc(&b, ',');
        jg_buf_add_quoted(&b, claims->members[i].name);
        jg_buf_addc(&b, ':');
        jg_json_write(&b, &claims->members[i].value, 0);
    }
    jg_buf_addc(&b, '}');
    if (passes(x, jg_form_take(&b, x->arena, &body)))
        answer(x, 200, body);
}

void
jg_exchange_begin(struct jg_exchange *x, const struct jg_scgi *scgi)
{
    struct jg_str type = jg_scgi_get(scgi, JG_STR("CONTENT_TYPE"));
    struct jg_str authorization =
        jg_scgi_get(scgi, JG_STR("HTTP_AUTHORIZATION"));
    struct jg_form *form = jg_arena_alloc(x->arena, sizeof(*form));

    if (form == NULL)
        jg_exchange_fail(x, JG_E_NOMEM, NULL);
    else if (!jg_str_eq(jg_scgi_get(scgi, JG_STR("REQUEST_METHOD")),
                        JG_STR("POST")))
        jg_exchange_refuse(x, 405, "invalid_request",
                           "POST is the method to use");
    else if (scgi->body.len > JG_EXCHANGE_BODY_MAX)
        jg_exchange_refuse(x, 413, "invalid_request",
                           "The form is over 64 KiB");
    else if (!jg_str_starts_nocase(type, FORM))
        jg_exchange_refuse(
            x, 400, "invalid_request",
            "The Content-Type must be application/x-www-form-urlencoded");
    else if (!jg_form_read(scgi->body, x->arena, form))
        jg_exchange_refuse(x, 400, "invalid_request",
                           "The form is broken, or a parameter is there twice");
    else if (x->endpoint == JG_SPLIT_TOKEN)
        begin_token(x, form, authorization);
    else if (x->endpoint == JG_SPLIT_REVOKE)
        begin_revoke(x, form, authorization);
    else
        begin_introspect(x, scgi, form);
}

static int64_t
seconds(const struct jg_json *object, const char *name)
{
    int64_t n = 0;

    jg_json_to_int(jg_json_get(object, jg_str(name)), &n);
    return n;
}

static bool
is_stripped(const struct jg_exchange *x, struct jg_str name)
{
    for (size_t i = 0; i < terms(x)->strip.count; i++)
        if (jg_str_eq(terms(x)->strip.items[i], name))
            return true;
    return false;
}

/* The provider's members, with <access> and <refresh> in their places. */
static enum jg_err
write_answer(struct jg_exchange *x, const struct jg_json *from,
             struct jg_str access, struct jg_str refresh, struct jg_str *out)
{
    struct jg_buf b;

    jg_buf_init(&b, JG_EXCHANGE_ANSWER_MAX);
    jg_buf_addc(&b, '{');
    for (uint32_t i = 0; i < from->count; i++) {
        const struct jg_json_member *m = &from->members[i];

        if (is_stripped(x, m->name))
            continue;
        if (b.len > 1)
            jg_buf_addc(&b, ',');
        jg_buf_add_quoted(&b, m->name);
        jg_buf_addc(&b, ':');
        if (jg_str_eq(m->name, JG_STR("access_token")))
            jg_buf_add_quoted(&b, access);
        else if (jg_str_eq(m->name, JG_STR("refresh_token")))
            jg_buf_add_quoted(&b, refresh);
        else
            jg_json_write(&b, &m->value, 0);
    }
    jg_buf_addc(&b, '}');
    return jg_form_take(&b, x->arena, out);
}

/* A refresh that brings no new refresh token: ours goes on, and leads to the
 * new access token. */
static enum jg_err
give_refresh(struct jg_exchange *x, const struct jg_json *from,
             struct jg_str link, struct jg_str *out)
{
    struct jg_str token =
        jg_json_string(jg_json_get(from, JG_STR("refresh_token")));

    if (token.len > 0)
        return jg_exchange_give_refresh(
            x, token, seconds(from, "refresh_expires_in"), link, out);
    if (x->handle.len == 0 || jg_sealed_looks_so(x->handle))
        return JG_OK;
    return jg_exchange_give_refresh(
        x, x->refresh, x->handle_ends_s - x->world->now_s, link, out);
}

static void
end_token(struct jg_exchange *x, const struct jg_json *from)
{
    struct jg_str token =
        jg_json_string(jg_json_get(from, JG_STR("access_token")));
    struct jg_str access = JG_STR(""), refresh = JG_STR(""), link, body;
    enum jg_err err = JG_E_IDP_ANSWER;

    if (token.len > 0)
        err = jg_exchange_give_access(x, token, seconds(from, "expires_in"),
                                      &access, &link);
    if (err == JG_OK)
        err = give_refresh(x, from, link, &refresh);
    if (err == JG_OK)
        err = write_answer(x, from, access, refresh, &body);
    if (err == JG_OK)
        answer(x, 200, body);
    else
        jg_exchange_fail(x, err, "no access token, or not one as expected");
}

/* The value of a header line of <head>. */
static struct jg_str
header_of(struct jg_str head, struct jg_str name)
{
    struct jg_str line;

    while (jg_str_next(&head, '\n', &line)) {
        size_t colon = jg_str_find(line, ':');

        if (jg_str_eq_nocase(jg_str_head(line, colon), name))
            return jg_str_trim(jg_str_from(line, colon + 1));
    }
    return (struct jg_str){NULL, 0};
}

/* The provider's own refusal is the client's to read. */
static void
pass_on(struct jg_exchange *x, const struct jg_call_result *result)
{
    struct jg_str retry = header_of(result->head, JG_STR("Retry-After"));
    uint64_t n;

    x->authenticate = result->status == 401;
    if (jg_str_to_u64(retry, &n))
        x->retry_after = jg_arena_str(x->arena, retry);
    answer(x, result->status, jg_arena_str(x->arena, result->body));
}

static void
end_call(struct jg_exchange *x, const struct jg_call_result *result)
{
    const struct jg_json *from = NULL;
    char cause[64];

    if (result->failed && result->timed_out) {
        jg_exchange_fail(x, JG_E_IDP_SLOW, NULL);
        return;
    }
    if (result->failed) {
        jg_exchange_fail(x,
                         result->status > 0 ? JG_E_IDP_ANSWER : JG_E_IDP_DOWN,
                         jg_arena_str(x->arena, result->fault).p);
        return;
    }
    jg_json_parse(result->body, &answer_limits, x->arena, &from, NULL);
    if (from != NULL && from->type == JG_JSON_OBJECT && result->status == 200)
        end_token(x, from);
    else if (from != NULL && from->type == JG_JSON_OBJECT &&
             result->status / 100 == 4 &&
             result->body.len <= JG_EXCHANGE_PASS_MAX)
        pass_on(x, result);
    else {
        snprintf(cause, sizeof(cause), "status %d, %zu bytes%s", result->status,
                 result->body.len, from == NULL ? ", no JSON" : "");
        jg_exchange_fail(x, JG_E_IDP_ANSWER,
                         jg_arena_str(x->arena, jg_str(cause)).p);
    }
}

void
jg_exchange_end(struct jg_exchange *x, const struct jg_call_result *result)
{
    if (x->endpoint == JG_SPLIT_TOKEN) {
        end_call(x, result);
        return;
    }
    /* Revoked here in any case; the client could do nothing about it. */
    if (result->failed || result->status / 100 != 2) {
        x->reason = JG_E_IDP_ANSWER;
        x->cause = "the revocation was not taken by the provider";
    }
    answer(x, 200, (struct jg_str){NULL, 0});
}
