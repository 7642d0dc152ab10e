/* /tyk/policies: policies, read from records and written to files. */
#include "admin/admin_internal.h"
#include "admin/text.h"
#include "jose/sign.h"
#include "model/policy.h"

#define OBJECT_ID_LEN 24 /* hex digits of an "_id" */
#define HASH_SHOWN 32    /* hex digits in the file name of an odd id */

void
jg_policies_list(struct jg_admin_call *call)
{
    jg_admin_list(call, JG_KIND_POLICY, jg_admin_add_text);
}

/* Looks for a policy by its id, in any organisation or in one. */
struct search {
    struct jg_arena *arena;
    struct jg_str id, org;
    bool found, of_org;
    struct jg_document document; /* in the arena */
};

static enum jg_err
compare(void *arg, struct jg_str key, const struct jg_document *document)
{
    struct search *s = arg;
    size_t end = jg_str_find(key, '\n');
    bool of_org = jg_str_eq(jg_str_head(key, end), s->org);

    if (!jg_str_eq(jg_str_from(key, end + 1), s->id))
        return JG_OK;
    if (s->found && !(of_org && !s->of_org))
        return JG_OK;
    s->document = (struct jg_document){
        .file = jg_arena_str(s->arena, document->file),
        .text = jg_arena_str(s->arena, document->text),
    };
    s->found = true;
    s->of_org = of_org;
    return s->document.file.p != NULL && s->document.text.p != NULL
               ? JG_OK
               : JG_E_NOMEM;
}

/* The policy <id>, of <org> if there is one; out->file is empty when not. */
static enum jg_err
in_force(struct jg_admin_call *call, struct jg_str id, struct jg_str org,
         struct jg_document *out)
{
    struct search s = {.arena = call->arena, .id = id, .org = org};
    enum jg_err err = jg_admin_each(call, JG_KIND_POLICY, compare, &s);

    if (err != JG_OK)
        return err;
    *out = s.document;
    return s.found ? JG_OK : JG_E_NOT_FOUND;
}

void
jg_policies_get(struct jg_admin_call *call)
{
    struct jg_document document;
    enum jg_err err =
        in_force(call, call->id, (struct jg_str){NULL, 0}, &document);

    if (err == JG_OK && jg_answer_unchanged(call, document.text))
        return;
    if (err == JG_OK) {
        jg_answer_document(call, document.text);
        jg_answer_etag(call, document.text);
    } else if (err == JG_E_NOT_FOUND)
        jg_answer_message(call, 404, "Policy not found");
    else
        jg_answer_err(call, err);
}

static bool
is_hex(struct jg_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] == '\0' || strchr("0123456789abcdefABCDEF", s.p[i]) == NULL)
            return false;
    return true;
}

/* The id in the body: "id", else a valid "_id", else empty. */
static struct jg_str
id_in(const struct jg_json *json)
{
    struct jg_str id = jg_json_string(jg_admin_member(json, JG_STR("id")));

    if (id.len > 0)
        return id;
    id = jg_json_string(jg_admin_member(json, JG_STR("_id")));
    return id.len == OBJECT_ID_LEN && is_hex(id) ? id
                                                 : (struct jg_str){NULL, 0};
}

/* Odd characters are let in by allow_unsafe_policy_ids, control characters by
 * nothing: they would end the key of a record early. */
static bool
is_policy_id(const struct jg_admin_call *call, struct jg_str id)
{
    if (jg_admin_is_safe_id(id))
        return true;
    if (!call->admin->conf->allow_unsafe_policy_ids || id.len == 0 ||
        id.len > JG_ADMIN_ID_MAX)
        return false;
    for (size_t i = 0; i < id.len; i++)
        if ((unsigned char)id.p[i] < ' ' || id.p[i] == 0x7f)
            return false;
    return true;
}

/* "<id>.json"; an odd id is no file name, so its hash stands for it. */
static enum jg_err
file_name(struct jg_admin_call *call, struct jg_str path, struct jg_str id,
          struct jg_str *out)
{
    char hash[65], name[JG_ADMIN_ID_MAX] = "policy-";
    size_t len = strlen(name);
    enum jg_err err;

    if (path.len > 0 || jg_admin_is_safe_id(id))
        return jg_admin_file_name(call, path, id, ".json", out);
    err = jg_sha256_hex(id, hash);
    if (err != JG_OK)
        return err;
    memcpy(name + len, hash, HASH_SHOWN);
    return jg_admin_file_name(
        call, path, (struct jg_str){name, len + HASH_SHOWN}, ".json", out);
}

