/* The files behind definitions and policies: one edit at a time. */
#include <stdio.h>

#include "admin/admin_internal.h"

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

/* What the file holds now; p == NULL: there is none.  JG_E_NOMEM */
static enum jg_err
read_present(struct jg_admin_call *call, const struct jg_admin_file *file,
             struct jg_str *out)
{
    struct jg_str path = path_of(call, file), text = {NULL, 0};
    enum jg_err err;

    if (path.p == NULL)
        return JG_E_NOMEM;
    err = jg_file_read(path.p, call->arena, &text);
    if (err == JG_E_NOMEM)
        return err;
    if (err != JG_OK && err != JG_E_NOT_FOUND)
        text = JG_STR(""); /* it is there, and nobody knows what it says */
    *out = text;
    return JG_OK;
}

/* The id of the document <text>: empty when it cannot be read as one.
 * JG_E_NOMEM */
static enum jg_err
id_in(struct jg_admin_call *call, const struct jg_admin_file *file,
      struct jg_str text, struct jg_str *out)
{
    const struct jg_json *json = NULL;
    enum jg_err err =
        jg_json_parse(text, &jg_json_limits_conf, call->arena, &json, NULL);

    *out = (struct jg_str){NULL, 0};
    if (err != JG_OK)
        return err == JG_E_NOMEM ? err : JG_OK;
    *out = jg_json_string(jg_json_path(json, jg_str(file->id_name)));
    if (out->len == 0 && file->alias_name != NULL)
        *out = jg_json_string(jg_json_path(json, jg_str(file->alias_name)));
    return JG_OK;
}

static void
refuse_other(struct jg_admin_call *call, const struct jg_admin_file *file,
             struct jg_str id)
{
    struct jg_buf text;

    jg_buf_init(&text, 4096);
    jg_buf_addf(&text, "The file %.*s holds \"%.*s\"; rename it first",
                JG_STR_ARG(file->name), JG_STR_ARG(id));
    jg_buf_addc(&text, '\0');
    jg_answer_message(call, 400,
                      text.failed ? "The file holds another id" : text.p);
    jg_buf_free(&text);
}

/* Is the file this document's to change? Answers when it is not; else
 * <present> is what it holds. */
static bool
is_ours(struct jg_admin_call *call, const struct jg_admin_file *file,
        struct jg_str *present)
{
    struct jg_str id;
    enum jg_err err = read_present(call, file, present);

    if (err == JG_OK)
        err = id_in(call, file, *present, &id);
    if (err != JG_OK)
        jg_answer_err(call, err);
    else if (id.len > 0 && !jg_str_eq(id, file->id))
        refuse_other(call, file, id);
    else
        return true;
    return false;
}

/* Never in the root folder; JG_E_IO stands for a folder that is not there. */
static enum jg_err
lock(const struct jg_admin_file *file, int *out)
{
    if (file->folder.len == 0)
        return JG_E_IO;
    return jg_folder_lock(file->folder.p, out) == JG_OK ? JG_OK : JG_E_IO;
}

static void
refuse_write(struct jg_admin_call *call, const struct jg_admin_file *file,
             enum jg_err err)
{
    if (err == JG_E_CONF_VALUE)
        jg_answer_message(call, 400,
                          "Its file has a name that cannot be written here; "
                          "rename it, with [A-Za-z0-9._~-] only");
    else if (err == JG_E_STORE_FULL || err == JG_E_NOMEM)
        jg_answer_err(call, err);
    else
        jg_answer_message(call, 500, file->write_failed);
}

/* With the lock. */
static bool
replace(struct jg_admin_call *call, const struct jg_admin_file *file,
        struct jg_str text)
{
    struct jg_str present;
    enum jg_err err;

    if (!is_ours(call, file, &present) || !jg_conditions_hold(call, present))
        return false;
    err = jg_file_replace(file->folder.p, file->name, text);
    if (err != JG_OK)
        refuse_write(call, file, err);
    return err == JG_OK;
}

bool
jg_admin_file_write(struct jg_admin_call *call,
                    const struct jg_admin_file *file, struct jg_str text)
{
    int locked;
    bool done;

    if (lock(file, &locked) != JG_OK) {
        refuse_write(call, file, JG_E_IO);
        return false;
    }
    done = replace(call, file, text);
    jg_folder_unlock(locked);
    return done;
}

static bool
unlink_file(struct jg_admin_call *call, const struct jg_admin_file *file)
{
    enum jg_err err = jg_file_remove(file->folder.p, file->name);

    if (err == JG_E_NOMEM)
        jg_answer_err(call, err);
    else if (err != JG_OK)
        jg_answer_message(call, 500, "Delete failed");
    return err == JG_OK;
}

/* With the lock. The twin goes first: alone it would be a document. */
static bool
unlink_both(struct jg_admin_call *call, const struct jg_admin_file *file,
            const struct jg_admin_file *twin)
{
    struct jg_str present, beside = {NULL, 0};

    if (!is_ours(call, file, &present) || !jg_conditions_hold(call, present) ||
        (twin != NULL && !is_ours(call, twin, &beside)))
        return false;
    return (beside.p == NULL || unlink_file(call, twin)) &&
           unlink_file(call, file);
}

bool
jg_admin_file_remove(struct jg_admin_call *call,
                     const struct jg_admin_file *file,
                     const struct jg_admin_file *twin)
{
    int locked;
    bool done;

    if (lock(file, &locked) != JG_OK) {
        jg_answer_message(call, 500, "Delete failed");
        return false;
    }
    done = unlink_both(call, file, twin);
    jg_folder_unlock(locked);
    return done;
}
