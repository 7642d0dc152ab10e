/* /tyk/apis: definitions, read from records and written to files. */
#include "admin/admin_internal.h"
#include "admin/api_rules.h"
#include "admin/text.h"
#include "base/hex.h"
#include "model/api.h"

#include <stdio.h>

#define GENERATED_ID_LEN 32

/* Tyk's words for a request at the other form's place. */
#define NOT_CLASSIC                                                 \
    "this API endpoint only supports Tyk Classic APIs; please use " \
    "the appropriate Tyk OAS API endpoint"

bool
jg_apis_is_oas(const struct jg_json *json)
{
    return jg_json_get(json, JG_STR("openapi")) != NULL;
}

bool
jg_apis_is_id(struct jg_str id)
{
    return jg_admin_is_safe_id(id) && !jg_str_ends(id, JG_STR("-oas"));
}

enum jg_err
jg_apis_new_id(struct jg_admin_call *call, struct jg_str *out)
{
    char hex[GENERATED_ID_LEN + 1];

    jg_hex_encode(call->admin->random, GENERATED_ID_LEN / 2, hex);
    *out = jg_arena_str(call->arena, jg_str(hex));
    return out->p != NULL ? JG_OK : JG_E_NOMEM;
}

/* The record <id>, copied. */
static enum jg_err
read_record(struct jg_admin_call *call, struct jg_str id,
            struct jg_apis_found *out)
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
        out->file = jg_arena_str(call->arena, document.file);
        out->text = jg_arena_str(call->arena, document.text);
        if (out->file.p == NULL || out->text.p == NULL)
            err = JG_E_NOMEM;
    }
    jg_txn_abort(txn);
    return err;
}

enum jg_err
jg_apis_look(struct jg_admin_call *call, struct jg_str id,
             struct jg_apis_found *out)
{
    struct jg_apis_found found = {.oas = false};
    enum jg_err err = read_record(call, id, &found);

    if (err == JG_OK)
        err = jg_json_parse(found.text, &jg_json_limits_conf, call->arena,
                            &found.json, NULL);
    found.oas = err == JG_OK && jg_apis_is_oas(found.json);
    if (err == JG_OK)
        *out = found;
    else if (err != JG_E_NOT_FOUND)
        jg_answer_err(call, err);
    return err;
}

bool
jg_apis_find(struct jg_admin_call *call, struct jg_str id,
             struct jg_apis_found *out)
{
    enum jg_err err = jg_apis_look(call, id, out);

    if (err == JG_E_NOT_FOUND)
        jg_answer_message(call, 404, "API not found");
    return err == JG_OK;
}

static void
add_bool(struct jg_buf *b, const char *name, bool value)
{
    jg_buf_addf(b, ",\"%s\":%s", name, value ? "true" : "false");
}

static void
add_text(struct jg_buf *b, const char *name, struct jg_str value)
{
    jg_buf_addf(b, "\"%s\":", name);
    jg_buf_add_quoted(b, value);
}

/* What an OAS definition is in the classic form: the members that say which
 * API it is, and where. */
static void
add_classic(struct jg_buf *b, const struct jg_api_def *def)
{
    jg_buf_addc(b, '{');
    add_text(b, "api_id", def->api_id);
    jg_buf_addc(b, ',');
    add_text(b, "org_id", def->org_id);
    jg_buf_addc(b, ',');
    add_text(b, "name", def->name);
    add_bool(b, "active", def->active);
    add_bool(b, "internal", def->internal);
    add_bool(b, "is_oas", true);
    add_bool(b, "use_keyless", def->use_keyless);
    add_bool(b, "enable_jwt", def->enable_jwt);
    jg_buf_add(b, JG_STR(",\"proxy\":{"));
    add_text(b, "listen_path", def->proxy.listen_path);
    jg_buf_addc(b, ',');
    add_text(b, "target_url", def->proxy.target_url);
    add_bool(b, "strip_listen_path", def->proxy.strip_listen_path);
    jg_buf_add(b, JG_STR("},\"version_data\":{\"not_versioned\":true}}"));
}

/* The definition in the classic form, whichever it is in. */
static enum jg_err
add_definition(struct jg_admin_call *call, struct jg_buf *b, struct jg_str text,
               bool oas)
{
    const struct jg_bind_source source = {.text = text};
    struct jg_api *api;
    enum jg_err err;

    if (!oas) {
        jg_buf_add(b, jg_str_trim(text));
        return JG_OK;
    }
    err = jg_api_read(&source, 0, call->admin->conf, &api);
    if (err != JG_OK)
        return err;
    add_classic(b, &api->def);
    jg_api_free(api);
    return JG_OK;
}

