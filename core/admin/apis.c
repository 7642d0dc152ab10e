/* /tyk/apis: definitions, read from records and written to files. */
#include "admin/admin_internal.h"
#include "admin/text.h"
#include "model/api.h"

#define GENERATED_ID_LEN 32

void
jg_apis_list(struct jg_admin_call *call)
{
    jg_admin_list(call, JG_KIND_API);
}

/* The definition in force; JG_E_NOT_FOUND. Copied into the arena. */
static enum jg_err
in_force(struct jg_admin_call *call, struct jg_str id, struct jg_document *out)
{
    struct jg_document document;
    struct jg_txn *txn;
    enum jg_err err;

    if (id.len == 0 || id.len > JG_STORE_KEY_MAX)
        return JG_E_NOT_FOUND;
    err = jg_txn_read(call->admin->store, &txn);
    if (err != JG_OK)
        return err;
    err = jg_record_get_document(txn, JG_KIND_API, id, &document, NULL);
    if (err == JG_OK) {
        *out = (struct jg_document){
            .file = jg_arena_str(call->arena, document.file),
            .text = jg_arena_str(call->arena, document.text),
        };
        if (out->file.p == NULL || out->text.p == NULL)
            err = JG_E_NOMEM;
    }
    jg_txn_abort(txn);
    return err;
}

/* In force, or answered. */
static bool
find(struct jg_admin_call *call, struct jg_str id, struct jg_document *out)
{
    enum jg_err err = in_force(call, id, out);

    if (err == JG_E_NOT_FOUND)
        jg_answer_message(call, 404, "API not found");
    else if (err != JG_OK)
        jg_answer_err(call, err);
    return err == JG_OK;
}

void
jg_apis_get(struct jg_admin_call *call)
{
    struct jg_document document;

    if (find(call, call->id, &document))
        jg_answer_document(call, document.text);
}

/* An id that can be a file's name, and is not taken for a companion's. */
static bool
is_api_id(struct jg_str id)
{
    return jg_admin_is_safe_id(id) && !jg_str_ends(id, JG_STR("-oas"));
}

/* Give the definition in <text> a new id. */
static enum jg_err
generate_id(struct jg_admin_call *call, const struct jg_json *json,
            struct jg_str *id, struct jg_str *text)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *random = call->admin->random;
    char hex[GENERATED_ID_LEN];

    for (size_t i = 0; i < GENERATED_ID_LEN; i++)
        hex[i] = digits[i % 2 == 0 ? random[i / 2] >> 4 : random[i / 2] & 15];
    *id = jg_arena_str(call->arena, (struct jg_str){hex, sizeof(hex)});
    if (id->p == NULL)
        return JG_E_NOMEM;
    return jg_text_set(*text, json, JG_STR("api_id"), *id, call->arena, text);
}

/* Would it be loaded? What is wrong, or only odd, goes to <diags>. */
static bool
is_valid(struct jg_admin_call *call, struct jg_str text, struct jg_diags *diags)
{
    const struct jg_bind_source source = {JG_STR("request"), text, diags};
    struct jg_api *api;
    enum jg_err err = jg_api_read(&source, 0, call->admin->conf, &api);

    if (err == JG_OK) {
        jg_api_free(api);
        return true;
    }
    if (err == JG_E_NOMEM)
        jg_answer_err(call, err);
    else
        jg_answer_findings(
            call, "Validation of API Definition failed. Reason: {}", diags);
    return false;
}

/* Into the file that the API in force came from, or into a new one. */
static bool
write_file(struct jg_admin_call *call, struct jg_str id, struct jg_str text)
{
    struct jg_document document = {0};
    struct jg_admin_file file = {
        .folder = jg_arena_str(call->arena, call->admin->conf->app_path),
        .id = id,
        .id_name = "api_id",
        .write_failed = "file object creation failed, write error",
    };
    enum jg_err err = in_force(call, id, &document);

    if (file.folder.p == NULL)
        err = JG_E_NOMEM;
    if (err == JG_OK || err == JG_E_NOT_FOUND)
        err = jg_admin_file_name(call, document.file, id, &file.name);
    if (err == JG_OK)
        return jg_admin_file_write(call, &file, text);
    jg_answer_err(call, err);
    return false;
}

/* Check and write the body, whose form is <json>, under <id>; empty: a new
 * one is made. */
static void
save(struct jg_admin_call *call, const struct jg_json *json, struct jg_str id,
     const char *action)
{
    struct jg_str text = call->request->body;
    struct jg_diags diags;
    enum jg_err err = JG_OK;

    jg_diags_init(&diags, call->arena);
    if (id.len == 0)
        err = generate_id(call, json, &id, &text);
    if (err != JG_OK)
        jg_answer_err(call, err);
    else if (is_valid(call, text, &diags) && write_file(call, id, text))
        jg_answer_changed(call, id, action, &diags);
}

void
jg_apis_add(struct jg_admin_call *call)
{
    const struct jg_json *json, *member;
    struct jg_str id;

    if (!jg_admin_read_body(call, &json))
        return;
    member = jg_json_get(json, JG_STR("api_id"));
    id = jg_json_string(member);
    if (member != NULL && member->type != JG_JSON_STRING &&
        member->type != JG_JSON_NULL)
        jg_answer_message(call, 400, "Request malformed");
    else if (id.len > 0 && !is_api_id(id))
        jg_answer_message(call, 400, "Invalid API ID");
    else
        save(call, json, id, "added");
}

void
jg_apis_update(struct jg_admin_call *call)
{
    const struct jg_json *json;
    struct jg_document document;
    struct jg_str id;

    if (!is_api_id(call->id)) {
        jg_answer_message(call, 400, "Invalid API ID");
        return;
    }
    if (!find(call, call->id, &document) || !jg_admin_read_body(call, &json))
        return;
    id = jg_json_string(jg_json_get(json, JG_STR("api_id")));
    if (!jg_str_eq(id, call->id))
        jg_answer_message(call, 400,
                          "Request APIID does not match that in Definition! "
                          "For Update operations these must match.");
    else
        save(call, json, id, "modified");
}

void
jg_apis_delete(struct jg_admin_call *call)
{
    struct jg_admin_file file = {
        .folder = jg_arena_str(call->arena, call->admin->conf->app_path),
        .id = call->id,
        .id_name = "api_id",
    };
    struct jg_document document;
    enum jg_err err;

    if (!is_api_id(call->id)) {
        jg_answer_message(call, 400, "Invalid API ID");
        return;
    }
    if (!find(call, call->id, &document))
        return;
    err = jg_admin_file_name(call, document.file, call->id, &file.name);
    if (err != JG_OK || file.folder.p == NULL)
        jg_answer_err(call, JG_E_NOMEM);
    else
        jg_admin_file_remove(call, &file);
}

void
jg_apis_update_what(struct jg_admin_call *call)
{
    jg_answer_message(call, 400, "Must specify an apiID to update");
}

void
jg_apis_delete_what(struct jg_admin_call *call)
{
    jg_answer_message(call, 400, "Must specify an apiID to delete");
}

void
jg_apis_oas(struct jg_admin_call *call)
{
    jg_answer_message(call, 400,
                      "OAS API definitions are not offered by this version; "
                      "use /tyk/apis with a classic definition");
}
