/*
 * POST /tyk/identity/claims: what paths yield in the claims of a token, found
 * as a decision finds them. The token is read, not verified: this answers
 * "which claim is it?", and never "may it pass?".
 */
#include "access/scopes.h"
#include "admin/admin_internal.h"
#include "admin/explanation.h"
#include "jose/jws.h"

#define PATHS_MAX 64
#define PATH_MAX_BYTES 1024

struct question {
    struct jg_str token;
    const struct jg_json *paths;
};

static bool
are_paths(const struct jg_json *list)
{
    if (list == NULL || list->type != JG_JSON_ARRAY || list->count > PATHS_MAX)
        return false;
    for (uint32_t i = 0; i < list->count; i++)
        if (list->items[i].type != JG_JSON_STRING ||
            list->items[i].string.len > PATH_MAX_BYTES)
            return false;
    return true;
}

/* Answers when it is malformed, and is false. */
static bool
read_question(struct jg_admin_call *call, struct question *out)
{
    const struct jg_json *body;
    struct jg_str pasted;

    if (!jg_admin_read_body(call, &body))
        return false;
    out->paths = jg_json_get(body, JG_STR("paths"));
    pasted = jg_json_string(jg_json_get(body, JG_STR("token")));
    if (pasted.len == 0 || !are_paths(out->paths)) {
        jg_answer_message(call, 400,
                          pasted.len == 0
                              ? "token is missing: the text of one"
                              : "paths is a list of at most 64 texts");
        return false;
    }
    out->token = jg_question_token(pasted, call->arena);
    if (jg_str_starts_nocase(out->token, JG_STR("Bearer ")))
        out->token = jg_str_trim(jg_str_from(out->token, 7));
    if (out->token.p != NULL)
        return true;
    jg_answer_err(call, JG_E_NOMEM);
    return false;
}

static enum jg_err
add_scope(void *arg, struct jg_str scope)
{
    struct jg_buf *b = arg;

    if (b->p[b->len - 1] != '[')
        jg_buf_addc(b, ',');
    jg_buf_add_quoted(b, scope);
    return b->failed ? JG_E_NOMEM : JG_OK;
}

/* Of what type it is, and what each use of a claim makes of it. */
static void
add_found(struct jg_buf *b, struct jg_str path, const struct jg_json *value)
{
    bool identity = jg_json_string(value).len > 0;

    jg_buf_add(b, JG_STR("{\"path\":"));
    jg_buf_add_quoted(b, path);
    jg_buf_addf(b, ",\"kind\":\"%s\",\"value\":", jg_json_type_name(value));
    if (value != NULL)
        jg_json_write(b, value, 0);
    else
        jg_buf_add(b, JG_STR("null"));
    jg_buf_addf(b, ",\"identity\":%s,\"scopes\":[",
                identity ? "true" : "false");
    if (!b->failed)
        (void)jg_scopes_each(value, add_scope, b); /* b->failed says it */
    jg_buf_add(b, JG_STR("]}"));
}

static void
answer(struct jg_admin_call *call, const struct jg_json *header,
       const struct jg_json *claims, const struct jg_json *paths)
{
    struct jg_buf *b = jg_answer_json(call, 200);

    jg_buf_add(b, JG_STR("{\"header\":"));
    jg_json_write(b, header, 0);
    jg_buf_add(b, JG_STR(",\"claims\":"));
    jg_json_write(b, claims, 0);
    jg_buf_add(b, JG_STR(",\"found\":["));
    for (uint32_t i = 0; i < paths->count; i++) {
        struct jg_str path = paths->items[i].string;

        jg_buf_add(b, i > 0 ? JG_STR(",") : JG_STR(""));
        add_found(b, path, jg_json_path(claims, path));
    }
    jg_buf_add(b, JG_STR("]}\n"));
}

void
jg_claims_post(struct jg_admin_call *call)
{
    struct jg_jws_header header;
    const struct jg_json *claims;
    struct question question;
    struct jg_jws jws;
    enum jg_err err;

    if (!read_question(call, &question))
        return;
    err = jg_jws_split(question.token, &jws);
    if (err == JG_OK)
        err = jg_jws_header(&jws, call->arena, &header);
    if (err == JG_OK)
        err = jg_jws_claims(&jws, call->arena, &claims);
    if (err == JG_OK)
        answer(call, header.json, claims, question.paths);
    else if (err == JG_E_NOMEM)
        jg_answer_err(call, err);
    else
        jg_answer_message(call, 400, jg_err_info(err)->help);
}
