/* Definitions and policies: lists of records, and the files behind them. */
#include <stdio.h>

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

static enum jg_err
add_to_list(void *arg, struct jg_str key, const struct jg_document *document)
{
    struct jg_buf *b = arg;

    (void)key;
    if (b->len > 1)
        jg_buf_addc(b, ',');
    jg_buf_add(b, jg_str_trim(document->text));
    return b->failed ? JG_E_NOMEM : JG_OK;
}

void
jg_admin_list(struct jg_admin_call *call, enum jg_kind kind)
{
    struct jg_buf *b = jg_answer_json(call, 200);
    enum jg_err err;

    jg_buf_addc(b, '[');
    err = jg_admin_each(call, kind, add_to_list, b);
    if (err != JG_OK) {
        jg_answer_err(call, err);
        return;
    }
    jg_buf_add(b, JG_STR("]\n"));
}

void
jg_answer_document(struct jg_admin_call *call, struct jg_str text)
{
    struct jg_buf *b = jg_answer_json(call, 200);

    jg_buf_add(b, jg_str_trim(text));
    jg_buf_addc(b, '\n');
}

bool
jg_admin_read_body(struct jg_admin_call *call, const struct jg_json **out)
{
    struct jg_str body = call->request->body;
    enum jg_err err = JG_E_JSON_LIMIT;

    if (body.len <= JG_ADMIN_BODY_MAX)
        err = jg_json_parse(body, &jg_json_limits_conf, call->arena, out, NULL);
    if (err == JG_E_NOMEM)
        jg_answer_err(call, err);
    else if (err != JG_OK || (*out)->type != JG_JSON_OBJECT)
        jg_answer_message(call, 400, "Request malformed");
    else
        return true;
    return false;
}

enum jg_err
jg_admin_file_name(struct jg_admin_call *call, struct jg_str path,
                   struct jg_str id, const char *ending, struct jg_str *out)
{
    char name[JG_ADMIN_ID_MAX + sizeof("-oas.json")];
    struct jg_str part;

    if (path.len > 0) {
        while (jg_str_next(&path, '/', &part))
            ;
    } else {
        if (id.len > JG_ADMIN_ID_MAX)
            return JG_E_CONF_RANGE;
        snprintf(name, sizeof(name), "%.*s%s", JG_STR_ARG(id), ending);
        part = jg_str(name);
    }
    *out = jg_arena_str(call->arena, part);
    return out->p != NULL ? JG_OK : JG_E_NOMEM;
}

/* folder/name in the arena; p == NULL without memory. */
static struct jg_str
path_of(struct jg_admin_call *call, const struct jg_admin_file *file)
{
    size_t len = file->folder.len + 1 + file->name.len;
    char *p = jg_arena_alloc(call->arena, len + 1);

    if (p == NULL)
        return (struct jg_str){NULL, 0};
    memcpy(p, file->folder.p, file->folder.len);
    p[file->folder.len] = '/';
    memcpy(p + file->folder.len + 1, file->name.p, file->name.len);
    return (struct jg_str){p, len};
}

/*
 * The id of the document that the file holds now: empty when there is no file,
 * or nothing that can be read as one. JG_E_NOMEM.
 */
static enum jg_err
id_in_file(struct jg_admin_call *call, const struct jg_admin_file *file,
           struct jg_str *out)
{
    struct jg_str path = path_of(call, file);
    const struct jg_json *json = NULL;
    struct jg_str text;
    enum jg_err err;

    *out = (struct jg_str){NULL, 0};
    if (path.p == NULL)
        return JG_E_NOMEM;
    err = jg_file_read(path.p, call->arena, &text);
    if (err == JG_OK)
        err =
            jg_json_parse(text, &jg_json_limits_conf, call->arena, &json, NULL);
    if (err == JG_E_NOMEM)
        return err;
    if (err != JG_OK)
        return JG_OK;
    *out = jg_json_string(jg_json_path(json, jg_str(file->id_name)));
    if (out->len == 0 && file->alias_name != NULL)
        *out = jg_json_string(jg_json_path(json, jg_str(file->alias_name)));
    return JG_OK;
}

/* Is the file this document's to change? Answers when it is not. */
static bool
is_ours(struct jg_admin_call *call, const struct jg_admin_file *file)
{
    struct jg_str id;
    enum jg_err err = id_in_file(call, file, &id);
    struct jg_buf text;

    if (err == JG_OK && (id.len == 0 || jg_str_eq(id, file->id)))
        return true;
    if (err != JG_OK) {
        jg_answer_err(call, err);
        return false;
    }
    jg_buf_init(&text, 4096);
    jg_buf_addf(&text, "The file %.*s holds \"%.*s\"; rename it first",
                JG_STR_ARG(file->name), JG_STR_ARG(id));
    jg_buf_addc(&text, '\0');
    jg_answer_message(call, 400,
                      text.failed ? "The file holds another id" : text.p);
    jg_buf_free(&text);
    return false;
}

bool
jg_admin_file_write(struct jg_admin_call *call,
                    const struct jg_admin_file *file, struct jg_str text)
{
    enum jg_err err;

    if (!is_ours(call, file))
        return false;
    err = JG_E_IO;
    if (file->folder.len > 0) /* never into the root folder */
        err = jg_file_replace(file->folder.p, file->name, text);
    if (err == JG_OK)
        return true;
    if (err == JG_E_CONF_VALUE)
        jg_answer_message(call, 400,
                          "Its file has a name that cannot be written here; "
                          "rename it, with [A-Za-z0-9._~-] only");
    else if (err == JG_E_STORE_FULL || err == JG_E_NOMEM)
        jg_answer_err(call, err);
    else
        jg_answer_message(call, 500, file->write_failed);
    return false;
}

bool
jg_admin_file_exists(struct jg_admin_call *call,
                     const struct jg_admin_file *file)
{
    struct jg_str path = path_of(call, file);
    struct jg_file_stamp stamp;

    return path.p == NULL || jg_file_stamp(path.p, 0, &stamp) == JG_OK;
}

bool
jg_admin_file_remove(struct jg_admin_call *call,
                     const struct jg_admin_file *file)
{
    enum jg_err err;

    if (!is_ours(call, file))
        return false;
    err = JG_E_IO;
    if (file->folder.len > 0)
        err = jg_file_remove(file->folder.p, file->name);
    if (err == JG_E_NOMEM)
        jg_answer_err(call, err);
    else if (err != JG_OK)
        jg_answer_message(call, 500, "Delete failed");
    return err == JG_OK;
}
