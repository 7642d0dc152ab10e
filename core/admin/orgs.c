/*
 * /tyk/org/keys: what holds for an organisation as a whole (reference 9.2).
 * The session is kept byte for byte, so that unknown members survive.
 */
#include "admin/admin_internal.h"
#include "model/session_json.h"
#include "model/stored_session.h"

#define ORGS_MAX 10000

/* A name that can be a key of the store, and stand in messages. */
static bool
is_org(struct jg_str id)
{
    for (size_t i = 0; i < id.len; i++)
        if ((unsigned char)id.p[i] <= ' ' || id.p[i] == 0x7f)
            return false;
    return id.len <= JG_ID_MAX;
}

/* Would the gateway understand it? Answers when not. */
static bool
check_session(struct jg_admin_call *call, struct jg_diags *diags)
{
    const struct jg_bind_source source = {
        .file = JG_STR("request"), .text = call->request->body, .diags = diags};
    struct jg_stored_session session;
    const struct jg_json *json;
    enum jg_err err =
        jg_json_parse(call->request->body, &jg_stored_session_limits,
                      call->arena, &json, NULL);

    if (err == JG_OK && json->type != JG_JSON_OBJECT)
        err = JG_E_JSON;
    if (err == JG_OK)
        err = jg_stored_session_read(&source, json, call->arena, &session);
    if (err == JG_OK)
        return true;
    if (err == JG_E_NOMEM)
        jg_answer_err(call, err);
    else
        jg_answer_findings(call, "Request malformed", diags);
    return false;
}

static enum jg_err
put(struct jg_admin_call *call)
{
    struct jg_str before;
    struct jg_txn *txn;
    enum jg_err err = jg_txn_write(call->admin->store, &txn);

    if (err != JG_OK)
        return err;
    if (jg_store_get(txn, JG_KIND_ORG, call->id, &before) != JG_OK &&
        jg_store_count(txn, JG_KIND_ORG) >= ORGS_MAX)
        err = JG_E_STORE_FULL;
    if (err == JG_OK)
        err = jg_store_put(txn, JG_KIND_ORG, call->id, call->request->body);
    if (err == JG_OK)
        return jg_txn_commit(txn);
    jg_txn_abort(txn);
    return err;
}

void
jg_orgs_put(struct jg_admin_call *call)
{
    struct jg_diags diags;
    enum jg_err err;

    jg_diags_init(&diags, call->arena);
    if (!is_org(call->id)) {
        jg_answer_message(call, 400, "Invalid organisation ID");
        return;
    }
    if (!check_session(call, &diags))
        return;
    err = put(call);
    if (err == JG_OK)
        jg_answer_changed(call, call->id,
                          jg_str_eq(call->request->method, JG_STR("POST"))
                              ? "added"
                              : "modified",
                          &diags);
    else
        jg_answer_err(call, err);
}

/* With what every session has, as Tyk shows it. */
static enum jg_err
show(struct jg_admin_call *call, struct jg_str text)
{
    const struct jg_json *stored;
    struct jg_json whole;
    struct jg_buf *b;
    enum jg_err err = jg_json_parse(text, &jg_stored_session_limits,
                                    call->arena, &stored, NULL);

    if (err == JG_OK)
        stored = jg_session_without_password(stored, call->arena);
    if (err == JG_OK)
        err = stored != NULL ? jg_session_whole(stored, call->arena, &whole)
                             : JG_E_NOMEM;
    if (err != JG_OK)
        return err;
    b = jg_answer_json(call, 200);
    jg_json_write(b, &whole, 0);
    jg_buf_addc(b, '\n');
    return JG_OK;
}

void
jg_orgs_get(struct jg_admin_call *call)
{
    struct jg_txn *txn;
    struct jg_str text;
    enum jg_err err = jg_txn_read(call->admin->store, &txn);

    if (err == JG_OK) {
        err = jg_store_get(txn, JG_KIND_ORG, call->id, &text);
        if (err == JG_OK)
            err = show(call, text);
        jg_txn_abort(txn);
    }
    if (err == JG_E_NOT_FOUND || err == JG_E_CONF_RANGE)
        jg_answer_message(call, 404, "Org not found");
    else if (err != JG_OK)
        jg_answer_err(call, err);
}

static enum jg_err
add_name(void *arg, struct jg_str key, struct jg_str value)
{
    struct jg_buf *b = arg;

    (void)value;
    if (b->p[b->len - 1] != '[')
        jg_buf_addc(b, ',');
    jg_buf_add_quoted(b, key);
    return b->failed ? JG_E_NOMEM : JG_OK;
}

void
jg_orgs_list(struct jg_admin_call *call)
{
    struct jg_buf *b = jg_answer_json(call, 200);
    struct jg_txn *txn;
    enum jg_err err = jg_txn_read(call->admin->store, &txn);

    if (err == JG_OK) {
        jg_buf_add(b, JG_STR("{\"keys\":["));
        err = b->failed ? JG_E_NOMEM
                        : jg_store_each(txn, JG_KIND_ORG, add_name, b);
        jg_txn_abort(txn);
    }
    if (err != JG_OK)
        jg_answer_err(call, err);
    else
        jg_buf_add(b, JG_STR("]}\n"));
}

static enum jg_err
remove_session(struct jg_admin_call *call)
{
    struct jg_str before;
    struct jg_txn *txn;
    enum jg_err err = jg_txn_write(call->admin->store, &txn);

    if (err != JG_OK)
        return err;
    err = jg_store_get(txn, JG_KIND_ORG, call->id, &before);
    if (err == JG_OK)
        err = jg_store_delete(txn, JG_KIND_ORG, call->id);
    if (err == JG_OK)
        return jg_txn_commit(txn);
    jg_txn_abort(txn);
    return err;
}

void
jg_orgs_delete(struct jg_admin_call *call)
{
    enum jg_err err = remove_session(call);

    if (err == JG_OK)
        jg_answer_changed(call, call->id, "deleted", NULL);
    else if (err == JG_E_NOT_FOUND || err == JG_E_CONF_RANGE)
        jg_answer_message(call, 404, "Org not found");
    else
        jg_answer_err(call, err);
}
