/*
 * The files of template_path, into the configuration that workers get: they
 * cannot read them, and a reload is to see what changed.
 */
#include "admin/load_internal.h"

#include <stdio.h>

#include "model/error_template.h"

#define STATUS_MIN 400
#define STATUS_MAX 599
#define PATH_BYTES 4096

static const char *const extensions[] = {"json", "xml"};

#define NAMES_MAX ((STATUS_MAX - STATUS_MIN + 2) * 2)

struct found {
    struct jg_pair pairs[NAMES_MAX];
    size_t count;
};

static void
report(struct jg_load *load, const char *path, const char *what)
{
    struct jg_diag diag = {.severity = JG_WARNING,
                           .err = JG_E_CONF_VALUE,
                           .file = jg_str(path),
                           .path = JG_STR("template_path"),
                           .message = jg_str(what),
                           .fix = JG_STR("{{.Message}} and {{.StatusCode}} are "
                                         "what a template may ask for")};

    if (load->diags != NULL)
        jg_diags_add(load->diags, &diag);
}

/* Can it be used? If not, errors have the form that they have without it. */
static enum jg_err
check(struct jg_load *load, const char *path, struct jg_str text)
{
    struct jg_error_template made;
    enum jg_err err = jg_error_template_read(text, &load->arena, &made, NULL);

    if (err == JG_E_CONF_VALUE)
        report(load, path,
               text.len > JG_ERROR_TEMPLATE_MAX
                   ? "this template is not used: it is larger than 16 KiB"
                   : "this template is not used: it is empty, or asks for "
                     "what is not known here");
    return err;
}

static enum jg_err
read_one(struct jg_load *load, const char *name, struct found *found)
{
    struct jg_str folder = load->conf->template_path;
    struct jg_pair *pair = &found->pairs[found->count];
    char path[PATH_BYTES];
    enum jg_err err;

    snprintf(path, sizeof(path), "%.*s%s%s", JG_STR_ARG(folder),
             jg_str_ends(folder, JG_STR("/")) ? "" : "/", name);
    err = jg_file_read(path, &load->arena, &pair->value);
    if (err == JG_E_NOT_FOUND)
        return JG_OK;
    if (err == JG_OK)
        err = check(load, path, pair->value);
    else if (err != JG_E_NOMEM)
        report(load, path, "this template is not used: it cannot be read");
    if (err != JG_OK)
        return err == JG_E_NOMEM ? err : JG_OK;
    pair->name = jg_arena_str(&load->arena, jg_str(name));
    found->count++;
    return pair->name.p == NULL ? JG_E_NOMEM : JG_OK;
}

static enum jg_err
read_all(struct jg_load *load, struct found *found)
{
    enum jg_err err = JG_OK;

    for (size_t e = 0; e < 2 && err == JG_OK; e++) {
        char name[64];

        snprintf(name, sizeof(name), "error.%s", extensions[e]);
        err = read_one(load, name, found);
        for (int s = STATUS_MIN; s <= STATUS_MAX && err == JG_OK; s++) {
            snprintf(name, sizeof(name), "error_%d.%s", s, extensions[e]);
            err = read_one(load, name, found);
        }
    }
    return err;
}

/* Those of the configuration itself, and the files, which win. */
static enum jg_err
join(struct jg_load *load, const struct found *found, struct jg_pairs *pairs)
{
    struct jg_pair *items = jg_arena_array(
        &load->arena, pairs->count + found->count, sizeof(*items));
    size_t count = 0;

    if (items == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < pairs->count; i++) {
        bool replaced = false;

        for (size_t k = 0; k < found->count; k++)
            replaced |= jg_str_eq(found->pairs[k].name, pairs->items[i].name);
        if (!replaced)
            items[count++] = pairs->items[i];
    }
    for (size_t k = 0; k < found->count; k++)
        items[count++] = found->pairs[k];
    *pairs = (struct jg_pairs){items, count};
    return JG_OK;
}

enum jg_err
jg_load_templates(struct jg_load *load, struct jg_pairs *pairs)
{
    struct found *found = jg_arena_alloc(&load->arena, sizeof(*found));
    enum jg_err err = found == NULL ? JG_E_NOMEM : read_all(load, found);

    if (err != JG_OK || found->count == 0)
        return err;
    return join(load, found, pairs);
}
