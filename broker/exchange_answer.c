/* The token endpoint: the provider's answer on its way to the client. */
#include "exchange_internal.h"

#include <stdio.h>

#define CAUSE_MAX 96
#define TOKEN_TELLING 16 /* bytes that do not stand elsewhere by chance */

static const struct jg_json_limits answer_limits = {
    .max_bytes = JG_CALL_BODY_MAX,
    .max_depth = 16,
    .max_values = 1000,
    .max_string = JG_CALL_BODY_MAX,
};

/* What the client gets in the place of the provider's tokens. */
struct given {
    struct jg_str access, refresh;
};

static struct jg_str
text_of(const struct jg_json *object, const char *name)
{
    return jg_json_string(jg_json_get(object, jg_str(name)));
}

/* 0: none, or none that makes sense. */
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
    const struct jg_strs *strip = &jg_exchange_terms(x)->strip;

    for (size_t i = 0; i < strip->count; i++)
        if (jg_str_eq(strip->items[i], name))
            return true;
    return false;
}

/* Do clients get ours in the place of this member? */
static bool
is_replaced(struct jg_str name)
{
    return jg_str_eq(name, JG_STR("access_token")) ||
           jg_str_eq(name, JG_STR("refresh_token"));
}

static void
write_member(struct jg_buf *b, const struct jg_json_member *m,
             const struct given *given)
{
    if (b->len > 1)
        jg_buf_addc(b, ',');
    jg_buf_add_quoted(b, m->name);
    jg_buf_addc(b, ':');
    if (jg_str_eq(m->name, JG_STR("access_token")))
        jg_buf_add_quoted(b, given->access);
    else if (jg_str_eq(m->name, JG_STR("refresh_token")))
        jg_buf_add_quoted(b, given->refresh);
    else
        jg_json_write(b, &m->value, 0);
}

/* The provider's members, with ours in the places of the tokens. */
static enum jg_err
write_answer(struct jg_exchange *x, const struct jg_json *from,
             const struct given *given, struct jg_str *out)
{
    struct jg_buf b;

    jg_buf_init(&b, JG_EXCHANGE_ANSWER_MAX);
    jg_buf_addc(&b, '{');
    for (uint32_t i = 0; i < from->count; i++)
        if (!is_stripped(x, from->members[i].name))
            write_member(&b, &from->members[i], given);
    jg_buf_addc(&b, '}');
    return jg_form_take(&b, x->arena, out);
}

/* A token that is looked for where it must not be. Two letters stand in other
 * words by chance: so short a one is looked for as a whole value alone. */
static bool
holds(struct jg_str text, struct jg_str token)
{
    return token.len < TOKEN_TELLING ? jg_str_eq(text, token)
                                     : jg_str_contains(text, token);
}

static bool
is_named(struct jg_str name, struct jg_str token)
{
    return token.len >= TOKEN_TELLING && jg_str_contains(name, token);
}

static bool says(const struct jg_json *value, struct jg_str token);

/* In a name or a value, as they are when nothing of JSON's spelling is left. */
static bool
members_say(const struct jg_json *object, struct jg_str token)
{
    for (uint32_t i = 0; i < object->count; i++)
        if (is_named(object->members[i].name, token) ||
            says(&object->members[i].value, token))
            return true;
    return false;
}

static bool
says(const struct jg_json *value, struct jg_str token)
{
    if (value->type == JG_JSON_OBJECT)
        return members_say(value, token);
    if (value->type == JG_JSON_STRING)
        return holds(value->string, token);
    for (uint32_t i = 0; value->type == JG_JSON_ARRAY && i < value->count; i++)
        if (says(&value->items[i], token))
            return true;
    return false;
}

/* A provider may say the same once more under another name. <body>: what the
 * client would get, made of <from>. */
static bool
repeats(const struct jg_exchange *x, const struct jg_json *from,
        struct jg_str body, struct jg_str token)
{
    if (token.len == 0)
        return false;
    if (token.len >= TOKEN_TELLING && jg_str_contains(body, token))
        return true;
    for (uint32_t i = 0; i < from->count; i++) {
        const struct jg_json_member *m = &from->members[i];

        if (!is_stripped(x, m->name) && !is_replaced(m->name) &&
            (is_named(m->name, token) || says(&m->value, token)))
            return true;
    }
    return false;
}

/* Of an access token it is what is signed that nobody is to see. */
static struct jg_str
secret_of(struct jg_str access)
{
    struct jg_jws jws;

    return jg_jws_split(access, &jws) == JG_OK ? jws.signed_part
                                               : (struct jg_str){NULL, 0};
}

/* Will there be a refresh token for the client? */
static bool
is_renewable(const struct jg_exchange *x, const struct jg_json *from)
{
    return text_of(from, "refresh_token").len > 0 ||
           (x->handle.len > 0 && !jg_sealed_looks_so(x->handle));
}