/* Is the text an OAS definition? Its tree is gone afterwards. JG_E_NOMEM */
static enum jg_err
look_at_form(struct jg_str text, bool *oas)
{
    const struct jg_json *json;
    struct jg_arena a;
    enum jg_err err;

    jg_arena_init(&a, 64 * 1024, 256 << 20);
    err = jg_json_parse(text, &jg_json_limits_conf, &a, &json, NULL);
    *oas = err == JG_OK && jg_apis_is_oas(json);
    jg_arena_free(&a);
    return err == JG_E_NOMEM ? err : JG_OK;
}

/* One whose configuration changed since it was good is left out. */
static enum jg_err
add_listed(struct jg_admin_call *call, struct jg_str text)
{
    bool oas;
    enum jg_err err = look_at_form(text, &oas);

    return err != JG_OK
               ? err
               : add_definition(call, &call->response->body, text, oas);
}

void
jg_apis_list(struct jg_admin_call *call)
{
    jg_admin_list(call, JG_KIND_API, add_listed);
}

void
jg_apis_get(struct jg_admin_call *call)
{
    struct jg_apis_found found;
    struct jg_buf *b;
    enum jg_err err;

    if (!jg_apis_find(call, call->id, &found) ||
        jg_answer_unchanged(call, found.text))
        return;
    b = jg_answer_json(call, 200);
    err = add_definition(call, b, found.text, found.oas);
    if (err == JG_OK) {
        jg_buf_addc(b, '\n');
        jg_answer_etag(call, found.text);
    } else
        jg_answer_err(call, err);
}

#define INVALID "Validation of API Definition failed. Reason: "

/* Would Tyk take the classic definition <text>? Answers when not. */
static bool
keeps_rules(struct jg_admin_call *call, struct jg_str text)
{
    const struct jg_json *json;
    struct jg_str broken = {NULL, 0};
    char message[1024];
    enum jg_err err =
        jg_json_parse(text, &jg_json_limits_conf, call->arena, &json, NULL);

    if (err == JG_OK)
        err = jg_api_rules_check(json, call->arena, &broken);
    if (err == JG_OK && broken.p == NULL)
        return true;
    snprintf(message, sizeof(message), INVALID "%.*s.", JG_STR_ARG(broken));
    if (err == JG_OK)
        jg_answer_message(call, 400, message);
    else
        jg_answer_err(call, err);
    return false;
}

/* Would it be loaded? What is wrong, or only odd, goes to <diags>. */
static bool
is_valid(struct jg_admin_call *call, struct jg_str text, struct jg_diags *diags)
{
    const struct jg_bind_source source = {
        .file = JG_STR("request"), .text = text, .diags = diags};
    struct jg_api *api;
    enum jg_err err = jg_api_read(&source, 0, call->admin->conf, &api);

    if (err == JG_OK) {
        if (call->admin->look != NULL)
            call->admin->look(call->admin->look_arg, &source, api);
        jg_api_free(api);
        return true;
    }
    if (err == JG_E_NOMEM)
        jg_answer_err(call, err);
    else
        jg_answer_findings(call, INVALID "{}.", diags);
    return false;
}

/* The file of the definition <id> that came from <path>, or a new one. */
static enum jg_err
file_of(struct jg_admin_call *call, struct jg_str id, bool oas,
        struct jg_str path, struct jg_admin_file *out)
{
    *out = (struct jg_admin_file){
        .folder = jg_arena_str(call->arena, call->admin->conf->app_path),
        .id = id,
        .id_name = oas ? JG_OAS_ID : "api_id",
        .alias_name = oas ? "api_id" : JG_OAS_ID,
        .write_failed = "file object creation failed, write error",
    };
    if (out->folder.p == NULL)
        return JG_E_NOMEM;
    return jg_admin_file_name(call, path, id, oas ? "-oas.json" : ".json",
                              &out->name);
}

void
jg_apis_save(struct jg_admin_call *call, struct jg_str id, bool oas,
             struct jg_str path, struct jg_str text, const char *action)
{
    struct jg_admin_file file;
    struct jg_diags diags;
    enum jg_err err = file_of(call, id, oas, path, &file);

    jg_diags_init(&diags, call->arena);
    if (err != JG_OK)
        jg_answer_err(call, err);
    else if ((oas || keeps_rules(call, text)) && is_valid(call, text, &diags) &&
             jg_admin_file_write(call, &file, text)) {
        jg_answer_changed(call, id, action, &diags);
        jg_answer_etag(call, text);
    }
}

