/* Templates of error bodies, taken apart once and found by their names. */
#include "model/error_template.h"

#include <stdio.h>

#include "model/conf.h"

#define NAME_BYTES 32

/* A template being read. */
struct reading {
    struct jg_str rest;
    struct jg_error_part parts[JG_ERROR_TEMPLATE_PARTS_MAX];
    size_t count;
    bool trim; /* white space in front of <rest> goes: " -}}" */
};

static bool
is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
add(struct reading *r, enum jg_error_part_kind kind, struct jg_str text)
{
    if (kind == JG_ERROR_TEXT && text.len == 0)
        return true;
    if (r->count == JG_ERROR_TEMPLATE_PARTS_MAX)
        return false;
    r->parts[r->count++] = (struct jg_error_part){kind, text};
    return true;
}

/* The text up to the next "{{", which is taken off with it. */
static bool
take_text(struct reading *r, bool *end)
{
    const char *mark = NULL;
    struct jg_str text = r->rest;

    if (r->rest.len > 0)
        mark = memmem(r->rest.p, r->rest.len, "{{", 2);
    *end = mark == NULL;
    if (mark != NULL)
        text.len = (size_t)(mark - r->rest.p);
    r->rest = jg_str_from(r->rest, text.len + 2);
    while (r->trim && text.len > 0 && is_space(text.p[0]))
        text = jg_str_from(text, 1);
    r->trim = false;
    /* "{{- " takes the white space before it. */
    if (mark != NULL && r->rest.len > 1 && r->rest.p[0] == '-' &&
        is_space(r->rest.p[1])) {
        while (text.len > 0 && is_space(text.p[text.len - 1]))
            text.len--;
        r->rest = jg_str_from(r->rest, 1);
    }
    return add(r, JG_ERROR_TEXT, text);
}

/* What stands before the next "}}". */
static bool
take_action(struct reading *r, struct jg_str *action)
{
    const char *mark = NULL;

    if (r->rest.len > 0)
        mark = memmem(r->rest.p, r->rest.len, "}}", 2);
    *action = r->rest;
    if (mark == NULL)
        return false;
    action->len = (size_t)(mark - r->rest.p);
    r->rest = jg_str_from(r->rest, action->len + 2);
    if (action->len > 1 && action->p[action->len - 1] == '-' &&
        is_space(action->p[action->len - 2])) {
        action->len--;
        r->trim = true;
    }
    *action = jg_str_trim(*action);
    return true;
}

static bool
obey(struct reading *r, struct jg_str action)
{
    static const struct jg_str none = {NULL, 0};

    if (jg_str_eq(action, JG_STR(".Message")))
        return add(r, JG_ERROR_MESSAGE, none);
    if (jg_str_eq(action, JG_STR(".StatusCode")))
        return add(r, JG_ERROR_STATUS, none);
    return jg_str_starts(action, JG_STR("/*")) &&
           jg_str_ends(action, JG_STR("*/"));
}

static bool
read_parts(struct reading *r, struct jg_str *doubt)
{
    bool end;

    for (;;) {
        struct jg_str action;

        if (!take_text(r, &end))
            return false;
        if (end)
            return r->count > 0;
        if (!take_action(r, &action) || !obey(r, action)) {
            *doubt = action;
            return false;
        }
    }
}

enum jg_err
jg_error_template_read(struct jg_str text, struct jg_arena *a,
                       struct jg_error_template *out, struct jg_str *doubt)
{
    struct reading r = {.rest = text};
    struct jg_str unknown = {NULL, 0};
    struct jg_error_part *parts;
    bool good = text.len <= JG_ERROR_TEMPLATE_MAX && read_parts(&r, &unknown);

    if (doubt != NULL)
        *doubt = unknown;
    if (!good)
        return JG_E_CONF_VALUE;
    parts = jg_arena_array(a, r.count, sizeof(*parts));
    if (parts == NULL)
        return JG_E_NOMEM;
    memcpy(parts, r.parts, r.count * sizeof(*parts));
    out->parts = parts;
    out->count = r.count;
    return JG_OK;
}

bool
jg_error_template_is_name(struct jg_str name)
{
    struct jg_str rest = jg_str_head(name, jg_str_find(name, '.'));
    struct jg_str ext = jg_str_from(name, rest.len);

    if (!jg_str_eq(ext, JG_STR(".json")) && !jg_str_eq(ext, JG_STR(".xml")))
        return false;
    if (jg_str_eq(rest, JG_STR("error")))
        return true;
    if (rest.len != 9 || !jg_str_starts(rest, JG_STR("error_")))
        return false;
    for (size_t i = 6; i < rest.len; i++)
        if (rest.p[i] < '0' || rest.p[i] > '9')
            return false;
    return true;
}

static const struct jg_error_template *
named(const struct jg_conf *conf, const char *name)
{
    const struct jg_error_template *items = conf->templates.items;

    for (size_t i = 0; i < conf->templates.count; i++)
        if (jg_str_eq(items[i].name, jg_str(name)))
            return &items[i];
    return NULL;
}

const struct jg_error_template *
jg_error_template_find(const struct jg_conf *conf, int status,
                       struct jg_str *ext)
{
    const struct jg_error_template *found;
    char name[NAME_BYTES];

    if (conf == NULL || conf->templates.count == 0)
        return NULL;
    snprintf(name, sizeof(name), "error_%d.%.*s", status, JG_STR_ARG(*ext));
    found = named(conf, name);
    if (found != NULL)
        return found;
    snprintf(name, sizeof(name), "error.%.*s", JG_STR_ARG(*ext));
    found = named(conf, name);
    if (found != NULL)
        return found;
    found = named(conf, "error.json");
    if (found != NULL)
        *ext = JG_STR("json");
    return found;
}

static void
report(const struct jg_bind_source *source, struct jg_str name,
       struct jg_str doubt)
{
    if (!jg_error_template_is_name(name))
        jg_bind_report(source, JG_WARNING, JG_E_CONF_VALUE, "error_templates",
                       NULL, "error.json, error.xml, error_401.json",
                       "\"%.*s\" is no name of a template", JG_STR_ARG(name));
    else if (doubt.len > 0)
        jg_bind_report(source, JG_WARNING, JG_E_CONF_VALUE, "error_templates",
                       NULL, "{{.Message}} and {{.StatusCode}} are known",
                       "%.*s is not used: nobody knows {{%.*s}}",
                       JG_STR_ARG(name), JG_STR_ARG(jg_str_head(doubt, 64)));
    else
        jg_bind_report(
            source, JG_WARNING, JG_E_CONF_VALUE, "error_templates", NULL, NULL,
            "%.*s is not used: it is empty, or too large", JG_STR_ARG(name));
}

enum jg_err
jg_conf_read_templates(struct jg_conf *conf,
                       const struct jg_bind_source *source, struct jg_arena *a)
{
    const struct jg_pairs *texts = &conf->error_templates;
    struct jg_error_template *items;
    size_t count = 0;

    if (texts->count == 0)
        return JG_OK;
    items = jg_arena_array(a, texts->count, sizeof(*items));
    if (items == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < texts->count && count < JG_ERROR_TEMPLATES_MAX;
         i++) {
        struct jg_str doubt = {NULL, 0};
        enum jg_err err = jg_error_template_read(texts->items[i].value, a,
                                                 &items[count], &doubt);

        if (err == JG_E_NOMEM)
            return err;
        items[count].name = texts->items[i].name;
        if (err == JG_OK && jg_error_template_is_name(items[count].name))
            count++;
        else
            report(source, texts->items[i].name, doubt);
    }
    conf->templates = (struct jg_list){items, count};
    return JG_OK;
}
