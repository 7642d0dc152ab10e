/*
 * Tyk keeps an OAS definition in two files: X.json, its classic form, which
 * says so by "is_oas", and X-oas.json, the document. The document is the whole
 * truth, so it is loaded in the place of the other. Beside any other X.json it
 * is nothing, as in Tyk; alone it is a definition as every file is.
 */
#include "admin/load_internal.h"

#define COMPANION JG_STR("-oas.json")
#define ENDING JG_STR(".json")

struct pairs {
    struct jg_load_pass *pass;
    struct jg_map by_name; /* every file */
    struct jg_map *out;
};

static size_t
count_companions(const struct jg_file *files, size_t count)
{
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        n += jg_str_ends(files[i].name, COMPANION);
    return n;
}

/* X.json beside X-oas.json, or NULL in <out>.  JG_E_NOMEM */
static enum jg_err
find_classic(struct pairs *p, const struct jg_file *companion,
             const struct jg_file **out)
{
    size_t stem = companion->name.len - COMPANION.len;
    char *name = jg_arena_alloc(&p->pass->load->file, stem + ENDING.len);

    if (name == NULL)
        return JG_E_NOMEM;
    memcpy(name, companion->name.p, stem);
    memcpy(name + stem, ENDING.p, ENDING.len);
    *out = jg_map_get(&p->by_name, (struct jg_str){name, stem + ENDING.len});
    return JG_OK;
}

/* Does the classic file belong to the document? While it cannot be read, it
 * does when it did at the last load.  JG_E_NOMEM */
static enum jg_err
belongs(struct pairs *p, const struct jg_file *classic,
        const struct jg_file *companion, bool *out)
{
    struct jg_load *load = p->pass->load;
    const struct jg_json *json = NULL;
    struct jg_str text;
    enum jg_err err = jg_file_read(classic->path.p, &load->file, &text);

    if (err == JG_OK)
        err =
            jg_json_parse(text, &jg_json_limits_conf, &load->file, &json, NULL);
    if (err == JG_E_NOMEM)
        return err;
    if (err == JG_OK)
        *out = jg_json_is_true(jg_json_get(json, JG_STR("is_oas")));
    else
        *out = jg_map_get(&p->pass->by_file, companion->path) != NULL;
    return JG_OK;
}

static void
warn_of_unused(struct jg_load *load, const struct jg_file *companion)
{
    const struct jg_diag diag = {
        .severity = JG_WARNING,
        .err = JG_E_CONF_VALUE,
        .file = companion->path,
        .message = JG_STR("not used: the file beside it, without -oas in its "
                          "name, is a classic definition of its own"),
        .fix = JG_STR("set \"is_oas\": true there, or remove one of the two"),
    };

    if (load->diags != NULL)
        jg_diags_add(load->diags, &diag);
}

static enum jg_err
read_pair(struct pairs *p, const struct jg_file *companion)
{
    const struct jg_file *classic = NULL, *left = companion;
    bool is_pair = false;
    enum jg_err err = find_classic(p, companion, &classic);

    if (err == JG_OK && classic != NULL)
        err = belongs(p, classic, companion, &is_pair);
    jg_arena_free(&p->pass->load->file);
    if (err != JG_OK || classic == NULL)
        return err;
    if (is_pair)
        left = classic;
    else
        warn_of_unused(p->pass->load, companion);
    jg_map_put(p->out, left->path, (void *)&left->path);
    return JG_OK;
}

enum jg_err
jg_load_pairs(struct jg_load_pass *pass, const struct jg_file *files,
              size_t count, struct jg_map *out)
{
    size_t companions =
        pass->kind->companions ? count_companions(files, count) : 0;
    struct pairs p = {.pass = pass, .out = out};
    struct jg_arena *a = &pass->load->arena;
    enum jg_err err = jg_map_init(out, a, companions + 1);

    if (err != JG_OK || companions == 0)
        return err;
    err = jg_map_init(&p.by_name, a, count + 1);
    for (size_t i = 0; i < count && err == JG_OK; i++)
        jg_map_put(&p.by_name, files[i].name, (void *)&files[i]);
    for (size_t i = 0; i < count && err == JG_OK; i++)
        if (jg_str_ends(files[i].name, COMPANION))
            err = read_pair(&p, &files[i]);
    return err;
}
