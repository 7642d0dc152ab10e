/* Definitions and policies as they are in force: records. */
#include "admin/admin_internal.h"
#include "admin/load_internal.h"

struct each {
    jg_admin_visit *visit;
    void *arg;
};

static enum jg_err
visit_record(void *arg, struct jg_str key, struct jg_str value)
{
    const struct each *each = arg;
    struct jg_document document;
    uint64_t version;

    if (jg_record_decode(value, &document, NULL) != JG_OK)
        return JG_OK;
    if (jg_load_version(document.text, &version) != JG_OK)
        return JG_E_NOMEM;
    if (version != document.version)
        return JG_OK;
    return each->visit(each->arg, key, &document);
}

enum jg_err
jg_admin_each(struct jg_admin_call *call, enum jg_kind kind,
              jg_admin_visit *visit, void *arg)
{
    struct each each = {visit, arg};
    struct jg_txn *txn;
    enum jg_err err = jg_txn_read(call->admin->store, &txn);

    if (err != JG_OK)
        return err;
    err = jg_store_each(txn, kind, visit_record, &each);
    jg_txn_abort(txn);
    return err;
}

struct listing {
    struct jg_admin_call *call;
    jg_admin_add *add;
};

static enum jg_err
add_to_list(void *arg, struct jg_str key, const struct jg_document *document)
{
    const struct listing *listing = arg;
    struct jg_buf *b = &listing->call->response->body;
    size_t before = b->len, begin;
    enum jg_err err;

    (void)key;
    if (before > 1)
        jg_buf_addc(b, ',');
    begin = b->len;
    err = listing->add(listing->call, document->text);
    if (err != JG_OK || b->len == begin)
        b->len = before;
    return err == JG_E_NOMEM || b->failed ? JG_E_NOMEM : JG_OK;
}

void
jg_admin_list(struct jg_admin_call *call, enum jg_kind kind, jg_admin_add *add)
{
    struct listing listing = {call, add};
    struct jg_buf *b = jg_answer_json(call, 200);
    enum jg_err err;

    jg_buf_addc(b, '[');
    err = jg_admin_each(call, kind, add_to_list, &listing);
    if (err != JG_OK)
        jg_answer_err(call, err);
    else
        jg_buf_add(b, JG_STR("]\n"));
}

enum jg_err
jg_admin_add_text(struct jg_admin_call *call, struct jg_str text)
{
    jg_buf_add(&call->response->body, jg_str_trim(text));
    return JG_OK;
}

void
jg_answer_document(struct jg_admin_call *call, struct jg_str text)
{
    struct jg_buf *b = jg_answer_json(call, 200);

    jg_buf_add(b, jg_str_trim(text));
    jg_buf_addc(b, '\n');
}

const struct jg_json *
jg_admin_member(const struct jg_json *object, struct jg_str name)
{
    const struct jg_json *exact = jg_json_get(object, name);

    if (exact != NULL || object == NULL || object->type != JG_JSON_OBJECT)
        return exact;
    for (uint32_t i = 0; i < object->count; i++)
        if (jg_str_eq_nocase(object->members[i].name, name))
            return &object->members[i].value;
    return NULL;
}

bool
jg_admin_read_body(struct jg_admin_call *call, const struct jg_json **out)
{
    return jg_admin_read_body_or(call, "Request malformed", out);
}

bool
jg_admin_read_body_or(struct jg_admin_call *call, const char *malformed,
                      const struct jg_json **out)
{
    struct jg_str body = call->request->body;
    enum jg_err err = JG_E_JSON_LIMIT;

    if (body.len <= JG_ADMIN_BODY_MAX)
        err = jg_json_parse(body, &jg_json_limits_conf, call->arena, out, NULL);
    if (err == JG_E_NOMEM)
        jg_answer_err(call, err);
    else if (err != JG_OK || (*out)->type != JG_JSON_OBJECT)
        jg_answer_message(call, 400, malformed);
    else
        return true;
    return false;
}