/* The body, in this form; answers when it is not. */
static bool
read_classic(struct jg_admin_call *call, const struct jg_json **out)
{
    if (!jg_admin_read_body(call, out))
        return false;
    if (!jg_apis_is_oas(*out))
        return true;
    jg_answer_message(call, 400, NOT_CLASSIC);
    return false;
}

/* The member that files are known by, where the definition lacks it, or has it
 * in other letter case. False: no memory. */
static bool
name_it(struct jg_admin_call *call, const struct jg_json *json,
        struct jg_str id, struct jg_str *text)
{
    const struct jg_str name = JG_STR("api_id");

    return jg_json_string(jg_json_get(json, name)).len > 0 ||
           jg_text_set(*text, json, name, id, call->arena, text) == JG_OK;
}

/* Under <id>; empty: a new one is made. */
static void
add_under(struct jg_admin_call *call, const struct jg_json *json,
          struct jg_str id)
{
    struct jg_str text = call->request->body;
    struct jg_apis_found found = {.file = {NULL, 0}};
    enum jg_err err = JG_E_NOT_FOUND;

    if (id.len > 0)
        err = jg_apis_look(call, id, &found);
    else if (jg_apis_new_id(call, &id) != JG_OK)
        id.p = NULL;
    if (id.p == NULL || !name_it(call, json, id, &text)) {
        jg_answer_err(call, JG_E_NOMEM);
        return;
    }
    if (err == JG_OK && found.oas)
        jg_answer_message(call, 400, NOT_CLASSIC);
    else if (err == JG_OK || err == JG_E_NOT_FOUND)
        jg_apis_save(call, id, false, found.file, text, "added");
}

void
jg_apis_add(struct jg_admin_call *call)
{
    const struct jg_json *json, *member;
    struct jg_str id;

    if (!read_classic(call, &json))
        return;
    member = jg_admin_member(json, JG_STR("api_id"));
    id = jg_json_string(member);
    if (member != NULL && member->type != JG_JSON_STRING &&
        member->type != JG_JSON_NULL)
        jg_answer_message(call, 400, "Request malformed");
    else if (id.len > 0 && !jg_apis_is_id(id))
        jg_answer_message(call, 400, "Invalid API ID");
    else
        add_under(call, json, id);
}

void
jg_apis_update(struct jg_admin_call *call)
{
    const struct jg_json *json;
    struct jg_apis_found found;
    struct jg_str id, text = call->request->body;

    if (!jg_apis_is_id(call->id)) {
        jg_answer_message(call, 400, "Invalid API ID");
        return;
    }
    if (!jg_apis_find(call, call->id, &found))
        return;
    if (found.oas) {
        jg_answer_message(call, 400, NOT_CLASSIC);
        return;
    }
    if (!read_classic(call, &json))
        return;
    id = jg_json_string(jg_admin_member(json, JG_STR("api_id")));
    if (!jg_str_eq(id, call->id))
        jg_answer_message(call, 400,
                          "Request APIID does not match that in Definition! "
                          "For Update operations these must match.");
    else if (!name_it(call, json, id, &text))
        jg_answer_err(call, JG_E_NOMEM);
    else
        jg_apis_save(call, id, false, found.file, text, "modified");
}

/* The classic file beside an OAS document of its name, which Tyk writes: left
 * alone it would be a definition of its own. False: there cannot be one. */
static bool
twin_of(struct jg_admin_call *call, const struct jg_admin_file *oas,
        struct jg_admin_file *out)
{
    const struct jg_str ending = JG_STR("-oas.json");
    struct jg_str stem;

    *out = *oas;
    if (!jg_str_ends(oas->name, ending))
        return false;
    out->id_name = "api_id";
    stem = jg_str_head(oas->name, oas->name.len - ending.len);
    return jg_admin_file_name(call, (struct jg_str){NULL, 0}, stem, ".json",
                              &out->name) == JG_OK;
}

void
jg_apis_delete(struct jg_admin_call *call)
{
    struct jg_apis_found found;
    struct jg_admin_file file, twin;
    bool paired;

    if (!jg_apis_is_id(call->id)) {
        jg_answer_message(call, 400, "Invalid API ID");
        return;
    }
    if (!jg_apis_find(call, call->id, &found))
        return;
    if (file_of(call, call->id, found.oas, found.file, &file) != JG_OK) {
        jg_answer_err(call, JG_E_NOMEM);
        return;
    }
    paired = found.oas && twin_of(call, &file, &twin);
    if (jg_admin_file_remove(call, &file, paired ? &twin : NULL))
        jg_answer_changed(call, call->id, "deleted", NULL);
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