/* A refresh that brings no new refresh token: ours goes on. */
static enum jg_err
give_refresh(struct jg_exchange *x, const struct jg_json *from,
             struct jg_str link, struct jg_str *out)
{
    struct jg_str token = text_of(from, "refresh_token");

    if (token.len > 0)
        return jg_exchange_give_refresh(
            x, token, seconds(from, "refresh_expires_in"), link, out);
    if (x->handle.len == 0 || jg_sealed_looks_so(x->handle))
        return JG_OK;
    return jg_exchange_give_refresh(
        x, x->refresh, x->handle_ends_s - x->world->now_s, link, out);
}

/* What is presented here is a Bearer token (RFC 6750); one that is bound to the
 * client's key (DPoP) could never be used. Keycloak writes "Bearer", others
 * "bearer", and some nothing. */
static bool
is_bearer(struct jg_exchange *x, const struct jg_json *from)
{
    const struct jg_json *type = jg_json_get(from, JG_STR("token_type"));
    struct jg_str name = jg_json_string(type);

    if (type == NULL || jg_str_eq_nocase(name, JG_STR("Bearer")))
        return true;
    jg_exchange_fail(x, JG_E_IDP_TOKEN_TYPE, NULL);
    return false;
}

static void
give(struct jg_exchange *x, const struct jg_json *from)
{
    struct given given = {JG_STR(""), JG_STR("")};
    struct jg_str access = text_of(from, "access_token"), link, body;
    const char *cause = "no access token, or not one as expected";
    enum jg_err err = JG_E_IDP_ANSWER;

    if (access.len > 0)
        err = jg_exchange_give_login(x, access, is_renewable(x, from));
    if (err == JG_OK)
        err = jg_exchange_give_access(x, access, seconds(from, "expires_in"),
                                      &given.access, &link);
    if (err == JG_OK)
        err = give_refresh(x, from, link, &given.refresh);
    if (err == JG_OK)
        err = write_answer(x, from, &given, &body);
    if (err == JG_OK &&
        (repeats(x, from, body, secret_of(access)) ||
         repeats(x, from, body, text_of(from, "refresh_token")) ||
         repeats(x, from, body, x->refresh))) {
        err = JG_E_IDP_ANSWER;
        cause = "a token stands in another member of the answer, too; "
                "split_token.strip can take it out";
    }
    if (err == JG_OK)
        jg_exchange_answer(x, 200, body);
    else if (err == JG_E_NOT_FOUND)
        jg_exchange_refuse(x, 400, "invalid_grant",
                           "The refresh token was revoked");
    else
        jg_exchange_fail(x, err, cause);
}

/* The provider's own refusal is the client's to read; but not the refresh
 * token that it does not know, where the provider cites it. */
static void
pass_on(struct jg_exchange *x, const struct jg_call_result *result,
        const struct jg_json *from)
{
    struct jg_str retry = jg_call_header(result, JG_STR("Retry-After"));
    uint64_t n;

    if (x->refresh.len > 0 && (members_say(from, x->refresh) ||
                               (x->refresh.len >= TOKEN_TELLING &&
                                jg_str_contains(result->body, x->refresh)))) {
        jg_exchange_refuse(x, result->status, "invalid_grant",
                           "The provider refused the refresh token");
        return;
    }
    x->authenticate = result->status == 401;
    if (jg_str_to_u64(retry, &n))
        x->retry_after = jg_arena_str(x->arena, retry);
    jg_exchange_answer(x, result->status, jg_arena_str(x->arena, result->body));
}

/* There is no answer to read. */
static void
fail_call(struct jg_exchange *x, const struct jg_call_result *result)
{
    enum jg_err err = JG_E_IDP_DOWN;

    if (result->timed_out)
        err = JG_E_IDP_SLOW;
    else if (result->status > 0)
        err = JG_E_IDP_ANSWER;
    jg_exchange_fail(x, err, jg_arena_str(x->arena, result->fault).p);
}

static void
fail_answer(struct jg_exchange *x, const struct jg_call_result *result,
            bool is_object)
{
    char cause[CAUSE_MAX];

    snprintf(cause, sizeof(cause), "status %d, %zu bytes%s", result->status,
             result->body.len, is_object ? "" : ", no JSON object");
    jg_exchange_fail(x, JG_E_IDP_ANSWER,
                     jg_arena_str(x->arena, jg_str(cause)).p);
}

void
jg_exchange_end_grant(struct jg_exchange *x,
                      const struct jg_call_result *result)
{
    const struct jg_json *from = NULL;
    bool is_object;

    if (result->failed) {
        fail_call(x, result);
        return;
    }
    jg_json_parse(result->body, &answer_limits, x->arena, &from, NULL);
    is_object = from != NULL && from->type == JG_JSON_OBJECT;
    if (is_object && result->status == 200) {
        if (is_bearer(x, from))
            give(x, from);
    } else if (is_object && result->status / 100 == 4 &&
               result->body.len <= JG_EXCHANGE_PASS_MAX) {
        pass_on(x, result, from);
    } else {
        fail_answer(x, result, is_object);
    }
}
