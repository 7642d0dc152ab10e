/* POST /tyk/explain: why is this token refused, or let pass? */
#include "admin/admin_internal.h"
#include "admin/explanation.h"

#define LINES_MAX (256 * 1024) /* bytes of an explanation for people */

static struct jg_str
member(const struct jg_json *body, const char *name)
{
    return jg_json_string(jg_json_get(body, jg_str(name)));
}

/* Every member is a text. Answers when one is not, and is false. */
static bool
read_question(struct jg_admin_call *call, struct jg_question *out)
{
    static const char *const names[] = {"api_id", "token", "method", "path"};
    const struct jg_json *body;

    if (!jg_admin_read_body(call, &body))
        return false;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const struct jg_json *value = jg_json_get(body, jg_str(names[i]));

        if (value != NULL && value->type != JG_JSON_STRING) {
            jg_answer_message(call, 400,
                              "api_id, token, method and path are strings");
            return false;
        }
    }
    *out = (struct jg_question){
        .api_id = member(body, "api_id"),
        .token = member(body, "token"),
        .method = member(body, "method"),
        .path = member(body, "path"),
    };
    if (out->api_id.len > 0)
        return true;
    jg_answer_message(call, 400,
                      "api_id is missing: which API is the token for?");
    return false;
}

/* The object, and with ?lines=true one member more: the same for people. */
static void
answer(struct jg_admin_call *call, const struct jg_explanation *e)
{
    bool lines =
        jg_str_eq(jg_admin_query(call, JG_STR("lines")), JG_STR("true"));
    struct jg_buf *b = jg_answer_json(call, 200), text;

    jg_explanation_json(b, e);
    if (lines && !b->failed && b->len > 0) {
        b->len--; /* its last brace */
        jg_buf_init(&text, LINES_MAX);
        jg_explanation_print(&text, e);
        jg_answer_text(b, "lines", jg_buf_str(&text));
        b->failed = b->failed || text.failed;
        jg_buf_free(&text);
        jg_buf_addc(b, '}');
    }
    jg_buf_addc(b, '\n');
}

void
jg_explain_post(struct jg_admin_call *call)
{
    struct jg_explanation *e =
        jg_arena_alloc(call->arena, sizeof(struct jg_explanation));
    struct jg_question question;
    enum jg_err err;

    if (!read_question(call, &question))
        return;
    if (e == NULL) {
        jg_answer_err(call, JG_E_NOMEM);
        return;
    }
    err = jg_explanation_make(&question, call->admin->store,
                              call->admin->now_s * 1000, call->arena, e);
    if (err == JG_OK)
        answer(call, e);
    else if (err == JG_E_NOT_FOUND)
        jg_answer_message(call, 404, "API not found");
    else
        jg_answer_err(call, err);
    jg_explanation_release(e);
}