/* The file of the policy <id>; answers and is false when there cannot be. */
static bool
find_file(struct jg_admin_call *call, struct jg_str id, struct jg_str org,
          struct jg_admin_file *out)
{
    struct jg_document document = {0};
    enum jg_err err = in_force(call, id, org, &document);

    *out = (struct jg_admin_file){
        .folder =
            jg_arena_str(call->arena, call->admin->conf->policies.policy_path),
        .id = id,
        .id_name = "id",
        .alias_name = "_id",
        .write_failed = "Failed to create file!",
    };
    if (out->folder.p == NULL)
        err = JG_E_NOMEM;
    if (err == JG_OK || err == JG_E_NOT_FOUND)
        err = file_name(call, document.file, id, &out->name);
    if (err != JG_OK)
        jg_answer_err(call, err);
    return err == JG_OK;
}

/* Is there a folder that policies can be written to? Answers when not. */
static bool
has_folder(struct jg_admin_call *call)
{
    if (call->admin->conf->policies.policy_path.len > 0)
        return true;
    jg_answer_message(call, 500, "Unable to access policy storage.");
    return false;
}

static void
refuse_id(struct jg_admin_call *call)
{
    jg_answer_message(call, 400,
                      "Invalid Policy ID: Allowed characters: a-z, A-Z, 0-9, "
                      "., _, -, ~");
}

/* Would it be loaded? */
static bool
is_valid(struct jg_admin_call *call, const struct jg_json *json,
         struct jg_diags *diags)
{
    const struct jg_bind_source source = {
        .file = JG_STR("request"),
        .text = call->request->body,
        .diags = diags,
    };
    struct jg_policy *policy;
    enum jg_err err =
        jg_policy_read(&source, json, (struct jg_str){NULL, 0}, 0, &policy);

    if (err == JG_OK) {
        jg_policy_free(policy);
        return true;
    }
    if (err == JG_E_NOMEM)
        jg_answer_err(call, err);
    else
        jg_answer_findings(call, "Request malformed", diags);
    return false;
}

static void
save(struct jg_admin_call *call, const struct jg_json *json, struct jg_str id,
     const char *action)
{
    struct jg_str org = jg_json_string(jg_admin_member(json, JG_STR("org_id")));
    struct jg_str text = call->request->body;
    struct jg_admin_file file;
    struct jg_diags diags;
    enum jg_err err = JG_OK;

    jg_diags_init(&diags, call->arena);
    if (!is_valid(call, json, &diags) || !find_file(call, id, org, &file))
        return;
    if (jg_json_string(jg_json_get(json, JG_STR("id"))).len == 0)
        err = jg_text_set(text, json, JG_STR("id"), id, call->arena, &text);
    if (err != JG_OK)
        jg_answer_err(call, err);
    else if (jg_admin_file_write(call, &file, text)) {
        jg_answer_changed(call, id, action, &diags);
        jg_answer_etag(call, text);
    }
}

void
jg_policies_add(struct jg_admin_call *call)
{
    const struct jg_json *json;
    struct jg_str id;

    if (!has_folder(call) || !jg_admin_read_body(call, &json))
        return;
    id = id_in(json);
    if (id.len == 0)
        jg_answer_message(call, 400, "Unable to create policy without id.");
    else if (!is_policy_id(call, id))
        refuse_id(call);
    else
        save(call, json, id, "added");
}

void
jg_policies_update(struct jg_admin_call *call)
{
    const struct jg_json *json;
    struct jg_str id;

    if (!has_folder(call) || !jg_admin_read_body(call, &json))
        return;
    id = id_in(json);
    if (!jg_str_eq(id, call->id))
        jg_answer_message(call, 400,
                          "Request ID does not match that in policy! For "
                          "Update operations these must match.");
    else if (!is_policy_id(call, id))
        refuse_id(call);
    else
        save(call, json, id, "modified");
}

void
jg_policies_delete(struct jg_admin_call *call)
{
    struct jg_admin_file file;

    if (!has_folder(call))
        return;
    if (!is_policy_id(call, call->id))
        refuse_id(call);
    else if (find_file(call, call->id, (struct jg_str){NULL, 0}, &file) &&
             jg_admin_file_remove(call, &file, NULL))
        jg_answer_changed(call, file.id, "deleted", NULL);
}
